use crate::fixture::{ABSENT_MUT, Fixture, error, new_code, target};
use client::governor as calls;
use policy::{Class, CouncilAction, Level, ballot::Voice, proposal::State};
use solana_instruction::{Instruction, error::InstructionError};
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::Substitutions;

const RELAX: CouncilAction<'static> = CouncilAction::BreakerRelax { level: Level::Normal };

impl Fixture {
    pub fn object_ix(&mut self, id: u64, member: Pubkey) -> Instruction {
        let digest = self.proposal_state(id).digest;
        let accounts = calls::ProposalObject { member, council: self.council(), proposal: self.proposal(id) };
        accounts.instruction_of(self.governor, calls::ProposalObjectArgs { digest })
    }

    /// These members object.
    pub fn object(&mut self, id: u64, seats: &[usize]) {
        for seat in seats {
            self.say(id, *seat, Voice::Object);
        }
    }

    pub fn state(&mut self, id: u64) -> State {
        State::from_byte(self.proposal_state(id).state).expect("a known state")
    }
}

#[test]
fn proposal_object_rejects_a_draft_whose_threshold_is_out_of_reach() {
    let mut fixture = Fixture::new();
    let id = fixture.propose(&RELAX);
    fixture.object(id, &[0, 1, 2]);
    assert_eq!((fixture.state(id), fixture.proposal_state(id).objections.get()), (State::Draft, 0b111));
    let member = fixture.members[2].insecure_clone();
    let again = fixture.object_ix(id, member.pubkey());
    fixture.world.fail(&[again], &[&member], error("AlreadyObjected"));
    fixture.object(id, &[6]);
    assert_eq!(fixture.state(id), State::Rejected);
    let late = fixture.members[3].insecure_clone();
    let [object, approve] = [fixture.object_ix(id, late.pubkey()), fixture.approve_ix(id, late.pubkey())];
    fixture.world.fail(&[object], &[&late], error("ProposalClosed"));
    fixture.world.advance_slots(1);
    fixture.world.fail(&[approve], &[&late], error("ProposalNotDraft"));
}

/// INVARIANT(G-18): the veto works until execution, once.
#[test]
fn two_objections_send_a_queued_upgrade_back_once_and_its_approvals_are_gone() {
    let mut fixture = Fixture::new();
    let (id, buffer) = fixture.upgrade_mature(&new_code());
    fixture.object(id, &[5]);
    assert_eq!(fixture.state(id), State::Queued);
    fixture.object(id, &[6]);
    let proposal = fixture.proposal_state(id);
    assert_eq!((fixture.state(id), proposal.approvals.get(), proposal.vetoed), (State::Draft, 0, 1));
    let execute = fixture.upgrade_ix(id, target(), buffer);
    fixture.world.fail(std::slice::from_ref(&execute), &[], error("ProposalNotQueued"));
    // The rollout is still this proposal's, until somebody says that it cannot be executed.
    fixture.release(id, target());
    fixture.mature(id);
    let member = fixture.members[5].insecure_clone();
    let object = fixture.object_ix(id, member.pubkey());
    fixture.world.fail(&[object], &[&member], error("VetoSpent"));
    fixture.world.next_slot();
    fixture.world.ok(&[execute], &[]);
}

#[test]
fn two_objections_reject_a_recovery() {
    let mut fixture = Fixture::new();
    let id = fixture.propose(&CouncilAction::CouncilRecover { members: &[[1; 32], [2; 32]] });
    assert_eq!(fixture.class(id), Class::Recovery);
    fixture.mature(id);
    fixture.object(id, &[5, 6]);
    assert_eq!(fixture.state(id), State::Rejected);
    let execute = fixture.council_execute_ix(id);
    fixture.world.fail(&[execute], &[], error("ProposalNotQueued"));
}

#[test]
fn recovery_that_nobody_stops_seats_the_new_council_with_four_of_seven() {
    let mut fixture = Fixture::new();
    let id = fixture.propose(&CouncilAction::CouncilRecover { members: &[[1; 32], [2; 32]] });
    fixture.mature(id);
    fixture.object(id, &[6]);
    let execute = fixture.council_execute_ix(id);
    fixture.world.ok(&[execute], &[]);
    assert_eq!(fixture.council_state().member_count, 2);
    assert_eq!(fixture.proposal_state(id).approvals.get().count_ones(), 4);
}

#[test]
fn proposal_object_to_another_digest_or_membership_or_too_late_fails_by_name() {
    let mut fixture = Fixture::new();
    let id = fixture.propose(&RELAX);
    let member = fixture.members[1].insecure_clone();
    let mut other = fixture.object_ix(id, member.pubkey());
    other.data[1] ^= 1;
    fixture.world.fail(&[other], &[&member], error("DigestMismatch"));
    let object = fixture.object_ix(id, member.pubkey());
    fixture.durable_nonce_refused(&object, &[&member]);
    let expires_unix_s = fixture.proposal_state(id).expires_unix_s.get();
    fixture.world.set_unix_s(expires_unix_s + 1);
    fixture.world.fail(std::slice::from_ref(&object), &[&member], error("ProposalExpired"));
    fixture.world.set_unix_s(expires_unix_s);
    let council = fixture.council();
    fixture.world.edit::<abi::governor::Council>(&council, |council| council.config_epoch = 9.into());
    fixture.world.fail(&[object], &[&member], error("MembershipStale"));
}

#[test]
fn proposal_object_refuses_every_wrong_account() {
    let mut fixture = Fixture::new();
    let (id, other) = (fixture.propose(&RELAX), fixture.propose(&RELAX));
    let member = fixture.members[1].insecure_clone();
    let object = fixture.object_ix(id, member.pubkey());
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let elsewhere = fixture.elsewhere(fixture.proposal(id));
    Substitutions::of(object, calls::ProposalObject::ACCOUNTS, &[&member])
        .stranger("member", error("NotMember"))
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("proposal", ABSENT_MUT)
        .wrong("proposal", elsewhere, InstructionError::IllegalOwner)
        .wrong("proposal", fixture.proposal(other), error("DigestMismatch"))
        .stranger("instructions", error("NotSysvar"))
        .run(&mut fixture.world);
}
