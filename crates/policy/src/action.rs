//! What a council may decide, as bytes: typed, complete, and decoded to exactly one meaning. Nothing opaque can be proposed.
//!
//! | kind | then | bytes |
//! |---|---|---|
//! | 1 upgrade | program, buffer, sha256 of the ELF, length of the ELF (u32 LE) | 101 |
//! | 2 relax the brake | level | 2 |
//! | 3 replace the council | count, members | 2 + 32 x count |
//! | 4 replace the guardians | count, guardians | 2 + 32 x count |
//! | 5 relax a market | custody, level | 34 |
//! | 6 set a market's limits | custody, hour and day in bps (u16 LE), open interest in lots, floors of base and quote in atoms (u64 LE) | 61 |
//! | 7 replace the monitors | count, monitors | 2 + 32 x count |

mod limits;

pub use limits::MarketLimits;

use crate::{Class, Level};
use abi::{Address, governor::ACTION_LEN, ids};

const UPGRADE: u8 = 1;
const BREAKER_RELAX: u8 = 2;
const COUNCIL_SET: u8 = 3;
const GUARDIANS_SET: u8 = 4;
const MARKET_RELAX: u8 = 5;
const LIMITS_SET: u8 = 6;
const MONITORS_SET: u8 = 7;

/// Guardians of the brake, at most.
pub const GUARDIANS: usize = 8;
const MEMBERS: usize = abi::governor::MEMBERS;
const MONITORS: usize = abi::breaker::MONITORS;

/// A decision of the council.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CouncilAction<'a> {
    /// Replaces a program's code by the buffer's, whose first `elf_len` bytes hash to `elf_hash` and which holds no more.
    Upgrade { program: Address, buffer: Address, elf_hash: [u8; 32], elf_len: u32 },
    /// Lowers the brake.
    BreakerRelax { level: Level },
    /// Replaces all members: 1..=15 distinct keys.
    CouncilSet { members: &'a [Address] },
    /// Replaces all guardians and re-arms them: 1..=8 distinct keys.
    GuardiansSet { guardians: &'a [Address] },
    /// Lowers the market of this custody, whose sums the breaker verifies in the same instruction.
    MarketRelax { custody: Address, level: Level },
    /// Gives the market of this custody other limits.
    LimitsSet { custody: Address, limits: MarketLimits },
    /// Replaces all monitors: 1..=4 distinct keys. Never none, as there would be no heartbeat to lose.
    MonitorsSet { monitors: &'a [Address] },
}

/// Why bytes are not an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionError {
    /// The first byte names no action.
    UnknownKind,
    /// Bytes are missing, or follow the end.
    WrongLength,
    /// Neither brake nor market can be relaxed to this level.
    WrongLevel,
    /// No key, or more than fit.
    WrongCount,
    /// The zero key, or one key twice.
    WrongKey,
    /// Code of no length.
    EmptyCode,
    /// Windows or a cap that no custody takes.
    WrongLimits,
}

impl<'a> CouncilAction<'a> {
    /// The only action that `bytes` mean.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, ActionError> {
        let (kind, rest) = bytes.split_first().ok_or(ActionError::WrongLength)?;
        let action = match *kind {
            UPGRADE => {
                let (program, rest) = key(rest)?;
                let (buffer, rest) = key(rest)?;
                let (elf_hash, rest) = key(rest)?;
                let elf_len = u32::from_le_bytes(rest.try_into().map_err(|_| ActionError::WrongLength)?);
                Self::Upgrade { program, buffer, elf_hash, elf_len }
            }
            BREAKER_RELAX => match rest {
                [level] => Self::BreakerRelax { level: level_of(*level)? },
                _ => return Err(ActionError::WrongLength),
            },
            COUNCIL_SET => Self::CouncilSet { members: keys(rest)? },
            GUARDIANS_SET => Self::GuardiansSet { guardians: keys(rest)? },
            MARKET_RELAX => match key(rest)? {
                (custody, [level]) => Self::MarketRelax { custody, level: level_of(*level)? },
                _ => return Err(ActionError::WrongLength),
            },
            LIMITS_SET => {
                let (custody, rest) = key(rest)?;
                Self::LimitsSet { custody, limits: MarketLimits::decode(rest)? }
            }
            MONITORS_SET => Self::MonitorsSet { monitors: keys(rest)? },
            _ => return Err(ActionError::UnknownKind),
        };
        action.validate()?;
        Ok(action)
    }

    /// Writes the bytes to the front of `out` and returns their count.
    pub fn encode(&self, out: &mut [u8; ACTION_LEN]) -> Result<usize, ActionError> {
        self.validate()?;
        let mut writer = Writer { out, len: 0 };
        match self {
            Self::Upgrade { program, buffer, elf_hash, elf_len } => {
                writer.put(&[UPGRADE])?;
                for field in [program, buffer, elf_hash] {
                    writer.put(field)?;
                }
                writer.put(&elf_len.to_le_bytes())?;
            }
            Self::BreakerRelax { level } => writer.put(&[BREAKER_RELAX, level.byte()])?,
            Self::CouncilSet { members } => writer.put_keys(COUNCIL_SET, members)?,
            Self::GuardiansSet { guardians } => writer.put_keys(GUARDIANS_SET, guardians)?,
            Self::MarketRelax { custody, level } => {
                writer.put(&[MARKET_RELAX])?;
                writer.put(custody)?;
                writer.put(&[level.byte()])?;
            }
            Self::LimitsSet { custody, limits } => {
                writer.put(&[LIMITS_SET])?;
                writer.put(custody)?;
                limits.encode(&mut writer)?;
            }
            Self::MonitorsSet { monitors } => writer.put_keys(MONITORS_SET, monitors)?,
        }
        Ok(writer.len)
    }

    /// What sets the threshold and the delay.
    pub fn class(&self) -> Class {
        match self {
            Self::Upgrade { program, .. } if *program == ids::GOVERNOR || *program == ids::GOVERNOR_TWIN => {
                Class::HandOver
            }
            Self::Upgrade { .. } => Class::Upgrade,
            // Whether limits loosen depends on those in force when they are executed, which these bytes do not hold.
            Self::BreakerRelax { .. }
            | Self::GuardiansSet { .. }
            | Self::MarketRelax { .. }
            | Self::LimitsSet { .. }
            | Self::MonitorsSet { .. } => Class::RiskIncreasing,
            Self::CouncilSet { .. } => Class::Council,
        }
    }

    fn validate(&self) -> Result<(), ActionError> {
        match self {
            Self::Upgrade { elf_len: 0, .. } => Err(ActionError::EmptyCode),
            Self::Upgrade { .. } => Ok(()),
            // Migrating is entered by an upgrade and left by its verification, never by a vote.
            Self::BreakerRelax { level: Level::Migrating } | Self::MarketRelax { level: Level::Migrating, .. } => {
                Err(ActionError::WrongLevel)
            }
            Self::BreakerRelax { .. } | Self::MarketRelax { .. } => Ok(()),
            Self::LimitsSet { limits, .. } if limits.in_bounds() => Ok(()),
            Self::LimitsSet { .. } => Err(ActionError::WrongLimits),
            Self::CouncilSet { members } => keys_validate(members, MEMBERS),
            Self::GuardiansSet { guardians } => keys_validate(guardians, GUARDIANS),
            Self::MonitorsSet { monitors } => keys_validate(monitors, MONITORS),
        }
    }
}

