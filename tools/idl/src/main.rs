//! Builds the IDL of each program on the host (no sBPF) and generates the Rust instruction builders from it.
//!
//! `idl` rewrites `idl/*.json` and `crates/client/src/generated/*.rs`; `idl --check` compares them with
//! what would be written and fails on a difference; `idl margin vault` builds only those two IDLs (the
//! builders are always generated from every IDL that is there).

#![cfg_attr(test, allow(clippy::indexing_slicing, clippy::unwrap_used))]

mod build;
mod canonical;
mod constants;
mod outputs;
mod rust;
mod vectors;

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anchor_lang_idl::types::Idl;
use anyhow::{Context, Result, bail, ensure};

/// The deployed programs, in the order in which lists of programs are printed.
pub const PROGRAMS: [&str; 5] = ["oracle", "margin", "vault", "breaker", "governor"];

fn main() -> ExitCode {
    let run = if env::var_os("RUSTUP_TOOLCHAIN").is_some() {
        run_without_toolchain_override()
    } else {
        Options::parse(env::args().skip(1)).and_then(|options| generate(&options))
    };
    run.unwrap_or_else(|error| {
        eprintln!("idl: {error:#}");
        ExitCode::FAILURE
    })
}

/// `cargo run` under rustup exports `RUSTUP_TOOLCHAIN`; the IDL builder would take it as an order to
/// install that toolchain, so the work is done in a child without it.
fn run_without_toolchain_override() -> Result<ExitCode> {
    let status = Command::new(env::current_exe()?)
        .args(env::args_os().skip(1))
        .env_remove("RUSTUP_TOOLCHAIN")
        .env("RUSTUP_AUTO_INSTALL", "0")
        .status()
        .context("could not start itself again")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

struct Options {
    check: bool,
    root: PathBuf,
    programs: Vec<&'static str>,
}

impl Options {
    fn parse(args: impl Iterator<Item = String>) -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).context("no repository root")?;
        let mut options = Self { check: false, root: root.to_owned(), programs: Vec::new() };
        for arg in args {
            if arg == "--check" {
                options.check = true;
            } else if let Some(program) = PROGRAMS.into_iter().find(|program| *program == arg) {
                options.programs.push(program);
            } else {
                bail!("`{arg}` is not a program; usage: idl [--check] [{}]", PROGRAMS.join("|"));
            }
        }
        if options.programs.is_empty() {
            options.programs = PROGRAMS.to_vec();
        }
        Ok(options)
    }
}

fn generate(options: &Options) -> Result<ExitCode> {
    let mut files = outputs::Files::new(&options.root);
    let mut idls: BTreeMap<&str, Idl> = committed(&options.root)?;
    for program in &options.programs {
        eprintln!("building the IDL of {program}");
        let idl = build::idl(&options.root, program)?;
        files.add(format!("idl/{program}.json"), canonical::json(&idl)?);
        idls.insert(program, idl);
    }
    ensure_disjoint_errors(&idls)?;
    files.add("idl/abi.json".to_owned(), constants::json()?);
    files.add("idl/vectors.json".to_owned(), vectors::json()?);
    for (path, text) in rust::modules(&idls)? {
        files.add(format!("crates/client/src/generated/{path}"), text);
    }
    if !options.check {
        files.write()?;
        return Ok(ExitCode::SUCCESS);
    }
    let stale = files.stale();
    if stale.is_empty() {
        eprintln!("idl/ and crates/client/src/generated/ match the programs");
        return Ok(ExitCode::SUCCESS);
    }
    bail!("{} differ from the programs; run `cargo run -p idl` and commit", stale.join(", "))
}

fn committed(root: &Path) -> Result<BTreeMap<&'static str, Idl>> {
    let mut idls = BTreeMap::new();
    for program in PROGRAMS {
        let path = root.join(format!("idl/{program}.json"));
        if path.exists() {
            let text = fs::read_to_string(&path)?;
            let idl = serde_json::from_str(&text).with_context(|| format!("{} is not an IDL", path.display()))?;
            idls.insert(program, idl);
        }
    }
    Ok(idls)
}

/// A client names an error by its code alone, so no two programs may share one.
fn ensure_disjoint_errors(idls: &BTreeMap<&str, Idl>) -> Result<()> {
    let mut owners = BTreeMap::new();
    for (program, idl) in idls {
        for error in &idl.errors {
            let previous = owners.insert(error.code, format!("{program}::{}", error.name));
            ensure!(
                previous.is_none(),
                "error code {} belongs to {} and {program}::{}; give one program another offset",
                error.code,
                previous.unwrap_or_default(),
                error.name
            );
        }
    }
    Ok(())
}
