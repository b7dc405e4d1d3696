//! A haircut of the market in the middle of an epoch: what is owed to those who bid, wait and left is paid to the atom, in any order, and
//! what is at risk bears its part from the moment it is announced.

use crate::fixture::{ALICE, AUCTION_S, BOB, CAROL, DAVE, EPOCH_S, ERIN, PUTS, SHARES, Stage, code};
use abi::margin::Market;
use abi::vault::Vault;
use client::margin;
use risk::waterfall::{Cuttable, INDEX_ONE_E18};
use testkit::USDC;
use units::QuoteAtoms;

impl Stage {
    /// A haircut of so much of the market's positive balances, as margin books one: announced, and collected from nobody yet.
    fn haircut(&mut self, bps: u64) {
        let market = self.protocol.market;
        self.edit::<Market>(&market, |market| {
            let positive = market.positive_balances_atoms.get();
            let cuttable = Cuttable {
                index_e18: INDEX_ONE_E18 - market.index_lost_e18.get(),
                stored: QuoteAtoms(positive.cast_signed()),
                due: QuoteAtoms(market.haircut_due_atoms.get().cast_signed()),
                accounts: market.accounts_opened.get(),
            };
            let cut = cuttable.haircut(QuoteAtoms((positive / 10_000 * bps).cast_signed())).expect("in bounds");
            let raised = cut.raised.0.unsigned_abs();
            market.index_lost_e18 = (INDEX_ONE_E18 - cut.index_e18).into();
            market.haircut_due_atoms = (market.haircut_due_atoms.get() + raised).into();
            market.clearing_atoms = (market.clearing_atoms.get() - cut.raised.0).into();
            market.insurance_atoms = (market.insurance_atoms.get() + raised).into();
        });
        self.check();
    }

    fn refresh_trading(&mut self) {
        let refresh = margin::AccountRefresh { market: self.protocol.market, account: self.vault.trading };
        self.step(refresh.instruction(), None);
    }
}

/// What somebody does who is owed something.
#[derive(Clone, Copy)]
enum Claim {
    Refund(usize),
    Cancel,
    Leave,
}

/// Alice has left and not claimed, Bob waits to join, three have bid, and one of them never says what.
fn owing() -> Stage {
    let mut stage = Stage::funded_of(PUTS);
    stage.do_withdraw(ALICE, 100 * USDC * SHARES);
    stage.world.advance_s(EPOCH_S);
    stage.do_turn();
    stage.do_deposit(BOB, 50 * USDC);
    stage.list(7);
    let vault = stage.vault.vault;
    stage.edit::<Vault>(&vault, |vault| vault.mandate.cover_bps = 5_000.into());
    stage.do_open();
    for (who, lots, percent) in [(CAROL, 8, 240), (DAVE, 10, 180), (ERIN, 5, 300)] {
        stage.do_commit(who, lots, percent);
    }
    stage
}

/// What everybody has in the end: wallets, escrow, lots sold and premium.
type End = (Vec<u64>, i64, u64, u64);

fn play(haircuts: [u64; 3], settles: [usize; 3], claims: [Claim; 5]) -> End {
    let mut stage = owing();
    stage.haircut(haircuts[0]);
    stage.world.advance_s(AUCTION_S);
    stage.do_reveal(CAROL, 240);
    stage.do_reveal(DAVE, 180);
    stage.haircut(haircuts[1]);
    stage.end_auction();
    stage.do_clear();
    for who in settles {
        stage.do_settle(who);
    }
    stage.haircut(haircuts[2]);
    for claim in claims {
        match claim {
            Claim::Refund(who) => {
                let refund = stage.bid_refund(who);
                stage.step(refund, None);
            }
            Claim::Cancel => {
                let cancel = stage.deposit_cancel(BOB, stage.number);
                stage.step(cancel, Some(BOB));
            }
            Claim::Leave => stage.do_withdraw_claim(ALICE, 1),
        }
    }
    let (escrow, epoch) = (stage.escrow().quote_atoms.get(), stage.epoch());
    let wallets = (0..5).map(|who| stage.quote_of(who)).collect();
    (wallets, escrow, epoch.sold_lots.get(), epoch.premium_atoms.get())
}

