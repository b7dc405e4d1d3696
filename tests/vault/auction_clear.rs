use crate::fixture::{AUCTION_S, CAROL, DAVE, DAVES, ERIN, Stage, code};
use abi::vault::EPOCH_LIVE;
use client::vault;
use solana_instruction::error::InstructionError;
use testkit::Substitutions;

#[test]
fn auction_clear_sells_all_at_the_lowest_accepted_price() {
    let mut stage = Stage::auction_over();
    let price = stage.price(DAVES);
    stage.do_clear();
    let epoch = stage.epoch();
    assert_eq!((epoch.state, epoch.clearing_price_e6.get(), epoch.cleared_lots.get()), (EPOCH_LIVE, price, 35));
    assert_eq!((epoch.marginal_lots.get(), epoch.marginal_fill_lots.get(), epoch.sold_lots.get()), (30, 15, 0));
}

/// Ties in proportion; what rounding leaves stays with the vault.
#[test]
fn auction_clear_shares_ties_in_proportion() {
    let mut stage = Stage::auctioning();
    for (who, lots) in [(CAROL, 20), (DAVE, 20), (ERIN, 10)] {
        stage.do_commit(who, lots, 150);
    }
    stage.world.advance_s(AUCTION_S);
    for who in [ERIN, CAROL, DAVE] {
        stage.do_reveal(who, 150);
    }
    stage.end_auction();
    stage.do_clear();
    for who in [DAVE, ERIN, CAROL] {
        stage.do_settle(who);
    }
    assert_eq!([CAROL, DAVE, ERIN].map(|who| stage.bid(who).filled_lots.get()), [14, 14, 7]);
    assert_eq!(stage.epoch().sold_lots.get(), 35);
}

#[test]
fn auction_clear_without_reveals_goes_live_unsold() {
    let mut stage = Stage::revealing();
    stage.end_auction();
    stage.do_clear();
    let epoch = stage.epoch();
    assert_eq!((epoch.state, epoch.cleared_lots.get(), epoch.clearing_price_e6.get()), (EPOCH_LIVE, 0, 0));
}

#[test]
fn auction_clear_after_the_expiry_goes_live_unsold_at_any_level() {
    let mut stage = Stage::auction_over();
    stage.world.set_unix_s(stage.expiry_unix_s);
    stage.brake(3);
    stage.do_clear();
    assert_eq!((stage.epoch().state, stage.epoch().cleared_lots.get()), (EPOCH_LIVE, 0));
    for who in [CAROL, DAVE] {
        let escrow = stage.bid(who).escrow_atoms.get();
        stage.do_settle(who);
        assert_eq!(stage.bid(who).escrow_atoms.get(), escrow, "everything goes back");
    }
}

#[test]
fn auction_clear_at_the_wrong_time_fails_by_name() {
    let mut stage = Stage::funded();
    let clear = stage.auction_clear();
    stage.refused(clear, None, code("AuctionNotOpen"));
    let mut stage = Stage::revealing();
    stage.world.advance_s(AUCTION_S - 1);
    let clear = stage.auction_clear();
    stage.refused(clear.clone(), None, code("AuctionNotOver"));
    stage.world.advance_s(1);
    stage.step(clear.clone(), None);
    stage.refused(clear, None, code("AuctionNotOpen"));
}

#[test]
fn auction_clear_with_a_wrong_account_is_refused() {
    let mut stage = Stage::auction_over();
    let (other, past) = (stage.other, stage.epoch_key(0));
    let other_epoch = client::addresses::epoch(&other.vault, 0);
    Substitutions::of(stage.auction_clear(), vault::AuctionClear::ACCOUNTS, &[])
        .stranger("vault", InstructionError::AccountDataTooSmall)
        .wrong("vault", other.vault, InstructionError::InvalidSeeds)
        .stranger("epoch", InstructionError::AccountDataTooSmall)
        .wrong("epoch", other_epoch, InstructionError::InvalidSeeds)
        .wrong("epoch", past, InstructionError::InvalidSeeds)
        .run(&mut stage.world);
}
