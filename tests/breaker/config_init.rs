use crate::fixture::{ACCOUNT_IN_USE, Fixture, error};
use client::{addresses, breaker as calls};
use solana_instruction::error::InstructionError;
use solana_signer::Signer;
use testkit::{GENESIS_HASH, Substitutions, elf, loader_accounts};

#[test]
fn config_init_by_upgrade_authority_creates_config_and_released_brake() {
    let mut fixture = Fixture::bare();
    let init = fixture.config_init();
    fixture.world.ok(&[init], &[&fixture.authority]);
    let config: abi::config::Config = fixture.world.read(abi::ids::BREAKER, &fixture.config);
    assert_eq!((config.version, config.min_reader, config.time_divisor.get(), config.seq.get()), (1, 1, 1, 1));
    assert_eq!((config.authority, config.genesis_hash), (fixture.authority.pubkey().to_bytes(), GENESIS_HASH));
    let brake = fixture.brake_state();
    assert_eq!((brake.version, brake.min_reader, brake.level, brake.cause, brake.guardian_count), (1, 1, 0, 0, 0));
    assert_eq!(fixture.level(), policy::Level::Normal);
}

#[test]
fn config_init_twice_fails_and_keeps_the_authority() {
    let mut fixture = Fixture::new();
    let init = fixture.config_init();
    fixture.world.fail(&[init], &[&fixture.authority], ACCOUNT_IN_USE);
}

#[test]
fn config_init_of_final_program_fails_program_final() {
    let mut fixture = Fixture::bare();
    let [_, (address, account)] = loader_accounts(calls::ID, &elf("breaker"), None);
    fixture.world.set_account(&address, account);
    let init = fixture.config_init();
    fixture.world.fail(&[init], &[&fixture.authority], error("ProgramFinal"));
}

#[test]
fn config_init_refuses_every_wrong_account() {
    let mut fixture = Fixture::bare();
    let init = fixture.config_init();
    Substitutions::of(init, calls::ConfigInit::ACCOUNTS, &[&fixture.authority])
        .any("payer", "whoever signs may pay the rent")
        .stranger("upgrade_authority", error("NotUpgradeAuthority"))
        .stranger("program_data", error("ProgramDataMismatch"))
        .wrong("program_data", addresses::program_data(&client::margin::ID), error("ProgramDataMismatch"))
        .stranger("config", InstructionError::InvalidSeeds)
        .wrong("config", fixture.brake, InstructionError::Custom(2040))
        .stranger("brake", InstructionError::InvalidSeeds)
        .stranger("system_program", 2007)
        .wrong("system_program", calls::ID, InstructionError::IncorrectProgramId)
        .run(&mut fixture.world);
}
