use super::*;
use std::collections::HashSet;

const UNSCALED: NonZeroU32 = NonZeroU32::MIN;
const COUNCIL: Council = Council { members: 7, config_epoch: 3, delays: Delays { set_s: [0; crate::CLASSES] } };
const NOW: Moment = Moment { slot: 100, unix_s: 1_000 };
const DRAFT: Proposal = Proposal {
    state: State::Draft,
    class: Class::Upgrade,
    config_epoch: 3,
    created_slot: 99,
    expires_unix_s: 10_000_000,
    ready: Moment { slot: 0, unix_s: 0 },
    approvals: 0,
    objections: 0,
    vetoed: false,
};

fn queued() -> Proposal {
    Proposal { state: State::Queued, approvals: 0b1_1111, ready: NOW, ..DRAFT }
}

#[test]
fn state_survives_its_byte_and_unknown_bytes_are_none() {
    for byte in u8::MIN..=u8::MAX {
        match State::from_byte(byte) {
            Some(state) => assert_eq!(state.byte(), byte),
            None => assert!(byte > 6),
        }
    }
}

#[test]
fn approve_sets_the_members_bit_once() {
    assert_eq!(approve(&DRAFT, &COUNCIL, &NOW, 6), Ok(0b100_0000));
    let approved = Proposal { approvals: 0b100_0000, ..DRAFT };
    assert_eq!(approve(&approved, &COUNCIL, &NOW, 6), Err(Reason::AlreadyApproved));
    assert_eq!(approve(&approved, &COUNCIL, &NOW, 0), Ok(0b100_0001));
}

#[test]
fn approve_names_the_reason() {
    let by = |proposal: Proposal, slot, unix_s, member| approve(&proposal, &COUNCIL, &Moment { slot, unix_s }, member);
    for state in [State::Queued, State::Executed, State::Cancelled] {
        assert_eq!(by(Proposal { state, ..DRAFT }, 100, 1_000, 0), Err(Reason::NotDraft));
    }
    assert_eq!(by(DRAFT, 99, 1_000, 0), Err(Reason::CreatedThisSlot));
    assert_eq!(by(DRAFT, 100, 10_000_001, 0), Err(Reason::Expired));
    assert_eq!(by(DRAFT, 100, 10_000_000, 0), Ok(1));
    assert_eq!(by(Proposal { config_epoch: 2, ..DRAFT }, 100, 1_000, 0), Err(Reason::StaleMembership));
    assert_eq!(by(DRAFT, 100, 1_000, 7), Err(Reason::NotMember));
}

#[test]
fn queue_needs_the_threshold_and_sets_both_clocks() {
    let four = Proposal { approvals: 0b1111, ..DRAFT };
    assert_eq!(queue(&four, &COUNCIL, &NOW, UNSCALED), Err(Reason::ApprovalsMissing));
    let beyond_the_council = Proposal { approvals: 0b1000_0000_1000_1111, ..DRAFT };
    assert_eq!(queue(&beyond_the_council, &COUNCIL, &NOW, UNSCALED), Err(Reason::ApprovalsMissing));
    let five = Proposal { approvals: 0b1_1111, ..DRAFT };
    assert_eq!(queue(&five, &COUNCIL, &NOW, UNSCALED), Ok(Moment { slot: 604_900, unix_s: 605_800 }));
    let late = Moment { unix_s: 10_000_000 - 604_799, ..NOW };
    assert_eq!(queue(&five, &COUNCIL, &late, UNSCALED), Err(Reason::QueuedTooLate));
}

