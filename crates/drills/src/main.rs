//! `drills`: attacks and accidents on a local network, and in a VM in this process where they need hours of quiet first, and what the
//! breaker made of them: a table, and an exit code that is not zero if anything was not as it must be. `--vm` plays only what the VM shows.

mod arena;
mod drills;
mod ground;
mod hostile;
mod keeper;
mod probe;
mod trips;

use cli::table::Table;
use drills::{Played, Row};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let began = Instant::now();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let progress = |what: &str| eprintln!("drills: {what} ({} s)", began.elapsed().as_secs());
    let mut played = drills::play(&mut arena::Arena::vm(), &drills::VM, &progress);
    if std::env::args().all(|argument| argument != "--vm") {
        progress("starting a network with two markets ...");
        let mut arena = arena::Arena::network(&root);
        let network = drills::play(&mut arena, &drills::NETWORK, &progress);
        played.rows.splice(0..0, network.rows);
        played.findings.extend(network.findings);
    }
    println!("{}", table(&played.rows));
    println!("{}", works(&played.rows));
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
