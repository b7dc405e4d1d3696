//! Proposals before they are made: their digests, and what an upgrade's proposal will decide.

use crate::governor::{UpgradeProposeArgs, UpgradeProposeP256Args};
use abi::Address;
use policy::{CouncilAction, Evidence, Upgrade, proposal::digest_parts};
use sha2::{Digest, Sha256};

/// What members approve: sha256 over domain, governor, id and action.
pub fn digest(governor: &Address, id: u64, action: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in digest_parts(governor, &id.to_le_bytes(), action) {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// What `upgrade_propose` with these arguments puts before the council: the code in `buffer` in place of the program's, whose adoption
/// says what `previous_hash` is.
pub const fn upgrade_action(
    args: &UpgradeProposeArgs,
    program: Address,
    buffer: Address,
    previous_hash: [u8; 32],
) -> CouncilAction<'static> {
    let upgrade = Upgrade {
        program,
        buffer,
        elf_hash: args.elf_hash,
        elf_len: args.elf_len,
        previous_hash,
        evidence: Evidence {
            source_commit: args.source_commit,
            recipe_hash: args.recipe_hash,
            audit_hash: args.audit_hash,
            migration_hash: args.migration_hash,
            schema_from: args.schema_from,
            schema_to: args.schema_to,
        },
        forward_only: args.forward_only,
    };
    if args.emergency { CouncilAction::EmergencyPatch(upgrade) } else { CouncilAction::Upgrade(upgrade) }
}

/// The same upgrade, proposed by the ballot whose proof stands at `index` of the transaction.
pub const fn upgrade_by_ballot(args: &UpgradeProposeArgs, index: u8, client_data: Vec<u8>) -> UpgradeProposeP256Args {
    UpgradeProposeP256Args {
        elf_hash: args.elf_hash,
        elf_len: args.elf_len,
        source_commit: args.source_commit,
        recipe_hash: args.recipe_hash,
        audit_hash: args.audit_hash,
        migration_hash: args.migration_hash,
        schema_from: args.schema_from,
        schema_to: args.schema_to,
        forward_only: args.forward_only,
        emergency: args.emergency,
        index,
        client_data,
    }
}
