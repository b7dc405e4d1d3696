//! A shadow run for people and for programs.

use super::{Replayed, Shadow};
use crate::{audit, deploy::hex, table::Table};
use serde_json::json;
use std::fmt::{self, Write};

/// Characters of a signature in a table.
const SIGNATURE_CHARS: usize = 20;

/// For people.
pub fn write(shadow: &Shadow) -> Result<String, fmt::Error> {
    let mut out = String::new();
    let (replayed, reproduced) = (shadow.replayed.len(), shadow.reproduced());
    writeln!(out, "candidate for {}  sha256 {}", shadow.program, hex(&shadow.elf_hash))?;
    writeln!(out, "{} accounts cloned at slot {}  recording {}", shadow.accounts, shadow.slot, hex(&shadow.recording))?;
    writeln!(
        out,
        "{replayed} transactions replayed under both codes, {reproduced} as on the network; {} came out otherwise under the candidate\n",
        shadow.differing()
    )?;
    if shadow.differing() > 0 {
        let mut table = Table::new(["slot", "transaction", "the code that runs", "the candidate"]).numeric(0);
        for replayed in shadow.replayed.iter().filter(|replayed| !replayed.same()) {
            let signature: String = replayed.signature.chars().take(SIGNATURE_CHARS).collect();
            let [running, candidate] = [&replayed.running, &replayed.candidate]
                .map(|outcome| outcome.error.clone().unwrap_or_else(|| "succeeds".to_owned()));
            let candidate = if running == candidate { format!("{candidate}, other accounts") } else { candidate };
            table.row([replayed.slot.to_string(), signature, running, candidate]);
        }
        writeln!(out, "{table}")?;
    }
    writeln!(out, "{}", audit::table(&shadow.checks))?;
    writeln!(out, "result root {}", hex(&shadow.root))?;
    Ok(out)
}

/// For programs.
pub fn json(shadow: &Shadow) -> serde_json::Value {
    let one = |replayed: &Replayed| {
        json!({
            "signature": replayed.signature, "slot": replayed.slot, "recorded": replayed.recorded, "same": replayed.same(),
            "running": replayed.running.error, "candidate": replayed.candidate.error, "content": hex(&replayed.candidate.content),
        })
    };
    json!({
        "program": shadow.program.to_string(), "elf_hash": hex(&shadow.elf_hash), "recording": hex(&shadow.recording),
        "slot": shadow.slot, "accounts": shadow.accounts, "replayed": shadow.replayed.iter().map(one).collect::<Vec<_>>(),
        "reproduced": shadow.reproduced(), "differing": shadow.differing(), "checks": audit::json(&shadow.checks),
        "root": hex(&shadow.root),
    })
}
