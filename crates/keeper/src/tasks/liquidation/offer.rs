//! What is bid for an account in liquidation, if anything: within what may be spent, with an edge, and with margin left.
//!
//! ```text
//! solvent:    price <= value of the slice x (1 - edge);  price <= spend_max
//! insolvent:  payment >= shortfall x (1 + insolvent_edge)
//! both:       initial margin of the bidder afterwards >= reserve
//! ```
//! Ours. The largest slice that fits is wanted: halves are tried, down to `HALVINGS` times.

use super::Settings;
use crate::book::Book;
use abi::margin::{Liquidation, MarginAccount, Position};
use invariants::value::{Figures, Need};
use risk::liquidation::{
    AuctionClock, BUFFER_BPS, FEE_BPS, SliceTerms, WHOLE_E9, insolvent_payment_floor, price_ceil, slice_base_floor,
    slice_fraction_floor, slice_lots, slice_quote,
};
use units::{BPS, BaseAtoms, Lots, QuoteAtoms, UnixSeconds, mul_div_floor};

/// Slices tried: the largest allowed, and half of it so many times.
const HALVINGS: u32 = 7;

/// A bid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    pub fraction_e9: u32,
    /// As the program takes it: negative where insurance pays.
    pub limit_atoms: i64,
}

/// Why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declined {
    /// The slice does not cost little enough yet, or insurance does not pay enough yet.
    TooDear,
    /// Not even the smallest slice tried leaves the reserve: less to spend, or no room for its positions.
    NoRoom,
    /// Its figures leave their domain.
    Unpriced,
}

/// Whether its clock is that of the phase which the account is in, worth what it is now.
pub const fn is_current(liquidation: &Liquidation, worth: QuoteAtoms) -> bool {
    (worth.0 <= 0) == (liquidation.phase == 1)
}

/// Seconds of the auction that count now, on the program's scale.
pub fn elapsed_s(liquidation: &Liquidation, worth: QuoteAtoms, now_unix_s: i64, time_divisor: u32) -> u64 {
    // A phase that begins anew starts at zero.
    if !is_current(liquidation, worth) {
        return 0;
    }
    let running_since = (liquidation.running != 0).then_some(UnixSeconds(liquidation.since_unix_s.get()));
    let clock = AuctionClock { counted_s: liquidation.counted_s.get(), running_since };
    clock.elapsed_s(UnixSeconds(now_unix_s)).unwrap_or_default().saturating_mul(time_divisor.into())
}

/// The bid for `account`, worth what `valued` says, after `elapsed_s` of its auction.
pub fn offer(
    settings: &Settings,
    book: &Book<'_>,
    bidder: &MarginAccount,
    (account, valued): (&MarginAccount, &Figures),
    elapsed_s: u64,
) -> Result<Offer, Declined> {
    if valued.mtm.0 <= 0 {
        return whole(settings, book, bidder, (account, valued), elapsed_s);
    }
    let terms = SliceTerms { mtm: valued.mtm, im: valued.im, buffer_bps: BUFFER_BPS, fee_bps: FEE_BPS, elapsed_s };
    let most = slice_fraction_floor(&terms).map_err(|_| Declined::Unpriced)?;
    let mut fraction_e9 = most.min(affordable_e9(valued.mtm, settings)).max(1);
    for _ in 0..=HALVINGS {
        let value = slice_quote(valued.mtm, fraction_e9).map_err(|_| Declined::Unpriced)?;
        // Less than an atom is nothing to bid for.
        if value.0 <= 0 {
            return Err(Declined::NoRoom);
        }
        let limit = scaled(value, BPS.saturating_sub(settings.edge_bps.into()));
        let price = price_ceil(value, elapsed_s).map_err(|_| Declined::Unpriced)?;
        if price > limit {
            return Err(Declined::TooDear);
        }
        if is_left(settings, book, bidder, (account, fraction_e9, limit)) {
            return Ok(Offer { fraction_e9, limit_atoms: limit.0 });
        }
        fraction_e9 = fraction_e9.div_ceil(2);
    }
    Err(Declined::NoRoom)
}

