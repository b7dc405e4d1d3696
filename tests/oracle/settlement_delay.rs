use crate::fixture::{DAY_S, Fixture, MINUTE_S, error};
use abi::oracle::{SETTLEMENT_CAPTURED, SETTLEMENT_FINAL, SETTLEMENT_PENDING, Settlement};
use client::{addresses, oracle as calls};
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{START_UNIX_S, Substitutions, key, keypair};

const EXPIRY: i64 = START_UNIX_S + 40 * MINUTE_S;

fn settlement_delay(fixture: &Fixture, guardian: Pubkey, not_before_unix_s: i64) -> Instruction {
    let accounts = calls::SettlementDelay {
        payer: fixture.world.payer(),
        guardian,
        feed: fixture.feed,
        settlement: fixture.settlement(EXPIRY),
    };
    accounts.instruction(calls::SettlementDelayArgs { expiry_unix_s: EXPIRY, not_before_unix_s })
}

/// A feed with half an hour of prices before the expiry, now, and a guardian.
fn expired() -> (Fixture, Keypair) {
    let mut fixture = Fixture::new();
    let guardian = fixture.guardian("guardian");
    fixture.stand(100_000_000, 30, EXPIRY);
    (fixture, guardian)
}

fn delayed(fixture: &mut Fixture, guardian: &Keypair, not_before_unix_s: i64) {
    let delay = settlement_delay(fixture, guardian.pubkey(), not_before_unix_s);
    fixture.world.ok(&[delay], &[guardian]);
}

fn refused(fixture: &mut Fixture, guardian: &Keypair, not_before_unix_s: i64, name: &str) {
    let delay = settlement_delay(fixture, guardian.pubkey(), not_before_unix_s);
    fixture.world.fail(&[delay], &[guardian], error(name));
}

fn settlement(fixture: &mut Fixture) -> Settlement {
    let address = fixture.settlement(EXPIRY);
    fixture.world.read(abi::ids::ORACLE, &address)
}

#[test]
fn settlement_delay_holds_the_price_back_and_writes_none() {
    let (mut fixture, guardian) = expired();
    delayed(&mut fixture, &guardian, EXPIRY + 3_600);
    let pending = settlement(&mut fixture);
    assert_eq!((pending.state, pending.price_e6.get(), pending.buckets_used), (SETTLEMENT_PENDING, 0, 0));
    assert_eq!((pending.not_before_unix_s.get(), pending.feed), (EXPIRY + 3_600, fixture.feed.to_bytes()));
    // Captured at once, final when the delay has run, whatever prices came in between.
    let finalise = fixture.settlement_finalise(EXPIRY);
    fixture.world.ok(std::slice::from_ref(&finalise), &[]);
    let captured = settlement(&mut fixture);
    assert_eq!(
        (captured.state, captured.price_e6.get(), captured.buckets_used),
        (SETTLEMENT_CAPTURED, 100_000_000, 30)
    );
    assert_eq!((captured.finalised_unix_s.get(), captured.finalised_slot.get()), (0, 0));
    fixture.world.fail(std::slice::from_ref(&finalise), &[], error("SettlementDelayed"));
    fixture.stand(300_000_000, 30, EXPIRY + 30 * MINUTE_S);
    fixture.world.set_unix_s(EXPIRY + 3_599);
    fixture.world.fail(std::slice::from_ref(&finalise), &[], error("SettlementDelayed"));
    fixture.world.set_unix_s(EXPIRY + 3_600);
    fixture.world.ok(&[finalise], &[]);
    let last = settlement(&mut fixture);
    assert_eq!((last.state, last.price_e6, last.buckets_used), (SETTLEMENT_FINAL, captured.price_e6, 30));
    assert_eq!((last.window_end_unix_s.get(), last.finalised_unix_s.get()), (EXPIRY, EXPIRY + 3_600));
}

#[test]
fn settlement_delay_of_a_captured_price_keeps_it() {
    let (mut fixture, guardian) = expired();
    delayed(&mut fixture, &guardian, EXPIRY + 60);
    let finalise = fixture.settlement_finalise(EXPIRY);
    fixture.world.ok(std::slice::from_ref(&finalise), &[]);
    delayed(&mut fixture, &guardian, EXPIRY + DAY_S);
    let captured = settlement(&mut fixture);
    assert_eq!((captured.state, captured.price_e6.get()), (SETTLEMENT_CAPTURED, 100_000_000));
    fixture.world.set_unix_s(EXPIRY + 60);
    fixture.world.fail(&[finalise], &[], error("SettlementDelayed"));
}

#[test]
fn settlement_delay_past_a_day_after_expiry_fails_delay_too_long() {
    let (mut fixture, guardian) = expired();
    for not_before in [EXPIRY + DAY_S + 1, i64::MAX] {
        refused(&mut fixture, &guardian, not_before, "DelayTooLong");
    }
    delayed(&mut fixture, &guardian, EXPIRY + DAY_S);
    // In total, however often it is asked for.
    refused(&mut fixture, &guardian, EXPIRY + DAY_S + 1, "DelayTooLong");
}

#[test]
fn settlement_delay_that_ends_no_later_fails_delay_not_longer() {
    let (mut fixture, guardian) = expired();
    for not_before in [i64::MIN, 0, EXPIRY - 1, EXPIRY] {
        refused(&mut fixture, &guardian, not_before, "DelayNotLonger");
    }
    delayed(&mut fixture, &guardian, EXPIRY + 600);
    for not_before in [EXPIRY + 1, EXPIRY + 600] {
        refused(&mut fixture, &guardian, not_before, "DelayNotLonger");
    }
    fixture.world.set_unix_s(EXPIRY + DAY_S);
    refused(&mut fixture, &guardian, EXPIRY + DAY_S, "DelayNotLonger");
}

#[test]
fn settlement_delay_of_a_final_price_fails_settlement_is_final() {
    let (mut fixture, guardian) = expired();
    let finalise = fixture.settlement_finalise(EXPIRY);
    fixture.world.ok(&[finalise], &[]);
    refused(&mut fixture, &guardian, EXPIRY + 600, "SettlementIsFinal");
}

#[test]
fn settlement_delay_by_anyone_else_fails_not_guardian() {
    let (mut fixture, _) = expired();
    let authority = keypair("deployer");
    refused(&mut fixture, &authority, EXPIRY + 600, "NotGuardian");
}

#[test]
fn settlement_delay_refuses_every_wrong_account() {
    let (mut fixture, guardian) = expired();
    let (other_feed, _) = fixture.other_feed();
    let feed = fixture.feed;
    let feed = fixture.forged(&feed);
    let delay = settlement_delay(&fixture, guardian.pubkey(), EXPIRY + 600);
    Substitutions::of(delay, calls::SettlementDelay::ACCOUNTS, &[&guardian])
        .any("payer", "whoever signs may pay the rent")
        .stranger("guardian", error("NotGuardian"))
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("feed", InstructionError::AccountDataTooSmall)
        .wrong("feed", feed, InstructionError::IllegalOwner)
        .wrong("feed", other_feed, InstructionError::InvalidSeeds)
        .stranger("settlement", InstructionError::InvalidSeeds)
        .wrong("settlement", addresses::settlement(&key("a feed"), EXPIRY), InstructionError::InvalidSeeds)
        .stranger("system_program", 2007)
        .wrong("system_program", calls::ID, InstructionError::IncorrectProgramId)
        .run(&mut fixture.world);
}
