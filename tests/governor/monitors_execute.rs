use crate::brakes::{brake, config};
use crate::fixture::{ABSENT, ABSENT_MUT, Fixture, error};
use client::governor as calls;
use policy::{CouncilAction, Level};
use solana_instruction::{Instruction, error::InstructionError};
use testkit::Substitutions;

const MONITORS: [[u8; 32]; 2] = [[5; 32], [6; 32]];

fn execute(fixture: &Fixture, id: u64) -> Instruction {
    let accounts = calls::MonitorsExecute {
        council: fixture.council(),
        proposal: fixture.proposal(id),
        governor_authority: fixture.authority(),
        config: config(),
        brake: brake(),
    };
    accounts.instruction()
}

fn mature() -> (Fixture, u64) {
    let mut fixture = Fixture::new();
    fixture.breaker_init();
    let id = fixture.propose(&CouncilAction::MonitorsSet { monitors: &MONITORS });
    fixture.mature(id);
    (fixture, id)
}

#[test]
fn monitors_execute_replaces_the_monitors_once_and_starts_their_hour() {
    let (mut fixture, id) = mature();
    let execute = execute(&fixture, id);
    fixture.world.ok(std::slice::from_ref(&execute), &[]);
    let state = fixture.brake_state();
    assert_eq!((state.monitor_count, state.heartbeat_unix_s.get()), (2, fixture.world.unix_s()));
    assert_eq!(state.monitors[..3], [MONITORS[0], MONITORS[1], [0; 32]]);
    fixture.world.fail(&[execute], &[], error("ProposalNotQueued"));
}

#[test]
fn monitors_execute_before_the_delay_fails_seconds_remain() {
    let (mut fixture, _) = mature();
    let id = fixture.propose(&CouncilAction::MonitorsSet { monitors: &MONITORS });
    fixture.queue(id);
    let execute = execute(&fixture, id);
    fixture.world.fail(&[execute], &[], error("SecondsRemain"));
}

#[test]
fn monitors_execute_of_another_action_fails_action_other_kind() {
    let (mut fixture, _) = mature();
    let id = fixture.propose(&CouncilAction::BreakerRelax { level: Level::Normal });
    fixture.mature(id);
    let execute = execute(&fixture, id);
    fixture.world.fail(&[execute], &[], error("ActionOtherKind"));
}

#[test]
fn monitors_execute_with_durable_nonce_fails_durable_nonce() {
    let (mut fixture, id) = mature();
    let execute = execute(&fixture, id);
    fixture.durable_nonce_refused(&execute, &[]);
}

#[test]
fn monitors_execute_refuses_every_wrong_account() {
    let (mut fixture, id) = mature();
    let draft = fixture.propose(&CouncilAction::MonitorsSet { monitors: &MONITORS });
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let elsewhere = fixture.elsewhere(fixture.proposal(id));
    Substitutions::of(execute(&fixture, id), calls::MonitorsExecute::ACCOUNTS, &[])
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("proposal", ABSENT_MUT)
        .wrong("proposal", elsewhere, InstructionError::IllegalOwner)
        .wrong("proposal", fixture.proposal(draft), error("ProposalNotQueued"))
        .stranger("governor_authority", InstructionError::InvalidSeeds)
        .stranger("config", ABSENT)
        .stranger("brake", ABSENT_MUT)
        .stranger("instructions", error("NotSysvar"))
        .stranger("breaker", error("NotBreaker"))
        .run(&mut fixture.world);
}
