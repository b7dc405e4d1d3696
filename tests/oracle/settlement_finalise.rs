use crate::fixture::{Fixture, MINUTE_S, error};
use abi::oracle::Settlement;
use client::{addresses, oracle as calls};
use solana_instruction::error::InstructionError;
use testkit::{START_UNIX_S, Substitutions, key};

/// Half an hour of prices fits between the start of a world and this.
const EXPIRY: i64 = START_UNIX_S + 40 * MINUTE_S;

fn settlement(fixture: &mut Fixture) -> Settlement {
    let address = fixture.settlement(EXPIRY);
    fixture.world.read(abi::ids::ORACLE, &address)
}

fn refused(fixture: &mut Fixture, name: &str) {
    let finalise = fixture.settlement_finalise(EXPIRY);
    fixture.world.fail(&[finalise], &[], error(name));
}

#[test]
fn settlement_finalise_takes_the_mean_of_thirty_minutes() {
    let mut fixture = Fixture::new();
    fixture.stand(100_000_000, 30, EXPIRY - 15 * MINUTE_S - 30);
    fixture.world.advance_s(30);
    fixture.stand(200_000_000, 30, EXPIRY);
    fixture.world.ok(&[fixture.settlement_finalise(EXPIRY)], &[]);
    let (clock, settlement) = (fixture.world.clock(), settlement(&mut fixture));
    assert_eq!((settlement.version, settlement.min_reader, settlement.buckets_used), (1, 1, 30));
    assert_eq!((settlement.state, settlement.not_before_unix_s.get()), (abi::oracle::SETTLEMENT_FINAL, 0));
    assert_eq!((settlement.feed, settlement.expiry_unix_s.get()), (fixture.feed.to_bytes(), EXPIRY));
    assert_eq!((settlement.price_e6.get(), settlement.window_end_unix_s.get()), (150_000_000, EXPIRY));
    assert_eq!(
        (settlement.finalised_unix_s.get(), settlement.finalised_slot.get()),
        (clock.unix_timestamp, clock.slot)
    );
}

#[test]
fn settlement_finalise_before_expiry_fails_not_expired() {
    let mut fixture = Fixture::new();
    fixture.stand(100_000_000, 30, EXPIRY - 1);
    refused(&mut fixture, "NotExpired");
}

#[test]
fn settlement_finalise_before_the_last_minutes_are_credited_fails_settlement_pending() {
    let mut fixture = Fixture::new();
    fixture.stand(100_000_000, 30, EXPIRY - 10);
    // Enough minutes are there, but the next refresh still adds to the last: who asks now must not decide.
    fixture.world.advance_s(10);
    refused(&mut fixture, "SettlementPending");
    fixture.price(900_000_000);
    fixture.world.ok(&[fixture.settlement_finalise(EXPIRY)], &[]);
    assert_eq!(settlement(&mut fixture).price_e6.get(), 100_000_000);
}

#[test]
fn settlement_finalise_counts_24_minutes_and_not_23() {
    for (minutes, enough) in [(24, true), (23, false)] {
        let mut fixture = Fixture::new();
        fixture.world.set_unix_s(EXPIRY - minutes * MINUTE_S);
        fixture.stand(100_000_000, 30, EXPIRY);
        if enough {
            fixture.world.ok(&[fixture.settlement_finalise(EXPIRY)], &[]);
            assert_eq!(settlement(&mut fixture).buckets_used, 24);
        } else {
            refused(&mut fixture, "SettlementPending");
        }
    }
}

#[test]
fn settlement_finalise_needs_half_of_each_minute() {
    for (covered_s, enough) in [(29, false), (30, true)] {
        let mut fixture = Fixture::new();
        fixture.world.set_unix_s(EXPIRY - 30 * MINUTE_S);
        fixture.price(100_000_000);
        let feed = fixture.feed;
        fixture.world.edit(&feed, |feed: &mut abi::oracle::Feed| {
            for minute in 0..30_u32 {
                let number = u32::try_from(EXPIRY / 60).expect("a number") - 30 + minute;
                let bucket = &mut feed.buckets[(number % 512) as usize];
                bucket.number = number.into();
                bucket.weight_s = covered_s.into();
                bucket.weighted_price_e6_s = (100_000_000 * u64::from(covered_s)).into();
            }
        });
        fixture.world.set_unix_s(EXPIRY);
        if enough {
            fixture.world.ok(&[fixture.settlement_finalise(EXPIRY)], &[]);
        } else {
            refused(&mut fixture, "SettlementPending");
        }
    }
}

#[test]
fn settlement_finalise_after_outage_across_expiry_uses_the_first_later_window() {
    let mut fixture = Fixture::new();
    fixture.stand(100_000_000, 30, EXPIRY - 10 * MINUTE_S);
    // Ten minutes of outage before expiry and five after it; then another price stands.
    fixture.world.set_unix_s(EXPIRY + 5 * MINUTE_S);
    refused(&mut fixture, "SettlementPending");
    fixture.stand(200_000_000, 30, EXPIRY + (5 + 24) * MINUTE_S - 30);
    refused(&mut fixture, "SettlementPending");
    fixture.stand(200_000_000, 30, EXPIRY + 33 * MINUTE_S);
    fixture.world.ok(&[fixture.settlement_finalise(EXPIRY)], &[]);
    let settlement = settlement(&mut fixture);
    assert_eq!((settlement.price_e6.get(), settlement.buckets_used), (200_000_000, 24));
    assert_eq!(settlement.window_end_unix_s.get(), EXPIRY + 29 * MINUTE_S);
}

