//! Actions in words, for people who are about to approve them.

use crate::CouncilAction;
use abi::Address;
use alloc::{format, string::String, vec::Vec};

impl CouncilAction<'_> {
    /// One sentence that says all of the action's bytes.
    pub fn describe(&self) -> String {
        match self {
            Self::Upgrade { program, buffer, elf_hash, elf_len } => format!(
                "Replace the code of program {} by the {elf_len} bytes with sha256 {} in buffer {}.",
                base58(program),
                hex(elf_hash),
                base58(buffer)
            ),
            Self::BreakerRelax { level } => format!("Lower the brake to L{} ({level:?}).", level.byte()),
            Self::CouncilSet { members } => {
                format!("Replace the council by {} members: {}.", members.len(), list(members))
            }
            Self::GuardiansSet { guardians } => {
                format!("Replace the guardians by {} keys and re-arm them: {}.", guardians.len(), list(guardians))
            }
            Self::MarketRelax { custody, level } => {
                format!("Lower the market of custody {} to L{} ({level:?}).", base58(custody), level.byte())
            }
            Self::LimitsSet { custody, limits } => format!(
                "Limit the market of custody {} to {} bps an hour and {} bps a day, never below {} base and {} quote atoms, and to {} lots of open interest.",
                base58(custody),
                limits.hour_bps,
                limits.day_bps,
                limits.base_floor_atoms,
                limits.quote_floor_atoms,
                limits.open_interest_cap_lots
            ),
            Self::MonitorsSet { monitors } => {
                format!("Replace the monitors by {} keys: {}.", monitors.len(), list(monitors))
            }
        }
    }
}

fn list(keys: &[Address]) -> String {
    keys.iter().map(base58).collect::<Vec<_>>().join(", ")
}

fn hex(bytes: &[u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn base58(key: &Address) -> String {
    let mut text = [0; five8::BASE58_ENCODED_32_MAX_LEN];
    let len = five8::encode_32(key, &mut text);
    text.iter().take(usize::from(len)).map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Level, MarketLimits};

    #[test]
    fn describe_says_every_field() {
        let upgrade =
            CouncilAction::Upgrade { program: abi::ids::MARGIN, buffer: [0; 32], elf_hash: [0xab; 32], elf_len: 77 };
        let expected = format!(
            "Replace the code of program J3vJ1pyKp7U51pC12dMC3HTGBr3at36JAKPpKxZnV5GY by the 77 bytes with sha256 {} in buffer {}.",
            "ab".repeat(32),
            "1".repeat(32)
        );
        assert_eq!(upgrade.describe(), expected);
        assert_eq!(
            CouncilAction::BreakerRelax { level: Level::CloseOnly }.describe(),
            "Lower the brake to L2 (CloseOnly)."
        );
        let members = [abi::ids::ORACLE, abi::ids::VAULT];
        assert_eq!(
            CouncilAction::CouncilSet { members: &members }.describe(),
            "Replace the council by 2 members: BsZgZk5fzUS7CZCPNoS2MG9LcsyuFtpefWotQLSUg5R4, E5vhXBC9toRWmPzwGHZggH7WwNcSHourBtXevUSnJAp6."
        );
        assert_eq!(
            CouncilAction::GuardiansSet { guardians: &members[..1] }.describe(),
            "Replace the guardians by 1 keys and re-arm them: BsZgZk5fzUS7CZCPNoS2MG9LcsyuFtpefWotQLSUg5R4."
        );
        assert_eq!(
            CouncilAction::MonitorsSet { monitors: &members[..1] }.describe(),
            "Replace the monitors by 1 keys: BsZgZk5fzUS7CZCPNoS2MG9LcsyuFtpefWotQLSUg5R4."
        );
        assert_eq!(
            CouncilAction::MarketRelax { custody: abi::ids::ORACLE, level: Level::Throttle }.describe(),
            "Lower the market of custody BsZgZk5fzUS7CZCPNoS2MG9LcsyuFtpefWotQLSUg5R4 to L1 (Throttle)."
        );
        let limits = MarketLimits {
            hour_bps: 1,
            day_bps: 2,
            open_interest_cap_lots: 3,
            base_floor_atoms: 4,
            quote_floor_atoms: 5,
        };
        assert_eq!(
            CouncilAction::LimitsSet { custody: abi::ids::ORACLE, limits }.describe(),
            "Limit the market of custody BsZgZk5fzUS7CZCPNoS2MG9LcsyuFtpefWotQLSUg5R4 to 1 bps an hour and 2 bps a day, never below 4 base and 5 quote atoms, and to 3 lots of open interest."
        );
    }
}
