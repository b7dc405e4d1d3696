use crate::brakes::{brake, config};
use crate::fixture::{ABSENT, ABSENT_MUT, Fixture, error};
use client::governor as calls;
use policy::{CouncilAction, Level};
use solana_instruction::{Instruction, error::InstructionError};
use testkit::Substitutions;

const GUARDIANS: [[u8; 32]; 2] = [[5; 32], [6; 32]];

fn execute(fixture: &Fixture, id: u64) -> Instruction {
    let accounts = calls::GuardiansExecute {
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
    let id = fixture.propose(&CouncilAction::GuardiansSet { guardians: &GUARDIANS });
    fixture.mature(id);
    (fixture, id)
}

#[test]
fn guardians_execute_replaces_and_rearms_the_guardians_once() {
    let (mut fixture, id) = mature();
    fixture.world.edit::<abi::breaker::Brake>(&brake(), |brake| brake.guardian_trips = 3);
    let execute = execute(&fixture, id);
    fixture.world.ok(std::slice::from_ref(&execute), &[]);
    let state = fixture.brake_state();
    assert_eq!((state.guardian_count, state.guardian_trips), (2, 0));
    assert_eq!(state.guardians[..3], [GUARDIANS[0], GUARDIANS[1], [0; 32]]);
    fixture.world.fail(&[execute], &[], error("ProposalNotQueued"));
}

#[test]
fn guardians_execute_before_the_delay_fails_seconds_remain() {
    let (mut fixture, _) = mature();
    let id = fixture.propose(&CouncilAction::GuardiansSet { guardians: &GUARDIANS });
    fixture.queue(id);
    let execute = execute(&fixture, id);
    fixture.world.fail(&[execute], &[], error("SecondsRemain"));
}

#[test]
fn guardians_execute_of_another_action_fails_action_other_kind() {
    let (mut fixture, _) = mature();
    let id = fixture.propose(&CouncilAction::BreakerRelax { level: Level::Normal });
    fixture.mature(id);
    let execute = execute(&fixture, id);
    fixture.world.fail(&[execute], &[], error("ActionOtherKind"));
}

#[test]
fn guardians_execute_with_durable_nonce_fails_durable_nonce() {
    let (mut fixture, id) = mature();
    let execute = execute(&fixture, id);
    fixture.durable_nonce_refused(&execute, &[]);
}

#[test]
fn guardians_execute_refuses_every_wrong_account() {
    let (mut fixture, id) = mature();
    let draft = fixture.propose(&CouncilAction::GuardiansSet { guardians: &GUARDIANS });
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let elsewhere = fixture.elsewhere(fixture.proposal(id));
    Substitutions::of(execute(&fixture, id), calls::GuardiansExecute::ACCOUNTS, &[])
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
