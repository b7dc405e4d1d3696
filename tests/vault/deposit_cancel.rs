use crate::fixture::{ALICE, BOB, SYSTEM, Stage, TOKEN, code, margin_code, named};
use client::vault;
use solana_instruction::error::InstructionError;
use testkit::{SOL, Substitutions};

#[test]
fn deposit_cancel_pays_back_at_once_with_the_rent() {
    let mut stage = Stage::deposited();
    let before = stage.base_of(ALICE);
    let cancel = stage.deposit_cancel(ALICE, 0);
    stage.step(cancel, Some(ALICE));
    assert_eq!(stage.base_of(ALICE), before + 2 * SOL);
    assert_eq!(stage.epoch().deposit_atoms.get(), 1_550_000_007);
    let deposit = stage.deposit_key(ALICE, 0);
    assert!(stage.is_gone(&deposit));
}

/// INVARIANT(V-3): what waits is not at risk.
#[test]
fn deposit_cancel_while_an_epoch_is_live_pays_back() {
    let mut stage = Stage::live();
    stage.do_deposit(ALICE, SOL);
    let cancel = stage.deposit_cancel(ALICE, 1);
    stage.step(cancel, Some(ALICE));
    assert_eq!(stage.escrow().base_atoms.get(), 0);
}

#[test]
fn deposit_cancel_once_the_result_can_be_known_fails_cut_off_passed() {
    let mut stage = Stage::live();
    stage.do_deposit(ALICE, SOL);
    stage.world.set_unix_s(stage.expiry_unix_s);
    let cancel = stage.deposit_cancel(ALICE, 1);
    stage.refused(cancel, Some(ALICE), code("CutOffPassed"));
}

#[test]
fn deposit_cancel_after_the_turn_fails_cut_off_passed() {
    let mut stage = Stage::deposited();
    stage.do_turn();
    let cancel = stage.deposit_cancel(ALICE, 0);
    stage.refused(cancel, Some(ALICE), code("CutOffPassed"));
}

#[test]
fn deposit_cancel_with_a_wrong_account_is_refused() {
    let mut stage = Stage::deposited();
    let market = stage.other_market();
    let other_epoch = client::addresses::epoch(&stage.other.vault, 0);
    let (bobs, trading, other) = (stage.deposit_key(BOB, 0), stage.vault.trading, stage.other);
    let (quote_mint, quote_tokens) = (stage.protocol.quote.mint, stage.protocol.quote_tokens);
    let alices_quote = stage.actor(ALICE).quote_tokens;
    let other_feed = stage.twin(stage.protocol.feed, "other feed");
    Substitutions::of(stage.deposit_cancel(ALICE, 0), vault::DepositCancel::ACCOUNTS, &[&stage.actors[ALICE].keypair])
        .stranger("owner", code("WrongDeposit"))
        .stranger("vault", InstructionError::AccountDataTooSmall)
        .wrong("vault", other.vault, code("WrongEpoch"))
        .stranger("epoch", InstructionError::AccountDataTooSmall)
        .wrong("epoch", other_epoch, code("WrongEpoch"))
        .stranger("deposit", InstructionError::AccountDataTooSmall)
        .wrong("deposit", bobs, code("WrongDeposit"))
        .stranger("market", code("WrongMarket"))
        .wrong("market", market, code("WrongMarket"))
        .stranger("escrow_account", code("WrongEscrowAccount"))
        .wrong("escrow_account", trading, code("WrongEscrowAccount"))
        .wrong("escrow_account", other.escrow, code("WrongEscrowAccount"))
        .wrong("mint", quote_mint, code("WrongMint"))
        .stranger("destination", InstructionError::AccountDataTooSmall)
        .wrong("destination", alices_quote, named(client::breaker::ERRORS, "DestinationOfAnotherMint"))
        .wrong("tokens", quote_tokens, margin_code("WrongTokenVault"))
        .stranger("custody", margin_code("CustodyOfAnotherMarket"))
        .stranger("feed", margin_code("FeedOfAnotherMarket"))
        .wrong("feed", other_feed, margin_code("FeedOfAnotherMarket"))
        .stranger("brake", code("BrakeUnreadable"))
        .stranger("margin_program", code("WrongMarginProgram"))
        .stranger("breaker_program", code("WrongBreakerProgram"))
        .any("ticket", "not looked at where nothing waits; the breaker's suite tries wrong ones")
        .wrong("token_program", SYSTEM, InstructionError::IncorrectProgramId)
        .wrong("system_program", TOKEN, InstructionError::IncorrectProgramId)
        .run(&mut stage.world);
}
