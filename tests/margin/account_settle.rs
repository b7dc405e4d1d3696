use crate::fixture::*;
use abi::margin::{KIND_PUT, MarginAccount};
use client::margin;
use solana_instruction::error::InstructionError;
use testkit::{Offer, Substitutions, USDC};

#[test]
fn account_settle_pays_long_and_charges_short() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    desk.filled(offer, 10);
    desk.settled(165 * USDC);
    let (taker, maker) = (desk.taker_state(), desk.maker_state());

    // The winner first: the loser's payment is still to come, and clearing says so.
    let long = desk.account_settle(desk.taker.account);
    desk.world.ok(&[long], &[]);
    desk.check_books();
    assert_eq!(desk.taker_state().quote_atoms.get() - taker.quote_atoms.get(), 15_000_000);
    assert_eq!(desk.market().clearing_atoms.get(), -15_000_000);
    assert_eq!(desk.expiry_state().unsettled_lots.get(), 10);

    let short = desk.account_settle(desk.maker.account);
    desk.world.ok(&[short], &[]);
    desk.check_books();
    assert_eq!(maker.quote_atoms.get() - desk.maker_state().quote_atoms.get(), 15_000_000);
    assert_eq!((desk.market().clearing_atoms.get(), desk.market().open_interest_lots.get()), (0, 0));
    assert!(desk.taker_state().positions.iter().chain(&desk.maker_state().positions).all(|slot| slot.kind == 0));
}

#[test]
fn account_settle_out_of_the_money_pays_nothing() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    desk.filled(offer, 10);
    desk.settled(SPOT);
    let before = desk.maker_state().quote_atoms.get();
    let calls = [desk.account_settle(desk.maker.account), desk.account_settle(desk.taker.account)];
    desk.world.ok(&calls, &[]);
    desk.check_books();
    assert_eq!(desk.maker_state().quote_atoms.get(), before);
}

/// Settlement at a price that leaves a fraction of an atom on every position: both orders end in the same state.
#[test]
fn account_settle_rounding_goes_to_insurance_in_any_order() {
    let outcome = |taker_first: bool| {
        let mut desk = Desk::new();
        for (nonce, strike) in [(1, SPOT), (2, SPOT + 5 * USDC), (3, SPOT - 5 * USDC)] {
            let offer = Offer { strike_e6: strike, nonce, ..desk.offer() };
            desk.filled(offer, 3);
        }
        desk.settled(170 * USDC + 1);
        let insurance = desk.market().insurance_atoms.get();
        let mut calls = [desk.account_settle(desk.taker.account), desk.account_settle(desk.maker.account)];
        if !taker_first {
            calls.reverse();
        }
        for call in calls {
            desk.world.ok(&[call], &[]);
            desk.check_books();
        }
        let market = desk.market();
        assert_eq!((market.clearing_atoms.get(), desk.expiry_state().clearing_atoms.get()), (0, 0));
        (
            market.insurance_atoms.get() - insurance,
            desk.taker_state().quote_atoms.get(),
            desk.maker_state().quote_atoms.get(),
        )
    };
    let (residue, taker, maker) = outcome(true);
    assert_eq!(residue, 3, "an atom for each of three series");
    assert_eq!((residue, taker, maker), outcome(false));
}

#[test]
fn account_settle_leaves_a_debt_that_base_stands_behind() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    desk.filled(offer, 10);
    let cash = u64::try_from(desk.maker_state().quote_atoms.get()).unwrap();
    let withdraw = desk.protocol.withdraw(&desk.maker, desk.protocol.quote.mint, cash);
    desk.world.ok(&[withdraw], &[&desk.maker.keypair]);
    desk.settled(250 * USDC);
    let calls = [desk.account_settle(desk.maker.account), desk.account_settle(desk.taker.account)];
    desk.world.ok(&calls, &[]);
    desk.check_books();
    assert_eq!(desk.maker_state().quote_atoms.get(), -100_000_000);
    // No base leaves while quote is owed.
    let base = desk.protocol.withdraw(&desk.maker, desk.protocol.base.mint, 1);
    desk.world.fail(&[base], &[&desk.maker.keypair], error("QuoteBalanceTooLow"));
}

