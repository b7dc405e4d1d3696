//! Who bears a loss beyond insurance: the global fund, whose stakers come and go, and then everybody's balance.

use super::accounts::bump;
use super::cash::{Asked, House, release};
use super::liquidation::{of_account, tick, valued};
use super::margin::brake_refuses;
use super::{After, Plan, balance, count, held_reads};
use crate::action::{Slot, Token};
use crate::chain::Chain;
use crate::stage::VAULTS;
use abi::margin::{Liquidation, MarginAccount, Market, STAKE_SEED, Stake};
use bytemuck::Zeroable;
use client::{WithRemaining, addresses, breaker, margin};
use policy::Action;
use risk::fund::{Draws, FundError, NOTICE_S, shares_floor, worth_floor};
use risk::liquidation::{INSOLVENT_S, insolvent_payment_floor};
use risk::waterfall::{Cuttable, INDEX_ONE_E18, Sources, split};
use units::QuoteAtoms;

const fn name(why: FundError) -> &'static str {
    match why {
        FundError::StakeTooSmall => "StakeTooSmall",
        FundError::SharesTooMany => "SharesTooMany",
        FundError::FundEmpty => "FundEmpty",
        FundError::Overflow => "AmountOverflow",
    }
}

/// What somebody has in the fund.
pub fn stake_of(chain: &Chain, owner: u8) -> Option<Stake> {
    let address = addresses::stake(&chain.stage.fund.fund, &chain.stage.actor(owner).key());
    chain.layout(&abi::ids::MARGIN, &address).copied()
}

pub fn stake(chain: &Chain, owner: u8, atoms: u64) -> Plan {
    let (stage, pool) = (&chain.stage, &chain.stage.fund);
    let (key, source) = (stage.actor(owner).key(), stage.wallet(owner, Token::Quote));
    let address = addresses::stake(&pool.fund, &key);
    let call = margin::InsuranceStake {
        owner: key,
        payer: stage.payer(&chain.world, owner),
        fund: pool.fund,
        stake: address,
        mint: stage.mint(Token::Quote),
        source,
        tokens: pool.tokens,
    };
    let call = call.instruction(margin::InsuranceStakeArgs { amount: atoms });
    let mut plan = Plan::new("margin::insurance_stake", vec![call]);
    if plan.refuse(&[(atoms == 0, "AmountZero"), (brake_refuses(chain, Action::Deposit), "LevelForbids")]) {
        return plan;
    }
    let mut fund = *chain.fund();
    let found = stake_of(chain, owner);
    if found.is_none() {
        count(&mut fund.records_open, 1);
    }
    let mut held = found.unwrap_or_else(|| {
        let mut held = Stake::zeroed();
        (held.version, held.min_reader) = (1, 1);
        held.bump = bump(&[STAKE_SEED, pool.fund.as_ref(), key.as_ref()]);
        (held.fund, held.owner) = (pool.fund.to_bytes(), key.to_bytes());
        held
    });
    let bought = match shares_floor(atoms, fund.balance_atoms.get(), fund.shares.get()) {
        Ok(bought) => bought,
        Err(why) => return plan.stop(name(why)),
    };
    let sums = (fund.balance_atoms.get().checked_add(atoms), fund.shares.get().checked_add(bought));
    let ((Some(balance), Some(shares)), Ok(_)) = (sums, i64::try_from(atoms)) else {
        return plan.stop("AmountOverflow");
    };
    (fund.balance_atoms, fund.shares) = (balance.into(), shares.into());
    held.shares = (held.shares.get() + bought).into();
    fund.seq = (fund.seq.get() + 1).into();
    if plan.refuse(&[(chain.tokens(&source) < atoms, "token 1")]) {
        return plan;
    }
    plan.after(pool.fund, After::Fund(fund.into()));
    plan.after(address, After::Stake(held.into()));
    plan.after(source, After::Tokens(chain.tokens(&source) - atoms));
    plan.after(pool.tokens, After::Tokens(chain.tokens(&pool.tokens) + atoms));
    plan
}

