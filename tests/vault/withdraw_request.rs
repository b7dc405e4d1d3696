use crate::fixture::{ALICE, BOB, SHARES, Stage, TOKEN, code};
use abi::ids;
use abi::vault::Withdrawal;
use client::vault;
use solana_instruction::error::InstructionError;
use testkit::{SOL, Substitutions};

#[test]
fn withdraw_request_takes_the_shares_and_adds_up() {
    let mut stage = Stage::live();
    stage.do_withdraw(ALICE, SOL * SHARES);
    stage.do_withdraw(ALICE, SOL / 2 * SHARES);
    let key = stage.withdrawal_key(ALICE, 1);
    let withdrawal: Withdrawal = stage.world.read(ids::VAULT, &key);
    assert_eq!(withdrawal.shares.get(), SOL / 2 * 3 * SHARES);
    assert_eq!((stage.shares_of(ALICE), stage.epoch().withdraw_shares.get()), (SOL / 2 * SHARES, SOL / 2 * 3 * SHARES));
}

#[test]
fn withdraw_request_of_nothing_or_too_much_fails_by_name() {
    let mut stage = Stage::funded();
    let nothing = stage.withdraw_request(ALICE, 0);
    stage.refused(nothing, Some(ALICE), code("AmountZero"));
    let more = stage.withdraw_request(ALICE, 2 * SOL * SHARES + 1);
    // Token-2022's own code: insufficient funds.
    stage.refused(more, Some(ALICE), 1);
}

/// Who sees a loss coming does not get out before it.
#[test]
fn withdraw_request_once_the_result_can_be_known_fails_cut_off_passed() {
    let mut stage = Stage::live();
    stage.world.set_unix_s(stage.expiry_unix_s);
    let late = stage.withdraw_request(ALICE, SOL);
    stage.refused(late, Some(ALICE), code("CutOffPassed"));
}

#[test]
fn withdraw_request_with_a_wrong_account_is_refused() {
    let mut stage = Stage::funded();
    stage.do_withdraw(BOB, SOL * SHARES);
    let (bobs, bobs_wallet, other) = (stage.withdrawal_key(BOB, 1), stage.share_wallet(BOB), stage.other);
    let (other_epoch, past) = (client::addresses::epoch(&other.vault, 0), stage.epoch_key(0));
    let quote = stage.actor(ALICE).quote_tokens;
    Substitutions::of(
        stage.withdraw_request(ALICE, SOL),
        vault::WithdrawRequest::ACCOUNTS,
        &[&stage.actors[ALICE].keypair],
    )
    .stranger("owner", InstructionError::InvalidSeeds)
    .stranger("vault", InstructionError::AccountDataTooSmall)
    .wrong("vault", other.vault, InstructionError::InvalidSeeds)
    .stranger("epoch", InstructionError::AccountDataTooSmall)
    .wrong("epoch", other_epoch, InstructionError::InvalidSeeds)
    .wrong("epoch", past, InstructionError::InvalidSeeds)
    .stranger("withdrawal", InstructionError::InvalidSeeds)
    .wrong("withdrawal", bobs, InstructionError::InvalidSeeds)
    .wrong("share_mint", other.share_mint, code("WrongShareMint"))
    .wrong("share_tokens", other.share_tokens, code("WrongShareTokens"))
    // Token-2022: the owner does not match.
    .wrong("source", bobs_wallet, 4)
    .wrong("source", quote, InstructionError::IncorrectProgramId)
    .wrong("share_program", TOKEN, code("WrongShareProgram"))
    .wrong("system_program", TOKEN, InstructionError::IncorrectProgramId)
    .run(&mut stage.world);
}
