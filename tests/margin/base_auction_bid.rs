//! A covered call that ends in the money leaves a debt; its base is sold until the debt is gone.
use crate::fixture::*;
use abi::margin::{KIND_PUT, MarginAccount};
use abi::quote::{SIDE_BUY, SIDE_SELL};
use client::{WithRemaining, addresses, margin};
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use testkit::{Offer, SOL, Substitutions, USDC, keypair};

const SETTLED: u64 = 180 * USDC;

/// A desk whose taker sold ten units of calls at 150 against its base, had no quote left, and owes 300 USDC at 180; the maker is flat.
pub struct Debt {
    pub desk: Desk,
}

impl Debt {
    pub fn new() -> Self {
        let mut desk = Desk::new();
        Self::on(&mut desk);
        Self { desk }
    }

    pub fn on(desk: &mut Desk) {
        desk.filled(Offer { side: SIDE_BUY, ..desk.offer() }, 100);
        let quote = desk.taker_state().quote_atoms.get().unsigned_abs();
        let withdraw = desk.protocol.withdraw(&desk.taker, desk.protocol.quote.mint, quote);
        desk.world.ok(&[withdraw], &[&desk.taker.keypair]);
        desk.settled(SETTLED);
        for account in [desk.taker.account, desk.maker.account] {
            let settle = desk.account_settle(account);
            desk.world.ok(&[settle], &[]);
        }
        desk.price_set(SETTLED);
        desk.check_books();
        let (state, now) = (desk.taker_state(), desk.world.unix_s());
        assert_eq!((state.quote_atoms.get(), state.debt_unix_s.get()), (-300_000_000, now));
    }

    pub fn wait_s(&mut self, seconds: i64) {
        self.desk.world.advance_s(seconds);
        self.desk.price_set(SETTLED);
    }
}

/// A bid of the maker's for the taker's base.
fn bid(desk: &mut Desk, base_atoms: u64, limit_e6: u64) -> Instruction {
    let accounts = margin::BaseAuctionBid {
        bidder_authority: desk.maker.key(),
        market: desk.protocol.market,
        account: desk.taker.account,
        bidder: desk.maker.account,
        feed: desk.protocol.feed,
    };
    let reads = desk.reads();
    accounts.instruction(margin::BaseAuctionBidArgs { base_atoms, limit_e6 }).with_remaining(reads)
}

fn landed(desk: &mut Desk, base_atoms: u64, limit_e6: u64) {
    let bid = bid(desk, base_atoms, limit_e6);
    desk.world.ok(&[bid], &[&desk.maker.keypair]);
    desk.check_books();
}

fn refused(desk: &mut Desk, base_atoms: u64, limit_e6: u64, name: &str) {
    let bid = bid(desk, base_atoms, limit_e6);
    desk.world.fail(&[bid], &[&desk.maker.keypair], error(name));
}

#[test]
fn base_auction_bid_cures_the_debt_and_takes_no_more() {
    let mut desk = Debt::new().desk;
    let (taker, maker) = (desk.taker_state(), desk.maker_state());
    landed(&mut desk, SOL, SETTLED);
    let state = desk.taker_state();
    assert_eq!((state.quote_atoms.get(), state.base_atoms.get()), (-120_000_000, taker.base_atoms.get() - SOL));
    landed(&mut desk, u64::MAX, SETTLED);
    // 120 at 180 a unit, rounded up to an atom of base, and that to an atom of quote.
    let sold = SOL + 666_666_667;
    let (state, bidder) = (desk.taker_state(), desk.maker_state());
    assert_eq!((state.quote_atoms.get(), state.base_atoms.get()), (1, taker.base_atoms.get() - sold));
    assert_eq!((state.debt_unix_s.get(), state.interest_unix_s.get()), (0, 0));
    assert_eq!(bidder.base_atoms.get(), maker.base_atoms.get() + sold);
    assert_eq!(bidder.quote_atoms.get(), maker.quote_atoms.get() - 300_000_001);
    refused(&mut desk, SOL, SETTLED, "DebtMissing");
    // And the owner may leave.
    let rest = desk.taker_state().base_atoms.get();
    let withdraw = desk.protocol.withdraw(&desk.taker, desk.protocol.base.mint, rest);
    desk.world.ok(&[withdraw], &[&desk.taker.keypair]);
}

#[test]
fn base_auction_bid_gets_cheaper_with_time() {
    let mut debt = Debt::new();
    refused(&mut debt.desk, 1_000, SETTLED - 1, "PriceAboveLimit");
    landed(&mut debt.desk, 1_000, SETTLED);
    for (wait_s, price) in [(900, 175_500_000), (900, 171_000_000), (21_600, 144_000_000), (86_400, 144_000_000)] {
        debt.wait_s(wait_s);
        refused(&mut debt.desk, 1_000, price - 1, "PriceAboveLimit");
        landed(&mut debt.desk, 1_000, price);
    }
}

