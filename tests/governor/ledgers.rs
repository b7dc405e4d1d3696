//! Ledgers taken and verified whole, for the suites of rollouts.

use crate::fixture::Fixture;
use client::ledger::{Entry, Ledger, entries};
use solana_pubkey::Pubkey;

impl Fixture {
    /// The ledger of the program's present attempt.
    pub fn ledger(&mut self, program: Pubkey) -> Ledger {
        Ledger { program, attempt: self.rollout_state(program).attempt.get() }
    }

    pub fn ledger_state(&mut self, program: Pubkey) -> abi::governor::Ledger {
        let (governor, address) = (self.governor.to_bytes(), self.ledger(program).address());
        self.world.read(governor, &address)
    }

    /// What the program's ledger has to record, roots first.
    pub fn entries(&mut self, program: Pubkey) -> Vec<Entry> {
        let owned = self.world.owned(&program);
        entries(&program, owned)
    }

    /// Opens the ledger, records every account, and seals it.
    pub fn ledger_take(&mut self, program: Pubkey) {
        let (ledger, payer) = (self.ledger(program), self.world.payer());
        let takes: Vec<_> = self.entries(program).iter().map(|entry| ledger.take(payer, entry)).collect();
        for step in [vec![ledger.open(payer)], takes, vec![ledger.seal()]].concat() {
            self.world.ok(&[step], &[]);
        }
    }

    /// Verifies every record, and the ledger.
    pub fn ledger_verify(&mut self, program: Pubkey, id: u64) {
        let ledger = self.ledger(program);
        for entry in self.entries(program) {
            self.world.ok(&[ledger.verify(&entry)], &[]);
        }
        self.world.ok(&[ledger.verify_all(id)], &[]);
    }
}
