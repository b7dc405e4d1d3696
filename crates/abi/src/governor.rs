//! Accounts of the governor program.

use crate::{Address, PodI64, PodU16, PodU32, PodU64, read::layouts};

/// Seed of the council: `["council"]`.
pub const COUNCIL_SEED: &[u8] = b"council";
/// Seed of the PDA that holds upgrade authorities and signs for the governor: `["authority"]`.
pub const AUTHORITY_SEED: &[u8] = b"authority";
/// Seeds of a proposal: `["proposal", id as u64 LE]`.
pub const PROPOSAL_SEED: &[u8] = b"proposal";
/// Seeds of an adopted program: `["adoption", program]`.
pub const ADOPTION_SEED: &[u8] = b"adoption";

/// Seeds of a program's rollout: `["rollout", program]`.
pub const ROLLOUT_SEED: &[u8] = b"rollout";
/// Seeds of a market's snapshot: `["snapshot", market, attempt as u64 LE]`.
pub const SNAPSHOT_SEED: &[u8] = b"snapshot";
/// Seeds of a snapshot's page: `["page", snapshot, number as u32 LE]`.
pub const PAGE_SEED: &[u8] = b"page";
/// Seeds of the ledger of a program's other accounts: `["ledger", program, attempt as u64 LE]`.
pub const LEDGER_SEED: &[u8] = b"ledger";
/// Seeds of an account's record in it: `["record", ledger, account]`.
pub const RECORD_SEED: &[u8] = b"record";
/// Seed of the PDA that takes the bonds of upgrades that were rolled back: `["insurance"]`.
pub const INSURANCE_SEED: &[u8] = b"insurance";

/// `sealed` of a snapshot and of a ledger: every account is recorded.
pub const SEALED: u8 = 1;
/// All of them are verified under the code of `verified_slot`.
pub const VERIFIED: u8 = 2;

/// Members of a council, at most.
pub const MEMBERS: usize = 15;
/// Attestors of shadow runs, exactly, once they are named.
pub const ATTESTORS: usize = 3;
/// Registry indices of one page of a snapshot: as many as a transaction without a lookup table names.
pub const PAGE_ACCOUNTS: u64 = 20;
/// Bytes of an encoded action, at most: a full new council fits.
pub const ACTION_LEN: usize = 512;

/// Fields of the council.
#[macro_export]
macro_rules! council_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Council {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            pub member_count: u8,
            /// Delays are divided by this: 1 on a public network, more only in a build for local networks.
            pub time_divisor: PodU32,
            /// Grows with every change of membership; approvals do not cross it.
            pub config_epoch: PodU64,
            /// Next proposal's id.
            pub proposals: PodU64,
            /// Events of the governor so far.
            pub seq: PodU64,
            pub authority_bump: u8,
            pub reserved_head: [u8; 7],
            /// Ed25519 keys, and sha256 hashes that stand for P-256 keys (`abi::ballot::member_parts`); unused slots are zero.
            pub members: [Address; 15],
            /// Who attests shadow runs; zero until the council names them.
            pub attestors: [Address; 3],
            /// Delays in seconds of an unscaled clock, by class from 1; the compiled floors hold whatever stands here.
            pub delays_s: [PodU32; 8],
            /// The program whose accounts the brake's level 4 stands for; zero for none.
            pub frozen_program: Address,
            pub reserved: [u8; 32],
        }
    };
}

/// Fields of a proposal.
#[macro_export]
macro_rules! proposal_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Proposal {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            /// 0 draft, 1 approved and queued, 2 executed, 3 cancelled, 4 rejected, 5 finalised, 6 rolled back.
            pub state: u8,
            /// Class of the action, which sets threshold and delay.
            pub class: u8,
            pub reserved_head: u8,
            pub action_len: PodU16,
            pub id: PodU64,
            pub proposer: Address,
            /// sha256 over domain, governor, id and action: what members approve.
            pub digest: [u8; 32],
            /// Membership the approvals count under.
            pub config_epoch: PodU64,
            pub created_slot: PodU64,
            pub created_unix_s: PodI64,
            /// Last moment at which the proposal can be approved, queued or executed.
            pub expires_unix_s: PodI64,
            /// Earliest execution: both must have passed. 0 until queued.
            pub ready_unix_s: PodI64,
            pub ready_slot: PodU64,
            /// Bit i: member i of the council approved this digest under this epoch.
            pub approvals: PodU16,
            /// Bit i: member i objects.
            pub objections: PodU16,
            /// 1 once a veto has sent the proposal back to draft.
            pub vetoed: u8,
            pub reserved_approvals: [u8; 3],
            /// Encoded action, `action_len` bytes, zeros after.
            pub action: [u8; 512],
            /// Of an upgrade: the buffer that holds the code before it, staged by the proposer; zero until then.
            pub rollback_buffer: Address,
            /// Of an upgrade: what the proposer loses if it is rolled back, held by this account above its rent.
            pub bond_lamports: PodU64,
            /// Of an upgrade: the result that each attestor posted; zeros for none.
            pub shadow_roots: [[u8; 32]; 3],
            pub reserved: [u8; 64],
        }
    };
}

