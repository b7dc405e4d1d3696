use crate::board_create::{MOVE_BPS, bad_terms, board, board_create, publishers, terms};
use crate::fixture::{Fixture, SOURCE_DELAY_S, error};
use client::{addresses, oracle as calls};
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_signer::Signer;
use testkit::Substitutions;

pub fn board_update(fixture: &Fixture, args: calls::BoardUpdateArgs) -> Instruction {
    let accounts = calls::BoardUpdate {
        authority: fixture.authority.pubkey(),
        config: fixture.config,
        feed: fixture.feed,
        board: addresses::board(&fixture.feed),
    };
    accounts.instruction(args)
}

/// Three of five, slower.
pub fn next_terms() -> calls::BoardUpdateArgs {
    calls::BoardUpdateArgs { threshold: 3, move_bps: 500, publishers: publishers(5) }
}

/// A feed with a board.
pub fn with_board() -> Fixture {
    let mut fixture = Fixture::new();
    let create = board_create(&fixture, terms());
    fixture.world.ok(&[create], &[&fixture.authority]);
    fixture
}

#[test]
fn board_update_waits_for_its_delay() {
    let mut fixture = with_board();
    let update = board_update(&fixture, next_terms());
    fixture.world.ok(&[update], &[&fixture.authority]);
    let (board, now) = (board(&mut fixture), fixture.world.unix_s());
    assert_eq!((board.threshold, board.publisher_count, board.move_bps.get()), (2, 3, MOVE_BPS));
    assert_eq!((board.next_threshold, board.next_count, board.next_move_bps.get()), (3, 5, 500));
    assert_eq!(board.next_ready_unix_s.get(), now + SOURCE_DELAY_S);
    assert_eq!(board.next_publishers[4], publishers(5)[4].to_bytes());
}

#[test]
fn board_update_with_odd_terms_fails_by_name() {
    let mut fixture = with_board();
    for (threshold, move_bps, publishers, name) in bad_terms() {
        let update = board_update(&fixture, calls::BoardUpdateArgs { threshold, move_bps, publishers });
        fixture.world.fail(&[update], &[&fixture.authority], error(name));
    }
}

#[test]
fn board_update_refuses_every_wrong_account() {
    let mut fixture = with_board();
    let (config, feed, board) = (fixture.config, fixture.feed, addresses::board(&fixture.feed));
    let [config, feed, board] = [config, feed, board].map(|at| fixture.forged(&at));
    Substitutions::of(board_update(&fixture, next_terms()), calls::BoardUpdate::ACCOUNTS, &[&fixture.authority])
        .stranger("authority", error("NotAuthority"))
        .stranger("config", InstructionError::UninitializedAccount)
        .wrong("config", config, InstructionError::IllegalOwner)
        .stranger("feed", InstructionError::UninitializedAccount)
        .wrong("feed", feed, InstructionError::IllegalOwner)
        .stranger("board", InstructionError::AccountDataTooSmall)
        .wrong("board", board, InstructionError::IllegalOwner)
        .run(&mut fixture.world);
}
