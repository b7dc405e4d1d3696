use crate::fixture::{CAROL, DAVE, SYSTEM, Stage, TOKEN, code, margin_code, named};
use client::vault;
use solana_instruction::error::InstructionError;
use testkit::Substitutions;

/// INVARIANT(V-4): refunded or filled, exactly.
#[test]
fn bid_refund_returns_what_was_not_taken_with_the_rent() {
    let mut stage = Stage::auctioning();
    let wallet = stage.quote_of(DAVE);
    stage.do_commit(CAROL, 20, 240);
    stage.do_commit(DAVE, 30, 180);
    stage.world.advance_s(crate::fixture::AUCTION_S);
    stage.do_reveal(CAROL, 240);
    stage.do_reveal(DAVE, 180);
    stage.end_auction();
    stage.do_clear();
    stage.do_settle(DAVE);
    // Fifteen lots of the thirty, at Dave's own price, which is the lowest.
    let premium = (stage.price(180) * 15).div_ceil(10);
    let (dave, bid) = (stage.actor(DAVE).key(), stage.bid_key(DAVE));
    let rent = stage.world.account(&bid).expect("an open bid").lamports;
    let before = stage.world.account(&dave).expect("a wallet").lamports;
    let refund = stage.bid_refund(DAVE);
    stage.step(refund, None);
    assert_eq!(stage.quote_of(DAVE), wallet - premium);
    assert_eq!(stage.world.account(&dave).expect("a wallet").lamports, before + rent);
    assert!(stage.is_gone(&bid));
}

#[test]
fn bid_refund_while_withdrawals_wait_is_queued() {
    let mut stage = Stage::live();
    stage.brake(3);
    let (before, refund) = (stage.quote_of(DAVE), stage.bid_refund(DAVE));
    stage.world.ok(&[refund], &[]);
    assert_eq!(stage.quote_of(DAVE), before);
    stage.brake(0);
    stage.world.advance_s(4 * 86_400);
    let mut claim = stage.protocol.ticket_claim(stage.actor(DAVE), stage.protocol.quote.mint, 1);
    // Who sent the refund paid the ticket's rent.
    claim.accounts[3].pubkey = stage.world.payer();
    stage.world.ok(&[claim], &[]);
    assert!(stage.quote_of(DAVE) > before);
}

#[test]
fn bid_refund_that_the_bidder_pays_for_lands_whether_it_waits_or_not() {
    for level in [0, 3] {
        let mut stage = Stage::live();
        stage.brake(level);
        let (payer, dave, before) = (stage.world.payer(), stage.actor(DAVE).key(), stage.quote_of(DAVE));
        let (bid, mut refund) = (stage.bid_key(DAVE), stage.bid_refund(DAVE));
        for meta in refund.accounts.iter_mut().filter(|meta| meta.pubkey == payer) {
            meta.pubkey = dave;
        }
        let signer = stage.actor(DAVE).keypair.insecure_clone();
        stage.world.ok(&[refund], &[&signer]);
        assert!(stage.is_gone(&bid));
        assert_eq!(stage.quote_of(DAVE) > before, level == 0);
    }
}

#[test]
fn bid_refund_twice_fails() {
    let mut stage = Stage::live();
    let refund = stage.bid_refund(DAVE);
    stage.step(refund.clone(), None);
    stage.refused(refund, None, InstructionError::AccountDataTooSmall);
}

#[test]
fn bid_refund_before_the_bid_is_settled_fails_bid_not_settled() {
    let mut stage = Stage::cleared();
    let refund = stage.bid_refund(DAVE);
    stage.refused(refund, None, code("BidNotSettled"));
}

#[test]
fn bid_refund_with_a_wrong_account_is_refused() {
    let mut stage = Stage::live();
    let market = stage.other_market();
    let other_epoch = client::addresses::epoch(&stage.other.vault, 0);
    let (other_escrow, trading) = (stage.other.escrow, stage.vault.trading);
    let (carol, carols_quote) = (stage.actor(CAROL).key(), stage.actor(CAROL).quote_tokens);
    let foreign_bid = stage.twin(stage.bid_key(DAVE), "foreign bid");
    stage.world.edit::<abi::vault::Bid>(&foreign_bid, |bid| bid.epoch = other_epoch.to_bytes());
    let dave = stage.actor(DAVE).key();
    let daves_base = stage.protocol.base.account(&mut stage.world, &dave, "base", 0);
    let base_mint = stage.protocol.base.mint;
    let base_tokens = stage.protocol.base_tokens;
    Substitutions::of(stage.bid_refund(DAVE), vault::BidRefund::ACCOUNTS, &[])
        .stranger("vault", InstructionError::AccountDataTooSmall)
        .wrong("vault", stage.other.vault, code("WrongEpoch"))
        .stranger("epoch", InstructionError::UninitializedAccount)
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
