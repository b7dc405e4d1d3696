//! The ledger of a program's rollout: which accounts are recorded, in what order, and the calls for each.
//!
//! ```
//! use client::ledger::{Ledger, entries};
//!
//! let ledger = Ledger { program: client::oracle::ID, attempt: 1 };
//! let owned: Vec<(solana_pubkey::Pubkey, Vec<u8>)> = Vec::new();
//! assert!(entries(&ledger.program, owned).is_empty());
//! ```

use crate::{WithRemaining, addresses, breaker, governor as calls};
use abi::config::{CONFIG_SEED, Config};
use abi::governor::{AUTHORITY_SEED, COUNCIL_SEED, LEDGER_SEED, PROPOSAL_SEED, RECORD_SEED, ROLLOUT_SEED};
use abi::{Address, DISCRIMINATOR_LEN, Layout};
use policy::record::{kind_of, tokens};
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;

/// One account that is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub account: Pubkey,
    /// Recorded before every other, and held.
    pub is_root: bool,
    pub is_held: bool,
    /// What follows it in its calls.
    pub tokens: Vec<Pubkey>,
}

/// The entries of a program's ledger among the accounts that it owns, roots first.
pub fn entries<D: AsRef<[u8]>>(program: &Pubkey, owned: impl IntoIterator<Item = (Pubkey, D)>) -> Vec<Entry> {
    let program = program.to_bytes();
    let mut entries: Vec<_> = owned
        .into_iter()
        .filter_map(|(account, data)| {
            let kind = kind_of(&program, data.as_ref())?;
            let (named, count) = tokens(&program, data.as_ref());
            let tokens = named.iter().take(count).map(|token| Pubkey::from(*token)).collect();
            Some(Entry { account, is_root: kind.is_root, is_held: kind.is_held, tokens })
        })
        .collect();
    entries.sort_by_key(|entry| (!entry.is_root, entry.account));
    entries
}

/// The ledger of one attempt at a program's rollout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ledger {
    pub program: Pubkey,
    pub attempt: u64,
}

fn pda(seeds: &[&[u8]]) -> Pubkey {
    Pubkey::find_program_address(seeds, &calls::ID).0
}

impl Ledger {
    pub fn address(&self) -> Pubkey {
        pda(&[LEDGER_SEED, self.program.as_ref(), &self.attempt.to_le_bytes()])
    }

    pub fn record(&self, account: &Pubkey) -> Pubkey {
        pda(&[RECORD_SEED, self.address().as_ref(), account.as_ref()])
    }

    fn rollout(&self) -> Pubkey {
        pda(&[ROLLOUT_SEED, self.program.as_ref()])
    }

    pub fn open(&self, payer: Pubkey) -> Instruction {
        let head = if self.program == breaker::ID { addresses::brake() } else { addresses::config(&self.program) };
        calls::LedgerOpen { payer, rollout: self.rollout(), head, ledger: self.address() }.instruction()
    }

    pub fn take(&self, payer: Pubkey, entry: &Entry) -> Instruction {
        let call = calls::RecordTake {
            payer,
            council: pda(&[COUNCIL_SEED]),
            rollout: self.rollout(),
            ledger: self.address(),
            target: entry.account,
            record: self.record(&entry.account),
            governor_authority: pda(&[AUTHORITY_SEED]),
            program: self.program,
        };
        call.instruction().with_remaining(after(entry))
    }

    pub fn seal(&self) -> Instruction {
        let (council, rollout) = (pda(&[COUNCIL_SEED]), self.rollout());
        calls::LedgerSeal { council, rollout, ledger: self.address() }.instruction()
    }

    pub fn verify(&self, entry: &Entry) -> Instruction {
        let call = calls::RecordVerify {
            rollout: self.rollout(),
            ledger: self.address(),
            record: self.record(&entry.account),
            target: entry.account,
        };
        call.instruction().with_remaining(after(entry))
    }

    /// Counts the ledger as verified; `proposal` is the id of the one that holds the rollout.
    pub fn verify_all(&self, proposal: u64) -> Instruction {
        let call = calls::LedgerVerify {
            council: pda(&[COUNCIL_SEED]),
            proposal: pda(&[PROPOSAL_SEED, &proposal.to_le_bytes()]),
            rollout: self.rollout(),
            ledger: self.address(),
        };
        call.instruction()
    }

    /// Writes an account back from a buffer that holds it; `seeds` are those of its address with the bump, and count where it was closed.
    pub fn restore(&self, payer: Pubkey, account: Pubkey, preimage: Pubkey, seeds: &[&[u8]]) -> Instruction {
        let call = calls::RecordRestore {
            payer,
            council: pda(&[COUNCIL_SEED]),
            rollout: self.rollout(),
            ledger: self.address(),
            record: self.record(&account),
            target: account,
            preimage,
            governor_authority: pda(&[AUTHORITY_SEED]),
            program: self.program,
        };
        // BOUND: the runtime takes seeds of 32 bytes at most; a longer one makes no address, and the program says so.
        let len = |seed: &[u8]| u8::try_from(seed.len()).unwrap_or(u8::MAX);
        let seeds = seeds.iter().flat_map(|seed| [&[len(seed)], *seed].concat()).collect();
        call.instruction(calls::RecordRestoreArgs { seeds })
    }

    /// Lets a root move again; after the rollout.
    pub fn release(&self, root: Pubkey) -> Instruction {
        let call = calls::RootRelease {
            council: pda(&[COUNCIL_SEED]),
            rollout: self.rollout(),
            target: root,
            governor_authority: pda(&[AUTHORITY_SEED]),
            program: self.program,
        };
        call.instruction()
    }

