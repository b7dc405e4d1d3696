//! The three vault mandates over the daily history of BTC/USD: `cargo run -p backtest -- <btc_usd_daily.csv> <report.html> <summary.md>`.
//!
//! Strikes, sizes, reserve prices, auctions, fees and share prices are `risk::vault`'s, payoffs `risk::payoff`'s: what is played is the code
//! that the program runs. What is not there is said in the report: how bidders bid, and a surface with a smile.

mod history;
mod page;
mod play;

use history::History;
use play::{Premium, Run, play};
use risk::vault::VaultKind;
use std::path::Path;
use std::process::ExitCode;

const DATA: &str = "../shared/data/btc_usd_daily.csv";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let data = arguments.next().unwrap_or_else(|| DATA.to_owned());
    let report = arguments.next().unwrap_or_else(|| "target/backtest.html".to_owned());
    let summary = arguments.next().unwrap_or_else(|| "docs/vault-backtest.md".to_owned());
    if !Path::new(&data).exists() {
        println!("backtest: no history at {data}: nothing was run");
        return ExitCode::SUCCESS;
    }
    match run(&data, &report, &summary) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("backtest: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(data: &str, report: &str, summary: &str) -> Result<(), String> {
    let text = std::fs::read_to_string(data).map_err(|error| format!("{data}: {error}"))?;
    let history = History::parse(&text)?;
    let mut runs: Vec<Run> = vec![];
    for kind in VaultKind::ALL {
        for premium in [Premium::Floor, Premium::Realised] {
            runs.push(play(&history, kind, premium)?);
        }
    }
    for run in &runs {
        println!("{}", run.line());
    }
    write(report, &page::html(&history, &runs))?;
    write(summary, &page::markdown(&history, &runs))
}

fn write(path: &str, text: &str) -> Result<(), String> {
    if let Some(folder) = Path::new(path).parent() {
        std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    std::fs::write(path, text).map_err(|error| format!("{path}: {error}"))
}
