//! What the global fund pays for a market, and what it does not.
use crate::fixture::*;
use crate::fund::Pool;
use crate::liquidation::Crash;
use abi::breaker::Custody;
use abi::margin::{Fund, Liquidation};
use client::{WithRemaining, addresses, breaker, margin};
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use testkit::{Substitutions, Token, USDC, keypair};

pub fn draw(crash: &mut Crash, pool: &Pool) -> Instruction {
    let account = crash.desk.maker.account;
    let accounts = margin::InsuranceDraw {
        payer: crash.desk.taker.key(),
        market: crash.desk.protocol.market,
        account,
        liquidation: addresses::liquidation(&account),
        fund: pool.fund,
        feed: crash.desk.protocol.feed,
        mint: pool.mint,
        custody: pool.custody,
        tokens: pool.tokens,
        destination: crash.desk.protocol.quote_tokens,
        ticket: addresses::ticket(&pool.tokens, 1),
        breaker_program: breaker::ID,
    };
    let reads = crash.desk.reads();
    accounts.instruction(margin::InsuranceDrawArgs { ticket_id: 1 }).with_remaining(reads)
}

/// An account in its insolvent phase at `price_e6`, before the half hour is over, and a fund of `staked`.
fn insolvent(price_e6: u64, staked: u64) -> (Crash, Pool) {
    let mut crash = Crash::new();
    let pool = Pool::staked(&mut crash.desk, staked);
    crash.price(price_e6);
    crash.started();
    (crash, pool)
}

fn drawn(crash: &mut Crash, pool: &Pool) -> u64 {
    let before = (pool.state(&mut crash.desk), crash.desk.market());
    let tokens = crash.desk.protocol.quote_tokens;
    let held = Token::balance(&mut crash.desk.world, &tokens);
    let draw = draw(crash, pool);
    crash.desk.world.ok(&[draw], &[&crash.desk.taker.keypair]);
    crash.desk.check_books();
    pool.check_books(&mut crash.desk);
    let drawn = before.0.balance_atoms.get() - pool.state(&mut crash.desk).balance_atoms.get();
    assert_eq!(crash.desk.market().insurance_atoms.get(), before.1.insurance_atoms.get() + drawn);
    assert_eq!(Token::balance(&mut crash.desk.world, &tokens), held + drawn);
    drawn
}

fn refused(crash: &mut Crash, pool: &Pool, name: &str) {
    let draw = draw(crash, pool);
    crash.desk.world.fail(&[draw], &[&crash.desk.taker.keypair], error(name));
}

/// INVARIANT(M-8): exactly what insurance lacks, and the taker is paid.
#[test]
fn insurance_draw_pays_what_insurance_lacks() {
    let (mut crash, pool) = insolvent(320 * USDC, 100_000 * USDC);
    refused(&mut crash, &pool, "InsolvencyAuctionRunning");
    crash.wait_s(1_799);
    refused(&mut crash, &pool, "InsolvencyAuctionRunning");
    crash.wait_s(1);
    crash.desk.level(4);
    refused(&mut crash, &pool, "LevelForbids");
    crash.desk.level(0);
    let insurance = crash.desk.market().insurance_atoms.get();
    assert_eq!(drawn(&mut crash, &pool), 1_050 * USDC - insurance);
    refused(&mut crash, &pool, "HaircutNotNeeded");
    let bidder = crash.desk.account(crash.bidder.account).quote_atoms.get();
    let bid = crash.bid(1_000_000_000, -1_050_000_000);
    crash.desk.world.ok(&[bid], &[&crash.bidder.keypair]);
    crash.desk.check_books();
    assert_eq!(crash.desk.account(crash.bidder.account).quote_atoms.get(), bidder + 16_000_000_000 + 1_050_000_000);
    assert_eq!(crash.desk.market().insurance_atoms.get(), 0);
}

