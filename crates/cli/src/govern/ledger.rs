//! A program's ledger: its accounts recorded under a freeze, compared after new code, written back after a rollback.

use super::Desk;
use crate::{
    Error,
    deploy::buffer_fill,
    status::{accounts_of, program_accounts, single},
};
use abi::governor::{Ledger as LedgerState, Record, Rollout, VERIFIED};
use client::ledger::{Entry, Ledger, entries, seeds};
use solana_pubkey::Pubkey;

impl Desk<'_> {
    /// Records every account of the program but margin accounts, roots first, as far as that is still to be done.
    pub(super) fn ledger_record(&self, rollout: &Rollout, program: &Pubkey) -> Result<(), Error> {
        let ledger = Ledger { program: *program, attempt: rollout.attempt.get() };
        let found: Option<LedgerState> = single(self.connection, "Ledger", &ledger.address())?;
        if found.is_some_and(|state| state.sealed != 0) {
            return Ok(());
        }
        if found.is_none() {
            self.send("ledger begun", &[ledger.open(self.payer())])?;
        }
        let all = entries(program, accounts_of(self.connection, program)?);
        for entry in &all {
            let record = ledger.record(&entry.account);
            if self.connection.account(&record)?.is_none() {
                self.send(&format!("account {} recorded", entry.account), &[ledger.take(self.payer(), entry)])?;
            }
            if self.preimages.is_some() {
                self.keep(&record_file(&record), &self.data(&entry.account)?)?;
            }
        }
        self.send(&format!("all {} other accounts recorded", all.len()), &[ledger.seal()])
    }

    /// Compares every recorded account with what it is.
    pub(super) fn ledger_verify(&self, id: u64, rollout: &Rollout, program: &Pubkey) -> Result<(), Error> {
        let ledger = Ledger { program: *program, attempt: rollout.attempt.get() };
        let state: Option<LedgerState> = single(self.connection, "Ledger", &ledger.address())?;
        let state = state.ok_or(Error::AccountMissing { address: ledger.address() })?;
        if state.sealed == VERIFIED && state.verified_slot == rollout.executed_slot {
            return Ok(());
        }
        for (address, record) in self.records(&ledger)? {
            if record.verified_slot == rollout.executed_slot {
                continue;
            }
            let entry = self.entry(program, record.account.into())?;
            let place = format!("account {}", entry.account);
            self.send(&format!("{place} compared"), &[ledger.verify(&entry)])?;
            let after: Option<Record> = single(self.connection, "Record", &address)?;
            if after.is_none_or(|after| after.verified_slot != rollout.executed_slot) {
                return Err(Error::VerificationFailed { id, what: place });
            }
        }
        self.send("every other account is what it was", &[ledger.verify_all(id)])
    }

    /// Writes back every recorded account that is not what it was, and creates again what was closed.
    pub(super) fn ledger_restore(&self, rollout: &Rollout, program: &Pubkey) -> Result<(), Error> {
        let ledger = Ledger { program: *program, attempt: rollout.attempt.get() };
        for (address, record) in self.records(&ledger)? {
            let account = Pubkey::from(record.account);
            let image = self.kept(&record_file(&address))?;
            let is = self.connection.account(&account)?;
            if is.is_some_and(|(owner, data)| owner == *program && data == image) {
                continue;
            }
            let name = format!("preimage of account {account}");
            let preimage = buffer_fill(self.connection, self.signer, &name, &image, self.progress)?;
            let parts = seeds(program, &image, &self.custody_tokens(&image)?).unwrap_or_default();
            let parts: Vec<_> = parts.iter().map(Vec::as_slice).collect();
            let restore = ledger.restore(self.payer(), account, preimage, &parts);
            self.send(&format!("account {account} is what it was"), &[restore])?;
        }
        Ok(())
    }

    /// Lets the program's roots move again.
    pub(super) fn roots_release(&self, rollout: &Rollout, program: &Pubkey) -> Result<(), Error> {
        let ledger = Ledger { program: *program, attempt: rollout.attempt.get() };
        let all = entries(program, accounts_of(self.connection, program)?);
        all.iter().filter(|entry| entry.is_held).try_for_each(|root| {
            self.send(&format!("account {} may change again", root.account), &[ledger.release(root.account)])
        })
    }

    /// The ledger's records by address.
    pub(super) fn records(&self, ledger: &Ledger) -> Result<Vec<(Pubkey, Record)>, Error> {
        let mut records = program_accounts::<Record>(self.connection, "Record", &self.governor.to_bytes())?;
        records.retain(|(_, record)| record.ledger == ledger.address().to_bytes());
        records.sort_by_key(|(address, _)| *address);
        Ok(records)
    }

    /// The account as it is: one that failed code closed or spoiled names no token accounts, and is not asked for any.
    fn entry(&self, program: &Pubkey, account: Pubkey) -> Result<Entry, Error> {
        let found = self.connection.account(&account)?.filter(|(owner, _)| owner == program);
        let known = entries(program, found.map(|(_, data)| (account, data))).pop();
        Ok(known.unwrap_or(Entry { account, is_root: false, is_held: false, tokens: vec![] }))
    }

    /// The token vaults of the custody that a ticket is of; none for other accounts.
    fn custody_tokens(&self, image: &[u8]) -> Result<Vec<Pubkey>, Error> {
        let breaker = abi::ids::BREAKER;
        let Ok(ticket) = abi::read::<abi::breaker::Ticket>(&breaker, &breaker, image) else { return Ok(vec![]) };
        let custody = Pubkey::from(ticket.custody);
        let state: Option<abi::breaker::Custody> = single(self.connection, "Custody", &custody)?;
        let state = state.ok_or(Error::AccountMissing { address: custody })?;
        Ok(state.vaults.iter().map(|vault| vault.tokens.into()).collect())
    }
}

fn record_file(record: &Pubkey) -> String {
    format!("{record}.bin")
}
