//! The program's accounts: layouts from `abi`, under Anchor's attribute, and what the pure rules see of them.
use crate::content::Content;
use crate::events::RolloutChanged;
use crate::{GovernorError, TIME_DIVISOR};
use anchor_lang::prelude::*;
use policy::proposal::{self, Moment, State};
use policy::rollout::{self, Stage};
use policy::snapshot::Sums;
use policy::{Class, CouncilAction, Delays, Level, Scope, Upgrade};

abi::council_layout!(#[account]);
abi::proposal_layout!(#[account]);
abi::adoption_layout!(#[account]);
abi::rollout_layout!(#[account]);
abi::snapshot_layout!(#[account]);
abi::page_layout!(#[account]);
abi::ledger_layout!(#[account]);
abi::record_layout!(#[account]);

/// Layout version that this code writes, and the oldest reader that may rely on it.
pub const VERSION: u8 = 1;
pub const MIN_READER: u8 = 1;

/// Where an event stands.
pub struct Stamp {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
}

impl Stamp {
    pub fn moment(&self) -> Moment {
        Moment { slot: self.slot, unix_s: self.unix_s }
    }
}

/// The current moment, as the pure rules take it.
pub fn now() -> Result<Moment> {
    let (slot, unix_s) = shared::now()?;
    Ok(Moment { slot, unix_s })
}

impl Council {
    /// Numbers the next event. Also restates the divisor of the code that runs, which another build may have written.
    pub fn stamp(&mut self) -> Result<Stamp> {
        let (slot, unix_s) = shared::now()?;
        let seq = self.seq.get().checked_add(1).ok_or(GovernorError::CounterOverflow)?;
        self.seq = seq.into();
        self.time_divisor = TIME_DIVISOR.get().into();
        Ok(Stamp { slot, unix_s, seq })
    }

    /// The members that are set.
    pub fn members(&self) -> &[Address] {
        self.members.get(..usize::from(self.member_count)).unwrap_or(&[])
    }

    /// The position of a member.
    pub fn member_index(&self, key: &Address) -> Result<u8> {
        let index = self.members().iter().position(|member| member == key).ok_or(GovernorError::NotMember)?;
        u8::try_from(index).map_err(|_| GovernorError::NotMember.into())
    }

    /// Replaces all members; the caller has validated the keys.
    pub fn members_set(&mut self, members: &[[u8; 32]]) -> Result<()> {
        self.member_count = u8::try_from(members.len()).map_err(|_| GovernorError::KeyCountWrong)?;
        self.members = [Address::default(); abi::governor::MEMBERS];
        for (seat, member) in self.members.iter_mut().zip(members) {
            *seat = Address::new_from_array(*member);
        }
        Ok(())
    }

    pub fn rules(&self) -> proposal::Council {
        let delays = Delays { set_s: self.delays_s.map(|delay_s| delay_s.get()) };
        proposal::Council { members: self.member_count, config_epoch: self.config_epoch.get(), delays }
    }

    /// Whether attestors are named: from then on no upgrade goes without them.
    pub fn attested(&self) -> bool {
        self.attestors.iter().any(|attestor| *attestor != Address::default())
    }
}

impl Proposal {
    pub fn rules(&self) -> Result<proposal::Proposal> {
        Ok(proposal::Proposal {
            state: State::from_byte(self.state).ok_or(GovernorError::StateUnknown)?,
            class: Class::from_byte(self.class).ok_or(GovernorError::StateUnknown)?,
            config_epoch: self.config_epoch.get(),
            created_slot: self.created_slot.get(),
            expires_unix_s: self.expires_unix_s.get(),
            ready: Moment { slot: self.ready_slot.get(), unix_s: self.ready_unix_s.get() },
            approvals: self.approvals.get(),
            objections: self.objections.get(),
            vetoed: self.vetoed != 0,
        })
    }

    /// Stores what the pure rules change.
    pub fn record(&mut self, rules: proposal::Proposal) {
        self.state = rules.state.byte();
        self.ready_slot = rules.ready.slot.into();
        self.ready_unix_s = rules.ready.unix_s.into();
        self.approvals = rules.approvals.into();
        self.objections = rules.objections.into();
        self.vetoed = rules.vetoed.into();
    }

    /// Whether the proposal cannot be executed any more as it stands: not queued, expired, or of another membership.
    pub fn gone(&self, council: &Council, now: &Moment) -> Result<bool> {
        let rules = self.rules()?;
        Ok(rules.state != State::Queued || proposal::dead(&rules, &council.rules(), now))
    }

    /// The upgrade that is decided, if the action is one.
    pub fn upgrade(&self) -> Result<Upgrade> {
        Ok(*self.decision()?.upgrade().ok_or(GovernorError::ActionOtherKind)?)
    }

    /// Fails unless enough attestors agree on the upgrade; until the council names them there are none to ask.
    pub fn attested_require(&self, council: &Council) -> Result<()> {
        let enough = rollout::attestations(&self.shadow_roots) >= rollout::ATTESTATIONS;
        let asked = council.attested() && self.class != Class::Emergency.byte();
        require!(enough || !asked, GovernorError::AttestationsMissing);
        Ok(())
    }

    /// The action, from its bytes.
    pub fn decision(&self) -> Result<CouncilAction<'_>> {
        let bytes = self.action.get(..usize::from(self.action_len.get())).ok_or(GovernorError::ActionLengthWrong)?;
        Ok(CouncilAction::decode(bytes).map_err(GovernorError::from)?)
    }

    /// Fails unless the proposal may be executed now by anyone: INVARIANT(G-1), INVARIANT(G-2).
    pub fn executable(&self, council: &Council) -> Result<()> {
        Ok(proposal::may_execute(&self.rules()?, &council.rules(), &now()?).map_err(GovernorError::from)?)
    }
}

impl Rollout {
    pub fn machine(&self) -> Result<rollout::Rollout> {
        Ok(rollout::Rollout {
            stage: Stage::from_byte(self.stage).ok_or(GovernorError::StateUnknown)?,
            scope: if self.scope == 0 { Scope::Positions } else { Scope::Code },
            unratified: self.unratified != 0,
            forward_only: self.forward_only != 0,
            back: self.back != 0,
            failed: self.failed != 0,
            step: self.step,
            checks: self.checks,
            checked_slot: self.checked_slot.get(),
            since: Moment { slot: self.since_slot.get(), unix_s: self.since_unix_s.get() },
            executed: Moment { slot: self.executed_slot.get(), unix_s: self.executed_unix_s.get() },
            frozen_unix_s: self.frozen_unix_s.get(),
            parts: self.parts.get(),
            sealed: self.sealed.get(),
            verified: self.verified.get(),
        })
    }

    pub fn record(&mut self, machine: rollout::Rollout) {
        self.stage = machine.stage.byte();
        self.scope = u8::from(machine.scope == Scope::Code);
        self.unratified = machine.unratified.into();
        self.forward_only = machine.forward_only.into();
        self.back = machine.back.into();
        self.failed = machine.failed.into();
        self.step = machine.step;
        self.checks = machine.checks;
        self.checked_slot = machine.checked_slot.into();
        self.since_slot = machine.since.slot.into();
        self.since_unix_s = machine.since.unix_s.into();
        self.executed_slot = machine.executed.slot.into();
        self.executed_unix_s = machine.executed.unix_s.into();
        self.frozen_unix_s = machine.frozen_unix_s.into();
        self.parts = machine.parts.into();
        self.sealed = machine.sealed.into();
        self.verified = machine.verified.into();
        self.canary_bps = machine.canary_bps().into();
    }

    /// Stores a step and reports it.
    pub fn advance(&mut self, machine: rollout::Rollout, council: &mut Council) -> Result<Stamp> {
        self.record(machine);
        let stamp = council.stamp()?;
        emit!(RolloutChanged {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: stamp.seq,
            id: self.proposal.get(),
            program: self.program,
            stage: self.stage,
            step: self.step,
            checks: self.checks,
            failed: machine.failed,
            unratified: machine.unratified,
            canary_bps: self.canary_bps.get(),
            attempt: self.attempt.get(),
        });
        Ok(stamp)
    }

    /// Fails unless `proposal` is the one that holds the rollout.
    pub fn held_by(&self, proposal: &Proposal) -> Result<()> {
        require!(self.machine()?.stage != Stage::Idle, GovernorError::RolloutStageWrong);
        require!(self.proposal.get() == proposal.id.get(), GovernorError::RolloutOfAnother);
        Ok(())
    }
}

impl Snapshot {
    /// Fails unless the snapshot is of the rollout's present attempt.
    pub fn current(&self, rollout: &Rollout) -> Result<()> {
        let same = self.program == rollout.program && self.attempt.get() == rollout.attempt.get();
        require!(same, GovernorError::SnapshotStale);
        Ok(())
    }

    pub fn sums(&self) -> Sums {
        Sums {
            accounts: self.accounts_taken.get(),
            quote_atoms: self.quote_atoms.get(),
            base_atoms: self.base_atoms.get(),
            long_lots: self.long_lots.get(),
            short_lots: self.short_lots.get(),
            series: u128::from_le_bytes(self.series),
        }
    }

    pub fn sums_set(&mut self, sums: &Sums) {
        self.accounts_taken = sums.accounts.into();
        self.quote_atoms = sums.quote_atoms.into();
        self.base_atoms = sums.base_atoms.into();
        self.long_lots = sums.long_lots.into();
        self.short_lots = sums.short_lots.into();
        self.series = sums.series.to_le_bytes();
    }
}

impl Ledger {
    /// Fails unless the ledger is of the rollout's present attempt.
    pub fn current(&self, rollout: &Rollout) -> Result<()> {
        let same = self.program == rollout.program && self.attempt.get() == rollout.attempt.get();
        require!(same, GovernorError::SnapshotStale);
        Ok(())
    }
}

impl Page {
    pub fn sums(&self) -> Sums {
        Sums {
            accounts: self.count.into(),
            quote_atoms: self.quote_atoms.get(),
            base_atoms: self.base_atoms.get(),
            long_lots: self.long_lots.get(),
            short_lots: self.short_lots.get(),
            series: u128::from_le_bytes(self.series),
        }
    }

    /// What the accounts are, in place of what was recorded of them.
    pub fn content_set(&mut self, content: &Content) {
        self.count = content.count;
        self.keys_digest = content.keys_digest;
        self.digest = content.digest;
        self.quote_atoms = content.sums.quote_atoms.into();
        self.base_atoms = content.sums.base_atoms.into();
        self.long_lots = content.sums.long_lots.into();
        self.short_lots = content.sums.short_lots.into();
        self.series = content.sums.series.to_le_bytes();
    }
}

/// The brake's level in force, read from its account; the caller has checked the address.
pub fn level(brake: &AccountView, now_unix_s: i64) -> Result<Level> {
    let brake = shared::read::<abi::breaker::Brake, _>(brake, &abi::ids::BREAKER, |_| GovernorError::BrakeUnreadable)?;
    Ok(policy::brake_level(&brake, now_unix_s))
}
