//! Execution under a snapshot, `page_verify`, `market_verify`, and candidates that lie.

use crate::fixture::{ABSENT, ABSENT_MUT, error, sha256, target};
use crate::positions::{MARGIN, Positions, honest_code, lying_code};
use abi::margin::{MarginAccount, Market};
use client::governor as calls;
use policy::{Level, proposal::State, rollout::Stage};
use solana_instruction::error::InstructionError;
use std::mem::offset_of;
use testkit::{Substitutions, elf};

/// Where a field of a margin account and of a market stands in the account's bytes.
const LOTS_AT: usize = 8 + offset_of!(MarginAccount, positions) + offset_of!(abi::margin::Position, lots);
const QUOTE_AT: usize = 8 + offset_of!(MarginAccount, quote_atoms);
const INSURANCE_AT: usize = 8 + offset_of!(Market, insurance_atoms);

/// The old code runs again, its accounts are verified, the bond is lost, and the brake comes down to level 2.
fn rolled_back(positions: &mut Positions, id: u64) {
    let rollback = positions.rollback_ix(id);
    positions.fixture.world.ok(&[rollback], &[]);
    let rollout = positions.fixture.rollout_state(MARGIN);
    assert_eq!((rollout.stage, positions.level()), (Stage::RolledBack.byte(), Level::Migrating));
    let code = positions.fixture.code(MARGIN);
    assert_eq!(sha256(&code[..elf("margin").len()]), sha256(&elf("margin")));
    positions.fixture.world.next_slot();
}

#[test]
fn honest_upgrade_is_verified_and_opens_the_canary_steps() {
    let (mut positions, id, buffer) = Positions::matured(&honest_code());
    let people = positions.people();
    let execute = positions.fixture.upgrade_ix(id, MARGIN, buffer);
    positions.fixture.world.fail(std::slice::from_ref(&execute), &[], error("NotMigrating"));
    positions.freeze(id);
    for step in [positions.open_ix(), positions.page_ix(0)] {
        positions.fixture.world.ok(&[step], &[]);
    }
    positions.fixture.world.fail(std::slice::from_ref(&execute), &[], error("RolloutStageWrong"));
    let seal = positions.seal_ix();
    positions.fixture.world.ok(&[seal], &[]);
    let outcome = positions.fixture.world.ok(&[execute], &[]);
    println!("execute of {} bytes: {} units", honest_code().len(), outcome.units);
    let accounts = positions.accounts();
    let verify = positions.verify_page_ix(accounts);
    positions.fixture.world.fail(&[verify], &[], error("ExecutedThisSlot"));
    positions.fixture.world.next_slot();
    let market = positions.verify_market_ix(id);
    positions.fixture.world.fail(&[market], &[], error("PagesMissing"));
    positions.verify(id);
    let rollout = positions.fixture.rollout_state(MARGIN);
    assert_eq!((rollout.stage, rollout.canary_bps.get(), rollout.failed), (Stage::Canary.byte(), 100, 0));
    let end = positions.end_ix(id);
    positions.fixture.world.ok(std::slice::from_ref(&end), &[]);
    let (ledger, market) = (positions.fixture.ledger(MARGIN), positions.market());
    positions.fixture.world.ok(&[ledger.release(market)], &[]);
    assert_eq!(positions.people(), people);
    assert_eq!(positions.level(), Level::CloseOnly);
    positions.fixture.world.fail(&[end], &[], error("NoFreeze"));
}

/// INVARIANT(G-12): a candidate that changes one account's lots is found out, and anybody rolls it back at once.
#[test]
fn candidate_that_changes_lots_fails_verification_and_is_rolled_back() {
    let (mut positions, id) = Positions::executed(&lying_code());
    let (people, account) = (positions.people(), positions.actors[1].account);
    positions.lie(account, LOTS_AT, &11_i64.to_le_bytes());
    let rollback = positions.rollback_ix(id);
    positions.fixture.world.fail(&[rollback], &[], error("RollbackUnfounded"));
    let accounts = positions.accounts();
    let verify = positions.verify_page_ix(accounts.clone());
    positions.fixture.world.ok(std::slice::from_ref(&verify), &[]);
    assert_eq!(positions.fixture.rollout_state(MARGIN).failed, 1);
    let market = positions.verify_market_ix(id);
    positions.fixture.world.fail(&[market], &[], error("PagesMissing"));
    // The liar mends what it did: the bytes are the snapshot's again, and it is rolled back all the same.
    positions.lie(account, LOTS_AT, &10_i64.to_le_bytes());
    rolled_back(&mut positions, id);
    positions.verify(id);
    assert_eq!(positions.people(), people);
    assert_eq!(positions.fixture.state(id), State::RolledBack);
    assert_eq!(positions.fixture.rollout_state(MARGIN).stage, Stage::Idle.byte());
    let end = positions.end_ix(id);
    positions.fixture.world.ok(&[end], &[]);
    assert_eq!(positions.level(), Level::CloseOnly);
    // The bond is lost, once.
    let (insurance, settle) = (positions.insurance(), positions.fixture.bond_ix(id));
    positions.fixture.world.ok(std::slice::from_ref(&settle), &[]);
    assert_eq!(positions.fixture.world.account(&insurance).unwrap().lamports, 1_000_000_000);
    positions.fixture.world.fail(&[settle], &[], error("BondSettled"));
}

