use crate::fixture::{ALICE, BOB, SHARES, Stage, TOKEN, code};
use client::vault;
use solana_instruction::error::InstructionError;
use testkit::{SOL, Substitutions};

#[test]
fn withdraw_cancel_gives_the_shares_back() {
    let mut stage = Stage::live();
    stage.do_withdraw(ALICE, SOL * SHARES);
    let cancel = stage.withdraw_cancel(ALICE);
    stage.step(cancel, Some(ALICE));
    assert_eq!((stage.shares_of(ALICE), stage.epoch().withdraw_shares.get()), (2 * SOL * SHARES, 0));
    let withdrawal = stage.withdrawal_key(ALICE, 1);
    assert!(stage.is_gone(&withdrawal));
}

#[test]
fn withdraw_cancel_once_the_result_can_be_known_fails_cut_off_passed() {
    let mut stage = Stage::live();
    stage.do_withdraw(ALICE, SOL * SHARES);
    stage.world.set_unix_s(stage.expiry_unix_s);
    let cancel = stage.withdraw_cancel(ALICE);
    stage.refused(cancel, Some(ALICE), code("CutOffPassed"));
}

#[test]
fn withdraw_cancel_after_the_turn_fails() {
    let mut stage = Stage::expired(105_000_000);
    let mut late = Stage::live();
    late.do_withdraw(ALICE, SOL * SHARES);
    late.expire(105_000_000);
    let settle = late.account_settle(late.vault.trading);
    late.step(settle, None);
    let cancel = late.withdraw_cancel(ALICE);
    late.do_turn();
    late.refused(cancel, Some(ALICE), InstructionError::InvalidSeeds);
    // Nothing waited here: there is no account to cancel.
    let cancel = stage.withdraw_cancel(ALICE);
    stage.refused(cancel, Some(ALICE), InstructionError::AccountDataTooSmall);
}

#[test]
fn withdraw_cancel_with_a_wrong_account_is_refused() {
    let mut stage = Stage::funded();
    stage.do_withdraw(ALICE, SOL * SHARES);
    stage.do_withdraw(BOB, SOL * SHARES);
    let (bobs, other) = (stage.withdrawal_key(BOB, 1), stage.other);
    let (other_epoch, past) = (client::addresses::epoch(&other.vault, 0), stage.epoch_key(0));
    let quote = stage.actor(ALICE).quote_tokens;
    Substitutions::of(stage.withdraw_cancel(ALICE), vault::WithdrawCancel::ACCOUNTS, &[&stage.actors[ALICE].keypair])
        .stranger("owner", code("WrongWithdrawal"))
        .stranger("vault", InstructionError::AccountDataTooSmall)
        .wrong("vault", other.vault, InstructionError::InvalidSeeds)
        .stranger("epoch", InstructionError::AccountDataTooSmall)
        .wrong("epoch", other_epoch, InstructionError::InvalidSeeds)
        .wrong("epoch", past, InstructionError::InvalidSeeds)
        .stranger("withdrawal", InstructionError::AccountDataTooSmall)
        .wrong("withdrawal", bobs, code("WrongWithdrawal"))
        .wrong("share_mint", other.share_mint, code("WrongShareMint"))
        .wrong("share_tokens", other.share_tokens, code("WrongShareTokens"))
        .wrong("destination", quote, InstructionError::IncorrectProgramId)
        .wrong("share_program", TOKEN, code("WrongShareProgram"))
        .run(&mut stage.world);
}
