use crate::fixture::{
    ALREADY_IN_USE, AUCTION_S, CAROL, DAVE, ERIN, RESERVE_E6, SYSTEM, Stage, TOKEN, code, margin_code,
};
use abi::ids;
use client::vault;
use solana_instruction::error::InstructionError;
use testkit::{Substitutions, USDC};

const LOTS_MAX: u64 = 1_000_000_000;
const PRICE_MAX_E6: u64 = 10_000_000_000_000;

#[test]
fn bid_place_escrows_the_premium_rounded_up() {
    let mut stage = Stage::auctioning();
    let before = stage.quote_of(CAROL);
    // 7 lots of a tenth at 0.5000001: 0.35000007 quote units.
    stage.do_bid(CAROL, 7, 500_001);
    stage.check_conserved();
    assert_eq!(stage.quote_of(CAROL), before - 350_001);
    assert_eq!(stage.escrow().quote_atoms.get(), 350_001);
    let key = stage.bid_key(CAROL, 0);
    let bid: abi::vault::Bid = stage.world.read(ids::VAULT, &key);
    assert_eq!((bid.lots.get(), bid.price_e6.get(), bid.escrow_atoms.get()), (7, 500_001, 350_001));
    assert_eq!(bid.margin_account, stage.actor(CAROL).account.to_bytes());
}

#[test]
fn bid_place_keeps_the_best_bid() {
    let mut stage = Stage::auctioning();
    let best = |stage: &mut Stage| stage.epoch(0).best_bid;
    stage.do_bid(CAROL, 5, RESERVE_E6);
    assert_eq!(best(&mut stage), stage.bid_key(CAROL, 0).to_bytes());
    stage.do_bid(DAVE, 5, RESERVE_E6);
    assert_eq!(best(&mut stage), stage.bid_key(CAROL, 0).to_bytes(), "a tie keeps the earlier");
    stage.do_bid(ERIN, 6, RESERVE_E6);
    assert_eq!(best(&mut stage), stage.bid_key(ERIN, 0).to_bytes(), "more lots win a tie of price");
    assert_eq!(stage.epoch(0).bids_open.get(), 3);
    stage.check_conserved();
}

#[test]
fn bid_place_twice_fails() {
    let mut stage = Stage::auctioning();
    stage.do_bid(CAROL, 5, RESERVE_E6);
    let again = stage.bid_place(CAROL, 6, RESERVE_E6);
    stage.world.fail(&[again], &[&stage.actors[CAROL].keypair], ALREADY_IN_USE);
}

#[test]
fn bid_place_out_of_bounds_names_the_bound() {
    let mut stage = Stage::auctioning();
    let cases = [
        (0, RESERVE_E6, "BidLotsOutOfBounds"),
        (LOTS_MAX + 1, RESERVE_E6, "BidLotsOutOfBounds"),
        (5, RESERVE_E6 - 1, "BidBelowReserve"),
        (5, 0, "BidBelowReserve"),
        (5, PRICE_MAX_E6 + 1, "BidPriceOutOfBounds"),
        (LOTS_MAX, PRICE_MAX_E6, "AmountOverflow"),
    ];
    for (lots, price_e6, name) in cases {
        let bid = stage.bid_place(CAROL, lots, price_e6);
        stage.world.fail(&[bid], &[&stage.actors[CAROL].keypair], code(name));
    }
}

#[test]
fn bid_place_before_the_auction_fails_auction_not_open() {
    let mut stage = Stage::deposited();
    let bid = stage.bid_place(CAROL, 5, RESERVE_E6);
    stage.world.fail(&[bid], &[&stage.actors[CAROL].keypair], code("AuctionNotOpen"));
}

#[test]
fn bid_place_in_the_last_second_lands_and_after_it_fails_auction_over() {
    let mut stage = Stage::auctioning();
    stage.world.advance_s(AUCTION_S - 1);
    stage.do_bid(CAROL, 5, RESERVE_E6);
    stage.world.advance_s(1);
    let bid = stage.bid_place(DAVE, 5, 2 * RESERVE_E6);
    stage.world.fail(&[bid], &[&stage.actors[DAVE].keypair], code("AuctionOver"));
}

#[test]
fn bid_place_when_only_closing_is_allowed_fails_brake_engaged() {
    let mut stage = Stage::auctioning();
    stage.brake(2);
    let bid = stage.bid_place(CAROL, 5, RESERVE_E6);
    stage.world.fail(&[bid], &[&stage.actors[CAROL].keypair], code("BrakeEngaged"));
}

#[test]
fn bid_place_beyond_the_wallet_fails_insufficient_funds() {
    let mut stage = Stage::auctioning();
    let held = stage.quote_of(CAROL);
    assert_eq!(held, 1_000 * USDC);
    // One lot of a tenth at ten thousand and one.
    let bid = stage.bid_place(CAROL, 1, 10_001 * USDC);
    // SPL Token's own code.
    stage.world.fail(&[bid], &[&stage.actors[CAROL].keypair], 1);
}

#[test]
fn bid_place_with_a_wrong_account_is_refused() {
    let mut stage = Stage::auctioning();
    stage.do_bid(DAVE, 5, RESERVE_E6);
    let market = stage.other_market();
    let other_epoch = client::addresses::epoch(&stage.other.vault, 0);
    let (other_escrow, trading) = (stage.other.escrow, stage.vault.trading);
    let (daves_bid, daves_account, daves_quote) =
        (stage.bid_key(DAVE, 0), stage.actor(DAVE).account, stage.actor(DAVE).quote_tokens);
    let foreign_account = stage.twin(stage.actor(CAROL).account, "carol elsewhere");
    stage.world.edit::<abi::margin::MarginAccount>(&foreign_account, |account| account.market = market.to_bytes());
    let base_mint = stage.protocol.base.mint;
    let base_tokens = stage.protocol.base_tokens;
    let bid = stage.bid_place(CAROL, 5, RESERVE_E6);
    Substitutions::of(bid, vault::BidPlace::ACCOUNTS, &[&stage.actors[CAROL].keypair])
        .stranger("bidder", InstructionError::InvalidSeeds)
        .stranger("vault", InstructionError::AccountDataTooSmall)
        .wrong("vault", stage.other.vault, InstructionError::InvalidSeeds)
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
        .wrong("escrow_account", other_escrow, code("WrongEscrowAccount"))
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
