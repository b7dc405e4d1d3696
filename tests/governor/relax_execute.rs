use crate::brakes::{brake, config};
use crate::fixture::{ABSENT, ABSENT_MUT, Fixture, code_of, error, target};
use client::{breaker, governor as calls};
use policy::{Cause, CouncilAction, Level};
use solana_instruction::{Instruction, error::InstructionError};
use solana_pubkey::Pubkey;
use testkit::Substitutions;

fn execute(fixture: &Fixture, id: u64) -> Instruction {
    let accounts = calls::RelaxExecute {
        council: fixture.council(),
        proposal: fixture.proposal(id),
        governor_authority: fixture.authority(),
        config: config(),
        brake: brake(),
    };
    accounts.instruction()
}

/// The brake at close only, and a mature proposal to relax it to `level`.
fn braked(level: Level) -> (Fixture, u64) {
    let mut fixture = Fixture::new();
    fixture.breaker_init();
    fixture.world.edit::<abi::breaker::Brake>(&brake(), |brake| {
        brake.level = Level::CloseOnly.byte();
        brake.cause = Cause::Council.byte();
    });
    let id = fixture.propose(&CouncilAction::BreakerRelax { level });
    fixture.mature(id);
    (fixture, id)
}

#[test]
fn relax_execute_lowers_the_brake_once() {
    let (mut fixture, id) = braked(Level::Normal);
    let execute = execute(&fixture, id);
    fixture.world.ok(std::slice::from_ref(&execute), &[]);
    assert_eq!(fixture.brake_state().level, Level::Normal.byte());
    assert_eq!(fixture.proposal_state(id).state, 2);
    fixture.world.fail(&[execute], &[], error("ProposalNotQueued"));
}

#[test]
fn relax_execute_that_would_raise_fails_and_stays_queued() {
    let (mut fixture, id) = braked(Level::Frozen);
    let execute = execute(&fixture, id);
    fixture.world.fail(&[execute], &[], code_of(breaker::ERRORS, "LevelNotDownward"));
    assert_eq!(fixture.proposal_state(id).state, 1);
}

#[test]
fn relax_execute_before_the_delay_fails_seconds_remain() {
    let (mut fixture, _) = braked(Level::Normal);
    let id = fixture.propose(&CouncilAction::BreakerRelax { level: Level::Throttle });
    fixture.queue(id);
    let execute = execute(&fixture, id);
    fixture.world.fail(&[execute], &[], error("SecondsRemain"));
}

#[test]
fn relax_execute_of_another_action_fails_action_other_kind() {
    let (mut fixture, _) = braked(Level::Normal);
    let id = fixture.propose(&CouncilAction::GuardiansSet { guardians: &[[1; 32]] });
    fixture.mature(id);
    let execute = execute(&fixture, id);
    fixture.world.fail(&[execute], &[], error("ActionOtherKind"));
}

#[test]
fn relax_execute_with_durable_nonce_fails_durable_nonce() {
    let (mut fixture, id) = braked(Level::Normal);
    let execute = execute(&fixture, id);
    fixture.durable_nonce_refused(&execute, &[]);
}

#[test]
fn relax_execute_refuses_every_wrong_account() {
    let (mut fixture, id) = braked(Level::Normal);
    let draft = fixture.propose(&CouncilAction::BreakerRelax { level: Level::Normal });
    let oracle = Pubkey::new_from_array(abi::ids::ORACLE);
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let elsewhere = fixture.elsewhere(fixture.proposal(id));
    Substitutions::of(execute(&fixture, id), calls::RelaxExecute::ACCOUNTS, &[])
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("proposal", ABSENT_MUT)
        .wrong("proposal", elsewhere, InstructionError::IllegalOwner)
        .wrong("proposal", fixture.proposal(draft), error("ProposalNotQueued"))
        .stranger("governor_authority", InstructionError::InvalidSeeds)
        .stranger("config", ABSENT)
        .wrong("config", fixture.adoption(target()), InstructionError::IllegalOwner)
        .stranger("brake", ABSENT_MUT)
        .stranger("instructions", error("NotSysvar"))
        .stranger("breaker", error("NotBreaker"))
        .wrong("breaker", oracle, error("NotBreaker"))
        .run(&mut fixture.world);
}