/// Lots moved between two accounts so that all sums hold.
#[test]
fn candidate_that_moves_lots_between_accounts_fails_verification() {
    let (mut positions, _) = Positions::executed(&lying_code());
    let [maker, taker] = [positions.actors[0].account, positions.actors[1].account];
    let (short, long) = (positions.state(0).positions[0].lots.get(), positions.state(1).positions[0].lots.get());
    assert_eq!((short, long), (-10, 10));
    positions.lie(taker, LOTS_AT, &15_i64.to_le_bytes());
    positions.lie(maker, LOTS_AT, &(-15_i64).to_le_bytes());
    let accounts = positions.accounts();
    let verify = positions.verify_page_ix(accounts);
    positions.fixture.world.ok(&[verify], &[]);
    assert_eq!(positions.fixture.rollout_state(MARGIN).failed, 1);
}

/// Collateral shifted, and an account made unreadable.
#[test]
fn candidate_that_shifts_collateral_or_hides_an_account_fails_verification() {
    for (offset, bytes) in [(QUOTE_AT, &1_i64.to_le_bytes()[..]), (8, &[9, 9][..]), (0, &[0; 8][..])] {
        let (mut positions, _) = Positions::executed(&lying_code());
        let account = positions.actors[0].account;
        positions.lie(account, offset, bytes);
        let accounts = positions.accounts();
        let verify = positions.verify_page_ix(accounts);
        positions.fixture.world.ok(&[verify], &[]);
        assert_eq!(positions.fixture.rollout_state(MARGIN).failed, 1, "offset {offset}");
    }
}

#[test]
fn candidate_that_changes_the_markets_sums_fails_verification() {
    let (mut positions, id) = Positions::executed(&lying_code());
    let market = positions.market();
    positions.lie(market, INSURANCE_AT, &77_u64.to_le_bytes());
    let accounts = positions.accounts();
    for step in [positions.verify_page_ix(accounts), positions.verify_market_ix(id)] {
        positions.fixture.world.ok(&[step], &[]);
    }
    assert_eq!(positions.fixture.rollout_state(MARGIN).failed, 1);
}

/// A candidate that never answers: nobody verifies, and when the time is over anybody rolls back.
#[test]
fn verification_overdue_opens_the_rollback_to_anybody() {
    let (mut positions, id) = Positions::executed(&honest_code());
    let rollback = positions.rollback_ix(id);
    positions.fixture.world.fail(std::slice::from_ref(&rollback), &[], error("RollbackUnfounded"));
    let verify_s = policy::rollout::VERIFY_S;
    positions.fixture.world.advance_s(verify_s.into());
    positions.fixture.world.advance_slots(verify_s.into());
    positions.fixture.world.next_slot();
    rolled_back(&mut positions, id);
    positions.verify(id);
    assert_eq!(positions.fixture.state(id), State::RolledBack);
}

/// INVARIANT(G-12): a market that was verified under code that failed elsewhere says nothing about the code that is restored: it is
/// verified again.
#[test]
fn market_verified_under_failed_code_is_verified_again_under_restored_code() {
    let (mut positions, id) = Positions::executed(&honest_code());
    let rollout = positions.fixture.rollout(MARGIN);
    // Beside the ledger and this market, a second one, which nobody verifies in time.
    positions.fixture.world.edit::<abi::governor::Rollout>(&rollout, |rollout| rollout.parts = 3.into());
    positions.verify(id);
    // The ledger, and the one market.
    assert_eq!(positions.fixture.rollout_state(MARGIN).verified.get(), 2);
    let verify_s = policy::rollout::VERIFY_S;
    positions.fixture.world.advance_s(verify_s.into());
    positions.fixture.world.advance_slots(verify_s.into());
    positions.fixture.world.next_slot();
    rolled_back(&mut positions, id);
    assert_eq!(positions.fixture.rollout_state(MARGIN).verified.get(), 0);
    positions.verify(id);
    assert_eq!(positions.fixture.rollout_state(MARGIN).verified.get(), 2);
    let market = positions.verify_market_ix(id);
    positions.fixture.world.fail(&[market], &[], error("MarketVerified"));
}

