//! Keys of local networks: derived from public seeds, so anybody has them. They must never hold anything of value.

use sha2::{Digest, Sha256};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;

const SEED_PREFIX: &str = "bastion:localnet:";

/// Members of a local network's council: upgrades need five of seven, as the design's table shows.
pub const LOCAL_COUNCIL_MEMBERS: usize = 7;

/// A program of the protocol; its ELF is `<name>.so`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program {
    pub name: &'static str,
    pub id: Pubkey,
}

/// The programs, in the order of deployment.
pub const PROGRAMS: [Program; 6] = [
    Program { name: "breaker", id: Pubkey::new_from_array(abi::ids::BREAKER) },
    Program { name: "oracle", id: Pubkey::new_from_array(abi::ids::ORACLE) },
    Program { name: "margin", id: Pubkey::new_from_array(abi::ids::MARGIN) },
    Program { name: "vault", id: Pubkey::new_from_array(abi::ids::VAULT) },
    Program { name: "governor", id: Pubkey::new_from_array(abi::ids::GOVERNOR) },
    Program { name: "governor_twin", id: Pubkey::new_from_array(abi::ids::GOVERNOR_TWIN) },
];

/// The key of a program or of a person of the local network: the Ed25519 key whose seed is
/// sha256("bastion:localnet:" + name).
pub fn local_key(name: &str) -> Keypair {
    Keypair::new_from_array(Sha256::digest(format!("{SEED_PREFIX}{name}")).into())
}

/// The local network's council, members 0 to 6.
pub fn local_council() -> Vec<Keypair> {
    (0..LOCAL_COUNCIL_MEMBERS).map(|member| local_key(&format!("council-{member}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use solana_signer::Signer;

    #[test]
    fn local_key_of_each_program_is_its_address() {
        for program in PROGRAMS {
            assert_eq!(local_key(program.name).pubkey(), program.id, "{}", program.name);
        }
    }

    #[test]
    fn local_council_has_distinct_members() {
        let mut members: Vec<_> = local_council().iter().map(Keypair::pubkey).collect();
        members.sort();
        members.dedup();
        assert_eq!(members.len(), LOCAL_COUNCIL_MEMBERS);
    }
}
