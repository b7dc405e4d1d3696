//! Classes of council action: how many members must approve, and how long everybody else has to leave.

use core::num::NonZeroU32;

const HOUR_S: u32 = 3600;
const DAY_S: u32 = 24 * HOUR_S;

/// Members may approve this long after a proposal was created.
pub const VOTING_S: u32 = 30 * DAY_S;
/// A proposal queued at the last moment can still be executed this long after its delay.
pub const EXECUTION_S: u32 = 14 * DAY_S;
/// The table gives thresholds for a council of this size.
pub const COUNCIL_OF: u8 = 7;

/// What sets an action's threshold and delay. Freezing is the guardians' and has no class: the brake knows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Class {
    /// Makes a parameter stricter.
    Tighten = 1,
    /// Lets more risk in: a loosened parameter, a lowered brake, other guardians.
    RiskIncreasing = 2,
    /// New code for a program. Seven days always hold one weekly expiry.
    Upgrade = 3,
    /// Membership.
    Council = 4,
    /// Passes on what the governor holds: new code for a governor is a new governor, so the twins' upgrades are here.
    HandOver = 5,
}

impl Class {
    pub const ALL: [Self; 5] = [Self::Tighten, Self::RiskIncreasing, Self::Upgrade, Self::Council, Self::HandOver];

    /// The class stored as `byte`, or `None` for a byte that no version wrote.
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Tighten),
            2 => Some(Self::RiskIncreasing),
            3 => Some(Self::Upgrade),
            4 => Some(Self::Council),
            5 => Some(Self::HandOver),
            _ => None,
        }
    }

    /// The byte that stores this class.
    pub const fn byte(self) -> u8 {
        self as u8
    }

    /// In words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tighten => "tighten a parameter",
            Self::RiskIncreasing => "risk-increasing change",
            Self::Upgrade => "program upgrade",
            Self::Council => "council change",
            Self::HandOver => "hand over",
        }
    }

    /// Approvals needed in a council of [`COUNCIL_OF`].
    pub const fn approvals_of_seven(self) -> u8 {
        match self {
            Self::Tighten => 3,
            Self::RiskIncreasing => 4,
            Self::Upgrade | Self::Council => 5,
            Self::HandOver => 6,
        }
    }

    /// Approvals needed in a council of `members`: the same fraction, rounded up, and never none.
    pub fn threshold_ceil(self, members: u8) -> u8 {
        let sevenths = u16::from(members).saturating_mul(u16::from(self.approvals_of_seven()));
        // BOUND: 255 x 6 / 7 fits a byte; the fallback cannot be met by any council.
        u8::try_from(sevenths.div_ceil(u16::from(COUNCIL_OF))).unwrap_or(u8::MAX).max(1)
    }

    /// The least time between queueing and execution, in seconds of the cluster's clock.
    pub const fn delay_floor_s(self) -> u32 {
        match self {
            Self::Tighten => 0,
            Self::RiskIncreasing => 48 * HOUR_S,
            Self::Upgrade => 7 * DAY_S,
            Self::Council => 14 * DAY_S,
            Self::HandOver => 30 * DAY_S,
        }
    }

    /// The delay in a build whose periods are divided by `divisor`: 1 on a public network.
    pub const fn delay_s_ceil(self, divisor: NonZeroU32) -> u32 {
        self.delay_floor_s().div_ceil(divisor.get())
    }

    /// From creation to expiry: voting, delay and execution, in a build divided by `divisor`.
    pub fn lifetime_s_ceil(self, divisor: NonZeroU32) -> u32 {
        // BOUND: 74 days at most.
        VOTING_S.saturating_add(self.delay_floor_s()).saturating_add(EXECUTION_S).div_ceil(divisor.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNSCALED: NonZeroU32 = NonZeroU32::MIN;

    #[test]
    fn class_survives_its_byte_and_unknown_bytes_are_none() {
        for byte in u8::MIN..=u8::MAX {
            match Class::from_byte(byte) {
                Some(class) => assert_eq!(class.byte(), byte),
                None => assert!(!(1..=5).contains(&byte)),
            }
        }
    }

    #[test]
    fn threshold_is_the_fraction_rounded_up() {
        for class in Class::ALL {
            for members in 1..=15_u8 {
                let threshold = class.threshold_ceil(members);
                let needed = u16::from(threshold) * 7;
                let fraction = u16::from(members) * u16::from(class.approvals_of_seven());
                assert!(needed >= fraction && needed - fraction < 7, "{class:?} of {members}");
                assert!((1..=members).contains(&threshold), "{class:?} of {members}");
            }
            assert_eq!(class.threshold_ceil(7), class.approvals_of_seven());
            assert_eq!(class.threshold_ceil(0), 1);
        }
    }

    #[test]
    fn threshold_of_small_councils() {
        let upgrade = [1, 2, 3, 4, 5].map(|members| Class::Upgrade.threshold_ceil(members));
        assert_eq!(upgrade, [1, 2, 3, 3, 4]);
    }

    #[test]
    fn classes_in_order_never_need_less_or_wait_shorter() {
        for pair in Class::ALL.windows(2) {
            assert!(pair[0].approvals_of_seven() <= pair[1].approvals_of_seven());
            assert!(pair[0].delay_floor_s() <= pair[1].delay_floor_s());
        }
    }

    #[test]
    fn delay_is_scaled_up_to_a_whole_second_and_unscaled_by_one() {
        let local = NonZeroU32::new(60_480).unwrap();
        assert_eq!(Class::Upgrade.delay_s_ceil(UNSCALED), 604_800);
        assert_eq!(Class::Upgrade.delay_s_ceil(local), 10);
        assert_eq!(Class::RiskIncreasing.delay_s_ceil(local), 3);
        assert_eq!(Class::Tighten.delay_s_ceil(local), 0);
        assert_eq!(Class::HandOver.lifetime_s_ceil(UNSCALED), 74 * 86_400);
    }
}
