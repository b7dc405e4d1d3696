//! `drills`: attacks and accidents on a local network, and in a VM in this process where they need hours of quiet first, and what the
//! breaker and the governor made of them: tables, and an exit code that is not zero if anything was not as it must be. `--vm` plays what
//! the VM shows, `--network` what a network shows, `--candidates` upgrades of margin to code that lies, and `--attacks` attacks on an
//! upgrade that does not; without any of them all.

mod arena;
mod attacks;
mod candidates;
mod council;
mod custody;
mod drills;
mod genesis;
mod ground;
mod hostile;
mod keeper;
mod levels;
mod probe;
mod trips;

use arena::Arena;
use attacks::Refusal;
use candidates::Verdict;
use cli::table::Table;
use drills::{Played, Row};
use genesis::{LEVELS, UPGRADES};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let began = Instant::now();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let progress = |what: &str| eprintln!("drills: {what} ({} s)", began.elapsed().as_secs());
    let only = |flag: &str| std::env::args().any(|argument| argument == flag);
    let all = std::env::args().len() == 1;
    let mut played = Played::default();
    if all || only("--vm") {
        played = drills::play(&mut Arena::vm(), &drills::VM, &progress);
    }
    if all || only("--network") {
        progress("starting a network with two markets ...");
        let network = drills::play(&mut Arena::network(&root, &LEVELS), &drills::NETWORK, &progress);
        played.rows.splice(0..0, network.rows);
        played.findings.extend(network.findings);
    }
    let (mut verdicts, mut refusals) = (vec![], vec![]);
    if all || only("--candidates") || only("--attacks") {
        progress("starting a network with a council ...");
        let arena = &mut Arena::network(&root, &UPGRADES);
        council::seat(arena);
        if all || only("--candidates") {
            let (tried, findings) = candidates::play(arena, &progress);
            played.findings.extend(findings);
            verdicts = tried;
        }
        if all || only("--attacks") {
            let (refused, findings) = attacks::play(arena, &progress);
            played.findings.extend(findings);
            refusals = refused;
        }
    }
    if !played.rows.is_empty() {
        println!("{}", table(&played.rows));
        println!("{}", works(&played.rows));
    }
    if !verdicts.is_empty() {
        println!("{}", trials(&verdicts));
    }
    if !refusals.is_empty() {
        println!("{}", attacks(&refusals));
    }
    println!("network: a local validator on programs whose time runs fast, slots as it made them");
    println!("VM: LiteSVM on the programs for a public network, slots of 400 ms by the clock that the drill moves\n");
    finish(&played, began)
}

fn finish(played: &Played, began: Instant) -> ExitCode {
    if played.findings.is_empty() {
        println!("all as it must be, in {} s", began.elapsed().as_secs());
        return ExitCode::SUCCESS;
    }
    for finding in &played.findings {
        println!("NOT AS IT MUST BE: {finding}");
    }
    ExitCode::FAILURE
}

fn table(rows: &[Row]) -> Table {
    let mut table = Table::new(["drill", "where", "slots to trip", "what happened"]).numeric(2);
    for row in rows {
        let slots = row.slots.map_or_else(|| "-".to_owned(), |slots| slots.to_string());
        table.row([row.drill.to_owned(), row.ground.to_owned(), slots, row.outcome.clone()]);
    }
    table
}

/// What still worked after each trip.
fn works(rows: &[Row]) -> Table {
    let mut table =
        Table::new(["what still worked after", "where", "new risk", "close", "deposit", "settle", "withdraw", "claim"]);
    for row in rows {
        if let Some(works) = &row.works {
            let cells = [&works.new_risk, &works.close, &works.deposit, &works.settle, &works.withdraw, &works.claim];
            let [new_risk, close, deposit, settle, withdraw, claim] = cells.map(Clone::clone);
            table.row([row.drill.to_owned(), row.ground.to_owned(), new_risk, close, deposit, settle, withdraw, claim]);
        }
    }
    table
}

/// What became of candidates that the council let through.
fn trials(verdicts: &[Verdict]) -> Table {
    let mut table = Table::new([
        "a candidate that",
        "did, under the freeze",
        "found by",
        "slots until rolled back",
        "accounts restored",
        "identical",
        "atoms left",
        "bond",
        "seconds",
    ]);
    for verdict in verdicts {
        table.row([
            verdict.candidate.to_owned(),
            verdict.did.clone(),
            verdict.found.clone(),
            verdict.slots.to_string(),
            verdict.restored.to_string(),
            verdict.identical.to_string(),
            verdict.left_atoms.to_string(),
            verdict.bond.clone(),
            verdict.took_s.to_string(),
        ]);
    }
    table
}

/// How each attack was refused, in the order in which they began; its name stands once.
fn attacks(refusals: &[Refusal]) -> Table {
    let mut table = Table::new(["an attack on an upgrade", "tried", "refused with"]);
    let began = |attack: &str| refusals.iter().position(|other| other.attack == attack);
    let mut sorted: Vec<_> = refusals.iter().collect();
    sorted.sort_by_key(|refusal| began(refusal.attack));
    let mut last = "";
    for Refusal { attack, step, answer } in sorted {
        let name = if *attack == last { "" } else { attack };
        table.row([name.to_owned(), (*step).to_owned(), answer.clone()]);
        last = attack;
    }
    table
}
