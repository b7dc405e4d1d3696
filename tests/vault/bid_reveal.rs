use crate::fixture::{AUCTION_S, CAROL, CAROLS, DAVE, DAVES, Stage, code};
use abi::vault::BID_REVEALED;
use client::vault;
use solana_instruction::error::InstructionError;
use testkit::Substitutions;

#[test]
fn bid_reveal_shows_the_price_that_was_committed_to() {
    let mut stage = Stage::revealing();
    stage.do_reveal(CAROL, CAROLS);
    let price = stage.price(CAROLS);
    let (bid, epoch) = (stage.bid(CAROL), stage.epoch());
    assert_eq!((bid.state, bid.price_e6.get(), epoch.bids_revealed), (BID_REVEALED, price, 1));
    assert_eq!(stage.vault_state().book[0].price_e6.get(), price);
}

/// A brake costs nobody his bond.
#[test]
fn bid_reveal_while_the_market_is_frozen_lands() {
    let mut stage = Stage::revealing();
    stage.brake(3);
    stage.do_reveal(CAROL, CAROLS);
}

#[test]
fn bid_reveal_of_another_price_or_bid_fails_commitment_mismatch() {
    let mut stage = Stage::revealing();
    let price = stage.price(CAROLS);
    let reveal = stage.bid_reveal(CAROL, price + 1);
    stage.refused(reveal, None, code("CommitmentMismatch"));
    // Dave's salt and Carol's price.
    let mut reveal = stage.bid_reveal(DAVE, price);
    reveal.accounts[2].pubkey = stage.bid_key(CAROL);
    stage.refused(reveal, None, code("CommitmentMismatch"));
}

#[test]
fn bid_reveal_outside_the_bounds_fails_by_name() {
    let mut stage = Stage::auctioning();
    stage.do_commit(CAROL, 20, 99);
    stage.do_commit(DAVE, 20, 1_001);
    stage.world.advance_s(AUCTION_S);
    let prices = (stage.price(99), stage.price(1_001));
    let reveal = stage.bid_reveal(CAROL, prices.0);
    stage.refused(reveal, None, code("BidBelowReserve"));
    let reveal = stage.bid_reveal(DAVE, prices.1);
    stage.refused(reveal, None, code("BidPriceOutOfBounds"));
}

#[test]
fn bid_reveal_at_the_wrong_time_fails_by_name() {
    let mut stage = Stage::auctioning();
    stage.do_commit(CAROL, 20, CAROLS);
    let price = stage.price(CAROLS);
    let reveal = stage.bid_reveal(CAROL, price);
    stage.world.advance_s(AUCTION_S - 1);
    stage.refused(reveal.clone(), None, code("RevealNotOpen"));
    stage.world.advance_s(1 + AUCTION_S);
    stage.refused(reveal.clone(), None, code("RevealOver"));
    stage.end_auction();
    stage.do_clear();
    stage.refused(reveal, None, code("AuctionNotOpen"));
}

#[test]
fn bid_reveal_twice_fails_bid_not_sealed() {
    let mut stage = Stage::revealing();
    stage.do_reveal(DAVE, DAVES);
    let price = stage.price(DAVES);
    let again = stage.bid_reveal(DAVE, price);
    stage.refused(again, None, code("BidNotSealed"));
}

#[test]
fn bid_reveal_with_a_wrong_account_is_refused() {
    let mut stage = Stage::revealing();
    let (other, daves) = (stage.other, stage.bid_key(DAVE));
    let (other_epoch, past) = (client::addresses::epoch(&other.vault, 0), stage.epoch_key(0));
    let foreign = stage.twin(stage.bid_key(CAROL), "foreign bid");
    stage.edit::<abi::vault::Bid>(&foreign, |bid| bid.epoch = other_epoch.to_bytes());
    let price = stage.price(CAROLS);
    Substitutions::of(stage.bid_reveal(CAROL, price), vault::BidReveal::ACCOUNTS, &[])
        .stranger("vault", InstructionError::AccountDataTooSmall)
        .wrong("vault", other.vault, InstructionError::InvalidSeeds)
        .stranger("epoch", InstructionError::AccountDataTooSmall)
        .wrong("epoch", other_epoch, InstructionError::InvalidSeeds)
        .wrong("epoch", past, InstructionError::InvalidSeeds)
        .stranger("bid", InstructionError::AccountDataTooSmall)
        .wrong("bid", foreign, code("WrongBid"))
        .wrong("bid", daves, code("CommitmentMismatch"))
        .run(&mut stage.world);
}
