use crate::fixture::*;
use crate::wrapped::{Series, give, holding, taker_of, usdc, wallet};
use abi::margin::KIND_PUT;
use client::margin;
use solana_instruction::error::InstructionError;
use testkit::{Substitutions, Token, USDC, key};

/// The holder has no margin account, and never had one.
#[test]
fn wrapped_redeem_pays_a_holder_without_an_account() {
    let (mut desk, series, tokens) = holding(10);
    let anybody = testkit::Actor {
        keypair: desk.world.rich("anybody"),
        account: key("none"),
        base_tokens: key("none"),
        quote_tokens: desk.protocol.quote.account(&mut desk.world, &key("anybody"), "wallet", 0),
    };
    let held = give(&mut desk, &series, tokens, &anybody.key(), 4);
    desk.settled(SPOT + 20 * USDC);
    let redeem = series.redeem(&desk, &anybody, held, 4);
    desk.world.ok(&[redeem], &[&anybody.keypair]);
    desk.check_books();
    assert_eq!(i64::try_from(wallet(&mut desk, &anybody)).unwrap(), usdc(8));
    assert_eq!((series.state(&mut desk).lots.get(), Token::balance(&mut desk.world, &held)), (6, 0));
    // The rest by its holder, and the writer: nothing is left, nothing was lost.
    let taker = taker_of(&desk);
    let before = wallet(&mut desk, &taker);
    let redeem = series.redeem(&desk, &taker, tokens, 6);
    desk.world.ok(&[redeem], &[&taker.keypair]);
    assert_eq!(i64::try_from(wallet(&mut desk, &taker) - before).unwrap(), usdc(12));
    let settle = desk.account_settle(desk.maker.account);
    desk.world.ok(&[settle], &[]);
    desk.check_books();
    let (expiry, market) = (desk.expiry_state(), desk.market());
    assert_eq!((expiry.unsettled_lots.get(), expiry.clearing_atoms.get(), market.clearing_atoms.get()), (0, 0, 0));
    assert_eq!(market.open_interest_lots.get(), 0);
}

/// INVARIANT(M-6): each redemption is rounded down, and what that leaves is insurance's.
#[test]
fn wrapped_redeem_in_parts_never_pays_more() {
    let (mut desk, series, tokens) = holding(10);
    // A payoff of 0.0000033 a lot, in atoms 3.3.
    desk.settled(SPOT + 33);
    let taker = taker_of(&desk);
    let (before, insurance) = (wallet(&mut desk, &taker), desk.market().insurance_atoms.get());
    for lots in [1, 2, 7] {
        let redeem = series.redeem(&desk, &taker, tokens, lots);
        desk.world.ok(&[redeem], &[&taker.keypair]);
        desk.check_books();
    }
    assert_eq!(wallet(&mut desk, &taker) - before, 3 + 6 + 23);
    let settle = desk.account_settle(desk.maker.account);
    desk.world.ok(&[settle], &[]);
    desk.check_books();
    assert_eq!(desk.market().insurance_atoms.get() - insurance, 33 - 32);
}

#[test]
fn wrapped_redeem_of_worthless_tokens_burns_them() {
    let (mut desk, series, tokens) = holding(10);
    desk.settled(SPOT - 20 * USDC);
    let taker = taker_of(&desk);
    let before = wallet(&mut desk, &taker);
    let redeem = series.redeem(&desk, &taker, tokens, 10);
    desk.world.ok(&[redeem], &[&taker.keypair]);
    desk.check_books();
    assert_eq!((wallet(&mut desk, &taker), Token::balance(&mut desk.world, &tokens)), (before, 0));
}

/// While the market is frozen the payoff waits by a ticket, like any withdrawal.
#[test]
fn wrapped_redeem_in_a_frozen_market_waits_by_a_ticket() {
    let (mut desk, series, tokens) = holding(10);
    desk.settled(SPOT + 20 * USDC);
    let taker = taker_of(&desk);
    let before = wallet(&mut desk, &taker);
    desk.market_level(3);
    let redeem = series.redeem(&desk, &taker, tokens, 10);
    desk.world.ok(&[redeem], &[&taker.keypair]);
    desk.check_books();
    assert_eq!((wallet(&mut desk, &taker), Token::balance(&mut desk.world, &tokens)), (before, 0));
    desk.market_level(0);
    desk.world.advance_s(86_400);
    let claim = desk.protocol.ticket_claim(&taker, desk.protocol.quote.mint, 1);
    desk.world.ok(&[claim], &[]);
    desk.check_books();
    assert_eq!(i64::try_from(wallet(&mut desk, &taker) - before).unwrap(), usdc(20));
}

