use crate::fixture::{Fixture, SOURCE_DELAY_S, error};
use crate::source_apply::source_apply;
use crate::source_remove::source_remove;
use abi::oracle::CHANGE_NONE;
use client::oracle as calls;
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_signer::Signer;
use testkit::Substitutions;

fn source_cancel(fixture: &Fixture) -> Instruction {
    calls::SourceCancel { authority: fixture.authority.pubkey(), config: fixture.config, feed: fixture.feed }
        .instruction()
}

/// A feed that is to lose its second source.
fn waiting() -> Fixture {
    let mut fixture = Fixture::new();
    let remove = source_remove(&fixture, 1);
    fixture.world.ok(&[remove], &[&fixture.authority]);
    fixture
}

#[test]
fn source_cancel_takes_the_change_back() {
    let mut fixture = waiting();
    let cancel = source_cancel(&fixture);
    fixture.world.ok(&[cancel], &[&fixture.authority]);
    let feed = fixture.feed_state();
    assert_eq!(
        (feed.source_count, feed.change_kind, feed.change_place, feed.change_ready_unix_s.get()),
        (3, CHANGE_NONE, 0, 0)
    );
    fixture.world.advance_s(SOURCE_DELAY_S);
    let apply = source_apply(&fixture);
    fixture.world.fail(&[apply], &[], error("NoChangePending"));
}

#[test]
fn source_cancel_without_a_change_fails_no_change_pending() {
    let mut fixture = Fixture::new();
    let cancel = source_cancel(&fixture);
    fixture.world.fail(&[cancel], &[&fixture.authority], error("NoChangePending"));
}

#[test]
fn source_cancel_refuses_every_wrong_account() {
    let mut fixture = waiting();
    let (config, feed) = (fixture.config, fixture.feed);
    let (config, feed) = (fixture.forged(&config), fixture.forged(&feed));
    Substitutions::of(source_cancel(&fixture), calls::SourceCancel::ACCOUNTS, &[&fixture.authority])
        .stranger("authority", error("NotAuthority"))
        .stranger("config", InstructionError::UninitializedAccount)
        .wrong("config", config, InstructionError::IllegalOwner)
        .stranger("feed", InstructionError::AccountDataTooSmall)
        .wrong("feed", feed, InstructionError::IllegalOwner)
        .run(&mut fixture.world);
}
