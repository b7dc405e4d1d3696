//! New code before the council, whoever proposes it.
use crate::state::{Adoption, Proposal};
use crate::{code, loader, GovernorError};
use anchor_lang::prelude::*;
use anchor_lang::system_program::{transfer, Transfer};
use policy::{CouncilAction, Evidence, Upgrade};

/// What the proposer loses if the upgrade is rolled back.
const BOND_LAMPORTS: u64 = 1_000_000_000;

/// What is proposed beside the buffer; `policy::Evidence` says what each field is.
pub struct Candidate {
    pub elf_hash: [u8; 32],
    pub elf_len: u32,
    pub source_commit: [u8; 20],
    pub recipe_hash: [u8; 32],
    pub audit_hash: [u8; 32],
    pub migration_hash: [u8; 32],
    pub schema_from: u8,
    pub schema_to: u8,
    pub forward_only: bool,
    pub emergency: bool,
}

impl Candidate {
    /// Fails unless the buffer is the proposer's and holds exactly this code.
    pub fn buffer_check(&self, buffer: &AccountView, proposer: &Address) -> Result<()> {
        code::buffer_check(buffer, proposer, &self.elf_hash, self.elf_len, GovernorError::BufferAuthorityForeign)
    }

    /// What the council decides: this code, from this buffer, in place of an adopted program's.
    pub fn action(&self, adoption: &Adoption, buffer: &Address) -> CouncilAction<'static> {
        let upgrade = Upgrade {
            program: adoption.program.to_bytes(),
            buffer: buffer.to_bytes(),
            elf_hash: self.elf_hash,
            elf_len: self.elf_len,
            previous_hash: adoption.elf_hash,
            evidence: Evidence {
                source_commit: self.source_commit,
                recipe_hash: self.recipe_hash,
                audit_hash: self.audit_hash,
                migration_hash: self.migration_hash,
                schema_from: self.schema_from,
                schema_to: self.schema_to,
            },
            forward_only: self.forward_only,
        };
        if self.emergency {
            CouncilAction::EmergencyPatch(upgrade)
        } else {
            CouncilAction::Upgrade(upgrade)
        }
    }
}

/// What a proposer puts up for new code: the bond, and the buffer that holds the code.
pub struct Pledge<'a> {
    pub proposer: &'a mut Signer,
    pub proposal: &'a mut Account<Proposal>,
    pub buffer: &'a mut UncheckedAccount,
    pub governor_authority: &'a UncheckedAccount,
    pub system_program: &'a Program<System>,
}

impl Pledge<'_> {
    /// Takes both. The buffer's bytes stand still from here on, and no second proposal can claim it.
    pub fn take(self, authority_bump: u8) -> Result<()> {
        let Self { proposer, proposal, buffer, governor_authority, system_program } = self;
        proposal.bond_lamports = BOND_LAMPORTS.into();
        let bond = Transfer { from: proposer.cpi_handle_mut(), to: proposal.cpi_handle_mut() };
        transfer(CpiContext::new(system_program.address(), bond), BOND_LAMPORTS)?;
        loader::authority_take(buffer, proposer, governor_authority, authority_bump);
        Ok(())
    }
}
