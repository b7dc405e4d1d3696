//! What a council may decide, as bytes: typed, complete, and decoded to exactly one meaning. Nothing opaque can be proposed.
//!
//! | kind | then | bytes |
//! |---|---|---|
//! | 1 upgrade | an [`Upgrade`] | 252 |
//! | 2 relax the brake | level | 2 |
//! | 3 replace the council | count, members | 2 + 32 x count |
//! | 4 replace the guardians | count, guardians | 2 + 32 x count |
//! | 5 relax a market | custody, level | 34 |
//! | 6 set a market's limits | custody, hour and day in bps (u16 LE), open interest in lots, floors of base and quote in atoms (u64 LE) | 61 |
//! | 7 replace the monitors | count, monitors | 2 + 32 x count |
//! | 8 emergency patch | an [`Upgrade`] | 252 |
//! | 9 ratify an emergency patch | program, sha256 of the ELF that runs | 65 |
//! | 10 recover lost keys | count, members | 2 + 32 x count |
//! | 11 hand over | program, new upgrade authority | 65 |
//! | 12 roll back | program, sha256 of the ELF before | 65 |
//! | 13 name the attestors | count, three keys | 98 |
//! | 14 set the delays | seconds of each class (u32 LE) | 33 |

mod limits;

pub use limits::MarketLimits;

use crate::{CLASSES, Class, DELAY_MAX_S, Delays, Level, Upgrade};
use abi::{Address, governor::ACTION_LEN, ids};

const UPGRADE: u8 = 1;
const BREAKER_RELAX: u8 = 2;
const COUNCIL_SET: u8 = 3;
const GUARDIANS_SET: u8 = 4;
const MARKET_RELAX: u8 = 5;
const LIMITS_SET: u8 = 6;
const MONITORS_SET: u8 = 7;
const EMERGENCY_PATCH: u8 = 8;
const RATIFY: u8 = 9;
const COUNCIL_RECOVER: u8 = 10;
const HAND_OVER: u8 = 11;
const ROLL_BACK: u8 = 12;
const ATTESTORS_SET: u8 = 13;
const DELAYS_SET: u8 = 14;

/// Guardians of the brake, at most.
pub const GUARDIANS: usize = 8;
/// Attestors, exactly.
pub const ATTESTORS: usize = abi::governor::ATTESTORS;
const MEMBERS: usize = abi::governor::MEMBERS;
const MONITORS: usize = abi::breaker::MONITORS;
/// Programs whose code may be patched in an emergency: those that hold no tokens and no authority.
const PATCHED: [Address; 3] = [ids::MARGIN, ids::VAULT, ids::ORACLE];