/// A tenth an event, a quarter a day, of what the fund held when the day began.
#[test]
fn insurance_draw_keeps_both_caps() {
    let (mut crash, pool) = insolvent(420 * USDC, 5_000 * USDC);
    crash.wait_s(1_800);
    let liquidation = addresses::liquidation(&crash.desk.maker.account);
    for expected in [500, 500, 250] {
        assert_eq!(drawn(&mut crash, &pool), expected * USDC);
        refused(&mut crash, &pool, "FundExhausted");
        // As if it were another account's event.
        crash.desk.world.edit::<Liquidation>(&liquidation, |state| state.fund_paid_atoms = 0.into());
    }
    refused(&mut crash, &pool, "FundExhausted");
    crash.wait_s(86_399);
    refused(&mut crash, &pool, "FundExhausted");
    crash.wait_s(1);
    assert_eq!(drawn(&mut crash, &pool), 375 * USDC);
}

/// Insurance is never credited with tokens that a ticket would bring some other day.
#[test]
fn insurance_draw_that_would_wait_fails_fund_pays_later() {
    let (mut crash, pool) = insolvent(320 * USDC, 100_000 * USDC);
    crash.wait_s(1_800);
    crash.desk.world.edit::<Custody>(&pool.custody, |custody| (custody.level, custody.cause) = (3, 2));
    refused(&mut crash, &pool, "FundPaysLater");
    crash.desk.world.edit::<Custody>(&pool.custody, |custody| (custody.level, custody.cause) = (0, 0));
    crash.desk.world.edit::<Fund>(&pool.fund, |fund| fund.balance_atoms = 0.into());
    refused(&mut crash, &pool, "FundExhausted");
    crash.desk.world.advance_s(61);
    refused(&mut crash, &pool, "FeedStale");
}

#[test]
fn insurance_draw_with_wrong_accounts_fails() {
    let (mut crash, pool) = insolvent(320 * USDC, 100_000 * USDC);
    let elsewhere = Elsewhere::new(&mut crash.desk);
    let other = Pool::of(elsewhere.protocol.quote.mint);
    let create = other.create(&crash.desk);
    crash.desk.world.ok(&[create], &[]);
    crash.wait_s(1_800);
    let draw = draw(&mut crash, &pool);
    let (bidder, base) = (crash.bidder.account, crash.desk.protocol.base.mint);
    Substitutions::of(draw, margin::InsuranceDraw::ACCOUNTS, &[&keypair("taker")])
        .any("payer", "whoever signs may pay the ticket's rent")
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", elsewhere.protocol.market, error("AccountOfAnotherMarket"))
        .stranger("account", InstructionError::AccountDataTooSmall)
        .wrong("account", bidder, error("LiquidationOfAnother"))
        .wrong("account", elsewhere.actor.account, error("AccountOfAnotherMarket"))
        .stranger("liquidation", InstructionError::AccountDataTooSmall)
        .wrong("liquidation", bidder, InstructionError::InvalidAccountData)
        .stranger("fund", InstructionError::AccountDataTooSmall)
        .wrong("fund", other.fund, error("FundOfAnotherToken"))
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("feed", error("FeedOfAnotherMarket"))
        .wrong("feed", elsewhere.protocol.feed, error("FeedOfAnotherMarket"))
        .wrong("mint", base, error("MintOfAnotherFund"))
        .stranger("custody", error("CustodyOfAnotherFund"))
        .wrong("custody", other.custody, error("CustodyOfAnotherFund"))
        .stranger("tokens", error("WrongTokenVault"))
        .wrong("tokens", other.tokens, error("WrongTokenVault"))
        .stranger("destination", error("WrongTokenVault"))
        .wrong("destination", elsewhere.protocol.quote_tokens, error("WrongTokenVault"))
        .any("ticket", "a draw that needs one is refused whole")
        .stranger("token_program", NOT_A_PROGRAM)
        .wrong("token_program", breaker::ID, InstructionError::IncorrectProgramId)
        .stranger("breaker_program", NOT_A_PROGRAM)
        .wrong("breaker_program", abi::ids::TOKEN.into(), InstructionError::IncorrectProgramId)
        .stranger("system_program", NOT_A_PROGRAM)
        .wrong("system_program", abi::ids::TOKEN.into(), InstructionError::IncorrectProgramId)
        .run(&mut crash.desk.world);
}
