//! Quote balances: what becomes due on a debt, and the sums that follow a balance.

use abi::margin::{MarginAccount, Market};
use risk::debt::interest_ceil;
use units::QuoteAtoms;

/// Changes a balance, after booking the interest that a debt has borne.
pub fn change(market: &mut Market, account: &mut MarginAccount, change: i64, now: i64) -> Result<(), &'static str> {
    refresh(market, account, now);
    let after = account.quote_atoms.get().checked_add(change).ok_or("AmountOverflow")?;
    write(market, account, after, now)
}

/// Books what has become due: a debt's interest, and a balance's part of haircuts.
pub fn refresh(market: &mut Market, account: &mut MarginAccount, now: i64) {
    interest(market, account, now);
    let before = account.quote_atoms.get();
    if account.segregated == 1 {
        return;
    }
    let after = invariants::value::quote_now(account, market).expect("an index that only falls").0;
    account.index_lost_e18 = market.index_lost_e18;
    let cut = (before - after).unsigned_abs();
    let paid = cut.min(market.haircut_due_atoms.get());
    market.haircut_due_atoms = (market.haircut_due_atoms.get() - paid).into();
    market.clearing_atoms = (market.clearing_atoms.get() + paid.cast_signed()).into();
    market.insurance_atoms = (market.insurance_atoms.get() + cut - paid).into();
    write(market, account, after, now).expect("in bounds");
}

fn interest(market: &mut Market, account: &mut MarginAccount, now: i64) {
    let balance = account.quote_atoms.get();
    if balance >= 0 {
        return;
    }
    let since = account.interest_unix_s.get();
    account.interest_unix_s = now.into();
    if account.debt_unix_s.get() == 0 {
        account.debt_unix_s = now.into();
    }
    if since == 0 || account.base_atoms.get() == 0 {
        return;
    }
    let seconds = u64::try_from(now - since).unwrap_or(0);
    let interest = interest_ceil(QuoteAtoms(-balance), seconds).expect("a debt of this life").0;
    market.insurance_atoms = (market.insurance_atoms.get() + interest.unsigned_abs()).into();
    write(market, account, balance - interest, now).expect("in bounds");
}

fn write(market: &mut Market, account: &mut MarginAccount, after: i64, now: i64) -> Result<(), &'static str> {
    let before = account.quote_atoms.get();
    let sum = i128::from(market.quote_balances_atoms.get()) + i128::from(after) - i128::from(before);
    market.quote_balances_atoms = i64::try_from(sum).map_err(|_| "AmountOverflow")?.into();
    let positive = |balance: i64| if account.segregated == 1 { 0 } else { i128::from(balance.max(0)) };
    let sum = i128::from(market.positive_balances_atoms.get()) + positive(after) - positive(before);
    market.positive_balances_atoms = u64::try_from(sum).map_err(|_| "AmountOverflow")?.into();
    if after >= 0 {
        (account.debt_unix_s, account.interest_unix_s) = (0.into(), 0.into());
    } else if before >= 0 || account.debt_unix_s.get() == 0 {
        (account.debt_unix_s, account.interest_unix_s) = (now.into(), now.into());
    }
    account.quote_atoms = after.into();
    Ok(())
}
