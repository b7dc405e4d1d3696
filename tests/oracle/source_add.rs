use crate::bad_inputs::{bad_inputs, too_many_decimals};
use crate::fixture::{Fixture, MIN_SOURCES, PRICE_E6, SOURCE_DELAY_S, error};
use abi::oracle::{CHANGE_ADD, CHANGE_NONE};
use client::oracle as calls;
use solana_account::Account;
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_signer::Signer;
use testkit::{SourceAccount, SourceKind, Substitutions, key};

/// A feed over the first two sources.
pub fn two_sources() -> Fixture {
    let mut fixture = Fixture::ready();
    let create = fixture.feed_create_of(fixture.symbol, MIN_SOURCES, &fixture.sources[..2]);
    fixture.world.ok(&[create], &[&fixture.authority]);
    fixture
}

pub fn source_add(fixture: &Fixture, source: &SourceAccount) -> Instruction {
    let accounts = calls::SourceAdd {
        authority: fixture.authority.pubkey(),
        config: fixture.config,
        feed: fixture.feed,
        source: source.address,
    };
    accounts.instruction(calls::SourceAddArgs { feed_id: source.feed_id })
}

fn refused(fixture: &mut Fixture, source: &SourceAccount, name: &str) {
    let add = source_add(fixture, source);
    fixture.world.fail(&[add], &[&fixture.authority], error(name));
}

#[test]
fn source_add_waits_for_its_delay() {
    let mut fixture = two_sources();
    let third = fixture.sources[2];
    let add = source_add(&fixture, &third);
    fixture.world.ok(&[add], &[&fixture.authority]);
    let (feed, now) = (fixture.feed_state(), fixture.world.unix_s());
    assert_eq!((feed.source_count, feed.change_kind, feed.change_place), (2, CHANGE_ADD, 2));
    assert_eq!(feed.change_ready_unix_s.get(), now + SOURCE_DELAY_S);
    let waiting = feed.change_source;
    assert_eq!((waiting.kind, waiting.owner), (third.kind.byte(), third.owner().to_bytes()));
    assert_eq!(
        (waiting.address, waiting.feed_id, waiting.scope),
        (third.address.to_bytes(), third.feed_id, third.scope)
    );
    assert_eq!((waiting.published_unix_s.get(), waiting.price_e6.get()), (0, 0));
    // Until then the feed reads two.
    let refresh = fixture.feed_refresh();
    fixture.world.fail(&[refresh], &[], error("SourceSurplus"));
}

#[test]
fn source_add_to_a_full_feed_fails_sources_full() {
    let mut fixture = Fixture::new();
    let fourth = SourceAccount::three("ETH/USD")[0];
    let now = fixture.publication(PRICE_E6);
    fourth.publish(&mut fixture.world, &now);
    refused(&mut fixture, &fourth, "SourcesFull");
}

#[test]
fn source_add_of_a_pinned_source_fails_source_doubled() {
    let mut fixture = two_sources();
    let first = fixture.sources[0];
    refused(&mut fixture, &first, "SourceDoubled");
}

#[test]
fn source_add_while_another_change_waits_fails_change_pending() {
    let mut fixture = two_sources();
    let third = fixture.sources[2];
    let add = source_add(&fixture, &third);
    fixture.world.ok(&[add], &[&fixture.authority]);
    refused(&mut fixture, &third, "ChangePending");
}

#[test]
fn source_add_while_listing_is_braked_fails_level_forbids() {
    let mut fixture = two_sources();
    let third = fixture.sources[2];
    fixture.level(2);
    refused(&mut fixture, &third, "LevelForbids");
}

#[test]
fn source_add_of_each_bad_input_of_each_kind_fails_by_name() {
    for kind in 0..3 {
        let mut fixture = two_sources();
        fixture.world.advance_slots(1_000);
        let fourth = SourceAccount::three("SOL/USD elsewhere")[kind];
        let now = fixture.publication(PRICE_E6);
        for input in bad_inputs(&fourth, &now) {
            fourth.publish_bytes(&mut fixture.world, input.bytes);
            refused(&mut fixture, &fourth, input.error);
        }
        if fourth.kind == SourceKind::Chainlink {
            fourth.publish_bytes(&mut fixture.world, too_many_decimals(&fourth, &now));
            refused(&mut fixture, &fourth, "ExponentOutOfRange");
        }
        fourth.publish(&mut fixture.world, &now);
        let account = fixture.world.account(&fourth.address).expect("the source");
        fixture.world.set_account(&fourth.address, Account { owner: key("a program"), ..account });
        refused(&mut fixture, &fourth, "SourceOwnerUnsupported");
        assert_eq!(fixture.feed_state().change_kind, CHANGE_NONE);
    }
}

#[test]
fn source_add_refuses_every_wrong_account() {
    let mut fixture = two_sources();
    let (config, feed, third) = (fixture.config, fixture.feed, fixture.sources[2]);
    let (config, feed) = (fixture.forged(&config), fixture.forged(&feed));
    let foreign = key("an account of nobody's");
    Substitutions::of(source_add(&fixture, &third), calls::SourceAdd::ACCOUNTS, &[&fixture.authority])
        .stranger("authority", error("NotAuthority"))
        .stranger("config", InstructionError::UninitializedAccount)
        .wrong("config", config, InstructionError::IllegalOwner)
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("feed", InstructionError::AccountDataTooSmall)
        .wrong("feed", feed, InstructionError::IllegalOwner)
        .wrong("source", foreign, error("SourceOwnerUnsupported"))
        .wrong("source", fixture.sources[0].address, error("SourceDoubled"))
        .run(&mut fixture.world);
}
