use crate::fixture::{ABSENT_MUT, Fixture, error};
use client::governor as calls;
use policy::{CouncilAction, Level};
use solana_instruction::error::InstructionError;
use testkit::Substitutions;

const MEMBERS: CouncilAction<'static> = CouncilAction::CouncilSet { members: &[[1; 32], [2; 32]] };

#[test]
fn council_execute_replaces_the_members_under_a_new_epoch() {
    let mut fixture = Fixture::new();
    let id = fixture.propose(&MEMBERS);
    fixture.mature(id);
    let execute = fixture.council_execute_ix(id);
    fixture.world.ok(std::slice::from_ref(&execute), &[]);
    let council = fixture.council_state();
    assert_eq!((council.member_count, council.config_epoch.get()), (2, 1));
    assert_eq!(council.members[..3], [[1; 32], [2; 32], [0; 32]]);
    assert_eq!(fixture.proposal_state(id).state, 2);
    fixture.world.fail(&[execute], &[], error("ProposalNotQueued"));
    let former = fixture.members[0].insecure_clone();
    let create = fixture.create_ix(vec![2, 0]);
    fixture.world.fail(&[create], &[&former], error("NotMember"));
}

#[test]
fn council_execute_before_either_clock_fails_by_name() {
    let mut fixture = Fixture::new();
    let id = fixture.propose(&MEMBERS);
    let execute = fixture.council_execute_ix(id);
    fixture.world.fail(std::slice::from_ref(&execute), &[], error("ProposalNotQueued"));
    fixture.mature(id);
    let ready_unix_s = fixture.world.unix_s();
    fixture.world.set_unix_s(ready_unix_s - 1);
    fixture.world.fail(std::slice::from_ref(&execute), &[], error("SecondsRemain"));
    fixture.world.set_unix_s(ready_unix_s);
    let address = fixture.proposal(id);
    fixture.world.edit::<abi::governor::Proposal>(&address, |proposal| {
        proposal.ready_slot = (proposal.ready_slot.get() + 1).into()
    });
    fixture.world.fail(std::slice::from_ref(&execute), &[], error("SlotsRemain"));
    fixture.world.advance_slots(1);
    fixture.world.ok(&[execute], &[]);
}

#[test]
fn council_execute_of_another_action_fails_action_other_kind() {
    let mut fixture = Fixture::new();
    let id = fixture.propose(&CouncilAction::BreakerRelax { level: Level::Normal });
    fixture.mature(id);
    let execute = fixture.council_execute_ix(id);
    fixture.world.fail(&[execute], &[], error("ActionOtherKind"));
}

#[test]
fn council_execute_with_durable_nonce_fails_durable_nonce() {
    let mut fixture = Fixture::new();
    let id = fixture.propose(&MEMBERS);
    fixture.mature(id);
    let execute = fixture.council_execute_ix(id);
    fixture.durable_nonce_refused(&execute, &[]);
    fixture.world.ok(&[execute], &[]);
}

#[test]
fn council_execute_refuses_every_wrong_account() {
    let mut fixture = Fixture::new();
    let id = fixture.propose(&MEMBERS);
    let other = fixture.propose(&MEMBERS);
    fixture.mature(id);
    let execute = fixture.council_execute_ix(id);
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let elsewhere = fixture.elsewhere(fixture.proposal(id));
    Substitutions::of(execute, calls::CouncilExecute::ACCOUNTS, &[])
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("proposal", ABSENT_MUT)
        .wrong("proposal", elsewhere, InstructionError::IllegalOwner)
        .wrong("proposal", fixture.proposal(other), error("ProposalNotQueued"))
        .stranger("instructions", error("NotSysvar"))
        .run(&mut fixture.world);
}
