//! What the breaker reports. `seq` counts within the account that the event is about: the config, the brake, or one custody.
use anchor_lang::prelude::*;

#[event]
pub struct BreakerInitialised {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub authority: Address,
    pub time_divisor: u32,
}

#[event]
pub struct AuthorityChanged {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub authority: Address,
}

#[event]
pub struct GuardiansChanged {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub guardians: Vec<Address>,
}

#[event]
pub struct CustodyOpened {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub custody: Address,
    pub controller: Address,
}

#[event]
pub struct TokensOpened {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub custody: Address,
    pub tokens: Address,
    pub mint: Address,
}

#[event]
pub struct TokensReleased {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub custody: Address,
    pub mint: Address,
    pub destination: Address,
    pub amount_atoms: u64,
    /// What the vault holds afterwards.
    pub balance_atoms: u64,
}

#[event]
pub struct LevelRaised {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub guardian: Address,
    pub level: u8,
    pub expires_unix_s: i64,
    pub guardian_trips: u8,
}

#[event]
pub struct LevelRelaxed {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub level: u8,
}
