//! Replaces a page that leaves accounts out by a fuller one.
use super::snapshot_page::{page_read, page_store};
use crate::state::{Page, Rollout, Snapshot};
use crate::GovernorError;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct SnapshotPageFill {
    /// Checked by the handler: the rollout that the snapshot is for.
    pub rollout: Account<Rollout>,
    /// Any snapshot of this governor that is being taken.
    #[account(mut)]
    pub snapshot: Account<Snapshot>,
    #[account(mut, constraint = page.snapshot == *snapshot.address() @ GovernorError::PageSwapped)]
    pub page: Account<Page>,
}

impl SnapshotPageFill {
    /// Authority: anyone. The remaining accounts are the page's, by ascending registry index.
    /// Effects: the page holds more accounts than before: whoever took it with some left out has held up nobody.
    /// Errors: `PageSwapped`, `PageNotFuller`, and those of `snapshot_page`.
    pub fn snapshot_page_fill(&mut self, remaining: &[AccountView]) -> Result<()> {
        let content = page_read(&self.rollout, &self.snapshot, self.page.number.get(), remaining)?;
        require!(content.count > self.page.count, GovernorError::PageNotFuller);
        page_store(&mut self.snapshot, &mut self.page, &content)
    }
}
