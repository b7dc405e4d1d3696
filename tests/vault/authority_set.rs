use crate::fixture::{MANDATE, Stage, code};
use client::{addresses, vault};
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{Substitutions, key};

fn authority_set(stage: &Stage, authority: Pubkey) -> Instruction {
    let accounts = vault::AuthoritySet { authority: stage.deployer.pubkey(), config: addresses::config(&vault::ID) };
    accounts.instruction(vault::AuthoritySetArgs { authority })
}

#[test]
fn authority_set_hands_over_the_right_to_create_vaults() {
    let mut stage = Stage::new();
    let set = authority_set(&stage, key("governor"));
    stage.world.ok(&[set], &[&stage.deployer]);
    let create = stage.vault_create(7, crate::fixture::CALLS, MANDATE);
    stage.world.fail(&[create], &[&stage.deployer], code("NotAuthority"));
}

#[test]
fn authority_set_to_zero_fails_zero_authority() {
    let mut stage = Stage::new();
    let set = authority_set(&stage, Pubkey::default());
    stage.world.fail(&[set], &[&stage.deployer], code("ZeroAuthority"));
}

#[test]
fn authority_set_with_a_wrong_account_is_refused() {
    let mut stage = Stage::new();
    let other_config = addresses::config(&client::margin::ID);
    Substitutions::of(authority_set(&stage, key("governor")), vault::AuthoritySet::ACCOUNTS, &[&stage.deployer])
        .stranger("authority", code("NotAuthority"))
        .stranger("config", InstructionError::AccountDataTooSmall)
        .wrong("config", other_config, InstructionError::IllegalOwner)
        .run(&mut stage.world);
}
