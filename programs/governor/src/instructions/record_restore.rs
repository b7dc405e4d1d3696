//! Writes back an account that failed code changed.
use crate::account::content;
use crate::content::sha256;
use crate::events::AccountWrittenBack;
use crate::held::WriteBack;
use crate::state::{now, Council, Ledger, Record, Rollout};
use crate::GovernorError;
use abi::governor::{AUTHORITY_SEED, COUNCIL_SEED};
use abi::loader::BUFFER_HEADER_LEN;
use anchor_lang::prelude::*;
use policy::rollout::Stage;

#[derive(Accounts)]
pub struct RecordRestore {
    /// Pays the rent of an account that was closed.
    #[account(mut)]
    pub payer: Signer,
    #[account(seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Checked by the handler: the rollout that the ledger is for.
    pub rollout: Account<Rollout>,
    /// Any ledger of this governor whose rollout went back.
    pub ledger: Account<Ledger>,
    #[account(constraint = record.ledger == *ledger.address() @ GovernorError::RecordSwapped)]
    pub record: Account<Record>,
    #[account(mut, address = record.account @ GovernorError::RecordAccountDiffers)]
    pub target: UncheckedAccount,
    /// Checked by the handler: holds the account as it was, after a buffer's header.
    pub preimage: UncheckedAccount,
    #[account(seeds = [AUTHORITY_SEED], bump = council.authority_bump)]
    pub governor_authority: UncheckedAccount,
    #[account(address = ledger.program @ GovernorError::ProgramSwapped)]
    pub program: UncheckedAccount,
    pub system_program: Program<System>,
}

/// Where the account begins in the preimage.
const AT: u32 = 37;
const _: () = assert!(AT as usize == BUFFER_HEADER_LEN);

impl RecordRestore {
    /// Authority: anyone, once the code from before the upgrade runs again. The preimage is whatever anybody uploaded: only the account's
    /// very bytes have the digest that was recorded. `seeds` are those of the account's address, each after its length, and count only
    /// where the account was closed. What left a token account does not come back.
    /// Effects: the account is what it was, byte for byte. INVARIANT(G-12)
    /// Errors: `RolloutStageWrong`, `ExecutedThisSlot`, `SnapshotStale`, `RecordSwapped`, `RecordAccountDiffers`, `PreimageWrong`,
    /// `AccountIntact`, `ProgramSwapped`, and the program's.
    fn validate(&self) -> Result<()> {
        let machine = self.rollout.machine()?;
        require!(machine.stage == Stage::RolledBack, GovernorError::RolloutStageWrong);
        machine.may_verify(&now()?).map_err(GovernorError::from)?;
        self.ledger.current(&self.rollout)?;
        let data = self.preimage.account().try_borrow()?;
        let image = data.get(BUFFER_HEADER_LEN..).ok_or(GovernorError::PreimageWrong)?;
        require!(sha256(&[image]) == self.record.image_digest, GovernorError::PreimageWrong);
        let is = content(self.target.account(), &self.ledger.program);
        let changed = !is.is_ok_and(|digest| digest == self.record.digest);
        require!(changed, GovernorError::AccountIntact);
        Ok(())
    }

    pub fn record_restore(&mut self, seeds: &[u8]) -> Result<()> {
        self.validate()?;
        let (now, snapshot, account) = (now()?, self.record.ledger, self.record.account);
        emit!(AccountWrittenBack { slot: now.slot, unix_s: now.unix_s, seq: 0, snapshot, number: u32::MAX, account });
        let call = WriteBack {
            authority: self.governor_authority.cpi_handle(),
            payer: self.payer.cpi_handle_mut(),
            target: self.target.cpi_handle_mut(),
            preimage: self.preimage.cpi_handle(),
            system_program: self.system_program.cpi_handle(),
        };
        call.call(&self.ledger.program, AT, seeds, self.council.authority_bump)
    }
}
