//! A short that the price runs over, and what every liquidation test starts from.
use crate::fixture::*;
use abi::margin::{KIND_CALL, Liquidation};
use abi::oracle::Feed;
use client::{WithRemaining, addresses, margin};
use solana_instruction::Instruction;
use testkit::{Actor, Offer, SOL, Token, USDC};

/// One lot's size of the fixture's short: a hundred units of calls at the money.
pub const LOTS: u64 = 1_000;

/// A desk whose maker is short a hundred calls at 150 with 16,000 USDC and nothing else, and a bidder.
pub struct Crash {
    pub desk: Desk,
    pub bidder: Actor,
}

impl Crash {
    pub fn new() -> Self {
        Self::on(Desk::new())
    }

    pub fn on(mut desk: Desk) -> Self {
        let bidder = desk.protocol.actor(&mut desk.world, "bidder", 1_000 * SOL, 1_000_000 * USDC);
        desk.accounts.push(bidder.account);
        let offer = Offer { max_lots: LOTS, ..desk.offer() };
        desk.filled(offer, LOTS);
        let state = desk.maker_state();
        let spare = u64::try_from(state.quote_atoms.get()).unwrap() - 16_000 * USDC;
        for (mint, atoms) in [(desk.protocol.base.mint, state.base_atoms.get()), (desk.protocol.quote.mint, spare)] {
            let withdraw = desk.protocol.withdraw(&desk.maker, mint, atoms);
            desk.world.ok(&[withdraw], &[&desk.maker.keypair]);
        }
        desk.check_books();
        Self { desk, bidder }
    }

    /// The feed's price, as if it had come there slowly.
    pub fn price(&mut self, price_e6: u64) {
        self.desk.price_set(price_e6);
    }

    /// Time passes at the same price.
    pub fn wait_s(&mut self, seconds: i64) {
        self.desk.world.advance_s(seconds);
        let feed: Feed = self.desk.world.read(abi::ids::ORACLE, &self.desk.protocol.feed);
        self.price(feed.price_e6.get());
    }

    /// Insurance of this much, with the tokens for it.
    pub fn insure(&mut self, atoms: u64) {
        let (market, tokens) = (self.desk.protocol.market, self.desk.protocol.quote_tokens);
        self.desk.protocol.quote.mint_to(&mut self.desk.world, &tokens, atoms);
        self.desk.world.edit::<abi::margin::Market>(&market, |market| {
            market.insurance_atoms = (market.insurance_atoms.get() + atoms).into();
        });
        self.desk.check_books();
    }

    pub fn start(&mut self) -> Instruction {
        let accounts = margin::LiquidationStart {
            payer: self.desk.taker.key(),
            market: self.desk.protocol.market,
            account: self.desk.maker.account,
            opener: self.desk.taker.account,
            liquidation: addresses::liquidation(&self.desk.maker.account),
            feed: self.desk.protocol.feed,
        };
        let reads = self.desk.reads();
        accounts.instruction().with_remaining(reads)
    }

    pub fn started(&mut self) {
        let start = self.start();
        self.desk.world.ok(&[start], &[&self.desk.taker.keypair]);
        self.desk.check_books();
    }

    pub fn bid(&mut self, fraction_e9: u32, limit_atoms: i64) -> Instruction {
        let accounts = margin::LiquidationBid {
            bidder_authority: self.bidder.key(),
            market: self.desk.protocol.market,
            account: self.desk.maker.account,
            bidder: self.bidder.account,
            liquidation: addresses::liquidation(&self.desk.maker.account),
            feed: self.desk.protocol.feed,
        };
        let reads = self.desk.reads();
        accounts.instruction(margin::LiquidationBidArgs { fraction_e9, limit_atoms }).with_remaining(reads)
    }

    pub fn finish(&mut self) -> Instruction {
        let accounts = margin::LiquidationFinish {
            market: self.desk.protocol.market,
            account: self.desk.maker.account,
            opener: self.desk.taker.account,
            payer: self.desk.taker.key(),
            liquidation: addresses::liquidation(&self.desk.maker.account),
            feed: self.desk.protocol.feed,
        };
        let reads = self.desk.reads();
        accounts.instruction().with_remaining(reads)
    }

