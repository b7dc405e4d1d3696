//! `bastion council`: who governs, how long everybody has to leave, what is governed, and what is before the council.

use super::{
    Desk, Report, RolloutReport,
    desk::{council_rules, divisor, governor_name},
};
use crate::{
    Error,
    connection::bs58,
    decode::units,
    deploy::hex,
    keys::PROGRAMS,
    status::{program_accounts, single},
    table::Table,
};
use abi::governor::{Adoption, Council, Proposal, Rollout};
use client::addresses;
use policy::{Class, proposal::State};
use serde_json::json;
use solana_pubkey::Pubkey;
use std::fmt::{self, Write};

/// Everything that the command shows.
#[derive(Clone, Debug)]
pub struct CouncilReport {
    pub governor: Pubkey,
    pub council: Council,
    pub adopted: Vec<Adopted>,
    /// Proposals that are not over, by id.
    pub open: Vec<Report>,
}

/// A program whose upgrade authority the governor holds.
#[derive(Clone, Debug)]
pub struct Adopted {
    pub name: &'static str,
    pub adoption: Adoption,
    pub rollout: RolloutReport,
}

impl Desk<'_> {
    pub fn council_report(&self) -> Result<CouncilReport, Error> {
        let proposals = program_accounts::<Proposal>(self.connection, "Proposal", &self.governor.to_bytes())?;
        let mut ids: Vec<_> = proposals.into_iter().filter(|(_, proposal)| pending(proposal)).collect();
        ids.sort_by_key(|(_, proposal)| proposal.id.get());
        let open = ids.iter().map(|(_, proposal)| self.report(proposal.id.get())).collect::<Result<_, _>>()?;
        Ok(CouncilReport { governor: self.governor, council: self.council()?, adopted: self.adopted()?, open })
    }

    fn adopted(&self) -> Result<Vec<Adopted>, Error> {
        let mut adopted = Vec::new();
        for program in &PROGRAMS {
            let address = addresses::adoption(&self.governor, &program.id);
            let adoption: Option<Adoption> = single(self.connection, "Adoption", &address)?;
            if let Some(adoption) = adoption {
                let rollout: Rollout = self.rollout(&program.id)?;
                adopted.push(Adopted { name: program.name, adoption, rollout: RolloutReport::of(&rollout)? });
            }
        }
        Ok(adopted)
    }
}

/// An executed upgrade is not over before its rollout is.
fn pending(proposal: &Proposal) -> bool {
    let upgrade = matches!(Class::from_byte(proposal.class), Some(Class::Upgrade | Class::Emergency | Class::HandOver));
    match State::from_byte(proposal.state) {
        Some(State::Executed) => upgrade && proposal.bond_lamports.get() > 0,
        Some(state) => state.open(),
        None => true,
    }
}

impl CouncilReport {
    pub fn json(&self) -> serde_json::Value {
        let council = &self.council;
        let adopted = |adopted: &Adopted| {
            json!({
                "program": adopted.name, "elf_hash": hex(&adopted.adoption.elf_hash), "elf_len": adopted.adoption.elf_len.get(),
                "upgrades": adopted.adoption.upgrades.get(), "rollout": adopted.rollout.stage.name(),
                "canary_bps": adopted.rollout.canary_bps,
            })
        };
        json!({
            "governor": governor_name(&self.governor), "program": self.governor.to_string(),
            "members": self.members().map(bs58).collect::<Vec<_>>(),
            "attestors": self.attestors().map(bs58).collect::<Vec<_>>(),
            "config_epoch": council.config_epoch.get(), "time_divisor": council.time_divisor.get(),
            "proposals": council.proposals.get(),
            "classes": self.classes().map(|(class, threshold, delay_s)| json!({
                "class": class.name(), "approvals": threshold, "delay_s": delay_s,
            })).collect::<Vec<_>>(),
            "adopted": self.adopted.iter().map(adopted).collect::<Vec<_>>(),
            "open": self.open.iter().map(Report::json).collect::<Vec<_>>(),
        })
    }

    fn members(&self) -> impl Iterator<Item = &abi::Address> {
        self.council.members.iter().take(self.council.member_count.into())
    }

    fn attestors(&self) -> impl Iterator<Item = &abi::Address> {
        self.council.attestors.iter().filter(|attestor| **attestor != [0; 32])
    }

    /// Each class with its approvals and its delay here.
    fn classes(&self) -> impl Iterator<Item = (Class, u8, u32)> {
        let (rules, divisor) = (council_rules(&self.council), divisor(&self.council));
        Class::ALL
            .into_iter()
            .map(move |class| (class, class.threshold_ceil(rules.members), rules.delays.scaled_s_ceil(class, divisor)))
    }
}

impl fmt::Display for CouncilReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let council = &self.council;
        let (name, epoch) = (governor_name(&self.governor), council.config_epoch.get());
        writeln!(
            formatter,
            "{name}  {}  epoch {epoch}, {}\n",
            self.governor,
            units::timing(council.time_divisor.get())
        )?;
        let mut members = Table::new(["seat", "member"]);
        for (seat, member) in self.members().enumerate() {
            members.row([seat.to_string(), bs58(member)]);
        }
        writeln!(formatter, "{members}")?;
        let attestors: Vec<_> = self.attestors().map(bs58).collect();
        let attestors = if attestors.is_empty() { "not named".to_owned() } else { attestors.join(", ") };
        writeln!(formatter, "attestors of shadow runs: {attestors}\n")?;
        let mut classes = Table::new(["class", "approvals", "delay, s"]).numeric(1).numeric(2);
        for (class, threshold, delay_s) in self.classes() {
            classes.row([class.name().to_owned(), threshold.to_string(), delay_s.to_string()]);
        }
        writeln!(formatter, "{classes}")?;
        let mut adopted = Table::new(["program", "sha256", "bytes", "upgrades", "rollout"]).numeric(2).numeric(3);
        for program in &self.adopted {
            adopted.row([
                program.name.to_owned(),
                hex(&program.adoption.elf_hash),
                program.adoption.elf_len.get().to_string(),
                program.adoption.upgrades.get().to_string(),
                program.rollout.to_string(),
            ]);
        }
        writeln!(formatter, "{adopted}")?;
        if self.open.is_empty() {
            return formatter.write_str("no open proposal\n");
        }
        let mut out = String::new();
        self.open.iter().try_for_each(|report| writeln!(out, "{report}"))?;
        formatter.write_str(&out)
    }
}
