use crate::fixture::{ADDRESS_IN_USE, Desk, Elsewhere, NOT_A_PROGRAM, SPOT, error};
use abi::margin::{Expiry, Market};
use client::{addresses, margin};
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use testkit::{Substitutions, USDC, key};

fn create(desk: &Desk, expiry_unix_s: i64) -> Instruction {
    let market = desk.protocol.market;
    let accounts = margin::ExpiryCreate {
        payer: desk.world.payer(),
        market,
        expiry: addresses::expiry(&market, expiry_unix_s),
        custody: desk.protocol.custody,
        feed: desk.protocol.feed,
    };
    accounts.instruction(margin::ExpiryCreateArgs { expiry_unix_s })
}

fn fail(desk: &mut Desk, expiry_unix_s: i64, name: &str) {
    let create = create(desk, expiry_unix_s);
    desk.world.fail(&[create], &[], error(name));
}

#[test]
fn expiry_create_by_anyone_lists_32_strikes() {
    let mut desk = Desk::new();
    let at = desk.protocol.expiry_unix_s(&mut desk.world, 2);
    let create = create(&desk, at);
    desk.world.ok(&[create], &[]);
    let expiry: Expiry = desk.world.read(abi::ids::MARGIN, &addresses::expiry(&desk.protocol.market, at));
    assert_eq!(
        (expiry.version, expiry.min_reader, expiry.state, expiry.rules_version, expiry.strike_count),
        (1, 1, 0, 1, 32)
    );
    assert_eq!((expiry.market, expiry.expiry_unix_s.get()), (desk.protocol.market.to_bytes(), at));
    let strikes: Vec<u64> = expiry.strikes_e6.iter().map(|strike| strike.get()).collect();
    assert!(strikes.iter().copied().eq((0..32).map(|at| 75 * USDC + at * 5 * USDC)), "{strikes:?}");
    assert_eq!(strikes[15], SPOT);
    assert_eq!((expiry.settlement_price_e6.get(), expiry.unsettled_lots.get(), expiry.clearing_atoms.get()), (0, 0, 0));
}

#[test]
fn expiry_create_twice_fails() {
    let mut desk = Desk::new();
    let create = create(&desk, desk.expiry_unix_s);
    desk.world.fail(&[create], &[], ADDRESS_IN_USE);
}

#[test]
fn expiry_create_off_the_rule_fails_by_name() {
    let mut desk = Desk::new();
    let at = desk.protocol.expiry_unix_s(&mut desk.world, 2);
    let now = desk.world.unix_s();
    for (expiry_unix_s, name) in [
        (at + 1, "ExpiryOffSchedule"),
        (at - 3_600, "ExpiryOffSchedule"),
        (now, "ExpiryNotInFuture"),
        (at - 4 * 86_400, "ExpiryNotInFuture"),
        (i64::MIN, "ExpiryNotInFuture"),
        (at + 731 * 86_400, "ExpiryBeyondHorizon"),
        (i64::MAX, "ExpiryBeyondHorizon"),
    ] {
        fail(&mut desk, expiry_unix_s, name);
    }
}

#[test]
fn expiry_create_on_stale_feed_fails_feed_stale() {
    let mut desk = Desk::new();
    let at = desk.protocol.expiry_unix_s(&mut desk.world, 2);
    desk.world.advance_s(61);
    fail(&mut desk, at, "FeedStale");
}

#[test]
fn expiry_create_on_unsuitable_tick_fails_strikes_out_of_bounds() {
    let mut desk = Desk::new();
    let at = desk.protocol.expiry_unix_s(&mut desk.world, 2);
    let market = desk.protocol.market;
    desk.world.edit::<Market>(&market, |market| market.strike_tick_e6 = 1_000_000_000_000.into());
    fail(&mut desk, at, "StrikesOutOfBounds");
}

#[test]
fn expiry_create_at_close_only_fails_level_forbids() {
    let mut desk = Desk::new();
    let at = desk.protocol.expiry_unix_s(&mut desk.world, 2);
    desk.level(2);
    fail(&mut desk, at, "LevelForbids");
}

#[test]
fn expiry_create_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    let elsewhere = Elsewhere::new(&mut desk);
    let at = desk.protocol.expiry_unix_s(&mut desk.world, 2);
    let mut fake = desk.world.account(&desk.protocol.feed).unwrap();
    fake.owner = key("another oracle");
    desk.world.set_account(&key("fake feed"), fake);
    Substitutions::of(create(&desk, at), margin::ExpiryCreate::ACCOUNTS, &[])
        .any("payer", "whoever signs may pay")
        .stranger("market", InstructionError::AccountDataTooSmall)
        // The expiry's address follows from the market's.
        .wrong("market", elsewhere.protocol.market, InstructionError::InvalidSeeds)
        .stranger("expiry", InstructionError::InvalidSeeds)
        .wrong("expiry", addresses::expiry(&elsewhere.protocol.market, at), InstructionError::InvalidSeeds)
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("custody", error("CustodyOfAnotherMarket"))
        .wrong("custody", elsewhere.protocol.custody, error("CustodyOfAnotherMarket"))
        .stranger("feed", error("FeedOfAnotherMarket"))
        .wrong("feed", elsewhere.protocol.feed, error("FeedOfAnotherMarket"))
        .wrong("feed", key("fake feed"), error("FeedOfAnotherMarket"))
        .stranger("system_program", NOT_A_PROGRAM)
        .wrong("system_program", abi::ids::TOKEN.into(), InstructionError::IncorrectProgramId)
        .run(&mut desk.world);
}
