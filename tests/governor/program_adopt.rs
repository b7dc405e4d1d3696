use crate::fixture::{
    ABSENT_MUT, Fixture, IN_USE, ROOM, TWIN, code_of, error, old_code, program_data, sha256, target, target_accounts,
};
use client::governor as calls;
use solana_instruction::error::InstructionError;
use solana_pubkey::Pubkey;
use testkit::{LOADED, Substitutions, elf, key, keypair};

fn seated() -> Fixture {
    let mut fixture = Fixture::bare();
    fixture.council_seat(7);
    fixture
}

#[test]
fn program_adopt_by_upgrade_authority_hands_it_over_and_records_the_code() {
    let mut fixture = seated();
    let adopt = fixture.adopt_ix(target(), old_code().len());
    fixture.world.ok(&[adopt], &[&keypair("deployer")]);
    let adoption = fixture.adoption_state(target());
    assert_eq!((adoption.program, adoption.program_data), (target().to_bytes(), program_data(target()).to_bytes()));
    assert_eq!(
        (adoption.elf_hash, adoption.elf_len.get()),
        (sha256(&old_code()), u32::try_from(old_code().len()).unwrap())
    );
    assert_eq!((adoption.previous_hash, adoption.upgrades.get()), ([0; 32], 0));
    let rollout = fixture.rollout_state(target());
    assert_eq!((rollout.program, rollout.stage, rollout.canary_bps.get()), (target().to_bytes(), 0, 10_000));
    let account = fixture.world.account(&program_data(target())).unwrap();
    let authority = abi::loader::program_data(&account.data).unwrap().authority;
    assert_eq!(authority, Some(fixture.authority().to_bytes()));
}

#[test]
fn program_adopt_takes_every_program_of_the_protocol_but_the_governor_itself() {
    let mut fixture = seated();
    for (name, id) in LOADED {
        let adopt = fixture.adopt_ix(Pubkey::from(id), elf(name).len());
        if id == abi::ids::GOVERNOR {
            fixture.world.fail(&[adopt], &[&keypair("deployer")], error("SelfAdoption"));
        } else {
            fixture.world.ok(&[adopt], &[&keypair("deployer")]);
            assert_eq!(fixture.adoption_state(Pubkey::from(id)).elf_hash, sha256(&elf(name)));
        }
    }
}

#[test]
fn program_adopt_by_another_fails_not_upgrade_authority() {
    let mut fixture = seated();
    let mut adopt = fixture.adopt_ix(target(), old_code().len());
    let thief = fixture.world.rich("thief");
    adopt.accounts[0].pubkey = key("thief");
    fixture.world.fail(&[adopt], &[&thief], error("NotUpgradeAuthority"));
}

#[test]
fn program_adopt_of_final_program_fails_program_final() {
    let mut fixture = seated();
    let [_, (address, account)] = target_accounts(None);
    fixture.world.set_account(&address, account);
    let adopt = fixture.adopt_ix(target(), old_code().len());
    fixture.world.fail(&[adopt], &[&keypair("deployer")], error("ProgramFinal"));
}

#[test]
fn program_adopt_twice_fails_not_upgrade_authority() {
    let mut fixture = Fixture::new();
    let adopt = fixture.adopt_ix(target(), old_code().len());
    fixture.world.fail(&[adopt], &[&keypair("deployer")], IN_USE);
}

#[test]
fn program_adopt_with_code_behind_the_length_fails_tail_not_zero() {
    let mut fixture = seated();
    let deployer = keypair("deployer");
    let short = fixture.adopt_ix(target(), old_code().iter().rposition(|byte| *byte != 0).unwrap());
    fixture.world.fail(&[short], &[&deployer], error("TailNotZero"));
    let [_, (address, mut account)] = target_accounts(Some(key("deployer")));
    *account.data.last_mut().unwrap() = 1;
    fixture.world.set_account(&address, account);
    let hidden = fixture.adopt_ix(target(), old_code().len());
    fixture.world.fail(&[hidden], &[&deployer], error("TailNotZero"));
}

#[test]
fn program_adopt_with_impossible_length_fails_elf_len_out_of_range() {
    let mut fixture = seated();
    for len in [0, ROOM + 1] {
        let adopt = fixture.adopt_ix(target(), len);
        fixture.world.fail(&[adopt], &[&keypair("deployer")], error("ElfLenOutOfRange"));
    }
}

#[test]
fn program_adopt_refuses_every_wrong_account() {
    let mut fixture = seated();
    let adopt = fixture.adopt_ix(target(), old_code().len());
    let of_twin = |seed: &[u8]| Pubkey::find_program_address(&[seed], &TWIN).0;
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    Substitutions::of(adopt, calls::ProgramAdopt::ACCOUNTS, &[&keypair("deployer")])
        .stranger("upgrade_authority", error("NotUpgradeAuthority"))
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .wrong("program", fixture.governor, InstructionError::InvalidSeeds)
        .wrong("program", TWIN, InstructionError::InvalidSeeds)
        .stranger("program_data", error("ProgramDataMismatch"))
        .wrong("program_data", program_data(TWIN), error("ProgramDataMismatch"))
        .stranger("adoption", InstructionError::InvalidSeeds)
        .wrong("adoption", fixture.adoption(TWIN), InstructionError::InvalidSeeds)
        .stranger("rollout", InstructionError::InvalidSeeds)
        .wrong("rollout", fixture.rollout(TWIN), InstructionError::InvalidSeeds)
        .stranger("governor_authority", InstructionError::InvalidSeeds)
        .wrong("governor_authority", of_twin(abi::governor::AUTHORITY_SEED), InstructionError::InvalidSeeds)
        .stranger("loader", error("NotLoader"))
        .stranger("system_program", code_of(client::framework::ERRORS, "ConstraintExecutable"))
        .wrong("system_program", TWIN, InstructionError::IncorrectProgramId)
        .run(&mut fixture.world);
}
