use crate::fixture::*;
use crate::fund::Pool;
use abi::margin::Fund;
use client::{addresses, breaker, margin};
use solana_instruction::error::InstructionError;
use testkit::{Substitutions, Token, USDC, keypair};

#[test]
fn insurance_stake_buys_shares_at_their_price() {
    let mut desk = Desk::new();
    let pool = Pool::staked(&mut desk, 1_000 * USDC);
    let wallet = Token::balance(&mut desk.world, &desk.maker.quote_tokens);
    let (taker, maker) = (desk.taker.key(), desk.maker.key());
    let state = pool.stake_state(&mut desk, taker);
    assert_eq!((state.version, state.min_reader, state.shares.get()), (1, 1, 1_000 * USDC));
    assert_eq!((state.fund, state.owner), (pool.fund.to_bytes(), taker.to_bytes()));
    let stake = pool.stake(&desk.maker, 500 * USDC);
    desk.world.ok(std::slice::from_ref(&stake), &[&desk.maker.keypair]);
    pool.check_books(&mut desk);
    assert_eq!(Token::balance(&mut desk.world, &desk.maker.quote_tokens), wallet - 500 * USDC);
    // A loss of a half: the same amount buys twice the shares.
    desk.world.edit::<Fund>(&pool.fund, |fund| fund.balance_atoms = (750 * USDC).into());
    desk.world.ok(&[stake], &[&desk.maker.keypair]);
    let fund = pool.state(&mut desk);
    assert_eq!((fund.balance_atoms.get(), fund.shares.get()), (1_250 * USDC, 2_500 * USDC));
    assert_eq!(pool.stake_state(&mut desk, maker).shares.get(), 1_500 * USDC);
}

#[test]
fn insurance_stake_that_buys_nothing_fails_by_name() {
    let mut desk = Desk::new();
    let pool = Pool::staked(&mut desk, 1_000 * USDC);
    let refused = |desk: &mut Desk, amount: u64, code: u32| {
        let stake = pool.stake(&desk.maker, amount);
        desk.world.fail(&[stake], &[&desk.maker.keypair], code);
    };
    refused(&mut desk, 0, error("AmountZero"));
    refused(&mut desk, 2_000_000 * USDC, TOKEN_INSUFFICIENT_FUNDS);
    desk.level(4);
    refused(&mut desk, 1, error("LevelForbids"));
    desk.level(3);
    desk.world.edit::<Fund>(&pool.fund, |fund| fund.shares = (999 * USDC).into());
    refused(&mut desk, 1, error("StakeTooSmall"));
    desk.world.edit::<Fund>(&pool.fund, |fund| fund.balance_atoms = 0.into());
    refused(&mut desk, 1, error("FundEmpty"));
}

#[test]
fn insurance_stake_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    let elsewhere = Elsewhere::new(&mut desk);
    let pool = Pool::created(&mut desk);
    let other = Pool::of(elsewhere.protocol.quote.mint);
    let create = other.create(&desk);
    desk.world.ok(&[create], &[]);
    let stake = pool.stake(&desk.taker, USDC);
    Substitutions::of(stake, margin::InsuranceStake::ACCOUNTS, &[&keypair("taker")])
        .stranger("owner", InstructionError::InvalidSeeds)
        .any("payer", "whoever signs may pay")
        .stranger("fund", InstructionError::AccountDataTooSmall)
        .wrong("fund", other.fund, InstructionError::InvalidSeeds)
        .stranger("stake", InstructionError::InvalidSeeds)
        .wrong("stake", addresses::stake(&other.fund, &desk.taker.key()), InstructionError::InvalidSeeds)
        .stranger("brake", error("BrakeUnreadable"))
        .wrong("mint", desk.protocol.base.mint, error("MintOfAnotherFund"))
        .stranger("source", InstructionError::InvalidAccountData)
        .wrong("source", desk.maker.quote_tokens, TOKEN_OWNER_MISMATCH)
        .wrong("source", desk.taker.base_tokens, TOKEN_MINT_MISMATCH)
        .stranger("tokens", error("WrongTokenVault"))
        .wrong("tokens", other.tokens, error("WrongTokenVault"))
        .stranger("token_program", NOT_A_PROGRAM)
        .wrong("token_program", breaker::ID, InstructionError::IncorrectProgramId)
        .stranger("system_program", NOT_A_PROGRAM)
        .wrong("system_program", abi::ids::TOKEN.into(), InstructionError::IncorrectProgramId)
        .run(&mut desk.world);
}
