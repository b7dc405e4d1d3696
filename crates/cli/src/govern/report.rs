//! What a proposal is and where it stands: for people and for programs.

use super::{
    Desk,
    desk::{action_bytes, council_rules, decision, governor_name, rules, stage},
};
use crate::{
    Error,
    decode::{self, units::utc},
    deploy::hex,
};
use abi::governor::Rollout;
use client::addresses;
use policy::{
    Class,
    proposal::{self, Moment, State},
    rollout::Stage,
};
use serde_json::json;
use solana_pubkey::Pubkey;
use std::fmt;

/// A proposal as it stands.
#[derive(Clone, Debug)]
pub struct Report {
    pub governor: &'static str,
    pub id: u64,
    pub address: Pubkey,
    pub proposer: Pubkey,
    pub state: State,
    pub class: Class,
    /// The action in words, from its bytes.
    pub decides: String,
    /// Of the action's bytes, computed here.
    pub digest: [u8; 32],
    /// Whether the account stores that digest: members must not approve if it does not.
    pub digest_own: bool,
    /// Seats of the members who approved, and who object.
    pub approvals: Vec<u32>,
    pub objections: Vec<u32>,
    /// Approvals of current members, and how many the class needs.
    pub counted: u32,
    pub threshold: u8,
    pub delay_s: u32,
    pub now: Moment,
    pub ready: Moment,
    pub expires_unix_s: i64,
    pub bond_lamports: u64,
    pub rollout: Option<RolloutReport>,
}

/// Where a program's rollout stands, if the proposal holds it.
#[derive(Clone, Copy, Debug)]
pub struct RolloutReport {
    pub stage: Stage,
    pub back: bool,
    pub failed: bool,
    pub unratified: bool,
    pub canary_bps: u16,
    pub step: u8,
    pub checks: u8,
    pub parts: u32,
    pub sealed: u32,
    pub verified: u32,
}

impl Desk<'_> {
    /// Reads one proposal.
    pub fn report(&self, id: u64) -> Result<Report, Error> {
        let (proposal, council) = (self.proposal(id)?, self.council()?);
        let (rules, members) = (rules(&proposal)?, council_rules(&council));
        let action = decision(&proposal)?;
        let digest = decode::digest(&self.governor.to_bytes(), id, action_bytes(&proposal)?);
        Ok(Report {
            governor: governor_name(&self.governor),
            id,
            address: addresses::proposal(&self.governor, id),
            proposer: proposal.proposer.into(),
            state: rules.state,
            class: action.class(),
            decides: action.describe(),
            digest,
            digest_own: digest == proposal.digest,
            approvals: seats(rules.approvals),
            objections: seats(rules.objections),
            counted: proposal::approvals_counted(&rules, &members),
            threshold: action.class().threshold_ceil(members.members),
            delay_s: members.delays.scaled_s_ceil(action.class(), super::desk::divisor(&council)),
            now: self.now()?,
            ready: rules.ready,
            expires_unix_s: rules.expires_unix_s,
            bond_lamports: proposal.bond_lamports.get(),
            rollout: match action.upgrade() {
                Some(upgrade) => self.rollout_report(id, &upgrade.program.into())?,
                None => None,
            },
        })
    }

    fn rollout_report(&self, id: u64, program: &Pubkey) -> Result<Option<RolloutReport>, Error> {
        let rollout = self.rollout(program)?;
        let held = stage(&rollout)? != Stage::Idle && rollout.proposal.get() == id;
        if held { RolloutReport::of(&rollout).map(Some) } else { Ok(None) }
    }
}

impl RolloutReport {
    pub fn of(rollout: &Rollout) -> Result<Self, Error> {
        Ok(Self {
            stage: stage(rollout)?,
            back: rollout.back != 0,
            failed: rollout.failed != 0,
            unratified: rollout.unratified != 0,
            canary_bps: rollout.canary_bps.get(),
            step: rollout.step,
            checks: rollout.checks,
            parts: rollout.parts.get(),
            sealed: rollout.sealed.get(),
            verified: rollout.verified.get(),
        })
    }
}

