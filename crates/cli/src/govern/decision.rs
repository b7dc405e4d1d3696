//! A decision as people give it on the command line, and as the bytes that members approve.

use crate::{Error, decode::DecodeError};
use abi::{Address, governor::ACTION_LEN};
use policy::{Class, CouncilAction, Delays, Level, MarketLimits};

/// Any decision but new code, whose proposal takes a buffer with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    BreakerRelax { level: Level },
    CouncilSet { members: Vec<Address> },
    CouncilRecover { members: Vec<Address> },
    GuardiansSet { guardians: Vec<Address> },
    MonitorsSet { monitors: Vec<Address> },
    AttestorsSet { attestors: Vec<Address> },
    MarketRelax { custody: Address, level: Level },
    LimitsSet { custody: Address, limits: MarketLimits },
    DelaysSet { delays: Delays },
    HandOver { program: Address, authority: Address },
    Ratify { program: Address, elf_hash: [u8; 32] },
    RollBack { program: Address, previous_hash: [u8; 32] },
}

impl Decision {
    /// The bytes that members approve.
    pub fn bytes(&self) -> Result<Vec<u8>, Error> {
        let action = match self {
            Self::BreakerRelax { level } => CouncilAction::BreakerRelax { level: *level },
            Self::CouncilSet { members } => CouncilAction::CouncilSet { members },
            Self::CouncilRecover { members } => CouncilAction::CouncilRecover { members },
            Self::GuardiansSet { guardians } => CouncilAction::GuardiansSet { guardians },
            Self::MonitorsSet { monitors } => CouncilAction::MonitorsSet { monitors },
            Self::AttestorsSet { attestors } => CouncilAction::AttestorsSet { attestors },
            Self::MarketRelax { custody, level } => CouncilAction::MarketRelax { custody: *custody, level: *level },
            Self::LimitsSet { custody, limits } => CouncilAction::LimitsSet { custody: *custody, limits: *limits },
            Self::DelaysSet { delays } => CouncilAction::DelaysSet { delays: *delays },
            Self::HandOver { program, authority } => {
                CouncilAction::HandOver { program: *program, authority: *authority }
            }
            Self::Ratify { program, elf_hash } => CouncilAction::Ratify { program: *program, elf_hash: *elf_hash },
            Self::RollBack { program, previous_hash } => {
                CouncilAction::RollBack { program: *program, previous_hash: *previous_hash }
            }
        };
        encoded(&action)
    }
}

/// Any action as bytes.
pub fn encoded(action: &CouncilAction) -> Result<Vec<u8>, Error> {
    let mut bytes = [0; ACTION_LEN];
    let len = action.encode(&mut bytes).map_err(DecodeError::Action)?;
    Ok(bytes.get(..len).unwrap_or_default().to_vec())
}

/// Delays from `CLASS=SECONDS` pairs; a class that is not named keeps what is in force.
pub fn delays(in_force: Delays, pairs: &[(Class, u32)]) -> Delays {
    let set_s = Class::ALL.map(|class| {
        let named = pairs.iter().rev().find(|(known, _)| *known == class).map(|(_, seconds)| *seconds);
        named.unwrap_or_else(|| set_s(&in_force, class))
    });
    Delays { set_s }
}

fn set_s(delays: &Delays, class: Class) -> u32 {
    let at = usize::from(class.byte()).checked_sub(1);
    at.and_then(|at| delays.set_s.get(at)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use abi::ids;
    use policy::ActionError;

    #[test]
    fn decision_bytes_decode_to_the_decision() {
        let keys = vec![ids::ORACLE, ids::VAULT, ids::MARGIN];
        let limits = MarketLimits {
            hour_bps: 500,
            day_bps: 2_000,
            open_interest_cap_lots: 77,
            base_floor_atoms: 8,
            quote_floor_atoms: 9,
        };
        let (program, custody) = (ids::MARGIN, ids::ORACLE);
        let cases = [
            (Decision::BreakerRelax { level: Level::Throttle }, "Lower the brake to L1"),
            (Decision::CouncilSet { members: keys.clone() }, "Replace the council by 3 members"),
            (Decision::CouncilRecover { members: keys.clone() }, "Recover from lost keys"),
            (Decision::GuardiansSet { guardians: keys.clone() }, "Replace the guardians by 3 keys"),
            (Decision::MonitorsSet { monitors: keys.clone() }, "Replace the monitors by 3 keys"),
            (Decision::AttestorsSet { attestors: keys }, "Name the attestors"),
            (Decision::MarketRelax { custody, level: Level::Normal }, "Lower the market of custody"),
            (Decision::LimitsSet { custody, limits }, "Limit the market of custody"),
            (Decision::DelaysSet { delays: Delays { set_s: [9; 8] } }, "Set the delays"),
            (Decision::HandOver { program, authority: ids::VAULT }, "Give the upgrade authority"),
            (Decision::Ratify { program, elf_hash: [7; 32] }, "Keep the emergency patch"),
            (Decision::RollBack { program, previous_hash: [7; 32] }, "Restore the code"),
        ];
        for (decision, words) in cases {
            let bytes = decision.bytes().unwrap();
            let said = CouncilAction::decode(&bytes).unwrap().describe();
            assert!(said.starts_with(words), "{said}");
        }
    }

    #[test]
    fn decision_that_no_member_could_approve_fails_before_it_is_sent() {
        let twice = Decision::CouncilSet { members: vec![ids::ORACLE, ids::ORACLE] };
        let error = twice.bytes().unwrap_err();
        assert!(matches!(error, Error::Decode(DecodeError::Action(ActionError::WrongKey))), "{error}");
    }

    #[test]
    fn delays_keep_what_is_not_named() {
        let set = delays(Delays { set_s: [1, 2, 3, 4, 5, 6, 7, 8] }, &[(Class::Upgrade, 30), (Class::Upgrade, 40)]);
        assert_eq!(set.set_s, [1, 2, 40, 4, 5, 6, 7, 8]);
    }
}
