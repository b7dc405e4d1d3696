use crate::fixture::*;
use client::{addresses, breaker, margin, oracle};
use solana_instruction::{Instruction, error::InstructionError};
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{Substitutions, Token, key};

fn sweep(desk: &Desk, destination: Pubkey, amount: u64) -> Instruction {
    let protocol = &desk.protocol;
    let accounts = margin::FeesSweep {
        authority: protocol.deployer.pubkey(),
        config: addresses::config(&margin::ID),
        market: protocol.market,
        custody: protocol.custody,
        mint: protocol.quote.mint,
        tokens: protocol.quote_tokens,
        destination,
        payer: protocol.deployer.pubkey(),
        ticket: addresses::ticket(&protocol.quote_tokens, 1),
        breaker_program: breaker::ID,
    };
    accounts.instruction(margin::FeesSweepArgs { amount, ticket_id: 1 })
}

/// A desk that has traded, its fees, and an account of the treasury's.
fn earned() -> (Desk, u64, Pubkey) {
    let mut desk = Desk::new();
    let offer = desk.offer();
    desk.filled(offer, 100);
    let fees = desk.market().fees_atoms.get();
    assert!(fees > 0);
    let treasury = desk.protocol.quote.account(&mut desk.world, &key("treasury"), "treasury", 0);
    (desk, fees, treasury)
}

#[test]
fn fees_sweep_pays_what_was_taken_and_no_more() {
    let (mut desk, fees, treasury) = earned();
    let deployer = desk.protocol.deployer.insecure_clone();
    let insurance = desk.market().insurance_atoms.get();
    let over = sweep(&desk, treasury, fees + 1);
    desk.world.fail(&[over], &[&deployer], error("FeesBelowAmount"));
    let none = sweep(&desk, treasury, 0);
    desk.world.fail(&[none], &[&deployer], error("AmountZero"));
    for part in [1, fees - 1] {
        let sweep = sweep(&desk, treasury, part);
        desk.world.ok(&[sweep], &[&deployer]);
        desk.check_books();
    }
    assert_eq!(Token::balance(&mut desk.world, &treasury), fees);
    assert_eq!((desk.market().fees_atoms.get(), desk.market().insurance_atoms.get()), (0, insurance));
}

/// Fees wait in the queue like anybody's withdrawal.
#[test]
fn fees_sweep_in_a_frozen_market_waits_by_a_ticket() {
    let (mut desk, fees, treasury) = earned();
    let deployer = desk.protocol.deployer.insecure_clone();
    desk.market_level(3);
    let sweep = sweep(&desk, treasury, fees);
    desk.world.ok(&[sweep], &[&deployer]);
    desk.check_books();
    assert_eq!(Token::balance(&mut desk.world, &treasury), 0);
    desk.level(4);
    let again = self::sweep(&desk, treasury, 1);
    desk.world.fail(&[again], &[&deployer], error("LevelForbids"));
}

#[test]
fn fees_sweep_with_wrong_accounts_fails() {
    let (mut desk, _, treasury) = earned();
    let elsewhere = Elsewhere::new(&mut desk);
    let deployer = desk.protocol.deployer.insecure_clone();
    let sweep = sweep(&desk, treasury, 1);
    Substitutions::of(sweep, margin::FeesSweep::ACCOUNTS, &[&deployer])
        .stranger("authority", error("NotAuthority"))
        .stranger("config", InstructionError::UninitializedAccount)
        .wrong("config", addresses::config(&oracle::ID), InstructionError::IllegalOwner)
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", elsewhere.protocol.market, error("CustodyOfAnotherMarket"))
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
        .stranger("breaker_program", NOT_A_PROGRAM)
        .wrong("breaker_program", abi::ids::TOKEN.into(), InstructionError::IncorrectProgramId)
        .stranger("system_program", NOT_A_PROGRAM)
        .wrong("system_program", abi::ids::TOKEN.into(), InstructionError::IncorrectProgramId)
        .run(&mut desk.world);
}
