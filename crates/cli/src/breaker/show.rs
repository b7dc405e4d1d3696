//! The breaker as tables for people and as JSON for programs.

use super::{Braked, MarketStatus, Protocol, Status, VaultStatus, WindowStatus};
use crate::{connection::bs58, decode::units, table::Table};
use policy::{Fall, Level};
use serde_json::{Value, json};
use std::fmt::{self, Write};

/// For people.
pub fn write(status: &Status) -> Result<String, fmt::Error> {
    let mut out = String::new();
    writeln!(out, "{}  slot {}  {}\n", status.url, status.slot, units::utc(status.unix_s))?;
    match &status.protocol {
        Some(protocol) => write_protocol(&mut out, protocol, status.unix_s)?,
        None => writeln!(out, "the breaker is not initialised: run `bastion deploy`")?,
    }
    if !status.markets.is_empty() {
        writeln!(out, "\n{}", markets(&status.markets, status.unix_s))?;
        writeln!(out, "{}", vaults(&status.markets, status.unix_s))?;
    }
    writeln!(out, "{}", policy::matrix_table())?;
    Ok(out)
}

fn write_protocol(out: &mut String, protocol: &Protocol, unix_s: i64) -> fmt::Result {
    let Braked { level, since_unix_s, fall, .. } = protocol.braked;
    let since = since(&protocol.braked, since_unix_s, unix_s);
    writeln!(out, "protocol   {}{since}{}", level.name(), fall_words(fall.as_ref(), unix_s, "; "))?;
    let (guardians, trips) = (protocol.guardians.len(), protocol.trips_left);
    writeln!(out, "guardians  {guardians}, with {trips} of their {} trips left today", policy::TRIPS_PER_DAY)?;
    let heard = match protocol.monitors.len() {
        0 => "none named".to_owned(),
        count => format!("{count}, last heard {} s ago", unix_s.saturating_sub(protocol.heartbeat_unix_s)),
    };
    writeln!(out, "monitors   {heard}")?;
    writeln!(out, "timing     {}", units::timing(protocol.time_divisor))
}

fn since(braked: &Braked, since_unix_s: i64, unix_s: i64) -> String {
    if braked.level == Level::Normal {
        return String::new();
    }
    format!(", by {} {} s ago", cause(braked), unix_s.saturating_sub(since_unix_s))
}

fn cause(braked: &Braked) -> String {
    let words = format!("{:?}", braked.cause);
    if words == "OpenInterest" { "open interest".to_owned() } else { words.to_lowercase() }
}

fn fall_words(fall: Option<&Fall>, unix_s: i64, before: &str) -> String {
    fall.map_or_else(String::new, |fall| {
        let seconds = fall.unix_s.saturating_sub(unix_s).max(0);
        let to = fall.to.name();
        match (fall.by_itself, seconds) {
            (true, _) => format!("{before}falls to {to} in {seconds} s"),
            (false, 0) => format!("{before}anybody may lower it to {to}, if nothing speaks against it"),
            (false, _) => format!("{before}anybody may lower it to {to} in {seconds} s, if nothing speaks against it"),
        }
    })
}

fn markets(markets: &[MarketStatus], unix_s: i64) -> Table {
    let mut table = Table::new(["market", "in force", "own level", "cause", "since, s", "comes down", "custody"]);
    for market in markets {
        let own = &market.own;
        let (cause, since) = match own.level {
            Level::Normal => ("-".to_owned(), "-".to_owned()),
            _ => (cause(own), unix_s.saturating_sub(own.since_unix_s).to_string()),
        };
        table.row([
            name(market),
            market.in_force.name().to_owned(),
            own.level.name().to_owned(),
            cause,
            since,
            own.fall.as_ref().map_or_else(|| "-".to_owned(), |fall| fall_words(Some(fall), unix_s, "")),
            market.custody.to_string(),
        ]);
    }
    table
}

fn vaults(markets: &[MarketStatus], unix_s: i64) -> Table {
    let heading = [
        "market",
        "mint",
        "holds, atoms",
        "may leave this hour",
        "gone",
        "may leave this day",
        "gone",
        "queued",
        "tickets",
        "all served",
    ];
    let mut table = Table::new(heading);
    (2..9).for_each(|column| table = std::mem::take(&mut table).numeric(column));
    for (market, vault) in markets.iter().flat_map(|market| market.vaults.iter().map(move |vault| (market, vault))) {
        table.row([
            name(market),
            bs58(&vault.mint),
            vault.balance_atoms.to_string(),
            vault.hour.left_atoms.to_string(),
            vault.hour.used_atoms.to_string(),
            vault.day.left_atoms.to_string(),
            vault.day.used_atoms.to_string(),
            vault.queued_atoms.to_string(),
            vault.tickets.to_string(),
            vault
                .served_unix_s
                .map_or_else(|| "-".to_owned(), |at| format!("in {} s", at.saturating_sub(unix_s).max(0))),
        ]);
    }
    table
}

fn name(market: &MarketStatus) -> String {
    market.symbol.clone().unwrap_or_else(|| market.controller.to_string())
}

/// For programs.
pub fn json(status: &Status) -> Value {
    json!({
        "url": status.url, "slot": status.slot, "unix_s": status.unix_s,
        "protocol": status.protocol.as_ref().map(|protocol| json!({
            "braked": braked_json(&protocol.braked), "trips_left": protocol.trips_left, "time_divisor": protocol.time_divisor,
            "guardians": protocol.guardians.iter().map(bs58).collect::<Vec<_>>(),
            "monitors": protocol.monitors.iter().map(bs58).collect::<Vec<_>>(), "heartbeat_unix_s": protocol.heartbeat_unix_s,
        })),
        "markets": status.markets.iter().map(market_json).collect::<Vec<_>>(),
        "matrix": matrix_json(),
    })
}

/// The action matrix for programs: for each action, the answer at L0 to L4.
pub fn matrix_json() -> Value {
    let row = |action: policy::Action| json!({ "action": action.name(), "answers": Level::ALL.map(|level| policy::permission(level, action).name()) });
    json!(policy::Action::ALL.map(row))
}

fn braked_json(braked: &Braked) -> Value {
    json!({
        "level": braked.level.byte(), "cause": cause(braked), "since_unix_s": braked.since_unix_s,
        "falls": braked.fall.as_ref().map(|fall| json!({
            "to": fall.to.byte(), "unix_s": fall.unix_s, "by_itself": fall.by_itself,
        })),
    })
}

fn market_json(market: &MarketStatus) -> Value {
    json!({
        "market": market.symbol, "controller": market.controller.to_string(), "custody": market.custody.to_string(),
        "level_in_force": market.in_force.byte(), "own": braked_json(&market.own),
        "vaults": market.vaults.iter().map(vault_json).collect::<Vec<_>>(),
    })
}

fn vault_json(vault: &VaultStatus) -> Value {
    let window = |window: &WindowStatus| json!({ "used_atoms": window.used_atoms, "left_atoms": window.left_atoms });
    json!({
        "mint": bs58(&vault.mint), "tokens": vault.tokens.to_string(), "balance_atoms": vault.balance_atoms,
        "hour": window(&vault.hour), "day": window(&vault.day), "tickets": vault.tickets,
        "queued_atoms": vault.queued_atoms, "served_unix_s": vault.served_unix_s,
    })
}
