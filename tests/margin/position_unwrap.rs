use crate::fixture::*;
use crate::wrapped::{Series, give, holding, taker_of, usdc};
use abi::margin::{KIND_PUT, MarginAccount};
use client::margin;
use solana_instruction::error::InstructionError;
use testkit::{Substitutions, Token, USDC, key};

#[test]
fn position_unwrap_turns_tokens_back_into_a_position() {
    let (mut desk, series, tokens) = holding(10);
    let taker = taker_of(&desk);
    let unwrap = series.unwrap(&mut desk, &taker, tokens, 7);
    desk.world.ok(&[unwrap], &[&taker.keypair]);
    desk.check_books();
    assert_eq!(desk.taker_state().positions[0].lots.get(), 7);
    assert_eq!((series.state(&mut desk).lots.get(), Token::balance(&mut desk.world, &tokens)), (3, 3));
    assert_eq!(desk.market().open_interest_lots.get(), 10);
}

/// Whoever holds tokens may bring them to an account of their own: even to the one that is short, which closes both.
#[test]
fn position_unwrap_by_the_writer_closes_the_position() {
    let (mut desk, series, tokens) = holding(10);
    let maker = crate::wrapped::maker_of(&desk);
    let bought = give(&mut desk, &series, tokens, &maker.key(), 10);
    let unwrap = series.unwrap(&mut desk, &maker, bought, 10);
    desk.world.ok(&[unwrap], &[&maker.keypair]);
    desk.check_books();
    assert_eq!(desk.market().open_interest_lots.get(), 0);
    assert_eq!(desk.maker_state().positions[0].kind, 0);
}

#[test]
fn position_unwrap_of_more_than_is_held_fails_in_the_token_program() {
    let (mut desk, series, tokens) = holding(10);
    let taker = taker_of(&desk);
    let given = give(&mut desk, &series, tokens, &key("anybody"), 4);
    let unwrap = series.unwrap(&mut desk, &taker, tokens, 7);
    desk.world.fail(&[unwrap], &[&taker.keypair], TOKEN_INSUFFICIENT_FUNDS);
    let unwrap = series.unwrap(&mut desk, &taker, given, 1);
    desk.world.fail(&[unwrap], &[&taker.keypair], TOKEN_OWNER_MISMATCH);
    let unwrap = series.unwrap(&mut desk, &taker, tokens, 11);
    desk.world.fail(&[unwrap], &[&taker.keypair], error("LotsAboveWrapped"));
    let unwrap = series.unwrap(&mut desk, &taker, tokens, 0);
    desk.world.fail(&[unwrap], &[&taker.keypair], error("AmountZero"));
}

/// After settlement the account settles what was unwrapped like what it held.
#[test]
fn position_unwrap_after_settlement_is_paid_by_account_settle() {
    let (mut desk, series, tokens) = holding(10);
    let taker = taker_of(&desk);
    desk.settled(SPOT + 20 * USDC);
    let before = desk.taker_state().quote_atoms.get();
    let unwrap = series.unwrap(&mut desk, &taker, tokens, 10);
    let settle = desk.account_settle(taker.account);
    desk.world.ok(&[unwrap, settle], &[&taker.keypair]);
    desk.check_books();
    assert_eq!(desk.taker_state().quote_atoms.get() - before, usdc(20));
    let settle = desk.account_settle(desk.maker.account);
    desk.world.ok(&[settle], &[]);
    desk.check_books();
    assert_eq!(desk.expiry_state().unsettled_lots.get(), 0);
}

/// A concentrated long is charged for: an account that cannot afford the charge may not take it on.
#[test]
fn position_unwrap_that_worsens_margin_in_portfolio_mode_fails_initial_margin_negative() {
    let (mut desk, series, tokens) = holding(10);
    let taker = taker_of(&desk);
    desk.surfaces_put();
    // As good as worthless, and all of its series.
    desk.portfolio(taker.account);
    let base = desk.taker_state().base_atoms.get();
    let withdraw = desk.protocol.withdraw(&taker, desk.protocol.base.mint, base);
    desk.world.ok(&[withdraw], &[&taker.keypair]);
    quote_set(&mut desk, false, -1);
    desk.protocol.price(&mut desk.world, 60 * USDC);
    desk.surfaces_put();
    let unwrap = series.unwrap(&mut desk, &taker, tokens, 10);
    desk.world.fail(std::slice::from_ref(&unwrap), &[&taker.keypair], error("InitialMarginNegative"));
    desk.world.edit::<MarginAccount>(&taker.account, |held| held.mode = 0);
    desk.world.ok(&[unwrap], &[&taker.keypair]);
}

#[test]
fn position_unwrap_lands_up_to_level_three() {
    let (mut desk, series, tokens) = holding(10);
    let taker = taker_of(&desk);
    for level in [1, 2, 3] {
        desk.level(level);
        let unwrap = series.unwrap(&mut desk, &taker, tokens, 1);
        desk.world.ok(&[unwrap], &[&taker.keypair]);
    }
    desk.level(4);
    let unwrap = series.unwrap(&mut desk, &taker, tokens, 1);
    desk.world.fail(&[unwrap], &[&taker.keypair], error("LevelForbids"));
}

#[test]
fn position_unwrap_without_the_series_expiry_fails_expiry_missing() {
    let (mut desk, series, tokens) = holding(10);
    let taker = taker_of(&desk);
    let mut unwrap = series.unwrap(&mut desk, &taker, tokens, 1);
    unwrap.accounts[margin::PositionUnwrap::ACCOUNTS.len()].pubkey = key("nobody");
    desk.world.fail(&[unwrap], &[&taker.keypair], error("ExpiryMissing"));
}

#[test]
fn position_unwrap_with_wrong_accounts_fails() {
    let (mut desk, series, tokens) = holding(10);
    let elsewhere = Elsewhere::new(&mut desk);
    let put = Series::new(&mut desk, SPOT, KIND_PUT);
    let taker = taker_of(&desk);
    let puts = put.holder(&mut desk, &taker.key());
    let given = give(&mut desk, &series, tokens, &key("anybody"), 4);
    let unwrap = series.unwrap(&mut desk, &taker, tokens, 1);
    Substitutions::of(unwrap, margin::PositionUnwrap::ACCOUNTS, &[&taker.keypair])
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
        .stranger("source", InstructionError::InvalidAccountData)
        .wrong("source", puts, TOKEN_INSUFFICIENT_FUNDS)
        .wrong("source", given, TOKEN_OWNER_MISMATCH)
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("feed", error("FeedOfAnotherMarket"))
        .wrong("feed", elsewhere.protocol.feed, error("FeedOfAnotherMarket"))
        .stranger("token_2022_program", NOT_A_PROGRAM)
        .wrong("token_2022_program", abi::ids::TOKEN.into(), InstructionError::IncorrectProgramId)
        .run(&mut desk.world);
}