pub fn unstake(chain: &Chain, owner: u8, signer: u8, shares: u64) -> Option<Plan> {
    let mut held = stake_of(chain, owner)?;
    let (stage, pool) = (&chain.stage, &chain.stage.fund);
    let address = addresses::stake(&pool.fund, &stage.actor(owner).key());
    let signer = stage.actor(signer).key();
    let call = margin::InsuranceUnstake { owner: signer, fund: pool.fund, stake: address };
    let call = call.instruction(margin::InsuranceUnstakeArgs { shares });
    let mut plan = Plan::new("margin::insurance_unstake", vec![call]);
    if plan.refuse(&[(held.owner != signer.to_bytes(), "NotStakeOwner")])
        || plan.refuse(&[(shares == 0, "AmountZero"), (brake_refuses(chain, Action::Withdraw), "LevelForbids")])
        || plan.refuse(&[(shares > held.shares.get(), "SharesTooMany")])
    {
        return Some(plan);
    }
    held.shares = (held.shares.get() - shares).into();
    held.leaving_shares = (held.leaving_shares.get() + shares).into();
    held.leaving_unix_s = (chain.unix_s + NOTICE_S).into();
    let mut fund = *chain.fund();
    fund.seq = (fund.seq.get() + 1).into();
    plan.after(pool.fund, After::Fund(fund.into()));
    plan.after(address, After::Stake(held.into()));
    Some(plan)
}

pub fn claim(chain: &Chain, owner: u8, signer: u8, id: u64) -> Option<Plan> {
    let mut held = stake_of(chain, owner)?;
    let (stage, pool) = (&chain.stage, &chain.stage.fund);
    let (address, key) = (addresses::stake(&pool.fund, &stage.actor(owner).key()), stage.actor(signer).key());
    let (destination, payer) = (stage.wallet(signer, Token::Quote), stage.payer(&chain.world, signer));
    let call = margin::InsuranceClaim {
        owner: key,
        fund: pool.fund,
        stake: address,
        mint: stage.mint(Token::Quote),
        custody: pool.custody,
        tokens: pool.tokens,
        destination,
        payer,
        ticket: addresses::ticket(&pool.tokens, id),
        breaker_program: breaker::ID,
    };
    let call = call.instruction(margin::InsuranceClaimArgs { ticket_id: id });
    let mut plan = Plan::new("margin::insurance_claim", vec![call]);
    let leaving = held.leaving_shares.get();
    if plan.refuse(&[(held.owner != key.to_bytes(), "NotStakeOwner")])
        || plan.refuse(&[(brake_refuses(chain, Action::Withdraw), "LevelForbids"), (leaving == 0, "NoticeMissing")])
        || plan.refuse(&[(chain.unix_s < held.leaving_unix_s.get(), "NoticeRunning")])
    {
        return Some(plan);
    }
    let mut fund = *chain.fund();
    let worth = worth_floor(leaving, fund.balance_atoms.get(), fund.shares.get()).expect("shares of the fund");
    fund.balance_atoms = (fund.balance_atoms.get() - worth).into();
    fund.shares = (fund.shares.get() - leaving).into();
    fund.seq = (fund.seq.get() + 1).into();
    (held.leaving_shares, held.leaving_unix_s) = (0.into(), 0.into());
    if held.shares.get() == 0 {
        count(&mut fund.records_open, -1);
    }
    plan.after(pool.fund, After::Fund(fund.into()));
    plan.after(address, if held.shares.get() == 0 { After::Gone } else { After::Stake(held.into()) });
    if worth == 0 {
        return Some(plan);
    }
    let asked = Asked { house: House::Fund, atoms: worth, id, destination, origin: address, payer };
    Some(release(chain, plan, &asked))
}

