use crate::fixture::*;
use crate::fund::Pool;
use abi::margin::Fund;
use client::{addresses, breaker, margin};
use solana_instruction::error::InstructionError;
use testkit::{Substitutions, Token, USDC, keypair};

const NOTICE_S: i64 = 6 * 86_400;

/// A fund of 1,000 of the taker's, 400 of them on notice.
fn leaving(desk: &mut Desk) -> Pool {
    let pool = Pool::staked(desk, 1_000 * USDC);
    let unstake = pool.unstake(&desk.taker, 400 * USDC);
    desk.world.ok(&[unstake], &[&desk.taker.keypair]);
    pool
}

#[test]
fn insurance_claim_pays_after_the_notice_and_not_before() {
    let mut desk = Desk::new();
    let pool = leaving(&mut desk);
    let claim = pool.claim(&desk.taker);
    desk.world.advance_s(NOTICE_S - 1);
    desk.world.fail(std::slice::from_ref(&claim), &[&desk.taker.keypair], error("NoticeRunning"));
    desk.world.advance_s(1);
    let wallet = Token::balance(&mut desk.world, &desk.taker.quote_tokens);
    desk.level(4);
    desk.world.fail(std::slice::from_ref(&claim), &[&desk.taker.keypair], error("LevelForbids"));
    desk.level(2);
    desk.world.ok(std::slice::from_ref(&claim), &[&desk.taker.keypair]);
    pool.check_books(&mut desk);
    assert_eq!(Token::balance(&mut desk.world, &desk.taker.quote_tokens), wallet + 400 * USDC);
    let (fund, owner) = (pool.state(&mut desk), desk.taker.key());
    assert_eq!((fund.balance_atoms.get(), fund.shares.get()), (600 * USDC, 600 * USDC));
    let state = pool.stake_state(&mut desk, owner);
    assert_eq!((state.shares.get(), state.leaving_shares.get(), state.leaving_unix_s.get()), (600 * USDC, 0, 0));
    desk.world.fail(&[claim], &[&desk.taker.keypair], error("NoticeMissing"));
}

/// Shares on notice bear losses until they are paid.
#[test]
fn insurance_claim_pays_what_shares_are_worth_then() {
    let mut desk = Desk::new();
    let pool = leaving(&mut desk);
    desk.world.advance_s(NOTICE_S);
    desk.world.edit::<Fund>(&pool.fund, |fund| fund.balance_atoms = (900 * USDC - 1).into());
    let wallet = Token::balance(&mut desk.world, &desk.taker.quote_tokens);
    let claim = pool.claim(&desk.taker);
    desk.world.ok(&[claim], &[&desk.taker.keypair]);
    assert_eq!(Token::balance(&mut desk.world, &desk.taker.quote_tokens), wallet + 360 * USDC - 1);
}

/// A stake that holds nothing any more is gone, with its rent to whoever paid for the claim; a later stake begins anew.
#[test]
fn insurance_claim_of_the_last_shares_returns_the_rent() {
    let mut desk = Desk::new();
    let pool = Pool::staked(&mut desk, 1_000 * USDC);
    // Somebody else's, so that the window lets all of the taker's out at once.
    let others = pool.stake(&desk.maker, 9_000 * USDC);
    desk.world.ok(&[others], &[&desk.maker.keypair]);
    let unstake = pool.unstake(&desk.taker, 1_000 * USDC);
    desk.world.ok(&[unstake], &[&desk.taker.keypair]);
    desk.world.advance_s(NOTICE_S);
    let (owner, stake) = (desk.taker.key(), pool.stake_of(&desk.taker));
    let rent = desk.world.account(&stake).unwrap().lamports;
    let before = desk.world.account(&owner).unwrap().lamports;
    let claim = pool.claim(&desk.taker);
    desk.world.ok(&[claim], &[&desk.taker.keypair]);
    pool.check_books(&mut desk);
    assert!(desk.world.account(&stake).is_none_or(|account| account.lamports == 0));
    assert_eq!(desk.world.account(&owner).unwrap().lamports, before + rent);
    let again = pool.stake(&desk.taker, USDC);
    desk.world.ok(&[again], &[&desk.taker.keypair]);
    assert_eq!(pool.stake_state(&mut desk, owner).shares.get(), USDC);
}

