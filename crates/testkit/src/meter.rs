//! Compute units of every instruction that lands in a world: the largest seen, written for `bench` to compare. INVARIANT(M-11): what is
//! published is the most that any suite saw, and a rise fails.

use crate::Outcome;
use solana_instruction::Instruction;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// "program::instruction" -> most units one top-level call took in this process.
static MEASURED: Mutex<BTreeMap<String, u64>> = Mutex::new(BTreeMap::new());

/// Takes in a landed transaction: its top-level calls, in order, against what the runtime logged for each.
pub fn record(instructions: &[Instruction], outcome: &Outcome) {
    let mut measured = MEASURED.lock().unwrap_or_else(PoisonError::into_inner);
    let calls = instructions.iter().filter_map(name);
    for (name, units) in calls.zip(top_level_units(&outcome.logs)) {
        let most = measured.entry(name).or_default();
        *most = units.max(*most);
    }
}

/// Writes what this process measured to `target/bench/<binary>.json`.
pub fn flush() {
    let measured = MEASURED.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(binary) = std::env::current_exe().ok().and_then(|path| Some(path.file_stem()?.to_owned())) else { return };
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/bench");
    let file = folder.join(binary).with_extension("json");
    let written = std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(&file, serde_json::to_vec_pretty(&*measured).unwrap_or_default()));
    if let Err(error) = written {
        eprintln!("{}: {error}", file.display());
    }
}

/// Program and instruction, if it is one of ours.
fn name(instruction: &Instruction) -> Option<String> {
    let program = client::PROGRAMS.iter().find(|program| program.id == instruction.program_id)?;
    let spec = program.instructions.iter().find(|spec| instruction.data.starts_with(spec.discriminator))?;
    Some(format!("{}::{}", program.name, spec.name))
}

/// Units of each top-level call of one of our programs, in order.
fn top_level_units(logs: &[String]) -> Vec<u64> {
    let mut units = vec![];
    let mut open: Option<String> = None;
    for line in logs {
        if let Some(program) = line.strip_prefix("Program ").and_then(|rest| rest.strip_suffix(" invoke [1]")) {
            let ours = client::PROGRAMS.iter().any(|known| known.id.to_string() == program);
            open = ours.then(|| format!("Program {program} consumed "));
            if ours {
                units.push(0);
            }
        } else if let Some(prefix) = &open
            && let Some(rest) = line.strip_prefix(prefix.as_str())
            && let (Some(last), Some(Ok(found))) = (units.last_mut(), rest.split(' ').next().map(str::parse))
        {
            // A call of itself would log earlier: the last line before the next top-level call counts.
            *last = found;
        }
    }
    units
}
