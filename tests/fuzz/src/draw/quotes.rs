//! Quotes and what becomes of them.

use super::{any_owner, signer, slot};
use crate::action::{Action, Flaw, Leg, Slot};
use crate::chain::Chain;
use crate::rng::Rng;
use abi::margin::KIND_PUT;
use client::addresses;
use risk::payoff::Kind;
use testkit::USDC;
use units::PriceE6;

/// The place of an expiry that trades; of any if none does.
pub fn live(chain: &Chain, rng: &mut Rng) -> u8 {
    let trading: Vec<usize> = (0..chain.listed.len()).filter(|at| chain.listed[*at] > chain.unix_s).collect();
    match rng.pick(&trading) {
        Some(at) if !rng.once_in(40) => *at as u8,
        _ => rng.below(chain.listed.len().max(1) as u64) as u8,
    }
}

/// A strike of that expiry near the price, most of the time.
pub fn strike(chain: &Chain, rng: &mut Rng, expiry: u8) -> u64 {
    let listed = chain.listed.get(usize::from(expiry)).and_then(|at| chain.expiry(*at));
    let Some(listed) = listed.filter(|_| !rng.once_in(60)) else { return 3 + rng.magnitude(1_000 * USDC) };
    let spot = chain.feed().price_e6.get();
    let strikes: Vec<u64> = listed.strikes_e6.iter().map(|strike| strike.get()).collect();
    let nearest = (0..strikes.len()).min_by_key(|at| strikes[*at].abs_diff(spot)).unwrap_or(0) as u64;
    let at = if rng.once_in(5) { rng.below(32) } else { (nearest + rng.below(9)).saturating_sub(4).min(31) };
    strikes[at as usize]
}

/// A premium that somebody might ask: near what the option is worth, or anything.
fn premium(chain: &Chain, rng: &mut Rng, strike_e6: u64, put: bool) -> u64 {
    if rng.once_in(30) {
        return rng.magnitude(1 << 45);
    }
    let spot = chain.feed().price_e6.get();
    let kind = if put { Kind::Put } else { Kind::Call };
    let worth = kind.intrinsic(PriceE6(strike_e6), PriceE6(spot)).0 + spot / 1_000 * rng.range(1, 80);
    // Odd numbers leave remainders.
    (worth + rng.below(1_000)).max(100)
}

fn leg(chain: &Chain, rng: &mut Rng) -> Leg {
    let expiry = live(chain, rng);
    let strike_e6 = strike(chain, rng, expiry);
    let put = rng.once_in(2);
    let price_e6 = premium(chain, rng, strike_e6, put);
    let ratio = if rng.once_in(60) { 0 } else { rng.range(1, 3) as u16 };
    Leg { expiry, strike_e6, put, sells: rng.once_in(2), price_e6, ratio }
}

/// Legs against what an account holds.
fn closing(chain: &Chain, rng: &mut Rng, maker: Slot) -> Option<(Vec<Leg>, u64)> {
    let held = chain.account(maker)?;
    let open: Vec<_> = held.positions.iter().filter(|position| position.kind != 0).collect();
    let position = rng.pick(&open)?;
    let at = position.expiry_unix_s.get();
    let expiry = chain.listed.iter().position(|listed| *listed == at)? as u8;
    let (strike_e6, put) = (position.strike_e6.get(), position.kind == KIND_PUT);
    let sells = position.lots.get() > 0;
    let price_e6 = premium(chain, rng, strike_e6, put);
    let most = position.lots.get().unsigned_abs();
    let max = if rng.once_in(3) { most } else { rng.range(1, most) };
    Some((vec![Leg { expiry, strike_e6, put, sells, price_e6, ratio: 1 }], max))
}

/// Options sold at the money, of several times what the maker has: what a crash brings down.
fn heavy(chain: &Chain, rng: &mut Rng, maker: Slot) -> Option<Action> {
    let held = chain.account(maker)?;
    let spot = chain.feed().price_e6.get();
    let worth = u128::from(held.base_atoms.get()) * u128::from(spot) / u128::from(testkit::SOL);
    let worth = worth + u128::from(held.quote_atoms.get().max(0).unsigned_abs());
    let most = if held.mode == abi::margin::MODE_PORTFOLIO { 14 } else { 3 };
    let times = u128::from(rng.range(1, most));
    let lots = u64::try_from(worth * times * u128::from(testkit::LOTS_PER_UNIT) / 2 / u128::from(spot)).ok()?.max(1);
    let expiry = live(chain, rng);
    let put = rng.once_in(2);
    let strike_e6 = strike(chain, rng, expiry);
    let price_e6 = premium(chain, rng, strike_e6, put);
    let id = chain.quotes.len() as u16;
    let nonce = 10 + u64::from(id);
    let legs = vec![Leg { expiry, strike_e6, put, sells: true, price_e6, ratio: 1 }];
    Some(Action::Quote {
        id,
        maker,
        signer: maker.owner,
        nonce,
        max: lots,
        min: 0,
        life: 5_000,
        legs,
        flaw: Flaw::None,
    })
}

