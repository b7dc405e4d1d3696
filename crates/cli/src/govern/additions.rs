//! Accounts of a program that new code made under the freeze: nobody recorded them, so that no record and no page misses them.

use super::{
    Desk,
    markets::{number, recorded},
};
use crate::{
    Error,
    status::{accounts_of, program_accounts, single},
};
use abi::governor::{Page, Rollout};
use abi::margin::MarginAccount;
use client::{
    addresses,
    ledger::{Ledger, entries},
};
use solana_pubkey::Pubkey;
use std::collections::BTreeSet;

impl Desk<'_> {
    /// What the program owns now and nobody recorded in this attempt, in words. Of margin accounts that were added to a recorded page
    /// the page tells how many there are; which they are, it does where `execute --preimages` kept its addresses.
    pub(super) fn additions(&self, rollout: &Rollout, program: &Pubkey) -> Result<Vec<String>, Error> {
        let ledger = Ledger { program: *program, attempt: rollout.attempt.get() };
        let known: BTreeSet<_> = self.records(&ledger)?.iter().map(|(_, record)| record.account).collect();
        let owned = entries(program, accounts_of(self.connection, program)?);
        let others = owned.iter().filter(|entry| !known.contains(&entry.account.to_bytes()));
        let mut found: Vec<_> = others.map(|entry| format!("account {}", entry.account)).collect();
        if program.to_bytes() == abi::ids::MARGIN {
            found.extend(self.accounts_added(rollout)?);
        }
        Ok(found)
    }

    /// The same of margin accounts.
    fn accounts_added(&self, rollout: &Rollout) -> Result<Vec<String>, Error> {
        let mut placed = BTreeSet::new();
        let mut found = vec![];
        for market in recorded(self.connection)? {
            let snapshot = addresses::snapshot(&self.governor, &market.address, rollout.attempt.get());
            // A market that was added has none: it is among the other accounts.
            if self.connection.account(&snapshot)?.is_none() {
                continue;
            }
            if let Some(pages) = self.pages_kept(&snapshot)? {
                placed.extend(pages.into_iter().flatten());
                continue;
            }
            for (at, accounts) in market.pages.iter().enumerate() {
                let address = addresses::page(&self.governor, &snapshot, number(at));
                let page: Page = single(self.connection, "Page", &address)?.ok_or(Error::AccountMissing { address })?;
                let more = accounts.len().saturating_sub(usize::from(page.count));
                if more > 0 {
                    let place = at.saturating_add(1);
                    found.push(format!(
                        "{more} of {} accounts on page {place} of market {}",
                        accounts.len(),
                        market.address
                    ));
                }
                placed.extend(accounts);
            }
        }
        let all = program_accounts::<MarginAccount>(self.connection, "MarginAccount", &abi::ids::MARGIN)?;
        let others = all.iter().filter(|(address, _)| !placed.contains(address));
        found.extend(others.map(|(address, _)| format!("margin account {address}")));
        Ok(found)
    }
}
