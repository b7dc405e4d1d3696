//! Proposes new code for an adopted program, and takes the buffer that holds it.
use crate::state::{Adoption, Council, Proposal};
use crate::{code, loader, GovernorError};
use abi::governor::{AUTHORITY_SEED, COUNCIL_SEED, PROPOSAL_SEED};
use anchor_lang::prelude::*;
use anchor_lang::system_program::{transfer, Transfer};
use policy::{CouncilAction, Evidence, Upgrade};

/// What the proposer loses if the upgrade is rolled back.
const BOND_LAMPORTS: u64 = 1_000_000_000;

/// What is proposed beside the buffer; `policy::Evidence` says what each field is.
pub struct UpgradeProposeArgs {
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

#[derive(Accounts)]
pub struct UpgradePropose {
    #[account(mut)]
    pub proposer: Signer,
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Names the program to upgrade. Any adoption of this governor will do: members approve the program it names.
    pub adoption: Account<Adoption>,
    /// Checked by the handler: a buffer of the proposer, holding the committed code and no more.
    #[account(mut)]
    pub buffer: UncheckedAccount,
    #[account(init, payer = proposer, seeds = [PROPOSAL_SEED, &council.proposals.get().to_le_bytes()], bump)]
    pub proposal: Account<Proposal>,
    #[account(seeds = [AUTHORITY_SEED], bump = council.authority_bump)]
    pub governor_authority: UncheckedAccount,
    #[account(address = anchor_lang::pinocchio::sysvars::instructions::INSTRUCTIONS_ID @ GovernorError::NotSysvar)]
    pub instructions: UncheckedAccount,
    #[account(address = crate::loader::LOADER @ GovernorError::NotLoader)]
    pub loader: UncheckedAccount,
    pub system_program: Program<System>,
}

impl UpgradePropose {
    /// Authority: a member of the council who is the buffer's authority.
    /// Effects: a draft of the upgrade, or of an emergency patch, and its bond. The buffer's authority moves to the governor's PDA in the same instruction, so its bytes
    /// stand still from here on, and no second proposal can claim it.
    /// Errors: `NotMember`, `NotSysvar`, `DurableNonce`, `NotBuffer`, `BufferAuthorityForeign`, `BufferLengthMismatch`,
    /// `BufferHashMismatch`, `CodeEmpty`, `SchemaWrong`, `PatchOutOfBounds`.
    fn validate(&self, elf_hash: &[u8; 32], elf_len: u32) -> Result<()> {
        let proposer = self.proposer.address();
        self.council.member_index(proposer)?;
        shared::reject_durable_nonce(self.instructions.account(), GovernorError::from)?;
        code::buffer_check(self.buffer.account(), proposer, elf_hash, elf_len, GovernorError::BufferAuthorityForeign)
    }

    pub fn upgrade_propose(&mut self, args: &UpgradeProposeArgs, bumps: &UpgradeProposeBumps) -> Result<()> {
        self.validate(&args.elf_hash, args.elf_len)?;
        let upgrade = Upgrade {
            program: self.adoption.program.to_bytes(),
            buffer: self.buffer.address().to_bytes(),
            elf_hash: args.elf_hash,
            elf_len: args.elf_len,
            previous_hash: self.adoption.elf_hash,
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
        let action =
            if args.emergency { CouncilAction::EmergencyPatch(upgrade) } else { CouncilAction::Upgrade(upgrade) };
        self.proposal.draft(&mut self.council, bumps.proposal, self.proposer.address(), &action)?;
        self.proposal.bond_lamports = BOND_LAMPORTS.into();
        let bond = Transfer { from: self.proposer.cpi_handle_mut(), to: self.proposal.cpi_handle_mut() };
        transfer(CpiContext::new(self.system_program.address(), bond), BOND_LAMPORTS)?;
        loader::authority_take(&mut self.buffer, &self.proposer, &self.governor_authority, self.council.authority_bump);
        Ok(())
    }
}
