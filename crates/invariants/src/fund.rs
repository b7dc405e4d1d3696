//! The global insurance fund's own figures, held to its stakes, its tickets and its tokens.

use crate::{Account, Broken, require};
use abi::breaker::{Custody, Ticket};
use abi::margin::Stake;
use abi::{Address, ids};

/// Which fund the sums are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FundScope {
    pub fund: Address,
    pub custody: Address,
}

/// Sums over every stake and every ticket of one fund, kept as [`crate::Books`] are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FundBooks {
    pub scope: FundScope,
    /// Shares of all stakes, those on notice included.
    pub shares: i128,
    /// Atoms of open tickets.
    pub queued_atoms: i128,
}

impl FundBooks {
    pub const fn new(scope: FundScope) -> Self {
        Self { scope, shares: 0, queued_atoms: 0 }
    }

    /// Counts an account: a stake or a ticket of this fund; any other counts for nothing.
    pub fn add(&mut self, account: &Account<'_>) {
        self.count(account, 1);
    }

    /// Takes back what [`Self::add`] counted for these very bytes.
    pub fn remove(&mut self, account: &Account<'_>) {
        self.count(account, -1);
    }

    /// BOUND: sums of fewer than 2^62 numbers of 64 bits each.
    fn count(&mut self, account: &Account<'_>, sign: i128) {
        if let Some(stake) = account.layout::<Stake>(&ids::MARGIN) {
            if stake.fund == self.scope.fund {
                let shares = i128::from(stake.shares.get()).saturating_add(i128::from(stake.leaving_shares.get()));
                self.shares = self.shares.saturating_add(shares.saturating_mul(sign));
            }
        } else if let Some(ticket) = account.layout::<Ticket>(&ids::BREAKER)
            && ticket.custody == self.scope.custody
        {
            let amount = i128::from(ticket.amount_atoms.get()).saturating_mul(sign);
            self.queued_atoms = self.queued_atoms.saturating_add(amount);
        }
    }
}

/// A fund as it stands.
pub struct Fund<'a> {
    pub fund: &'a abi::margin::Fund,
    pub custody: &'a Custody,
    /// What its vault holds.
    pub tokens_atoms: u64,
}

impl Fund<'_> {
    /// INVARIANT(M-1), of a fund: its vault holds its balance and what tickets have yet to pay, and stakes have all its shares.
    ///
    /// Returns what the vault holds beyond that.
    pub fn check(&self, books: &FundBooks) -> Result<u64, Broken> {
        let shares = i128::from(self.fund.shares.get());
        require(shares == books.shares, "M-1", || format!("the fund has {shares} shares, stakes {}", books.shares))?;
        let unpaid = self.custody.vaults.first().map_or(0, |vault| vault.queue.unpaid_atoms.get());
        require(i128::from(unpaid) == books.queued_atoms, "M-1", || {
            format!("the fund's queue owes {unpaid}, its tickets sum to {}", books.queued_atoms)
        })?;
        let owed = u128::from(self.fund.balance_atoms.get()).saturating_add(u128::from(unpaid));
        let held = u128::from(self.tokens_atoms);
        let beyond = held.checked_sub(owed).and_then(|beyond| u64::try_from(beyond).ok());
        beyond.ok_or_else(|| Broken::new("M-1", format!("the fund's vault holds {held} and owes {owed}")))
    }
}
