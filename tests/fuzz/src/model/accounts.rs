//! Opening, closing, delegating, cancelling, modes.

use super::margin::{Ahead, both, brake_refuses, initial, is_flat, level_refuses, spot};
use super::{After, Plan, View, held_reads};
use crate::action::Slot;
use crate::chain::Chain;
use abi::margin::{MODE_PORTFOLIO, MODE_STANDARD, MarginAccount};
use bytemuck::Zeroable;
use client::{WithRemaining, margin};
use invariants::value::Need;
use policy::Action;
use risk::feed::Purpose;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::key;
use units::PriceE6;

pub fn open(chain: &Chain, slot: Slot) -> Plan {
    let stage = &chain.stage;
    let (owner, account) = (stage.actor(slot.owner).key(), stage.account(slot));
    let call = margin::AccountOpen { owner, payer: chain.world.payer(), market: stage.protocol.market, account };
    let call = call.instruction(margin::AccountOpenArgs { subaccount: slot.sub.into() });
    let mut plan = Plan::new("margin::account_open", vec![call]);
    if chain.exists(&account) {
        return plan.stop("system 0");
    }
    if plan.refuse(&[(brake_refuses(chain, Action::Deposit), "LevelForbids")]) {
        return plan;
    }
    let mut market = *chain.market();
    let seeds: [&[u8]; 4] =
        [abi::margin::ACCOUNT_SEED, stage.protocol.market.as_ref(), owner.as_ref(), &u16::from(slot.sub).to_le_bytes()];
    let mut held = MarginAccount::zeroed();
    (held.version, held.min_reader, held.bump) = (1, 1, bump(&seeds));
    held.subaccount = u16::from(slot.sub).into();
    (held.market, held.owner) = (stage.protocol.market.to_bytes(), owner.to_bytes());
    held.index = market.accounts_opened;
    market.accounts_opened = (market.accounts_opened.get() + 1).into();
    market.seq = (market.seq.get() + 1).into();
    plan.after(account, After::Margin(held.into()));
    plan.after(stage.protocol.market, After::Market(market.into()));
    plan.fair.push((account, 0));
    plan
}

/// The bump of one of margin's addresses.
pub fn bump(seeds: &[&[u8]]) -> u8 {
    Pubkey::find_program_address(seeds, &abi::ids::MARGIN.into()).1
}

pub fn close(chain: &Chain, slot: Slot, signer: u8) -> Option<Plan> {
    let held = chain.account(slot)?;
    let stage = &chain.stage;
    let (owner, account) = (stage.actor(signer).key(), stage.account(slot));
    let call = margin::AccountClose { owner, market: stage.protocol.market, account };
    let mut plan = Plan::new("margin::account_close", vec![call.instruction()]);
    if plan.refuse(&[(held.owner != owner.to_bytes(), "NotAccountOwner")]) {
        return Some(plan);
    }
    let empty = held.quote_atoms.get() == 0 && held.base_atoms.get() == 0;
    let checks = [
        (!is_flat(held), "AccountNotFlat"),
        (!empty, "AccountNotEmpty"),
        (held.in_liquidation != 0, "LiquidationOpen"),
        (held.nonce_floor.get() != 0, "AccountKeepsNonceFloor"),
        (brake_refuses(chain, Action::Settle), "LevelForbids"),
    ];
    if !plan.refuse(&checks) {
        let mut market = *chain.market();
        market.seq = (market.seq.get() + 1).into();
        market.accounts_closed = (market.accounts_closed.get() + 1).into();
        plan.after(account, After::Gone);
        plan.after(stage.protocol.market, After::Market(market.into()));
    }
    Some(plan)
}

pub fn delegate(chain: &Chain, slot: Slot, signer: u8, to: Option<u8>, rights: u8) -> Option<Plan> {
    let mut held = *chain.account(slot)?;
    let stage = &chain.stage;
    let (owner, account) = (stage.actor(signer).key(), stage.account(slot));
    let delegate = to.map_or(Pubkey::default(), |to| stage.actor(to).key());
    let call = margin::DelegateSet { owner, account };
    let call = call.instruction(margin::DelegateSetArgs { delegate, rights });
    let mut plan = Plan::new("margin::delegate_set", vec![call]);
    if plan.refuse(&[(held.owner != owner.to_bytes(), "NotAccountOwner")]) {
        return Some(plan);
    }
    let checks = [
        (rights > 3, "UnknownRights"),
        (to.is_some() != (rights != 0), "DelegateIncomplete"),
        (brake_refuses(chain, Action::Cancel), "LevelForbids"),
    ];
    if !plan.refuse(&checks) {
        (held.delegate, held.delegate_rights) = (delegate.to_bytes(), rights);
        held.seq = (held.seq.get() + 1).into();
        plan.after(account, After::Margin(held.into()));
    }
    Some(plan)
}