#[test]
fn may_execute_waits_for_both_clocks() {
    assert_eq!(may_execute(&queued(), &COUNCIL, &NOW), Ok(()));
    assert_eq!(may_execute(&queued(), &COUNCIL, &Moment { slot: 99, ..NOW }), Err(Reason::SlotsRemain));
    assert_eq!(may_execute(&queued(), &COUNCIL, &Moment { unix_s: 999, ..NOW }), Err(Reason::SecondsRemain));
    assert_eq!(may_execute(&queued(), &COUNCIL, &Moment { unix_s: 10_000_001, ..NOW }), Err(Reason::Expired));
    assert_eq!(may_execute(&queued(), &Council { config_epoch: 4, ..COUNCIL }, &NOW), Err(Reason::StaleMembership));
    assert_eq!(may_execute(&Proposal { approvals: 0b1111, ..queued() }, &COUNCIL, &NOW), Err(Reason::ApprovalsMissing));
    for state in [State::Draft, State::Executed, State::Cancelled] {
        assert_eq!(may_execute(&Proposal { state, ..queued() }, &COUNCIL, &NOW), Err(Reason::NotQueued));
    }
}

#[test]
fn may_cancel_is_the_proposers_until_the_proposal_is_dead() {
    for open in [DRAFT, queued()] {
        assert_eq!(may_cancel(&open, &COUNCIL, &NOW, true), Ok(()));
        assert_eq!(may_cancel(&open, &COUNCIL, &NOW, false), Err(Reason::NotProposer));
        assert_eq!(may_cancel(&open, &COUNCIL, &Moment { unix_s: 10_000_001, ..NOW }, false), Ok(()));
        assert_eq!(may_cancel(&open, &Council { config_epoch: 4, ..COUNCIL }, &NOW, false), Ok(()));
    }
    for state in [State::Executed, State::Cancelled, State::Rejected, State::Finalised, State::RolledBack] {
        assert_eq!(may_cancel(&Proposal { state, ..DRAFT }, &COUNCIL, &NOW, true), Err(Reason::Closed));
    }
}

#[test]
fn objections_to_a_draft_reject_it_once_its_threshold_is_out_of_reach() {
    let first = object(&DRAFT, &COUNCIL, &NOW, 0).unwrap();
    assert_eq!(first, Objection::Counted(1));
    let second = DRAFT.objected(first);
    assert_eq!(object(&second, &COUNCIL, &NOW, 0), Err(Reason::AlreadyObjected));
    let second = second.objected(object(&second, &COUNCIL, &NOW, 6).unwrap());
    assert_eq!((second.state, second.objections), (State::Draft, 0b100_0001));
    // Five of seven are needed, four are left.
    assert_eq!(object(&second, &COUNCIL, &NOW, 3), Ok(Objection::Rejected));
    assert_eq!(second.objected(Objection::Rejected).state, State::Rejected);
    assert_eq!(object(&DRAFT, &COUNCIL, &NOW, 7), Err(Reason::NotMember));
}

#[test]
fn two_objections_send_a_queued_proposal_back_once() {
    let first = queued().objected(object(&queued(), &COUNCIL, &NOW, 2).unwrap());
    assert_eq!((first.state, first.objections), (State::Queued, 0b100));
    let returned = first.objected(object(&first, &COUNCIL, &NOW, 5).unwrap());
    assert_eq!((returned.state, returned.approvals, returned.objections), (State::Draft, 0, 0));
    assert_eq!((returned.vetoed, returned.ready), (true, Moment::default()));
    assert_eq!(may_execute(&returned, &COUNCIL, &NOW), Err(Reason::NotQueued));
    let again = Proposal { vetoed: true, ..queued() };
    assert_eq!(object(&again, &COUNCIL, &NOW, 2), Err(Reason::VetoSpent));
}

#[test]
fn two_objections_stop_a_recovery_for_good() {
    let recovery = Proposal { class: Class::Recovery, approvals: 0b1111, ..queued() };
    let first = recovery.objected(object(&recovery, &COUNCIL, &NOW, 4).unwrap());
    assert_eq!(object(&first, &COUNCIL, &NOW, 5), Ok(Objection::Rejected));
}

#[test]
fn objections_of_another_epoch_expired_or_closed_are_refused() {
    for state in [State::Executed, State::Cancelled, State::Rejected, State::Finalised, State::RolledBack] {
        assert_eq!(object(&Proposal { state, ..DRAFT }, &COUNCIL, &NOW, 0), Err(Reason::Closed));
    }
    assert_eq!(object(&DRAFT, &Council { config_epoch: 4, ..COUNCIL }, &NOW, 0), Err(Reason::StaleMembership));
    assert_eq!(object(&DRAFT, &COUNCIL, &Moment { unix_s: 10_000_001, ..NOW }, 0), Err(Reason::Expired));
}