/// An insolvent account whose auction is over, and what its taker is paid.
struct Loss {
    held: MarginAccount,
    market: Market,
    open: Liquidation,
    payment: QuoteAtoms,
}

fn loss(chain: &Chain, slot: Slot) -> Option<Result<Loss, &'static str>> {
    let (mut held, mut open) = (*chain.account(slot)?, of_account(chain, slot)?);
    let mut market = *chain.market();
    if brake_refuses(chain, Action::Liquidate) {
        return Some(Err("LevelForbids"));
    }
    balance::refresh(&mut market, &mut held, chain.unix_s);
    let mtm = match valued(chain, &held, &market) {
        Ok((figures, _)) => figures.mtm,
        Err(why) => return Some(Err(why)),
    };
    let elapsed_s = tick(&mut open, mtm, true, chain.unix_s);
    if mtm.0 >= 0 || elapsed_s < INSOLVENT_S {
        return Some(Err("InsolvencyAuctionRunning"));
    }
    let payment = insolvent_payment_floor(mtm, elapsed_s).expect("a loss");
    Some(Ok(Loss { held, market, open, payment }))
}

impl Loss {
    fn sources(&self, fund: risk::waterfall::Fund, balances: QuoteAtoms) -> Sources {
        let insurance = QuoteAtoms(self.market.insurance_atoms.get().cast_signed());
        Sources { account: QuoteAtoms::ZERO, insurance, fund, balances }
    }
}

/// The fund's window at now, and what this loss may still take of it.
fn available(chain: &Chain, taken: u64) -> (Draws, risk::waterfall::Fund) {
    let fund = chain.fund();
    let stored = Draws {
        since_unix_s: fund.window_unix_s.get(),
        opening: fund.window_opening_atoms.get(),
        drawn: fund.window_drawn_atoms.get(),
    };
    let draws = stored.at(fund.balance_atoms.get(), chain.unix_s, 1);
    let available = draws.available(fund.balance_atoms.get(), taken, chain.unix_s).expect("amounts of this life");
    (draws, available)
}

pub fn draw(chain: &Chain, slot: Slot, id: u64) -> Option<Plan> {
    let (stage, pool) = (&chain.stage, &chain.stage.fund);
    let (account, destination) = (stage.account(slot), stage.tokens(Token::Quote));
    let (liquidation, payer) = (addresses::liquidation(&account), chain.world.payer());
    let call = margin::InsuranceDraw {
        payer,
        market: stage.protocol.market,
        account,
        liquidation,
        fund: pool.fund,
        feed: stage.protocol.feed,
        mint: stage.mint(Token::Quote),
        custody: pool.custody,
        tokens: pool.tokens,
        destination,
        ticket: addresses::ticket(&pool.tokens, id),
        breaker_program: breaker::ID,
    };
    let reads = held_reads(chain, &[chain.account(slot)?], &[]);
    let call = call.instruction(margin::InsuranceDrawArgs { ticket_id: id }).with_remaining(reads);
    let mut plan = Plan::new("margin::insurance_draw", vec![call]);
    let mut loss = match loss(chain, slot)? {
        Ok(loss) => loss,
        Err(why) => return Some(plan.stop(why)),
    };
    let (draws, fund) = available(chain, loss.open.fund_paid_atoms.get());
    let parts = split(loss.payment, &loss.sources(fund, QuoteAtoms::ZERO), chain.unix_s).expect("amounts");
    if plan.refuse(&[(parts.insurance >= loss.payment, "HaircutNotNeeded")])
        || plan.refuse(&[(parts.fund.0 <= 0, "FundExhausted")])
    {
        return Some(plan);
    }
    let drawn = parts.fund.0.unsigned_abs();
    let mut fund = *chain.fund();
    fund.window_unix_s = draws.since_unix_s.into();
    (fund.window_opening_atoms, fund.window_drawn_atoms) = (draws.opening.into(), (draws.drawn + drawn).into());
    fund.balance_atoms = (fund.balance_atoms.get() - drawn).into();
    fund.seq = (fund.seq.get() + 1).into();
    loss.market.insurance_atoms = (loss.market.insurance_atoms.get() + drawn).into();
    loss.open.fund_paid_atoms = (loss.open.fund_paid_atoms.get() + drawn).into();
    plan.after(pool.fund, After::Fund(fund.into()));
    record(chain, &mut plan, slot, loss);
    let asked = Asked { house: House::Fund, atoms: drawn, id, destination, origin: liquidation, payer };
    let plan = release(chain, plan, &asked);
    let waits = plan.refusals.is_empty() && plan.after.iter().any(|(_, after)| matches!(after, After::Ticket(_)));
    Some(if waits { plan.stop("FundPaysLater") } else { plan })
}

