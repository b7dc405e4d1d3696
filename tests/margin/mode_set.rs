use crate::fixture::*;
use abi::margin::{KIND_PUT, MODE_PORTFOLIO, MODE_STANDARD};
use abi::quote::SIDE_BUY;
use client::{WithRemaining, margin};
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use testkit::{Offer, Substitutions, USDC};

fn set(desk: &mut Desk, mode: u8) -> Instruction {
    let accounts = margin::ModeSet {
        owner: desk.taker.key(),
        market: desk.protocol.market,
        account: desk.taker.account,
        custody: desk.protocol.custody,
        feed: desk.protocol.feed,
    };
    let reads = desk.reads();
    accounts.instruction(margin::ModeSetArgs { mode }).with_remaining(reads)
}

#[test]
fn mode_set_of_a_flat_account_needs_no_price() {
    let mut desk = Desk::new();
    desk.world.advance_s(3_600);
    for mode in [MODE_PORTFOLIO, MODE_STANDARD] {
        let mut set = set(&mut desk, mode);
        set.accounts.truncate(margin::ModeSet::ACCOUNTS.len());
        desk.world.ok(&[set], &[&desk.taker.keypair]);
        assert_eq!(desk.taker_state().mode, mode);
    }
}

/// INVARIANT(M-4): a mode must be one in which the account has its margin.
#[test]
fn mode_set_needs_initial_margin_in_the_new_mode() {
    let mut desk = Desk::new();
    desk.surfaces_put();
    // Ten short puts at the money need 150 a unit in standard mode, and a good part of it in portfolio mode.
    desk.filled(Offer { side: SIDE_BUY, kind: KIND_PUT, ..desk.offer() }, 10);
    quote_set(&mut desk, false, 110 * USDC as i64);
    let portfolio = set(&mut desk, MODE_PORTFOLIO);
    let base = desk.taker_state().base_atoms.get();
    let withdraw = desk.protocol.withdraw(&desk.taker, desk.protocol.base.mint, base).with_remaining(desk.reads());
    // Without its base, the account has less than standard margin asks: only the other mode lets it go.
    desk.world.fail(std::slice::from_ref(&withdraw), &[&desk.taker.keypair], error("InitialMarginNegative"));
    desk.world.ok(&[portfolio], &[&desk.taker.keypair]);
    desk.world.ok(&[withdraw], &[&desk.taker.keypair]);
    let standard = set(&mut desk, MODE_STANDARD);
    desk.world.fail(&[standard], &[&desk.taker.keypair], error("InitialMarginNegative"));
}

#[test]
fn mode_set_without_what_it_reads_fails_by_name() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    desk.filled(offer, 10);
    let complete = set(&mut desk, MODE_PORTFOLIO);
    let named = margin::ModeSet::ACCOUNTS.len();
    desk.world.fail(std::slice::from_ref(&complete), &[&desk.taker.keypair], error("SurfaceMissing"));
    desk.surfaces_put();
    let mut without_expiry = complete.clone();
    without_expiry.accounts.remove(named);
    desk.world.fail(&[without_expiry], &[&desk.taker.keypair], error("ExpiryMissing"));
    let mut without_surface = complete.clone();
    without_surface.accounts.pop();
    desk.world.fail(&[without_surface], &[&desk.taker.keypair], error("SurfaceMissing"));
    desk.world.advance_s(10);
    desk.world.ok(std::slice::from_ref(&complete), &[&desk.taker.keypair]);
    desk.world.fail(std::slice::from_ref(&complete), &[&desk.taker.keypair], error("ModeUnchanged"));
    desk.portfolio(desk.maker.account);
    desk.world.advance_s(1);
    let back = set(&mut desk, MODE_STANDARD);
    desk.world.fail(&[back], &[&desk.taker.keypair], error("FeedStale"));
}

#[test]
fn mode_set_to_what_there_is_not_fails_by_name() {
    let mut desk = Desk::new();
    for (mode, name) in [(2, "UnknownMode"), (255, "UnknownMode"), (MODE_STANDARD, "ModeUnchanged")] {
        let set = set(&mut desk, mode);
        desk.world.fail(&[set], &[&desk.taker.keypair], error(name));
    }
    let set = set(&mut desk, MODE_PORTFOLIO);
    for level in [2, 3] {
        desk.market_level(level);
        desk.world.fail(std::slice::from_ref(&set), &[&desk.taker.keypair], error("LevelForbids"));
    }
    desk.market_level(0);
    desk.level(2);
    desk.world.fail(&[set], &[&desk.taker.keypair], error("LevelForbids"));
}

#[test]
fn mode_set_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    let elsewhere = Elsewhere::new(&mut desk);
    let mut set = set(&mut desk, MODE_PORTFOLIO);
    set.accounts.truncate(margin::ModeSet::ACCOUNTS.len());
    Substitutions::of(set, margin::ModeSet::ACCOUNTS, &[&desk.taker.keypair])
        .stranger("owner", error("NotAccountOwner"))
        .stranger("market", InstructionError::UninitializedAccount)
        .wrong("market", elsewhere.protocol.market, error("AccountOfAnotherMarket"))
        .stranger("account", InstructionError::AccountDataTooSmall)
        .wrong("account", desk.maker.account, error("NotAccountOwner"))
        .wrong("account", elsewhere.actor.account, error("AccountOfAnotherMarket"))
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("custody", error("CustodyOfAnotherMarket"))
        .wrong("custody", elsewhere.protocol.custody, error("CustodyOfAnotherMarket"))
        .stranger("feed", error("FeedOfAnotherMarket"))
        .wrong("feed", elsewhere.protocol.feed, error("FeedOfAnotherMarket"))
        .run(&mut desk.world);
}
