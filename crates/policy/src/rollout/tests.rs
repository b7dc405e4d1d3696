use super::*;
use proptest::prelude::*;

const UNSCALED: NonZeroU32 = NonZeroU32::MIN;
const NOW: Moment = Moment { slot: 1_000, unix_s: 10_000 };

fn later(period_s: u32) -> Moment {
    Moment { slot: NOW.slot + u64::from(period_s), unix_s: NOW.unix_s + i64::from(period_s) }
}

fn claimed(scope: Scope) -> Rollout {
    Rollout::IDLE.claim(scope, false, false, Level::Normal, &NOW).unwrap()
}

fn executed() -> Rollout {
    let frozen = claimed(Scope::Positions).freeze(1, None, &NOW, UNSCALED).unwrap();
    frozen.part_seal().unwrap().execute(&NOW, UNSCALED).unwrap()
}

fn canary() -> Rollout {
    executed().part_verify(&later(1)).unwrap()
}

#[test]
fn stage_survives_its_byte_and_unknown_bytes_are_none() {
    for byte in u8::MIN..=u8::MAX {
        match Stage::from_byte(byte) {
            Some(stage) => assert_eq!(stage.byte(), byte),
            None => assert!(byte > 6),
        }
    }
}

#[test]
fn upgrade_goes_through_every_stage_to_its_end() {
    let rollout = claimed(Scope::Positions).freeze(2, None, &NOW, UNSCALED).unwrap();
    let rollout = rollout.part_seal().unwrap();
    assert_eq!((rollout.stage, rollout.execute(&NOW, UNSCALED)), (Stage::Frozen, Err(RolloutError::WrongStage)));
    let rollout = rollout.part_seal().unwrap().execute(&NOW, UNSCALED).unwrap();
    assert_eq!(rollout.part_verify(&NOW), Err(RolloutError::ExecutedThisSlot));
    let rollout = rollout.part_verify(&later(1)).unwrap();
    assert_eq!((rollout.stage, rollout.canary_bps()), (Stage::Executed, 0));
    let mut rollout = rollout.part_verify(&later(1)).unwrap();
    let mut now = later(1);
    for (step, bps) in CANARY_BPS.into_iter().enumerate() {
        assert_eq!((rollout.stage, usize::from(rollout.step), rollout.canary_bps()), (Stage::Canary, step, bps));
        assert_eq!(rollout.promote(Level::Normal, &now, UNSCALED), Err(RolloutError::DwellRemains));
        now = Moment { slot: now.slot + u64::from(DWELL_S), unix_s: now.unix_s + i64::from(DWELL_S) };
        assert_eq!(rollout.promote(Level::Normal, &now, UNSCALED), Err(RolloutError::ChecksMissing));
        for _ in 0..CHECKS {
            now.slot += 1;
            rollout = rollout.check(&now).unwrap();
            assert_eq!(rollout.check(&now), Err(RolloutError::CheckedThisSlot));
        }
        assert_eq!(rollout.promote(Level::CloseOnly, &now, UNSCALED), Err(RolloutError::BrakeOn));
        let (next, promotion) = rollout.promote(Level::Throttle, &now, UNSCALED).unwrap();
        let last = step + 1 == CANARY_BPS.len();
        assert_eq!(promotion == Promotion::Finalised, last);
        rollout = next;
    }
    assert_eq!((rollout, rollout.canary_bps()), (Rollout::IDLE, 10_000));
}

#[test]
fn second_upgrade_waits_for_the_first() {
    for active in [claimed(Scope::Positions), executed(), canary()] {
        let second = active.claim(Scope::Positions, false, false, Level::Normal, &NOW);
        assert_eq!(second, Err(RolloutError::Active));
        assert!(active.release(false).is_err());
    }
    assert_eq!(claimed(Scope::Code).release(true), Ok(Rollout::IDLE));
    assert_eq!(canary().release(true), Err(RolloutError::WrongStage));
}

