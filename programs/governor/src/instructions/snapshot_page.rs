//! Records a page of a market's accounts.
use crate::content::Content;
use crate::events::PageTaken;
use crate::state::{Page, Rollout, Snapshot, MIN_READER, VERSION};
use crate::GovernorError;
use abi::governor::PAGE_SEED;
use anchor_lang::prelude::*;
use policy::rollout::Stage;

#[derive(Accounts)]
#[instruction(number: u32)]
pub struct SnapshotPage {
    #[account(mut)]
    pub payer: Signer,
    /// Checked by the handler: the rollout that the snapshot is for.
    pub rollout: Account<Rollout>,
    /// Any snapshot of this governor that is being taken.
    #[account(mut)]
    pub snapshot: Account<Snapshot>,
    #[account(
        init,
        payer = payer,
        seeds = [PAGE_SEED, snapshot.address().as_ref(), &number.to_le_bytes()],
        bump
    )]
    pub page: Account<Page>,
    pub system_program: Program<System>,
}

impl SnapshotPage {
    /// Authority: anyone, who gets the rent back. The remaining accounts are the page's, by ascending registry index.
    /// Effects: records digests of their addresses and contents, and adds their sums to the market's.
    /// Errors: `RolloutStageWrong`, `SnapshotStale`, `PageUnknown`, `AccountForeign`, `AccountOutOfOrder`.
    pub fn snapshot_page(&mut self, number: u32, remaining: &[AccountView], bumps: &SnapshotPageBumps) -> Result<()> {
        let content = page_read(&self.rollout, &self.snapshot, number, remaining)?;
        self.page.version = VERSION;
        self.page.min_reader = MIN_READER;
        self.page.bump = bumps.page;
        self.page.number = number.into();
        self.page.snapshot = *self.snapshot.address();
        self.page.payer = *self.payer.address();
        let taken = self.snapshot.pages_taken.get().checked_add(1).ok_or(GovernorError::CounterOverflow)?;
        self.snapshot.pages_taken = taken.into();
        page_store(&mut self.snapshot, &mut self.page, &content)
    }
}

/// Reads a page of a snapshot that is being taken.
pub fn page_read(rollout: &Rollout, snapshot: &Snapshot, number: u32, remaining: &[AccountView]) -> Result<Content> {
    require!(rollout.machine()?.stage == Stage::Frozen, GovernorError::RolloutStageWrong);
    snapshot.current(rollout)?;
    require!(number < snapshot.pages.get(), GovernorError::PageUnknown);
    Content::of(remaining, &snapshot.market, number)
}

/// Stores what was read in place of what the page held before.
pub fn page_store(snapshot: &mut Snapshot, page: &mut Account<Page>, content: &Content) -> Result<()> {
    let sums = snapshot.sums().minus(page.sums()).and_then(|sums| sums.plus(content.sums));
    snapshot.sums_set(&sums.map_err(|_| GovernorError::CounterOverflow)?);
    page.content_set(content);
    let (slot, unix_s) = shared::now()?;
    emit!(PageTaken {
        slot,
        unix_s,
        seq: snapshot.pages_taken.get().into(),
        snapshot: page.snapshot,
        number: page.number.get(),
        accounts: content.count,
        digest: content.digest,
    });
    Ok(())
}
