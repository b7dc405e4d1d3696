use crate::fixture::*;
use crate::liquidation::Crash;
use client::{addresses, margin};
use solana_instruction::error::InstructionError;
use testkit::{Substitutions, USDC};

#[test]
fn liquidation_finish_returns_the_rent_and_lets_the_account_close() {
    let mut crash = Crash::new();
    crash.insure(5_000 * USDC);
    crash.price(320 * USDC);
    crash.started();
    crash.bidden(1_000_000_000);
    // Flat and empty, but its liquidation is open.
    let close = margin::AccountClose {
        owner: crash.desk.maker.key(),
        market: crash.desk.protocol.market,
        account: crash.desk.maker.account,
    };
    crash.desk.world.fail(&[close.instruction()], &[&crash.desk.maker.keypair], error("LiquidationOpen"));
    let (payer, address) = (crash.desk.taker.key(), addresses::liquidation(&crash.desk.maker.account));
    let rent = crash.desk.world.account(&address).unwrap().lamports;
    let before = crash.desk.world.account(&payer).unwrap().lamports;
    // No price is needed for an account that holds nothing.
    crash.desk.world.advance_s(3_600);
    let finish = crash.finish();
    crash.desk.level(4);
    crash.desk.world.fail(std::slice::from_ref(&finish), &[], error("LevelForbids"));
    crash.desk.level(3);
    crash.desk.world.ok(&[finish], &[]);
    assert_eq!(crash.desk.world.account(&payer).unwrap().lamports, before + rent);
    crash.desk.world.ok(&[close.instruction()], &[&crash.desk.maker.keypair]);
}

#[test]
fn liquidation_finish_too_early_fails_liquidation_ongoing() {
    let mut crash = Crash::new();
    crash.price(220 * USDC);
    crash.started();
    let finish = crash.finish();
    crash.desk.world.fail(std::slice::from_ref(&finish), &[], error("LiquidationOngoing"));
    crash.bidden(100_000_000);
    crash.desk.world.fail(std::slice::from_ref(&finish), &[], error("LiquidationOngoing"));
    crash.desk.world.advance_s(61);
    crash.desk.world.fail(&[finish], &[], error("FeedStale"));
}

/// Nobody else's liquidation may hang on whether an opener keeps an account.
#[test]
fn liquidation_finish_for_an_opener_that_is_gone_leaves_the_fee_to_insurance() {
    let mut crash = Crash::new();
    let market = crash.desk.protocol.market;
    let opener = crash.desk.protocol.actor(&mut crash.desk.world, "opener", 0, 0);
    crash.price(220 * USDC);
    let mut start = crash.start();
    for meta in start.accounts.iter_mut().filter(|meta| meta.pubkey == crash.desk.taker.account) {
        meta.pubkey = opener.account;
    }
    crash.desk.world.ok(&[start], &[&crash.desk.taker.keypair]);
    crash.bidden(1_000_000_000);
    let fee = crash.state().opener_fee_atoms.get();
    assert!(fee > 0);
    let close = margin::AccountClose { owner: opener.key(), market, account: opener.account }.instruction();
    crash.desk.world.ok(&[close], &[&opener.keypair]);
    let insurance = crash.desk.market().insurance_atoms.get();
    let mut finish = crash.finish();
    for meta in finish.accounts.iter_mut().filter(|meta| meta.pubkey == crash.desk.taker.account) {
        meta.pubkey = opener.account;
    }
    crash.desk.world.ok(&[finish], &[]);
    crash.desk.check_books();
    assert_eq!(crash.desk.market().insurance_atoms.get(), insurance + fee);
    assert_eq!(crash.desk.market().clearing_atoms.get(), 0);
}

#[test]
fn liquidation_finish_with_wrong_accounts_fails() {
    let mut crash = Crash::new();
    let elsewhere = Elsewhere::new(&mut crash.desk);
    crash.price(220 * USDC);
    crash.started();
    crash.bidden(1_000_000_000);
    let finish = crash.finish();
    let bidder = crash.bidder.account;
    Substitutions::of(finish, margin::LiquidationFinish::ACCOUNTS, &[])
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", elsewhere.protocol.market, error("AccountOfAnotherMarket"))
        .stranger("account", InstructionError::AccountDataTooSmall)
        .wrong("account", bidder, error("LiquidationOfAnother"))
        .wrong("account", elsewhere.actor.account, error("AccountOfAnotherMarket"))
        .stranger("opener", error("NotOpener"))
        .wrong("opener", bidder, error("NotOpener"))
        .stranger("payer", error("NotRentPayer"))
        .wrong("payer", crash.bidder.key(), error("NotRentPayer"))
        .stranger("liquidation", InstructionError::AccountDataTooSmall)
        .wrong("liquidation", bidder, InstructionError::InvalidAccountData)
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("feed", error("FeedOfAnotherMarket"))
        .wrong("feed", elsewhere.protocol.feed, error("FeedOfAnotherMarket"))
        .run(&mut crash.desk.world);
}
