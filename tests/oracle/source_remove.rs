use crate::fixture::{Fixture, SOURCE_DELAY_S, error};
use crate::source_add::two_sources;
use abi::oracle::CHANGE_REMOVE;
use client::oracle as calls;
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_signer::Signer;
use testkit::Substitutions;

pub fn source_remove(fixture: &Fixture, place: u8) -> Instruction {
    let accounts =
        calls::SourceRemove { authority: fixture.authority.pubkey(), config: fixture.config, feed: fixture.feed };
    accounts.instruction(calls::SourceRemoveArgs { place })
}

#[test]
fn source_remove_waits_for_its_delay_at_any_level() {
    let mut fixture = Fixture::new();
    fixture.level(4);
    let remove = source_remove(&fixture, 1);
    fixture.world.ok(&[remove], &[&fixture.authority]);
    let (feed, now) = (fixture.feed_state(), fixture.world.unix_s());
    assert_eq!((feed.source_count, feed.change_kind, feed.change_place), (3, CHANGE_REMOVE, 1));
    assert_eq!(feed.change_ready_unix_s.get(), now + SOURCE_DELAY_S);
    // Until then the feed reads three.
    fixture.refresh();
}

#[test]
fn source_remove_that_leaves_too_few_fails_sources_too_few() {
    let mut fixture = two_sources();
    let remove = source_remove(&fixture, 0);
    fixture.world.fail(&[remove], &[&fixture.authority], error("SourcesTooFew"));
}

#[test]
fn source_remove_of_an_empty_place_fails_source_place_empty() {
    let mut fixture = two_sources();
    for place in [2, 3, 255] {
        let remove = source_remove(&fixture, place);
        fixture.world.fail(&[remove], &[&fixture.authority], error("SourcePlaceEmpty"));
    }
}

#[test]
fn source_remove_while_another_change_waits_fails_change_pending() {
    let mut fixture = Fixture::new();
    let remove = source_remove(&fixture, 1);
    fixture.world.ok(&[remove], &[&fixture.authority]);
    let again = source_remove(&fixture, 2);
    fixture.world.fail(&[again], &[&fixture.authority], error("ChangePending"));
}

#[test]
fn source_remove_refuses_every_wrong_account() {
    let mut fixture = Fixture::new();
    let (config, feed) = (fixture.config, fixture.feed);
    let (config, feed) = (fixture.forged(&config), fixture.forged(&feed));
    Substitutions::of(source_remove(&fixture, 0), calls::SourceRemove::ACCOUNTS, &[&fixture.authority])
        .stranger("authority", error("NotAuthority"))
        .stranger("config", InstructionError::UninitializedAccount)
        .wrong("config", config, InstructionError::IllegalOwner)
        .stranger("feed", InstructionError::AccountDataTooSmall)
        .wrong("feed", feed, InstructionError::IllegalOwner)
        .run(&mut fixture.world);
}