#[test]
fn emergency_patch_is_queued_under_a_freeze_and_stays_low_until_ratified() {
    let claim = |level| Rollout::IDLE.claim(Scope::Code, true, false, level, &NOW);
    assert_eq!(claim(Level::CloseOnly), Err(RolloutError::NotFrozen));
    let patch = claim(Level::Frozen).unwrap().execute(&NOW, UNSCALED).unwrap();
    assert_eq!(patch.promote(Level::Normal, &later(DWELL_S), UNSCALED), Err(RolloutError::Unratified));
    assert_eq!(patch.rollback(None, &later(RATIFY_S - 1), UNSCALED), Err(RolloutError::RollbackUnfounded));
    assert_eq!(patch.rollback(Some(Ground::Evident), &later(RATIFY_S), UNSCALED), Ok(Rollout::IDLE));
    let kept = patch.ratify().unwrap();
    assert_eq!(kept.rollback(None, &later(RATIFY_S), UNSCALED), Err(RolloutError::RollbackUnfounded));
    assert_eq!(kept.ratify(), Err(RolloutError::NothingToRatify));
    assert!(kept.promote(Level::Normal, &later(DWELL_S), UNSCALED).is_ok());
}

#[test]
fn freezes_are_six_hours_apart_and_end_by_themselves() {
    let frozen = claimed(Scope::Positions).freeze(1, None, &NOW, UNSCALED).unwrap();
    assert_eq!(frozen.thaw(false, &later(VERIFY_S - 1), UNSCALED), Err(RolloutError::FreezeRunning));
    // A halted chain: the time is over, the slots are not.
    let halted = Moment { slot: NOW.slot + 1, ..later(VERIFY_S) };
    assert_eq!(frozen.thaw(false, &halted, UNSCALED), Err(RolloutError::FreezeRunning));
    assert!(frozen.thaw(true, &NOW, UNSCALED).is_ok());
    let thawed = frozen.thaw(false, &later(VERIFY_S), UNSCALED).unwrap();
    assert_eq!(thawed.stage, Stage::Queued);
    let again = |now: &Moment| thawed.freeze(1, None, now, UNSCALED);
    assert_eq!(again(&later(ATTEMPT_S - 1)), Err(RolloutError::AttemptTooSoon));
    assert!(again(&later(ATTEMPT_S)).is_ok());
    // Nor by releasing and queueing again.
    let anew = thawed.release(true).unwrap().claim(Scope::Positions, false, false, Level::Normal, &NOW).unwrap();
    assert_eq!(anew.freeze(1, None, &later(1), UNSCALED), Err(RolloutError::AttemptTooSoon));
    let sealed = frozen.part_seal().unwrap();
    assert_eq!(sealed.execute(&later(VERIFY_S), UNSCALED), Err(RolloutError::FreezeOverdue));
    assert!(sealed.execute(&later(VERIFY_S - 1), UNSCALED).is_ok());
}

#[test]
fn failed_or_overdue_verification_opens_the_rollback_to_anybody() {
    assert_eq!(executed().rollback(None, &later(1), UNSCALED), Err(RolloutError::RollbackUnfounded));
    let failed = executed().fail(&later(1)).unwrap();
    let back = failed.rollback(None, &later(1), UNSCALED).unwrap();
    assert_eq!((back.stage, back.verified, back.failed), (Stage::RolledBack, 0, true));
    assert_eq!(back.fail(&later(2)), Err(RolloutError::WrongStage));
    assert_eq!(back.part_verify(&later(2)), Ok(Rollout::IDLE));
    assert_eq!(executed().rollback(None, &later(VERIFY_S - 1), UNSCALED), Err(RolloutError::RollbackUnfounded));
    assert!(executed().rollback(None, &later(VERIFY_S), UNSCALED).is_ok());
    assert!(executed().rollback(Some(Ground::Vote), &later(1), UNSCALED).is_ok());
    // Old code whose accounts do not verify in time: the freeze ends all the same.
    assert_eq!(back.thaw(false, &later(VERIFY_S), UNSCALED), Err(RolloutError::FreezeRunning));
    assert_eq!(back.thaw(false, &later(VERIFY_S + 1), UNSCALED).map(|end| end.stage), Ok(Stage::Idle));
}

