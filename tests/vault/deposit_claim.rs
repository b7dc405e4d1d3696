use crate::fixture::{ALICE, BOB, SHARES, Stage, TOKEN, code};
use client::vault;
use solana_instruction::error::InstructionError;
use testkit::{SOL, Substitutions};

#[test]
fn deposit_claim_hands_over_the_shares_of_the_turn() {
    let mut stage = Stage::deposited();
    stage.do_turn();
    for (who, atoms) in [(ALICE, 2 * SOL), (BOB, 1_550_000_007)] {
        stage.do_deposit_claim(who, 0);
        assert_eq!(stage.shares_of(who), atoms * SHARES);
        let deposit = stage.deposit_key(who, 0);
        assert!(stage.is_gone(&deposit));
    }
    assert_eq!(stage.vault_state().shares.get(), 3_550_000_007 * SHARES);
}

#[test]
fn deposit_claim_before_the_turn_fails_epoch_not_settled() {
    let mut stage = Stage::deposited();
    let claim = stage.deposit_claim(ALICE, 0);
    stage.refused(claim, Some(ALICE), code("EpochNotSettled"));
}

#[test]
fn deposit_claim_of_deposits_handed_back_fails_deposit_refused() {
    let mut stage = Stage::deposited();
    // Shares so dear that the least deposit buys none: a donation a thousand times the least deposit.
    let trading = stage.vault.trading;
    let mut donation = stage.protocol.deposit(stage.actor(ALICE), stage.protocol.base.mint, 40 * SOL);
    donation.accounts[2].pubkey = trading;
    for _ in 0..3 {
        let wallet = stage.actor(ALICE).base_tokens;
        stage.protocol.base.mint_to(&mut stage.world, &wallet, 40 * SOL);
        stage.step(donation.clone(), Some(ALICE));
    }
    stage.do_turn();
    assert_eq!(stage.epoch_at(0).deposits_refused, 1);
    let claim = stage.deposit_claim(ALICE, 0);
    stage.refused(claim, Some(ALICE), code("DepositRefused"));
    let (before, cancel) = (stage.base_of(ALICE), stage.deposit_cancel(ALICE, 0));
    stage.step(cancel, Some(ALICE));
    assert_eq!(stage.base_of(ALICE), before + 2 * SOL);
}

#[test]
fn deposit_claim_with_a_wrong_account_is_refused() {
    let mut stage = Stage::deposited();
    stage.do_turn();
    let (bobs, other) = (stage.deposit_key(BOB, 0), stage.other);
    let other_epoch = client::addresses::epoch(&other.vault, 0);
    let next = stage.epoch_key(1);
    let quote = stage.actor(ALICE).quote_tokens;
    Substitutions::of(stage.deposit_claim(ALICE, 0), vault::DepositClaim::ACCOUNTS, &[&stage.actors[ALICE].keypair])
        .stranger("owner", code("WrongDeposit"))
        .stranger("vault", InstructionError::AccountDataTooSmall)
        .wrong("vault", other.vault, code("WrongEpoch"))
        .stranger("epoch", InstructionError::AccountDataTooSmall)
        .wrong("epoch", other_epoch, code("WrongEpoch"))
        .wrong("epoch", next, code("WrongDeposit"))
        .stranger("deposit", InstructionError::AccountDataTooSmall)
        .wrong("deposit", bobs, code("WrongDeposit"))
        .wrong("share_mint", other.share_mint, code("WrongShareMint"))
        .wrong("share_tokens", other.share_tokens, code("WrongShareTokens"))
        .stranger("destination", InstructionError::IncorrectProgramId)
        .wrong("destination", quote, InstructionError::IncorrectProgramId)
        .wrong("share_program", TOKEN, code("WrongShareProgram"))
        .run(&mut stage.world);
}
