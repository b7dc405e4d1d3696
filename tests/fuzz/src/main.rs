//! `make fuzz`: as many actions as one likes, from any seed.

use fuzz::{Config, run};
use std::process::ExitCode;

const LIFE: u64 = 2_500;

fn number(name: &str, default: u64) -> Result<u64, String> {
    match std::env::var(name) {
        Ok(text) if !text.is_empty() => text.parse().map_err(|_| format!("fuzz: {name}={text} is not a number")),
        _ => Ok(default),
    }
}

fn main() -> ExitCode {
    let config = number("SEED", 1).and_then(|seed| {
        let actions = number("ACTIONS", 2_000_000)?;
        Ok(Config { seed, actions, life: LIFE.min(actions.max(1)) })
    });
    let config = match config {
        Ok(config) => config,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::from(2);
        }
    };
    let report = run(config);
    println!("{}", report.coverage);
    match report.failure {
        None => ExitCode::SUCCESS,
        Some(failure) => {
            println!("\n{failure}");
            ExitCode::FAILURE
        }
    }
}