impl fmt::Display for RolloutReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.stage.name())?;
        match self.stage {
            Stage::Frozen | Stage::Sealed => write!(formatter, ", {} of {} parts recorded", self.sealed, self.parts)?,
            Stage::Executed | Stage::RolledBack => {
                write!(formatter, ", {} of {} parts verified", self.verified, self.parts)?
            }
            Stage::Canary => {
                let (step, share) = (self.step.saturating_add(1), decode::units::percent(self.canary_bps.into()));
                write!(formatter, " step {step} at {share} of the caps, {} clean checks", self.checks)?
            }
            Stage::Idle | Stage::Queued => {}
        }
        for (flag, words) in [
            (self.back, ", on the way back"),
            (self.failed && self.stage == Stage::Executed, ", VERIFICATION FAILED: anybody may roll it back"),
            (self.unratified, ", not ratified"),
        ] {
            if flag {
                formatter.write_str(words)?;
            }
        }
        Ok(())
    }
}

impl Report {
    pub fn json(&self) -> serde_json::Value {
        json!({
            "governor": self.governor, "id": self.id, "address": self.address.to_string(),
            "proposer": self.proposer.to_string(), "state": self.state.name(), "class": self.class.name(),
            "decides": self.decides, "digest": hex(&self.digest), "digest_own": self.digest_own,
            "approvals": self.approvals, "objections": self.objections, "counted": self.counted,
            "threshold": self.threshold, "delay_s": self.delay_s, "slot": self.now.slot, "unix_s": self.now.unix_s,
            "ready_slot": self.ready.slot, "ready_unix_s": self.ready.unix_s, "expires_unix_s": self.expires_unix_s,
            "bond_lamports": self.bond_lamports, "next": self.next(),
            "rollout": self.rollout.map(|rollout| json!({
                "stage": rollout.stage.name(), "back": rollout.back, "failed": rollout.failed,
                "unratified": rollout.unratified, "canary_bps": rollout.canary_bps, "step": rollout.step,
                "checks": rollout.checks, "parts": rollout.parts, "sealed": rollout.sealed, "verified": rollout.verified,
            })),
        })
    }

    /// The command that takes the proposal further, if one does.
    pub fn next(&self) -> Option<String> {
        let id = self.id;
        if let Some(rollout) = &self.rollout {
            return Some(match rollout.stage {
                Stage::Idle => return None,
                Stage::Queued => format!("bastion execute {id}"),
                Stage::Frozen | Stage::Sealed if rollout.back => format!("bastion rollback {id}"),
                Stage::Frozen | Stage::Sealed => format!("bastion execute {id}"),
                Stage::Executed if rollout.failed => format!("bastion rollback {id}"),
                Stage::Executed | Stage::RolledBack => format!("bastion verify {id}"),
                Stage::Canary => format!("bastion promote {id}"),
            });
        }
        match self.state {
            State::Draft if self.counted >= self.threshold.into() => Some(format!("bastion queue {id}")),
            State::Draft => Some(format!("bastion approve {id} {}", hex(&self.digest))),
            State::Queued => Some(format!("bastion execute {id}")),
            State::Executed | State::Cancelled | State::Rejected => None,
            State::Finalised | State::RolledBack if self.bond_lamports > 0 => Some(format!("bastion reclaim {id}")),
            State::Finalised | State::RolledBack => None,
        }
    }

