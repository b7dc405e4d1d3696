//! How much base to buy of an account in debt, if any: within what may be spent, with an edge, and with margin left.
//!
//! ```text
//! price <= feed's price x (1 - edge);  paid <= spend_max;  quote of the buyer afterwards >= 0, its initial margin >= reserve
//! maintenance margin of the account afterwards >= 0, as the program asks
//! ```
//! Ours. The largest purchase that fits is wanted: halves are tried, down to `HALVINGS` times.

use super::Settings;
use crate::book::Book;
use abi::margin::MarginAccount;
use invariants::value::{Need, quote_now, scale};
use risk::debt::{BaseSale, interest_ceil, price_floor, sale};
use units::{BPS, BaseAtoms, PriceE6, QuoteAtoms, mul_div_floor};

/// Purchases tried: the largest allowed, and half of it so many times.
const HALVINGS: u32 = 7;

/// What is asked for: the program sells no more of it than cures the debt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    pub base: BaseAtoms,
    /// Most for a whole unit.
    pub limit: PriceE6,
}

/// Why nothing is bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declined {
    /// The account owes nothing, has no base, or is in liquidation.
    NoDebt,
    /// The price has not fallen far enough yet.
    TooDear,
    /// Not even the smallest purchase leaves the reserve, or the account its margin.
    NoRoom,
    /// Its figures leave their domain.
    Unpriced,
}

pub fn offer(
    settings: &Settings,
    book: &Book<'_>,
    bidder: &MarginAccount,
    account: &MarginAccount,
) -> Result<Offer, Declined> {
    let held = BaseAtoms(account.base_atoms.get());
    if account.quote_atoms.get() >= 0 || held.0 == 0 || account.in_liquidation != 0 {
        return Err(Declined::NoDebt);
    }
    let debt = debt(book, account).ok_or(Declined::Unpriced)?;
    let price = price_floor(book.spot, seconds(book, account.debt_unix_s.get())).map_err(|_| Declined::Unpriced)?;
    let limit = mul_div_floor(book.spot.0, BPS.saturating_sub(settings.edge_bps.into()), BPS);
    let limit = PriceE6(limit.ok_or(Declined::Unpriced)?);
    if price > limit {
        return Err(Declined::TooDear);
    }
    let unit = scale(&book.view.market).base_unit_atoms;
    // Rounded down, so that what is paid, which is rounded up, fits.
    let mut asked = BaseAtoms(mul_div_floor(settings.spend_max_atoms, unit, limit.0).unwrap_or(u64::MAX).min(held.0));
    for _ in 0..=HALVINGS {
        if asked.0 == 0 {
            return Err(Declined::NoRoom);
        }
        let sold = sale(debt, held, asked, price, unit).map_err(|_| Declined::Unpriced)?;
        if fits(settings, book, bidder, (account, debt), &sold) {
            return Ok(Offer { base: asked, limit });
        }
        asked = BaseAtoms(sold.base.0.checked_div(2).unwrap_or_default());
    }
    Err(Declined::NoRoom)
}

/// What the account owes now, with the interest that the program books first.
fn debt(book: &Book<'_>, account: &MarginAccount) -> Option<QuoteAtoms> {
    let debt = QuoteAtoms(quote_now(account, &book.view.market).ok()?.0.checked_neg()?);
    let since = account.interest_unix_s.get();
    if since == 0 {
        return Some(debt);
    }
    debt.checked_add(interest_ceil(debt, seconds(book, since)).ok()?)
}

/// Since then, on the program's scale.
fn seconds(book: &Book<'_>, since_unix_s: i64) -> u64 {
    let passed = book.view.clock.unix_s.saturating_sub(since_unix_s);
    u64::try_from(passed).unwrap_or_default().saturating_mul(book.view.market.time_divisor.get().into())
}

/// Whether both accounts have what they must have after the sale.
fn fits(
    settings: &Settings,
    book: &Book<'_>,
    bidder: &MarginAccount,
    (account, debt): (&MarginAccount, QuoteAtoms),
    sold: &BaseSale,
) -> bool {
    let Some((buyer, seller)) = after(bidder, (account, debt), sold) else { return false };
    let reserve = i64::try_from(settings.reserve_atoms).unwrap_or(i64::MAX);
    let is_flat = |account: &MarginAccount| account.positions.iter().all(|position| position.kind == 0);
    buyer.quote_atoms.get() >= 0
        && book.value(&buyer, Need::NewRisk).is_ok_and(|valued| valued.im.0 >= reserve)
        && (is_flat(&seller) || book.value(&seller, Need::Keep).is_ok_and(|valued| valued.mm.0 >= 0))
}

/// Buyer and seller after the sale.
pub fn after(
    bidder: &MarginAccount,
    (account, debt): (&MarginAccount, QuoteAtoms),
    sold: &BaseSale,
) -> Option<(MarginAccount, MarginAccount)> {
    let (mut buyer, mut seller) = (*bidder, *account);
    buyer.quote_atoms = bidder.quote_atoms.get().checked_sub(sold.paid.0)?.into();
    buyer.base_atoms = bidder.base_atoms.get().checked_add(sold.base.0)?.into();
    seller.quote_atoms = sold.paid.0.checked_sub(debt.0)?.into();
    seller.base_atoms = account.base_atoms.get().checked_sub(sold.base.0)?.into();
    Some((buyer, seller))
}
