//! The status as tables for people and as JSON for programs.

use super::{CouncilStatus, ProgramStatus, Status};
use crate::{
    connection::bs58,
    decode::{
        self,
        units::{self, symbol},
    },
    deploy::{elf_hash, hex},
    keys::PROGRAMS,
    table::Table,
};
use abi::{governor, margin::Market, oracle::Feed};
use policy::proposal::State;
use serde_json::json;
use solana_pubkey::Pubkey;
use std::fmt::{self, Write};

/// Hexadecimal digits of a hash in a table.
const HASH_DIGITS: usize = 16;

/// For people.
pub fn write(status: &Status) -> Result<String, fmt::Error> {
    let mut out = String::new();
    let (genesis, time) = (bs58(&status.genesis_hash), units::utc(status.unix_s));
    writeln!(out, "{}  genesis {genesis}  slot {}  {time}\n", status.url, status.slot)?;
    writeln!(out, "{}", programs(&status.programs))?;
    match &status.brake {
        Some(brake) => {
            let expires = brake.brake.expires_unix_s.get();
            let until = if expires == 0 { String::new() } else { format!(", until {}", units::utc(expires)) };
            let (guardians, trips) = (brake.brake.guardian_count, brake.brake.guardian_trips);
            writeln!(out, "brake     {}{until}; {guardians} guardians, {trips} trips today", brake.level.name())?;
        }
        None => writeln!(out, "brake     not initialised: run `bastion deploy`")?,
    }
    status.councils.iter().try_for_each(|council| write_council(&mut out, council))?;
    if !status.feeds.is_empty() {
        writeln!(out, "\n{}", feeds(&status.feeds, status.unix_s))?;
    }
    if !status.markets.is_empty() {
        writeln!(out, "{}", markets(&status.markets))?;
    }
    Ok(out)
}

fn write_council(out: &mut String, status: &CouncilStatus) -> fmt::Result {
    let (council, governor) = (&status.council, status.governor);
    let timing = units::timing(council.time_divisor.get());
    let (members, epoch, proposals) = (council.member_count, council.config_epoch.get(), council.proposals.get());
    writeln!(out, "council   of {governor}: {members} members, epoch {epoch}, {proposals} proposals so far, {timing}")?;
    for proposal in &status.open {
        writeln!(out, "  proposal {} ({}): {}", proposal.id.get(), state(proposal), decision(proposal))?;
    }
    Ok(())
}

fn programs(programs: &[ProgramStatus]) -> Table {
    let mut table = Table::new(["program", "address", "deployed in slot", "sha256", "timing", "upgrade authority"]);
    for program in programs {
        let (slot, hash, authority) = match &program.deployed {
            Some(deployed) => {
                let mut hash = code_hash(program);
                hash.truncate(HASH_DIGITS);
                (deployed.slot.to_string(), hash, authority(deployed.authority.as_ref()))
            }
            None => ("not deployed".to_owned(), "-".to_owned(), "-".to_owned()),
        };
        let timing = program.time_divisor.map_or_else(|| "not initialised".to_owned(), units::timing);
        table.row([program.name.to_owned(), program.id.to_string(), slot, hash, timing, authority]);
    }
    table
}

fn feeds(feeds: &[(Pubkey, Feed)], now_unix_s: i64) -> Table {
    let mut table = Table::new(["feed", "price", "+/-", "age", "address"]);
    for (address, feed) in feeds {
        let refreshed = feed.refreshed_unix_s.get();
        let age = if refreshed == 0 {
            "never refreshed".to_owned()
        } else {
            format!("{} s", now_unix_s.saturating_sub(refreshed))
        };
        let (price, confidence) = (feed.price_e6.get(), feed.confidence_e6.get());
        table.row([
            symbol(&feed.symbol),
            units::e6(price.into()),
            units::e6(confidence.into()),
            age,
            address.to_string(),
        ]);
    }
    table
}

fn markets(markets: &[(Pubkey, Market)]) -> Table {
    let heading = [
        "market",
        "accounts",
        "open interest, lots",
        "quote, atoms",
        "base, atoms",
        "insurance, atoms",
        "fees, atoms",
        "address",
    ];
    let mut table = Table::new(heading);
    for (address, market) in markets {
        table.row([
            symbol(&market.symbol),
            market.accounts_opened.get().to_string(),
            market.open_interest_lots.get().to_string(),
            market.quote_balances_atoms.get().to_string(),
            market.base_balances_atoms.get().to_string(),
            market.insurance_atoms.get().to_string(),
            market.fees_atoms.get().to_string(),
            address.to_string(),
        ]);
    }
    table
}

