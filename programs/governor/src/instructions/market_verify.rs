//! Verifies a market after all of its pages; after the last market the upgrade, or the rollback, is verified.
use crate::canary::{Narrow, Step};
use crate::content::{market_content, tokens_atoms};
use crate::events::MarketChecked;
use crate::state::{now, Council, Proposal, Rollout, Snapshot};
use crate::GovernorError;
use abi::governor::{AUTHORITY_SEED, COUNCIL_SEED, SEALED, VERIFIED};
use anchor_lang::prelude::*;
use policy::proposal::State;
use policy::rollout::Stage;

#[derive(Accounts)]
pub struct MarketVerify {
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    #[account(mut, constraint = rollout.proposal.get() == proposal.id.get() @ GovernorError::RolloutOfAnother)]
    pub proposal: Account<Proposal>,
    /// Checked by the handler: the rollout that the snapshot is for.
    #[account(mut)]
    pub rollout: Account<Rollout>,
    /// Any snapshot of this governor whose rollout is to be verified.
    #[account(mut)]
    pub snapshot: Account<Snapshot>,
    #[account(address = snapshot.market @ GovernorError::MarketUnreadable)]
    pub market: UncheckedAccount,
    /// Checked by the handler: the market's, at the snapshot's time.
    pub quote_tokens: UncheckedAccount,
    /// Checked by the handler: the market's, at the snapshot's time.
    pub base_tokens: UncheckedAccount,
    /// Checked by the handler: the market's.
    #[account(mut)]
    pub custody: UncheckedAccount,
    #[account(seeds = [AUTHORITY_SEED], bump = council.authority_bump)]
    pub governor_authority: UncheckedAccount,
    /// Not checked here: the breaker pins its own accounts.
    pub config: UncheckedAccount,
    #[account(address = breaker::ID @ GovernorError::NotBreaker)]
    pub breaker: UncheckedAccount,
}

impl MarketVerify {
    /// Authority: anyone.
    /// Effects: counts the market if its content is what the snapshot says and no token has left its vaults; else records the failure.
    /// The last market of new code opens the canary steps, the last of restored code ends the rollout. A market that is verified under new
    /// code is narrowed to the lowest step before anything can happen in it, and under restored code to none.
    /// Errors: `RolloutOfAnother`, `RolloutStageWrong`, `ExecutedThisSlot`, `SnapshotStale`, `PagesMissing`, `MarketVerified`,
    /// `TokensSwapped`, `CustodyUnreadable`, `CustodySwapped`, `NotBreaker`, and `MarketDiffers` under restored code.
    fn validate(&self) -> Result<()> {
        self.rollout.machine()?.may_verify(&now()?).map_err(GovernorError::from)?;
        self.snapshot.current(&self.rollout)?;
        let pages = self.snapshot.pages_verified_under(&self.rollout);
        require!(pages == self.snapshot.pages.get(), GovernorError::PagesMissing);
        let again = self.snapshot.sealed == VERIFIED && self.snapshot.verified_slot == self.rollout.executed_slot;
        require!(!again, GovernorError::MarketVerified);
        let own = *self.quote_tokens.address() == self.snapshot.quote_tokens
            && *self.base_tokens.address() == self.snapshot.base_tokens;
        require!(own, GovernorError::TokensSwapped);
        Ok(())
    }

    fn equal(&self) -> Result<bool> {
        let content = market_content(self.market.account());
        let same = content.is_ok_and(|digest| digest == self.snapshot.digest);
        let quote = tokens_atoms(self.quote_tokens.account())? >= self.snapshot.quote_tokens_atoms.get();
        let base = tokens_atoms(self.base_tokens.account())? >= self.snapshot.base_tokens_atoms.get();
        Ok(same && quote && base)
    }

    pub fn market_verify(&mut self) -> Result<()> {
        self.validate()?;
        let (now, equal, machine) = (now()?, self.equal()?, self.rollout.machine()?);
        let next = if equal {
            self.snapshot.sealed = VERIFIED;
            self.snapshot.verified_slot = self.rollout.executed_slot;
            machine.part_verify(&now)
        } else {
            require!(machine.stage == Stage::Executed, GovernorError::MarketDiffers);
            self.snapshot.sealed = SEALED;
            machine.fail(&now)
        };
        let next = next.map_err(GovernorError::from)?;
        let stamp = self.rollout.advance(next, &mut self.council)?;
        if next.stage == Stage::Idle {
            self.proposal.state = State::RolledBack.byte();
        }
        let market = self.snapshot.market;
        emit!(MarketChecked { slot: stamp.slot, unix_s: stamp.unix_s, seq: stamp.seq, market, equal });
        if !equal {
            return Ok(());
        }
        let step = if machine.stage == Stage::Executed { Step::FIRST } else { Step::NONE };
        let narrow = Narrow {
            custody: &mut self.custody,
            config: &self.config,
            authority: &self.governor_authority,
            authority_bump: self.council.authority_bump,
        };
        narrow.to(step, &market, self.snapshot.short_lots.get())
    }
}
