//! Walks every model, prints what was explored, and shows that each check can fail.

use models::{Failed, breaker, governor};
use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => {
            eprintln!("{failed}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failed> {
    breaker::explore(&mut |explored| print!("{explored}"))?;
    governor::explore(&mut |explored| print!("{explored}"))?;
    breaker::broken(&mut |found| print!("{found}"))?;
    governor::broken(&mut |found| print!("{found}"))
}
