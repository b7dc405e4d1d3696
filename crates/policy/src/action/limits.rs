//! A market's limits as the council decides them.

use super::{ActionError, Writer};
use crate::Limits;

/// What bounds a market's outflow and its open interest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketLimits {
    /// What may leave a vault in an hour and in a day, in basis points of what it holds.
    pub hour_bps: u16,
    pub day_bps: u16,
    /// Open interest above this closes the market to new risk.
    pub open_interest_cap_lots: u64,
    /// No window is narrower than this: of the base vault, and of the quote vault.
    pub base_floor_atoms: u64,
    pub quote_floor_atoms: u64,
}

impl MarketLimits {
    /// Whether a custody would take them: what no custody takes is refused before anybody votes on it.
    pub fn in_bounds(&self) -> bool {
        let Self { hour_bps, day_bps, .. } = *self;
        // Floors and the clock's divisor have no bounds.
        Limits { hour_bps, day_bps, floor_atoms: 0, time_divisor: 1 }.in_bounds() && self.open_interest_cap_lots > 0
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, ActionError> {
        let (hour_bps, bytes) = number(bytes)?;
        let (day_bps, bytes) = number(bytes)?;
        let (open_interest_cap_lots, bytes) = number(bytes)?;
        let (base_floor_atoms, bytes) = number(bytes)?;
        let (quote_floor_atoms, bytes) = number(bytes)?;
        if !bytes.is_empty() {
            return Err(ActionError::WrongLength);
        }
        Ok(Self {
            hour_bps: u16::from_le_bytes(hour_bps),
            day_bps: u16::from_le_bytes(day_bps),
            open_interest_cap_lots: u64::from_le_bytes(open_interest_cap_lots),
            base_floor_atoms: u64::from_le_bytes(base_floor_atoms),
            quote_floor_atoms: u64::from_le_bytes(quote_floor_atoms),
        })
    }

    pub(super) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), ActionError> {
        writer.put(&self.hour_bps.to_le_bytes())?;
        writer.put(&self.day_bps.to_le_bytes())?;
        for number in [self.open_interest_cap_lots, self.base_floor_atoms, self.quote_floor_atoms] {
            writer.put(&number.to_le_bytes())?;
        }
        Ok(())
    }
}

fn number<const LEN: usize>(bytes: &[u8]) -> Result<([u8; LEN], &[u8]), ActionError> {
    bytes.split_first_chunk().map(|(number, rest)| (*number, rest)).ok_or(ActionError::WrongLength)
}
