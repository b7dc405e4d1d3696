use crate::fixture::{Fixture, PRICE_E6, SOURCE_DELAY_S, error};
use crate::source_add::{source_add, two_sources};
use crate::source_remove::source_remove;
use abi::oracle::CHANGE_NONE;
use client::oracle as calls;
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use testkit::Substitutions;

pub fn source_apply(fixture: &Fixture) -> Instruction {
    calls::SourceApply { feed: fixture.feed }.instruction()
}

#[test]
fn source_apply_pins_the_added_source_behind_the_others() {
    let mut fixture = two_sources();
    let third = fixture.sources[2];
    let add = source_add(&fixture, &third);
    fixture.world.ok(&[add], &[&fixture.authority]);
    fixture.world.advance_s(SOURCE_DELAY_S);
    let apply = source_apply(&fixture);
    fixture.world.ok(&[apply], &[]);
    let feed = fixture.feed_state();
    assert_eq!((feed.source_count, feed.change_kind, feed.change_ready_unix_s.get()), (3, CHANGE_NONE, 0));
    assert_eq!(feed.sources.map(|source| source.address), fixture.sources.map(|source| source.address.to_bytes()));
    fixture.price(PRICE_E6);
    assert_eq!(fixture.feed_state().accepted, 3);
}

#[test]
fn source_apply_drops_the_named_source_and_the_others_move_up() {
    let mut fixture = Fixture::new();
    fixture.price(PRICE_E6);
    let before = fixture.feed_state();
    let remove = source_remove(&fixture, 0);
    fixture.world.ok(&[remove], &[&fixture.authority]);
    fixture.world.advance_s(SOURCE_DELAY_S);
    let apply = source_apply(&fixture);
    fixture.world.ok(&[apply], &[]);
    let feed = fixture.feed_state();
    assert_eq!((feed.source_count, feed.change_kind), (2, CHANGE_NONE));
    assert_eq!((feed.sources[0], feed.sources[1]), (before.sources[1], before.sources[2]));
    assert_eq!((feed.sources[2].kind, feed.sources[2].address, feed.price_e6), (0, [0; 32], before.price_e6));
    fixture.publish(PRICE_E6);
    let [_, b, c] = fixture.sources.map(|source| source.address);
    let refresh = fixture.feed_refresh_of(&[b, c]);
    fixture.world.ok(&[refresh], &[]);
    assert_eq!(fixture.feed_state().accepted, 2);
}

#[test]
fn source_apply_before_the_delay_has_run_fails_change_too_early() {
    let mut fixture = Fixture::new();
    let remove = source_remove(&fixture, 0);
    fixture.world.ok(&[remove], &[&fixture.authority]);
    fixture.world.advance_s(SOURCE_DELAY_S - 1);
    let apply = source_apply(&fixture);
    fixture.world.fail(&[apply], &[], error("ChangeTooEarly"));
}

#[test]
fn source_apply_without_a_change_fails_no_change_pending() {
    let mut fixture = Fixture::new();
    let apply = source_apply(&fixture);
    fixture.world.fail(&[apply], &[], error("NoChangePending"));
}

#[test]
fn source_apply_refuses_every_wrong_account() {
    let mut fixture = Fixture::new();
    let remove = source_remove(&fixture, 0);
    fixture.world.ok(&[remove], &[&fixture.authority]);
    fixture.world.advance_s(SOURCE_DELAY_S);
    let (other_feed, _) = {
        fixture.publish(PRICE_E6);
        fixture.other_feed()
    };
    let feed = fixture.feed;
    let feed = fixture.forged(&feed);
    Substitutions::of(source_apply(&fixture), calls::SourceApply::ACCOUNTS, &[])
        .stranger("feed", InstructionError::AccountDataTooSmall)
        .wrong("feed", feed, InstructionError::IllegalOwner)
        .wrong("feed", other_feed, error("NoChangePending"))
        .run(&mut fixture.world);
}