    pub fn bidden(&mut self, fraction_e9: u32) {
        let bid = self.bid(fraction_e9, i64::MAX);
        self.desk.world.ok(&[bid], &[&self.bidder.keypair]);
        self.desk.check_books();
    }

    pub fn state(&mut self) -> Liquidation {
        self.desk.world.read(abi::ids::MARGIN, &addresses::liquidation(&self.desk.maker.account))
    }

    /// Quote and lots of the account in liquidation.
    pub fn account(&mut self) -> (i64, i64) {
        let state = self.desk.maker_state();
        (state.quote_atoms.get(), state.positions[0].lots.get())
    }
}

/// A crash through every phase: slices that restore the account, one that insurance must pay for, and nothing left to the owner.
#[test]
fn liquidation_in_slices_restores_the_account_and_ends() {
    let mut crash = Crash::new();
    crash.price(220 * USDC);
    crash.started();
    // Worth 16,000 - 7,000 = 9,000; initial margin asks 22,000 below that. 1.05 x 22,000 - 9,000 = 14,100 is missing; a slice brings 98 % of
    // its value less 1 %: 14,100 / (14,100 + 0.9702 x 9,000) = 61.75 % restores five parts in a hundred more than is asked.
    let bidder = crash.desk.account(crash.bidder.account).quote_atoms.get();
    crash.bidden(1_000_000_000);
    let (quote, lots) = crash.account();
    assert_eq!(lots, -(1_000 - 618));
    let fraction = 617_559_720;
    let value = 9_000_000_000 / 1_000_000_000 * fraction;
    let price = (value * 98 + 99) / 100;
    let slice_quote = 16_000_000_000 / 1_000_000_000 * fraction;
    let expected = 16_000_000_000 - slice_quote + price - price / 100;
    assert!((quote - expected).abs() <= 10, "{quote} {expected}");
    let paid = crash.desk.account(crash.bidder.account).quote_atoms.get() - bidder;
    assert!((paid - (slice_quote - price)).abs() <= 10, "{paid}");
    // Restored: nothing more is for sale, and the opener is paid.
    let again = crash.bid(1, i64::MAX);
    crash.desk.world.fail(&[again], &[&crash.bidder.keypair], error("LiquidationOver"));
    let (opener, fee) = (crash.desk.taker_state().quote_atoms.get(), crash.state().opener_fee_atoms.get());
    let finish = crash.finish();
    crash.desk.world.ok(&[finish], &[]);
    crash.desk.check_books();
    assert_eq!(crash.desk.taker_state().quote_atoms.get(), opener + i64::try_from(fee).unwrap());
    assert_eq!((fee, crash.desk.market().clearing_atoms.get()), (u64::try_from(price).unwrap().div_ceil(100) / 2, 0));
}

/// INVARIANT(M-8): a gap beyond all collateral. Insurance pays at most 5 % above the shortfall, and never more than it holds.
#[test]
fn liquidation_of_an_insolvent_account_is_paid_by_insurance() {
    let mut crash = Crash::new();
    crash.insure(5_000 * USDC);
    let insurance = crash.desk.market().insurance_atoms.get();
    // Worth 16,000 - 17,000.
    crash.price(320 * USDC);
    crash.started();
    assert_eq!(crash.state().phase, 1);
    crash.wait_s(900);
    // Half an hour would pay 1,050: half of it.
    let dear = crash.bid(1_000_000_000, -525_000_001);
    crash.desk.world.fail(&[dear], &[&crash.bidder.keypair], error("PaymentBelowLimit"));
    let before = crash.desk.account(crash.bidder.account).quote_atoms.get();
    let bid = crash.bid(1, -525_000_000);
    crash.desk.world.ok(&[bid], &[&crash.bidder.keypair]);
    crash.desk.check_books();
    assert_eq!(crash.account(), (0, 0), "all of it goes, however little was asked for");
    assert_eq!(insurance - crash.desk.market().insurance_atoms.get(), 525_000_000);
    let bidder = crash.desk.account(crash.bidder.account);
    assert_eq!(bidder.quote_atoms.get(), before + 16_000_000_000 + 525_000_000);
    assert_eq!(bidder.positions[0].lots.get(), -1_000);
    let finish = crash.finish();
    crash.desk.world.ok(&[finish], &[]);
}