/// A debt that half of the base covers is cured, not liquidated: the owner keeps everything but what it owes.
#[test]
fn base_auction_bid_goes_before_a_liquidation() {
    let mut desk = Debt::new().desk;
    let account = desk.taker.account;
    let accounts = margin::LiquidationStart {
        payer: desk.maker.key(),
        market: desk.protocol.market,
        account,
        opener: desk.maker.account,
        liquidation: addresses::liquidation(&account),
        feed: desk.protocol.feed,
    };
    let start = accounts.instruction();
    desk.world.fail(std::slice::from_ref(&start), &[&desk.maker.keypair], error("AccountHealthy"));
    // Half of 3.34 SOL at 180 covers 300; half of 3.33 does not.
    for (base, lands) in [(3_340_000_000, false), (3_330_000_000, true)] {
        desk.world.edit::<MarginAccount>(&account, |held| held.base_atoms = u64::into(base));
        if lands {
            desk.world.ok(std::slice::from_ref(&start), &[&desk.maker.keypair]);
        } else {
            desk.world.fail(std::slice::from_ref(&start), &[&desk.maker.keypair], error("AccountHealthy"));
        }
    }
    refused(&mut desk, SOL, SETTLED, "LiquidationOpen");
}

#[test]
fn base_auction_bid_out_of_turn_fails_by_name() {
    let mut desk = Debt::new().desk;
    refused(&mut desk, 0, SETTLED, "AmountZero");
    for level in [1, 2, 3] {
        desk.level(level);
        landed(&mut desk, 1_000, SETTLED);
    }
    desk.level(4);
    refused(&mut desk, SOL, SETTLED, "LevelForbids");
    desk.level(0);
    let (owner, market) = (desk.taker.key(), desk.protocol.market);
    let second = addresses::margin_account(&market, &owner, 1);
    let open = margin::AccountOpen { owner, payer: desk.world.payer(), market, account: second };
    desk.world.ok(&[open.instruction(margin::AccountOpenArgs { subaccount: 1 })], &[&desk.taker.keypair]);
    let mut own = bid(&mut desk, SOL, SETTLED);
    (own.accounts[0].pubkey, own.accounts[3].pubkey) = (owner, second);
    desk.world.fail(&[own], &[&desk.taker.keypair], error("SelfTrade"));
    desk.world.advance_s(61);
    refused(&mut desk, SOL, SETTLED, "FeedStale");
    let taker = desk.taker.account;
    desk.world.edit::<MarginAccount>(&taker, |held| held.base_atoms = 0.into());
    refused(&mut desk, SOL, SETTLED, "BaseBalanceTooLow");
}

#[test]
fn base_auction_bid_of_who_cannot_pay_fails_quote_balance_too_low() {
    let mut desk = Debt::new().desk;
    quote_set(&mut desk, true, 179_999_999);
    refused(&mut desk, SOL, SETTLED, "QuoteBalanceTooLow");
    let half = bid(&mut desk, SOL / 2, SETTLED);
    desk.world.ok(&[half], &[&desk.maker.keypair]);
}

/// INVARIANT(M-4): base in place of quote is worth nothing to a short put.
#[test]
fn base_auction_bid_needs_the_bidder_s_initial_margin() {
    let mut desk = Desk::new();
    let later = desk.list(7);
    let put = Offer { expiry_unix_s: later, kind: KIND_PUT, side: SIDE_SELL, nonce: 9, ..desk.offer() };
    desk.filled(put, 10);
    Debt::on(&mut desk);
    let base = desk.maker_state().base_atoms.get();
    let withdraw = desk.protocol.withdraw(&desk.maker, desk.protocol.base.mint, base);
    desk.world.ok(&[withdraw], &[&desk.maker.keypair]);
    // A unit of puts at 150 asks 150; the base costs 300.
    quote_set(&mut desk, true, 449_999_999);
    refused(&mut desk, u64::MAX, SETTLED, "InitialMarginNegative");
    quote_set(&mut desk, true, 450_000_001);
    let bid = bid(&mut desk, u64::MAX, SETTLED);
    desk.world.ok(&[bid], &[&desk.maker.keypair]);
}

/// With positions left, base that covers them goes only with the whole debt.
#[test]
fn base_auction_bid_that_leaves_the_debtor_short_fails_debtor_margin_negative() {
    let mut desk = Desk::new();
    let later = desk.list(7);
    desk.filled(Offer { expiry_unix_s: later, side: SIDE_BUY, nonce: 9, ..desk.offer() }, 100);
    Debt::on(&mut desk);
    refused(&mut desk, SOL, SETTLED, "DebtorMarginNegative");
    landed(&mut desk, u64::MAX, SETTLED);
    assert_eq!(desk.taker_state().quote_atoms.get(), 1);
}

#[test]
fn base_auction_bid_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    let elsewhere = Elsewhere::new(&mut desk);
    Debt::on(&mut desk);
    let imposter = imposter(&mut desk.world);
    let bid = bid(&mut desk, SOL, SETTLED);
    let (taker, maker) = (desk.taker.account, desk.maker.account);
    Substitutions::of(bid, margin::BaseAuctionBid::ACCOUNTS, &[&keypair("maker")])
        .stranger("bidder_authority", error("NotAccountTrader"))
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", elsewhere.protocol.market, error("AccountOfAnotherMarket"))
        .stranger("account", InstructionError::AccountDataTooSmall)
        .wrong("account", elsewhere.actor.account, error("AccountOfAnotherMarket"))
        .wrong("account", maker, DUPLICATE)
        .wrong("account", imposter, InstructionError::InvalidAccountData)
        .stranger("bidder", InstructionError::AccountDataTooSmall)
        .wrong("bidder", elsewhere.actor.account, error("AccountOfAnotherMarket"))
        .wrong("bidder", taker, DUPLICATE)
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("feed", error("FeedOfAnotherMarket"))
        .wrong("feed", elsewhere.protocol.feed, error("FeedOfAnotherMarket"))
        .run(&mut desk.world);
}
