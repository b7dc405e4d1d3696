//! Closes the protocol to new risk after a restart of the cluster.
use crate::state::Brake;
use crate::trips::brake_trip;
use crate::BreakerError;
use abi::breaker::BRAKE_SEED;
use anchor_lang::prelude::*;
use policy::Trigger;

const LAST_RESTART_SLOT: Address = Address::new_from_array(abi::ids::SYSVAR_LAST_RESTART_SLOT);

#[derive(Accounts)]
pub struct TripRestart {
    #[account(mut, seeds = [BRAKE_SEED], bump = brake.bump)]
    pub brake: Account<Brake>,
    /// No owner check: the address is the runtime's own.
    #[account(address = LAST_RESTART_SLOT @ BreakerError::RestartSlotUnreadable)]
    pub last_restart_slot: UncheckedAccount,
}

impl TripRestart {
    /// Authority: anyone, once for each restart.
    /// Effects: raises the protocol to level 2, or renews that level; the restart counts as seen.
    /// Errors: `RestartSlotUnreadable`, `NotRestarted`, `LevelNotUpward`.
    fn validate(&self) -> Result<u64> {
        let data = self.last_restart_slot.account().try_borrow()?;
        let slot = data.first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
        let slot = slot.ok_or(BreakerError::RestartSlotUnreadable)?;
        require!(slot > self.brake.restart_slot.get(), BreakerError::NotRestarted);
        Ok(slot)
    }

    pub fn trip_restart(&mut self) -> Result<()> {
        let restart_slot = self.validate()?;
        self.brake.restart_slot = restart_slot.into();
        brake_trip(&mut self.brake, Trigger::Restart)
    }
}