/// For programs.
pub fn json(status: &Status) -> serde_json::Value {
    let program = |program: &ProgramStatus| {
        let deployed = program.deployed.as_ref();
        json!({
            "program": program.name, "address": program.id.to_string(), "deployed_slot": deployed.map(|deployed| deployed.slot),
            "sha256": deployed.map(|_| code_hash(program)), "time_divisor": program.time_divisor,
            "upgrade_authority": deployed.and_then(|deployed| deployed.authority).map(|authority| authority.to_string()),
        })
    };
    let council = |status: &CouncilStatus| {
        let proposal = |proposal: &governor::Proposal| json!({ "id": proposal.id.get(), "state": state(proposal), "decides": decision(proposal), "digest": hex(&proposal.digest) });
        json!({
            "governor": status.governor, "members": status.council.member_count, "config_epoch": status.council.config_epoch.get(),
            "time_divisor": status.council.time_divisor.get(), "proposals": status.council.proposals.get(),
            "open": status.open.iter().map(proposal).collect::<Vec<_>>(),
        })
    };
    let feed = |(address, feed): &(Pubkey, Feed)| {
        json!({
            "symbol": symbol(&feed.symbol), "address": address.to_string(), "price_e6": feed.price_e6.get(),
            "confidence_e6": feed.confidence_e6.get(), "age_s": status.unix_s.saturating_sub(feed.refreshed_unix_s.get()),
        })
    };
    let market = |(address, market): &(Pubkey, Market)| {
        json!({
            "symbol": symbol(&market.symbol), "address": address.to_string(), "accounts": market.accounts_opened.get(),
            "open_interest_lots": market.open_interest_lots.get(), "quote_balances_atoms": market.quote_balances_atoms.get(),
            "base_balances_atoms": market.base_balances_atoms.get(), "insurance_atoms": market.insurance_atoms.get(),
            "fees_atoms": market.fees_atoms.get(),
        })
    };
    json!({
        "url": status.url, "genesis_hash": bs58(&status.genesis_hash), "slot": status.slot, "unix_s": status.unix_s,
        "programs": status.programs.iter().map(program).collect::<Vec<_>>(),
        "brake": status.brake.as_ref().map(|brake| json!({
            "level": brake.level.byte(), "expires_unix_s": brake.brake.expires_unix_s.get(), "guardians": brake.brake.guardian_count,
        })),
        "councils": status.councils.iter().map(council).collect::<Vec<_>>(),
        "feeds": status.feeds.iter().map(feed).collect::<Vec<_>>(),
        "markets": status.markets.iter().map(market).collect::<Vec<_>>(),
    })
}

/// sha256 of the deployed ELF: of the length that a governor adopted, else of the code without its trailing zeros.
fn code_hash(program: &ProgramStatus) -> String {
    let code = program.deployed.as_ref().map_or(&[][..], |deployed| &deployed.code);
    let trimmed = || code.iter().rposition(|byte| *byte != 0).map_or(0, |last| last.saturating_add(1));
    let adopted = program.adoption.as_ref().and_then(|adoption| usize::try_from(adoption.elf_len.get()).ok());
    hex(&elf_hash(code.get(..adopted.unwrap_or_else(trimmed)).unwrap_or(code)))
}

/// The authority as people know it: a governor's PDA by its governor's name, any other key as it is.
fn authority(authority: Option<&Pubkey>) -> String {
    let Some(authority) = authority else { return "none: final".to_owned() };
    let governs = |id: &Pubkey| super::pda(id, &[governor::AUTHORITY_SEED]) == *authority;
    let governor =
        PROGRAMS.iter().filter(|program| super::is_governor(program.name)).find(|program| governs(&program.id));
    governor.map_or_else(|| authority.to_string(), |governor| format!("{}'s PDA", governor.name))
}

fn state(proposal: &governor::Proposal) -> &'static str {
    State::from_byte(proposal.state).map_or("unknown state", State::name)
}

fn decision(proposal: &governor::Proposal) -> String {
    decode::proposal_notes(proposal).map_or_else(|error| error.to_string(), |notes| notes.join("; "))
}
