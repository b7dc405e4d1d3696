//! The turn of an epoch: fees, one price per share, and both queues at that price.
//!
//! ```text
//! A   what the vault holds, in its own token: base + quote / price, or quote alone
//! fee min(m A t, G) + p (G - that)+        G = A' - H S'+, what is above the high-water mark H; taken as shares, so that nothing is sold
//! in  floor(D S' / A')                     out  floor(held x W / S')         S', A' with the virtual offset, after the fee
//! ```
//! Withdrawals are paid in kind, a part of each token held: they need no price, so no outage can hold them: INVARIANT(V-7). Shares
//! bought and paid round down, and share in an atom and a thousand shares that nobody owns: INVARIANT(V-2).

use super::shares::{E12, VIRTUAL_ASSETS, VIRTUAL_SHARES, share_price_e12, shares_floor};
use super::{Mandate, Unit};
use units::{BPS, PriceE6, mul_div_ceil, mul_div_floor};

const SECONDS_PER_YEAR: u64 = 31_536_000;
/// Fewest shares that the least deposit must buy.
const SHARES_LEAST: u64 = 1_000;

/// What backs the shares when the epoch turns: the trading account, flat and without debt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holdings {
    pub base_atoms: u64,
    pub quote_atoms: u64,
    /// In existence, fee shares included.
    pub shares: u64,
    /// Asset atoms per 1e12 shares above which gains are new; 0 before the first deposit.
    pub high_water_e12: u64,
}

/// What waits for the turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Queue {
    /// Atoms of the vault's token.
    pub deposit_atoms: u64,
    pub withdraw_shares: u64,
}

/// What the turn does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// In the vault's token, before deposits and withdrawals.
    pub assets_atoms: u64,
    pub fee_shares: u64,
    /// Minted to the deposits; `None`: they are handed back.
    pub deposit_shares: Option<u64>,
    /// Paid to the withdrawals.
    pub base_atoms: u64,
    pub quote_atoms: u64,
    /// In existence afterwards.
    pub shares: u64,
    /// After fees; 0 where no price was to be had.
    pub share_price_e12: u64,
    pub high_water_e12: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnError {
    /// More shares are to be burned than there are.
    SharesMissing,
}

/// Turns an epoch. `price` values the token that is not the vault's own: without it deposits are handed back and no fee is taken.
/// Errors: `SharesMissing`.
pub fn turn(
    holdings: &Holdings,
    queue: &Queue,
    terms: (&Mandate, Unit, bool),
    price: Option<PriceE6>,
    elapsed_s: u64,
) -> Result<Turn, TurnError> {
    let (mandate, unit, holds_base) = terms;
    let assets = if holds_base { holdings.assets_in_base_floor(price, unit) } else { Some(holdings.quote_atoms) };
    let mut out = Turn { shares: holdings.shares, high_water_e12: holdings.high_water_e12, ..Turn::default() };
    if let Some(assets) = assets {
        out.assets_atoms = assets;
        out.fee_shares = holdings.fee_shares_floor(assets, mandate, elapsed_s);
        // BOUND: fee shares are fewer than the shares that pay them, times a fee of at most the gain.
        out.shares = out.shares.saturating_add(out.fee_shares);
        out.share_price_e12 = share_price_e12(assets, out.shares);
        out.high_water_e12 = out.high_water_e12.max(out.share_price_e12);
        // A share that has become so dear that rounding would cost the least deposit a thousandth is no longer sold.
        let divisible =
            shares_floor(mandate.deposit_min, assets, out.shares).is_some_and(|least| least >= SHARES_LEAST);
        out.deposit_shares = shares_floor(queue.deposit_atoms, assets, out.shares).filter(|_| divisible);
    }
    let whole = out.shares.saturating_add(VIRTUAL_SHARES);
    if queue.withdraw_shares > out.shares {
        return Err(TurnError::SharesMissing);
    }
    // BOUND: parts of the whole.
    out.base_atoms = mul_div_floor(holdings.base_atoms, queue.withdraw_shares, whole).unwrap_or(0);
    out.quote_atoms = mul_div_floor(holdings.quote_atoms, queue.withdraw_shares, whole).unwrap_or(0);
    out.shares = out.shares.saturating_sub(queue.withdraw_shares).saturating_add(out.deposit_shares.unwrap_or(0));
    Ok(out)
}

impl Holdings {
    /// `None` without a price for the quote, or beyond 64 bits.
    fn assets_in_base_floor(&self, price: Option<PriceE6>, unit: Unit) -> Option<u64> {
        if self.quote_atoms == 0 {
            return Some(self.base_atoms);
        }
        let quote = mul_div_floor(self.quote_atoms, unit.base_unit_atoms, price?.0)?;
        self.base_atoms.checked_add(quote)
    }

    /// Both fees, as shares: never more than the gain above the high-water mark.
    fn fee_shares_floor(&self, assets: u64, mandate: &Mandate, elapsed_s: u64) -> u64 {
        let (assets, shares) = (assets.saturating_add(VIRTUAL_ASSETS), self.shares.saturating_add(VIRTUAL_SHARES));
        if self.high_water_e12 == 0 || self.shares == 0 {
            return 0;
        }
        let mark = mul_div_ceil(self.high_water_e12, shares, E12).unwrap_or(u64::MAX);
        let gain = assets.saturating_sub(mark);
        // BOUND: an epoch lasts less than 2^32 s, and a rate is below 2^16.
        let rate = u64::from(mandate.management_bps).saturating_mul(elapsed_s);
        let management = mul_div_floor(assets, rate, BPS.saturating_mul(SECONDS_PER_YEAR)).unwrap_or(gain).min(gain);
        let rest = gain.saturating_sub(management);
        let performance = mul_div_floor(rest, u64::from(mandate.performance_bps), BPS).unwrap_or(0);
        let fee = management.saturating_add(performance).min(gain);
        // BOUND: the gain is less than the assets, as the mark is at least one atom.
        let fee_shares = mul_div_floor(fee, shares, assets.saturating_sub(fee)).unwrap_or(0);
        if fee_shares > shares { 0 } else { fee_shares }
    }
}
