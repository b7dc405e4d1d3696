use crate::fixture::{Fixture, error};
use client::breaker as calls;
use solana_instruction::{Instruction, error::InstructionError};
use solana_signer::Signer;
use testkit::{Substitutions, key, keypair};

fn authority_set(fixture: &Fixture) -> Instruction {
    let accounts = calls::AuthoritySet { authority: fixture.authority.pubkey(), config: fixture.config };
    accounts.instruction(calls::AuthoritySetArgs { authority: key("next") })
}

#[test]
fn authority_set_hands_every_power_over() {
    let mut fixture = Fixture::new();
    let set = authority_set(&fixture);
    fixture.world.ok(std::slice::from_ref(&set), &[&fixture.authority]);
    let config: abi::config::Config = fixture.world.read(abi::ids::BREAKER, &fixture.config);
    assert_eq!((config.authority, config.seq.get()), (key("next").to_bytes(), 2));
    // The old authority has nothing left; the new one has it all.
    let guardians = fixture.guardians_set(vec![]);
    fixture.world.fail(&[guardians], &[&fixture.authority], error("NotAuthority"));
    fixture.world.fail(&[set], &[&fixture.authority], error("NotAuthority"));
    fixture.authority = keypair("next");
    let guardians = fixture.guardians_set(vec![]);
    fixture.world.ok(&[guardians], &[&fixture.authority]);
}

#[test]
fn authority_set_refuses_every_wrong_account() {
    let mut fixture = Fixture::new();
    let config = fixture.config;
    let config = fixture.forged(&config);
    Substitutions::of(authority_set(&fixture), calls::AuthoritySet::ACCOUNTS, &[&fixture.authority])
        .stranger("authority", error("NotAuthority"))
        .stranger("config", InstructionError::AccountDataTooSmall)
        .wrong("config", config, InstructionError::IllegalOwner)
        .wrong("config", fixture.brake, InstructionError::InvalidAccountData)
        .run(&mut fixture.world);
}
