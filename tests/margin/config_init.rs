use crate::fixture::{ADDRESS_IN_USE, NOT_A_PROGRAM, error};
use abi::config::Config;
use client::{addresses, margin, oracle};
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use testkit::{GENESIS_HASH, Substitutions, World, elf, key, keypair, loader_accounts};

fn accounts(world: &World) -> margin::ConfigInit {
    margin::ConfigInit {
        payer: world.payer(),
        upgrade_authority: key("deployer"),
        program_data: addresses::program_data(&margin::ID),
        config: addresses::config(&margin::ID),
    }
}

fn init(world: &World) -> Instruction {
    accounts(world).instruction(margin::ConfigInitArgs { genesis_hash: GENESIS_HASH, authority: key("council") })
}

#[test]
fn config_init_by_upgrade_authority_succeeds() {
    let mut world = World::new();
    let init = init(&world);
    world.ok(&[init], &[&keypair("deployer")]);
    let config: Config = world.read(abi::ids::MARGIN, &addresses::config(&margin::ID));
    assert_eq!((config.version, config.min_reader, config.time_divisor.get()), (1, 1, 1));
    assert_eq!((config.genesis_hash, config.authority), (GENESIS_HASH, key("council").to_bytes()));
}

#[test]
fn config_init_twice_fails() {
    let mut world = World::new();
    let init = init(&world);
    world.ok(std::slice::from_ref(&init), &[&keypair("deployer")]);
    world.fail(&[init], &[&keypair("deployer")], ADDRESS_IN_USE);
}

#[test]
fn config_init_of_final_program_fails_not_upgrade_authority() {
    let mut world = World::new();
    let [_, (address, code)] = loader_accounts(margin::ID, &elf("margin"), None);
    world.set_account(&address, code);
    let init = init(&world);
    world.fail(&[init], &[&keypair("deployer")], error("NotUpgradeAuthority"));
}

#[test]
fn config_init_with_wrong_accounts_fails() {
    let mut world = World::new();
    let not_authority = error("NotUpgradeAuthority");
    Substitutions::of(init(&world), margin::ConfigInit::ACCOUNTS, &[&keypair("deployer")])
        .stranger("upgrade_authority", not_authority)
        .stranger("program_data", not_authority)
        .wrong("program_data", addresses::program_data(&oracle::ID), not_authority)
        .stranger("config", InstructionError::InvalidSeeds)
        .wrong("config", addresses::config(&oracle::ID), InstructionError::InvalidSeeds)
        .stranger("system_program", NOT_A_PROGRAM)
        .wrong("system_program", abi::ids::TOKEN.into(), InstructionError::IncorrectProgramId)
        .any("payer", "whoever signs may pay")
        .run(&mut world);
}
