use crate::fixture::{ALREADY_IN_USE, Stage, TOKEN, code};
use client::{addresses, vault};
use solana_instruction::error::InstructionError;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{GENESIS_HASH, Substitutions};

#[test]
fn config_init_by_the_upgrade_authority_creates_the_config() {
    let mut stage = Stage::bare();
    let init = stage.config_init();
    stage.world.ok(&[init], &[&stage.deployer]);
    let config: abi::config::Config = stage.world.read(abi::ids::VAULT, &addresses::config(&vault::ID));
    assert_eq!(config.authority, stage.deployer.pubkey().to_bytes());
    assert_eq!(config.genesis_hash, GENESIS_HASH);
    assert_eq!((config.version, config.min_reader, config.time_divisor.get()), (1, 1, 1));
}

#[test]
fn config_init_with_a_zero_authority_fails_zero_authority() {
    let mut stage = Stage::bare();
    let accounts = vault::ConfigInit {
        payer: stage.world.payer(),
        upgrade_authority: stage.deployer.pubkey(),
        program_data: addresses::program_data(&vault::ID),
        config: addresses::config(&vault::ID),
    };
    let args = vault::ConfigInitArgs { genesis_hash: GENESIS_HASH, authority: Pubkey::default() };
    stage.world.fail(&[accounts.instruction(args)], &[&stage.deployer], code("ZeroAuthority"));
}

#[test]
fn config_init_twice_fails() {
    let mut stage = Stage::bare();
    let init = stage.config_init();
    stage.world.ok(std::slice::from_ref(&init), &[&stage.deployer]);
    stage.world.fail(&[init], &[&stage.deployer], ALREADY_IN_USE);
}

#[test]
fn config_init_with_a_wrong_account_is_refused() {
    let mut stage = Stage::bare();
    let other_data = addresses::program_data(&client::margin::ID);
    Substitutions::of(stage.config_init(), vault::ConfigInit::ACCOUNTS, &[&stage.deployer])
        .any("payer", "whoever signs may pay the rent")
        .stranger("upgrade_authority", code("NotUpgradeAuthority"))
        .stranger("program_data", code("NotUpgradeAuthority"))
        .wrong("program_data", other_data, code("NotUpgradeAuthority"))
        .stranger("config", InstructionError::InvalidSeeds)
        .wrong("system_program", TOKEN, InstructionError::IncorrectProgramId)
        .run(&mut stage.world);
}
