//! Who bears a loss: account equity, then the market's insurance, then the global fund within its caps, then a haircut of the market's
//! positive balances by an index.
//!
//! Source: margin design, Loss waterfall. A step is touched only when the one before it is empty or at its cap.

use abi::margin::{MarginAccount, Market};
use units::{QuoteAtoms, mul_div_ceil, mul_div_floor};

/// An index that has lost nothing.
pub const INDEX_ONE_E18: u64 = 1_000_000_000_000_000_000;
/// The lowest index: below it a balance's atoms would no longer be told apart.
pub const INDEX_MIN_E18: u64 = 1_000_000_000;
/// Window of the fund's second cap.
pub const FUND_WINDOW_S: i64 = 24 * 3_600;

/// Why a loss cannot be split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaterfallError {
    /// An amount is negative.
    AmountNegative,
    /// The index is 0 or above one.
    IndexOutOfRange,
    /// A balance's index lies below the market's: the index only falls.
    IndexRose,
}

/// What the global fund may still pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fund {
    pub balance: QuoteAtoms,
    pub event_cap: QuoteAtoms,
    pub window_cap: QuoteAtoms,
    /// Paid out in the current window of 24 hours.
    pub window_paid: QuoteAtoms,
    /// When that window began.
    pub window_unix_s: i64,
}

impl Fund {
    /// No fund at all.
    pub const NONE: Self = Self {
        balance: QuoteAtoms::ZERO,
        event_cap: QuoteAtoms::ZERO,
        window_cap: QuoteAtoms::ZERO,
        window_paid: QuoteAtoms::ZERO,
        window_unix_s: 0,
    };

    /// Paid in the window that `now` lies in: a window that is over has paid nothing.
    pub const fn paid(&self, now_unix_s: i64) -> QuoteAtoms {
        if now_unix_s.saturating_sub(self.window_unix_s) >= FUND_WINDOW_S { QuoteAtoms::ZERO } else { self.window_paid }
    }

    /// Most that one event may take at `now`. None of the amounts may be negative.
    fn available(&self, now_unix_s: i64) -> i64 {
        let left = self.window_cap.0.saturating_sub(self.paid(now_unix_s).0).max(0);
        self.balance.0.min(self.event_cap.0).min(left)
    }
}

/// Everything a loss can fall on, in order. No amount is negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sources {
    /// What the losing account is still worth in quote.
    pub account: QuoteAtoms,
    /// The market's insurance.
    pub insurance: QuoteAtoms,
    pub fund: Fund,
    /// Sum of the market's positive quote balances, index applied.
    pub balances: QuoteAtoms,
}

/// How a loss is borne. The parts sum to the loss, exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Split {
    pub account: QuoteAtoms,
    pub insurance: QuoteAtoms,
    pub fund: QuoteAtoms,
    /// Taken from positive balances by the index.
    pub haircut: QuoteAtoms,
    /// What even a haircut of everything does not cover.
    pub uncovered: QuoteAtoms,
}

/// Splits `loss` at `now`. INVARIANT(M-8): a source is touched only when those before it can give no more.
///
/// Exact. Error: `AmountNegative`.
pub fn split(loss: QuoteAtoms, sources: &Sources, now_unix_s: i64) -> Result<Split, WaterfallError> {
    let fund = &sources.fund;
    let amounts = [
        loss,
        sources.account,
        sources.insurance,
        sources.balances,
        fund.balance,
        fund.event_cap,
        fund.window_cap,
        fund.window_paid,
    ];
    if amounts.iter().any(|amount| amount.0 < 0) {
        return Err(WaterfallError::AmountNegative);
    }
    let mut left = loss.0;
    let mut take = |available: i64| {
        // BOUND: neither is negative, so what is left is not either.
        let taken = left.min(available);
        left = left.saturating_sub(taken);
        QuoteAtoms(taken)
    };
    Ok(Split {
        account: take(sources.account.0),
        insurance: take(sources.insurance.0),
        fund: take(fund.available(now_unix_s)),
        haircut: take(sources.balances.0),
        uncovered: take(i64::MAX),
    })
}

/// The market's index after `haircut` of `balances` is taken: index x (balances - haircut) / balances, rounded down, so that balances
/// fall by at least the haircut. 0 means that every balance is gone. Errors: `IndexOutOfRange`, `AmountNegative` (also when more than
/// all is taken).
pub fn index_after_floor(index_e18: u64, balances: QuoteAtoms, haircut: QuoteAtoms) -> Result<u64, WaterfallError> {
    if index_e18 == 0 || index_e18 > INDEX_ONE_E18 {
        return Err(WaterfallError::IndexOutOfRange);
    }
    if haircut.0 == 0 && balances.0 >= 0 {
        return Ok(index_e18);
    }
    let kept = balances.0.checked_sub(haircut.0).and_then(|kept| u64::try_from(kept).ok());
    match (kept, u64::try_from(balances.0), haircut.0 > 0) {
        // BOUND: kept <= balances, so the quotient is at most the index.
        (Some(kept), Ok(whole), true) => mul_div_floor(index_e18, kept, whole).ok_or(WaterfallError::AmountNegative),
        _ => Err(WaterfallError::AmountNegative),
    }
}

