//! `bench`: compares the compute units that the suites measured (`target/bench/*.json`, written by `testkit`) with `bench/budgets.json`.
//! `bench --write`: makes the measured ones the budgets.
//!
//! A rise fails, and so does an instruction that no suite ran. With another compiler than the budgets were measured with, a rise of up
//! to 3 % passes: the code generator is not ours.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Percent that another compiler may add.
const OTHER_COMPILER_PERCENT: u64 = 3;

#[derive(Default, Serialize, Deserialize)]
struct Budgets {
    /// What built the programs that were measured.
    compiler: String,
    /// Largest compute units of one top-level call over all suites, by "program::instruction".
    units: BTreeMap<String, u64>,
}

fn main() -> ExitCode {
    match run(std::env::args().skip(1).any(|argument| argument == "--write")) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("bench: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(write: bool) -> Result<(), String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let file = root.join("budgets.json");
    let measured = Budgets { compiler: compiler(), units: measured(&root.join("../target/bench"))? };
    let unmeasured: Vec<_> = every_instruction().filter(|name| !measured.units.contains_key(name)).collect();
    if !unmeasured.is_empty() {
        return Err(format!("no suite ran {}; run `cargo test -p bastion-tests` first", unmeasured.join(", ")));
    }
    if write {
        let text = serde_json::to_string_pretty(&measured).map_err(|error| error.to_string())?;
        std::fs::write(&file, text + "\n").map_err(|error| format!("{}: {error}", file.display()))?;
        println!("{} budgets written to {}", measured.units.len(), file.display());
        return Ok(());
    }
    let text = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let budgets: Budgets = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
    let rises = compare(&budgets, &measured);
    if rises > 0 {
        return Err(format!(
            "{rises} instructions cost more than their budget; make them cheaper, or `make bench` and say why"
        ));
    }
    Ok(())
}

/// Prints every instruction beside its budget; returns how many are above.
fn compare(budgets: &Budgets, measured: &Budgets) -> usize {
    let same = budgets.compiler == measured.compiler;
    if !same {
        println!(
            "measured with {}, budgets with {}: up to {OTHER_COMPILER_PERCENT} % more passes",
            measured.compiler, budgets.compiler
        );
    }
    println!("{:<36} {:>9} {:>9}  change", "instruction", "budget", "measured");
    let mut rises = 0;
    for (name, units) in &measured.units {
        let budget = budgets.units.get(name).copied();
        let limit = budget.map(|budget| if same { budget } else { budget + budget * OTHER_COMPILER_PERCENT / 100 });
        let verdict = match (budget, limit) {
            (Some(_), Some(limit)) if *units > limit => "ABOVE BUDGET",
            (Some(budget), _) if *units < budget => "below: lower the budget with `make bench`",
            (Some(_), _) => "",
            (None, _) => "NO BUDGET",
        };
        rises += usize::from(verdict == "ABOVE BUDGET" || verdict == "NO BUDGET");
        let budget = budget.map_or_else(|| "-".to_owned(), |budget| budget.to_string());
        println!("{name:<36} {budget:>9} {units:>9}  {verdict}");
    }
    rises
}

/// The largest figure of each instruction over all binaries' files.
fn measured(folder: &Path) -> Result<BTreeMap<String, u64>, String> {
    let mut merged = BTreeMap::new();
    let files = std::fs::read_dir(folder)
        .map_err(|error| format!("{}: {error}; run `cargo test -p bastion-tests` first", folder.display()))?;
    for file in files {
        let path = file.map_err(|error| error.to_string())?.path();
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let one: BTreeMap<String, u64> =
            serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        for (name, units) in one {
            let most = merged.entry(name).or_insert(0);
            *most = units.max(*most);
        }
    }
    Ok(merged)
}

fn every_instruction() -> impl Iterator<Item = String> {
    client::PROGRAMS
        .iter()
        .flat_map(|program| program.instructions.iter().map(|spec| format!("{}::{}", program.name, spec.name)))
}

/// The first line of the compiler that builds the programs.
fn compiler() -> String {
    let version = Command::new("/usr/bin/rustc").arg("--version").output();
    version.map_or_else(|_| "unknown".to_owned(), |found| String::from_utf8_lossy(&found.stdout).trim().to_owned())
}
