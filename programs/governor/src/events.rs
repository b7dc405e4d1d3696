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