#[test]
fn rollback_of_running_code_needs_a_ground_and_a_fresh_snapshot() {
    let running = canary();
    assert_eq!(running.freeze(1, None, &later(2), UNSCALED), Err(RolloutError::RollbackUnfounded));
    assert_eq!(running.rollback(Some(Ground::Vote), &later(2), UNSCALED), Err(RolloutError::WrongStage));
    let frozen = running.freeze(1, Some(Ground::Vote), &later(2), UNSCALED).unwrap();
    assert_eq!(frozen.rollback(Some(Ground::Vote), &later(2), UNSCALED), Err(RolloutError::WrongStage));
    let sealed = frozen.part_seal().unwrap();
    assert_eq!(sealed.execute(&later(2), UNSCALED), Err(RolloutError::WrongStage));
    assert_eq!(sealed.thaw(true, &later(3), UNSCALED), Err(RolloutError::FreezeRunning));
    assert_eq!(sealed.thaw(false, &later(VERIFY_S + 2), UNSCALED).unwrap().stage, Stage::Canary);
    assert_eq!(sealed.rollback(None, &later(3), UNSCALED).unwrap().stage, Stage::RolledBack);
}

#[test]
fn roll_forward_only_has_no_way_back() {
    let closed = Rollout { forward_only: true, ..executed().fail(&later(1)).unwrap() };
    for ground in [None, Some(Ground::Evident), Some(Ground::Vote)] {
        assert_eq!(closed.rollback(ground, &later(VERIFY_S), UNSCALED), Err(RolloutError::RollForwardOnly));
    }
}

#[test]
fn attestations_count_the_largest_agreement() {
    let [none, one, other] = [[0; 32], [1; 32], [2; 32]];
    for (roots, count) in [([none; 3], 0), ([one, none, other], 1), ([one, other, one], 2), ([one; 3], 3)] {
        assert_eq!(attestations(&roots), count);
    }
}

proptest! {
    /// INVARIANT(G-13): never above governance's cap but for what was there before, and never less on a later step.
    #[test]
    fn canary_limit_grows_by_step_up_to_the_cap(cap: u64, before: u64) {
        let limits = CANARY_BPS.map(|bps| canary_limit(cap, before, bps));
        prop_assert!(limits.windows(2).all(|pair| pair[0] <= pair[1]));
        prop_assert!(limits.iter().all(|limit| *limit >= before && *limit <= cap.max(before)));
        prop_assert_eq!(canary_limit(cap, before, 0), before.min(cap.max(before)));
    }

    /// Whatever is tried in whatever order, the rollout keeps what its stage promises.
    #[test]
    fn any_order_of_steps_keeps_the_promises(steps in prop::collection::vec((0u8..12, 0u32..40_000), 1..60), emergency: bool) {
        let mut now = NOW;
        let mut rollout = Rollout::IDLE;
        for (step, wait) in steps {
            now = Moment { slot: now.slot + u64::from(wait), unix_s: now.unix_s + i64::from(wait) };
            let next = match step {
                0 => rollout.claim(Scope::Positions, emergency, false, Level::Frozen, &now),
                1 => rollout.freeze(2, None, &now, UNSCALED),
                2 => rollout.part_seal(),
                3 => rollout.execute(&now, UNSCALED),
                4 => rollout.part_verify(&now),
                5 => rollout.fail(&now),
                6 => rollout.rollback(None, &now, UNSCALED),
                7 => rollout.ratify(),
                8 => rollout.check(&now),
                9 => rollout.promote(Level::Normal, &now, UNSCALED).map(|(next, _)| next),
                10 => rollout.thaw(false, &now, UNSCALED),
                _ => rollout.freeze(2, Some(Ground::Vote), &now, UNSCALED),
            };
            let Ok(next) = next else { continue };
            match next.stage {
                Stage::Executed => prop_assert_eq!(next.sealed, next.parts),
                Stage::Canary => prop_assert_eq!(next.verified == next.parts || rollout.back, true),
                Stage::Idle => prop_assert!(rollout.stage != Stage::Executed && rollout.stage != Stage::Frozen),
                _ => {}
            }
            if next.step > rollout.step {
                prop_assert!(!rollout.unratified && rollout.stage == Stage::Canary && rollout.checks >= CHECKS);
            }
            rollout = next;
        }
    }
}
