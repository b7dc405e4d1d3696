use crate::fixture::{ACCOUNT_IN_USE, Fixture, error};
use abi::oracle::Board;
use client::{addresses, oracle as calls};
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{Substitutions, key};

pub const MOVE_BPS: u16 = 1_000;

pub fn publishers(count: usize) -> Vec<Pubkey> {
    (0..count).map(|at| key(&format!("publisher {at}"))).collect()
}

pub fn board_create(fixture: &Fixture, args: calls::BoardCreateArgs) -> Instruction {
    let accounts = calls::BoardCreate {
        payer: fixture.world.payer(),
        authority: fixture.authority.pubkey(),
        config: fixture.config,
        feed: fixture.feed,
        board: addresses::board(&fixture.feed),
    };
    accounts.instruction(args)
}

/// Two of three.
pub fn terms() -> calls::BoardCreateArgs {
    calls::BoardCreateArgs { threshold: 2, move_bps: MOVE_BPS, publishers: publishers(3) }
}

pub fn board(fixture: &mut Fixture) -> Board {
    let address = addresses::board(&fixture.feed);
    fixture.world.read(abi::ids::ORACLE, &address)
}

/// Terms that no board may have, and the error each meets.
pub fn bad_terms() -> Vec<(u8, u16, Vec<Pubkey>, &'static str)> {
    let twice = vec![key("publisher 0"), key("publisher 1"), key("publisher 0")];
    vec![
        (1, MOVE_BPS, vec![], "PublishersOutOfRange"),
        (1, MOVE_BPS, publishers(9), "PublishersOutOfRange"),
        (1, MOVE_BPS, twice, "PublisherDoubled"),
        (0, MOVE_BPS, publishers(3), "ThresholdOutOfRange"),
        (4, MOVE_BPS, publishers(3), "ThresholdOutOfRange"),
        (2, 0, publishers(3), "MoveBoundOutOfRange"),
        (2, 10_001, publishers(3), "MoveBoundOutOfRange"),
    ]
}

#[test]
fn board_create_names_publishers_and_bounds() {
    let mut fixture = Fixture::new();
    let create = board_create(&fixture, terms());
    fixture.world.ok(std::slice::from_ref(&create), &[&fixture.authority]);
    let board = board(&mut fixture);
    assert_eq!((board.version, board.min_reader, board.threshold, board.publisher_count), (1, 1, 2, 3));
    assert_eq!((board.feed, board.move_bps.get(), board.surface_count), (fixture.feed.to_bytes(), MOVE_BPS, 0));
    let named: Vec<_> = board.publishers[..3].iter().map(|key| Pubkey::new_from_array(*key)).collect();
    assert_eq!((named, board.publishers[3], board.next_count), (publishers(3), [0; 32], 0));
    fixture.world.fail(&[create], &[&fixture.authority], ACCOUNT_IN_USE);
}

#[test]
fn board_create_with_odd_terms_fails_by_name() {
    let mut fixture = Fixture::new();
    for (threshold, move_bps, publishers, name) in bad_terms() {
        let create = board_create(&fixture, calls::BoardCreateArgs { threshold, move_bps, publishers });
        fixture.world.fail(&[create], &[&fixture.authority], error(name));
    }
}

#[test]
fn board_create_while_listing_is_braked_fails_level_forbids() {
    let mut fixture = Fixture::new();
    fixture.level(2);
    let create = board_create(&fixture, terms());
    fixture.world.fail(&[create], &[&fixture.authority], error("LevelForbids"));
}

#[test]
fn board_create_refuses_every_wrong_account() {
    let mut fixture = Fixture::new();
    let (other_feed, _) = fixture.other_feed();
    let (config, feed) = (fixture.config, fixture.feed);
    let (config, feed) = (fixture.forged(&config), fixture.forged(&feed));
    Substitutions::of(board_create(&fixture, terms()), calls::BoardCreate::ACCOUNTS, &[&fixture.authority])
        .any("payer", "whoever signs may pay the rent")
        .stranger("authority", error("NotAuthority"))
        .stranger("config", InstructionError::UninitializedAccount)
        .wrong("config", config, InstructionError::IllegalOwner)
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("feed", InstructionError::AccountDataTooSmall)
        .wrong("feed", feed, InstructionError::IllegalOwner)
        .wrong("feed", other_feed, InstructionError::InvalidSeeds)
        .stranger("board", InstructionError::InvalidSeeds)
        .stranger("system_program", 2007)
        .wrong("system_program", calls::ID, InstructionError::IncorrectProgramId)
        .run(&mut fixture.world);
}