#[test]
fn expiry_leaves_time_to_execute_what_was_queued_last() {
    for class in Class::ALL {
        let expires_unix_s = expiry_unix_s(class, &COUNCIL, 1_000, UNSCALED).unwrap();
        let last_vote = 1_000 + i64::from(crate::VOTING_S);
        assert_eq!(expires_unix_s - last_vote - i64::from(class.delay_floor_s()), i64::from(crate::EXECUTION_S));
    }
    assert_eq!(expiry_unix_s(Class::Upgrade, &COUNCIL, i64::MAX, UNSCALED), Err(Reason::ClockOverflow));
}

/// Everything that three members, two epochs and two independent clocks can do to one proposal. The class has a delay of two on
/// each clock (48 hours, scaled) and the proposal expires at 5.
#[test]
fn every_reachable_state_keeps_the_properties() {
    let divisor = NonZeroU32::new(86_400).unwrap();
    let draft = Proposal { class: Class::RiskIncreasing, config_epoch: 0, created_slot: 0, expires_unix_s: 5, ..DRAFT };
    let threshold = u32::from(draft.class.threshold_ceil(3));
    let start = (
        draft,
        Council { members: 3, config_epoch: 0, delays: Delays::default() },
        Moment::default(),
        Moment::default(),
    );
    let (mut seen, mut todo, mut executions) = (HashSet::from([start]), vec![start], 0_u32);
    while let Some((proposal, council, now, queued_at)) = todo.pop() {
        let mut next = Vec::new();
        if now.slot < 6 {
            next.push((proposal, council, Moment { slot: now.slot + 1, ..now }, queued_at));
        }
        if now.unix_s < 6 {
            next.push((proposal, council, Moment { unix_s: now.unix_s + 1, ..now }, queued_at));
        }
        if council.config_epoch == 0 {
            next.push((proposal, Council { config_epoch: 1, ..council }, now, queued_at));
        }
        for member in 0..4 {
            if let Ok(approvals) = approve(&proposal, &council, &now, member) {
                assert!(member < 3 && now.slot > 0);
                assert_eq!(approvals.count_ones(), proposal.approvals.count_ones() + 1);
                next.push((Proposal { approvals, ..proposal }, council, now, queued_at));
            }
        }
        if let Ok(ready) = queue(&proposal, &council, &now, divisor) {
            next.push((Proposal { state: State::Queued, ready, ..proposal }, council, now, now));
        }
        if may_execute(&proposal, &council, &now).is_ok() {
            executions += 1;
            // G-1, G-2, G-4: threshold, both clocks, no expiry, no other epoch.
            assert!(proposal.approvals.count_ones() >= threshold);
            assert!(now.slot >= queued_at.slot + 2 && now.unix_s >= queued_at.unix_s + 2);
            assert!(now.unix_s <= 5 && council.config_epoch == 0);
            let executed = Proposal { state: State::Executed, ..proposal };
            assert!(may_execute(&executed, &council, &now).is_err());
            next.push((executed, council, now, queued_at));
        }
        // G-18: until it is executed its proposer can cancel; and nobody else while it can still be executed.
        let open = matches!(proposal.state, State::Draft | State::Queued);
        assert_eq!(may_cancel(&proposal, &council, &now, true).is_ok(), open);
        if may_cancel(&proposal, &council, &now, false).is_ok() {
            assert!(may_execute(&proposal, &council, &now).is_err());
            next.push((Proposal { state: State::Cancelled, ..proposal }, council, now, queued_at));
        }
        todo.extend(next.into_iter().filter(|state| seen.insert(*state)));
    }
    assert!(executions > 0, "the model must reach an execution");
    assert!(seen.len() > 1_000, "{} states", seen.len());
}
