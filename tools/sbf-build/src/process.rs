//! Running other programs.

use std::{
    ffi::OsStr,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

/// Settings of cargo that are about reaching a registry or about output, and
/// so may reach a build; every other one could change what is built.
const KEPT: [&str; 6] = ["CARGO_HOME", "CARGO_BUILD_JOBS", "CARGO_HTTP_", "CARGO_NET_", "CARGO_REGISTR", "CARGO_TERM_"];

/// Clears what a surrounding `cargo run`, rustup or a user's settings would
/// impose on a build.
pub fn clean(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        let cargo = text.starts_with("CARGO") && !KEPT.iter().any(|kept| text.starts_with(kept));
        if cargo || text.starts_with("RUST") && text != "RUSTUP_HOME" {
            command.env_remove(&name);
        }
    }
}

/// Runs to the end; a failure shows what the program said.
pub fn run(command: &mut Command) -> Result<()> {
    command.stdout(Stdio::null());
    output(command).map(drop)
}

/// Standard output; a failure shows what the program said.
pub fn output(command: &mut Command) -> Result<Vec<u8>> {
    let name = command.get_program().to_owned();
    let output = command
        .stdin(Stdio::null())
        .env_remove("RUST_BACKTRACE")
        .output()
        .with_context(|| format!("running {}", shown(&name)))?;
    if !output.status.success() {
        bail!("{} failed ({})\n{}", shown(&name), output.status, distinct(&String::from_utf8_lossy(&output.stderr)));
    }
    Ok(output.stdout)
}

/// Standard output; standard error goes to ours as it comes.
pub fn output_with_progress(command: &mut Command) -> Result<Vec<u8>> {
    let name = command.get_program().to_owned();
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("running {}", shown(&name)))?;
    if !output.status.success() {
        bail!("{} failed ({})", shown(&name), output.status);
    }
    Ok(output.stdout)
}

/// LLVM repeats a diagnostic for each instruction that it is about.
fn distinct(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.join("\n")
}

fn shown(name: &OsStr) -> String {
    name.to_string_lossy().into_owned()
}