/// `nonce_bump`.
pub fn bump_nonce(chain: &Chain, slot: Slot, signer: u8, floor: u64) -> Option<Plan> {
    let mut held = *chain.account(slot)?;
    let (authority, account) = (chain.stage.actor(signer).key(), chain.stage.account(slot));
    let call = margin::NonceBump { authority, account }.instruction(margin::NonceBumpArgs { floor });
    let mut plan = Plan::new("margin::nonce_bump", vec![call]);
    let may = may(&held, &authority, abi::margin::DELEGATE_CANCEL);
    if plan.refuse(&[(!may, "NotAccountCanceller")])
        || plan.refuse(&[
            (floor <= held.nonce_floor.get(), "NonceFloorNotRaised"),
            (brake_refuses(chain, Action::Cancel), "LevelForbids"),
        ])
    {
        return Some(plan);
    }
    held.nonce_floor = floor.into();
    held.seq = (held.seq.get() + 1).into();
    plan.after(account, After::Margin(held.into()));
    Some(plan)
}

/// Whether `key` may do what `right` covers.
pub fn may(account: &MarginAccount, key: &Pubkey, right: u8) -> bool {
    account.owner == key.to_bytes() || (account.delegate_rights & right != 0 && account.delegate == key.to_bytes())
}

pub fn mode(chain: &Chain, slot: Slot, mode: u8) -> Option<Plan> {
    let mut held = *chain.account(slot)?;
    let stage = &chain.stage;
    let protocol = &stage.protocol;
    let call = margin::ModeSet {
        owner: stage.actor(slot.owner).key(),
        market: protocol.market,
        account: stage.account(slot),
        custody: protocol.custody,
        feed: protocol.feed,
    };
    let call = call.instruction(margin::ModeSetArgs { mode }).with_remaining(held_reads(chain, &[&held], &[]));
    let mut plan = Plan::new("margin::mode_set", vec![call]);
    let checks = [
        (mode > MODE_PORTFOLIO, "UnknownMode"),
        (mode == held.mode, "ModeUnchanged"),
        (level_refuses(chain.level(), Action::NewRisk), "LevelForbids"),
    ];
    if plan.refuse(&checks) {
        return Some(plan);
    }
    held.mode = mode;
    // INVARIANT(M-4): in the new mode.
    if !is_flat(&held) || held.quote_atoms.get() < 0 {
        let Some((price, _)) = spot(chain, Purpose::NewRisk) else { return Some(plan.stop("FeedStale")) };
        let ahead = Ahead { market: chain.market(), expiries: &[], named: None };
        match initial(chain, &held, &ahead, (price, Need::NewRisk)) {
            Ok(margin) if margin.0 >= 0 => {}
            Ok(_) => return Some(plan.stop("InitialMarginNegative")),
            Err(why) => return Some(plan.stop(why)),
        }
    }
    held.seq = (held.seq.get() + 1).into();
    plan.after(stage.account(slot), After::Margin(held.into()));
    Some(plan)
}

/// INVARIANT(M-5): both figures, to the atom, at the feed's last price, however old.
pub fn view(chain: &Chain, slot: Slot) -> Option<Plan> {
    let held = *chain.account(slot)?;
    let stage = &chain.stage;
    let call =
        margin::ViewMargin { market: stage.protocol.market, account: stage.account(slot), feed: stage.protocol.feed };
    let call = call.instruction().with_remaining(held_reads(chain, &[&held], &[]));
    let mut plan = Plan::new("margin::view_margin", vec![call]);
    let spot = PriceE6(chain.feed().price_e6.get());
    let of = |mode| both(chain, &MarginAccount { mode, ..held }, spot);
    match of(MODE_STANDARD) {
        Ok(standard) => plan.view = Some(View { standard, portfolio: of(MODE_PORTFOLIO) }),
        Err(why) => return Some(plan.stop(why)),
    }
    Some(plan)
}

pub fn version(chain: &Chain) -> Plan {
    let call = margin::VersionView { config: chain.stage.margin_config };
    Plan::new("margin::version_view", vec![call.instruction()])
}

/// The authority names itself again, or somebody else tries to.
pub fn authority_set(chain: &Chain, right: bool) -> Plan {
    let deployer = chain.stage.protocol.deployer.pubkey();
    let authority = if right { deployer } else { key("stranger") };
    let call = margin::AuthoritySet { authority, config: chain.stage.margin_config };
    let call = call.instruction(margin::AuthoritySetArgs { authority: deployer });
    let mut plan = Plan::new("margin::authority_set", vec![call]);
    plan.refuse(&[(!right, "NotAuthority")]);
    plan
}
