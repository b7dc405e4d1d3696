//! Opens the custody of one controller: the PDA that will own its token vaults.
use crate::events::CustodyOpened;
use crate::state::{Custody, MIN_READER, VERSION};
use abi::breaker::CUSTODY_SEED;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct CustodyOpen {
    #[account(mut)]
    pub payer: Signer,
    /// Whose signature will release tokens: a market of the margin program, say.
    pub controller: Signer,
    #[account(init, payer = payer, seeds = [CUSTODY_SEED, controller.address().as_ref()], bump)]
    pub custody: Account<Custody>,
    pub system_program: Program<System>,
}

impl CustodyOpen {
    /// Authority: the controller itself; a custody gives power over nothing but its own vaults.
    /// Effects: creates the custody, once.
    pub fn custody_open(&mut self, bumps: &CustodyOpenBumps) -> Result<()> {
        self.custody.version = VERSION;
        self.custody.min_reader = MIN_READER;
        self.custody.bump = bumps.custody;
        self.custody.controller = *self.controller.address();
        let (slot, unix_s) = shared::now()?;
        emit!(CustodyOpened {
            slot,
            unix_s,
            seq: 0,
            custody: *self.custody.address(),
            controller: *self.controller.address(),
        });
        Ok(())
    }
}
