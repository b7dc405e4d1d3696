//! `bench`: compares the compute units that the suites measured (`target/bench/*.json`, written by `testkit`) with `bench/budgets.json`.
//! `bench --write`: makes the measured ones the budgets.
//! `bench kernels [--write]`: measures the kernels of pricing and risk beside other crates' on the VM, see [`kernels`].
//! `bench kernels --only OWNER`: prints those of one crate.
//! `bench verification --write`: writes `docs/verification.md` from what was measured; `bench` compares it with the budgets.
//!
//! A rise fails, and so does an instruction that no suite ran. With another compiler than the budgets were measured with, a rise of up
//! to 3 % passes: the code generator is not ours.

mod budgets;
mod kernels;
mod verification;

use budgets::{Budgets, compiler};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Only ever called by another of our programs, whose own figure holds theirs: the governor's instructions of the same names.
const WITHIN_OTHERS: [&str; 10] = [
    "margin::account_restore",
    "margin::market_restore",
    "margin::market_hold",
    "margin::record_restore",
    "oracle::feed_hold",
    "oracle::record_restore",
    "vault::vault_hold",
    "vault::record_restore",
    "breaker::custody_hold",
    "breaker::record_restore",
];

fn main() -> ExitCode {
    let (mut write, mut of_kernels, mut of_verification, mut only) = (false, false, false, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--write" => write = true,
            "kernels" => of_kernels = true,
            "verification" => of_verification = true,
            "--only" => only = arguments.next(),
            other => {
                eprintln!(
                    "bench: unknown argument {other}; usage: bench [kernels [--only OWNER] | verification] [--write]"
                );
                return ExitCode::FAILURE;
            }
        }
    }
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    match if of_kernels {
        kernels::run(&root, write && only.is_none(), only.as_deref())
    } else if of_verification {
        measured(&root.join("../target/bench")).and_then(|units| verification::run(&root, &units, write))
    } else {
        instructions(&root, write)
    } {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("bench: {why}");
            ExitCode::FAILURE
        }
    }
}

fn instructions(root: &Path, write: bool) -> Result<(), String> {
    let units = measured(&root.join("../target/bench"))?;
    let unmeasured: Vec<_> = every_instruction()
        .filter(|name| !units.contains_key(name) && !WITHIN_OTHERS.contains(&name.as_str()))
        .collect();
    if !unmeasured.is_empty() {
        return Err(format!("no suite ran {}; run `cargo test -p bastion-tests` first", unmeasured.join(", ")));
    }
    let mut budgets = Budgets::read(root)?;
    if write {
        budgets.compiler = compiler();
        budgets.units = units;
        verification::run(root, &budgets.units, true)?;
        return budgets.write(root);
    }
    budgets.compare_units(&units)?;
    verification::run(root, &budgets.units, false)
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
