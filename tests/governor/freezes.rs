//! `freeze_begin`, the snapshot's instructions and `freeze_end`.

use crate::fixture::{ABSENT, ABSENT_MUT, IN_USE, code_of, error, target};
use crate::positions::{MARGIN, Positions, honest_code};
use client::{breaker, governor as calls};
use policy::{Level, rollout::Stage};
use solana_instruction::{AccountMeta, error::InstructionError};
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{SOL, Substitutions, USDC};

/// Frozen, with the snapshot open.
pub fn opened() -> (Positions, u64) {
    let (mut positions, id, _) = Positions::matured(&honest_code());
    positions.freeze(id);
    let open = positions.open_ix();
    positions.fixture.world.ok(&[open], &[]);
    (positions, id)
}

#[test]
fn freeze_begin_after_the_delay_stops_everything_but_prices() {
    let (mut positions, id, _) = Positions::matured(&honest_code());
    let freeze = positions.freeze_ix(id);
    positions.fixture.world.ok(std::slice::from_ref(&freeze), &[]);
    let rollout = positions.fixture.rollout_state(MARGIN);
    assert_eq!((rollout.stage, rollout.parts.get(), rollout.attempt.get()), (Stage::Frozen.byte(), 2, 1));
    assert_eq!((positions.level(), rollout.canary_bps.get()), (Level::Migrating, 0));
    let withdraw = positions.protocol.withdraw(&positions.actors[2], positions.protocol.quote.mint, 1);
    let owner = positions.actors[2].keypair.insecure_clone();
    positions.fixture.world.fail(&[withdraw], &[&owner], code_of(client::margin::ERRORS, "LevelForbids"));
    positions.protocol.price(&mut positions.fixture.world, 151 * USDC);
    positions.fixture.world.fail(&[freeze], &[], error("RolloutStageWrong"));
}

#[test]
fn freeze_begin_before_the_delay_fails_seconds_remain() {
    let mut positions = Positions::new();
    let (id, _) = positions.fixture.upgrade_propose(MARGIN, &honest_code());
    positions.fixture.queue(id);
    let freeze = positions.freeze_ix(id);
    positions.fixture.world.fail(&[freeze], &[], error("SecondsRemain"));
}

/// INVARIANT(G-8): a freeze that leads nowhere is ended by anybody, down to level 2, and the next one waits.
#[test]
fn freeze_end_after_its_time_goes_back_and_the_next_attempt_waits_six_hours() {
    let (mut positions, id) = opened();
    let [end, freeze] = [positions.end_ix(id), positions.freeze_ix(id)];
    let verify_s = policy::rollout::VERIFY_S;
    positions.fixture.world.advance_s(verify_s.into());
    positions.fixture.world.fail(std::slice::from_ref(&end), &[], error("FreezeRunning"));
    positions.fixture.world.advance_slots(verify_s.into());
    positions.fixture.world.ok(std::slice::from_ref(&end), &[]);
    assert_eq!(positions.fixture.rollout_state(MARGIN).stage, Stage::Queued.byte());
    assert_eq!(positions.level(), Level::CloseOnly);
    positions.fixture.world.fail(&[end], &[], error("NoFreeze"));
    positions.fixture.world.fail(std::slice::from_ref(&freeze), &[], error("AttemptTooSoon"));
    positions.fixture.world.advance_s((policy::rollout::ATTEMPT_S - verify_s).into());
    positions.fixture.world.ok(&[freeze], &[]);
    assert_eq!(positions.attempt(), 2);
}

/// INVARIANT(G-18): cancelled in the middle of its freeze, an upgrade lets go at once.
#[test]
fn freeze_of_a_cancelled_upgrade_ends_at_once() {
    let (mut positions, id, buffer) = Positions::sealed(&honest_code());
    let proposer = positions.fixture.members[0].insecure_clone();
    let cancel = positions.fixture.cancel_ix(id, proposer.pubkey());
    positions.fixture.world.ok(&[cancel], &[&proposer]);
    let execute = positions.fixture.upgrade_ix(id, MARGIN, buffer);
    positions.fixture.world.fail(&[execute], &[], error("ProposalNotQueued"));
    let end = positions.end_ix(id);
    positions.fixture.world.ok(&[end], &[]);
    positions.fixture.release(id, MARGIN);
    assert_eq!((positions.fixture.rollout_state(MARGIN).stage, positions.level()), (0, Level::CloseOnly));
}

