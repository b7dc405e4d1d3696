use crate::fixture::{CAROL, DAVE, ERIN, SYSTEM, Stage, TOKEN, code, margin_code, named};
use client::vault;
use solana_instruction::error::InstructionError;
use testkit::{Substitutions, USDC};

/// INVARIANT(V-4): refunded or filled, exactly.
#[test]
fn bid_refund_returns_a_losing_bid_exactly_with_its_rent() {
    let mut stage = Stage::live();
    let dave = stage.actor(DAVE).key();
    let bid = stage.bid_key(DAVE, 0);
    let rent = stage.world.account(&bid).expect("an open bid").lamports;
    let before = stage.world.account(&dave).expect("a wallet").lamports;
    let refund = stage.bid_refund(DAVE);
    stage.world.ok(&[refund], &[]);
    stage.check_conserved();
    assert_eq!(stage.quote_of(DAVE), 1_000 * USDC);
    assert_eq!(stage.world.account(&dave).expect("a wallet").lamports, before + rent);
    assert!(stage.world.account(&bid).is_none());
    assert_eq!(stage.epoch(0).bids_open.get(), 1);
}

#[test]
fn bid_refund_returns_the_winners_surplus() {
    let mut stage = Stage::live();
    let refund = stage.bid_refund(CAROL);
    stage.world.ok(&[refund], &[]);
    stage.check_conserved();
    assert_eq!(stage.quote_of(CAROL), 1_000 * USDC - 4_200_000);
}

#[test]
fn bid_refund_of_a_bid_filled_to_the_atom_returns_its_rent() {
    let mut stage = Stage::auctioning();
    stage.do_bid(ERIN, 35, 1_000_000);
    stage.end_auction();
    stage.do_clear(ERIN);
    let refund = stage.bid_refund(ERIN);
    stage.world.ok(&[refund], &[]);
    stage.check_conserved();
    let bid = stage.bid_key(ERIN, 0);
    assert!(stage.world.account(&bid).is_none());
    assert_eq!(stage.quote_of(ERIN), 1_000 * USDC - 3_500_000);
}

#[test]
fn bid_refund_after_the_epoch_turned_still_pays() {
    let mut stage = Stage::expired(105_000_000);
    let settle = stage.epoch_settle();
    stage.world.ok(&[settle], &[]);
    let refund = stage.bid_refund(DAVE);
    stage.world.ok(&[refund], &[]);
    stage.check_conserved();
    assert_eq!(stage.quote_of(DAVE), 1_000 * USDC);
}

#[test]
fn bid_refund_twice_fails() {
    let mut stage = Stage::live();
    let refund = stage.bid_refund(DAVE);
    stage.world.ok(std::slice::from_ref(&refund), &[]);
    stage.world.fail(&[refund], &[], InstructionError::AccountDataTooSmall);
}

#[test]
fn bid_refund_before_the_clear_fails_auction_not_cleared() {
    let mut stage = Stage::auction_over();
    let refund = stage.bid_refund(DAVE);
    stage.world.fail(&[refund], &[], code("AuctionNotCleared"));
}

#[test]
fn bid_refund_with_a_wrong_account_is_refused() {
    let mut stage = Stage::live();
    let market = stage.other_market();
    let other_epoch = client::addresses::epoch(&stage.other.vault, 0);
    let (other_escrow, trading) = (stage.other.escrow, stage.vault.trading);
    let (carol, carols_quote) = (stage.actor(CAROL).key(), stage.actor(CAROL).quote_tokens);
    let foreign_bid = stage.twin(stage.bid_key(DAVE, 0), "foreign bid");
    stage.world.edit::<abi::vault::Bid>(&foreign_bid, |bid| bid.epoch = other_epoch.to_bytes());
    let dave = stage.actor(DAVE).key();
    let daves_base = stage.protocol.base.account(&mut stage.world, &dave, "base", 0);
    let base_mint = stage.protocol.base.mint;
    let base_tokens = stage.protocol.base_tokens;
    Substitutions::of(stage.bid_refund(DAVE), vault::BidRefund::ACCOUNTS, &[])
        .stranger("vault", InstructionError::AccountDataTooSmall)
        .wrong("vault", stage.other.vault, code("WrongEpoch"))
        .stranger("epoch", InstructionError::AccountDataTooSmall)
        .wrong("epoch", other_epoch, code("WrongEpoch"))
        .stranger("bid", InstructionError::AccountDataTooSmall)
        .wrong("bid", foreign_bid, code("WrongBid"))
        .stranger("bidder", code("WrongBid"))
        .wrong("bidder", carol, code("WrongBid"))
        .stranger("market", code("WrongMarket"))
        .wrong("market", market, code("WrongMarket"))
        .stranger("escrow_account", code("WrongEscrowAccount"))
        .wrong("escrow_account", other_escrow, code("WrongEscrowAccount"))
        .wrong("escrow_account", trading, code("WrongEscrowAccount"))
        .wrong("quote_mint", base_mint, code("WrongQuoteMint"))
        .stranger("destination", InstructionError::AccountDataTooSmall)
        .wrong("destination", carols_quote, code("WrongTokenOwner"))
        .wrong("destination", daves_base, named(client::breaker::ERRORS, "DestinationOfAnotherMint"))
        .wrong("quote_tokens", base_tokens, margin_code("WrongTokenVault"))
        .stranger("custody", margin_code("CustodyOfAnotherMarket"))
        .stranger("feed", margin_code("FeedOfAnotherMarket"))
        .stranger("brake", code("BrakeUnreadable"))
        .stranger("margin_program", code("WrongMarginProgram"))
        .stranger("breaker_program", code("WrongBreakerProgram"))
        .any("payer", "whoever signs may pay the rent of a ticket")
        .any("ticket", "not looked at where nothing waits; the breaker's suite tries wrong ones")
        .wrong("system_program", TOKEN, InstructionError::IncorrectProgramId)
        .wrong("token_program", SYSTEM, InstructionError::IncorrectProgramId)
        .run(&mut stage.world);
}
