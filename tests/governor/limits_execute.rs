use crate::brakes::{LIMITS, Listed, config};
use crate::fixture::{ABSENT, ABSENT_MUT, Fixture, error};
use client::{breaker, governor as calls};
use policy::{CouncilAction, LOOSEN_S, Level, MarketLimits};
use solana_instruction::{Instruction, error::InstructionError};
use testkit::Substitutions;

const TIGHT: MarketLimits = MarketLimits {
    hour_bps: 500,
    day_bps: 2_000,
    open_interest_cap_lots: 900,
    base_floor_atoms: 9,
    quote_floor_atoms: 19,
};
const LOOSE: MarketLimits = MarketLimits { open_interest_cap_lots: 5_000, ..TIGHT };

fn execute(fixture: &Fixture, id: u64, listed: &Listed) -> Instruction {
    let accounts = calls::LimitsExecute {
        council: fixture.council(),
        proposal: fixture.proposal(id),
        governor_authority: fixture.authority(),
        config: config(),
        custody: listed.custody,
    };
    accounts.instruction()
}

fn action(listed: &Listed, limits: MarketLimits) -> CouncilAction<'static> {
    CouncilAction::LimitsSet { custody: listed.custody.to_bytes(), limits }
}

fn mature(limits: MarketLimits) -> (Fixture, u64, Listed) {
    let mut fixture = Fixture::new();
    fixture.breaker_init();
    let listed = fixture.listed("market");
    let id = fixture.propose(&action(&listed, limits));
    fixture.mature(id);
    (fixture, id, listed)
}

/// The limits in force, field by field.
fn in_force(fixture: &mut Fixture, listed: &Listed) -> MarketLimits {
    let limits = fixture.custody_state(listed).limits;
    MarketLimits {
        hour_bps: limits.hour_bps.get(),
        day_bps: limits.day_bps.get(),
        open_interest_cap_lots: limits.open_interest_cap_lots.get(),
        base_floor_atoms: limits.floor_atoms[0].get(),
        quote_floor_atoms: limits.floor_atoms[1].get(),
    }
}

#[test]
fn limits_execute_tightens_one_market_at_once_and_once() {
    let (mut fixture, id, listed) = mature(TIGHT);
    let other = fixture.listed("another market");
    let before = fixture.custody_state(&other);
    let execute = execute(&fixture, id, &listed);
    fixture.world.ok(std::slice::from_ref(&execute), &[]);
    assert_eq!(in_force(&mut fixture, &listed), TIGHT);
    assert_eq!(fixture.custody_state(&listed).pending_unix_s.get(), 0);
    assert_eq!(fixture.custody_state(&other), before);
    assert_eq!(fixture.proposal_state(id).state, 2);
    fixture.world.fail(&[execute], &[], error("ProposalNotQueued"));
}

#[test]
fn limits_execute_loosens_after_the_breakers_own_delay() {
    let (mut fixture, id, listed) = mature(LOOSE);
    let execute = execute(&fixture, id, &listed);
    fixture.world.ok(&[execute], &[]);
    let present = in_force(&mut fixture, &listed);
    assert_eq!((present.hour_bps, present.open_interest_cap_lots), (LIMITS.hour_bps, LIMITS.open_interest_cap_lots));
    assert_eq!(fixture.custody_state(&listed).pending_unix_s.get(), fixture.world.unix_s() + LOOSEN_S);
    fixture.world.advance_s(LOOSEN_S);
    fixture.world.ok(&[breaker::LimitsApply { custody: listed.custody }.instruction()], &[]);
    assert_eq!(in_force(&mut fixture, &listed), LOOSE);
}

#[test]
fn limits_that_no_custody_takes_are_not_proposed() {
    let (mut fixture, _, listed) = mature(TIGHT);
    let mut bytes = vec![6];
    bytes.extend(listed.custody.to_bytes());
    bytes.extend([0; 28]);
    let create = fixture.create_ix(bytes);
    let proposer = fixture.members[0].insecure_clone();
    fixture.world.fail(&[create], &[&proposer], error("ActionLimitsWrong"));
}

#[test]
fn limits_execute_before_the_delay_fails_seconds_remain() {
    let (mut fixture, _, listed) = mature(TIGHT);
    let id = fixture.propose(&action(&listed, LOOSE));
    fixture.queue(id);
    let execute = execute(&fixture, id, &listed);
    fixture.world.fail(&[execute], &[], error("SecondsRemain"));
}

#[test]
fn limits_execute_of_another_action_fails_action_other_kind() {
    let (mut fixture, _, listed) = mature(TIGHT);
    let custody = listed.custody.to_bytes();
    let id = fixture.propose(&CouncilAction::MarketRelax { custody, level: Level::Normal });
    fixture.mature(id);
    let execute = execute(&fixture, id, &listed);
    fixture.world.fail(&[execute], &[], error("ActionOtherKind"));
}

#[test]
fn limits_execute_with_durable_nonce_fails_durable_nonce() {
    let (mut fixture, id, listed) = mature(TIGHT);
    let execute = execute(&fixture, id, &listed);
    fixture.durable_nonce_refused(&execute, &[]);
}

#[test]
fn limits_execute_refuses_every_wrong_account() {
    let (mut fixture, id, listed) = mature(TIGHT);
    let other = fixture.listed("another market");
    let draft = fixture.propose(&action(&listed, TIGHT));
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let elsewhere = fixture.elsewhere(fixture.proposal(id));
    Substitutions::of(execute(&fixture, id, &listed), calls::LimitsExecute::ACCOUNTS, &[])
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("proposal", ABSENT_MUT)
        .wrong("proposal", elsewhere, InstructionError::IllegalOwner)
        .wrong("proposal", fixture.proposal(draft), error("ProposalNotQueued"))
        .stranger("governor_authority", InstructionError::InvalidSeeds)
        .stranger("config", ABSENT)
        .stranger("custody", error("CustodySwapped"))
        .wrong("custody", other.custody, error("CustodySwapped"))
        .stranger("instructions", error("NotSysvar"))
        .stranger("breaker", error("NotBreaker"))
        .run(&mut fixture.world);
}
