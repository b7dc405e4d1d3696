use crate::fixture::{Fixture, error};
use crate::market::Listed;
use client::breaker as calls;
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use testkit::Substitutions;

fn trip_oi(listed: &Listed) -> Instruction {
    calls::TripOi { custody: listed.custody, market: listed.market }.instruction()
}

#[test]
fn trip_oi_closes_a_market_above_its_cap() {
    let mut fixture = Fixture::new();
    let listed = fixture.listed("market");
    fixture.world.fail(&[trip_oi(&listed)], &[], error("OpenInterestWithinCap"));
    fixture.market_edit(&listed, |market| market.open_interest_lots = 1_001.into());
    fixture.world.ok(&[trip_oi(&listed)], &[]);
    let custody = fixture.custody_state(&listed.custody);
    assert_eq!((custody.level, custody.cause), (2, 6));
    fixture.market_level_put(&listed, 3);
    fixture.world.fail(&[trip_oi(&listed)], &[], error("LevelNotUpward"));
}

#[test]
fn trip_oi_refuses_every_wrong_account() {
    let mut fixture = Fixture::new();
    let (listed, other) = (fixture.listed("market"), fixture.listed("another market"));
    fixture.market_edit(&listed, |market| market.open_interest_lots = 1_001.into());
    let (custody, market) = (fixture.forged(&listed.custody), fixture.forged(&listed.market));
    Substitutions::of(trip_oi(&listed), calls::TripOi::ACCOUNTS, &[])
        .stranger("custody", InstructionError::AccountDataTooSmall)
        .wrong("custody", custody, InstructionError::IllegalOwner)
        .wrong("custody", other.custody, error("MarketUnreadable"))
        .stranger("market", error("MarketUnreadable"))
        .wrong("market", other.market, error("MarketUnreadable"))
        .wrong("market", market, error("MarketUnreadable"))
        .run(&mut fixture.world);
}
