//! Whole epochs of every kind: conservation and V-1, V-3, V-4, V-5 after each step, and nobody's result by anyone's discretion.

use crate::fixture::{ALICE, AUCTION_S, BOB, CALLS, CAROL, DAVE, EPOCH_S, ERIN, PUTS, SHARES, SPREADS, Stage};
use testkit::{SOL, USDC};

/// Everything that five people own, in tokens and margin accounts.
fn wealth(stage: &mut Stage) -> Vec<(u64, u64)> {
    (0..5).map(|who| (stage.base_of(who), stage.quote_of(who))).collect()
}

/// INVARIANT(V-2): out of an epoch that sold nothing nobody takes an atom more than he brought, whatever his share.
#[test]
fn deposit_then_withdraw_never_gains() {
    for (kind, amounts) in
        [(CALLS, [SOL / 10, 1_234_567_891]), (PUTS, [USDC, 3_333_333]), (SPREADS, [USDC, 77_777_777])]
    {
        let mut stage = Stage::funded_of(kind);
        // Profit that an atom cannot be divided by.
        let mut donation = stage.protocol.deposit(stage.actor(ERIN), stage.protocol.quote.mint, 7_777_777);
        donation.accounts[2].pubkey = stage.vault.trading;
        stage.step(donation, Some(ERIN));
        let price = |stage: &mut Stage| {
            stage.world.advance_s(EPOCH_S);
            stage.do_turn();
        };
        price(&mut stage);
        for amount in amounts {
            let before = wealth(&mut stage)[BOB];
            let number = stage.number;
            let shares = stage.shares_of(BOB);
            stage.do_deposit(BOB, amount);
            price(&mut stage);
            stage.do_deposit_claim(BOB, number);
            let bought = stage.shares_of(BOB) - shares;
            let number = stage.number;
            stage.do_withdraw(BOB, bought);
            price(&mut stage);
            stage.do_withdraw_claim(BOB, number);
            let after = wealth(&mut stage)[BOB];
            // In the vault's token, the quote of a covered call at spot.
            let worth = |(base, quote): (u64, u64)| if kind == CALLS { base + quote * 10 } else { quote };
            assert!(worth(after) <= worth(before), "kind {kind}: {before:?} to {after:?}");
            assert!(worth(before) - worth(after) < 1_000, "kind {kind}: rounding alone");
        }
    }
}

/// Two depositors, three bidders, one who joins and one who leaves; out of the money and in.
#[test]
fn whole_epochs_conserve_every_atom() {
    for (kind, price_e6) in [
        (CALLS, 105_000_000),
        (CALLS, 110_100_001),
        (PUTS, 95_000_000),
        (PUTS, 85_000_001),
        (SPREADS, 86_000_001),
        (SPREADS, 60_000_000),
    ] {
        let mut stage = Stage::live_of(kind);
        let (alice, bob) = stage.stakes();
        let before = stage.at_risk();
        stage.do_withdraw(ALICE, alice * SHARES);
        stage.do_deposit(BOB, bob);
        stage.expire(price_e6);
        for account in [stage.vault.trading, stage.actor(CAROL).account, stage.actor(DAVE).account] {
            let settle = stage.account_settle(account);
            stage.step(settle, None);
        }
        stage.do_turn();
        for who in [CAROL, DAVE] {
            let mut refund = stage.bid_refund(who);
            // The bid is of the epoch that has turned.
            refund.accounts[1].pubkey = stage.epoch_key(1);
            let bid = client::addresses::bid(&stage.epoch_key(1), &stage.actor(who).key());
            refund.accounts[2].pubkey = bid;
            stage.step(refund, None);
        }
        stage.do_withdraw_claim(ALICE, 1);
        stage.do_deposit_claim(BOB, 1);
        let epoch = stage.epoch_at(1);
        let (gained, lost) = (epoch.share_price_e12.get() > 1_000_000_000, price_e6 < 90_000_000);
        assert_eq!(gained, !lost, "kind {kind} at {price_e6}: {} held, {} now", before, epoch.assets_atoms.get());
        // Alice is whole but for the thousand shares that nobody owns, Bob has all the rest.
        assert_eq!(stage.shares_of(ALICE), 0);
        assert_eq!(stage.shares_of(BOB), stage.vault_state().shares.get());
        // The next epoch sells again.
        stage.list(7);
        stage.do_open();
        stage.do_commit(ERIN, stage_lots(kind), 150);
        stage.world.advance_s(AUCTION_S);
        stage.do_reveal(ERIN, 150);
        stage.end_auction();
        stage.do_clear();
        stage.do_settle(ERIN);
        assert!(stage.epoch().sold_lots.get() > 0);
    }
}

fn stage_lots(kind: u8) -> u64 {
    if kind == SPREADS { 20 } else { 10 }
}

/// INVARIANT(V-6): whoever turns which crank when, every depositor has the same in the end.
#[test]
fn no_order_of_cranks_changes_a_result() {
    let run = |settles: [usize; 3], refund_first: bool, claims: [usize; 2]| {
        let mut stage = Stage::auctioning();
        for (who, lots, percent) in [(CAROL, 20, 240), (DAVE, 30, 180), (ERIN, 5, 300)] {
            stage.do_commit(who, lots, percent);
        }
        stage.world.advance_s(AUCTION_S);
        // Erin never reveals.
        for who in settles.into_iter().filter(|who| *who != ERIN) {
            stage.do_reveal(who, if who == CAROL { 240 } else { 180 });
        }
        stage.end_auction();
        stage.do_clear();
        stage.do_withdraw(ALICE, SOL * SHARES);
        stage.do_deposit(BOB, SOL);
        for who in settles {
            stage.do_settle(who);
            if refund_first {
                let refund = stage.bid_refund(who);
                stage.step(refund, None);
            }
        }
        stage.expire(105_000_000);
        let settle = stage.account_settle(stage.vault.trading);
        stage.step(settle, None);
        stage.do_turn();
        for who in claims {
            if who == ALICE {
                stage.do_withdraw_claim(ALICE, 1);
            } else {
                stage.do_deposit_claim(BOB, 1);
            }
        }
        let epoch = stage.epoch_at(1);
        let people = [ALICE, BOB].map(|who| (stage.base_of(who), stage.quote_of(who), stage.shares_of(who)));
        (people, epoch.assets_atoms.get(), epoch.share_price_e12.get(), epoch.premium_atoms.get())
    };
    let first = run([CAROL, DAVE, ERIN], false, [ALICE, BOB]);
    for (settles, refund_first, claims) in [
        ([ERIN, DAVE, CAROL], true, [BOB, ALICE]),
        ([DAVE, CAROL, ERIN], true, [ALICE, BOB]),
        ([DAVE, ERIN, CAROL], false, [BOB, ALICE]),
    ] {
        assert_eq!(run(settles, refund_first, claims), first);
    }
}
