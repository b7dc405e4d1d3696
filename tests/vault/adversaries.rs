//! Those who would take from depositors: what each attack costs whom.

use crate::fixture::{
    ALICE, AUCTION_S, BOB, CALLS, CAROL, DAVE, EPOCH_S, ERIN, PUTS, SHARES, SPOT_E6, Stage, code, margin_code,
};
use client::margin;
use risk::listing::KEPT_S;
use testkit::{SOL, USDC};

fn donate(stage: &mut Stage, who: usize, atoms: u64) {
    let mut donation = stage.protocol.deposit(stage.actor(who), stage.mint(), atoms);
    donation.accounts[2].pubkey = stage.vault.trading;
    stage.step(donation, Some(who));
}

fn idle_turn(stage: &mut Stage) {
    stage.world.advance_s(EPOCH_S);
    stage.do_turn();
}

/// The first depositor buys few shares, gives the vault a fortune, and waits for a victim whose shares round to nothing: half the fortune
/// goes to shares that nobody owns, and the victim loses less than a part in a thousand.
#[test]
fn first_depositor_inflation_costs_the_attacker() {
    let mut stage = Stage::of(CALLS);
    let start = stage.base_of(ALICE);
    stage.do_deposit(ALICE, SOL / 10);
    stage.do_turn();
    stage.do_deposit_claim(ALICE, 0);
    donate(&mut stage, ALICE, 20 * SOL);
    stage.do_deposit(BOB, SOL);
    idle_turn(&mut stage);
    assert_eq!(stage.epoch_at(1).deposits_refused, 0);
    stage.do_deposit_claim(BOB, 1);
    let shares = (stage.shares_of(ALICE), stage.shares_of(BOB));
    stage.do_withdraw(ALICE, shares.0);
    stage.do_withdraw(BOB, shares.1);
    idle_turn(&mut stage);
    let before = stage.base_of(BOB);
    stage.do_withdraw_claim(ALICE, 2);
    stage.do_withdraw_claim(BOB, 2);
    let paid = stage.base_of(BOB) - before;
    assert!(paid <= SOL && paid >= SOL - SOL / 1_000, "the victim has {paid}");
    assert!(stage.base_of(ALICE) <= start, "the attacker has not gained");
}

/// A gift before the first deposit: the deposit is handed back where its shares would be too few to divide, and never shrinks.
#[test]
fn donation_to_an_empty_vault_takes_nothing_from_the_first_depositor() {
    let mut stage = Stage::of(CALLS);
    donate(&mut stage, ERIN_BASE, 40 * SOL);
    stage.do_deposit(BOB, SOL / 10);
    stage.do_turn();
    let epoch = stage.epoch_at(0);
    let before = stage.base_of(BOB);
    if epoch.deposits_refused == 1 {
        let cancel = stage.deposit_cancel(BOB, 0);
        stage.step(cancel, Some(BOB));
        assert_eq!(stage.base_of(BOB), before + SOL / 10);
    } else {
        stage.do_deposit_claim(BOB, 0);
        let shares = stage.shares_of(BOB);
        stage.do_withdraw(BOB, shares);
        idle_turn(&mut stage);
        stage.do_withdraw_claim(BOB, 1);
        assert!(stage.base_of(BOB) >= before + SOL / 10 - SOL / 10 / 1_000);
    }
}

const ERIN_BASE: usize = ALICE;

/// Joining in the last second of a good epoch: at a price that has the premium in it.
#[test]
fn last_second_deposit_gets_nothing_of_the_premium() {
    let mut stage = Stage::live_of(PUTS);
    let premium = stage.epoch().premium_atoms.get();
    assert!(premium > 0);
    stage.world.set_unix_s(stage.expiry_unix_s - 1);
    let (before, amount) = (stage.quote_of(BOB), 1_000 * USDC);
    stage.do_deposit(BOB, amount);
    let owned = stage.shares_of(BOB);
    stage.expire(100_000_000);
    let settle = stage.account_settle(stage.vault.trading);
    stage.step(settle, None);
    stage.do_turn();
    stage.do_deposit_claim(BOB, 1);
    let bought = stage.shares_of(BOB) - owned;
    stage.do_withdraw(BOB, bought);
    idle_turn(&mut stage);
    stage.do_withdraw_claim(BOB, 2);
    assert!(stage.quote_of(BOB) <= before, "the premium was others'");
    assert!(before - stage.quote_of(BOB) < 10, "and rounding costs a few atoms");
}

/// Settling everybody and closing the expiry before the vault has turned would leave the turn without a price, and depositors outside.
#[test]
fn expiry_that_a_turn_reads_cannot_be_closed_before_it() {
    let mut stage = Stage::live();
    stage.do_deposit(BOB, SOL);
    stage.expire(SPOT_E6);
    for account in [stage.vault.trading, stage.actor(CAROL).account, stage.actor(DAVE).account] {
        let settle = stage.account_settle(account);
        stage.step(settle, None);
    }
    let (payer, market, expiry) = (stage.world.payer(), stage.protocol.market, stage.expiry);
    let close = margin::ExpiryClose { payer, market, expiry }.instruction();
    stage.refused(close.clone(), None, margin_code("ExpiryKept"));
    stage.do_turn();
    assert_eq!((stage.epoch_at(1).price_e6.get(), stage.epoch_at(1).deposits_refused), (SPOT_E6, 0));
    stage.do_deposit_claim(BOB, 1);
    stage.world.set_unix_s(stage.expiry_unix_s + KEPT_S - 1);
    stage.refused(close.clone(), None, margin_code("ExpiryKept"));
    stage.world.advance_s(1);
    stage.step(close, None);
}

