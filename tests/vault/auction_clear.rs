use crate::fixture::{AUCTION_S, CAROL, DAVE, ERIN, SPOT_E6, STRIKE_E6, Stage, code, framework_code, margin_code};
use abi::ids;
use abi::margin::{KIND_CALL, MarginAccount};
use abi::vault::{Bid, EPOCH_LIVE};
use client::vault;
use solana_instruction::error::InstructionError;
use testkit::Substitutions;

/// Lots of the vault's calls that an account holds.
fn calls_of(stage: &mut Stage, account: solana_pubkey::Pubkey) -> i64 {
    let (expiry, account): (i64, MarginAccount) = (stage.expiry_unix_s, stage.world.read(ids::MARGIN, &account));
    let is_ours = |position: &&abi::margin::Position| {
        position.kind == KIND_CALL && position.strike_e6.get() == STRIKE_E6 && position.expiry_unix_s.get() == expiry
    };
    account.positions.iter().find(is_ours).map_or(0, |position| position.lots.get())
}

#[test]
fn auction_clear_sells_to_the_best_bid_and_leaves_its_surplus() {
    let mut stage = Stage::auction_over();
    stage.do_clear(CAROL);
    stage.check_conserved();
    let epoch = stage.epoch(0);
    assert_eq!((epoch.state, epoch.sold_lots.get()), (EPOCH_LIVE, 35));
    // 3.5 SOL at 1.2; the bid was for 4.
    assert_eq!(epoch.premium_atoms.get(), 4_200_000);
    let bid = stage.bid_key(CAROL, 0);
    let bid: Bid = stage.world.read(ids::VAULT, &bid);
    assert_eq!(bid.escrow_atoms.get(), 600_000);
    assert_eq!(stage.trading().quote_atoms.get(), 4_200_000);
    let (trading, carol) = (stage.vault.trading, stage.actor(CAROL).account);
    assert_eq!((calls_of(&mut stage, trading), calls_of(&mut stage, carol)), (-35, 35));
}

#[test]
fn auction_clear_of_a_small_bid_sells_that_much() {
    let mut stage = Stage::auctioning();
    stage.do_bid(ERIN, 3, 2_000_000);
    stage.do_bid(CAROL, 35, 1_999_999);
    stage.end_auction();
    stage.do_clear(ERIN);
    stage.check_conserved();
    let epoch = stage.epoch(0);
    assert_eq!((epoch.sold_lots.get(), epoch.premium_atoms.get()), (3, 600_000));
}

#[test]
fn auction_clear_without_bids_goes_live_unsold() {
    let mut stage = Stage::auctioning();
    stage.end_auction();
    let clear = stage.auction_clear(None);
    stage.world.ok(&[clear], &[]);
    stage.check_conserved();
    let epoch = stage.epoch(0);
    assert_eq!((epoch.state, epoch.sold_lots.get(), epoch.premium_atoms.get()), (EPOCH_LIVE, 0, 0));
}

#[test]
fn auction_clear_after_the_expiry_goes_live_unsold_at_any_level() {
    let mut stage = Stage::auction_over();
    stage.world.set_unix_s(stage.expiry_unix_s);
    stage.brake(3);
    let clear = stage.auction_clear(Some(CAROL));
    stage.world.ok(&[clear], &[]);
    stage.check_conserved();
    let epoch = stage.epoch(0);
    assert_eq!((epoch.state, epoch.sold_lots.get(), epoch.premium_atoms.get()), (EPOCH_LIVE, 0, 0));
    stage.brake(0);
    for who in [CAROL, DAVE] {
        let refund = stage.bid_refund(who);
        stage.world.ok(&[refund], &[]);
    }
    assert_eq!(stage.escrow().quote_atoms.get(), 0);
}

#[test]
fn auction_clear_to_a_holder_without_room_keeps_the_premium() {
    let mut stage = Stage::auction_over();
    let holder = stage.actor(CAROL).account;
    let expiry = stage.expiry_unix_s;
    stage.world.edit::<MarginAccount>(&holder, |account| {
        for (slot, position) in account.positions.iter_mut().enumerate() {
            position.kind = KIND_CALL;
            position.expiry_unix_s = expiry.into();
            position.strike_e6 = (1_000_000 + slot as u64).into();
            position.lots = 1.into();
        }
    });
    stage.do_clear(CAROL);
    stage.check_conserved();
    let epoch = stage.epoch(0);
    assert_eq!((epoch.sold_lots.get(), epoch.premium_atoms.get()), (0, 4_200_000));
    assert_eq!(stage.trading().quote_atoms.get(), 4_200_000);
}

