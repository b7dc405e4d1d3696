//! Says which version of this code runs: what an upgrade is recognised by from outside, beside the hash of its bytes.
use crate::state::Config;
use crate::CODE_VERSION;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct VersionView {
    /// Not read: proves that the program has been set up.
    #[account(seeds = [abi::config::CONFIG_SEED], bump = config.bump)]
    pub config: Account<Config>,
}

impl VersionView {
    /// Authority: anyone; meant for simulation.
    /// Effects: none. Returns the version as return data, u32 little endian.
    pub fn version_view(&self) -> u32 {
        CODE_VERSION
    }
}
