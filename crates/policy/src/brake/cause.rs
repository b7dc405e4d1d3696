//! Why a level was raised.

use crate::Level;

/// What raised the level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Cause {
    None = 0,
    Guardian = 1,
    Council = 2,
    Volatility = 3,
    Deviation = 4,
    Severity = 5,
    OpenInterest = 6,
    Restart = 7,
    Insurance = 8,
    Heartbeat = 9,
    Invariant = 10,
    Migration = 11,
}

impl Cause {
    pub const ALL: [Self; 12] = [
        Self::None,
        Self::Guardian,
        Self::Council,
        Self::Volatility,
        Self::Deviation,
        Self::Severity,
        Self::OpenInterest,
        Self::Restart,
        Self::Insurance,
        Self::Heartbeat,
        Self::Invariant,
        Self::Migration,
    ];

    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::None),
            1 => Some(Self::Guardian),
            2 => Some(Self::Council),
            3 => Some(Self::Volatility),
            4 => Some(Self::Deviation),
            5 => Some(Self::Severity),
            6 => Some(Self::OpenInterest),
            7 => Some(Self::Restart),
            8 => Some(Self::Insurance),
            9 => Some(Self::Heartbeat),
            10 => Some(Self::Invariant),
            11 => Some(Self::Migration),
            _ => None,
        }
    }

    pub const fn byte(self) -> u8 {
        self as u8
    }
}

/// What anybody can prove on chain, and the level that it raises to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trigger {
    Volatility,
    Deviation,
    Severity,
    OpenInterest,
    Restart,
    Insurance,
    Heartbeat,
    Invariant,
}

impl Trigger {
    pub const ALL: [Self; 8] = [
        Self::Volatility,
        Self::Deviation,
        Self::Severity,
        Self::OpenInterest,
        Self::Restart,
        Self::Insurance,
        Self::Heartbeat,
        Self::Invariant,
    ];

    pub const fn level(self) -> Level {
        match self {
            Self::Volatility => Level::Throttle,
            Self::Deviation | Self::Severity | Self::OpenInterest | Self::Restart | Self::Heartbeat => Level::CloseOnly,
            Self::Insurance | Self::Invariant => Level::Frozen,
        }
    }

    pub const fn cause(self) -> Cause {
        match self {
            Self::Volatility => Cause::Volatility,
            Self::Deviation => Cause::Deviation,
            Self::Severity => Cause::Severity,
            Self::OpenInterest => Cause::OpenInterest,
            Self::Restart => Cause::Restart,
            Self::Insurance => Cause::Insurance,
            Self::Heartbeat => Cause::Heartbeat,
            Self::Invariant => Cause::Invariant,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cause_survives_its_byte_and_unknown_bytes_are_none() {
        for byte in u8::MIN..=u8::MAX {
            match Cause::from_byte(byte) {
                Some(cause) => assert_eq!((cause.byte(), Cause::ALL[usize::from(byte)]), (byte, cause)),
                None => assert!(usize::from(byte) >= Cause::ALL.len()),
            }
        }
    }

    #[test]
    fn no_proof_migrates_and_none_is_of_nothing() {
        for trigger in Trigger::ALL {
            assert!((Level::Throttle..=Level::Frozen).contains(&trigger.level()), "{trigger:?}");
            assert!(trigger.cause().byte() > Cause::Council.byte(), "{trigger:?}");
        }
    }
}