/// What the failed code wrote and nobody restored: the old code's accounts do not verify, which is said, and held against nobody.
#[test]
fn restored_code_over_changed_accounts_is_refused_by_name_and_the_freeze_still_ends() {
    let (mut positions, id) = Positions::executed(&lying_code());
    let account = positions.actors[1].account;
    positions.lie(account, LOTS_AT, &11_i64.to_le_bytes());
    let accounts = positions.accounts();
    let verify = positions.verify_page_ix(accounts);
    positions.fixture.world.ok(std::slice::from_ref(&verify), &[]);
    rolled_back(&mut positions, id);
    positions.fixture.world.fail(&[verify], &[], error("PageDiffers"));
    let end = positions.end_ix(id);
    positions.fixture.world.fail(std::slice::from_ref(&end), &[], error("FreezeRunning"));
    let verify_s = policy::rollout::VERIFY_S;
    positions.fixture.world.advance_s(verify_s.into());
    positions.fixture.world.advance_slots(verify_s.into());
    positions.fixture.world.ok(&[end], &[]);
    assert_eq!((positions.fixture.rollout_state(MARGIN).stage, positions.level()), (0, Level::CloseOnly));
    assert_eq!(positions.fixture.state(id), State::RolledBack);
}

#[test]
fn verification_refuses_every_wrong_account() {
    let (mut positions, id) = Positions::executed(&honest_code());
    let accounts = positions.accounts();
    let (draft, _) = positions.fixture.upgrade_propose(MARGIN, &honest_code());
    let draft = positions.fixture.proposal(draft);
    let verify = positions.verify_page_ix(accounts);
    let (snapshot, page, rollout) = (positions.snapshot(), positions.page(0), positions.fixture.rollout(MARGIN));
    let [snapshot_elsewhere, page_elsewhere, rollout_elsewhere] =
        [snapshot, page, rollout].map(|at| positions.fixture.elsewhere(at));
    let other = positions.fixture.rollout(target());
    Substitutions::of(verify.clone(), calls::PageVerify::ACCOUNTS, &[])
        .stranger("rollout", ABSENT_MUT)
        .wrong("rollout", rollout_elsewhere, InstructionError::IllegalOwner)
        .wrong("rollout", other, ABSENT_MUT)
        .stranger("snapshot", ABSENT_MUT)
        .wrong("snapshot", snapshot_elsewhere, InstructionError::IllegalOwner)
        .stranger("page", ABSENT_MUT)
        .wrong("page", page_elsewhere, InstructionError::IllegalOwner)
        .run(&mut positions.fixture.world);
    positions.fixture.world.ok(&[verify], &[]);
    let market = positions.verify_market_ix(id);
    let fixture = &mut positions.fixture;
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let proposal_elsewhere = fixture.elsewhere(fixture.proposal(id));
    let (quote_tokens, base_tokens) = (positions.protocol.quote_tokens, positions.protocol.base_tokens);
    Substitutions::of(market, calls::MarketVerify::ACCOUNTS, &[])
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("proposal", ABSENT_MUT)
        .wrong("proposal", proposal_elsewhere, InstructionError::IllegalOwner)
        .wrong("proposal", draft, error("RolloutOfAnother"))
        .stranger("rollout", ABSENT_MUT)
        .wrong("rollout", rollout_elsewhere, InstructionError::IllegalOwner)
        .stranger("snapshot", ABSENT_MUT)
        .wrong("snapshot", snapshot_elsewhere, InstructionError::IllegalOwner)
        .stranger("market", error("MarketUnreadable"))
        .stranger("quote_tokens", error("TokensSwapped"))
        .wrong("quote_tokens", base_tokens, error("TokensSwapped"))
        .stranger("base_tokens", error("TokensSwapped"))
        .wrong("base_tokens", quote_tokens, error("TokensSwapped"))
        .stranger("custody", error("CustodyUnreadable"))
        .stranger("governor_authority", InstructionError::InvalidSeeds)
        .stranger("config", ABSENT)
        .stranger("breaker", error("NotBreaker"))
        .run(&mut positions.fixture.world);
}
