//! What members approve when they approve new code: the bytes, what they replace, and the evidence for them.

use crate::ActionError;
use crate::action::key;
use abi::Address;

/// New code for a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upgrade {
    pub program: Address,
    /// Holds the code's `elf_len` bytes and no more.
    pub buffer: Address,
    /// sha256 of those bytes.
    pub elf_hash: [u8; 32],
    pub elf_len: u32,
    /// sha256 of the code that is replaced, and that a rollback restores.
    pub previous_hash: [u8; 32],
    pub evidence: Evidence,
    /// The old code cannot read what the new code writes: there is no way back, and members are told before they vote.
    pub forward_only: bool,
}

/// Where the bytes come from and what was done about them. A hash of zeros says that there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Git commit of the source.
    pub source_commit: [u8; 20],
    /// sha256 of the recipe of the verified build, of the audit's report, of the plan of migration.
    pub recipe_hash: [u8; 32],
    pub audit_hash: [u8; 32],
    pub migration_hash: [u8; 32],
    /// Version of the accounts that the old code writes, and that the new code does.
    pub schema_from: u8,
    pub schema_to: u8,
}

/// What must hold while a program's code is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Its accounts carry claims or decide money: frozen, recorded before, verified after.
    Positions,
    /// Only its code is verified.
    Code,
}

impl Scope {
    pub fn of(program: &Address) -> Self {
        if crate::record::kinds(program).is_empty() { Self::Code } else { Self::Positions }
    }
}

impl Upgrade {
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, ActionError> {
        let (program, rest) = key(bytes)?;
        let (buffer, rest) = key(rest)?;
        let (elf_hash, rest) = key(rest)?;
        let (elf_len, rest) = rest.split_first_chunk::<4>().ok_or(ActionError::WrongLength)?;
        let (previous_hash, rest) = key(rest)?;
        let (source_commit, rest) = rest.split_first_chunk::<20>().ok_or(ActionError::WrongLength)?;
        let (recipe_hash, rest) = key(rest)?;
        let (audit_hash, rest) = key(rest)?;
        let (migration_hash, rest) = key(rest)?;
        let [schema_from, schema_to, forward_only] = *rest else { return Err(ActionError::WrongLength) };
        let source_commit = *source_commit;
        let evidence = Evidence { source_commit, recipe_hash, audit_hash, migration_hash, schema_from, schema_to };
        let forward_only = match forward_only {
            0 => false,
            1 => true,
            _ => return Err(ActionError::WrongFlag),
        };
        let elf_len = u32::from_le_bytes(*elf_len);
        Ok(Self { program, buffer, elf_hash, elf_len, previous_hash, evidence, forward_only })
    }

    pub(crate) fn encode(&self, put: &mut impl FnMut(&[u8]) -> Result<(), ActionError>) -> Result<(), ActionError> {
        for field in [&self.program, &self.buffer, &self.elf_hash] {
            put(field)?;
        }
        put(&self.elf_len.to_le_bytes())?;
        put(&self.previous_hash)?;
        put(&self.evidence.source_commit)?;
        for field in [&self.evidence.recipe_hash, &self.evidence.audit_hash, &self.evidence.migration_hash] {
            put(field)?;
        }
        put(&[self.evidence.schema_from, self.evidence.schema_to, u8::from(self.forward_only)])
    }

    pub(crate) fn validate(&self) -> Result<(), ActionError> {
        if self.elf_len == 0 {
            return Err(ActionError::EmptyCode);
        }
        let Evidence { schema_from, schema_to, .. } = self.evidence;
        if schema_to != schema_from && Some(schema_to) != schema_from.checked_add(1) {
            return Err(ActionError::WrongSchema);
        }
        Ok(())
    }
}