/// Fields of an adopted program.
#[macro_export]
macro_rules! adoption_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Adoption {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            pub reserved_head: [u8; 5],
            pub program: Address,
            pub program_data: Address,
            /// sha256 and length of the ELF that the governor last verified in ProgramData.
            pub elf_hash: [u8; 32],
            pub elf_len: PodU32,
            pub reserved_len: [u8; 4],
            /// The hash before the last upgrade; zero before the first.
            pub previous_hash: [u8; 32],
            pub upgrades: PodU64,
            pub adopted_unix_s: PodI64,
            pub upgraded_slot: PodU64,
            /// Length of the ELF before the last upgrade.
            pub previous_len: PodU32,
            pub reserved: [u8; 60],
        }
    };
}

/// Fields of a program's rollout.
#[macro_export]
macro_rules! rollout_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Rollout {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            /// 0 idle, 1 queued, 2 frozen, 3 sealed, 4 executed, 5 canary, 6 rolled back.
            pub stage: u8,
            /// 0 its accounts are recorded and verified, 1 only its code is.
            pub scope: u8,
            /// 1: came by the emergency class and is not ratified.
            pub unratified: u8,
            /// 1: there is no way back.
            pub forward_only: u8,
            /// 1: the freeze prepares a rollback.
            pub back: u8,
            /// 1: an account was shown to differ from the snapshot.
            pub failed: u8,
            /// Canary step from 0, and clean checks on it.
            pub step: u8,
            pub checks: u8,
            /// Share of governance's caps for increases since the snapshot, in force now: 10000 when there is no rollout.
            pub canary_bps: PodU16,
            pub reserved_head: [u8; 3],
            pub program: Address,
            /// Id of the proposal that holds the rollout, unless idle.
            pub proposal: PodU64,
            /// Freezes so far; part of the addresses of their snapshots.
            pub attempt: PodU64,
            /// When the stage or the canary step began.
            pub since_slot: PodU64,
            pub since_unix_s: PodI64,
            /// When the code that runs began to.
            pub executed_slot: PodU64,
            pub executed_unix_s: PodI64,
            /// The last attempt at a freeze; 0 when the next is free.
            pub frozen_unix_s: PodI64,
            pub checked_slot: PodU64,
            /// Parts to record, recorded, and verified: of margin each market's accounts, and of every program the ledger.
            pub parts: PodU32,
            pub sealed: PodU32,
            pub verified: PodU32,
            pub reserved_counts: [u8; 4],
            pub reserved: [u8; 64],
        }
    };
}

/// Fields of a market's snapshot.
#[macro_export]
macro_rules! snapshot_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Snapshot {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            /// [`SEALED`](crate::governor::SEALED) or [`VERIFIED`](crate::governor::VERIFIED); before that 0.
            pub sealed: u8,
            /// 1: the sums over the accounts were those that the market keeps.
            pub balanced: u8,
            pub reserved_head: [u8; 3],
            pub program: Address,
            pub market: Address,
            /// The market's token vaults.
            pub quote_tokens: Address,
            pub base_tokens: Address,
            /// Who paid the rent and gets it back.
            pub payer: Address,
            pub attempt: PodU64,
            /// Accounts that the market says are open, and those recorded.
            pub accounts: PodU64,
            pub accounts_taken: PodU64,
            pub pages: PodU32,
            pub pages_taken: PodU32,
            /// Pages verified after the code was last replaced in `verified_slot`.
            pub pages_verified: PodU32,
            pub reserved_pages: [u8; 4],
            pub verified_slot: PodU64,
            /// sha256 of the market's content.
            pub digest: [u8; 32],
            /// Sums over the recorded accounts.
            pub quote_atoms: PodI64,
            pub base_atoms: PodU64,
            pub long_lots: PodU64,
            pub short_lots: PodU64,
            /// Lots of each series times a hash of the series, summed modulo 2^128: equal exactly if the sums per series are.
            pub series: [u8; 16],
            /// What the market's token vaults held.
            pub quote_tokens_atoms: PodU64,
            pub base_tokens_atoms: PodU64,
            pub reserved: [u8; 64],
        }
    };
}

