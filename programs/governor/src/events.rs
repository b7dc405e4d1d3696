//! What the governor reports. `seq` counts over all of them.
use anchor_lang::prelude::*;

#[event]
pub struct CouncilCreated {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub members: Vec<Address>,
    pub time_divisor: u32,
}

#[event]
pub struct ProgramAdopted {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub program: Address,
    pub elf_hash: [u8; 32],
    pub elf_len: u32,
}

#[event]
pub struct ProposalCreated {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub id: u64,
    pub proposer: Address,
    pub class: u8,
    pub digest: [u8; 32],
    pub expires_unix_s: i64,
    /// By whose right: the proposer's, or that of the P-256 member whose ballot it brought.
    pub member: Address,
}

#[event]
pub struct ProposalApproved {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub id: u64,
    pub member: Address,
    /// Approvals of current members afterwards.
    pub approvals: u32,
}

#[event]
pub struct ProposalQueued {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub id: u64,
    pub ready_slot: u64,
    pub ready_unix_s: i64,
}

#[event]
pub struct ProposalCancelled {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub id: u64,
    pub by: Address,
}

#[event]
pub struct ProgramUpgraded {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub id: u64,
    pub program: Address,
    pub previous_hash: [u8; 32],
    pub elf_hash: [u8; 32],
    pub elf_len: u32,
}

#[event]
pub struct BrakeRelaxed {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub id: u64,
    pub level: u8,
}

#[event]
pub struct CouncilReplaced {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub id: u64,
    pub config_epoch: u64,
    pub members: Vec<Address>,
}

#[event]
pub struct GuardiansReplaced {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub id: u64,
    pub guardians: Vec<Address>,
}

#[event]
pub struct BufferReclaimed {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub id: u64,
    pub buffer: Address,
    pub lamports: u64,
}

#[event]
pub struct MarketRelaxed {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub id: u64,
    pub custody: Address,
    pub level: u8,
}

#[event]
pub struct LimitsDecided {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub id: u64,
    pub custody: Address,
    pub hour_bps: u16,
    pub day_bps: u16,
    pub open_interest_cap_lots: u64,
    pub base_floor_atoms: u64,
    pub quote_floor_atoms: u64,
}

#[event]
pub struct MonitorsReplaced {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub id: u64,
    pub monitors: Vec<Address>,
}

#[event]
pub struct ProposalObjected {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub id: u64,
    pub member: Address,
    /// State of the proposal afterwards: rejected, or a draft again, once enough object.
    pub state: u8,
    pub objections: u32,
}

#[event]
pub struct RollbackBufferStaged {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub id: u64,
    pub buffer: Address,
    pub elf_hash: [u8; 32],
}

#[event]
pub struct ShadowAttested {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub id: u64,
    pub attestor: Address,
    pub root: [u8; 32],
}

/// Any change of stage, step or count of a rollout, with what it is afterwards.
#[event]
pub struct RolloutChanged {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub id: u64,
    pub program: Address,
    pub stage: u8,
    pub step: u8,
    pub checks: u8,
    pub failed: bool,
    pub unratified: bool,
    pub canary_bps: u16,
    pub attempt: u64,
}

#[event]
pub struct SnapshotSealed {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub market: Address,
    pub attempt: u64,
    pub accounts: u64,
    pub digest: [u8; 32],
    pub quote_atoms: i64,
    pub base_atoms: u64,
    pub long_lots: u64,
    /// Whether the sums were the market's own.
    pub balanced: bool,
}

#[event]
pub struct PageTaken {
    pub slot: u64,
    pub unix_s: i64,
    /// Pages of the snapshot so far.
    pub seq: u64,
    pub snapshot: Address,
    pub number: u32,
    pub accounts: u8,
    pub digest: [u8; 32],
}

#[event]
pub struct PageChecked {
    pub slot: u64,
    pub unix_s: i64,
    /// Pages verified so far.
    pub seq: u64,
    pub snapshot: Address,
    pub number: u32,
    /// Whether every account is what the snapshot says.
    pub equal: bool,
}

#[event]
pub struct MarketChecked {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub market: Address,
    pub equal: bool,
}

#[event]
pub struct ProgramRolledBack {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub id: u64,
    pub program: Address,
    pub elf_hash: [u8; 32],
    pub failed_hash: [u8; 32],
}

#[event]
pub struct BondReturned {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub id: u64,
    pub recipient: Address,
    pub lamports: u64,
    pub forfeited: bool,
}

#[event]
pub struct AttestorsReplaced {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub id: u64,
    pub attestors: Vec<Address>,
}

#[event]
pub struct DelaysReplaced {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub id: u64,
    pub delays_s: Vec<u32>,
}

#[event]
pub struct AuthorityHandedOver {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub id: u64,
    pub program: Address,
    pub authority: Address,
}

/// An account holds what the snapshot recorded again.
#[event]
pub struct AccountWrittenBack {
    pub slot: u64,
    pub unix_s: i64,
    /// Place of the account on its page.
    pub seq: u64,
    pub snapshot: Address,
    /// The page; the highest number for the market itself.
    pub number: u32,
    pub account: Address,
}

/// An account is in the ledger.
#[event]
pub struct RecordTaken {
    pub slot: u64,
    pub unix_s: i64,
    /// Accounts recorded so far.
    pub seq: u64,
    pub ledger: Address,
    pub account: Address,
    pub digest: [u8; 32],
}

/// Every account of the program is in the ledger, once.
#[event]
pub struct LedgerSealed {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub program: Address,
    pub attempt: u64,
    pub roots: u32,
    pub accounts: u64,
}

/// An account was compared with its record.
#[event]
pub struct RecordChecked {
    pub slot: u64,
    pub unix_s: i64,
    /// Accounts verified so far under this code.
    pub seq: u64,
    pub ledger: Address,
    pub account: Address,
    pub equal: bool,
}

/// Every account of the ledger is what it was.
#[event]
pub struct LedgerChecked {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub program: Address,
    pub accounts: u64,
}
