//! Opens the custody of one controller: the PDA that will own its token vaults.
use crate::events::CustodyOpened;
use crate::limits::LimitTerms;
use crate::state::{Brake, Custody, MIN_READER, VERSION};
use crate::{BreakerError, BRAKE};
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
    /// Counts the custody.
    #[account(mut, address = BRAKE @ BreakerError::WrongBrake)]
    pub brake: Account<Brake>,
    pub system_program: Program<System>,
}

impl CustodyOpen {
    /// Authority: the controller itself; a custody gives power over nothing but its own vaults.
    /// Effects: creates the custody with its limits, once. From then on only the config's authority changes them.
    /// Errors: `WindowOutOfBounds`, `OpenInterestCapZero`, `WrongBrake`, `MigrationOpen`.
    pub fn custody_open(&mut self, limits: &LimitTerms, bumps: &CustodyOpenBumps) -> Result<()> {
        limits.validate()?;
        let (slot, unix_s) = shared::now()?;
        self.brake.standing_require(unix_s)?;
        let custodies = self.brake.custodies.get().checked_add(1).ok_or(BreakerError::CounterOverflow)?;
        self.brake.custodies = custodies.into();
        self.custody.version = VERSION;
        self.custody.min_reader = MIN_READER;
        self.custody.bump = bumps.custody;
        self.custody.controller = *self.controller.address();
        self.custody.limits = limits.stored();
        let seq = self.custody.seq_next()?;
        emit!(CustodyOpened {
            slot,
            unix_s,
            seq,
            custody: *self.custody.address(),
            controller: *self.controller.address(),
        });
        Ok(())
    }
}
