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

/// Members of a council, at most.
pub const MEMBERS: usize = 15;
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
            /// Ed25519 keys; unused slots are zero.
            pub members: [Address; 15],
            pub reserved: [u8; 128],
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
            /// 0 draft, 1 approved and queued, 2 executed, 3 cancelled.
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
            pub reserved_approvals: [u8; 6],
            /// Encoded action, `action_len` bytes, zeros after.
            pub action: [u8; 512],
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
            pub reserved: [u8; 64],
        }
    };
}

layouts! {
    council_layout!(Council) = [28, 184, 149, 185, 217, 59, 252, 96], reader 1, size 648;
    proposal_layout!(Proposal) = [26, 94, 189, 187, 116, 136, 53, 33], reader 1, size 712;
    adoption_layout!(Adoption) = [234, 114, 191, 134, 49, 99, 23, 42], reader 1, size 232;
}