/// The positive quote balances of a market, as they are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cuttable {
    pub index_e18: u64,
    /// Their sum, each as it was last written.
    pub stored: QuoteAtoms,
    /// What earlier haircuts have yet to collect of them.
    pub due: QuoteAtoms,
    /// Accounts there have ever been: each may have rounded.
    pub accounts: u64,
}

/// A haircut that can be had: the index after it, and what it raises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Haircut {
    pub index_e18: u64,
    pub raised: QuoteAtoms,
}

impl Cuttable {
    /// At most what the balances come to once every account has been brought to the index. Error: `IndexOutOfRange`.
    ///
    /// Accounts round down, an atom each, and so does each index: what they have lost beyond what is due is not there any more. Four atoms
    /// an account and 64 steps of the index are more than that comes to (property-tested over many haircuts).
    pub fn balances(&self) -> Result<QuoteAtoms, WaterfallError> {
        if self.index_e18 == 0 || self.index_e18 > INDEX_ONE_E18 {
            return Err(WaterfallError::IndexOutOfRange);
        }
        let left = self.stored.0.saturating_sub(self.due.0).max(0);
        let size = u64::try_from(left).map_err(|_| WaterfallError::AmountNegative)?;
        // BOUND: saturating, and what is taken off is at most everything.
        let steps = mul_div_ceil(size, 1, self.index_e18).unwrap_or(u64::MAX).saturating_add(1).saturating_mul(64);
        let slack = self.accounts.saturating_mul(4).saturating_add(steps);
        Ok(QuoteAtoms(i64::try_from(size.saturating_sub(slack)).map_err(|_| WaterfallError::AmountNegative)?))
    }

    /// Raises `wanted` of the balances, or as much of it as leaves the index above its least. Errors: `AmountNegative`, `IndexOutOfRange`.
    pub fn haircut(&self, wanted: QuoteAtoms) -> Result<Haircut, WaterfallError> {
        let balances = self.balances()?;
        let whole = u64::try_from(balances.0).map_err(|_| WaterfallError::AmountNegative)?;
        let wanted = u64::try_from(wanted.0).map_err(|_| WaterfallError::AmountNegative)?;
        // What must be kept for the index to stay above its least, rounded up twice.
        let kept = mul_div_ceil(whole, INDEX_MIN_E18, self.index_e18).map_or(whole, |kept| kept.saturating_add(1));
        let raised = wanted.min(whole.saturating_sub(kept));
        let raised = QuoteAtoms(i64::try_from(raised).map_err(|_| WaterfallError::AmountNegative)?);
        Ok(Haircut { index_e18: index_after_floor(self.index_e18, balances, raised)?, raised })
    }
}

/// A balance written at index `from`, brought to index `to`. A debt is not cut. ROUNDING: down.
///
/// Errors: `IndexOutOfRange`, `IndexRose`.
pub fn balance_at_floor(balance: QuoteAtoms, from_e18: u64, to_e18: u64) -> Result<QuoteAtoms, WaterfallError> {
    if from_e18 == 0 || from_e18 > INDEX_ONE_E18 {
        return Err(WaterfallError::IndexOutOfRange);
    }
    if to_e18 > from_e18 {
        return Err(WaterfallError::IndexRose);
    }
    let Ok(size) = u64::try_from(balance.0) else { return Ok(balance) };
    // BOUND: to <= from, so the quotient is at most the balance.
    let cut = mul_div_floor(size, to_e18, from_e18).and_then(|cut| i64::try_from(cut).ok());
    cut.map(QuoteAtoms).ok_or(WaterfallError::IndexOutOfRange)
}

/// An account's quote balance after its market's haircuts, which what is segregated has no part in. ROUNDING: down.
///
/// Errors: as [`balance_at_floor`].
pub fn quote_now_floor(account: &MarginAccount, market: &Market) -> Result<QuoteAtoms, WaterfallError> {
    let balance = QuoteAtoms(account.quote_atoms.get());
    if account.segregated == 1 || account.index_lost_e18 == market.index_lost_e18 {
        return Ok(balance);
    }
    let index = |lost_e18: u64| INDEX_ONE_E18.saturating_sub(lost_e18);
    balance_at_floor(balance, index(account.index_lost_e18.get()), index(market.index_lost_e18.get()))
}

#[cfg(test)]
mod tests;
