use crate::fixture::{ALICE, AUCTION_S, RESERVE_E6, SPOT_E6, STRIKE_E6, Stage, code};
use abi::vault::EPOCH_AUCTION;
use client::vault;
use solana_instruction::error::InstructionError;
use testkit::Substitutions;

#[test]
fn auction_open_fixes_strike_size_and_reserve() {
    let mut stage = Stage::deposited();
    let open = stage.auction_open();
    stage.world.ok(&[open], &[]);
    stage.check_conserved();
    let now = stage.world.unix_s();
    let epoch = stage.epoch(0);
    assert_eq!(epoch.state, EPOCH_AUCTION);
    assert_eq!(epoch.strike_e6.get(), STRIKE_E6);
    assert_eq!(epoch.reserve_price_e6.get(), RESERVE_E6);
    // 3.55 SOL and 7 atoms, ten lots a SOL.
    assert_eq!(epoch.offered_lots.get(), 35);
    assert_eq!(epoch.expiry_unix_s.get(), stage.expiry_unix_s);
    assert_eq!(epoch.auction_ends_unix_s.get(), now + AUCTION_S);
}

#[test]
fn auction_open_twice_fails_epoch_not_open() {
    let mut stage = Stage::auctioning();
    let open = stage.auction_open();
    stage.world.fail(&[open], &[], code("EpochNotOpen"));
}

#[test]
fn auction_open_without_a_whole_lot_fails_nothing_to_offer() {
    let mut stage = Stage::new();
    let open = stage.auction_open();
    stage.world.fail(&[open], &[], code("NothingToOffer"));
}

#[test]
fn auction_open_on_an_old_price_fails_feed_stale() {
    let mut stage = Stage::deposited();
    stage.world.advance_s(11);
    let open = stage.auction_open();
    stage.world.fail(std::slice::from_ref(&open), &[], code("FeedStale"));
    stage.protocol.price(&mut stage.world, SPOT_E6);
    stage.world.advance_s(10);
    stage.world.ok(&[open], &[]);
}

#[test]
fn auction_open_when_only_closing_is_allowed_fails_brake_engaged() {
    let mut stage = Stage::deposited();
    let open = stage.auction_open();
    for level in [2, 3, 4] {
        stage.brake(level);
        stage.world.fail(std::slice::from_ref(&open), &[], code("BrakeEngaged"));
    }
    stage.brake(1);
    let custody = stage.protocol.custody;
    stage.world.edit::<abi::breaker::Custody>(&custody, |custody| (custody.level, custody.cause) = (2, 5));
    stage.world.fail(std::slice::from_ref(&open), &[], code("BrakeEngaged"));
    stage.world.edit::<abi::breaker::Custody>(&custody, |custody| custody.level = 1);
    stage.world.ok(&[open], &[]);
}

#[test]
fn auction_open_on_an_expiry_outside_the_mandate_fails_expiry_out_of_range() {
    let mut stage = Stage::deposited();
    for days in [1, 3, 15] {
        let expiry_unix_s = stage.protocol.expiry_unix_s(&mut stage.world, days);
        let expiry = stage.protocol.expiry(&mut stage.world, expiry_unix_s);
        let mut open = stage.auction_open();
        open.accounts[3].pubkey = expiry;
        stage.world.fail(&[open], &[], code("ExpiryOutOfRange"));
    }
}

#[test]
fn auction_open_with_every_strike_too_near_fails_no_strike() {
    let mut stage = Stage::deposited();
    stage.world.advance_s(1);
    stage.protocol.price(&mut stage.world, 2 * SPOT_E6);
    let open = stage.auction_open();
    stage.world.fail(&[open], &[], code("NoStrike"));
}

#[test]
fn auction_open_with_a_wrong_account_is_refused() {
    let mut stage = Stage::deposited();
    let market = stage.other_market();
    let other_epoch = client::addresses::epoch(&stage.other.vault, 0);
    let not_an_expiry = stage.actor(ALICE).account;
    // An expiry of another market, and one that has settled.
    let foreign = stage.twin(stage.expiry, "foreign expiry");
    stage.world.edit::<abi::margin::Expiry>(&foreign, |expiry| expiry.market = market.to_bytes());
    let settled = stage.twin(stage.expiry, "settled expiry");
    stage.world.edit::<abi::margin::Expiry>(&settled, |expiry| expiry.state = abi::margin::EXPIRY_SETTLED);
    let other_feed = stage.twin(stage.protocol.feed, "other feed");
    Substitutions::of(stage.auction_open(), vault::AuctionOpen::ACCOUNTS, &[])
        .stranger("vault", InstructionError::AccountDataTooSmall)
        .wrong("vault", stage.other.vault, InstructionError::InvalidSeeds)
        .stranger("epoch", InstructionError::AccountDataTooSmall)
        .wrong("epoch", other_epoch, InstructionError::InvalidSeeds)
        .stranger("market", code("WrongMarket"))
        .wrong("market", market, code("WrongMarket"))
        .stranger("expiry", code("WrongExpiry"))
        .wrong("expiry", not_an_expiry, code("WrongExpiry"))
        .wrong("expiry", foreign, code("WrongExpiry"))
        .wrong("expiry", settled, code("WrongExpiry"))
        .stranger("feed", code("WrongFeed"))
        .wrong("feed", other_feed, code("WrongFeed"))
        .stranger("custody", code("WrongCustody"))
        .stranger("brake", code("BrakeUnreadable"))
        .run(&mut stage.world);
}