#[test]
fn liquidation_of_an_insolvent_account_pays_no_more_than_insurance_holds() {
    let mut crash = Crash::new();
    let insurance = crash.desk.market().insurance_atoms.get();
    crash.price(320 * USDC);
    crash.started();
    crash.wait_s(10_000);
    crash.bidden(1_000_000_000);
    assert!(insurance < 1_050_000_000);
    assert_eq!((crash.desk.market().insurance_atoms.get(), crash.account()), (0, (0, 0)));
}

/// From solvent to insolvent the clock begins anew; back again, too.
#[test]
fn liquidation_that_changes_phase_starts_its_clock_anew() {
    let mut crash = Crash::new();
    crash.insure(5_000 * USDC);
    crash.price(220 * USDC);
    crash.started();
    crash.wait_s(7_000);
    crash.started();
    assert_eq!((crash.state().phase, crash.state().counted_s.get()), (0, 7_000));
    crash.price(320 * USDC);
    crash.started();
    assert_eq!((crash.state().phase, crash.state().counted_s.get()), (1, 0));
    crash.price(220 * USDC);
    crash.wait_s(60);
    crash.started();
    assert_eq!((crash.state().phase, crash.state().counted_s.get()), (0, 0));
    // Bidders pay 98 % again.
    let cheap = crash.bid(100_000_000, 881_999_999);
    crash.desk.world.fail(&[cheap], &[&crash.bidder.keypair], error("PriceAboveLimit"));
    let fair = crash.bid(100_000_000, 882_000_000);
    crash.desk.world.ok(&[fair], &[&crash.bidder.keypair]);
    crash.desk.check_books();
}

/// Nobody's price falls while nobody may bid.
#[test]
fn liquidation_s_clock_stands_while_accounts_migrate() {
    let mut crash = Crash::new();
    crash.price(220 * USDC);
    crash.started();
    crash.wait_s(100);
    crash.desk.level(4);
    crash.started();
    let bid = crash.bid(1_000_000_000, i64::MAX);
    crash.desk.world.fail(&[bid], &[&crash.bidder.keypair], error("LevelForbids"));
    crash.wait_s(3_600);
    crash.started();
    assert_eq!((crash.state().running, crash.state().counted_s.get()), (0, 100));
    crash.desk.level(3);
    crash.started();
    crash.wait_s(20);
    crash.started();
    assert_eq!((crash.state().running, crash.state().counted_s.get()), (1, 120));
    crash.bidden(1_000_000_000);
}

/// A top-up ends it; dust does not, nor does it start the price anew.
#[test]
fn liquidation_ends_by_a_top_up_and_not_by_dust() {
    let mut crash = Crash::new();
    crash.price(206_700_000);
    crash.started();
    crash.wait_s(600);
    // Maintenance margin was short by five.
    let dust = crash.desk.protocol.deposit(&crash.desk.maker, crash.desk.protocol.quote.mint, 10 * USDC);
    crash.desk.world.ok(&[dust], &[&crash.desk.maker.keypair]);
    let finish = crash.finish();
    crash.desk.world.fail(&[finish], &[], error("LiquidationOngoing"));
    crash.started();
    assert_eq!(crash.state().counted_s.get(), 600);
    let missing = crash.desk.protocol.deposit(&crash.desk.maker, crash.desk.protocol.quote.mint, 20_000 * USDC);
    crash.desk.world.ok(&[missing], &[&crash.desk.maker.keypair]);
    let finish = crash.finish();
    crash.desk.world.ok(&[finish], &[]);
    crash.desk.check_books();
    assert_eq!(crash.desk.maker_state().in_liquidation, 0);
    let tokens = crash.desk.protocol.quote_tokens;
    assert!(Token::balance(&mut crash.desk.world, &tokens) > 0);
    assert_eq!(crash.desk.maker_state().positions[0].kind, KIND_CALL);
}
