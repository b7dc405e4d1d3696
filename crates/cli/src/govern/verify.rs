//! Verification after a change of code, the canary steps behind it, and what is left to tidy up.

use super::{
    Desk,
    desk::{decision, divisor, stage},
    markets::{Recorded, number, recorded, recorded_of, remaining},
};
use crate::{Error, status::single};
use abi::governor::{Page, Rollout, Snapshot, VERIFIED};
use client::{WithRemaining, addresses, governor as calls};
use policy::{
    Level,
    proposal::Moment,
    rollout::{CHECKS, DWELL_S, Stage},
};
use solana_pubkey::Pubkey;

impl Desk<'_> {
    /// Compares every account with its record, every page and every market with the snapshot, and lowers the brake from level 4 when all are equal.
    pub fn verify(&self, id: u64) -> Result<(), Error> {
        let proposal = self.open(id)?;
        let program = Pubkey::from(decision(&proposal)?.upgrade().ok_or(Error::NotUpgrade { id })?.program);
        let rollout = self.held(id, &program)?;
        let at = stage(&rollout)?;
        if at == Stage::Canary {
            return self.thaw(id);
        }
        if !matches!(at, Stage::Executed | Stage::RolledBack) {
            return Err(Error::RolloutElsewhere { id, stage: at.name() });
        }
        // Under restored code the pages are compared anew.
        if at == Stage::Executed && rollout.failed != 0 {
            return Err(Error::VerificationFailed { id, what: "a difference was recorded before".to_owned() });
        }
        // In the slot of the change nothing can be verified.
        let next = Moment { slot: rollout.executed_slot.get().saturating_add(1), unix_s: 0 };
        self.wait("the slot after the new code", &next)?;
        let added = self.additions(&rollout, &program)?.join(", ");
        match at {
            _ if added.is_empty() => {}
            // Restored code is verified all the same: its people have waited long enough.
            Stage::RolledBack => {
                (self.progress)(&format!("added by the code that failed, and to be looked at: {added}"))
            }
            _ => return Err(Error::AccountsAdded { id, program, added }),
        }
        self.ledger_verify(id, &rollout, &program)?;
        for market in recorded_of(self.connection, &program)? {
            let snapshot = addresses::snapshot(&self.governor, &market.address, rollout.attempt.get());
            self.pages_verify(id, &market, &program, &rollout, &snapshot)?;
            self.market_verify(id, &market, &program, &rollout, &snapshot)?;
        }
        self.thaw(id)
    }

    fn pages_verify(
        &self,
        id: u64,
        market: &Recorded,
        program: &Pubkey,
        rollout: &Rollout,
        snapshot: &Pubkey,
    ) -> Result<(), Error> {
        let state = |page: &Pubkey| -> Result<Page, Error> {
            single(self.connection, "Page", page)?.ok_or(Error::AccountMissing { address: *page })
        };
        let kept = self.pages_kept(snapshot)?;
        let pages = kept.as_ref().unwrap_or(&market.pages);
        for (at, accounts) in pages.iter().enumerate() {
            let page = addresses::page(&self.governor, snapshot, number(at));
            let recorded = state(&page)?;
            if recorded.verified_slot == rollout.executed_slot {
                continue;
            }
            if accounts.len() < usize::from(recorded.count) {
                let missing = usize::from(recorded.count).saturating_sub(accounts.len());
                return Err(Error::PageIncomplete { page: at.saturating_add(1), market: market.address, missing });
            }
            let check =
                calls::PageVerify { rollout: addresses::rollout(&self.governor, program), snapshot: *snapshot, page };
            let call = check.instruction_of(self.governor).with_remaining(remaining(accounts));
            let place = format!("page {} of {} of market {}", at.saturating_add(1), pages.len(), market.address);
            self.send(&format!("{place}: {} accounts compared", accounts.len()), &[call])?;
            if state(&page)?.verified_slot != rollout.executed_slot {
                return Err(Error::VerificationFailed { id, what: format!("{place} is not what it was") });
            }
        }
        Ok(())
    }

    fn market_verify(
        &self,
        id: u64,
        market: &Recorded,
        program: &Pubkey,
        rollout: &Rollout,
        snapshot: &Pubkey,
    ) -> Result<(), Error> {
        let verified = || -> Result<bool, Error> {
            let state: Option<Snapshot> = single(self.connection, "Snapshot", snapshot)?;
            Ok(state.is_some_and(|state| state.sealed == VERIFIED && state.verified_slot == rollout.executed_slot))
        };
        if verified()? {
            return Ok(());
        }
        let check = calls::MarketVerify {
            council: addresses::council(&self.governor),
            proposal: addresses::proposal(&self.governor, id),
            rollout: addresses::rollout(&self.governor, program),
            snapshot: *snapshot,
            market: market.address,
            quote_tokens: market.quote_tokens(),
            base_tokens: market.base_tokens(),
            custody: addresses::custody(&market.address),
            governor_authority: addresses::authority(&self.governor),
            config: addresses::config(&abi::ids::BREAKER.into()),
        };
        let what = format!("market {}: sums and token vaults compared", market.address);
        self.send(&what, &[check.instruction_of(self.governor)])?;
        if verified()? {
            return Ok(());
        }
        Err(Error::VerificationFailed {
            id,
            what: format!("the sums or token vaults of market {} are not what they were", market.address),
        })
    }

    /// Ends a freeze that led nowhere, or the wait after one: the brake comes down from level 4 to level 2.
    pub fn thaw(&self, id: u64) -> Result<(), Error> {
        let proposal = self.open(id)?;
        let program = Pubkey::from(decision(&proposal)?.upgrade().ok_or(Error::NotUpgrade { id })?.program);
        let at = stage(&self.rollout(&program)?)?;
        if !at.frozen() && self.level()? != Level::Migrating {
            return Ok(());
        }
        let end = calls::FreezeEnd {
            council: addresses::council(&self.governor),
            proposal: addresses::proposal(&self.governor, id),
            rollout: addresses::rollout(&self.governor, &program),
            governor_authority: addresses::authority(&self.governor),
            config: addresses::config(&abi::ids::BREAKER.into()),
        };
        self.send("the freeze is over: the brake stands at level 2", &[end.instruction_of(self.governor)])?;
        self.roots_release(&self.rollout(&program)?, &program)
    }

    fn level(&self) -> Result<Level, Error> {
        let address = addresses::brake();
        let brake = single(self.connection, "Brake", &address)?.ok_or(Error::AccountMissing { address })?;
        Ok(policy::brake_level(&brake, self.now()?.unix_s))
    }

    /// Shows that markets are solvent as often as the canary step asks, and takes the step; with `wait`, once its time has passed.
    pub fn promote(&self, id: u64, wait: bool) -> Result<(), Error> {
        let proposal = self.open(id)?;
        let program = Pubkey::from(decision(&proposal)?.upgrade().ok_or(Error::NotUpgrade { id })?.program);
        let rollout = self.held(id, &program)?;
        match stage(&rollout)? {
            Stage::Canary => {}
            at => return Err(Error::RolloutElsewhere { id, stage: at.name() }),
        }
        self.checks(&program, &rollout)?;
        if wait {
            let dwell = u64::from(DWELL_S.div_ceil(divisor(&self.council()?).get()));
            let end = Moment {
                slot: rollout.since_slot.get().saturating_add(dwell),
                unix_s: rollout.since_unix_s.get().saturating_add_unsigned(dwell),
            };
            self.wait("the canary step", &end)?;
        }
        let promote = calls::CanaryPromote {
            council: addresses::council(&self.governor),
            proposal: addresses::proposal(&self.governor, id),
            rollout: addresses::rollout(&self.governor, &program),
        };
        let step = rollout.step.saturating_add(1);
        self.send(&format!("canary step {step} passed"), &[promote.instruction_of(self.governor)])?;
        if rollout.scope != 0 {
            return Ok(());
        }
        recorded_of(self.connection, &program)?
            .iter()
            .try_for_each(|market| self.widen(market, &program, rollout.attempt.get()))
    }

    /// Gives a market the caps of the step that was reached; until then those of the step before hold.
    fn widen(&self, market: &Recorded, program: &Pubkey, attempt: u64) -> Result<(), Error> {
        let apply = calls::CanaryApply {
            council: addresses::council(&self.governor),
            rollout: addresses::rollout(&self.governor, program),
            market: market.address,
            snapshot: addresses::snapshot(&self.governor, &market.address, attempt),
            custody: addresses::custody(&market.address),
            governor_authority: addresses::authority(&self.governor),
            config: addresses::config(&abi::ids::BREAKER.into()),
        };
        self.send(&format!("market {}: wider caps", market.address), &[apply.instruction_of(self.governor)])
    }

    /// One check a slot, over the markets in turn.
    fn checks(&self, program: &Pubkey, rollout: &Rollout) -> Result<(), Error> {
        if rollout.scope != 0 || rollout.parts.get() == 0 {
            return Ok(());
        }
        let markets = recorded(self.connection)?;
        for (market, number) in markets.iter().cycle().zip(rollout.checks.saturating_add(1)..=CHECKS) {
            let checked_slot = self.rollout(program)?.checked_slot.get();
            self.wait("the next slot", &Moment { slot: checked_slot.saturating_add(1), unix_s: 0 })?;
            let check = calls::CanaryCheck {
                council: addresses::council(&self.governor),
                rollout: addresses::rollout(&self.governor, program),
                market: market.address,
                quote_tokens: market.quote_tokens(),
                base_tokens: market.base_tokens(),
            };
            let what = format!("check {number} of {CHECKS}: market {} holds what it owes", market.address);
            self.send(&what, &[check.instruction_of(self.governor)])?;
        }
        Ok(())
    }

    /// Brings home what an upgrade that is over has left: its bond and its buffers.
    pub fn reclaim(&self, id: u64) -> Result<(), Error> {
        let proposal = self.open(id)?;
        let upgrade = *decision(&proposal)?.upgrade().ok_or(Error::NotUpgrade { id })?;
        let (council, address) = (addresses::council(&self.governor), addresses::proposal(&self.governor, id));
        let proposer = Pubkey::from(proposal.proposer);
        if proposal.bond_lamports.get() > 0 {
            let insurance = addresses::insurance(&self.governor);
            let settle = calls::BondSettle { council, proposal: address, proposer, insurance };
            self.send("the bond is settled", &[settle.instruction_of(self.governor)])?;
        }
        for buffer in [upgrade.buffer, proposal.rollback_buffer].map(Pubkey::from) {
            let there = self.connection.account(&buffer)?;
            if there.is_some_and(|(owner, data)| owner.to_bytes() == abi::ids::LOADER && !data.is_empty()) {
                let governor_authority = addresses::authority(&self.governor);
                let close = calls::BufferClose { council, proposal: address, buffer, proposer, governor_authority };
                self.send(&format!("buffer {buffer} closed"), &[close.instruction_of(self.governor)])?;
            }
        }
        Ok(())
    }

    /// Posts the result of a shadow run.
    pub fn attest(&self, id: u64, root: [u8; 32]) -> Result<(), Error> {
        let digest = self.open(id)?.digest;
        let attest = calls::ShadowAttest {
            attestor: self.payer(),
            council: addresses::council(&self.governor),
            proposal: addresses::proposal(&self.governor, id),
        };
        let attest = attest.instruction_of(self.governor, calls::ShadowAttestArgs { digest, root });
        self.send(&format!("{} attests {}", self.payer(), crate::deploy::hex(&root)), &[attest])
    }
}
