//! The steps of an upgrade and of the way back: freeze, snapshot, new code. Every step looks at the chain first, so that a run that was
//! cut off, or that somebody else overtook, goes on where things stand.

use super::{
    Desk,
    desk::stage,
    markets::{Recorded, number, recorded_of, remaining},
};
use crate::{Error, status::single};
use abi::governor::{Page, Proposal, Rollout, Snapshot};
use client::{WithRemaining, addresses, governor as calls};
use policy::{Upgrade, rollout::Stage};
use solana_instruction::AccountMeta;
use solana_pubkey::Pubkey;

/// Which way new code goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Forward,
    /// With the proposal that votes for it, if one does.
    Back(Option<u64>),
}

impl Desk<'_> {
    /// Freezes, records and replaces the code, as far as each is still to be done.
    pub(super) fn upgrade(&self, proposal: &Proposal, upgrade: &Upgrade) -> Result<(), Error> {
        let (id, program) = (proposal.id.get(), Pubkey::from(upgrade.program));
        loop {
            let rollout = self.held(id, &program)?;
            match stage(&rollout)? {
                Stage::Queued if rollout.scope == 0 => self.freeze(id, &program, Way::Forward)?,
                Stage::Frozen if rollout.back == 0 => self.record(&rollout, &program)?,
                Stage::Queued | Stage::Sealed if rollout.back == 0 => return self.replace(proposal, upgrade),
                at => return Err(Error::RolloutElsewhere { id, stage: at.name() }),
            }
        }
    }

    /// Restores the code from before an upgrade: on what anybody can see, or on a vote.
    pub fn rollback(&self, id: u64, vote: Option<u64>) -> Result<(), Error> {
        let proposal = self.open(id)?;
        let upgrade = *super::desk::decision(&proposal)?.upgrade().ok_or(Error::NotUpgrade { id })?;
        let program = Pubkey::from(upgrade.program);
        if let Some(vote) = vote {
            self.open(vote)?;
        }
        loop {
            let rollout = self.held(id, &program)?;
            match stage(&rollout)? {
                Stage::Canary if rollout.scope == 0 && rollout.parts.get() > 0 => {
                    self.freeze(id, &program, Way::Back(vote))?
                }
                Stage::Frozen if rollout.back != 0 => self.record(&rollout, &program)?,
                Stage::Executed | Stage::Canary => return self.restore(&proposal, &program, vote),
                Stage::Sealed if rollout.back != 0 => return self.restore(&proposal, &program, vote),
                at => return Err(Error::RolloutElsewhere { id, stage: at.name() }),
            }
        }
    }

    /// The program's rollout, if this proposal holds it.
    pub(super) fn held(&self, id: u64, program: &Pubkey) -> Result<Rollout, Error> {
        let rollout = self.rollout(program)?;
        let at = stage(&rollout)?;
        if at == Stage::Idle || rollout.proposal.get() != id {
            let holder = (at != Stage::Idle).then(|| rollout.proposal.get());
            return Err(Error::RolloutOfAnother { id, holder });
        }
        Ok(rollout)
    }

    fn freeze(&self, id: u64, program: &Pubkey, way: Way) -> Result<(), Error> {
        let begin = calls::FreezeBegin {
            council: addresses::council(&self.governor),
            proposal: addresses::proposal(&self.governor, id),
            adoption: addresses::adoption(&self.governor, program),
            rollout: addresses::rollout(&self.governor, program),
            governor_authority: addresses::authority(&self.governor),
            config: addresses::config(&abi::ids::BREAKER.into()),
        };
        let vote = if let Way::Back(Some(vote)) = way { self.vote(vote) } else { Vec::new() };
        self.send("frozen: the brake stands at level 4", &[begin.instruction_of(self.governor).with_remaining(vote)])
    }

    /// Records every account of a frozen program, and every market's positions page by page.
    fn record(&self, rollout: &Rollout, program: &Pubkey) -> Result<(), Error> {
        self.ledger_record(rollout, program)?;
        // A market stands still from its record on, and not before.
        for market in recorded_of(self.connection, program)? {
            let address = addresses::snapshot(&self.governor, &market.address, rollout.attempt.get());
            let found: Option<Snapshot> = single(self.connection, "Snapshot", &address)?;
            if found.is_none() {
                let open = calls::SnapshotOpen {
                    payer: self.payer(),
                    rollout: addresses::rollout(&self.governor, program),
                    market: market.address,
                    quote_tokens: market.quote_tokens(),
                    base_tokens: market.base_tokens(),
                    snapshot: address,
                };
                self.send(
                    &format!("market {}: snapshot begun", market.address),
                    &[open.instruction_of(self.governor)],
                )?;
            }
            if found.is_none_or(|snapshot| snapshot.sealed == 0) {
                self.pages_take(&market, program, &address)?;
                self.seal(&market, program, &address)?;
            }
        }
        Ok(())
    }

    fn pages_take(&self, market: &Recorded, program: &Pubkey, snapshot: &Pubkey) -> Result<(), Error> {
        let rollout = addresses::rollout(&self.governor, program);
        for (at, accounts) in market.pages.iter().enumerate() {
            let page = addresses::page(&self.governor, snapshot, number(at));
            let taken: Option<Page> = single(self.connection, "Page", &page)?;
            let call = match taken {
                // Whoever took it has left accounts out.
                Some(taken) if usize::from(taken.count) < accounts.len() => {
                    calls::SnapshotPageFill { rollout, snapshot: *snapshot, page }.instruction_of(self.governor)
                }
                Some(_) => continue,
                None => calls::SnapshotPage { payer: self.payer(), rollout, snapshot: *snapshot, page }
                    .instruction_of(self.governor, calls::SnapshotPageArgs { number: number(at) }),
            };
            let what = format!("page {} of {}: {} accounts", at.saturating_add(1), market.pages.len(), accounts.len());
            self.send(&what, &[call.with_remaining(remaining(accounts))])?;
        }
        self.preimages_keep(market, snapshot)
    }

    fn seal(&self, market: &Recorded, program: &Pubkey, snapshot: &Pubkey) -> Result<(), Error> {
        let seal = calls::SnapshotSeal {
            council: addresses::council(&self.governor),
            rollout: addresses::rollout(&self.governor, program),
            snapshot: *snapshot,
            market: market.address,
        };
        let what = format!("market {}: all {} accounts recorded", market.address, market.accounts());
        self.send(&what, &[seal.instruction_of(self.governor)])
    }

    fn replace(&self, proposal: &Proposal, upgrade: &Upgrade) -> Result<(), Error> {
        let (id, program) = (proposal.id.get(), Pubkey::from(upgrade.program));
        let execute = calls::UpgradeExecute {
            council: addresses::council(&self.governor),
            proposal: addresses::proposal(&self.governor, id),
            adoption: addresses::adoption(&self.governor, &program),
            rollout: addresses::rollout(&self.governor, &program),
            program,
            program_data: addresses::program_data(&program),
            buffer: upgrade.buffer.into(),
            rollback_buffer: proposal.rollback_buffer.into(),
            spill: proposal.proposer.into(),
            governor_authority: addresses::authority(&self.governor),
        };
        let what = format!("proposal {id} executed: {program} runs the approved {} bytes", upgrade.elf_len);
        self.send(&what, &[execute.instruction_of(self.governor)])
    }

    fn restore(&self, proposal: &Proposal, program: &Pubkey, vote: Option<u64>) -> Result<(), Error> {
        let back = calls::UpgradeRollback {
            council: addresses::council(&self.governor),
            proposal: addresses::proposal(&self.governor, proposal.id.get()),
            adoption: addresses::adoption(&self.governor, program),
            rollout: addresses::rollout(&self.governor, program),
            program: *program,
            program_data: addresses::program_data(program),
            rollback_buffer: proposal.rollback_buffer.into(),
            spill: proposal.proposer.into(),
            governor_authority: addresses::authority(&self.governor),
        };
        let vote = vote.map(|vote| self.vote(vote)).unwrap_or_default();
        let call = back.instruction_of(self.governor).with_remaining(vote);
        self.send(&format!("rolled back: {program} runs the code from before proposal {}", proposal.id.get()), &[call])
    }

    fn vote(&self, vote: u64) -> Vec<AccountMeta> {
        vec![AccountMeta::new_readonly(addresses::proposal(&self.governor, vote), false)]
    }
}