#[test]
fn account_settle_again_changes_nothing() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    desk.filled(offer, 10);
    desk.settled(165 * USDC);
    let settle = desk.account_settle(desk.taker.account);
    desk.world.ok(std::slice::from_ref(&settle), &[]);
    let before = desk.world.snapshot(std::slice::from_ref(&settle));
    desk.world.ok(std::slice::from_ref(&settle), &[]);
    assert_eq!(before, desk.world.snapshot(&[settle]));
}

#[test]
fn account_settle_leaves_other_expiries_alone() {
    let mut desk = Desk::new();
    let later = desk.protocol.expiry_unix_s(&mut desk.world, 2);
    desk.protocol.expiry(&mut desk.world, later);
    let offer = desk.offer();
    desk.filled(offer, 10);
    let fill = desk.fill(Offer { expiry_unix_s: later, nonce: 2, ..offer }, 10);
    desk.world.ok(&fill, &[&desk.taker.keypair]);
    desk.settlement_put(165 * USDC);
    let calls = [desk.expiry_settle(), desk.account_settle(desk.taker.account)];
    desk.world.ok(&calls, &[]);
    let held: Vec<i64> = desk
        .taker_state()
        .positions
        .iter()
        .filter(|slot| slot.kind != 0)
        .map(|slot| slot.expiry_unix_s.get())
        .collect();
    assert_eq!(held, [later]);
}

#[test]
fn account_settle_before_the_price_fails_settlement_pending() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    desk.filled(offer, 10);
    desk.settlement_put(165 * USDC);
    let settle = desk.account_settle(desk.taker.account);
    desk.world.fail(&[settle], &[], error("SettlementPending"));
}

#[test]
fn account_settle_while_accounts_migrate_fails_level_forbids() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    desk.filled(offer, 10);
    desk.settled(165 * USDC);
    desk.level(4);
    let settle = desk.account_settle(desk.taker.account);
    desk.world.fail(std::slice::from_ref(&settle), &[], error("LevelForbids"));
    desk.level(3);
    desk.world.ok(&[settle], &[]);
}

#[test]
fn account_settle_of_eight_positions_costs_at_most_8000() {
    let mut desk = Desk::new();
    desk.positions_open(8);
    desk.settled(165 * USDC);
    let settle = desk.account_settle(desk.maker.account);
    let units = desk.world.ok(&[settle], &[]).units_of(&margin::ID);
    assert!(units <= 8_000, "{units} units");
}

#[test]
fn account_settle_of_puts_and_calls_nets_to_zero() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    desk.filled(offer, 7);
    desk.filled(Offer { kind: KIND_PUT, nonce: 2, ..offer }, 9);
    desk.settled(133_333_333);
    let sum = |taker: MarginAccount, maker: MarginAccount| taker.quote_atoms.get() + maker.quote_atoms.get();
    let before = sum(desk.taker_state(), desk.maker_state());
    let calls = [desk.account_settle(desk.maker.account), desk.account_settle(desk.taker.account)];
    desk.world.ok(&calls, &[]);
    desk.check_books();
    assert_eq!(before - sum(desk.taker_state(), desk.maker_state()), 1, "one atom of rounding on the put");
}

#[test]
fn account_settle_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    let elsewhere = Elsewhere::new(&mut desk);
    let offer = desk.offer();
    desk.filled(offer, 10);
    desk.settled(165 * USDC);
    let settle = desk.account_settle(desk.taker.account);
    Substitutions::of(settle, margin::AccountSettle::ACCOUNTS, &[])
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", elsewhere.protocol.market, error("ExpiryOfAnotherMarket"))
        .stranger("expiry", InstructionError::AccountDataTooSmall)
        .wrong("expiry", elsewhere.expiry, error("ExpiryOfAnotherMarket"))
        .stranger("account", InstructionError::AccountDataTooSmall)
        .wrong("account", elsewhere.actor.account, error("AccountOfAnotherMarket"))
        .stranger("brake", error("BrakeUnreadable"))
        .run(&mut desk.world);
}
