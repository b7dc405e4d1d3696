use crate::fixture::*;
use crate::wrapped::{Series, holding, taker_of};
use abi::ids;
use abi::margin::KIND_PUT;
use client::margin;
use solana_instruction::{AccountMeta, Instruction, error::InstructionError};
use testkit::{Substitutions, USDC};

#[test]
fn wrapped_close_gives_back_the_rent_of_series_and_mint() {
    let (mut desk, series, tokens) = holding(10);
    desk.settled(SPOT + 20 * USDC);
    let taker = taker_of(&desk);
    let close = series.close(&desk);
    desk.world.fail(std::slice::from_ref(&close), &[], error("WrappedInUse"));
    let redeem = series.redeem(&desk, &taker, tokens, 10);
    desk.world.ok(&[redeem], &[&taker.keypair]);
    let rent = [series.wrapped, series.mint].map(|address| desk.world.account(&address).unwrap().lamports);
    let payer = desk.world.payer();
    let before = desk.world.account(&payer).unwrap().lamports;
    desk.world.next_slot();
    desk.world.ok(&[close], &[]);
    let gained = desk.world.account(&payer).unwrap().lamports - (before - 5_000);
    assert_eq!(gained, rent[0] + rent[1]);
    assert!(desk.world.account(&series.wrapped).is_none() && desk.world.account(&series.mint).is_none());
    desk.check_books();
}

/// A holder may burn what is theirs. It then claims nothing: what the shorts paid in for it is insurance's.
#[test]
fn wrapped_close_forfeits_what_a_holder_burnt() {
    let (mut desk, series, tokens) = holding(10);
    let taker = taker_of(&desk);
    let metas = vec![
        AccountMeta::new(tokens, false),
        AccountMeta::new(series.mint, false),
        AccountMeta::new_readonly(taker.key(), true),
    ];
    let data = [[8].as_slice(), &4_u64.to_le_bytes()].concat();
    let burn = Instruction { program_id: ids::TOKEN_2022.into(), accounts: metas, data };
    desk.world.ok(&[burn], &[&taker.keypair]);
    desk.check_books();
    desk.settled(SPOT + 20 * USDC);
    let settle = desk.account_settle(desk.maker.account);
    let redeem = series.redeem(&desk, &taker, tokens, 6);
    desk.world.ok(&[settle, redeem], &[&taker.keypair]);
    desk.check_books();
    assert_eq!(desk.expiry_state().unsettled_lots.get(), 4);
    let insurance = desk.market().insurance_atoms.get();
    let close = series.close(&desk);
    desk.world.ok(&[close], &[]);
    desk.check_books();
    assert_eq!(desk.market().insurance_atoms.get() - insurance, 8 * USDC);
    assert_eq!((desk.expiry_state().unsettled_lots.get(), desk.market().clearing_atoms.get()), (0, 0));
}

#[test]
fn wrapped_close_before_settlement_fails_settlement_pending() {
    let mut desk = Desk::new();
    let series = Series::new(&mut desk, SPOT, KIND_PUT);
    let close = series.close(&desk);
    desk.world.fail(&[close], &[], error("SettlementPending"));
}

#[test]
fn wrapped_close_with_wrong_accounts_fails() {
    let (mut desk, _, _) = holding(0);
    let elsewhere = Elsewhere::new(&mut desk);
    let series = Series::new(&mut desk, SPOT, KIND_PUT);
    let other = Series::new(&mut desk, SPOT + 5 * USDC, KIND_PUT);
    desk.settled(SPOT);
    let close = series.close(&desk);
    Substitutions::of(close, margin::WrappedClose::ACCOUNTS, &[])
        .stranger("payer", error("NotRentPayer"))
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", elsewhere.protocol.market, error("WrappedOfAnotherMarket"))
        .stranger("expiry", InstructionError::AccountDataTooSmall)
        .wrong("expiry", elsewhere.expiry, error("WrappedOfAnotherExpiry"))
        .stranger("wrapped", InstructionError::AccountDataTooSmall)
        .wrong("wrapped", other.wrapped, error("WrongWrappedMint"))
        .stranger("mint", error("WrongWrappedMint"))
        .wrong("mint", other.mint, error("WrongWrappedMint"))
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("token_2022_program", NOT_A_PROGRAM)
        .wrong("token_2022_program", abi::ids::TOKEN.into(), InstructionError::IncorrectProgramId)
        .run(&mut desk.world);
}