/// An insolvent account goes whole.
fn whole(
    settings: &Settings,
    book: &Book<'_>,
    bidder: &MarginAccount,
    (account, valued): (&MarginAccount, &Figures),
    elapsed_s: u64,
) -> Result<Offer, Declined> {
    let shortfall = QuoteAtoms(valued.mtm.0.saturating_neg());
    let wanted = scaled(shortfall, BPS.saturating_add(settings.insolvent_edge_bps.into()));
    let full = insolvent_payment_floor(valued.mtm, elapsed_s).unwrap_or(QuoteAtoms::ZERO);
    let insurance = i64::try_from(book.view.market.insurance_atoms.get()).unwrap_or(i64::MAX);
    if full.0.min(insurance) < wanted.0 {
        return Err(Declined::TooDear);
    }
    let limit = QuoteAtoms(wanted.0.saturating_neg());
    if !is_left(settings, book, bidder, (account, WHOLE_E9, limit)) {
        return Err(Declined::NoRoom);
    }
    Ok(Offer { fraction_e9: WHOLE_E9, limit_atoms: limit.0 })
}

/// The largest part of an account worth `worth` that costs no more than may be spent.
fn affordable_e9(worth: QuoteAtoms, settings: &Settings) -> u32 {
    let limit = scaled(worth, BPS.saturating_sub(settings.edge_bps.into())).0.unsigned_abs().max(1);
    let part = mul_div_floor(settings.spend_max_atoms, WHOLE_E9.into(), limit).unwrap_or(u64::MAX);
    u32::try_from(part).unwrap_or(WHOLE_E9).min(WHOLE_E9)
}

fn scaled(atoms: QuoteAtoms, bps: u64) -> QuoteAtoms {
    let product = mul_div_floor(atoms.0.unsigned_abs(), bps, BPS).unwrap_or(u64::MAX);
    QuoteAtoms(i64::try_from(product).unwrap_or(i64::MAX))
}

/// Whether the bidder has its reserve after the slice at the most it may cost. The program asks the same with a reserve of nothing.
fn is_left(
    settings: &Settings,
    book: &Book<'_>,
    bidder: &MarginAccount,
    (account, fraction_e9, price): (&MarginAccount, u32, QuoteAtoms),
) -> bool {
    let Some(after) = after(bidder, account, fraction_e9, price) else { return false };
    let reserve = i64::try_from(settings.reserve_atoms).unwrap_or(i64::MAX);
    book.value(&after, Need::NewRisk).is_ok_and(|valued| valued.im.0 >= reserve)
}

/// The bidder with a slice of `account` bought for `price`. `None` where it has no room.
pub fn after(
    bidder: &MarginAccount,
    account: &MarginAccount,
    fraction_e9: u32,
    price: QuoteAtoms,
) -> Option<MarginAccount> {
    let mut after = *bidder;
    let quote = slice_quote(QuoteAtoms(account.quote_atoms.get()), fraction_e9).ok()?;
    let base = slice_base_floor(BaseAtoms(account.base_atoms.get()), fraction_e9).ok()?;
    after.quote_atoms = bidder.quote_atoms.get().checked_add(quote.0)?.checked_sub(price.0)?.into();
    after.base_atoms = bidder.base_atoms.get().checked_add(base.0)?.into();
    for position in account.positions.iter().filter(|position| position.kind != 0) {
        let taken = slice_lots(Lots(position.lots.get()), fraction_e9).ok()?;
        if taken != Lots::ZERO {
            take(&mut after, position, taken)?;
        }
    }
    Some(after)
}

fn take(after: &mut MarginAccount, position: &Position, taken: Lots) -> Option<()> {
    let is_it = |held: &Position| {
        held.kind == position.kind
            && held.expiry_unix_s == position.expiry_unix_s
            && held.strike_e6 == position.strike_e6
    };
    let found = after.positions.iter().position(is_it);
    let at = found.or_else(|| after.positions.iter().position(|held| held.kind == 0))?;
    let place = after.positions.get_mut(at)?;
    let lots = if found.is_some() { place.lots.get() } else { 0 }.checked_add(taken.0)?;
    *place = Position { lots: lots.into(), kind: if lots == 0 { 0 } else { position.kind }, ..*position };
    Some(())
}
