use crate::fixture::*;
use crate::wrapped::{Series, give, holding, taker_of};
use abi::margin::KIND_PUT;
use abi::quote::SIDE_BUY;
use client::margin;
use solana_instruction::error::InstructionError;
use testkit::{Offer, SOL, Substitutions, Token, USDC, key};

#[test]
fn position_wrap_turns_long_lots_into_tokens() {
    let (mut desk, series, tokens) = holding(4);
    assert_eq!(desk.taker_state().positions[0].lots.get(), 6);
    assert_eq!(Token::balance(&mut desk.world, &tokens), 4);
    assert_eq!(series.state(&mut desk).lots.get(), 4);
    // Open interest is what it was: the short is still there, and somebody is long.
    assert_eq!(desk.market().open_interest_lots.get(), 10);
    // They move like any token, and what is left can follow.
    give(&mut desk, &series, tokens, &key("anybody"), 3);
    let taker = taker_of(&desk);
    let wrap = series.wrap(&mut desk, &taker, tokens, 6);
    desk.world.ok(&[wrap], &[&taker.keypair]);
    desk.check_books();
    assert_eq!(desk.taker_state().positions[0].kind, 0);
    assert_eq!((series.state(&mut desk).lots.get(), Token::balance(&mut desk.world, &tokens)), (10, 7));
}

#[test]
fn position_wrap_of_more_than_is_held_fails_lots_above_held() {
    let (mut desk, series, tokens) = holding(0);
    let taker = taker_of(&desk);
    for lots in [11, u64::MAX >> 1] {
        let wrap = series.wrap(&mut desk, &taker, tokens, lots);
        desk.world.fail(&[wrap], &[&taker.keypair], error("LotsAboveHeld"));
    }
    let wrap = series.wrap(&mut desk, &taker, tokens, u64::MAX);
    desk.world.fail(&[wrap], &[&taker.keypair], error("NotionalTooLarge"));
    let wrap = series.wrap(&mut desk, &taker, tokens, 0);
    desk.world.fail(&[wrap], &[&taker.keypair], error("AmountZero"));
    // Neither a series that is not held nor a short is a long.
    let put = Series::new(&mut desk, SPOT, KIND_PUT);
    let puts = put.holder(&mut desk, &taker.key());
    let wrap = put.wrap(&mut desk, &taker, puts, 1);
    desk.world.fail(&[wrap], &[&taker.keypair], error("LotsAboveHeld"));
    let sold = Offer { kind: KIND_PUT, side: SIDE_BUY, nonce: 2, ..desk.offer() };
    desk.filled(sold, 5);
    let wrap = put.wrap(&mut desk, &taker, puts, 1);
    desk.world.fail(&[wrap], &[&taker.keypair], error("LotsAboveHeld"));
}

/// A long that offsets a short stays: without it the account could not cover what it owes.
#[test]
fn position_wrap_that_uncovers_a_short_fails_initial_margin_negative() {
    let (mut desk, series, tokens) = holding(0);
    let taker = taker_of(&desk);
    let sold = Offer { strike_e6: SPOT + 5 * USDC, side: SIDE_BUY, nonce: 2, ..desk.offer() };
    desk.filled(sold, 10);
    for (mint, atoms) in [(desk.protocol.base.mint, 1_000 * SOL), (desk.protocol.quote.mint, 999_900 * USDC)] {
        let withdraw = desk.protocol.withdraw(&taker, mint, atoms);
        desk.world.ok(&[withdraw], &[&taker.keypair]);
    }
    let wrap = series.wrap(&mut desk, &taker, tokens, 10);
    desk.world.fail(&[wrap], &[&taker.keypair], error("InitialMarginNegative"));
    let debt = -1;
    quote_set(&mut desk, false, debt);
    let wrap = series.wrap(&mut desk, &taker, tokens, 1);
    desk.world.fail(&[wrap], &[&taker.keypair], error("QuoteBalanceTooLow"));
}

#[test]
fn position_wrap_asks_for_a_price_only_while_positions_are_left() {
    let (mut desk, series, tokens) = holding(0);
    let taker = taker_of(&desk);
    desk.world.advance_s(3_600);
    let part = series.wrap(&mut desk, &taker, tokens, 9);
    desk.world.fail(&[part], &[&taker.keypair], error("FeedStale"));
    let all = series.wrap(&mut desk, &taker, tokens, 10);
    desk.world.ok(&[all], &[&taker.keypair]);
    desk.check_books();
}