fn record(chain: &Chain, plan: &mut Plan, slot: Slot, loss: Loss) {
    let account = chain.stage.account(slot);
    plan.after(account, After::Margin(loss.held.into()));
    plan.after(chain.stage.protocol.market, After::Market(loss.market.into()));
    plan.after(addresses::liquidation(&account), After::Liquidation(loss.open.into()));
}

pub fn haircut(chain: &Chain, slot: Slot) -> Option<Plan> {
    let stage = &chain.stage;
    let account = stage.account(slot);
    let call = margin::IndexHaircut {
        market: stage.protocol.market,
        account,
        liquidation: addresses::liquidation(&account),
        fund: stage.fund.fund,
        feed: stage.protocol.feed,
    };
    let call = call.instruction().with_remaining(held_reads(chain, &[chain.account(slot)?], &[]));
    let mut plan = Plan::new("margin::index_haircut", vec![call]);
    let mut loss = match loss(chain, slot)? {
        Ok(loss) => loss,
        Err(why) => return Some(plan.stop(why)),
    };
    let market = &mut loss.market;
    // Its own balance is what the loss is; no haircut for it falls on it.
    let others = market.positive_balances_atoms.get() - loss.held.quote_atoms.get().max(0).unsigned_abs();
    let cuttable = Cuttable {
        index_e18: INDEX_ONE_E18 - market.index_lost_e18.get(),
        stored: QuoteAtoms(others.cast_signed()),
        due: QuoteAtoms(market.haircut_due_atoms.get().cast_signed()),
        accounts: market.accounts_opened.get(),
    };
    let (_, fund) = available(chain, loss.open.fund_paid_atoms.get());
    let sources = loss.sources(fund, cuttable.balances().expect("an index"));
    let parts = split(loss.payment, &sources, chain.unix_s).expect("amounts");
    if plan.refuse(&[(parts.insurance >= loss.payment, "HaircutNotNeeded")])
        || plan.refuse(&[(parts.fund.0 != 0, "FundNotExhausted")])
    {
        return Some(plan);
    }
    let cut = cuttable.haircut(parts.haircut).expect("an index");
    if plan.refuse(&[(cut.raised.0 <= 0, "IndexExhausted")]) {
        return Some(plan);
    }
    let (market, raised) = (&mut loss.market, cut.raised.0);
    market.index_lost_e18 = (INDEX_ONE_E18 - cut.index_e18).into();
    loss.held.index_lost_e18 = market.index_lost_e18;
    market.haircut_due_atoms = (market.haircut_due_atoms.get() + raised.unsigned_abs()).into();
    market.clearing_atoms = (market.clearing_atoms.get() - raised).into();
    market.insurance_atoms = (market.insurance_atoms.get() + raised.unsigned_abs()).into();
    market.seq = (market.seq.get() + 1).into();
    let mut escrows = (0..VAULTS).filter_map(|vault| chain.margin_at(&stage.vault(vault).escrow));
    if escrows.any(|escrow| escrow.quote_atoms.get() > 0) {
        plan.shows.push("haircut_beside_escrow");
    }
    record(chain, &mut plan, slot, loss);
    Some(plan)
}
