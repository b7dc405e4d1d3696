use crate::fixture::{Fixture, IN_USE, TWIN, code_of, error, program_data};
use abi::governor::MEMBERS;
use client::governor as calls;
use solana_instruction::{Instruction, error::InstructionError};
use solana_pubkey::Pubkey;
use testkit::{Substitutions, key, keypair, loader_accounts};

fn init(fixture: &Fixture, members: Vec<Pubkey>) -> Instruction {
    fixture.council_init().instruction(calls::CouncilInitArgs { members })
}

fn named(count: usize) -> Vec<Pubkey> {
    (0..count).map(|seat| key(&format!("member {seat}"))).collect()
}

#[test]
fn council_init_by_upgrade_authority_seats_the_members() {
    let mut fixture = Fixture::bare();
    let members = named(3);
    let init = init(&fixture, members.clone());
    fixture.world.ok(&[init], &[&keypair("deployer")]);
    let council = fixture.council_state();
    assert_eq!((council.version, council.min_reader, council.member_count), (1, 1, 3));
    assert_eq!(
        (council.time_divisor.get(), council.config_epoch.get(), council.proposals.get(), council.seq.get()),
        (1, 0, 0, 1)
    );
    assert_eq!(council.members[..3], members.iter().map(Pubkey::to_bytes).collect::<Vec<_>>()[..]);
    assert_eq!(council.members[3..], [[0; 32]; MEMBERS - 3]);
}

#[test]
fn council_init_twice_fails() {
    let mut fixture = Fixture::bare();
    let init = init(&fixture, named(1));
    fixture.world.ok(std::slice::from_ref(&init), &[&keypair("deployer")]);
    fixture.world.fail(&[init], &[&keypair("deployer")], IN_USE);
}

#[test]
fn council_init_with_wrong_members_fails_by_name() {
    let mut fixture = Fixture::bare();
    let zero = Pubkey::default();
    let cases = [
        (vec![], "KeyCountWrong"),
        (named(MEMBERS + 1), "KeyCountWrong"),
        (vec![key("a"), key("b"), key("a")], "KeyInvalid"),
        (vec![key("a"), zero], "KeyInvalid"),
    ];
    for (members, name) in cases {
        let init = init(&fixture, members);
        fixture.world.fail(&[init], &[&keypair("deployer")], error(name));
    }
    let full = init(&fixture, named(MEMBERS));
    fixture.world.ok(&[full], &[&keypair("deployer")]);
}

#[test]
fn council_init_of_final_program_fails_program_final() {
    let mut fixture = Fixture::bare();
    let [_, (address, code)] = loader_accounts(fixture.governor, &testkit::elf("governor"), None);
    fixture.world.set_account(&address, code);
    let init = init(&fixture, named(1));
    fixture.world.fail(&[init], &[&keypair("deployer")], error("ProgramFinal"));
}

#[test]
fn council_init_refuses_every_wrong_account() {
    let mut fixture = Fixture::bare();
    Substitutions::of(init(&fixture, named(1)), calls::CouncilInit::ACCOUNTS, &[&keypair("deployer")])
        .stranger("upgrade_authority", error("NotUpgradeAuthority"))
        .stranger("program_data", error("ProgramDataMismatch"))
        .wrong("program_data", program_data(TWIN), error("ProgramDataMismatch"))
        .stranger("council", InstructionError::InvalidSeeds)
        .stranger("governor_authority", InstructionError::InvalidSeeds)
        .stranger("system_program", code_of(client::framework::ERRORS, "ConstraintExecutable"))
        .wrong("system_program", TWIN, InstructionError::IncorrectProgramId)
        .run(&mut fixture.world);
}