#[test]
fn snapshot_records_every_account_and_the_sums_are_the_markets() {
    let (mut positions, _, _) = Positions::sealed(&honest_code());
    let address = positions.snapshot();
    let snapshot: abi::governor::Snapshot = positions.fixture.world.read(abi::ids::GOVERNOR, &address);
    let market: abi::margin::Market = positions.fixture.world.read(abi::ids::MARGIN, &positions.protocol.market);
    assert_eq!((snapshot.sealed, snapshot.balanced, snapshot.accounts_taken.get()), (1, 1, 3));
    assert_eq!(snapshot.quote_atoms, market.quote_balances_atoms);
    assert_eq!(snapshot.base_atoms.get(), 300 * SOL);
    assert_eq!((snapshot.long_lots.get(), snapshot.short_lots.get(), snapshot.series), (10, 10, [0; 16]));
    assert_eq!(positions.fixture.rollout_state(MARGIN).stage, Stage::Sealed.byte());
}

/// Whoever takes a page with an account left out has held up nobody: a fuller one takes its place.
#[test]
fn snapshot_page_that_leaves_an_account_out_is_replaced_by_a_fuller_one() {
    let (mut positions, _) = opened();
    let all = positions.accounts();
    let short = positions.page_of_ix(0, vec![all[0].clone(), all[2].clone()]);
    positions.fixture.world.ok(&[short], &[]);
    positions.seal_refused("AccountsMissing");
    let again = positions.page_ix(0);
    positions.fixture.world.fail(&[again], &[], IN_USE);
    let fill = |positions: &mut Positions, accounts: Vec<AccountMeta>| {
        let call = calls::SnapshotPageFill {
            rollout: positions.fixture.rollout(MARGIN),
            snapshot: positions.snapshot(),
            page: positions.page(0),
        };
        client::WithRemaining::with_remaining(call.instruction(), accounts)
    };
    let same = fill(&mut positions, vec![all[1].clone(), all[2].clone()]);
    positions.fixture.world.fail(&[same], &[], error("PageNotFuller"));
    let fuller = fill(&mut positions, all);
    let other = positions.fixture.rollout(target());
    let elsewhere = positions.fixture.elsewhere(positions.fixture.rollout(MARGIN));
    let (snapshot, page) = (positions.snapshot(), positions.page(0));
    let [snapshot_elsewhere, page_elsewhere] = [snapshot, page].map(|at| positions.fixture.elsewhere(at));
    Substitutions::of(fuller.clone(), calls::SnapshotPageFill::ACCOUNTS, &[])
        .stranger("rollout", ABSENT)
        .wrong("rollout", other, ABSENT)
        .wrong("rollout", elsewhere, InstructionError::IllegalOwner)
        .stranger("snapshot", ABSENT_MUT)
        .wrong("snapshot", snapshot_elsewhere, InstructionError::IllegalOwner)
        .stranger("page", ABSENT_MUT)
        .wrong("page", page_elsewhere, InstructionError::IllegalOwner)
        .run(&mut positions.fixture.world);
    positions.fixture.world.ok(&[fuller], &[]);
    let seal = positions.seal_ix();
    positions.fixture.world.ok(&[seal], &[]);
}

#[test]
fn snapshot_instructions_refuse_every_wrong_account() {
    let (mut positions, _, _) = Positions::matured(&honest_code());
    let open = positions.open_ix();
    let (first, none) = (positions.snapshot_at(1), positions.snapshot_at(0));
    let mut early = open.clone();
    early.accounts.iter_mut().filter(|meta| meta.pubkey == first).for_each(|meta| meta.pubkey = none);
    positions.fixture.world.fail(&[early], &[], error("RolloutStageWrong"));
    let freeze = positions.freeze_ix(0);
    positions.fixture.world.ok(&[freeze], &[]);
    positions.fixture.world.fail(std::slice::from_ref(&open), &[], error("MarketNotHeld"));
    positions.fixture.ledger_take(MARGIN);
    let other = positions.fixture.rollout(target());
    let rollout_elsewhere = positions.fixture.elsewhere(positions.fixture.rollout(MARGIN));
    let market_elsewhere = positions.fixture.elsewhere(positions.market());
    let (quote_tokens, base_tokens) = (positions.protocol.quote_tokens, positions.protocol.base_tokens);
    Substitutions::of(open.clone(), calls::SnapshotOpen::ACCOUNTS, &[])
        .any("payer", "whoever signs may pay")
        .stranger("rollout", ABSENT)
        .wrong("rollout", other, ABSENT)
        .wrong("rollout", rollout_elsewhere, InstructionError::IllegalOwner)
        .stranger("market", InstructionError::InvalidSeeds)
        .wrong("market", market_elsewhere, InstructionError::InvalidSeeds)
        .stranger("quote_tokens", error("TokensSwapped"))
        .wrong("quote_tokens", base_tokens, error("TokensSwapped"))
        .stranger("base_tokens", error("TokensSwapped"))
        .wrong("base_tokens", quote_tokens, error("TokensSwapped"))
        .stranger("snapshot", InstructionError::InvalidSeeds)
        .stranger("system_program", code_of(client::framework::ERRORS, "ConstraintExecutable"))
        .run(&mut positions.fixture.world);
    positions.fixture.world.ok(&[open], &[]);
    let page = positions.page_ix(0);
    let snapshot = positions.snapshot();
    let snapshot_elsewhere = positions.fixture.elsewhere(snapshot);
    Substitutions::of(page.clone(), calls::SnapshotPage::ACCOUNTS, &[])
        .any("payer", "whoever signs may pay")
        .stranger("rollout", ABSENT)
        .wrong("rollout", rollout_elsewhere, InstructionError::IllegalOwner)
        .stranger("snapshot", ABSENT_MUT)
        .wrong("snapshot", snapshot_elsewhere, InstructionError::IllegalOwner)
        .stranger("page", InstructionError::InvalidSeeds)
        .stranger("system_program", code_of(client::framework::ERRORS, "ConstraintExecutable"))
        .run(&mut positions.fixture.world);
    positions.fixture.world.ok(&[page], &[]);
    let seal = positions.seal_ix();
    let (copy, council_elsewhere) = {
        let council = positions.fixture.council();
        (positions.fixture.council_copy(), positions.fixture.elsewhere(council))
    };
    Substitutions::of(seal.clone(), calls::SnapshotSeal::ACCOUNTS, &[])
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("rollout", ABSENT_MUT)
        .wrong("rollout", rollout_elsewhere, InstructionError::IllegalOwner)
        .stranger("snapshot", ABSENT_MUT)
        .wrong("snapshot", snapshot_elsewhere, InstructionError::IllegalOwner)
        .stranger("market", error("MarketUnreadable"))
        .run(&mut positions.fixture.world);
    positions.fixture.world.ok(std::slice::from_ref(&seal), &[]);
    positions.fixture.world.fail(&[seal], &[], error("RolloutStageWrong"));
}

