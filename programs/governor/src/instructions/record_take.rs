//! Records one account of a program.
use crate::account::{content, kind, tokens_require, Tokens};
use crate::content::sha256;
use crate::events::RecordTaken;
use crate::held::Hold;
use crate::state::{Council, Ledger, Record, Rollout, MIN_READER, VERSION};
use crate::{GovernorError, TIME_DIVISOR};
use abi::governor::{AUTHORITY_SEED, COUNCIL_SEED, RECORD_SEED};
use anchor_lang::prelude::*;
use policy::record::{leaves, Kind};
use policy::rollout::{verify_s, Stage};

/// A freeze, the verification of new code and that of restored code: nothing is held longer.
const PERIODS: i64 = 3;

#[derive(Accounts)]
pub struct RecordTake {
    #[account(mut)]
    pub payer: Signer,
    #[account(seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Checked by the handler: the rollout that the ledger is for.
    pub rollout: Account<Rollout>,
    /// Any ledger of this governor that is being taken.
    #[account(mut)]
    pub ledger: Account<Ledger>,
    /// Checked by the handler: an account of the program's.
    #[account(mut)]
    pub target: UncheckedAccount,
    /// INVARIANT(G-11): there is one for each account, so none counts twice.
    #[account(
        init,
        payer = payer,
        seeds = [RECORD_SEED, ledger.address().as_ref(), target.address().as_ref()],
        bump
    )]
    pub record: Account<Record>,
    #[account(seeds = [AUTHORITY_SEED], bump = council.authority_bump)]
    pub governor_authority: UncheckedAccount,
    #[account(address = ledger.program @ GovernorError::ProgramSwapped)]
    pub program: UncheckedAccount,
    pub system_program: Program<System>,
}

impl RecordTake {
    /// Authority: anyone, who gets the rent back. The remaining accounts are the token accounts that the account names, in its order.
    /// Effects: digests of the account and of its token accounts, and what those hold. A root tells how many leaves there are, and stands
    /// still from here on, but before a rollback; leaves come after the last root, so that what is counted cannot move.
    /// Errors: `RolloutStageWrong`, `SnapshotStale`, `SnapshotSealed`, `RecordForeign`, `RootsMissing`, `TokensSwapped`, `ProgramSwapped`,
    /// and the program's.
    fn validate(&self) -> Result<&'static Kind> {
        let machine = self.rollout.machine()?;
        require!(machine.stage == Stage::Frozen, GovernorError::RolloutStageWrong);
        self.ledger.current(&self.rollout)?;
        require!(self.ledger.sealed == 0, GovernorError::SnapshotSealed);
        let kind = kind(self.target.account(), &self.ledger.program)?;
        let rooted = self.ledger.roots_taken.get() == self.ledger.roots.get();
        require!(kind.is_root || rooted, GovernorError::RootsMissing);
        Ok(kind)
    }

    pub fn record_take(&mut self, remaining: &[AccountView], bumps: &RecordTakeBumps) -> Result<()> {
        let kind = self.validate()?;
        // The way back depends on nothing that the code on trial would have to do: it may be what fails.
        if kind.is_held && !self.rollout.machine()?.back {
            self.hold()?;
        }
        let program = self.ledger.program;
        tokens_require(self.target.account(), &program, remaining)?;
        let (digest, tokens) = (content(self.target.account(), &program)?, Tokens::of(remaining)?);
        let data = self.target.account().try_borrow()?;
        let ledger = &mut self.ledger;
        if let Some(leaves) = leaves(program.as_array(), &data) {
            let all = ledger.accounts.get().checked_add(leaves).and_then(|sum| sum.checked_add(1));
            ledger.accounts = all.ok_or(GovernorError::CounterOverflow)?.into();
            ledger.roots_taken = ledger.roots_taken.get().checked_add(1).ok_or(GovernorError::CounterOverflow)?.into();
        }
        let taken = ledger.accounts_taken.get().checked_add(1).ok_or(GovernorError::CounterOverflow)?;
        ledger.accounts_taken = taken.into();
        let record = &mut self.record;
        record.version = VERSION;
        record.min_reader = MIN_READER;
        record.bump = bumps.record;
        record.token_count = u8::try_from(remaining.len()).map_err(|_| GovernorError::TokensSwapped)?;
        record.space = u32::try_from(data.len()).map_err(|_| GovernorError::RecordForeign)?.into();
        record.ledger = *ledger.address();
        record.account = *self.target.address();
        record.payer = *self.payer.address();
        record.digest = digest;
        record.image_digest = sha256(&[&data]);
        record.tokens_digest = tokens.digest;
        record.token_atoms = tokens.atoms.map(Into::into);
        let (slot, unix_s) = shared::now()?;
        let account = record.account;
        emit!(RecordTaken { slot, unix_s, seq: taken, ledger: record.ledger, account, digest });
        Ok(())
    }

    fn hold(&mut self) -> Result<()> {
        let period_s = i64::from(verify_s(TIME_DIVISOR)).checked_mul(PERIODS);
        let (_, now_unix_s) = shared::now()?;
        let until = period_s.and_then(|all| now_unix_s.checked_add(all));
        let call = Hold { authority: self.governor_authority.cpi_handle(), root: self.target.cpi_handle_mut() };
        call.until(&self.ledger.program, until.ok_or(GovernorError::CounterOverflow)?, self.council.authority_bump)
    }
}
