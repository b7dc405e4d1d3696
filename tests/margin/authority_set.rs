use crate::fixture::{Desk, error};
use abi::config::Config;
use client::{addresses, margin, oracle};
use solana_instruction::error::InstructionError;
use solana_signer::Signer;
use testkit::{Substitutions, key, keypair};

#[test]
fn authority_set_hands_over_once() {
    let mut desk = Desk::new();
    let accounts = margin::AuthoritySet { authority: key("deployer"), config: addresses::config(&margin::ID) };
    let set = accounts.instruction(margin::AuthoritySetArgs { authority: key("council") });
    desk.world.ok(std::slice::from_ref(&set), &[&keypair("deployer")]);
    let config: Config = desk.world.read(abi::ids::MARGIN, &addresses::config(&margin::ID));
    assert_eq!(config.authority, key("council").to_bytes());
    desk.world.fail(&[set], &[&keypair("deployer")], error("NotAuthority"));
}

#[test]
fn authority_set_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    let deployer = keypair("deployer");
    let accounts = margin::AuthoritySet { authority: deployer.pubkey(), config: addresses::config(&margin::ID) };
    let set = accounts.instruction(margin::AuthoritySetArgs { authority: key("council") });
    Substitutions::of(set, margin::AuthoritySet::ACCOUNTS, &[&deployer])
        .stranger("authority", error("NotAuthority"))
        .stranger("config", InstructionError::AccountDataTooSmall)
        .wrong("config", addresses::config(&oracle::ID), InstructionError::IllegalOwner)
        .wrong("config", desk.protocol.market, InstructionError::InvalidAccountData)
        .run(&mut desk.world);
}
