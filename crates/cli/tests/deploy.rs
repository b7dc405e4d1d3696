//! Deploys the real ELFs to a real validator, twice, and reads the result back as `bastion status` does.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use cli::{
    Connection, Error,
    deploy::{Council, Outcome, deploy},
    keys::{PROGRAMS, local_council, local_key},
    status,
};
use localnet::{Config, Localnet};
use std::{fs, path::Path};

#[test]
fn deploy_hands_everything_to_the_governor_and_again_changes_nothing() {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/deploy");
    let elf_dir = built.join("localnet");
    assert!(elf_dir.join("margin.so").exists(), "{} has no ELFs: run `make build` first", elf_dir.display());
    let dir = tempfile::tempdir().unwrap();
    let net =
        Localnet::start(Config::on_free_ports(dir.path().join("ledger"), elf_dir.join("mock_source.so")).unwrap())
            .unwrap();
    let connection = Connection::open(&net.rpc_url()).unwrap();
    let (payer, council) = (local_key("deployer"), Council::local(&local_council()));
    let before = status::status(&connection).unwrap();
    assert!(before.programs.iter().all(|program| program.deployed.is_none()) && before.brake.is_none());

    let missing = deploy(&connection, &payer, Path::new("/nonexistent"), Some(&council), &|_| {}).unwrap_err();
    assert!(matches!(missing, Error::ElfMissing { .. }) && missing.to_string().contains("make build"), "{missing}");

    // Without a council first: what a run that was cut off before the handover leaves behind.
    let rows = deploy(&connection, &payer, &elf_dir, None, &|_| {}).unwrap();
    assert!(rows.iter().all(|row| row.outcome == Outcome::Deployed));
    let rows = deploy(&connection, &payer, &elf_dir, Some(&council), &|_| {}).unwrap();
    assert!(rows.iter().all(|row| row.outcome == Outcome::Unchanged));
    for (row, program) in rows.iter().zip(PROGRAMS) {
        assert_eq!((row.name, row.id), (program.name, program.id));
    }
    let authorities: Vec<_> = rows.iter().map(|row| row.authority.unwrap()).collect();
    assert!(
        authorities.iter().take(4).all(|authority| *authority == authorities[5]),
        "four programs and the twin: one governor"
    );
    assert_ne!(authorities[4], authorities[5], "each twin is held by the other");

    let after = status::status(&connection).unwrap();
    let slots = |status: &status::Status| -> Vec<_> {
        status.programs.iter().map(|program| program.deployed.as_ref().unwrap().slot).collect()
    };
    assert!(after.programs.iter().all(|program| program.time_divisor.is_some_and(|divisor| divisor > 1)));
    assert!(after.programs.iter().all(|program| program.adoption.is_some()));
    assert_eq!((after.councils.len(), after.brake.as_ref().unwrap().brake.guardian_count), (2, 7));
    let text = status::write(&after).unwrap();
    assert!(text.contains("TIME-SCALED") && text.contains("governor_twin's PDA"), "{text}");
    deploy(&connection, &payer, &elf_dir, Some(&council), &|_| {}).unwrap();
    assert_eq!(slots(&after), slots(&status::status(&connection).unwrap()), "a third run deployed something");

    // Other bytes now need the council: the deployer has given its authority away.
    let altered = dir.path().join("elves");
    fs::create_dir(&altered).unwrap();
    for program in PROGRAMS {
        let mut elf = fs::read(elf_dir.join(format!("{}.so", program.name))).unwrap();
        *elf.last_mut().unwrap() ^= 1;
        fs::write(altered.join(format!("{}.so", program.name)), elf).unwrap();
    }
    let refused = deploy(&connection, &payer, &altered, Some(&council), &|_| {}).unwrap_err();
    assert!(matches!(refused, Error::HeldElsewhere { .. }), "{refused}");
    net.stop();
}
