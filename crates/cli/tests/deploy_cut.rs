//! `bastion deploy`, killed as soon as it says that it has taken a step, and started again, until it has taken all of them.
#![allow(clippy::unwrap_used)]

use cli::{
    Connection,
    deploy::{Council, Outcome, deploy},
    keys::{local_council, local_key},
};
use localnet::{Config, Localnet};
use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

/// Six programs, each half written and deployed; four configs; two councils; the brake; six adoptions.
const STEPS: usize = 6 * 2 + 4 + 2 + 1 + 6;

#[test]
fn deploy_killed_at_every_step_goes_on_where_it_stopped() {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/deploy");
    let elf_dir = built.join("localnet");
    assert!(elf_dir.join("margin.so").exists(), "{} has no ELFs: run `make build` first", elf_dir.display());
    let dir = tempfile::tempdir().unwrap();
    let mock = elf_dir.join("mock_source.so");
    let net = Localnet::start(Config::on_free_ports(dir.path().join("ledger"), mock).unwrap()).unwrap();

    let mut cut = BTreeSet::new();
    while let Some(step) = run_until_new_step(&net.rpc_url(), &elf_dir, &cut) {
        assert!(cut.insert(step.clone()), "{step}: taken twice");
        assert!(cut.len() <= STEPS, "more steps than there are: {cut:?}");
    }
    // A step that was on its way when the process died is found done by the next run, which does not say it again.
    assert!(cut.len() > STEPS / 2, "{} steps were cut: {cut:?}", cut.len());
    for what in
        ["margin: deployed at", "config of margin", "council of governor", "brake:", "margin: upgrade authority"]
    {
        assert!(cut.iter().any(|step| step.starts_with(what)), "no run was cut after `{what}`: {cut:?}");
    }

    let (connection, council) = (Connection::open(&net.rpc_url()).unwrap(), Council::local(&local_council()));
    let rows = deploy(&connection, &local_key("deployer"), &elf_dir, Some(&council), &|_| {}).unwrap();
    assert!(rows.iter().all(|row| row.outcome == Outcome::Unchanged), "the last run left something undone");
    net.stop();
}

/// Runs the command, and kills it at the first step that no run was cut at; `None` once it comes to its end.
fn run_until_new_step(url: &str, elf_dir: &Path, cut: &BTreeSet<String>) -> Option<String> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_bastion"))
        .args(["--url", url, "--as", "deployer", "deploy", "--elf-dir"])
        .arg(elf_dir)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    for line in lines {
        assert!(!line.starts_with("bastion:"), "{line}");
        let step = step_of(line.trim());
        if is_step(&step) && !cut.contains(&step) {
            child.kill().unwrap();
            child.wait().unwrap();
            return Some(step);
        }
    }
    assert!(child.wait().unwrap().success());
    None
}

/// The step that a line speaks of. Of a program's pieces, one cut on the way is enough.
fn step_of(line: &str) -> String {
    match line.split_once(": ") {
        Some((name, rest)) if rest.ends_with("pieces written") && !rest.starts_with("0 of ") => {
            format!("{name}: written")
        }
        _ => line.to_owned(),
    }
}

fn is_step(step: &str) -> bool {
    !(step.ends_with("pieces written") || step.ends_with("skipped") || step.starts_with("payer "))
}
