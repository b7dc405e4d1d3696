//! Liquidations, debts, the insurance fund, and what losses cost everybody.

use super::{amount, any_owner, balance, signer, slot};
use crate::action::{Action, Slot, Token};
use crate::chain::Chain;
use crate::model::{both, liquidation_of, stake_of};
use crate::rng::Rng;
use risk::liquidation::INSOLVENT_S;
use testkit::USDC;
use units::PriceE6;

/// What somebody would do about an account in trouble: liquidations that are open first, then debts, then whoever lacks margin.
pub fn mend(chain: &Chain, rng: &mut Rng) -> Option<Action> {
    let open: Vec<Slot> = chain.everybody().into_iter().filter(|slot| liquidation_of(chain, *slot).is_some()).collect();
    if let Some(slot) = rng.pick(&open)
        && !rng.once_in(3)
    {
        return Some(proceed(chain, rng, *slot));
    }
    if let Some(slot) = rng.pick(&debtors(chain))
        && rng.once_in(3)
    {
        return Some(sale(chain, rng, *slot));
    }
    let looked = slot(chain, rng);
    let held = chain.account(looked)?;
    let spot = PriceE6(chain.feed().price_e6.get());
    let lacks = both(chain, held, spot).is_ok_and(|figures| figures.mm.0 < 0);
    (lacks && held.in_liquidation == 0).then(|| start(chain, rng, looked))
}

/// Accounts that owe and have something to sell.
fn debtors(chain: &Chain) -> Vec<Slot> {
    let owes =
        |slot: &Slot| chain.account(*slot).is_some_and(|held| held.quote_atoms.get() < 0 && held.base_atoms.get() > 0);
    chain.everybody().into_iter().filter(owes).collect()
}

/// Somebody else's account, most of the time.
fn another(chain: &Chain, rng: &mut Rng, than: Slot) -> Slot {
    let others: Vec<Slot> = chain.open().into_iter().filter(|slot| slot.owner != than.owner).collect();
    match rng.pick(&others) {
        Some(other) if !rng.once_in(12) => *other,
        _ => slot(chain, rng),
    }
}

fn start(chain: &Chain, rng: &mut Rng, slot: Slot) -> Action {
    Action::LiquidationStart { slot, opener: another(chain, rng, slot) }
}

/// The next step of an open liquidation.
fn proceed(chain: &Chain, rng: &mut Rng, slot: Slot) -> Action {
    let insolvent = liquidation_of(chain, slot).is_some_and(|open| open.phase == 1);
    match rng.below(20) {
        0..3 => Action::LiquidationFinish { slot },
        3 => start(chain, rng, slot),
        4..9 if insolvent => Action::Wait { seconds: INSOLVENT_S.cast_signed() + 1, slots: 3 },
        9..12 if insolvent => Action::Draw { slot, ticket: 700_000 + chain.tickets.len() as u64 },
        12..15 if insolvent => Action::Haircut { slot },
        _ => bid(chain, rng, slot),
    }
}

fn bid(chain: &Chain, rng: &mut Rng, slot: Slot) -> Action {
    let bidder = another(chain, rng, slot);
    let fraction_e9 = match rng.below(12) {
        0 => 0,
        1 => 1_000_000_001,
        2..7 => 1_000_000_000,
        _ => 1 + rng.magnitude(999_999_999) as u32,
    };
    let limit_atoms = match rng.below(8) {
        0 => 0,
        1 => (rng.below(200_000 * USDC)).cast_signed(),
        2 => -(rng.below(20_000 * USDC)).cast_signed(),
        _ => i64::MAX,
    };
    Action::LiquidationBid { slot, bidder, signer: signer(rng, bidder.owner), fraction_e9, limit_atoms }
}

fn sale(chain: &Chain, rng: &mut Rng, slot: Slot) -> Action {
    let bidder = another(chain, rng, slot);
    let atoms = if rng.once_in(3) { u64::MAX } else { amount(rng, balance(chain, slot, Token::Base)) };
    let spot = chain.feed().price_e6.get();
    let limit_e6 = if rng.once_in(5) { spot / 100 * rng.range(80, 100) } else { u64::MAX };
    Action::BaseBid { slot, bidder, signer: signer(rng, bidder.owner), atoms, limit_e6 }
}

/// Anything of these, whether it makes sense or not.
pub fn any(chain: &Chain, rng: &mut Rng) -> Action {
    let slot = slot(chain, rng);
    match rng.below(9) {
        0..3 => Action::Refresh { slot },
        3 => start(chain, rng, slot),
        4 => bid(chain, rng, slot),
        5 => Action::LiquidationFinish { slot },
        6 => Action::Draw { slot, ticket: 700_000 },
        7 => Action::Haircut { slot },
        _ => sale(chain, rng, slot),
    }
}

/// Stakers come, give notice, and leave.
pub fn fund(chain: &Chain, rng: &mut Rng) -> Action {
    let owner = any_owner(rng);
    let Some(stake) = stake_of(chain, owner) else {
        return Action::Stake { owner, atoms: amount(rng, chain.tokens(&chain.stage.wallet(owner, Token::Quote)) / 8) };
    };
    let ready = stake.leaving_unix_s.get() != 0 && chain.unix_s >= stake.leaving_unix_s.get();
    let signer = signer(rng, owner);
    match rng.below(10) {
        0..3 => {
            Action::Stake { owner, atoms: amount(rng, chain.tokens(&chain.stage.wallet(owner, Token::Quote)) / 16) }
        }
        3..6 => Action::Unstake { owner, signer, shares: amount(rng, stake.shares.get()) },
        6 if !ready => Action::Wait { seconds: 6 * 86_400, slots: 40 },
        _ => Action::StakeClaim { owner, signer, ticket: 800_000 + chain.tickets.len() as u64 },
    }
}
