//! The global insurance fund: what a share is worth, and how much of the fund one loss may take.
//!
//! Source: margin design, Loss waterfall; the caps' sizes are ours (ADR 16). ROUNDING: shares and what they pay down, so that whoever stays
//! never pays for whoever comes or goes.

use crate::waterfall::{FUND_WINDOW_S, Fund};
use units::{QuoteAtoms, mul_div_floor};

/// What one insolvent account may take of the fund, and all of them in 24 hours, in basis points of what it held when those began.
pub const EVENT_BPS: u16 = 1_000;
pub const WINDOW_BPS: u16 = 2_500;
/// From the notice to the payment: shorter than the delay of any upgrade, so that stakers leave before code that they do not trust.
pub const NOTICE_S: i64 = 6 * 86_400;

/// Why a stake has no figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FundError {
    /// The amount buys not even one share.
    StakeTooSmall,
    /// More shares than there are.
    SharesTooMany,
    /// There are shares and nothing behind them.
    FundEmpty,
    /// An amount exceeds its type.
    Overflow,
}

/// Shares for `amount` in a fund of `balance` and `shares`. The first stake makes a share of an atom. Errors: `StakeTooSmall`, `FundEmpty`,
/// `Overflow`.
pub fn shares_floor(amount: u64, balance: u64, shares: u64) -> Result<u64, FundError> {
    let bought = match (shares, balance) {
        (0, _) => Some(amount),
        (_, 0) => return Err(FundError::FundEmpty),
        _ => mul_div_floor(amount, shares, balance),
    };
    bought
        .ok_or(FundError::Overflow)
        .and_then(|bought| if bought == 0 { Err(FundError::StakeTooSmall) } else { Ok(bought) })
}

/// What `leaving` of `shares` are worth. Errors: `SharesTooMany`, `Overflow`.
pub fn worth_floor(leaving: u64, balance: u64, shares: u64) -> Result<u64, FundError> {
    if leaving > shares {
        return Err(FundError::SharesTooMany);
    }
    if leaving == 0 {
        return Ok(0);
    }
    mul_div_floor(balance, leaving, shares).ok_or(FundError::Overflow)
}

/// A window of 24 hours: when it began, what the fund held then, and what has been drawn since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Draws {
    pub since_unix_s: i64,
    pub opening: u64,
    pub drawn: u64,
}

impl Draws {
    /// The window that `now` lies in. Periods are divided by `time_divisor`, as in every build for local networks.
    #[must_use]
    pub fn at(self, balance: u64, now_unix_s: i64, time_divisor: u32) -> Self {
        let length_s = FUND_WINDOW_S.checked_div(i64::from(time_divisor)).unwrap_or(FUND_WINDOW_S).max(1);
        let is_over = now_unix_s.saturating_sub(self.since_unix_s) >= length_s;
        if is_over { Self { since_unix_s: now_unix_s, opening: balance, drawn: 0 } } else { self }
    }

    /// What one event may still take of the fund: `taken` is what it has taken before. Error: `Overflow`.
    pub fn available(self, balance: u64, taken: u64, now_unix_s: i64) -> Result<Fund, FundError> {
        let atoms = |atoms: u64| i64::try_from(atoms).map(QuoteAtoms).map_err(|_| FundError::Overflow);
        let opening = atoms(self.opening)?;
        let cap = |bps| opening.bps_floor(bps).ok_or(FundError::Overflow);
        Ok(Fund {
            balance: atoms(balance)?,
            event_cap: QuoteAtoms(cap(EVENT_BPS)?.0.saturating_sub(atoms(taken)?.0).max(0)),
            window_cap: cap(WINDOW_BPS)?,
            window_paid: atoms(self.drawn)?,
            // The window has been brought to now: what was drawn counts, however short a period is here.
            window_unix_s: now_unix_s,
        })
    }
}

#[cfg(test)]
mod tests;
