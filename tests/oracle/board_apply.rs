use crate::board_create::board;
use crate::board_update::{board_update, next_terms, with_board};
use crate::fixture::{Fixture, SOURCE_DELAY_S, error};
use client::{addresses, oracle as calls};
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use testkit::Substitutions;

fn board_apply(fixture: &Fixture) -> Instruction {
    calls::BoardApply { feed: fixture.feed, board: addresses::board(&fixture.feed) }.instruction()
}

fn waiting() -> Fixture {
    let mut fixture = with_board();
    let update = board_update(&fixture, next_terms());
    fixture.world.ok(&[update], &[&fixture.authority]);
    fixture
}

#[test]
fn board_apply_after_the_delay_replaces_the_terms() {
    let mut fixture = waiting();
    let before = board(&mut fixture);
    fixture.world.advance_s(SOURCE_DELAY_S);
    let apply = board_apply(&fixture);
    fixture.world.ok(std::slice::from_ref(&apply), &[]);
    let after = board(&mut fixture);
    assert_eq!((after.threshold, after.publisher_count, after.move_bps.get()), (3, 5, 500));
    assert_eq!((after.publishers, after.next_publishers), (before.next_publishers, [[0; 32]; 8]));
    assert_eq!((after.next_threshold, after.next_count, after.next_ready_unix_s.get()), (0, 0, 0));
    fixture.world.fail(&[apply], &[], error("NoChangePending"));
}

#[test]
fn board_apply_before_the_delay_has_run_fails_change_too_early() {
    let mut fixture = waiting();
    fixture.world.advance_s(SOURCE_DELAY_S - 1);
    let apply = board_apply(&fixture);
    fixture.world.fail(&[apply], &[], error("ChangeTooEarly"));
}

#[test]
fn board_apply_refuses_every_wrong_account() {
    let mut fixture = waiting();
    fixture.world.advance_s(SOURCE_DELAY_S);
    let (feed, board) = (fixture.feed, addresses::board(&fixture.feed));
    let (feed, board) = (fixture.forged(&feed), fixture.forged(&board));
    Substitutions::of(board_apply(&fixture), calls::BoardApply::ACCOUNTS, &[])
        .stranger("feed", InstructionError::UninitializedAccount)
        .wrong("feed", feed, InstructionError::IllegalOwner)
        .stranger("board", InstructionError::AccountDataTooSmall)
        .wrong("board", board, InstructionError::IllegalOwner)
        .run(&mut fixture.world);
}