#[test]
fn wrapped_redeem_before_the_price_is_fixed_fails_settlement_pending() {
    let (mut desk, series, tokens) = holding(10);
    let taker = taker_of(&desk);
    desk.world.set_unix_s(desk.expiry_unix_s);
    let redeem = series.redeem(&desk, &taker, tokens, 10);
    desk.world.fail(&[redeem], &[&taker.keypair], error("SettlementPending"));
}

#[test]
fn wrapped_redeem_of_what_is_not_held_fails() {
    let (mut desk, series, tokens) = holding(10);
    let taker = taker_of(&desk);
    let given = give(&mut desk, &series, tokens, &key("anybody"), 4);
    desk.settled(SPOT + 20 * USDC);
    for (source, lots, expect) in [
        (tokens, 0, error("AmountZero")),
        (tokens, 7, TOKEN_INSUFFICIENT_FUNDS),
        (tokens, 11, error("LotsAboveWrapped")),
        (given, 1, TOKEN_OWNER_MISMATCH),
    ] {
        let redeem = series.redeem(&desk, &taker, source, lots);
        desk.world.fail(&[redeem], &[&taker.keypair], expect);
    }
    desk.level(4);
    let redeem = series.redeem(&desk, &taker, tokens, 1);
    desk.world.fail(&[redeem], &[&taker.keypair], error("LevelForbids"));
}

#[test]
fn wrapped_redeem_with_wrong_accounts_fails() {
    let (mut desk, series, tokens) = holding(10);
    let elsewhere = Elsewhere::new(&mut desk);
    let put = Series::new(&mut desk, SPOT, KIND_PUT);
    let taker = taker_of(&desk);
    let puts = put.holder(&mut desk, &taker.key());
    let given = give(&mut desk, &series, tokens, &key("anybody"), 4);
    desk.settled(SPOT + 20 * USDC);
    let redeem = series.redeem(&desk, &taker, tokens, 1);
    Substitutions::of(redeem, margin::WrappedRedeem::ACCOUNTS, &[&taker.keypair])
        .stranger("holder", TOKEN_OWNER_MISMATCH)
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", elsewhere.protocol.market, error("WrappedOfAnotherMarket"))
        .stranger("expiry", InstructionError::AccountDataTooSmall)
        .wrong("expiry", elsewhere.expiry, error("WrappedOfAnotherExpiry"))
        .stranger("wrapped", InstructionError::AccountDataTooSmall)
        .wrong("wrapped", put.wrapped, error("WrongWrappedMint"))
        .stranger("wrapped_mint", error("WrongWrappedMint"))
        .wrong("wrapped_mint", put.mint, error("WrongWrappedMint"))
        .stranger("source", InstructionError::InvalidAccountData)
        .wrong("source", puts, TOKEN_INSUFFICIENT_FUNDS)
        .wrong("source", given, TOKEN_OWNER_MISMATCH)
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("custody", error("CustodyOfAnotherMarket"))
        .wrong("custody", elsewhere.protocol.custody, error("CustodyOfAnotherMarket"))
        .stranger("mint", InstructionError::IllegalOwner)
        .wrong("mint", desk.protocol.base.mint, error("MintOfAnotherMarket"))
        .stranger("tokens", error("WrongTokenVault"))
        .wrong("tokens", desk.protocol.base_tokens, error("WrongTokenVault"))
        .stranger("destination", InstructionError::AccountDataTooSmall)
        .wrong("destination", desk.taker.base_tokens, breaker_error("DestinationOfAnotherMint"))
        .any("payer", "whoever signs may pay the rent of a ticket")
        .any("ticket", "not looked at where nothing waits; the breaker's suite tries wrong ones")
        .stranger("token_program", NOT_A_PROGRAM)
        .wrong("token_program", abi::ids::BREAKER.into(), InstructionError::IncorrectProgramId)
        .stranger("token_2022_program", NOT_A_PROGRAM)
        .wrong("token_2022_program", abi::ids::TOKEN.into(), InstructionError::IncorrectProgramId)
        .stranger("breaker_program", NOT_A_PROGRAM)
        .wrong("breaker_program", abi::ids::TOKEN.into(), InstructionError::IncorrectProgramId)
        .stranger("system_program", NOT_A_PROGRAM)
        .wrong("system_program", abi::ids::TOKEN.into(), InstructionError::IncorrectProgramId)
        .run(&mut desk.world);
}
