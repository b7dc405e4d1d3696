//! Liquidations, debts, the insurance fund, and what losses cost everybody.

use super::{PRICES, amount, any_owner, balance, signer, slot};
use crate::action::{Action, Slot, Token};
use crate::chain::Chain;
use crate::model::{both, liquidation_of, stake_of};
use crate::rng::Rng;
use crate::stage::SUBS;
use abi::margin::{KIND_PUT, Liquidation};
use risk::liquidation::INSOLVENT_S;
use testkit::{SOL, USDC};
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
    let insolvent = liquidation_of(chain, slot).filter(|open| open.phase == 1);
    let ends_unix_s = insolvent.map(|open| ends_unix_s(&open));
    let is_over = ends_unix_s.is_some_and(|ends| ends <= chain.unix_s);
    match (rng.below(20), ends_unix_s) {
        (0..3, _) => Action::LiquidationFinish { slot },
        (3, _) => start(chain, rng, slot),
        (4..9, Some(ends)) if !is_over => Action::Wait { seconds: ends - chain.unix_s, slots: 3 },
        (4..9, Some(_)) if is_over || rng.once_in(4) => {
            Action::Draw { slot, ticket: 700_000 + chain.tickets.len() as u64 }
        }
        (9..16, Some(_)) if is_over || rng.once_in(4) => Action::Haircut { slot },
        _ => bid(chain, rng, slot),
    }
}

/// What ruins somebody: collateral that leaves an account of shorts until its margin is at its edge, then a price that goes against it.
/// What comes of it is the others' to do, and nobody has to hurry.
pub fn ruin(chain: &Chain, rng: &mut Rng) -> Action {
    let is_insolvent = |slot: &Slot| liquidation_of(chain, *slot).is_some_and(|open| open.phase == 1);
    let ruined: Vec<Slot> = chain.everybody().into_iter().filter(is_insolvent).collect();
    if let Some(slot) = rng.pick(&ruined) {
        return resolve(chain, rng, *slot);
    }
    let shorts = |slot: &Slot| {
        let held = chain.account(*slot)?.positions.into_iter().filter(|position| position.lots.get() < 0);
        held.min_by_key(|position| position.lots.get())
    };
    let exposed: Vec<_> = chain.open().into_iter().filter_map(|slot| Some((slot, shorts(&slot)?))).collect();
    // Mostly one and the same, so that it comes to something: whoever has the largest short, beyond what insurance could bear.
    let largest = exposed.iter().min_by_key(|(_, short)| short.lots.get());
    let Some((slot, position)) = (if rng.once_in(5) { rng.pick(&exposed) } else { largest }) else {
        return any(chain, rng);
    };
    let (slot, held) = (*slot, chain.account(*slot).expect("an open account"));
    let spot = chain.feed().price_e6.get();
    let Ok(figures) = both(chain, held, PriceE6(spot)) else { return any(chain, rng) };
    if figures.mm.0 < 0 {
        return start(chain, rng, slot);
    }
    let free = figures.im.0.max(0).unsigned_abs() / 100 * 97;
    let token = Token::of(held.quote_atoms.get() > held.base_atoms.get().cast_signed() / 10);
    let atoms = match token {
        Token::Quote => free.min(held.quote_atoms.get().max(0).unsigned_abs()),
        Token::Base => (u128::from(free) * u128::from(SOL) / u128::from(spot)).min(held.base_atoms.get().into()) as u64,
    };
    if free < 100 * USDC || atoms == 0 {
        // Where it can go no further it comes back, for others.
        let falls = (position.kind == KIND_PUT && spot > PRICES.0 * 3 / 2) || spot > PRICES.1 / 3 * 2;
        let moved = spot / 100 * if falls { rng.range(45, 65) } else { rng.range(150, 220) };
        return Action::Price { price_e6: moved.clamp(PRICES.0, PRICES.1), mask: 7, follow: true };
    }
    let own: Vec<Slot> = chain.open().into_iter().filter(|to| to.owner == slot.owner && *to != slot).collect();
    match rng.pick(&own) {
        Some(to) => Action::Transfer { from: slot, to: *to, token, atoms },
        None => Action::Open { slot: Slot { owner: slot.owner, sub: (slot.sub + 1) % SUBS } },
    }
}

/// When the auction of an insolvent account is over.
const fn ends_unix_s(open: &Liquidation) -> i64 {
    open.since_unix_s.get() + INSOLVENT_S.cast_signed() - open.counted_s.get().cast_signed()
}

/// What ends an insolvency: whoever bears it pays, and somebody with enough takes the account over.
fn resolve(chain: &Chain, rng: &mut Rng, slot: Slot) -> Action {
    let (held, open) = (chain.account(slot).expect("an account"), liquidation_of(chain, slot).expect("a liquidation"));
    let Ok(figures) = both(chain, held, PriceE6(chain.feed().price_e6.get())) else {
        return super::settle(chain, rng).unwrap_or_else(|| any(chain, rng));
    };
    if figures.mm.0 >= 0 {
        return Action::LiquidationFinish { slot };
    }
    let seconds = ends_unix_s(&open) - chain.unix_s;
    if seconds > 0 {
        return Action::Wait { seconds, slots: 3 };
    }
    // A taker is paid a twentieth more than what is missing.
    let is_insured = figures.mtm.0 / 20 * 21 + chain.market().insurance_atoms.get().cast_signed() >= 0;
    if is_insured || rng.once_in(6) {
        let others = chain.open().into_iter().filter(|other| other.owner != slot.owner);
        let bidder = others.max_by_key(|other| balance(chain, *other, Token::Quote)).unwrap_or(slot);
        let (signer, fraction_e9, limit_atoms) = (bidder.owner, 1_000_000_000, i64::MAX);
        return Action::LiquidationBid { slot, bidder, signer, fraction_e9, limit_atoms };
    }
    if rng.once_in(2) {
        Action::Draw { slot, ticket: 700_000 + chain.tickets.len() as u64 }
    } else {
        Action::Haircut { slot }
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
