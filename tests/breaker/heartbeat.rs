//! Monitors: who they are, their heartbeat, and the trip when it is lost.
use crate::fixture::{Fixture, error};
use client::breaker as calls;
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{Substitutions, key, keypair};

fn monitors_set(fixture: &Fixture, monitors: Vec<Pubkey>) -> Instruction {
    let accounts =
        calls::MonitorsSet { authority: fixture.authority.pubkey(), config: fixture.config, brake: fixture.brake };
    accounts.instruction(calls::MonitorsSetArgs { monitors })
}

fn heartbeat(fixture: &Fixture, monitor: Pubkey) -> Instruction {
    calls::Heartbeat { monitor, brake: fixture.brake }.instruction()
}

fn trip_heartbeat(fixture: &Fixture) -> Instruction {
    calls::TripHeartbeat { brake: fixture.brake }.instruction()
}

fn watched() -> Fixture {
    let mut fixture = Fixture::new();
    let set = monitors_set(&fixture, vec![key("monitor"), key("another monitor")]);
    fixture.world.ok(&[set], &[&fixture.authority]);
    fixture
}

#[test]
fn trip_heartbeat_closes_the_protocol_when_nobody_reports_for_an_hour() {
    let mut fixture = watched();
    let trip = trip_heartbeat(&fixture);
    fixture.world.advance_s(3_600);
    fixture.world.fail(std::slice::from_ref(&trip), &[], error("MonitorsAlive"));
    let beat = heartbeat(&fixture, key("another monitor"));
    fixture.world.ok(&[beat], &[&keypair("another monitor")]);
    fixture.world.advance_s(3_600);
    fixture.world.fail(std::slice::from_ref(&trip), &[], error("MonitorsAlive"));
    fixture.world.advance_s(1);
    fixture.world.ok(std::slice::from_ref(&trip), &[]);
    let brake = fixture.brake_state();
    assert_eq!((brake.level, brake.cause), (2, 9));
    let raise = fixture.guardian_raise(3);
    fixture.world.ok(&[raise], &[&fixture.guardian]);
    fixture.world.fail(&[trip], &[], error("LevelNotUpward"));
}

#[test]
fn trip_heartbeat_without_monitors_fails_monitors_unset() {
    let mut fixture = Fixture::new();
    fixture.world.advance_s(10_000);
    let trip = trip_heartbeat(&fixture);
    fixture.world.fail(&[trip], &[], error("MonitorsUnset"));
}

#[test]
fn monitors_set_replaces_all_and_starts_their_hour() {
    let mut fixture = watched();
    fixture.world.advance_s(5_000);
    let set = monitors_set(&fixture, vec![key("next")]);
    fixture.world.ok(&[set], &[&fixture.authority]);
    let (brake, now) = (fixture.brake_state(), fixture.world.unix_s());
    assert_eq!((brake.monitor_count, brake.heartbeat_unix_s.get()), (1, now));
    assert_eq!((brake.monitors[0], brake.monitors[1]), (key("next").to_bytes(), [0; 32]));
    let beat = heartbeat(&fixture, key("monitor"));
    fixture.world.fail(&[beat], &[&keypair("monitor")], error("NotMonitor"));
}

#[test]
fn monitors_set_of_wrong_keys_fails_by_name() {
    let mut fixture = Fixture::new();
    let five = (0..5).map(|number| key(&format!("monitor {number}"))).collect();
    let cases = [
        (five, "MonitorsTooMany"),
        (vec![key("monitor"), key("monitor")], "MonitorInvalid"),
        (vec![Pubkey::default()], "MonitorInvalid"),
    ];
    for (monitors, name) in cases {
        let set = monitors_set(&fixture, monitors);
        fixture.world.fail(&[set], &[&fixture.authority], error(name));
    }
}

#[test]
fn heartbeat_by_anyone_else_fails_not_monitor() {
    let mut fixture = watched();
    for name in ["deployer", "guardian 0"] {
        let beat = heartbeat(&fixture, key(name));
        fixture.world.fail(&[beat], &[&keypair(name)], error("NotMonitor"));
    }
}

#[test]
fn monitors_and_heartbeat_refuse_every_wrong_account() {
    let mut fixture = watched();
    let (config, brake) = (fixture.config, fixture.brake);
    let (config, brake) = (fixture.forged(&config), fixture.forged(&brake));
    let authority = fixture.authority.insecure_clone();
    Substitutions::of(monitors_set(&fixture, vec![]), calls::MonitorsSet::ACCOUNTS, &[&authority])
        .stranger("authority", error("NotAuthority"))
        .stranger("config", InstructionError::UninitializedAccount)
        .wrong("config", config, InstructionError::IllegalOwner)
        .stranger("brake", InstructionError::AccountDataTooSmall)
        .wrong("brake", brake, InstructionError::IllegalOwner)
        .run(&mut fixture.world);
    let monitor = keypair("monitor");
    Substitutions::of(heartbeat(&fixture, key("monitor")), calls::Heartbeat::ACCOUNTS, &[&monitor])
        .stranger("monitor", error("NotMonitor"))
        .stranger("brake", InstructionError::AccountDataTooSmall)
        .wrong("brake", brake, InstructionError::IllegalOwner)
        .run(&mut fixture.world);
    fixture.world.advance_s(3_601);
    Substitutions::of(trip_heartbeat(&fixture), calls::TripHeartbeat::ACCOUNTS, &[])
        .stranger("brake", InstructionError::AccountDataTooSmall)
        .wrong("brake", brake, InstructionError::IllegalOwner)
        .run(&mut fixture.world);
}
