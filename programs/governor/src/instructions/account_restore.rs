//! Writes back an account that failed code changed.
use crate::content::{account_content, keys_digest, sha256};
use crate::events::AccountWrittenBack;
use crate::margin::{self, Restore};
use crate::state::{now, Council, Page, Rollout, Snapshot};
use crate::GovernorError;
use abi::governor::{AUTHORITY_SEED, COUNCIL_SEED};
use abi::loader::BUFFER_HEADER_LEN;
use abi::margin::MarginAccount;
use abi::Layout;
use anchor_lang::prelude::*;
use policy::snapshot::account_digest;

#[derive(Accounts)]
pub struct AccountRestore {
    /// Pays the rent of an account that was closed.
    #[account(mut)]
    pub payer: Signer,
    #[account(seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Checked by the handler: the rollout that the snapshot is for.
    pub rollout: Account<Rollout>,
    /// Any snapshot of this governor whose rollout went back.
    pub snapshot: Account<Snapshot>,
    #[account(constraint = page.snapshot == *snapshot.address() @ GovernorError::PageSwapped)]
    pub page: Account<Page>,
    /// Checked by the handler: holds the page's accounts as they were, one after the other, after a buffer's header.
    pub preimage: UncheckedAccount,
    #[account(seeds = [AUTHORITY_SEED], bump = council.authority_bump)]
    pub governor_authority: UncheckedAccount,
    #[account(address = margin::ID @ GovernorError::NotMargin)]
    pub margin: UncheckedAccount,
    pub system_program: Program<System>,
}

impl AccountRestore {
    /// Authority: anyone, once the code from before the upgrade runs again. The remaining accounts are the page's, in its order, with
    /// the one at `place` writable. The preimage is whatever anybody uploaded: a node that kept the accounts has it, and only their very
    /// content has the digest that the page recorded.
    /// Effects: the account at `place` is what it was. INVARIANT(G-12)
    /// Errors: `RolloutStageWrong`, `ExecutedThisSlot`, `SnapshotStale`, `PageSwapped`, `PageAccountsDiffer`, `PlaceUnknown`,
    /// `PreimageWrong`, `AccountIntact`, `NotMargin`, and margin's.
    fn validate(&self, place: u8, remaining: &[AccountView]) -> Result<u32> {
        self.rollout.restoring(&self.snapshot)?;
        require!(keys_digest(remaining) == self.page.keys_digest, GovernorError::PageAccountsDiffer);
        let target = remaining.get(usize::from(place)).ok_or(GovernorError::PlaceUnknown)?;
        let (digests, at) = self.recorded(place, remaining)?;
        require!(sha256(&[digests.as_flattened()]) == self.page.digest, GovernorError::PreimageWrong);
        let was = digests.get(usize::from(place)).ok_or(GovernorError::PlaceUnknown)?;
        let changed = !account_content(target).is_ok_and(|is| is == *was);
        require!(changed, GovernorError::AccountIntact);
        Ok(at)
    }

    /// The digests of the accounts in the preimage, and where in it the one at `place` begins.
    fn recorded(&self, place: u8, accounts: &[AccountView]) -> Result<(Vec<[u8; 32]>, u32)> {
        let data = self.preimage.account().try_borrow()?;
        let images = data.get(BUFFER_HEADER_LEN..).ok_or(GovernorError::PreimageWrong)?;
        require!(Some(images.len()) == accounts.len().checked_mul(MarginAccount::SPACE), GovernorError::PreimageWrong);
        let mut digests = Vec::with_capacity(accounts.len());
        for (view, image) in accounts.iter().zip(images.chunks_exact(MarginAccount::SPACE)) {
            let program = margin::ID.as_array();
            let account = abi::read::<MarginAccount>(program, program, image);
            let account = account.map_err(|_| GovernorError::PreimageWrong)?;
            digests.push(account_digest(view.address().as_array(), account, sha256));
        }
        let at = usize::from(place).checked_mul(MarginAccount::SPACE);
        let at = at.and_then(|at| at.checked_add(BUFFER_HEADER_LEN)).and_then(|at| u32::try_from(at).ok());
        Ok((digests, at.ok_or(GovernorError::PlaceUnknown)?))
    }

    pub fn account_restore(&mut self, place: u8, remaining: &mut [AccountView]) -> Result<()> {
        let at = self.validate(place, remaining)?;
        let target = remaining.get_mut(usize::from(place)).ok_or(GovernorError::PlaceUnknown)?;
        let now = now()?;
        let (snapshot, number) = (self.page.snapshot, self.page.number.get());
        let account = *target.address();
        emit!(AccountWrittenBack { slot: now.slot, unix_s: now.unix_s, seq: place.into(), snapshot, number, account });
        let call = Restore {
            authority: self.governor_authority.cpi_handle(),
            payer: self.payer.cpi_handle_mut(),
            target: target.to_cpi_handle_mut(),
            preimage: self.preimage.cpi_handle(),
            system_program: self.system_program.cpi_handle(),
        };
        call.account(at, self.council.authority_bump)
    }
}

impl Rollout {
    /// Fails unless this is the rollout of the snapshot, went back, and the old code can be called.
    pub fn restoring(&self, snapshot: &Snapshot) -> Result<()> {
        let machine = self.machine()?;
        require!(machine.stage == policy::rollout::Stage::RolledBack, GovernorError::RolloutStageWrong);
        machine.may_verify(&now()?).map_err(GovernorError::from)?;
        snapshot.current(self)
    }
}