/// Fields of a page of a snapshot.
#[macro_export]
macro_rules! page_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Page {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            pub count: u8,
            pub number: PodU32,
            pub snapshot: Address,
            /// Who paid the rent and gets it back.
            pub payer: Address,
            /// sha256 over the accounts' addresses, and over their contents' digests, by registry index.
            pub keys_digest: [u8; 32],
            pub digest: [u8; 32],
            /// The page's share of the snapshot's sums.
            pub quote_atoms: PodI64,
            pub base_atoms: PodU64,
            pub long_lots: PodU64,
            pub short_lots: PodU64,
            pub series: [u8; 16],
            /// Slot of the code under which the page was last verified; 0 for never.
            pub verified_slot: PodU64,
            pub reserved: [u8; 32],
        }
    };
}

/// Fields of the ledger of a program's accounts, but for margin accounts.
#[macro_export]
macro_rules! ledger_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Ledger {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            /// [`SEALED`](crate::governor::SEALED) or [`VERIFIED`](crate::governor::VERIFIED); before that 0.
            pub sealed: u8,
            pub reserved_head: [u8; 4],
            pub program: Address,
            /// Who paid the rent and gets it back.
            pub payer: Address,
            pub attempt: PodU64,
            /// Roots that the program has created, and those recorded.
            pub roots: PodU32,
            pub roots_taken: PodU32,
            /// Accounts to record, as the recorded roots count them, and those recorded.
            pub accounts: PodU64,
            pub accounts_taken: PodU64,
            /// Accounts verified after the code was last replaced in `verified_slot`.
            pub accounts_verified: PodU64,
            pub verified_slot: PodU64,
            pub reserved: [u8; 64],
        }
    };
}

/// Fields of an account's record in a ledger.
#[macro_export]
macro_rules! record_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Record {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            /// Token accounts that belong to the account.
            pub token_count: u8,
            /// Length of the account.
            pub space: PodU32,
            pub ledger: Address,
            pub account: Address,
            /// Who paid the rent and gets it back.
            pub payer: Address,
            /// sha256 over address, discriminator and every field; not over layout version and reserved tail.
            pub digest: [u8; 32],
            /// sha256 over the whole account: what is written back is this.
            pub image_digest: [u8; 32],
            /// sha256 over addresses and terms of its token accounts: owners, authorities, delegates.
            pub tokens_digest: [u8; 32],
            /// Supply of each mint and balance of each token account among them: no supply may grow, and no balance shrink.
            pub token_atoms: [PodU64; 2],
            /// Slot of the code under which the account was last verified; 0 for never.
            pub verified_slot: PodU64,
            pub reserved: [u8; 32],
        }
    };
}

layouts! {
    council_layout!(Council) = [28, 184, 149, 185, 217, 59, 252, 96], reader 1, size 712;
    proposal_layout!(Proposal) = [26, 94, 189, 187, 116, 136, 53, 33], reader 1, size 848;
    adoption_layout!(Adoption) = [234, 114, 191, 134, 49, 99, 23, 42], reader 1, size 232;
    rollout_layout!(Rollout) = [186, 129, 242, 141, 156, 212, 50, 187], reader 1, size 192;
    snapshot_layout!(Snapshot) = [137, 213, 28, 133, 224, 161, 48, 108], reader 1, size 376;
    page_layout!(Page) = [133, 127, 192, 87, 206, 149, 195, 14], reader 1, size 224;
    ledger_layout!(Ledger) = [43, 41, 21, 213, 180, 176, 95, 32], reader 1, size 184;
    record_layout!(Record) = [254, 233, 117, 252, 76, 166, 146, 139], reader 1, size 256;
}
