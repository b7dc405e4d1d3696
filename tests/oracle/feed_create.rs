use crate::bad_inputs::{bad_inputs, too_many_decimals};
use crate::fixture::{ACCOUNT_IN_USE, Fixture, MIN_SOURCES, PRICE_E6, error};
use abi::ids::PYTH_RECEIVER_2;
use client::oracle as calls;
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use testkit::{SourceAccount, Substitutions, key};

fn refused(fixture: &mut Fixture, create: Instruction, name: &str) {
    fixture.world.fail(&[create], &[&fixture.authority], error(name));
}

#[test]
fn feed_create_pins_the_sources_and_starts_down() {
    let mut fixture = Fixture::ready();
    let create = fixture.feed_create();
    fixture.world.ok(&[create], &[&fixture.authority]);
    let feed = fixture.feed_state();
    assert_eq!((feed.version, feed.min_reader, feed.severity, feed.bucket_s.get()), (1, 1, 3, 60));
    assert_eq!((feed.symbol, feed.source_count, feed.min_sources), (fixture.symbol, 3, MIN_SOURCES));
    for (pinned, source) in feed.sources.iter().zip(&fixture.sources) {
        assert_eq!((pinned.kind, pinned.owner), (source.kind.byte(), source.owner().to_bytes()));
        assert_eq!(
            (pinned.address, pinned.feed_id, pinned.scope),
            (source.address.to_bytes(), source.feed_id, source.scope)
        );
        assert_eq!((pinned.published_unix_s.get(), pinned.price_e6.get()), (0, 0));
    }
    assert_eq!((feed.price_e6.get(), feed.refreshed_unix_s.get(), feed.checked_unix_s.get()), (0, 0, 0));
}

#[test]
fn feed_create_over_the_second_receiver_works() {
    let mut fixture = Fixture::ready();
    let pyth = fixture.sources[0].address;
    let mut account = fixture.world.account(&pyth).expect("the source");
    account.owner = PYTH_RECEIVER_2.into();
    fixture.world.set_account(&pyth, account);
    let create = fixture.feed_create();
    fixture.world.ok(&[create], &[&fixture.authority]);
    fixture.refresh();
    assert_eq!(fixture.feed_state().sources[0].refusal, 0);
}

#[test]
fn feed_create_twice_fails() {
    let mut fixture = Fixture::new();
    let create = fixture.feed_create();
    fixture.world.fail(&[create], &[&fixture.authority], ACCOUNT_IN_USE);
}

#[test]
fn feed_create_with_odd_symbol_fails_symbol_invalid() {
    let mut fixture = Fixture::ready();
    let sources = fixture.sources;
    for symbol in
        [*b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", *b"SOL\0USDC\0\0\0\0\0\0\0\0", *b"sol/usdc\0\0\0\0\0\0\0\0", [0xff; 16]]
    {
        let create = fixture.feed_create_of(symbol, MIN_SOURCES, &sources);
        refused(&mut fixture, create, "SymbolInvalid");
    }
    let full = fixture.feed_create_of(*b"ABCDEFGH/0123-89", MIN_SOURCES, &sources);
    fixture.world.ok(&[full], &[&fixture.authority]);
}

#[test]
fn feed_create_with_odd_counts_fails_by_name() {
    let mut fixture = Fixture::ready();
    let (symbol, [a, b, c]) = (fixture.symbol, fixture.sources);
    let other = SourceAccount::three("ETH/USD")[0];
    let now = fixture.publication(PRICE_E6);
    other.publish(&mut fixture.world, &now);
    let cases: [(&[SourceAccount], u8, &str); 8] = [
        (&[], 2, "SourceCountOutOfRange"),
        (&[a, b, c, other], 2, "SourceCountOutOfRange"),
        // One source is never enough where something is at stake.
        (&[a, b, c], 0, "MinSourcesOutOfRange"),
        (&[a, b, c], 1, "MinSourcesOutOfRange"),
        (&[a, b, c], 4, "MinSourcesOutOfRange"),
        (&[a], 2, "MinSourcesOutOfRange"),
        (&[a, b, a], 2, "SourceDoubled"),
        (&[a, a], 2, "SourceDoubled"),
    ];
    for (sources, min_sources, name) in cases {
        let create = fixture.feed_create_of(symbol, min_sources, sources);
        refused(&mut fixture, create, name);
    }
    let mut ids = fixture.feed_create();
    ids.accounts.pop();
    refused(&mut fixture, ids, "SourceIdsMismatch");
}

#[test]
fn feed_create_over_each_bad_input_of_each_kind_fails_by_name() {
    let mut fixture = Fixture::ready();
    fixture.world.advance_slots(1_000);
    for at in 0..3 {
        fixture.publish(PRICE_E6);
        let (source, now) = (fixture.sources[at], fixture.publication(PRICE_E6));
        for input in bad_inputs(&source, &now) {
            source.publish_bytes(&mut fixture.world, input.bytes);
            let create = fixture.feed_create();
            refused(&mut fixture, create, input.error);
        }
        let mut foreign = fixture.world.account(&source.address).expect("the source");
        (foreign.data, foreign.owner) = (source.bytes(&now), key("a program"));
        fixture.world.set_account(&source.address, foreign);
        let create = fixture.feed_create();
        refused(&mut fixture, create, "SourceOwnerUnsupported");
    }
    fixture.publish(PRICE_E6);
    let (chainlink, now) = (fixture.sources[2], fixture.publication(PRICE_E6));
    chainlink.publish_bytes(&mut fixture.world, too_many_decimals(&chainlink, &now));
    let create = fixture.feed_create();
    refused(&mut fixture, create, "ExponentOutOfRange");
    chainlink.publish(&mut fixture.world, &now);
    let create = fixture.feed_create();
    fixture.world.ok(&[create], &[&fixture.authority]);
}

#[test]
fn feed_create_while_listing_is_braked_fails_level_forbids() {
    let mut fixture = Fixture::ready();
    for level in [2, 3, 4] {
        fixture.level(level);
        let create = fixture.feed_create();
        refused(&mut fixture, create, "LevelForbids");
    }
    fixture.level(1);
    let create = fixture.feed_create();
    fixture.world.ok(&[create], &[&fixture.authority]);
}

#[test]
fn feed_create_refuses_every_wrong_account() {
    let mut fixture = Fixture::ready();
    let config = fixture.config;
    let config = fixture.forged(&config);
    Substitutions::of(fixture.feed_create(), calls::FeedCreate::ACCOUNTS, &[&fixture.authority])
        .any("payer", "whoever signs may pay the rent")
        .stranger("authority", error("NotAuthority"))
        .stranger("config", InstructionError::AccountDataTooSmall)
        .wrong("config", config, InstructionError::IllegalOwner)
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("feed", InstructionError::InvalidSeeds)
        .stranger("system_program", 2007)
        .wrong("system_program", calls::ID, InstructionError::IncorrectProgramId)
        .run(&mut fixture.world);
}
