use crate::fixture::{ALICE, Stage, TOKEN, code};
use abi::vault::Vault;
use client::vault;
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use testkit::Substitutions;

/// Alice collects the fees of a vault that has earned some.
fn earned() -> Stage {
    let mut stage = Stage::live();
    let (vault, alice) = (stage.vault.vault, stage.actor(ALICE).key());
    stage.edit::<Vault>(&vault, |vault| {
        vault.mandate.performance_bps = 2_000.into();
        vault.fee_recipient = alice.to_bytes();
    });
    stage.expire(105_000_000);
    let settle = stage.account_settle(stage.vault.trading);
    stage.step(settle, None);
    stage.do_turn();
    stage
}

fn fee_claim(stage: &Stage) -> Instruction {
    let accounts = vault::FeeClaim {
        recipient: stage.actor(ALICE).key(),
        vault: stage.vault.vault,
        share_mint: stage.vault.share_mint,
        share_tokens: stage.vault.share_tokens,
        destination: stage.share_wallet(ALICE),
    };
    accounts.instruction()
}

#[test]
fn fee_claim_hands_over_the_shares_once() {
    let mut stage = earned();
    let (fees, before) = (stage.vault_state().fee_shares.get(), stage.shares_of(ALICE));
    assert!(fees > 0);
    let claim = fee_claim(&stage);
    stage.step(claim.clone(), Some(ALICE));
    assert_eq!((stage.shares_of(ALICE), stage.vault_state().fee_shares.get()), (before + fees, 0));
    stage.refused(claim, Some(ALICE), code("NoFees"));
}

#[test]
fn fee_claim_with_a_wrong_account_is_refused() {
    let mut stage = earned();
    let (other, quote) = (stage.other, stage.actor(ALICE).quote_tokens);
    let claim = fee_claim(&stage);
    Substitutions::of(claim, vault::FeeClaim::ACCOUNTS, &[&stage.actors[ALICE].keypair])
        .stranger("recipient", code("NotAuthority"))
        .stranger("vault", InstructionError::AccountDataTooSmall)
        .wrong("vault", other.vault, code("NotAuthority"))
        .wrong("share_mint", other.share_mint, code("WrongShareMint"))
        .wrong("share_tokens", other.share_tokens, code("WrongShareTokens"))
        .wrong("destination", quote, InstructionError::IncorrectProgramId)
        .wrong("share_program", TOKEN, code("WrongShareProgram"))
        .run(&mut stage.world);
}