/// Between one and `most` keys, none of them zero, none of them twice.
pub fn keys_validate(keys: &[Address], most: usize) -> Result<(), ActionError> {
    if keys.is_empty() || keys.len() > most {
        return Err(ActionError::WrongCount);
    }
    let mut rest = keys;
    while let Some((first, others)) = rest.split_first() {
        if *first == [0; 32] || others.contains(first) {
            return Err(ActionError::WrongKey);
        }
        rest = others;
    }
    Ok(())
}

fn level_of(byte: u8) -> Result<Level, ActionError> {
    Level::from_byte(byte).ok_or(ActionError::WrongLevel)
}

fn key(bytes: &[u8]) -> Result<(Address, &[u8]), ActionError> {
    bytes.split_first_chunk::<32>().map(|(key, rest)| (*key, rest)).ok_or(ActionError::WrongLength)
}

fn keys(bytes: &[u8]) -> Result<&[Address], ActionError> {
    let (count, rest) = bytes.split_first().ok_or(ActionError::WrongLength)?;
    let (keys, tail) = rest.as_chunks::<32>();
    if keys.len() != usize::from(*count) || !tail.is_empty() {
        return Err(ActionError::WrongLength);
    }
    Ok(keys)
}

struct Writer<'o> {
    out: &'o mut [u8; ACTION_LEN],
    len: usize,
}

impl Writer<'_> {
    fn put(&mut self, bytes: &[u8]) -> Result<(), ActionError> {
        let end = self.len.saturating_add(bytes.len());
        self.out.get_mut(self.len..end).ok_or(ActionError::WrongLength)?.copy_from_slice(bytes);
        self.len = end;
        Ok(())
    }

    fn put_keys(&mut self, kind: u8, keys: &[Address]) -> Result<(), ActionError> {
        self.put(&[kind, u8::try_from(keys.len()).map_err(|_| ActionError::WrongCount)?])?;
        self.put(keys.as_flattened())
    }
}

#[cfg(test)]
mod tests;
