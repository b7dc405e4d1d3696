//! Begins the record of a program's accounts.
use crate::state::{Ledger, Rollout, MIN_READER, VERSION};
use crate::GovernorError;
use abi::governor::LEDGER_SEED;
use anchor_lang::prelude::*;
use policy::record::{roots, singletons};
use policy::rollout::Stage;

#[derive(Accounts)]
pub struct LedgerOpen {
    #[account(mut)]
    pub payer: Signer,
    /// Any rollout of this governor that is taking a snapshot.
    pub rollout: Account<Rollout>,
    /// Checked by the handler: the program's config, or the brake; there is one, and it counts the roots.
    pub head: UncheckedAccount,
    #[account(
        init,
        payer = payer,
        seeds = [LEDGER_SEED, rollout.program.as_ref(), &rollout.attempt.get().to_le_bytes()],
        bump
    )]
    pub ledger: Account<Ledger>,
    pub system_program: Program<System>,
}

impl LedgerOpen {
    /// Authority: anyone, who gets the rent back.
    /// Effects: an empty ledger that knows how many roots there are to record.
    /// Errors: `RolloutStageWrong`, `HeadUnreadable`.
    pub fn ledger_open(&mut self, bumps: &LedgerOpenBumps) -> Result<()> {
        require!(self.rollout.machine()?.stage == Stage::Frozen, GovernorError::RolloutStageWrong);
        let (program, head) = (self.rollout.program, self.head.account());
        require!(head.owned_by(&program), GovernorError::HeadUnreadable);
        let roots = roots(program.as_array(), &head.try_borrow()?).ok_or(GovernorError::HeadUnreadable)?;
        self.ledger.version = VERSION;
        self.ledger.min_reader = MIN_READER;
        self.ledger.bump = bumps.ledger;
        self.ledger.program = program;
        self.ledger.payer = *self.payer.address();
        self.ledger.attempt = self.rollout.attempt;
        self.ledger.roots = roots.into();
        self.ledger.accounts = singletons(program.as_array()).into();
        Ok(())
    }
}
