//! Names the guardians anew and re-arms them.
use crate::events::GuardiansChanged;
use crate::state::{Brake, Config};
use crate::BreakerError;
use abi::breaker::BRAKE_SEED;
use abi::config::CONFIG_SEED;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct GuardiansSet {
    #[account(address = config.authority @ BreakerError::NotAuthority)]
    pub authority: Signer,
    #[account(seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Account<Config>,
    #[account(mut, seeds = [BRAKE_SEED], bump = brake.bump)]
    pub brake: Account<Brake>,
}

impl GuardiansSet {
    /// Authority: the config's authority.
    /// Effects: replaces all guardians and starts their count of trips over; the level stays.
    /// Errors: `NotAuthority`, `GuardiansTooMany`, `GuardianInvalid`, `MigrationOpen`.
    fn validate(&self, guardians: &[Address], now_unix_s: i64) -> Result<()> {
        self.brake.standing_require(now_unix_s)?;
        require!(guardians.len() <= self.brake.guardians.len(), BreakerError::GuardiansTooMany);
        let mut rest = guardians;
        while let [first, after @ ..] = rest {
            require!(*first != Address::default() && !after.contains(first), BreakerError::GuardianInvalid);
            rest = after;
        }
        Ok(())
    }

    pub fn guardians_set(&mut self, guardians: &[Address]) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        self.validate(guardians, unix_s)?;
        let rearmed = self.brake.machine()?.rearmed();
        self.brake.record(rearmed);
        self.brake.guardian_count = u8::try_from(guardians.len()).map_err(|_| BreakerError::GuardiansTooMany)?;
        self.brake.guardians = [Address::default(); 8];
        for (seat, guardian) in self.brake.guardians.iter_mut().zip(guardians) {
            *seat = *guardian;
        }
        let seq = self.brake.seq_next()?;
        emit!(GuardiansChanged { slot, unix_s, seq, guardians: guardians.to_vec() });
        Ok(())
    }
}