#[test]
fn position_wrap_in_portfolio_mode_reads_surfaces() {
    let (mut desk, series, tokens) = holding(0);
    let taker = taker_of(&desk);
    desk.portfolio(taker.account);
    let wrap = series.wrap(&mut desk, &taker, tokens, 4);
    desk.world.fail(std::slice::from_ref(&wrap), &[&taker.keypair], error("SurfaceMissing"));
    desk.surfaces_put();
    desk.world.ok(&[wrap], &[&taker.keypair]);
    desk.check_books();
}

#[test]
fn position_wrap_without_the_series_expiry_fails_expiry_missing() {
    let (mut desk, series, tokens) = holding(0);
    let elsewhere = Elsewhere::new(&mut desk);
    let taker = taker_of(&desk);
    let wrap = series.wrap(&mut desk, &taker, tokens, 1);
    let at = margin::PositionWrap::ACCOUNTS.len();
    for wrong in [elsewhere.expiry, series.wrapped, key("nobody")] {
        let mut wrap = wrap.clone();
        wrap.accounts[at].pubkey = wrong;
        // The wrapped series itself is there already, writable.
        let expect = if wrong == series.wrapped { DUPLICATE } else { error("ExpiryMissing") };
        desk.world.fail(&[wrap], &[&taker.keypair], expect);
    }
    let mut without = wrap.clone();
    without.accounts[at].is_writable = false;
    desk.world.fail(&[without], &[&taker.keypair], error("ExpiryMissing"));
    desk.world.ok(&[wrap], &[&taker.keypair]);
}

#[test]
fn position_wrap_after_expiry_fails_series_expired() {
    let (mut desk, series, tokens) = holding(0);
    let taker = taker_of(&desk);
    desk.world.set_unix_s(desk.expiry_unix_s);
    let wrap = series.wrap(&mut desk, &taker, tokens, 1);
    desk.world.fail(&[wrap], &[&taker.keypair], error("SeriesExpired"));
}

#[test]
fn position_wrap_at_level_two_fails_level_forbids() {
    let (mut desk, series, tokens) = holding(0);
    let taker = taker_of(&desk);
    let wrap = series.wrap(&mut desk, &taker, tokens, 1);
    for level in [2, 3] {
        desk.market_level(level);
        desk.world.fail(std::slice::from_ref(&wrap), &[&taker.keypair], error("LevelForbids"));
    }
    desk.market_level(0);
    desk.level(4);
    desk.world.fail(&[wrap], &[&taker.keypair], error("LevelForbids"));
}

#[test]
fn position_wrap_with_wrong_accounts_fails() {
    let (mut desk, series, tokens) = holding(0);
    let elsewhere = Elsewhere::new(&mut desk);
    let put = Series::new(&mut desk, SPOT, KIND_PUT);
    let taker = taker_of(&desk);
    let puts = put.holder(&mut desk, &taker.key());
    let wrap = series.wrap(&mut desk, &taker, tokens, 1);
    Substitutions::of(wrap, margin::PositionWrap::ACCOUNTS, &[&taker.keypair])
        .stranger("owner", error("NotAccountOwner"))
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", elsewhere.protocol.market, error("AccountOfAnotherMarket"))
        .stranger("account", InstructionError::AccountDataTooSmall)
        .wrong("account", desk.maker.account, error("NotAccountOwner"))
        .wrong("account", elsewhere.actor.account, error("AccountOfAnotherMarket"))
        .stranger("wrapped", InstructionError::AccountDataTooSmall)
        .wrong("wrapped", put.wrapped, error("WrongWrappedMint"))
        .stranger("mint", error("WrongWrappedMint"))
        .wrong("mint", put.mint, error("WrongWrappedMint"))
        .stranger("destination", InstructionError::InvalidAccountData)
        .wrong("destination", puts, TOKEN_MINT_MISMATCH)
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("custody", error("CustodyOfAnotherMarket"))
        .wrong("custody", elsewhere.protocol.custody, error("CustodyOfAnotherMarket"))
        .stranger("feed", error("FeedOfAnotherMarket"))
        .wrong("feed", elsewhere.protocol.feed, error("FeedOfAnotherMarket"))
        .stranger("token_2022_program", NOT_A_PROGRAM)
        .wrong("token_2022_program", abi::ids::TOKEN.into(), InstructionError::IncorrectProgramId)
        .run(&mut desk.world);
}