/// Shares that losses have left worthless end as well.
#[test]
fn insurance_claim_of_worthless_shares_ends_them() {
    let mut desk = Desk::new();
    let pool = Pool::staked(&mut desk, 1_000 * USDC);
    let unstake = pool.unstake(&desk.taker, 1);
    desk.world.ok(&[unstake], &[&desk.taker.keypair]);
    desk.world.advance_s(NOTICE_S);
    desk.world.edit::<Fund>(&pool.fund, |fund| fund.balance_atoms = (500 * USDC).into());
    let wallet = Token::balance(&mut desk.world, &desk.taker.quote_tokens);
    let claim = pool.claim(&desk.taker);
    desk.world.ok(&[claim], &[&desk.taker.keypair]);
    assert_eq!(Token::balance(&mut desk.world, &desk.taker.quote_tokens), wallet);
    assert_eq!(pool.state(&mut desk).shares.get(), 1_000 * USDC - 1);
}

#[test]
fn insurance_claim_under_a_freeze_waits_under_a_ticket() {
    let mut desk = Desk::new();
    let pool = leaving(&mut desk);
    desk.world.advance_s(NOTICE_S);
    desk.level(3);
    let wallet = Token::balance(&mut desk.world, &desk.taker.quote_tokens);
    let claim = pool.claim(&desk.taker);
    desk.world.ok(&[claim], &[&desk.taker.keypair]);
    pool.check_books(&mut desk);
    assert_eq!(Token::balance(&mut desk.world, &desk.taker.quote_tokens), wallet);
    desk.world.advance_s(2 * 86_400);
    let accounts = breaker::TicketClaim {
        custody: pool.custody,
        brake: addresses::brake(),
        ticket: addresses::ticket(&pool.tokens, 1),
        payer: desk.taker.key(),
        tokens: pool.tokens,
        mint: pool.mint,
        destination: desk.taker.quote_tokens,
    };
    desk.world.ok(&[accounts.instruction()], &[]);
    pool.check_books(&mut desk);
    assert_eq!(Token::balance(&mut desk.world, &desk.taker.quote_tokens), wallet + 400 * USDC);
}

#[test]
fn insurance_claim_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    let elsewhere = Elsewhere::new(&mut desk);
    let pool = leaving(&mut desk);
    let other = Pool::of(elsewhere.protocol.quote.mint);
    let create = other.create(&desk);
    let stake = pool.stake(&desk.maker, USDC);
    desk.world.ok(&[create, stake], &[&desk.maker.keypair]);
    desk.world.advance_s(NOTICE_S);
    desk.level(3);
    let imposter = imposter(&mut desk.world);
    let claim = pool.claim(&desk.taker);
    Substitutions::of(claim, margin::InsuranceClaim::ACCOUNTS, &[&keypair("taker")])
        .stranger("owner", error("NotStakeOwner"))
        .stranger("fund", InstructionError::AccountDataTooSmall)
        .wrong("fund", other.fund, error("StakeOfAnotherFund"))
        .stranger("stake", InstructionError::AccountDataTooSmall)
        .wrong("stake", pool.stake_of(&desk.maker), error("NotStakeOwner"))
        .wrong("stake", imposter, InstructionError::InvalidAccountData)
        .stranger("brake", error("BrakeUnreadable"))
        .wrong("mint", desk.protocol.base.mint, error("MintOfAnotherFund"))
        .stranger("custody", error("CustodyOfAnotherFund"))
        .wrong("custody", desk.protocol.custody, error("CustodyOfAnotherFund"))
        .stranger("tokens", error("WrongTokenVault"))
        .wrong("tokens", other.tokens, error("WrongTokenVault"))
        .wrong("destination", desk.taker.base_tokens, breaker_error("DestinationOfAnotherMint"))
        .any("payer", "whoever signs may pay the ticket's rent")
        .stranger("ticket", breaker_error("WrongTicket"))
        .stranger("token_program", NOT_A_PROGRAM)
        .wrong("token_program", breaker::ID, InstructionError::IncorrectProgramId)
        .stranger("breaker_program", NOT_A_PROGRAM)
        .wrong("breaker_program", abi::ids::TOKEN.into(), InstructionError::IncorrectProgramId)
        .stranger("system_program", NOT_A_PROGRAM)
        .wrong("system_program", abi::ids::TOKEN.into(), InstructionError::IncorrectProgramId)
        .run(&mut desk.world);
}
