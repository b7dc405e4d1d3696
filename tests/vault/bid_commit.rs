use crate::fixture::{ALREADY_IN_USE, AUCTION_S, CAROL, DAVE, SYSTEM, Stage, TOKEN, code, margin_code};
use abi::vault::BID_COMMITTED;
use client::vault;
use solana_instruction::error::InstructionError;
use testkit::Substitutions;

/// Two bids of one size look alike, whatever their prices.
#[test]
fn bid_commit_escrows_a_flat_amount_that_tells_no_price() {
    let mut stage = Stage::auctioning();
    let flat = stage.epoch().escrow_price_e6.get();
    let before = (stage.quote_of(CAROL), stage.quote_of(DAVE));
    stage.do_commit(CAROL, 7, 900);
    stage.do_commit(DAVE, 7, 100);
    let escrow = (flat * 7).div_ceil(10);
    assert_eq!((before.0 - stage.quote_of(CAROL), before.1 - stage.quote_of(DAVE)), (escrow, escrow));
    let bid = stage.bid(CAROL);
    assert_eq!((bid.state, bid.lots.get(), bid.price_e6.get(), bid.escrow_atoms.get()), (BID_COMMITTED, 7, 0, escrow));
    assert_eq!((bid.place, stage.bid(DAVE).place, stage.epoch().bids_unsettled), (0, 1, 2));
    assert_eq!(bid.holder, stage.actor(CAROL).account.to_bytes());
}

#[test]
fn bid_commit_twice_fails() {
    let mut stage = Stage::auctioning();
    stage.do_commit(CAROL, 7, 200);
    let again = stage.bid_commit(CAROL, 8, 1_000_000);
    stage.refused(again, Some(CAROL), ALREADY_IN_USE);
}

#[test]
fn bid_commit_out_of_bounds_fails_bid_lots_out_of_bounds() {
    let mut stage = Stage::auctioning();
    for lots in [0, 1_000_000_001, u64::MAX] {
        let bid = stage.bid_commit(CAROL, lots, 1_000_000);
        stage.refused(bid, Some(CAROL), code("BidLotsOutOfBounds"));
    }
    // A 64th of 3,500 lots is 55.
    let epoch = stage.epoch_key(1);
    stage.edit::<abi::vault::Epoch>(&epoch, |epoch| epoch.offered_lots = 3_500.into());
    let bid = stage.bid_commit(CAROL, 54, 1_000_000);
    stage.refused(bid, Some(CAROL), code("BidLotsOutOfBounds"));
}

#[test]
fn bid_commit_into_a_full_book_fails_book_full() {
    let mut stage = Stage::auctioning();
    let epoch = stage.epoch_key(1);
    stage.edit::<abi::vault::Epoch>(&epoch, |epoch| epoch.bids_committed = 64);
    let bid = stage.bid_commit(CAROL, 7, 1_000_000);
    stage.refused(bid, Some(CAROL), code("BookFull"));
}

#[test]
fn bid_commit_at_the_wrong_time_fails_by_name() {
    let mut stage = Stage::funded();
    let bid = stage.bid_commit(CAROL, 7, 1_000_000);
    stage.refused(bid, Some(CAROL), code("AuctionNotOpen"));
    let mut stage = Stage::auctioning();
    stage.brake(2);
    let bid = stage.bid_commit(CAROL, 7, 1_000_000);
    stage.refused(bid.clone(), Some(CAROL), code("BrakeEngaged"));
    stage.brake(0);
    stage.world.advance_s(AUCTION_S - 1);
    stage.do_commit(DAVE, 7, 200);
    stage.world.advance_s(1);
    stage.refused(bid, Some(CAROL), code("AuctionOver"));
}

#[test]
fn bid_commit_beyond_the_wallet_fails_insufficient_funds() {
    let mut stage = Stage::auctioning();
    let bid = stage.bid_commit(CAROL, 1_000_000, 1_000_000);
    // SPL Token's own code.
    stage.refused(bid, Some(CAROL), 1);
}

#[test]
fn bid_commit_with_a_wrong_account_is_refused() {
    let mut stage = Stage::auctioning();
    stage.do_commit(DAVE, 7, 200);
    let market = stage.other_market();
    let other_epoch = client::addresses::epoch(&stage.other.vault, 0);
    let (other, trading) = (stage.other, stage.vault.trading);
    let (daves_bid, daves_account, daves_quote) =
        (stage.bid_key(DAVE), stage.actor(DAVE).account, stage.actor(DAVE).quote_tokens);
    let foreign_account = stage.twin(stage.actor(CAROL).account, "carol elsewhere");
    stage.edit::<abi::margin::MarginAccount>(&foreign_account, |account| account.market = market.to_bytes());
    let (base_mint, base_tokens) = (stage.protocol.base.mint, stage.protocol.base_tokens);
    let bid = stage.bid_commit(CAROL, 7, 1_000_000);
    Substitutions::of(bid, vault::BidCommit::ACCOUNTS, &[&stage.actors[CAROL].keypair])
        .stranger("bidder", InstructionError::InvalidSeeds)
        .stranger("vault", InstructionError::AccountDataTooSmall)
        .wrong("vault", other.vault, InstructionError::InvalidSeeds)
        .stranger("epoch", InstructionError::AccountDataTooSmall)
        .wrong("epoch", other_epoch, InstructionError::InvalidSeeds)
        .stranger("bid", InstructionError::InvalidSeeds)
        .wrong("bid", daves_bid, InstructionError::InvalidSeeds)
        .stranger("holder", code("WrongHolder"))
        .wrong("holder", daves_account, code("WrongHolder"))
        .wrong("holder", foreign_account, code("WrongHolder"))
        .stranger("market", code("WrongMarket"))
        .wrong("market", market, code("WrongMarket"))
        .stranger("escrow_account", code("WrongEscrowAccount"))
        .wrong("escrow_account", other.escrow, code("WrongEscrowAccount"))
        .wrong("escrow_account", trading, code("WrongEscrowAccount"))
        .stranger("quote_mint", code("WrongQuoteMint"))
        .wrong("quote_mint", base_mint, code("WrongQuoteMint"))
        .stranger("source", InstructionError::InvalidAccountData)
        // SPL Token: the owner does not match.
        .wrong("source", daves_quote, 4)
        .wrong("quote_tokens", base_tokens, margin_code("WrongTokenVault"))
        .stranger("custody", code("WrongCustody"))
        .stranger("brake", code("BrakeUnreadable"))
        .stranger("margin_program", code("WrongMarginProgram"))
        .wrong("token_program", SYSTEM, InstructionError::IncorrectProgramId)
        .wrong("system_program", TOKEN, InstructionError::IncorrectProgramId)
        .run(&mut stage.world);
}