#[test]
fn auction_clear_before_the_end_fails_auction_not_over() {
    let mut stage = Stage::auctioning();
    stage.do_bid(CAROL, 35, 1_200_000);
    stage.world.advance_s(AUCTION_S - 1);
    let clear = stage.auction_clear(Some(CAROL));
    stage.world.fail(&[clear], &[], code("AuctionNotOver"));
}

#[test]
fn auction_clear_twice_fails_auction_not_open() {
    let mut stage = Stage::live();
    let clear = stage.auction_clear(Some(CAROL));
    stage.world.fail(&[clear], &[], code("AuctionNotOpen"));
}

#[test]
fn auction_clear_to_another_bid_fails_wrong_best_bid() {
    let mut stage = Stage::auction_over();
    for best in [Some(DAVE), None] {
        let clear = stage.auction_clear(best);
        stage.world.fail(&[clear], &[], code("WrongBestBid"));
    }
}

#[test]
fn auction_clear_on_an_old_price_fails_feed_stale() {
    let mut stage = Stage::auction_over();
    stage.world.advance_s(61);
    let clear = stage.auction_clear(Some(CAROL));
    stage.world.fail(&[clear], &[], margin_code("FeedStale"));
}

#[test]
fn auction_clear_when_only_closing_is_allowed_fails_level_forbids() {
    let mut stage = Stage::auction_over();
    stage.brake(2);
    let clear = stage.auction_clear(Some(CAROL));
    stage.world.fail(&[clear], &[], margin_code("LevelForbids"));
}

/// INVARIANT(V-5): nothing is written uncovered.
#[test]
fn auction_clear_when_the_deposits_do_not_cover_fails_not_covered() {
    let mut stage = Stage::auction_over();
    let trading = stage.vault.trading;
    stage.world.edit::<MarginAccount>(&trading, |account| account.base_atoms = 3_499_999_999.into());
    let clear = stage.auction_clear(Some(CAROL));
    stage.world.fail(&[clear], &[], code("NotCovered"));
}

#[test]
fn auction_clear_with_a_wrong_account_is_refused() {
    let mut stage = Stage::auction_over();
    let market = stage.other_market();
    let other_epoch = client::addresses::epoch(&stage.other.vault, 0);
    let (trading, escrow) = (stage.vault.trading, stage.vault.escrow);
    let (other_trading, other_escrow) = (stage.other.trading, stage.other.escrow);
    let (daves_bid, daves_account) = (stage.bid_key(DAVE, 0), stage.actor(DAVE).account);
    let later = stage.protocol.expiry_unix_s(&mut stage.world, 8);
    let later = stage.protocol.expiry(&mut stage.world, later);
    let other_feed = stage.twin(stage.protocol.feed, "other feed");
    let base_mint = stage.protocol.base.mint;
    assert_eq!(stage.epoch(0).strike_e6.get(), STRIKE_E6);
    stage.protocol.price(&mut stage.world, SPOT_E6);
    Substitutions::of(stage.auction_clear(Some(CAROL)), vault::AuctionClear::ACCOUNTS, &[])
        .stranger("vault", InstructionError::AccountDataTooSmall)
        .wrong("vault", stage.other.vault, InstructionError::InvalidSeeds)
        .stranger("epoch", InstructionError::AccountDataTooSmall)
        .wrong("epoch", other_epoch, InstructionError::InvalidSeeds)
        .stranger("best_bid", InstructionError::AccountDataTooSmall)
        .wrong("best_bid", daves_bid, code("WrongBestBid"))
        .stranger("holder", code("WrongHolder"))
        .wrong("holder", daves_account, code("WrongHolder"))
        .stranger("market", code("WrongMarket"))
        .wrong("market", market, code("WrongMarket"))
        .stranger("trading_account", code("WrongTradingAccount"))
        .wrong("trading_account", other_trading, code("WrongTradingAccount"))
        .wrong("trading_account", escrow, framework_code("ConstraintDuplicateMutableAccount"))
        .stranger("escrow_account", code("WrongEscrowAccount"))
        .wrong("escrow_account", other_escrow, code("WrongEscrowAccount"))
        .wrong("escrow_account", trading, framework_code("ConstraintDuplicateMutableAccount"))
        .stranger("expiry", code("WrongExpiry"))
        .wrong("expiry", later, code("WrongExpiry"))
        .stranger("quote_mint", code("WrongQuoteMint"))
        .wrong("quote_mint", base_mint, code("WrongQuoteMint"))
        .stranger("feed", margin_code("FeedOfAnotherMarket"))
        .wrong("feed", other_feed, margin_code("FeedOfAnotherMarket"))
        .stranger("custody", margin_code("CustodyOfAnotherMarket"))
        .stranger("brake", code("BrakeUnreadable"))
        .stranger("margin_program", code("WrongMarginProgram"))
        .run(&mut stage.world);
}