/// A decision of the council.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CouncilAction<'a> {
    /// Replaces a program's code.
    Upgrade(Upgrade),
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
    /// Replaces a program's code while the protocol is frozen.
    EmergencyPatch(Upgrade),
    /// Keeps the patch that runs.
    Ratify { program: Address, elf_hash: [u8; 32] },
    /// Replaces all members when keys are lost.
    CouncilRecover { members: &'a [Address] },
    /// Gives a program's upgrade authority away.
    HandOver { program: Address, authority: Address },
    /// Restores the code from before an upgrade that is not final.
    RollBack { program: Address, previous_hash: [u8; 32] },
    /// Replaces the three attestors of shadow runs.
    AttestorsSet { attestors: &'a [Address] },
    /// Replaces all delays; those below a floor stay at it.
    DelaysSet { delays: Delays },
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
    /// A schema goes to itself or to the next.
    WrongSchema,
    /// An emergency patch is for margin, vault or oracle, keeps the schema and can be rolled back.
    WrongPatch,
    /// A delay beyond the longest.
    WrongDelay,
    /// A flag is 0 or 1.
    WrongFlag,
}

impl<'a> CouncilAction<'a> {
    /// The only action that `bytes` mean.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, ActionError> {
        let (kind, rest) = bytes.split_first().ok_or(ActionError::WrongLength)?;
        let action = match *kind {
            UPGRADE => Self::Upgrade(Upgrade::decode(rest)?),
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
            EMERGENCY_PATCH => Self::EmergencyPatch(Upgrade::decode(rest)?),
            RATIFY => {
                let (program, elf_hash) = pair(rest)?;
                Self::Ratify { program, elf_hash }
            }
            COUNCIL_RECOVER => Self::CouncilRecover { members: keys(rest)? },
            HAND_OVER => {
                let (program, authority) = pair(rest)?;
                Self::HandOver { program, authority }
            }
            ROLL_BACK => {
                let (program, previous_hash) = pair(rest)?;
                Self::RollBack { program, previous_hash }
            }
            ATTESTORS_SET => Self::AttestorsSet { attestors: keys(rest)? },
            DELAYS_SET => Self::DelaysSet { delays: delays(rest)? },
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
            Self::Upgrade(upgrade) => {
                writer.put(&[UPGRADE])?;
                upgrade.encode(&mut |bytes| writer.put(bytes))?;
            }
            Self::EmergencyPatch(upgrade) => {
                writer.put(&[EMERGENCY_PATCH])?;
                upgrade.encode(&mut |bytes| writer.put(bytes))?;
            }
            Self::Ratify { program, elf_hash } => writer.put_pair(RATIFY, program, elf_hash)?,
            Self::HandOver { program, authority } => writer.put_pair(HAND_OVER, program, authority)?,
            Self::RollBack { program, previous_hash } => writer.put_pair(ROLL_BACK, program, previous_hash)?,
            Self::CouncilRecover { members } => writer.put_keys(COUNCIL_RECOVER, members)?,
            Self::AttestorsSet { attestors } => writer.put_keys(ATTESTORS_SET, attestors)?,
            Self::DelaysSet { delays } => {
                writer.put(&[DELAYS_SET])?;
                for delay_s in delays.set_s {
                    writer.put(&delay_s.to_le_bytes())?;
                }
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
            Self::Upgrade(upgrade) if governs(&upgrade.program) => Class::HandOver,
            Self::HandOver { .. } => Class::HandOver,
            Self::Upgrade(_) => Class::Upgrade,
            Self::EmergencyPatch(_) => Class::Emergency,
            Self::Ratify { .. } => Class::Ratify,
            // Whether limits loosen depends on those in force when they are executed, which these bytes do not hold.
            Self::BreakerRelax { .. }
            | Self::GuardiansSet { .. }
            | Self::MarketRelax { .. }
            | Self::LimitsSet { .. }
            | Self::MonitorsSet { .. } => Class::RiskIncreasing,
            Self::CouncilSet { .. } | Self::AttestorsSet { .. } | Self::DelaysSet { .. } => Class::Council,
            Self::CouncilRecover { .. } => Class::Recovery,
            // Restores what everybody had agreed to run, and only while the guardians hold the brake.
            Self::RollBack { .. } => Class::Tighten,
        }
    }

    /// The new code that is decided, if that is what is decided.
    pub fn upgrade(&self) -> Option<&Upgrade> {
        match self {
            Self::Upgrade(upgrade) | Self::EmergencyPatch(upgrade) => Some(upgrade),
            _ => None,
        }
    }

    fn validate(&self) -> Result<(), ActionError> {
        match self {
            Self::Upgrade(upgrade) => upgrade.validate(),
            Self::EmergencyPatch(upgrade) => {
                upgrade.validate()?;
                let keeps = upgrade.evidence.schema_from == upgrade.evidence.schema_to && !upgrade.forward_only;
                if keeps && PATCHED.contains(&upgrade.program) { Ok(()) } else { Err(ActionError::WrongPatch) }
            }
            // Migrating is entered by an upgrade and left by its verification, never by a vote.
            Self::BreakerRelax { level: Level::Migrating } | Self::MarketRelax { level: Level::Migrating, .. } => {
                Err(ActionError::WrongLevel)
            }
            Self::HandOver { authority, .. } if *authority == [0; 32] => Err(ActionError::WrongKey),
            Self::BreakerRelax { .. }
            | Self::MarketRelax { .. }
            | Self::Ratify { .. }
            | Self::HandOver { .. }
            | Self::RollBack { .. } => Ok(()),
            Self::LimitsSet { limits, .. } if limits.in_bounds() => Ok(()),
            Self::LimitsSet { .. } => Err(ActionError::WrongLimits),
            Self::CouncilSet { members } | Self::CouncilRecover { members } => keys_validate(members, MEMBERS),
            Self::GuardiansSet { guardians } => keys_validate(guardians, GUARDIANS),
            Self::MonitorsSet { monitors } => keys_validate(monitors, MONITORS),
            Self::AttestorsSet { attestors } if attestors.len() != ATTESTORS => Err(ActionError::WrongCount),
            Self::AttestorsSet { attestors } => keys_validate(attestors, ATTESTORS),
            Self::DelaysSet { delays } if delays.set_s.iter().any(|delay_s| *delay_s > DELAY_MAX_S) => {
                Err(ActionError::WrongDelay)
            }
            Self::DelaysSet { .. } => Ok(()),
        }
    }
}

fn governs(program: &Address) -> bool {
    *program == ids::GOVERNOR || *program == ids::GOVERNOR_TWIN
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

pub(crate) fn key(bytes: &[u8]) -> Result<(Address, &[u8]), ActionError> {
    bytes.split_first_chunk::<32>().map(|(key, rest)| (*key, rest)).ok_or(ActionError::WrongLength)
}

/// Two keys and nothing after them.
fn pair(bytes: &[u8]) -> Result<(Address, Address), ActionError> {
    let (first, rest) = key(bytes)?;
    let (second, rest) = key(rest)?;
    if rest.is_empty() { Ok((first, second)) } else { Err(ActionError::WrongLength) }
}

fn delays(bytes: &[u8]) -> Result<Delays, ActionError> {
    let (delays, tail) = bytes.as_chunks::<4>();
    let delays: &[[u8; 4]; CLASSES] = delays.try_into().map_err(|_| ActionError::WrongLength)?;
    if !tail.is_empty() {
        return Err(ActionError::WrongLength);
    }
    Ok(Delays { set_s: delays.map(u32::from_le_bytes) })
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

    fn put_pair(&mut self, kind: u8, first: &Address, second: &Address) -> Result<(), ActionError> {
        self.put(&[kind])?;
        self.put(first)?;
        self.put(second)
    }

    fn put_keys(&mut self, kind: u8, keys: &[Address]) -> Result<(), ActionError> {
        self.put(&[kind, u8::try_from(keys.len()).map_err(|_| ActionError::WrongCount)?])?;
        self.put(keys.as_flattened())
    }
}

#[cfg(test)]
mod tests;