    /// Both clocks of the delay, as far as there is one.
    fn clocks(&self) -> String {
        if self.state != State::Queued {
            return format!("{} s and as many slots after it is queued", self.delay_s);
        }
        let seconds = self.ready.unix_s.saturating_sub(self.now.unix_s).max(0);
        let slots = self.ready.slot.saturating_sub(self.now.slot);
        if seconds == 0 && slots == 0 {
            return "the delay has passed".to_owned();
        }
        format!("in {seconds} s and {slots} slots, from {} and slot {} on", utc(self.ready.unix_s), self.ready.slot)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "proposal {} of {}  {}", self.id, self.governor, self.address)?;
        writeln!(formatter, "  decides    {}", self.decides)?;
        writeln!(formatter, "  digest     {}", hex(&self.digest))?;
        if !self.digest_own {
            writeln!(formatter, "  WARNING    the account stores another digest: do not approve")?;
        }
        writeln!(formatter, "  state      {}", self.state.name())?;
        writeln!(formatter, "  class      {}", self.class.name())?;
        writeln!(formatter, "  proposer   {}", self.proposer)?;
        let (counted, threshold) = (self.counted, self.threshold);
        writeln!(formatter, "  approvals  {counted} of {threshold} needed (members {})", list(&self.approvals))?;
        if !self.objections.is_empty() {
            writeln!(formatter, "  objections members {}", list(&self.objections))?;
        }
        if self.state.open() {
            writeln!(formatter, "  execution  {}; until {}", self.clocks(), utc(self.expires_unix_s))?;
        }
        if let Some(rollout) = &self.rollout {
            writeln!(formatter, "  rollout    {rollout}")?;
        }
        if let Some(next) = self.next() {
            writeln!(formatter, "  next       {next}")?;
        }
        Ok(())
    }
}

fn seats(bits: u16) -> Vec<u32> {
    (0..u16::BITS).filter(|seat| bits.checked_shr(*seat).is_some_and(|rest| rest & 1 == 1)).collect()
}

fn list(seats: &[u32]) -> String {
    if seats.is_empty() {
        return "none".to_owned();
    }
    seats.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        Report {
            governor: "the governor",
            id: 3,
            address: Pubkey::default(),
            proposer: Pubkey::default(),
            state: State::Draft,
            class: Class::Upgrade,
            decides: "Replace the code.".to_owned(),
            digest: [0xab; 32],
            digest_own: true,
            approvals: vec![0, 2],
            objections: vec![],
            counted: 2,
            threshold: 5,
            delay_s: 10,
            now: Moment { slot: 7, unix_s: 100 },
            ready: Moment::default(),
            expires_unix_s: 200,
            bond_lamports: 0,
            rollout: None,
        }
    }

    #[test]
    fn report_says_words_digest_and_what_comes_next() {
        let draft = report().to_string();
        let approve = format!("bastion approve 3 {}", "ab".repeat(32));
        for part in ["Replace the code.", &"ab".repeat(32), "2 of 5 needed (members 0, 2)", &approve] {
            assert!(draft.contains(part), "{part} in\n{draft}");
        }
        assert!(!draft.contains("WARNING"));
        let forged = Report { digest_own: false, ..report() }.to_string();
        assert!(forged.contains("do not approve"), "{forged}");
        let ready = Moment { slot: 9, unix_s: 104 };
        let queued = Report { state: State::Queued, ready, ..report() };
        assert!(queued.to_string().contains("in 4 s and 2 slots"), "{queued}");
        let later = Report { now: ready, ..queued };
        assert!(later.to_string().contains("the delay has passed"), "{later}");
    }

    #[test]
    fn report_names_the_next_command_of_every_stage() {
        let rollout = RolloutReport {
            stage: Stage::Queued,
            back: false,
            failed: false,
            unratified: false,
            canary_bps: 100,
            step: 0,
            checks: 1,
            parts: 2,
            sealed: 1,
            verified: 0,
        };
        let next = |rollout| Report { rollout: Some(rollout), ..report() }.next();
        let at = |stage| RolloutReport { stage, ..rollout };
        let back = |stage| RolloutReport { back: true, ..at(stage) };
        let cases = [
            (at(Stage::Queued), Some("bastion execute 3")),
            (at(Stage::Frozen), Some("bastion execute 3")),
            (back(Stage::Frozen), Some("bastion rollback 3")),
            (back(Stage::Sealed), Some("bastion rollback 3")),
            (at(Stage::Executed), Some("bastion verify 3")),
            (RolloutReport { failed: true, ..at(Stage::Executed) }, Some("bastion rollback 3")),
            (at(Stage::RolledBack), Some("bastion verify 3")),
            (at(Stage::Canary), Some("bastion promote 3")),
            (at(Stage::Idle), None),
        ];
        for (rollout, command) in cases {
            assert_eq!(next(rollout).as_deref(), command, "{rollout}");
        }
        assert!(at(Stage::Canary).to_string().contains("step 1 at 1 % of the caps"));
    }
}
