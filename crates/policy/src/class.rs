//! Classes of council action: how many members must approve, and how long everybody else has to leave.

use core::num::NonZeroU32;

const HOUR_S: u32 = 3600;
const DAY_S: u32 = 24 * HOUR_S;

/// Members may approve this long after a proposal was created.
pub const VOTING_S: u32 = 30 * DAY_S;
/// A proposal queued at the last moment can still be executed this long after its delay.
pub const EXECUTION_S: u32 = 14 * DAY_S;
/// Longest delay that a council can set: above it nothing could ever be changed again.
pub const DELAY_MAX_S: u32 = 90 * DAY_S;
/// Classes there are.
pub const CLASSES: usize = 8;
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
    /// A patch while the protocol is frozen: committed bytes, a staged way back, no change of schema, and ratified or rolled back.
    Emergency = 6,
    /// Keeps an emergency patch, which otherwise anybody may roll back.
    Ratify = 7,
    /// A council that lost keys seats a new one: fewer approvals, the longest wait, and any two members stop it.
    Recovery = 8,
}

impl Class {
    pub const ALL: [Self; CLASSES] = [
        Self::Tighten,
        Self::RiskIncreasing,
        Self::Upgrade,
        Self::Council,
        Self::HandOver,
        Self::Emergency,
        Self::Ratify,
        Self::Recovery,
    ];

    /// The class stored as `byte`, or `None` for a byte that no version wrote.
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Tighten),
            2 => Some(Self::RiskIncreasing),
            3 => Some(Self::Upgrade),
            4 => Some(Self::Council),
            5 => Some(Self::HandOver),
            6 => Some(Self::Emergency),
            7 => Some(Self::Ratify),
            8 => Some(Self::Recovery),
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
            Self::Emergency => "emergency patch",
            Self::Ratify => "ratification",
            Self::Recovery => "key recovery",
        }
    }

    /// Approvals needed in a council of [`COUNCIL_OF`].
    pub const fn approvals_of_seven(self) -> u8 {
        match self {
            Self::Tighten => 3,
            Self::RiskIncreasing | Self::Recovery => 4,
            Self::Upgrade | Self::Council | Self::Ratify => 5,
            Self::HandOver | Self::Emergency => 6,
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
            Self::Emergency => 6 * HOUR_S,
            Self::RiskIncreasing | Self::Ratify => 48 * HOUR_S,
            Self::Upgrade => 7 * DAY_S,
            Self::Council => 14 * DAY_S,
            Self::HandOver | Self::Recovery => 30 * DAY_S,
        }
    }
}

/// Delays that a council has set above the floors, in seconds of an unscaled clock, in the order of [`Class::ALL`].
///
/// INVARIANT(G-5): the floors are compiled in, so no stored value shortens a delay below them; and a council or a delay is changed
/// after the longest delay in force among what the change could weaken, so weakening waits the old delay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Delays {
    pub set_s: [u32; CLASSES],
}

impl Delays {
    /// The delay of a class, in seconds of an unscaled clock.
    pub fn in_force_s(&self, class: Class) -> u32 {
        let own = self.own_s(class);
        if class != Class::Council {
            return own;
        }
        // A new council could do all of these, and new delays could weaken what was set: only the floors of the two longest cannot be
        // outrun, as they hold whatever is set.
        let outrun = |class: &Class| {
            !matches!(class, Class::HandOver | Class::Recovery) || self.own_s(*class) > class.delay_floor_s()
        };
        Class::ALL.into_iter().filter(outrun).map(|class| self.own_s(class)).fold(own, u32::max)
    }

    /// As [`Delays::in_force_s`], in a build whose periods are divided by `divisor`: 1 on a public network.
    pub fn scaled_s_ceil(&self, class: Class, divisor: NonZeroU32) -> u32 {
        self.in_force_s(class).div_ceil(divisor.get())
    }

    /// From creation to expiry: voting, delay and execution, in a build divided by `divisor`.
    pub fn lifetime_s_ceil(&self, class: Class, divisor: NonZeroU32) -> u32 {
        // BOUND: DELAY_MAX_S and 44 days at most.
        VOTING_S.saturating_add(self.in_force_s(class)).saturating_add(EXECUTION_S).div_ceil(divisor.get())
    }

    fn own_s(&self, class: Class) -> u32 {
        let at = usize::from(class.byte()).checked_sub(1);
        let set_s = at.and_then(|at| self.set_s.get(at)).copied().unwrap_or_default();
        set_s.min(DELAY_MAX_S).max(class.delay_floor_s())
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
                None => assert!(!(1..=8).contains(&byte)),
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
    fn classes_that_add_risk_need_more_and_wait_longer_than_those_that_take_it() {
        let order = [Class::Tighten, Class::RiskIncreasing, Class::Upgrade, Class::Council, Class::HandOver];
        for pair in order.windows(2) {
            assert!(pair[0].approvals_of_seven() <= pair[1].approvals_of_seven());
            assert!(pair[0].delay_floor_s() <= pair[1].delay_floor_s());
        }
        assert!(Class::Emergency.approvals_of_seven() > Class::Upgrade.approvals_of_seven());
        assert_eq!(Class::Recovery.delay_floor_s(), Class::HandOver.delay_floor_s());
    }

    #[test]
    fn delay_is_scaled_up_to_a_whole_second_and_unscaled_by_one() {
        let (local, floors) = (NonZeroU32::new(60_480).unwrap(), Delays::default());
        assert_eq!(floors.scaled_s_ceil(Class::Upgrade, UNSCALED), 604_800);
        assert_eq!(floors.scaled_s_ceil(Class::Upgrade, local), 10);
        assert_eq!(floors.scaled_s_ceil(Class::RiskIncreasing, local), 3);
        assert_eq!(floors.scaled_s_ceil(Class::Tighten, local), 0);
        assert_eq!(floors.lifetime_s_ceil(Class::HandOver, UNSCALED), 74 * 86_400);
    }

    #[test]
    fn set_delays_lengthen_and_never_shorten() {
        let mut delays = Delays::default();
        for class in Class::ALL {
            assert_eq!(delays.in_force_s(class), class.delay_floor_s());
        }
        delays.set_s[2] = 20 * DAY_S;
        assert_eq!(delays.in_force_s(Class::Upgrade), 20 * DAY_S);
        // A council could be replaced by one that sets the delay back: it waits as long.
        assert_eq!(delays.in_force_s(Class::Council), 20 * DAY_S);
        delays.set_s[4] = 40 * DAY_S;
        assert_eq!(delays.in_force_s(Class::HandOver), 40 * DAY_S);
        assert_eq!(delays.in_force_s(Class::Council), 40 * DAY_S);
        delays.set_s = [1; CLASSES];
        for class in Class::ALL {
            assert_eq!(delays.in_force_s(class), class.delay_floor_s().max(1));
        }
        delays.set_s = [u32::MAX; CLASSES];
        assert_eq!(delays.in_force_s(Class::Tighten), DELAY_MAX_S);
    }
}
