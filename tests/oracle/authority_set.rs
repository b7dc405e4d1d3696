use crate::fixture::{Fixture, error};
use client::oracle as calls;
use solana_instruction::{Instruction, error::InstructionError};
use solana_signer::Signer;
use testkit::{Substitutions, key};

fn authority_set(fixture: &Fixture) -> Instruction {
    let accounts = calls::AuthoritySet { authority: fixture.authority.pubkey(), config: fixture.config };
    accounts.instruction(calls::AuthoritySetArgs { authority: key("next") })
}

#[test]
fn authority_set_hands_listing_over() {
    let mut fixture = Fixture::bare();
    let instructions = [fixture.config_init(), authority_set(&fixture)];
    fixture.world.ok(&instructions, &[&fixture.authority]);
    let config: abi::config::Config = fixture.world.read(abi::ids::ORACLE, &fixture.config);
    assert_eq!((config.authority, config.seq.get()), (key("next").to_bytes(), 2));
    let create = fixture.feed_create();
    fixture.world.fail(&[create], &[&fixture.authority], error("NotAuthority"));
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
        .wrong("config", fixture.feed, InstructionError::InvalidAccountData)
        .run(&mut fixture.world);
}