pub fn quote(chain: &Chain, rng: &mut Rng) -> Action {
    let maker = slot(chain, rng);
    if let Some(heavy) = heavy(chain, rng, maker).filter(|_| rng.once_in(5)) {
        return heavy;
    }
    let against = if rng.once_in(3) { closing(chain, rng, maker) } else { None };
    let (legs, max) = against.unwrap_or_else(|| {
        let count = match rng.below(20) {
            0..13 => 1,
            13..18 => rng.range(2, 3),
            _ => rng.range(4, 8),
        };
        ((0..count).map(|_| leg(chain, rng)).collect(), 1 + rng.magnitude(2_500))
    });
    let max = if rng.once_in(80) { rng.magnitude(u64::MAX) } else { max };
    let min = if rng.once_in(4) { rng.below(max / 2 + 1) } else { 0 };
    // A nonce comes again now and then, for another message.
    let nonce = if rng.once_in(25) { rng.below(20) } else { 10 + chain.quotes.len() as u64 };
    let life = if rng.once_in(9) { rng.below(30) } else { 5_000 };
    let flaw = if rng.once_in(25) { *rng.pick(&Flaw::ALL).unwrap_or(&Flaw::None) } else { Flaw::None };
    let id = chain.quotes.len() as u16;
    Action::Quote { id, maker, signer: signer(rng, maker.owner), nonce, max, min, life, legs, flaw }
}

/// One of the latest quotes, or of all.
fn recent(chain: &Chain, rng: &mut Rng) -> u16 {
    let count = chain.quotes.len() as u64;
    if rng.once_in(10) {
        return rng.below(count.max(1)) as u16;
    }
    count.saturating_sub(1 + rng.below(6)) as u16
}

pub fn fill(chain: &Chain, rng: &mut Rng) -> Action {
    let at = recent(chain, rng);
    let quote = chain.quotes.get(usize::from(at));
    let others: Vec<Slot> =
        chain.open().into_iter().filter(|slot| quote.is_none_or(|quote| quote.maker.owner != slot.owner)).collect();
    let taker = match rng.pick(&others) {
        Some(taker) if !rng.once_in(25) => *taker,
        _ => slot(chain, rng),
    };
    let left = quote.map_or(1, |quote| {
        let address = addresses::quote_state(&chain.stage.account(quote.maker), quote.nonce());
        let filled = chain
            .layout::<abi::margin::QuoteState>(&abi::ids::MARGIN, &address)
            .map_or(0, |state| state.filled_packages.get());
        quote.header.max_packages.get().saturating_sub(filled)
    });
    let packages = match rng.below(20) {
        0 => 0,
        1 => left.saturating_add(1),
        2 => rng.magnitude(u64::MAX),
        3..9 => left,
        _ => 1 + rng.below(left.max(1)),
    };
    let posted = quote.is_some_and(|quote| {
        let address = addresses::posted_quote(&chain.stage.account(quote.maker), quote.nonce());
        if chain.exists(&address) { !rng.once_in(3) } else { rng.once_in(40) }
    });
    let nonce_shift = if rng.once_in(60) { 1 } else { 0 };
    Action::Fill { quote: at, posted, taker, signer: signer(rng, taker.owner), packages, nonce_shift }
}

fn maker_signer(chain: &Chain, rng: &mut Rng, at: u16) -> u8 {
    let owner = chain.quotes.get(usize::from(at)).map(|quote| quote.maker.owner);
    match owner {
        Some(owner) => signer(rng, owner),
        None => any_owner(rng),
    }
}

pub fn post(chain: &Chain, rng: &mut Rng) -> Action {
    let quote = recent(chain, rng);
    Action::Post { quote, signer: maker_signer(chain, rng, quote) }
}

pub fn cancel(chain: &Chain, rng: &mut Rng) -> Action {
    let posted: Vec<u16> = (0..chain.quotes.len())
        .filter(|at| {
            let quote = &chain.quotes[*at];
            chain.exists(&addresses::posted_quote(&chain.stage.account(quote.maker), quote.nonce()))
        })
        .map(|at| at as u16)
        .collect();
    let quote = rng.pick(&posted).copied().unwrap_or(0);
    Action::Cancel { quote, signer: maker_signer(chain, rng, quote) }
}

pub fn bump(chain: &Chain, rng: &mut Rng) -> Action {
    let slot = slot(chain, rng);
    let floor = if rng.once_in(3) { rng.below(20) } else { (chain.quotes.len() as u64).saturating_sub(rng.below(12)) };
    Action::Bump { slot, signer: signer(rng, slot.owner), floor }
}

pub fn state_close(chain: &Chain, rng: &mut Rng) -> Action {
    let count = chain.quotes.len().min(200);
    let from = chain.quotes.len() - count;
    let filled: Vec<u16> = (from..chain.quotes.len())
        .filter(|at| {
            let quote = &chain.quotes[*at];
            chain.exists(&addresses::quote_state(&chain.stage.account(quote.maker), quote.nonce()))
        })
        .map(|at| at as u16)
        .collect();
    Action::StateClose { quote: rng.pick(&filled).copied().unwrap_or(0) }
}
