//! Levels that come down by themselves: the protocol's and a market's.
use crate::fixture::{Fixture, TRIP_S, error};
use crate::market::{Listed, trip_severity};
use client::breaker as calls;
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use testkit::{Substitutions, key};

const COOLDOWN_S: i64 = 30 * 60;
const CLEAN_S: i64 = 3_600;

fn relax(fixture: &Fixture) -> Instruction {
    calls::Relax { brake: fixture.brake }.instruction()
}

fn market_relax(listed: &Listed) -> Instruction {
    calls::MarketRelax { custody: listed.custody, market: listed.market, feed: listed.feed }.instruction()
}

/// A market closed by a severe feed that is good again.
fn recovered() -> (Fixture, Listed) {
    let mut fixture = Fixture::new();
    let listed = fixture.listed("market");
    fixture.feed_edit(&listed, |feed| feed.severity = 3);
    fixture.world.ok(&[trip_severity(&listed)], &[]);
    fixture.feed_edit(&listed, |feed| feed.severity = 0);
    (fixture, listed)
}

#[test]
fn relax_takes_a_guardians_trip_down_after_six_hours_one_step_at_a_time() {
    let mut fixture = Fixture::new();
    let raise = fixture.guardian_raise(3);
    fixture.world.ok(&[raise], &[&fixture.guardian]);
    let relax = relax(&fixture);
    fixture.world.fail(std::slice::from_ref(&relax), &[], error("FreezeStands"));
    fixture.world.advance_s(TRIP_S + COOLDOWN_S - 1);
    fixture.world.fail(std::slice::from_ref(&relax), &[], error("CooldownRunning"));
    fixture.world.advance_s(1);
    fixture.world.ok(std::slice::from_ref(&relax), &[]);
    assert_eq!(fixture.level().byte(), 1);
    fixture.world.fail(std::slice::from_ref(&relax), &[], error("CooldownRunning"));
    fixture.world.advance_s(CLEAN_S);
    fixture.world.ok(std::slice::from_ref(&relax), &[]);
    assert_eq!(fixture.level().byte(), 0);
    fixture.world.fail(&[relax], &[], error("LevelNotDownward"));
}

#[test]
fn relax_while_the_monitors_are_silent_fails() {
    let mut fixture = Fixture::new();
    let raise = fixture.guardian_raise(2);
    fixture.world.ok(&[raise], &[&fixture.guardian]);
    let brake = fixture.brake;
    fixture.world.edit::<abi::breaker::Brake>(&brake, |brake| {
        (brake.monitor_count, brake.monitors[0]) = (1, key("monitor").to_bytes());
    });
    fixture.world.advance_s(TRIP_S);
    let relax = relax(&fixture);
    fixture.world.fail(&[relax], &[], error("MonitorsSilent"));
}

#[test]
fn relax_of_a_migration_fails_migration_open() {
    let mut fixture = Fixture::new();
    let brake = fixture.brake;
    fixture.world.edit::<abi::breaker::Brake>(&brake, |brake| (brake.level, brake.cause) = (4, 11));
    let relax = relax(&fixture);
    fixture.world.fail(&[relax], &[], error("MigrationOpen"));
}

#[test]
fn market_relax_needs_quiet_good_samples_and_the_cause_gone() {
    let (mut fixture, listed) = recovered();
    let relax = market_relax(&listed);
    fixture.feed_edit(&listed, |_| ());
    fixture.world.fail(std::slice::from_ref(&relax), &[], error("CooldownRunning"));
    fixture.world.advance_s(COOLDOWN_S);
    fixture.feed_edit(&listed, |feed| feed.normal_samples = 9.into());
    fixture.world.fail(std::slice::from_ref(&relax), &[], error("SamplesTooFew"));
    type Cause = fn(&mut Fixture, &Listed);
    let causes: [Cause; 3] = [
        |fixture, listed| fixture.feed_edit(listed, |feed| feed.severity = 2),
        |fixture, listed| fixture.feed_edit(listed, |feed| feed.price_e6 = 899.into()),
        |fixture, listed| fixture.market_edit(listed, |market| market.open_interest_lots = 1_001.into()),
    ];
    for cause in causes {
        fixture.feed_edit(&listed, |feed| {
            (feed.severity, feed.normal_samples, feed.price_e6) = (0, 10.into(), 1_000.into())
        });
        cause(&mut fixture, &listed);
        fixture.world.fail(std::slice::from_ref(&relax), &[], error("CauseStands"));
    }
    fixture.market_edit(&listed, |market| market.open_interest_lots = 0.into());
    fixture.world.ok(std::slice::from_ref(&relax), &[]);
    assert_eq!(fixture.market_level(&listed), 1);
    fixture.world.advance_s(CLEAN_S);
    fixture.feed_edit(&listed, |feed| feed.variance_1h_e12 = 900.into());
    fixture.world.fail(std::slice::from_ref(&relax), &[], error("CauseStands"));
    fixture.feed_edit(&listed, |feed| feed.variance_1h_e12 = 899.into());
    fixture.world.ok(std::slice::from_ref(&relax), &[]);
    assert_eq!(fixture.market_level(&listed), 0);
    fixture.world.fail(&[relax], &[], error("LevelNotDownward"));
}

#[test]
fn market_relax_of_a_freeze_fails_freeze_stands() {
    let (mut fixture, listed) = recovered();
    fixture.market_level_put(&listed, 3);
    fixture.world.fail(&[market_relax(&listed)], &[], error("FreezeStands"));
}

#[test]
fn relax_and_market_relax_refuse_every_wrong_account() {
    let (mut fixture, listed) = recovered();
    let other = fixture.listed("another market");
    let raise = fixture.guardian_raise(1);
    fixture.world.ok(&[raise], &[&fixture.guardian]);
    fixture.world.advance_s(TRIP_S);
    for market in [&listed, &other] {
        fixture.feed_edit(market, |_| ());
    }
    let brake = fixture.brake;
    let brake = fixture.forged(&brake);
    Substitutions::of(relax(&fixture), calls::Relax::ACCOUNTS, &[])
        .stranger("brake", InstructionError::AccountDataTooSmall)
        .wrong("brake", brake, InstructionError::IllegalOwner)
        .run(&mut fixture.world);
    let (custody, market, feed) =
        (fixture.forged(&listed.custody), fixture.forged(&listed.market), fixture.forged(&listed.feed));
    Substitutions::of(market_relax(&listed), calls::MarketRelax::ACCOUNTS, &[])
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
}