/// INVARIANT(V-3), INVARIANT(V-6) and INVARIANT(V-7): nobody is last in the queue. Three haircuts, at every stage of the auction, change
/// nothing of what anybody is paid, whoever comes first, and leave not an atom behind.
#[test]
fn haircut_in_the_middle_of_an_epoch_leaves_every_claim_whole() {
    let forth = [Claim::Refund(CAROL), Claim::Refund(DAVE), Claim::Refund(ERIN), Claim::Cancel, Claim::Leave];
    let quiet = play([0; 3], [CAROL, DAVE, ERIN], forth);
    assert_eq!((quiet.1, quiet.2), (0, 14), "escrow is empty, and the put vault sold what half of it covers");
    let back = [Claim::Leave, Claim::Cancel, Claim::Refund(ERIN), Claim::Refund(DAVE), Claim::Refund(CAROL)];
    let mixed = [Claim::Refund(DAVE), Claim::Leave, Claim::Refund(CAROL), Claim::Cancel, Claim::Refund(ERIN)];
    for (settles, claims) in [([CAROL, DAVE, ERIN], forth), ([ERIN, DAVE, CAROL], back), ([DAVE, ERIN, CAROL], mixed)] {
        assert_eq!(play([1_000, 1_500, 5_000], settles, claims), quiet);
    }
}

/// A share's price has in it what is announced and not booked: who leaves and who joins pay and get the same as if somebody had refreshed.
#[test]
fn haircut_that_nobody_booked_is_in_the_price_of_the_turn() {
    let play = |refreshed: bool| {
        let mut stage = Stage::funded_of(PUTS);
        stage.do_withdraw(ALICE, 200 * USDC * SHARES);
        stage.do_deposit(BOB, 100 * USDC);
        stage.haircut(2_000);
        if refreshed {
            stage.refresh_trading();
        }
        stage.world.advance_s(EPOCH_S);
        stage.do_turn();
        let before = stage.quote_of(ALICE);
        stage.do_withdraw_claim(ALICE, 1);
        stage.do_deposit_claim(BOB, 1);
        let epoch = stage.epoch_at(1);
        let paid = stage.quote_of(ALICE) - before;
        (epoch.assets_atoms.get(), epoch.share_price_e12.get(), paid, stage.shares_of(BOB), stage.at_risk())
    };
    let (assets, price, paid, shares, left) = play(false);
    assert_eq!((assets, price, paid, shares, left), play(true));
    // Of 355 a fifth, and two atoms of rounding: Alice and Bob bear it alike.
    assert!((284 * USDC - 2..=284 * USDC + 7).contains(&assets), "{assets}");
    assert!((160 * USDC - 2..=160 * USDC).contains(&paid), "{paid}");
    assert!((price as i64 - 800_000_000).abs() < 100, "{price}");
    assert_eq!(left, assets - paid + 100 * USDC);
    assert!((shares - 155_000_007 * SHARES).abs_diff(125 * USDC * SHARES) < 1_000 * SHARES, "{shares}");
}

/// What is left after a haircut is what is offered, and what is bid for beyond it is not sold: INVARIANT(V-5).
#[test]
fn haircut_that_nobody_booked_covers_nothing() {
    let mut stage = Stage::funded_of(PUTS);
    stage.haircut(5_000);
    stage.do_open();
    assert_eq!(stage.epoch().offered_lots.get(), 19);
    let mut stage = Stage::auction_over_of(PUTS);
    stage.do_clear();
    stage.haircut(4_000);
    stage.do_settle(CAROL);
    let settle = stage.bid_settle(DAVE);
    stage.refused(settle.clone(), None, code("NotCovered"));
    // Until the expiry, after which every escrow goes back.
    let expiry_unix_s = stage.expiry_unix_s;
    stage.world.set_unix_s(expiry_unix_s);
    let escrow = stage.bid(DAVE).escrow_atoms.get();
    stage.step(settle, None);
    assert_eq!((stage.bid(DAVE).escrow_atoms.get(), stage.epoch().bids_unsettled), (escrow, 0));
}
