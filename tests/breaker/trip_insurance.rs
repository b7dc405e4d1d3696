//! The mark of a market's insurance, and the trip on a fall below it.
use crate::fixture::{Fixture, error};
use crate::market::Listed;
use client::breaker as calls;
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use testkit::Substitutions;

const DAY_S: i64 = 24 * 3_600;

fn insurance_mark(listed: &Listed) -> Instruction {
    calls::InsuranceMark { custody: listed.custody, market: listed.market }.instruction()
}

fn trip_insurance(listed: &Listed) -> Instruction {
    calls::TripInsurance { custody: listed.custody, market: listed.market }.instruction()
}

fn insurance(fixture: &mut Fixture, listed: &Listed, atoms: u64) {
    fixture.market_edit(listed, |market| market.insurance_atoms = atoms.into());
}

#[test]
fn insurance_mark_rises_at_any_time_and_falls_only_after_a_day() {
    let mut fixture = Fixture::new();
    let listed = fixture.listed("market");
    fixture.world.ok(&[insurance_mark(&listed)], &[]);
    fixture.world.fail(&[insurance_mark(&listed)], &[], error("InsuranceMarkStands"));
    insurance(&mut fixture, &listed, 101);
    fixture.world.ok(&[insurance_mark(&listed)], &[]);
    insurance(&mut fixture, &listed, 50);
    fixture.world.advance_s(DAY_S);
    fixture.world.fail(&[insurance_mark(&listed)], &[], error("InsuranceMarkStands"));
    fixture.world.advance_s(1);
    fixture.world.ok(&[insurance_mark(&listed)], &[]);
    let (custody, now) = (fixture.custody_state(&listed.custody), fixture.world.unix_s());
    assert_eq!((custody.insurance_mark_atoms.get(), custody.insurance_mark_unix_s.get()), (50, now));
}

#[test]
fn trip_insurance_freezes_a_market_that_lost_more_than_three_tenths_of_its_mark() {
    let mut fixture = Fixture::new();
    let listed = fixture.listed("market");
    fixture.world.fail(&[trip_insurance(&listed)], &[], error("InsuranceMarkStale"));
    fixture.world.ok(&[insurance_mark(&listed)], &[]);
    insurance(&mut fixture, &listed, 70);
    fixture.world.fail(&[trip_insurance(&listed)], &[], error("InsuranceNotDrawnDown"));
    insurance(&mut fixture, &listed, 69);
    let now = fixture.world.unix_s();
    fixture.world.ok(&[trip_insurance(&listed)], &[]);
    let custody = fixture.custody_state(&listed.custody);
    assert_eq!((custody.level, custody.cause, custody.expires_unix_s.get()), (3, 8, now + DAY_S));
    // Renewed while the mark serves, and ended by time after that. INVARIANT(G-8)
    fixture.world.advance_s(DAY_S);
    fixture.world.ok(&[trip_insurance(&listed)], &[]);
    fixture.world.advance_s(DAY_S - 1);
    fixture.world.fail(&[trip_insurance(&listed)], &[], error("InsuranceMarkStale"));
    assert_eq!(fixture.market_level(&listed), 3);
    fixture.world.advance_s(1);
    assert_eq!(fixture.market_level(&listed), 2);
}

#[test]
fn insurance_mark_and_trip_refuse_every_wrong_account() {
    let mut fixture = Fixture::new();
    let (listed, other) = (fixture.listed("market"), fixture.listed("another market"));
    let (custody, market) = (fixture.forged(&listed.custody), fixture.forged(&listed.market));
    let refused = |fixture: &mut Fixture, instruction, specs| {
        Substitutions::of(instruction, specs, &[])
            .stranger("custody", InstructionError::AccountDataTooSmall)
            .wrong("custody", custody, InstructionError::IllegalOwner)
            .wrong("custody", other.custody, error("MarketUnreadable"))
            .stranger("market", error("MarketUnreadable"))
            .wrong("market", other.market, error("MarketUnreadable"))
            .wrong("market", market, error("MarketUnreadable"))
            .run(&mut fixture.world);
    };
    refused(&mut fixture, insurance_mark(&listed), calls::InsuranceMark::ACCOUNTS);
    fixture.world.ok(&[insurance_mark(&listed)], &[]);
    insurance(&mut fixture, &listed, 1);
    refused(&mut fixture, trip_insurance(&listed), calls::TripInsurance::ACCOUNTS);
}
