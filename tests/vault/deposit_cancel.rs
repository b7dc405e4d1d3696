use crate::fixture::{ALICE, BOB, SYSTEM, Stage, TOKEN, code, margin_code, named};
use client::vault;
use solana_instruction::error::InstructionError;
use testkit::{SOL, Substitutions};

#[test]
fn deposit_cancel_returns_everything_and_the_rent() {
    let mut stage = Stage::new();
    let (base, lamports) = (stage.base_of(ALICE), lamports(&mut stage));
    stage.do_deposit(ALICE, 2 * SOL);
    stage.do_deposit(BOB, SOL);
    let cancel = stage.deposit_cancel(ALICE);
    stage.world.ok(&[cancel], &[&stage.actors[ALICE].keypair]);
    stage.check_conserved();
    assert_eq!(stage.base_of(ALICE), base);
    assert_eq!(self::lamports(&mut stage), lamports);
    let deposit = stage.deposit_key(ALICE, 0);
    assert!(stage.world.account(&deposit).is_none());
    assert_eq!(stage.epoch(0).deposited_atoms.get(), SOL);
    assert_eq!(stage.trading().base_atoms.get(), SOL);
}

fn lamports(stage: &mut Stage) -> u64 {
    let owner = stage.actor(ALICE).key();
    stage.world.account(&owner).expect("a wallet").lamports
}

#[test]
fn deposit_cancel_then_deposit_starts_anew() {
    let mut stage = Stage::deposited();
    let cancel = stage.deposit_cancel(ALICE);
    stage.world.ok(&[cancel], &[&stage.actors[ALICE].keypair]);
    stage.do_deposit(ALICE, SOL);
    stage.check_conserved();
}

#[test]
fn deposit_cancel_after_the_auction_began_fails_epoch_not_open() {
    let mut stage = Stage::auctioning();
    let cancel = stage.deposit_cancel(ALICE);
    stage.world.fail(&[cancel], &[&stage.actors[ALICE].keypair], code("EpochNotOpen"));
}

#[test]
fn deposit_cancel_while_withdrawals_are_frozen_is_queued_for_the_depositor() {
    let mut stage = Stage::deposited();
    stage.brake(3);
    let cancel = stage.deposit_cancel(ALICE);
    let before = stage.base_of(ALICE);
    stage.world.ok(&[cancel], &[&stage.actors[ALICE].keypair]);
    assert_eq!(stage.base_of(ALICE), before);
    stage.world.advance_s(12 * 3_600);
    let pay = stage.protocol.ticket_claim(stage.actor(ALICE), stage.protocol.base.mint, 1);
    stage.world.ok(&[pay], &[]);
    assert_eq!(stage.base_of(ALICE), before + 2 * SOL);
}

#[test]
fn deposit_cancel_with_a_wrong_account_is_refused() {
    let mut stage = Stage::deposited();
    let market = stage.other_market();
    let other_epoch = client::addresses::epoch(&stage.other.vault, 0);
    let (other_trading, escrow) = (stage.other.trading, stage.vault.escrow);
    let bobs_deposit = stage.deposit_key(BOB, 0);
    let quote_mint = stage.protocol.quote.mint;
    let quote_tokens = stage.protocol.quote_tokens;
    let alices_quote = stage.actor(ALICE).quote_tokens;
    Substitutions::of(stage.deposit_cancel(ALICE), vault::DepositCancel::ACCOUNTS, &[&stage.actors[ALICE].keypair])
        .stranger("owner", code("WrongDeposit"))
        .stranger("vault", InstructionError::AccountDataTooSmall)
        .wrong("vault", stage.other.vault, InstructionError::InvalidSeeds)
        .stranger("epoch", InstructionError::AccountDataTooSmall)
        .wrong("epoch", other_epoch, InstructionError::InvalidSeeds)
        .stranger("deposit", InstructionError::AccountDataTooSmall)
        .wrong("deposit", bobs_deposit, code("WrongDeposit"))
        .stranger("market", code("WrongMarket"))
        .wrong("market", market, code("WrongMarket"))
        .stranger("trading_account", code("WrongTradingAccount"))
        .wrong("trading_account", other_trading, code("WrongTradingAccount"))
        .wrong("trading_account", escrow, code("WrongTradingAccount"))
        .wrong("base_mint", quote_mint, code("WrongBaseMint"))
        .stranger("destination", InstructionError::AccountDataTooSmall)
        .wrong("destination", alices_quote, named(client::breaker::ERRORS, "DestinationOfAnotherMint"))
        .stranger("base_tokens", margin_code("WrongTokenVault"))
        .wrong("base_tokens", quote_tokens, margin_code("WrongTokenVault"))
        .stranger("custody", margin_code("CustodyOfAnotherMarket"))
        .stranger("feed", margin_code("FeedOfAnotherMarket"))
        .stranger("brake", code("BrakeUnreadable"))
        .stranger("margin_program", code("WrongMarginProgram"))
        .stranger("breaker_program", code("WrongBreakerProgram"))
        .any("ticket", "not looked at where nothing waits; the breaker's suite tries wrong ones")
        .wrong("system_program", TOKEN, InstructionError::IncorrectProgramId)
        .wrong("token_program", SYSTEM, InstructionError::IncorrectProgramId)
        .run(&mut stage.world);
}