#[test]
fn freeze_instructions_refuse_every_wrong_account() {
    let (mut positions, id, _) = Positions::matured(&honest_code());
    let adopted = Pubkey::new_from_array(abi::ids::VAULT);
    let adopt = positions.fixture.adopt_ix(adopted, testkit::elf("vault").len());
    positions.fixture.world.ok(&[adopt], &[&testkit::keypair("deployer")]);
    let (draft, _) = positions.fixture.upgrade_propose(MARGIN, &honest_code());
    let fixture = &mut positions.fixture;
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let proposal_elsewhere = fixture.elsewhere(fixture.proposal(id));
    let adoption_elsewhere = fixture.elsewhere(fixture.adoption(MARGIN));
    let rollout_elsewhere = fixture.elsewhere(fixture.rollout(MARGIN));
    let (draft, other_adoption, other_rollout) =
        (fixture.proposal(draft), fixture.adoption(adopted), fixture.rollout(adopted));
    let breaker_config = client::addresses::config(&breaker::ID);
    let freeze = positions.freeze_ix(id);
    Substitutions::of(freeze.clone(), calls::FreezeBegin::ACCOUNTS, &[])
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("proposal", ABSENT)
        .wrong("proposal", proposal_elsewhere, InstructionError::IllegalOwner)
        .wrong("proposal", draft, error("RolloutOfAnother"))
        .stranger("adoption", ABSENT)
        .wrong("adoption", adoption_elsewhere, InstructionError::IllegalOwner)
        .wrong("adoption", other_adoption, error("RolloutSwapped"))
        .stranger("rollout", ABSENT_MUT)
        .wrong("rollout", rollout_elsewhere, InstructionError::IllegalOwner)
        .wrong("rollout", other_rollout, error("RolloutSwapped"))
        .stranger("margin_config", error("NotMarginConfig"))
        .wrong("margin_config", breaker_config, error("NotMarginConfig"))
        .stranger("governor_authority", InstructionError::InvalidSeeds)
        .stranger("config", ABSENT)
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("breaker", error("NotBreaker"))
        .run(&mut positions.fixture.world);
    positions.fixture.world.ok(&[freeze], &[]);
    let verify_s = policy::rollout::VERIFY_S;
    positions.fixture.world.advance_s(verify_s.into());
    positions.fixture.world.advance_slots(verify_s.into());
    let end = positions.end_ix(id);
    Substitutions::of(end, calls::FreezeEnd::ACCOUNTS, &[])
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("proposal", ABSENT_MUT)
        .wrong("proposal", proposal_elsewhere, InstructionError::IllegalOwner)
        .wrong("proposal", draft, error("RolloutOfAnother"))
        .stranger("rollout", ABSENT_MUT)
        .wrong("rollout", rollout_elsewhere, InstructionError::IllegalOwner)
        .stranger("governor_authority", InstructionError::InvalidSeeds)
        .stranger("config", ABSENT)
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("breaker", error("NotBreaker"))
        .run(&mut positions.fixture.world);
}