    pub fn record_close(&self, account: &Pubkey, payer: Pubkey) -> Instruction {
        let (rollout, ledger, record) = (self.rollout(), self.address(), self.record(account));
        calls::RecordClose { rollout, ledger, record, payer }.instruction()
    }

    pub fn close(&self, payer: Pubkey) -> Instruction {
        calls::LedgerClose { rollout: self.rollout(), ledger: self.address(), payer }.instruction()
    }
}

fn after(entry: &Entry) -> impl Iterator<Item = AccountMeta> {
    entry.tokens.iter().map(|token| AccountMeta::new_readonly(*token, false))
}

/// The seeds of an account's address, bump included, from what was recorded of it: to create again what was closed. A ticket's name its
/// token account, which `tokens` are.
pub fn seeds(program: &Pubkey, image: &[u8], tokens: &[Pubkey]) -> Option<Vec<Vec<u8>>> {
    let program = program.to_bytes();
    let bump = vec![*image.get(DISCRIMINATOR_LEN.checked_add(2)?)?];
    let parts = margin_seeds(&program, image)
        .or_else(|| oracle_seeds(&program, image))
        .or_else(|| vault_seeds(&program, image))
        .or_else(|| breaker_seeds(&program, image, tokens))
        .or_else(|| read::<Config>(&program, image, |_| vec![CONFIG_SEED.to_vec()]))?;
    Some([parts, vec![bump]].concat())
}

fn read<T: Layout>(program: &Address, image: &[u8], parts: impl Fn(&T) -> Vec<Vec<u8>>) -> Option<Vec<Vec<u8>>> {
    abi::read::<T>(program, program, image).ok().map(parts)
}

fn list(parts: &[&[u8]]) -> Vec<Vec<u8>> {
    parts.iter().map(|part| part.to_vec()).collect()
}

fn margin_seeds(program: &Address, image: &[u8]) -> Option<Vec<Vec<u8>>> {
    use abi::margin::*;
    read::<Market>(program, image, |of| list(&[MARKET_SEED, &of.symbol]))
        .or_else(|| read::<Fund>(program, image, |of| list(&[FUND_SEED, &of.mint])))
        .or_else(|| {
            read::<Expiry>(program, image, |of| list(&[EXPIRY_SEED, &of.market, &of.expiry_unix_s.get().to_le_bytes()]))
        })
        .or_else(|| {
            read::<Wrapped>(program, image, |of| {
                list(&[WRAPPED_SEED, &of.expiry, &of.strike_e6.get().to_le_bytes(), &[of.kind]])
            })
        })
        .or_else(|| read::<Liquidation>(program, image, |of| list(&[LIQUIDATION_SEED, &of.account])))
        .or_else(|| read::<MarketChange>(program, image, |of| list(&[CHANGE_SEED, &of.market])))
        .or_else(|| {
            read::<QuoteState>(program, image, |of| {
                list(&[QUOTE_SEED, &of.maker_account, &of.nonce.get().to_le_bytes()])
            })
        })
        .or_else(|| {
            read::<PostedQuote>(program, image, |of| {
                list(&[POSTED_SEED, &of.maker_account, &of.nonce.get().to_le_bytes()])
            })
        })
        .or_else(|| read::<Stake>(program, image, |of| list(&[STAKE_SEED, &of.fund, &of.owner])))
}

fn oracle_seeds(program: &Address, image: &[u8]) -> Option<Vec<Vec<u8>>> {
    use abi::oracle::*;
    read::<Feed>(program, image, |of| list(&[FEED_SEED, &of.symbol]))
        .or_else(|| read::<Board>(program, image, |of| list(&[BOARD_SEED, &of.feed])))
        .or_else(|| {
            read::<Surface>(program, image, |of| list(&[SURFACE_SEED, &of.feed, &of.expiry_unix_s.get().to_le_bytes()]))
        })
        .or_else(|| {
            read::<Settlement>(program, image, |of| {
                list(&[SETTLEMENT_SEED, &of.feed, &of.expiry_unix_s.get().to_le_bytes()])
            })
        })
}

fn vault_seeds(program: &Address, image: &[u8]) -> Option<Vec<Vec<u8>>> {
    use abi::vault::*;
    read::<Vault>(program, image, |of| list(&[VAULT_SEED, &of.market, &of.id.get().to_le_bytes()]))
        .or_else(|| read::<Epoch>(program, image, |of| list(&[EPOCH_SEED, &of.vault, &of.number.get().to_le_bytes()])))
        .or_else(|| read::<Deposit>(program, image, |of| list(&[DEPOSIT_SEED, &of.epoch, &of.owner])))
        .or_else(|| read::<Withdrawal>(program, image, |of| list(&[WITHDRAWAL_SEED, &of.epoch, &of.owner])))
        .or_else(|| read::<Bid>(program, image, |of| list(&[BID_SEED, &of.epoch, &of.bidder])))
}

fn breaker_seeds(program: &Address, image: &[u8], tokens: &[Pubkey]) -> Option<Vec<Vec<u8>>> {
    use abi::breaker::*;
    read::<Custody>(program, image, |of| list(&[CUSTODY_SEED, &of.controller]))
        .or_else(|| read::<Brake>(program, image, |_| list(&[BRAKE_SEED])))
        .or_else(|| {
            read::<Ticket>(program, image, |of| {
                let tokens = tokens.get(usize::from(of.vault)).map(|tokens| tokens.to_bytes()).unwrap_or_default();
                list(&[TICKET_SEED, &tokens, &of.id.get().to_le_bytes()])
            })
        })
}
