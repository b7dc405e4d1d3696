//! A custody's limits as instructions carry them.
use crate::state::Limits;
use crate::{BreakerError, TIME_DIVISOR};
use anchor_lang::prelude::*;

/// What bounds a market's outflow and its open interest.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, IdlType)]
pub struct LimitTerms {
    /// What may leave a vault in an hour and in a day, in basis points of what it holds: 1 to 10,000.
    pub hour_bps: u16,
    pub day_bps: u16,
    /// Open interest above this closes the market to new risk.
    pub open_interest_cap_lots: u64,
    /// No window is narrower than this: of the base vault, and of the quote vault.
    pub base_floor_atoms: u64,
    pub quote_floor_atoms: u64,
}

impl LimitTerms {
    /// Errors: `WindowOutOfBounds`, `OpenInterestCapZero`.
    pub fn validate(&self) -> Result<()> {
        require!(self.window(self.base_floor_atoms).in_bounds(), BreakerError::WindowOutOfBounds);
        require!(self.open_interest_cap_lots > 0, BreakerError::OpenInterestCapZero);
        Ok(())
    }

    pub fn stored(&self) -> Limits {
        Limits {
            hour_bps: self.hour_bps.into(),
            day_bps: self.day_bps.into(),
            reserved: [0; 4],
            open_interest_cap_lots: self.open_interest_cap_lots.into(),
            floor_atoms: [self.base_floor_atoms.into(), self.quote_floor_atoms.into()],
        }
    }

    /// Whether nothing is looser than `limits`.
    pub fn within(&self, limits: &Limits) -> bool {
        let [base_floor, quote_floor] = limits.floor_atoms;
        let present = |floor_atoms| policy::Limits {
            hour_bps: limits.hour_bps.get(),
            day_bps: limits.day_bps.get(),
            floor_atoms,
            time_divisor: TIME_DIVISOR,
        };
        self.window(self.base_floor_atoms).within(&present(base_floor.get()))
            && self.window(self.quote_floor_atoms).within(&present(quote_floor.get()))
            && self.open_interest_cap_lots <= limits.open_interest_cap_lots.get()
    }

    fn window(&self, floor_atoms: u64) -> policy::Limits {
        policy::Limits { hour_bps: self.hour_bps, day_bps: self.day_bps, floor_atoms, time_divisor: TIME_DIVISOR }
    }
}
