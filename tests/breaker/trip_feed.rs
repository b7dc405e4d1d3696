//! The three proofs from a market's feed: volatility, deviation and severity.
use crate::fixture::{Fixture, error};
use crate::market::{Listed, trip_severity};
use abi::oracle::Feed;
use client::{AccountSpec, breaker as calls};
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use testkit::{Substitutions, key};

fn trip_volatility(listed: &Listed) -> Instruction {
    calls::TripVolatility { custody: listed.custody, market: listed.market, feed: listed.feed }.instruction()
}

fn trip_deviation(listed: &Listed) -> Instruction {
    calls::TripDeviation { custody: listed.custody, market: listed.market, feed: listed.feed }.instruction()
}

/// A trip's instruction, the level and cause it raises to, what must not hold for it, and what must.
struct Case {
    trip: fn(&Listed) -> Instruction,
    specs: &'static [AccountSpec],
    level: u8,
    cause: u8,
    refusal: &'static str,
    short: fn(&mut Feed),
    proof: fn(&mut Feed),
}

const CASES: [Case; 3] = [
    Case {
        trip: trip_volatility,
        specs: calls::TripVolatility::ACCOUNTS,
        level: 1,
        cause: 3,
        refusal: "VolatilityNotHigh",
        short: |feed| feed.variance_1h_e12 = 899.into(),
        proof: |feed| feed.variance_1h_e12 = 900.into(),
    },
    Case {
        trip: trip_deviation,
        specs: calls::TripDeviation::ACCOUNTS,
        level: 2,
        cause: 4,
        refusal: "PriceNotDeviant",
        short: |feed| feed.price_e6 = 1_100.into(),
        proof: |feed| feed.price_e6 = 1_101.into(),
    },
    Case {
        trip: trip_severity,
        specs: calls::TripSeverity::ACCOUNTS,
        level: 2,
        cause: 5,
        refusal: "FeedNotSevere",
        short: |feed| feed.severity = 1,
        proof: |feed| feed.severity = 2,
    },
];

#[test]
fn trips_from_the_feed_raise_their_market_and_no_other() {
    for Case { trip, level, cause, refusal, short, proof, .. } in CASES {
        let mut fixture = Fixture::new();
        let (listed, other) = (fixture.listed("market"), fixture.listed("another market"));
        fixture.feed_edit(&listed, short);
        fixture.world.fail(&[trip(&listed)], &[], error(refusal));
        fixture.feed_edit(&listed, proof);
        let (untouched, brake) = (fixture.market_bytes(&other), fixture.brake_state());
        let now = fixture.world.unix_s();
        fixture.world.ok(&[trip(&listed)], &[]);
        let custody = fixture.custody_state(&listed.custody);
        assert_eq!((custody.level, custody.cause), (level, cause));
        assert_eq!((custody.tripped_unix_s.get(), custody.evidence_unix_s.get()), (now, now));
        // INVARIANT(G-17)
        assert_eq!(fixture.market_bytes(&other), untouched);
        assert_eq!(fixture.brake_state(), brake);
        // While the proof holds it renews the level, without a new beginning.
        fixture.world.advance_s(60);
        fixture.world.ok(&[trip(&listed)], &[]);
        let custody = fixture.custody_state(&listed.custody);
        assert_eq!((custody.tripped_unix_s.get(), custody.evidence_unix_s.get()), (now, now + 60));
        // A level above says all that the proof says.
        fixture.market_level_put(&listed, 3);
        fixture.world.fail(&[trip(&listed)], &[], error("LevelNotUpward"));
    }
}

#[test]
fn trip_severity_of_a_feed_that_nobody_refreshes_works_after_ten_minutes() {
    let mut fixture = Fixture::new();
    let listed = fixture.listed("market");
    fixture.world.advance_s(600);
    fixture.world.fail(&[trip_severity(&listed)], &[], error("FeedNotSevere"));
    fixture.world.advance_s(1);
    fixture.world.ok(&[trip_severity(&listed)], &[]);
    assert_eq!(fixture.market_level(&listed), 2);
}

#[test]
fn trips_from_the_feed_refuse_every_wrong_account() {
    for Case { trip, specs, proof, .. } in CASES {
        let mut fixture = Fixture::new();
        let (listed, other) = (fixture.listed("market"), fixture.listed("another market"));
        for market in [&listed, &other] {
            fixture.feed_edit(market, proof);
        }
        let (custody, market, feed) =
            (fixture.forged(&listed.custody), fixture.forged(&listed.market), fixture.forged(&listed.feed));
        Substitutions::of(trip(&listed), specs, &[])
            .stranger("custody", InstructionError::AccountDataTooSmall)
            .wrong("custody", custody, InstructionError::IllegalOwner)
            .wrong("custody", other.custody, error("MarketUnreadable"))
            .stranger("market", error("MarketUnreadable"))
            .wrong("market", other.market, error("MarketUnreadable"))
            .wrong("market", market, error("MarketUnreadable"))
            .stranger("feed", error("FeedUnreadable"))
            .wrong("feed", other.feed, error("FeedUnreadable"))
            .wrong("feed", feed, error("FeedUnreadable"))
            .run(&mut fixture.world);
        // The right addresses, but accounts of other programs.
        for (address, name) in [(listed.feed, "FeedUnreadable"), (listed.market, "MarketUnreadable")] {
            let mut account = fixture.world.account(&address).expect("an account");
            account.owner = key("a program");
            fixture.world.set_account(&address, account);
            fixture.world.fail(&[trip(&listed)], &[], error(name));
        }
    }
}