/// Puts full minutes of one price into a feed's ring, and its last refresh at the end of the last of them.
fn recorded(fixture: &mut Fixture, minutes: std::ops::Range<i64>, price_e6: u64) {
    let feed = fixture.feed;
    fixture.world.edit(&feed, |feed: &mut abi::oracle::Feed| {
        for minute in minutes.clone() {
            let number = u32::try_from(EXPIRY / MINUTE_S + minute).expect("a number");
            let bucket = &mut feed.buckets[(number % 512) as usize];
            (bucket.number, bucket.weight_s) = (number.into(), 60.into());
            bucket.weighted_price_e6_s = (price_e6 * 60).into();
        }
        feed.checked_unix_s = (EXPIRY + minutes.end * MINUTE_S).into();
    });
    fixture.world.set_unix_s(EXPIRY + minutes.end * MINUTE_S);
}

/// The longest search there is: the first window that decides ends just before the ring loses the one before the expiry.
#[test]
fn settlement_finalise_after_nearly_eight_hours_of_outage_stays_within_its_units() {
    let mut fixture = Fixture::new();
    recorded(&mut fixture, 457..481, 200_000_000);
    let finalise = fixture.settlement_finalise(EXPIRY);
    let outcome = fixture.world.ok(&[finalise], &[]);
    let settlement = settlement(&mut fixture);
    assert_eq!((settlement.price_e6.get(), settlement.buckets_used), (200_000_000, 24));
    assert_eq!(settlement.window_end_unix_s.get(), EXPIRY + 481 * MINUTE_S);
    assert!(outcome.units_of(&calls::ID) <= 150_000, "{} units", outcome.units_of(&calls::ID));
}

#[test]
fn settlement_finalise_too_late_for_the_ring_takes_a_window_of_whole_six_hours() {
    let mut fixture = Fixture::new();
    // Twelve hours of prices, one a six hours, and nobody asked.
    recorded(&mut fixture, -30..360, 100_000_000);
    recorded(&mut fixture, 360..720, 300_000_000);
    fixture.world.set_unix_s(EXPIRY + 725 * MINUTE_S);
    let finalise = fixture.settlement_finalise(EXPIRY);
    fixture.world.ok(&[finalise], &[]);
    let settlement = settlement(&mut fixture);
    assert_eq!((settlement.price_e6.get(), settlement.buckets_used), (100_000_000, 30));
    assert_eq!(settlement.window_end_unix_s.get(), EXPIRY + 360 * MINUTE_S);
}

#[test]
fn settlement_finalise_does_not_depend_on_who_refreshed_when() {
    let mut prices = [0; 2];
    // The same market, refreshed every ten seconds, and in bursts every fifty.
    for (at, (step_s, times)) in [(10, 1), (50, 5)].into_iter().enumerate() {
        let mut fixture = Fixture::new();
        let start = EXPIRY - 35 * MINUTE_S;
        fixture.world.set_unix_s(start);
        fixture.price(100_000_000);
        while fixture.world.unix_s() < EXPIRY {
            let left_s = EXPIRY - fixture.world.unix_s();
            fixture.world.advance_s(step_s.min(left_s));
            let minute = u64::try_from((fixture.world.unix_s() - start) / 300).expect("a count");
            for _ in 0..times {
                fixture.price(100_000_000 + minute * 100_000);
            }
        }
        let finalise = fixture.settlement_finalise(EXPIRY);
        fixture.world.ok(&[finalise], &[]);
        prices[at] = settlement(&mut fixture).price_e6.get();
    }
    // Each five-minute step of 0.1 % may be seen up to 50 s late by the slower: a sixth of a step.
    assert!(prices[0].abs_diff(prices[1]) <= 100_000 / 6, "{prices:?}");
}

#[test]
fn settlement_finalise_twice_fails_and_later_prices_change_nothing() {
    let mut fixture = Fixture::new();
    fixture.stand(100_000_000, 30, EXPIRY);
    let finalise = fixture.settlement_finalise(EXPIRY);
    fixture.world.ok(std::slice::from_ref(&finalise), &[]);
    let first = settlement(&mut fixture);
    fixture.stand(300_000_000, 30, EXPIRY + 10 * MINUTE_S);
    fixture.world.fail(&[finalise], &[], error("SettlementIsFinal"));
    assert_eq!(settlement(&mut fixture), first);
}

#[test]
fn settlement_finalise_of_a_time_before_1970_fails_expiry_out_of_range() {
    let mut fixture = Fixture::new();
    let finalise = fixture.settlement_finalise(-1);
    fixture.world.fail(&[finalise], &[], error("ExpiryOutOfRange"));
}

#[test]
fn settlement_finalise_refuses_every_wrong_account() {
    let mut fixture = Fixture::new();
    let (other_feed, _) = fixture.other_feed();
    fixture.stand(100_000_000, 30, EXPIRY);
    let feed = fixture.feed;
    let feed = fixture.forged(&feed);
    Substitutions::of(fixture.settlement_finalise(EXPIRY), calls::SettlementFinalise::ACCOUNTS, &[])
        .any("payer", "whoever signs may pay the rent")
        .stranger("feed", InstructionError::AccountDataTooSmall)
        .wrong("feed", feed, InstructionError::IllegalOwner)
        .wrong("feed", other_feed, InstructionError::InvalidSeeds)
        .wrong("feed", fixture.config, InstructionError::AccountDataTooSmall)
        .stranger("settlement", InstructionError::InvalidSeeds)
        .wrong("settlement", addresses::settlement(&fixture.feed, EXPIRY + 60), InstructionError::InvalidSeeds)
        .wrong("settlement", addresses::settlement(&key("a feed"), EXPIRY), InstructionError::InvalidSeeds)
        .stranger("system_program", 2007)
        .wrong("system_program", calls::ID, InstructionError::IncorrectProgramId)
        .run(&mut fixture.world);
}
