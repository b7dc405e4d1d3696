use crate::brakes::{Listed, config};
use crate::fixture::{ABSENT, ABSENT_MUT, Fixture, code_of, error};
use client::{breaker, governor as calls};
use policy::{Cause, CouncilAction, Level};
use solana_instruction::{Instruction, error::InstructionError};
use testkit::Substitutions;

fn execute(fixture: &Fixture, id: u64, listed: &Listed) -> Instruction {
    let accounts = calls::MarketRelaxExecute {
        council: fixture.council(),
        proposal: fixture.proposal(id),
        governor_authority: fixture.authority(),
        config: config(),
        custody: listed.custody,
        market: listed.market,
        base_tokens: listed.base_tokens,
        quote_tokens: listed.quote_tokens,
    };
    accounts.instruction()
}

fn action(listed: &Listed, level: Level) -> CouncilAction<'static> {
    CouncilAction::MarketRelax { custody: listed.custody.to_bytes(), level }
}

/// A market at close only, and a mature proposal to relax it to `level`.
fn braked(level: Level) -> (Fixture, u64, Listed) {
    let mut fixture = Fixture::new();
    fixture.breaker_init();
    let listed = fixture.listed("market");
    close(&mut fixture, &listed);
    let id = fixture.propose(&action(&listed, level));
    fixture.mature(id);
    (fixture, id, listed)
}

fn close(fixture: &mut Fixture, listed: &Listed) {
    fixture.world.edit::<abi::breaker::Custody>(&listed.custody, |custody| {
        custody.level = Level::CloseOnly.byte();
        custody.cause = Cause::Council.byte();
    });
}

#[test]
fn market_relax_execute_lowers_one_market_once() {
    // INVARIANT(G-17)
    let (mut fixture, id, listed) = braked(Level::Throttle);
    let other = fixture.listed("another market");
    close(&mut fixture, &other);
    let (before, brake) = (fixture.custody_state(&other), fixture.brake_state());
    let execute = execute(&fixture, id, &listed);
    fixture.world.ok(std::slice::from_ref(&execute), &[]);
    assert_eq!(fixture.custody_state(&listed).level, Level::Throttle.byte());
    assert_eq!((fixture.custody_state(&other), fixture.brake_state()), (before, brake));
    assert_eq!(fixture.proposal_state(id).state, 2);
    fixture.world.fail(&[execute], &[], error("ProposalNotQueued"));
}

#[test]
fn market_relax_execute_that_would_raise_fails_and_stays_queued() {
    let (mut fixture, id, listed) = braked(Level::Frozen);
    let execute = execute(&fixture, id, &listed);
    fixture.world.fail(&[execute], &[], code_of(breaker::ERRORS, "LevelNotDownward"));
    assert_eq!(fixture.proposal_state(id).state, 1);
}

#[test]
fn market_relax_execute_over_broken_sums_fails_invariant_broken() {
    let (mut fixture, id, listed) = braked(Level::Normal);
    fixture.world.edit::<abi::margin::Market>(&listed.market, |market| market.fees_atoms = 1.into());
    let execute = execute(&fixture, id, &listed);
    fixture.world.fail(&[execute], &[], code_of(breaker::ERRORS, "InvariantBroken"));
}

#[test]
fn market_relax_execute_before_the_delay_fails_seconds_remain() {
    let (mut fixture, _, listed) = braked(Level::Normal);
    let id = fixture.propose(&action(&listed, Level::Throttle));
    fixture.queue(id);
    let execute = execute(&fixture, id, &listed);
    fixture.world.fail(&[execute], &[], error("SecondsRemain"));
}

#[test]
fn market_relax_execute_of_another_action_fails_action_other_kind() {
    let (mut fixture, _, listed) = braked(Level::Normal);
    let id = fixture.propose(&CouncilAction::BreakerRelax { level: Level::Normal });
    fixture.mature(id);
    let execute = execute(&fixture, id, &listed);
    fixture.world.fail(&[execute], &[], error("ActionOtherKind"));
}

#[test]
fn market_relax_execute_on_another_market_fails_custody_swapped() {
    let (mut fixture, id, _) = braked(Level::Normal);
    let other = fixture.listed("another market");
    close(&mut fixture, &other);
    let execute = execute(&fixture, id, &other);
    fixture.world.fail(&[execute], &[], error("CustodySwapped"));
}

#[test]
fn market_relax_execute_with_durable_nonce_fails_durable_nonce() {
    let (mut fixture, id, listed) = braked(Level::Normal);
    let execute = execute(&fixture, id, &listed);
    fixture.durable_nonce_refused(&execute, &[]);
}

#[test]
fn market_relax_execute_refuses_every_wrong_account() {
    let (mut fixture, id, listed) = braked(Level::Normal);
    let other = fixture.listed("another market");
    let draft = fixture.propose(&action(&listed, Level::Normal));
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let elsewhere = fixture.elsewhere(fixture.proposal(id));
    let foreign_market = fixture.elsewhere(listed.market);
    let breakers = |name| code_of(breaker::ERRORS, name);
    Substitutions::of(execute(&fixture, id, &listed), calls::MarketRelaxExecute::ACCOUNTS, &[])
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
        .stranger("market", breakers("MarketUnreadable"))
        .wrong("market", other.market, breakers("MarketUnreadable"))
        .wrong("market", foreign_market, breakers("MarketUnreadable"))
        .stranger("base_tokens", InstructionError::IllegalOwner)
        .wrong("base_tokens", other.base_tokens, breakers("VaultUnknown"))
        .stranger("quote_tokens", InstructionError::IllegalOwner)
        .wrong("quote_tokens", other.quote_tokens, breakers("VaultUnknown"))
        .stranger("instructions", error("NotSysvar"))
        .stranger("breaker", error("NotBreaker"))
        .run(&mut fixture.world);
}
