//! Who bears a loss next, by the programs' waterfall. INVARIANT(M-8): the fund only what insurance cannot, balances only what neither can.

use crate::tasks::liquidation::elapsed_s;
use abi::margin::{Fund, Liquidation, MarginAccount, Market};
use invariants::value::quote_now;
use risk::fund::Draws;
use risk::liquidation::{INSOLVENT_S, insolvent_payment_floor};
use risk::waterfall::{Cuttable, Fund as Available, INDEX_ONE_E18, Sources, split};
use units::QuoteAtoms;

/// What is due for an insolvent account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Its auction runs, insurance pays it, or nobody can.
    Wait,
    /// The fund pays its part into insurance.
    Draw,
    /// Positive balances do.
    Cut,
}

/// An account in liquidation, and everything that a loss on it can fall on.
pub struct Loss<'a> {
    pub market: &'a Market,
    pub account: &'a MarginAccount,
    pub liquidation: &'a Liquidation,
    pub fund: Option<&'a Fund>,
    /// What the account is worth.
    pub mtm: QuoteAtoms,
    pub now_unix_s: i64,
}

pub fn step(loss: &Loss<'_>) -> Step {
    due(loss).unwrap_or(Step::Wait)
}

/// `None` where a figure leaves its domain: the program would refuse.
fn due(loss: &Loss<'_>) -> Option<Step> {
    let market = loss.market;
    let divisor = market.time_divisor.get();
    let elapsed_s = elapsed_s(loss.liquidation, loss.mtm, loss.now_unix_s, divisor);
    if loss.mtm.0 >= 0 || elapsed_s < INSOLVENT_S {
        return None;
    }
    let payment = insolvent_payment_floor(loss.mtm, elapsed_s).ok()?;
    let cuttable = loss.cuttable()?;
    let sources = Sources {
        account: QuoteAtoms::ZERO,
        insurance: QuoteAtoms(i64::try_from(market.insurance_atoms.get()).ok()?),
        fund: loss.available(divisor)?,
        balances: cuttable.balances().ok()?,
    };
    let parts = split(payment, &sources, loss.now_unix_s).ok()?;
    if parts.fund.0 > 0 {
        return Some(Step::Draw);
    }
    let raised = cuttable.haircut(parts.haircut).ok()?.raised;
    Some(if raised.0 > 0 { Step::Cut } else { Step::Wait })
}

impl Loss<'_> {
    /// What this account may still take of the fund.
    fn available(&self, time_divisor: u32) -> Option<Available> {
        let Some(fund) = self.fund else { return Some(Available::NONE) };
        let stored = Draws {
            since_unix_s: fund.window_unix_s.get(),
            opening: fund.window_opening_atoms.get(),
            drawn: fund.window_drawn_atoms.get(),
        };
        let balance = fund.balance_atoms.get();
        let draws = stored.at(balance, self.now_unix_s, time_divisor);
        draws.available(balance, self.liquidation.fund_paid_atoms.get(), self.now_unix_s).ok()
    }

    /// The balances that a haircut can fall on: all that are positive but this account's own.
    fn cuttable(&self) -> Option<Cuttable> {
        let exempt = u64::try_from(quote_now(self.account, self.market).ok()?.0).unwrap_or(0);
        let stored = self.market.positive_balances_atoms.get().saturating_sub(exempt);
        Some(Cuttable {
            index_e18: INDEX_ONE_E18.saturating_sub(self.market.index_lost_e18.get()),
            stored: QuoteAtoms(i64::try_from(stored).ok()?),
            due: QuoteAtoms(i64::try_from(self.market.haircut_due_atoms.get()).ok()?),
            accounts: self.market.accounts_opened.get(),
        })
    }
}
