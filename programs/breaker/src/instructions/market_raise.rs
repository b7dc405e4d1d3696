//! A guardian raises one market's level.
use crate::events::LevelRaised;
use crate::state::{Brake, Custody};
use crate::{BreakerError, TIME_DIVISOR};
use abi::breaker::BRAKE_SEED;
use anchor_lang::prelude::*;
use policy::Level;

#[derive(Accounts)]
pub struct MarketRaise {
    pub guardian: Signer,
    /// Counts the trip; the protocol's level stays.
    #[account(mut, seeds = [BRAKE_SEED], bump = brake.bump)]
    pub brake: Account<Brake>,
    /// No seeds: only `custody_open` creates accounts of this kind.
    #[account(mut, constraint = custody.is_free() @ BreakerError::CustodyHeld)]
    pub custody: Account<Custody>,
}

impl MarketRaise {
    /// Authority: any one guardian.
    /// Effects: raises the market's level for 6 hours, after which at most level 2 remains; counts the trip with all others.
    /// Errors: `CustodyHeld`, `NotGuardian`, `LevelUnknown`, `LevelAboveGuardian`, `LevelNotUpward`, `GuardiansDisabled`.
    fn validate(&self, level: u8) -> Result<Level> {
        require!(self.brake.guardians().contains(self.guardian.address()), BreakerError::NotGuardian);
        Ok(Level::from_byte(level).ok_or(BreakerError::LevelUnknown)?)
    }

    pub fn market_raise(&mut self, level: u8) -> Result<()> {
        let to = self.validate(level)?;
        let (slot, unix_s) = shared::now()?;
        let (machine, market) = (self.brake.machine()?, self.custody.latch()?);
        let raised = machine.guardian_raise_market(market, to, unix_s, TIME_DIVISOR).map_err(BreakerError::from)?;
        let (machine, market) = raised;
        self.brake.record(machine);
        self.custody.record(market);
        let (seq, scope) = (self.custody.seq_next()?, *self.custody.address());
        emit!(LevelRaised {
            slot,
            unix_s,
            seq,
            scope,
            guardian: *self.guardian.address(),
            level,
            expires_unix_s: market.expires_unix_s,
            guardian_trips: machine.trips.count,
        });
        Ok(())
    }
}
