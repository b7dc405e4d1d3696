use crate::fixture::{ACCOUNT_IN_USE, FEED_ID, Fixture, RECEIVER, RECEIVER_2, error};
use abi::pyth::{PriceUpdate, price_update_bytes};
use client::oracle::{self as calls, FeedCreateArgs};
use solana_instruction::error::InstructionError;
use testkit::{Substitutions, key};

/// The config exists, no feed yet.
fn ready() -> Fixture {
    let mut fixture = Fixture::bare();
    let init = fixture.config_init();
    fixture.world.ok(&[init], &[&fixture.authority]);
    fixture
}

fn refused(fixture: &mut Fixture, terms: FeedCreateArgs, name: &str) {
    let create = fixture.feed_create(terms);
    fixture.world.fail(&[create], &[&fixture.authority], error(name));
}

#[test]
fn feed_create_pins_the_source_and_starts_down() {
    let mut fixture = ready();
    let create = fixture.feed_create(fixture.terms());
    fixture.world.ok(&[create], &[&fixture.authority]);
    let feed = fixture.feed_state();
    assert_eq!((feed.version, feed.min_reader, feed.severity, feed.bucket_s.get()), (1, 1, 3, 60));
    assert_eq!((feed.symbol, feed.source_count), (fixture.symbol, 1));
    assert_eq!((feed.sources[0].kind, feed.sources[0].owner), (abi::oracle::SOURCE_PYTH, RECEIVER.to_bytes()));
    assert_eq!((feed.sources[0].address, feed.sources[0].feed_id), (fixture.source.to_bytes(), FEED_ID));
    assert_eq!((feed.price_e6.get(), feed.refreshed_unix_s.get(), feed.sources[0].published_unix_s.get()), (0, 0, 0));
}

#[test]
fn feed_create_over_the_second_receiver_works() {
    let mut fixture = ready();
    let update = fixture.update();
    fixture.publish_bytes(price_update_bytes(&update).to_vec(), RECEIVER_2);
    let create = fixture.feed_create(FeedCreateArgs { source_owner: RECEIVER_2, ..fixture.terms() });
    fixture.world.ok(&[create], &[&fixture.authority]);
    fixture.world.ok(&[fixture.feed_refresh()], &[]);
}

#[test]
fn feed_create_twice_fails() {
    let mut fixture = Fixture::new();
    let create = fixture.feed_create(fixture.terms());
    fixture.world.fail(&[create], &[&fixture.authority], ACCOUNT_IN_USE);
}

#[test]
fn feed_create_with_odd_symbol_fails_symbol_invalid() {
    let mut fixture = ready();
    for symbol in
        [*b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", *b"SOL\0USDC\0\0\0\0\0\0\0\0", *b"sol/usdc\0\0\0\0\0\0\0\0", [0xff; 16]]
    {
        let terms = FeedCreateArgs { symbol, ..fixture.terms() };
        refused(&mut fixture, terms, "SymbolInvalid");
    }
    let full = FeedCreateArgs { symbol: *b"ABCDEFGH/0123-89", ..fixture.terms() };
    let create = fixture.feed_create(full);
    fixture.world.ok(&[create], &[&fixture.authority]);
}

#[test]
fn feed_create_with_limits_out_of_range_fails_by_name() {
    let mut fixture = ready();
    for max_age_s in [0, 61, u32::MAX] {
        let terms = FeedCreateArgs { max_age_s, ..fixture.terms() };
        refused(&mut fixture, terms, "MaxAgeOutOfRange");
    }
    for max_confidence_bps in [0, 201, u16::MAX] {
        let terms = FeedCreateArgs { max_confidence_bps, ..fixture.terms() };
        refused(&mut fixture, terms, "MaxConfidenceOutOfRange");
    }
}

#[test]
fn feed_create_over_another_program_fails_source_owner_unsupported() {
    let mut fixture = ready();
    let update = fixture.update();
    // The account is as the arguments say; the program is simply not one of the two.
    fixture.publish_bytes(price_update_bytes(&update).to_vec(), key("a program"));
    let terms = FeedCreateArgs { source_owner: key("a program"), ..fixture.terms() };
    refused(&mut fixture, terms, "SourceOwnerUnsupported");
}

#[test]
fn feed_create_over_unreadable_source_fails_by_name() {
    let mut fixture = ready();
    let update = fixture.update();
    let bytes = price_update_bytes(&update).to_vec();
    let altered = |at: usize, byte: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = byte;
        bytes
    };
    let other_feed = price_update_bytes(&PriceUpdate { feed_id: [8; 32], ..update }).to_vec();
    let cases = [
        (bytes[..133].to_vec(), RECEIVER, "SourceLengthWrong"),
        (vec![], RECEIVER, "SourceLengthWrong"),
        ([&bytes[..], &[0]].concat(), RECEIVER, "SourceLengthWrong"),
        (altered(0, 0), RECEIVER, "SourceDiscriminatorWrong"),
        (altered(40, 0), RECEIVER, "SourceNotFullyVerified"),
        (altered(40, 2), RECEIVER, "SourceNotFullyVerified"),
        (other_feed, RECEIVER, "SourceFeedIdMismatch"),
        (bytes.clone(), RECEIVER_2, "SourceOwnerMismatch"),
        (bytes.clone(), key("a program"), "SourceOwnerMismatch"),
    ];
    for (data, owner, name) in cases {
        fixture.publish_bytes(data, owner);
        let terms = fixture.terms();
        refused(&mut fixture, terms, name);
    }
}

#[test]
fn feed_create_refuses_every_wrong_account() {
    let mut fixture = ready();
    let twin = key("an older update of the same feed");
    let account = fixture.world.account(&fixture.source).expect("the source");
    fixture.world.set_account(&twin, account);
    let config = fixture.config;
    let config = fixture.forged(&config);
    Substitutions::of(fixture.feed_create(fixture.terms()), calls::FeedCreate::ACCOUNTS, &[&fixture.authority])
        .any("payer", "whoever signs may pay the rent")
        .stranger("authority", error("NotAuthority"))
        .stranger("config", InstructionError::UninitializedAccount)
        .wrong("config", config, InstructionError::IllegalOwner)
        .stranger("source", error("SourceAddressMismatch"))
        .wrong("source", twin, error("SourceAddressMismatch"))
        .stranger("feed", InstructionError::InvalidSeeds)
        .stranger("system_program", 2007)
        .wrong("system_program", calls::ID, InstructionError::IncorrectProgramId)
        .run(&mut fixture.world);
}