/// Leaving when the loss is in sight: before the cut-off one leaves at the price that has the loss in it, after it not at all.
#[test]
fn withdraw_before_a_loss_bears_it() {
    let mut stage = Stage::live_of(PUTS);
    stage.world.set_unix_s(stage.expiry_unix_s - 1);
    let shares = stage.shares_of(ALICE);
    stage.do_withdraw(ALICE, shares);
    stage.world.advance_s(1);
    let request = stage.withdraw_request(BOB, 1);
    stage.refused(request, Some(BOB), code("CutOffPassed"));
    stage.expire(80_000_000);
    let settle = stage.account_settle(stage.vault.trading);
    stage.step(settle, None);
    stage.do_turn();
    let before = stage.quote_of(ALICE);
    stage.do_withdraw_claim(ALICE, 1);
    let paid = stage.quote_of(ALICE) - before;
    let epoch = stage.epoch_at(1);
    let fair = u128::from(epoch.assets_atoms.get()) * u128::from(shares) / u128::from(epoch.shares_before.get());
    assert!(u128::from(paid) <= fair && fair - u128::from(paid) <= 2, "{paid} of {fair}");
    assert!(paid < 200 * USDC);
}

/// A bidder who waits for the last second of the commits has seen sizes and one flat escrow; who waits for the reveals is bound.
#[test]
fn bid_sniping_sees_no_price_and_changes_none() {
    let mut stage = Stage::auctioning();
    stage.do_commit(CAROL, 35, 240);
    stage.world.advance_s(AUCTION_S - 1);
    let seen = stage.bid(CAROL);
    assert_eq!((seen.price_e6.get(), stage.vault_state().book[0].price_e6.get()), (0, 0));
    stage.do_commit(DAVE, 35, 200);
    stage.world.advance_s(1);
    let late = stage.bid_commit(ERIN, 35, 10_000_000);
    stage.refused(late, Some(ERIN), code("AuctionOver"));
    stage.do_reveal(CAROL, 240);
    // Now Dave sees Carol's price, and can reveal his own or lose his bond.
    let better = stage.price(241);
    let better = stage.bid_reveal(DAVE, better);
    stage.refused(better, None, code("CommitmentMismatch"));
    stage.end_auction();
    stage.do_clear();
    let price = stage.price(240);
    assert_eq!(stage.epoch().clearing_price_e6.get(), price);
}

/// Bids that are never opened, to keep others out or the offer unsold: a tenth of each escrow goes to the vault.
#[test]
fn unrevealed_bids_pay_the_depositors() {
    let mut stage = Stage::auctioning();
    for who in [CAROL, DAVE, ERIN] {
        stage.do_commit(who, 35, 100);
    }
    stage.end_auction();
    stage.do_clear();
    let mut bonds = 0;
    for who in [ERIN, CAROL, DAVE] {
        bonds += stage.bid(who).escrow_atoms.get().div_ceil(10);
        stage.do_settle(who);
    }
    // Ten reserve prices of escrow, a tenth of it three times: more than the whole offer's reserve.
    let reserve = stage.price(100) * 35 / 10;
    assert_eq!(stage.trading().quote_atoms.get() as u64, bonds);
    assert!(bonds >= 3 * reserve - 3);
    stage.do_turn();
    assert!(stage.epoch_at(1).share_price_e12.get() > 1_000_000_000);
}

/// Two who agree pay the reserve price, which no agreement moves, and an honest third takes the lots from them.
#[test]
fn collusion_of_two_bidders_pays_the_reserve_and_loses_to_a_third() {
    let play = |third: bool| {
        let mut stage = Stage::auctioning();
        stage.do_commit(CAROL, 20, 100);
        stage.do_commit(DAVE, 15, 100);
        if third {
            stage.do_commit(ERIN, 35, 130);
        }
        stage.world.advance_s(AUCTION_S);
        stage.do_reveal(CAROL, 100);
        stage.do_reveal(DAVE, 100);
        if third {
            stage.do_reveal(ERIN, 130);
        }
        stage.end_auction();
        stage.do_clear();
        let whos: &[usize] = if third { &[CAROL, DAVE, ERIN] } else { &[CAROL, DAVE] };
        for who in whos {
            stage.do_settle(*who);
        }
        let (epoch, reserve) = (stage.epoch(), stage.price(100));
        (epoch.clearing_price_e6.get(), reserve, stage.bid(CAROL).filled_lots.get(), epoch.premium_atoms.get())
    };
    let (price, reserve, lots, premium) = play(false);
    assert_eq!((price, lots), (reserve, 20));
    assert!(premium >= reserve * 35 / 10);
    let (price, reserve, lots, more) = play(true);
    assert_eq!((price, lots), (reserve * 130 / 100, 0));
    assert!(more > premium);
}

/// Nobody does anything for a week after the expiry: every step is still there for anybody, and the result is what it would have been.
#[test]
fn epoch_skipped_for_a_week_ends_as_it_would_have() {
    let result = |idle_s: i64| {
        let mut stage = Stage::cleared();
        // Only one bid is settled in time; the other's premium goes back.
        stage.do_settle(CAROL);
        stage.do_withdraw(ALICE, SOL * SHARES);
        stage.expire(105_000_000);
        stage.world.advance_s(idle_s);
        stage.do_settle(DAVE);
        let settle = stage.account_settle(stage.vault.trading);
        stage.step(settle, None);
        stage.do_turn();
        stage.do_withdraw_claim(ALICE, 1);
        (stage.base_of(ALICE), stage.quote_of(ALICE), stage.epoch_at(1).share_price_e12.get())
    };
    assert_eq!(result(0), result(7 * 86_400));
}
