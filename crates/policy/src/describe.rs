//! Actions in words, for people who are about to approve them.

use crate::{Class, CouncilAction, Upgrade};
use abi::Address;
use alloc::{format, string::String, vec::Vec};

impl CouncilAction<'_> {
    /// One sentence that says all of the action's bytes.
    pub fn describe(&self) -> String {
        match self {
            Self::Upgrade(upgrade) => replace("Replace", upgrade),
            Self::EmergencyPatch(upgrade) => replace("In an emergency, replace", upgrade),
            Self::Ratify { program, elf_hash } => {
                format!("Keep the emergency patch with sha256 {} of program {}.", hex(elf_hash), base58(program))
            }
            Self::RollBack { program, previous_hash } => {
                format!("Restore the code with sha256 {} of program {}.", hex(previous_hash), base58(program))
            }
            Self::HandOver { program, authority } => {
                format!("Give the upgrade authority over program {} to {}.", base58(program), base58(authority))
            }
            Self::CouncilRecover { members } => {
                format!("Recover from lost keys: replace the council by {} members: {}.", members.len(), list(members))
            }
            Self::AttestorsSet { attestors } => format!("Name the attestors of shadow runs: {}.", list(attestors)),
            Self::DelaysSet { delays } => {
                let words: Vec<_> = Class::ALL
                    .iter()
                    .zip(delays.set_s)
                    .map(|(class, set_s)| format!("{} {set_s}", class.name()))
                    .collect();
                format!("Set the delays, in seconds, floors holding: {}.", words.join(", "))
            }
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

fn replace(verb: &str, upgrade: &Upgrade) -> String {
    let Upgrade { program, buffer, elf_hash, elf_len, previous_hash, evidence, forward_only } = upgrade;
    format!(
        "{verb} the code of program {} (sha256 {}) by the {elf_len} bytes with sha256 {} in buffer {}. Source commit {}, recipe {}, \
         audit {}, migration plan {}. Accounts go from schema {} to {}. {}",
        base58(program),
        hex(previous_hash),
        hex(elf_hash),
        base58(buffer),
        named(&evidence.source_commit),
        named(&evidence.recipe_hash),
        named(&evidence.audit_hash),
        named(&evidence.migration_hash),
        evidence.schema_from,
        evidence.schema_to,
        if *forward_only { "THERE IS NO WAY BACK: it cannot be rolled back." } else { "It can be rolled back." }
    )
}

fn list(keys: &[Address]) -> String {
    keys.iter().map(base58).collect::<Vec<_>>().join(", ")
}

/// Zeros stand where the proposer names nothing.
fn named(digest: &[u8]) -> String {
    if digest.iter().all(|byte| *byte == 0) { "none".into() } else { hex(digest) }
}

fn hex(bytes: &[u8]) -> String {
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
    use crate::{Delays, Evidence, Level, MarketLimits};

    #[test]
    fn describe_says_every_field() {
        let evidence = Evidence {
            source_commit: [1; 20],
            recipe_hash: [2; 32],
            audit_hash: [3; 32],
            migration_hash: [4; 32],
            schema_from: 5,
            schema_to: 6,
        };
        let (program, elf_hash, previous_hash) = (abi::ids::MARGIN, [0xab; 32], [0xcd; 32]);
        let upgrade =
            Upgrade { program, buffer: [0; 32], elf_hash, elf_len: 77, previous_hash, evidence, forward_only: true };
        let expected = format!(
            "Replace the code of program J3vJ1pyKp7U51pC12dMC3HTGBr3at36JAKPpKxZnV5GY (sha256 {}) by the 77 bytes with sha256 {} in \
             buffer {}. Source commit {}, recipe {}, audit {}, migration plan {}. Accounts go from schema 5 to 6. THERE IS NO WAY \
             BACK: it cannot be rolled back.",
            "cd".repeat(32),
            "ab".repeat(32),
            "1".repeat(32),
            "01".repeat(20),
            "02".repeat(32),
            "03".repeat(32),
            "04".repeat(32),
        );
        assert_eq!(CouncilAction::Upgrade(upgrade).describe(), expected);
        let mild = Upgrade { forward_only: false, ..upgrade };
        assert!(CouncilAction::EmergencyPatch(mild).describe().starts_with("In an emergency, replace the code"));
        assert!(CouncilAction::Upgrade(mild).describe().ends_with("It can be rolled back."));
        let bare = Evidence { source_commit: [0; 20], recipe_hash: [0; 32], audit_hash: [0; 32], ..evidence };
        let words = CouncilAction::Upgrade(Upgrade { evidence: bare, ..mild }).describe();
        let said = format!("Source commit none, recipe none, audit none, migration plan {}.", "04".repeat(32));
        assert!(words.contains(&said), "{words}");
        let margin = "program J3vJ1pyKp7U51pC12dMC3HTGBr3at36JAKPpKxZnV5GY";
        assert_eq!(
            CouncilAction::Ratify { program, elf_hash }.describe(),
            format!("Keep the emergency patch with sha256 {} of {margin}.", "ab".repeat(32))
        );
        assert_eq!(
            CouncilAction::RollBack { program, previous_hash }.describe(),
            format!("Restore the code with sha256 {} of {margin}.", "cd".repeat(32))
        );
        assert_eq!(
            CouncilAction::HandOver { program, authority: [0; 32] }.describe(),
            format!("Give the upgrade authority over {margin} to {}.", "1".repeat(32))
        );
        assert_eq!(
            CouncilAction::DelaysSet { delays: Delays { set_s: [1, 2, 3, 4, 5, 6, 7, 8] } }.describe(),
            "Set the delays, in seconds, floors holding: tighten a parameter 1, risk-increasing change 2, program upgrade 3, \
             council change 4, hand over 5, emergency patch 6, ratification 7, key recovery 8."
        );
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
