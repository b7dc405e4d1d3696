//! `drills`: attacks and accidents on a local network, and what the breaker made of them: a table, and an exit code that is not zero if
//! anything was not as it must be.

mod arena;
mod drills;
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
    eprintln!("drills: starting a network with two markets ...");
    let mut arena = arena::Arena::open(&root);
    eprintln!("drills: two markets are in use after {} s", began.elapsed().as_secs());
    let played = drills::play(&mut arena, &|drill| eprintln!("drills: {drill} ({} s)", began.elapsed().as_secs()));
    println!("{}", table(&played.rows));
    println!("{}", works(&played.rows));
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
    let mut table = Table::new(["drill", "slots to trip", "what happened"]).numeric(1);
    for row in rows {
        let slots = row.slots.map_or_else(|| "-".to_owned(), |slots| slots.to_string());
        table.row([row.drill.to_owned(), slots, row.outcome.clone()]);
    }
    table
}

/// What still worked after each trip.
fn works(rows: &[Row]) -> Table {
    let mut table =
        Table::new(["what still worked after", "new risk", "close", "deposit", "settle", "withdraw", "claim"]);
    for row in rows {
        if let Some(works) = &row.works {
            let cells = [&works.new_risk, &works.close, &works.deposit, &works.settle, &works.withdraw, &works.claim];
            let [new_risk, close, deposit, settle, withdraw, claim] = cells.map(Clone::clone);
            table.row([row.drill.to_owned(), new_risk, close, deposit, settle, withdraw, claim]);
        }
    }
    table
}
