use crate::fixture::*;
use crate::liquidation::Crash;
use client::{addresses, margin};
use solana_instruction::error::InstructionError;
use testkit::{Substitutions, USDC};

#[test]
fn liquidation_start_of_a_healthy_account_fails_account_healthy() {
    let mut crash = Crash::new();
    // 16,000 covers what a hundred calls at 150 lose at one and a half times 206.66, and not a cent more.
    crash.price(206_660_000);
    let start = crash.start();
    crash.desk.world.fail(std::slice::from_ref(&start), &[&crash.desk.taker.keypair], error("AccountHealthy"));
    crash.price(206_670_000);
    crash.desk.level(4);
    crash.desk.world.fail(std::slice::from_ref(&start), &[&crash.desk.taker.keypair], error("LevelForbids"));
    crash.desk.level(3);
    crash.desk.world.ok(&[start], &[&crash.desk.taker.keypair]);
    let (state, now) = (crash.state(), crash.desk.world.unix_s());
    assert_eq!((state.phase, state.running, state.counted_s.get(), state.since_unix_s.get()), (0, 1, 0, now));
    assert_eq!(
        (state.account, state.opener),
        (crash.desk.maker.account.to_bytes(), crash.desk.taker.account.to_bytes())
    );
    assert_eq!((state.payer, crash.desk.maker_state().in_liquidation), (crash.desk.taker.key().to_bytes(), 1));
}

#[test]
fn liquidation_start_on_a_stale_feed_fails_feed_stale() {
    let mut crash = Crash::new();
    crash.price(220 * USDC);
    crash.desk.world.advance_s(61);
    let start = crash.start();
    crash.desk.world.fail(&[start], &[&crash.desk.taker.keypair], error("FeedStale"));
}

#[test]
fn liquidation_start_for_the_owner_s_own_gain_fails_self_trade() {
    let mut crash = Crash::new();
    crash.price(220 * USDC);
    let mut start = crash.start();
    start.accounts[0].pubkey = crash.desk.maker.key();
    start.accounts[3].pubkey = crash.desk.maker.account;
    // The framework refuses an account that stands twice where one is writable.
    crash.desk.world.fail(std::slice::from_ref(&start), &[&crash.desk.maker.keypair], DUPLICATE);
    let (owner, market) = (crash.desk.maker.key(), crash.desk.protocol.market);
    let second = addresses::margin_account(&market, &owner, 1);
    let open = margin::AccountOpen { owner, payer: crash.desk.world.payer(), market, account: second };
    crash.desk.world.ok(&[open.instruction(margin::AccountOpenArgs { subaccount: 1 })], &[&crash.desk.maker.keypair]);
    start.accounts[3].pubkey = second;
    crash.desk.world.fail(&[start], &[&crash.desk.maker.keypair], error("SelfTrade"));
}

#[test]
fn liquidation_start_with_wrong_accounts_fails() {
    let mut crash = Crash::new();
    let elsewhere = Elsewhere::new(&mut crash.desk);
    crash.price(220 * USDC);
    let mut start = crash.start();
    start.accounts.truncate(margin::LiquidationStart::ACCOUNTS.len());
    let (taker, bidder) = (crash.desk.taker.account, crash.bidder.account);
    let signer = testkit::keypair("taker");
    Substitutions::of(start, margin::LiquidationStart::ACCOUNTS, &[&signer])
        .any("payer", "whoever signs may pay")
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", elsewhere.protocol.market, error("AccountOfAnotherMarket"))
        .stranger("account", InstructionError::AccountDataTooSmall)
        // The liquidation's address follows from the account.
        .wrong("account", bidder, InstructionError::InvalidSeeds)
        .wrong("account", elsewhere.actor.account, InstructionError::InvalidSeeds)
        .stranger("opener", InstructionError::UninitializedAccount)
        .wrong("opener", elsewhere.actor.account, error("AccountOfAnotherMarket"))
        .stranger("liquidation", InstructionError::InvalidSeeds)
        .wrong("liquidation", addresses::liquidation(&taker), InstructionError::InvalidSeeds)
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("feed", error("FeedOfAnotherMarket"))
        .wrong("feed", elsewhere.protocol.feed, error("FeedOfAnotherMarket"))
        .stranger("system_program", NOT_A_PROGRAM)
        .run(&mut crash.desk.world);
}
