//! Longs that become tokens, and a market's terms.

use super::{amount, any_owner, quotes, signer, slot};
use crate::action::{Action, Slot, Terms};
use crate::chain::{Chain, Wrap};
use crate::rng::Rng;
use crate::stage::WRITER;
use abi::margin::{EXPIRY_SETTLED, KIND_PUT, Wrapped};
use risk::fees::FEE_BPS_MAX;
use testkit::USDC;

/// Tokens of a series, unwrapped while it trades and redeemed once it has settled, or burnt by whoever holds them.
pub fn wraps(chain: &Chain, rng: &mut Rng) -> Action {
    let live: Vec<u16> = (0..chain.wraps.len() as u16).filter(|at| chain.exists(&wrap(chain, *at).wrapped)).collect();
    let Some(series) = rng.pick(&live).copied() else { return open(chain, rng) };
    let (wrap, owner) = (wrap(chain, series), any_owner(rng));
    let settled = chain.expiry(wrap.time).is_some_and(|expiry| expiry.state == EXPIRY_SETTLED);
    let holder = holder(chain, rng, &wrap).unwrap_or(owner);
    if !chain.exists(&wrap.wallet(&chain.stage.actor(owner).key())) && rng.once_in(3) {
        return Action::WalletOpen { owner, series };
    }
    let tokens = chain.tokens(&wrap.wallet(&chain.stage.actor(holder).key()));
    let ticket = 900_000 + chain.tickets.len() as u64;
    match rng.below(16) {
        0..2 => open(chain, rng),
        2..6 if !settled => enter(chain, rng, series, &wrap),
        2..9 if settled => Action::Redeem { owner: holder, series, lots: amount(rng, tokens), ticket },
        9..11 => Action::WrapClose { series },
        11 if rng.once_in(4) => Action::WalletClose { owner: holder, series },
        11 => Action::Burn { owner: holder, series, lots: amount(rng, tokens) },
        12..14 => {
            let writer = if rng.once_in(8) { owner } else { WRITER };
            let lots = if rng.once_in(12) { rng.magnitude(u64::MAX) } else { rng.below(300) };
            Action::WriteWrapped { writer, series, to: owner, lots }
        }
        _ => {
            let own: Vec<Slot> = chain.open().into_iter().filter(|slot| slot.owner == holder).collect();
            let slot = rng.pick(&own).copied().unwrap_or(Slot { owner: holder, sub: 0 });
            Action::Unwrap { slot, signer: signer(rng, holder), series, lots: amount(rng, tokens) }
        }
    }
}

fn wrap(chain: &Chain, series: u16) -> Wrap {
    chain.wraps[usize::from(series)]
}

/// Somebody who has tokens.
fn holder(chain: &Chain, rng: &mut Rng, wrap: &Wrap) -> Option<u8> {
    let holds = |owner: &u8| chain.tokens(&wrap.wallet(&chain.stage.actor(*owner).key())) > 0;
    let holders: Vec<u8> = (0..=WRITER).filter(holds).collect();
    rng.pick(&holders).copied()
}

/// Wraps a series that somebody is long, most of the time.
fn open(chain: &Chain, rng: &mut Rng) -> Action {
    let account = slot(chain, rng);
    let longs: Vec<_> = chain
        .account(account)
        .map(|held| held.positions.into_iter().filter(|position| position.lots.get() > 0).collect())
        .unwrap_or_default();
    let listed = |at: i64| chain.listed.iter().position(|listed| *listed == at);
    match rng.pick(&longs).and_then(|long| Some((long, listed(long.expiry_unix_s.get())?))) {
        Some((long, expiry)) if !rng.once_in(6) => {
            Action::WrapOpen { expiry: expiry as u8, strike_e6: long.strike_e6.get(), put: long.kind == KIND_PUT }
        }
        _ => {
            let expiry = quotes::live(chain, rng);
            Action::WrapOpen { expiry, strike_e6: quotes::strike(chain, rng, expiry), put: rng.once_in(2) }
        }
    }
}

/// Whoever is long of the series takes tokens for it.
fn enter(chain: &Chain, rng: &mut Rng, series: u16, wrap: &Wrap) -> Action {
    let of: Option<&Wrapped> = chain.layout(&abi::ids::MARGIN, &wrap.wrapped);
    let lots_of = |slot: &Slot| {
        let (held, of) = (chain.account(*slot)?, of?);
        let is_of = |position: &&abi::margin::Position| {
            (position.expiry_unix_s, position.strike_e6, position.kind) == (of.expiry_unix_s, of.strike_e6, of.kind)
        };
        held.positions.iter().find(is_of).map(|position| position.lots.get()).filter(|lots| *lots > 0)
    };
    let longs: Vec<Slot> = chain.open().into_iter().filter(|slot| lots_of(slot).is_some()).collect();
    let slot = rng.pick(&longs).copied().unwrap_or_else(|| slot(chain, rng));
    let lots = amount(rng, lots_of(&slot).unwrap_or(3).unsigned_abs());
    Action::Wrap { slot, signer: signer(rng, slot.owner), series, lots }
}

/// Terms near the present ones, either way; now and then the end of the market, late in a life.
pub fn terms(chain: &Chain, rng: &mut Rng) -> Action {
    let right = !rng.once_in(8);
    let market = chain.market();
    if chain.listed.len() > 20 && rng.once_in(3) || rng.once_in(300) {
        return Action::Delist { right };
    }
    if rng.once_in(3) {
        return Action::TermsApply;
    }
    let near = |rng: &mut Rng, now: u16| match rng.below(12) {
        0 => FEE_BPS_MAX + 1,
        1..3 => now + 1,
        3..6 => now.saturating_sub(1),
        _ => now,
    };
    let tick_e6 = if rng.once_in(10) { 0 } else { rng.range(2, 8) * USDC };
    let (short, multiplier) = (market.portfolio.net_short_im_e9.get(), market.portfolio.multiplier_e9.get());
    let terms = Terms {
        taker_bps: near(rng, market.taker_fee_bps.get()),
        maker_bps: near(rng, market.maker_fee_bps.get()),
        tick_e6,
        net_short_im_e9: match rng.below(12) {
            0 => 2_000_000_000,
            1..4 => 5_000_000,
            _ => short + rng.below(1_000) as u32,
        },
        multiplier_e9: match rng.below(12) {
            0 => 0,
            1 => multiplier - multiplier / 1_000,
            _ => multiplier,
        },
    };
    Action::Terms { right, terms }
}
