//! `canary_check`, `canary_promote`, `snapshot_close`, `page_close`, `bond_settle`.

use crate::brakes::config;
use crate::fixture::{ABSENT, ABSENT_MUT, BUFFER_LAMPORTS, Fixture, code_of, error, new_code, target};
use crate::positions::{MARGIN, Positions, honest_code};
use client::governor as calls;
use policy::rollout::{CANARY_BPS, CHECKS, DWELL_S, Stage, WINDOW_BPS};
use policy::{Level, proposal::State};
use solana_instruction::{Instruction, error::InstructionError};
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{Substitutions, USDC, key};

const BOND: u64 = 1_000_000_000;

impl Fixture {
    pub fn promote_ix(&self, id: u64, program: Pubkey) -> Instruction {
        let accounts = calls::CanaryPromote {
            council: self.council(),
            proposal: self.proposal(id),
            rollout: self.rollout(program),
        };
        accounts.instruction_of(self.governor)
    }

    pub fn bond_ix(&mut self, id: u64) -> Instruction {
        let proposer = Pubkey::from(self.proposal_state(id).proposer);
        self.calls().bond_settle(id, proposer)
    }

    /// The step's time passes on both clocks.
    pub fn dwell(&mut self) {
        self.world.advance_s(DWELL_S.into());
        self.world.advance_slots(DWELL_S.into());
    }
}

pub fn check_ix(positions: &Positions) -> Instruction {
    let accounts = calls::CanaryCheck {
        council: positions.fixture.council(),
        rollout: positions.fixture.rollout(MARGIN),
        market: positions.market(),
        quote_tokens: positions.protocol.quote_tokens,
        base_tokens: positions.protocol.base_tokens,
    };
    accounts.instruction()
}

/// Verified, and the brake off again.
fn running() -> (Positions, u64) {
    let (mut positions, id) = Positions::executed(&honest_code());
    positions.verify(id);
    let end = positions.end_ix(id);
    positions.fixture.world.ok(&[end], &[]);
    positions.fixture.level_force(Level::Normal);
    (positions, id)
}

pub fn apply_ix(positions: &mut Positions) -> Instruction {
    let accounts = calls::CanaryApply {
        council: positions.fixture.council(),
        rollout: positions.fixture.rollout(MARGIN),
        market: positions.market(),
        snapshot: positions.snapshot(),
        custody: positions.custody(),
        governor_authority: positions.fixture.authority(),
        config: config(),
    };
    accounts.instruction()
}

/// What the custody keeps of a rollout: most open interest, share of the windows.
fn narrowed(positions: &mut Positions) -> (u64, u16) {
    let custody = positions.custody();
    let custody: abi::breaker::Custody = positions.fixture.world.read(abi::ids::BREAKER, &custody);
    (custody.rollout_lots.get(), custody.rollout_window_bps.get())
}

/// A step's time passes, its checks are made, and the code goes on to the next.
fn promote(positions: &mut Positions, id: u64) {
    positions.fixture.dwell();
    for _ in 0..CHECKS {
        let check = check_ix(positions);
        positions.fixture.world.ok(&[check], &[]);
        positions.fixture.world.advance_slots(1);
    }
    let promote = positions.fixture.promote_ix(id, MARGIN);
    positions.fixture.world.ok(&[promote], &[]);
}

/// INVARIANT(G-13): margin asks at every fill, and the breaker pays within the step's share of a window; each step widens both, the last
/// ends it. Until somebody applies a step the one before holds.
#[test]
fn canary_steps_bound_new_risk_and_outflow_until_they_are_applied() {
    const CAP: u64 = 1_000;
    let (mut positions, id) = Positions::executed(&honest_code());
    let custody = positions.custody();
    positions.fixture.world.edit::<abi::breaker::Custody>(&custody, |custody| {
        custody.limits.open_interest_cap_lots = CAP.into();
    });
    assert_eq!(narrowed(&mut positions), (0, 0));
    let apply = apply_ix(&mut positions);
    positions.fixture.world.fail(std::slice::from_ref(&apply), &[], error("RolloutStageWrong"));
    positions.verify(id);
    assert_eq!(narrowed(&mut positions), (10 + CAP / 100, WINDOW_BPS[0]));
    let end = positions.end_ix(id);
    positions.fixture.world.ok(&[end], &[]);
    positions.fixture.level_force(Level::Normal);
    let full = code_of(client::margin::ERRORS, "CanaryCapReached");
    for (nonce, step) in (2..).zip(1..CANARY_BPS.len()) {
        let room = narrowed(&mut positions).0 - positions.open_lots();
        let fill = positions.fill(nonce, room + 1);
        let taker = positions.actors[1].keypair.insecure_clone();
        positions.fixture.world.fail(&fill, &[&taker], full);
        let fill = positions.fill(nonce, room);
        positions.fixture.world.ok(&fill, &[&taker]);
        promote(&mut positions, id);
        let before = narrowed(&mut positions);
        assert_eq!(before.1, WINDOW_BPS[step - 1]);
        positions.fixture.world.ok(std::slice::from_ref(&apply), &[]);
        // The whole of the cap is the custody's own.
        let share = CAP * u64::from(CANARY_BPS[step]) / 10_000;
        let whole = step + 1 == CANARY_BPS.len();
        assert_eq!(narrowed(&mut positions), if whole { (0, 0) } else { (10 + share, WINDOW_BPS[step]) });
    }
    promote(&mut positions, id);
    positions.fixture.world.ok(&[apply], &[]);
    assert_eq!(narrowed(&mut positions), (0, 0));
}

#[test]
fn canary_apply_refuses_every_wrong_account() {
    let (mut positions, _) = running();
    let apply = apply_ix(&mut positions);
    let (snapshot, market) = (positions.snapshot(), positions.market());
    let page = positions.page(0);
    let fixture = &mut positions.fixture;
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let [rollout_elsewhere, snapshot_elsewhere] = [fixture.rollout(MARGIN), snapshot].map(|at| fixture.elsewhere(at));
    let custody_elsewhere = fixture.elsewhere(client::addresses::custody(&market));
    let custody_elsewhere = {
        let account = fixture.world.account(&custody_elsewhere).expect("a copy");
        fixture.world.set_account(
            &key("custody of nobody's"),
            solana_account::Account { owner: Pubkey::new_from_array(abi::ids::VAULT), ..account },
        );
        key("custody of nobody's")
    };
    Substitutions::of(apply, calls::CanaryApply::ACCOUNTS, &[])
        .stranger("council", ABSENT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("rollout", ABSENT)
        .wrong("rollout", rollout_elsewhere, InstructionError::IllegalOwner)
        .stranger("market", error("MarketUnreadable"))
        .stranger("snapshot", error("SnapshotStale"))
        .wrong("snapshot", snapshot_elsewhere, error("SnapshotStale"))
        .wrong("snapshot", page, error("SnapshotStale"))
        .stranger("custody", error("CustodyUnreadable"))
        .wrong("custody", custody_elsewhere, error("CustodyUnreadable"))
        .stranger("governor_authority", InstructionError::InvalidSeeds)
        .stranger("config", ABSENT)
        .stranger("breaker", error("NotBreaker"))
        .run(&mut positions.fixture.world);
}

/// A rollout of another program widens nothing.
#[test]
fn canary_apply_under_another_programs_rollout_fails_rollout_swapped() {
    let (mut positions, _) = running();
    let adopt = positions.fixture.adopt_ix(target(), crate::fixture::old_code().len());
    positions.fixture.world.ok(&[adopt], &[&testkit::keypair("deployer")]);
    let mut apply = apply_ix(&mut positions);
    let (own, other) = (positions.fixture.rollout(MARGIN), positions.fixture.rollout(target()));
    apply.accounts.iter_mut().filter(|meta| meta.pubkey == own).for_each(|meta| meta.pubkey = other);
    positions.fixture.world.fail(&[apply], &[], error("RolloutSwapped"));
}

/// INVARIANT(G-13): the caps grow step by step up to governance's own; then the bond and every lamport come back.
#[test]
fn canary_steps_end_in_a_final_upgrade_and_everything_is_reclaimed() {
    let (mut positions, id) = running();
    let [check, promote] = [check_ix(&positions), positions.fixture.promote_ix(id, MARGIN)];
    let settle = positions.fixture.bond_ix(id);
    positions.fixture.world.fail(std::slice::from_ref(&settle), &[], error("NotOver"));
    for bps in CANARY_BPS {
        assert_eq!(positions.fixture.rollout_state(MARGIN).canary_bps.get(), bps);
        positions.fixture.world.fail(std::slice::from_ref(&promote), &[], error("DwellRemains"));
        positions.fixture.dwell();
        positions.fixture.world.fail(std::slice::from_ref(&promote), &[], error("ChecksMissing"));
        for _ in 0..CHECKS {
            positions.fixture.world.ok(std::slice::from_ref(&check), &[]);
            positions.fixture.world.fail(std::slice::from_ref(&check), &[], error("CheckedThisSlot"));
            positions.fixture.world.advance_slots(1);
        }
        positions.fixture.level_force(Level::CloseOnly);
        positions.fixture.world.fail(std::slice::from_ref(&promote), &[], error("BrakeOn"));
        positions.fixture.level_force(Level::Normal);
        positions.fixture.world.ok(std::slice::from_ref(&promote), &[]);
    }
    let rollout = positions.fixture.rollout_state(MARGIN);
    assert_eq!((rollout.stage, rollout.canary_bps.get()), (Stage::Idle.byte(), 10_000));
    assert_eq!(positions.fixture.state(id), State::Finalised);
    positions.fixture.world.fail(&[promote], &[], error("RolloutStageWrong"));

    // INVARIANT(G-16): buffer and bond go to the proposer, the snapshot's rent to whoever paid it.
    let proposer = positions.fixture.members[0].pubkey();
    let lamports = positions.fixture.world.account(&proposer).unwrap().lamports;
    let buffer = Pubkey::from(positions.fixture.proposal_state(id).rollback_buffer);
    let close = positions.fixture.buffer_close_ix(id, buffer);
    positions.fixture.world.ok(&[settle, close], &[]);
    let after = positions.fixture.world.account(&proposer).unwrap().lamports;
    assert_eq!(after, lamports + BOND + BUFFER_LAMPORTS);
    let [close_page, close_snapshot] = closes(&mut positions);
    positions.fixture.world.fail(std::slice::from_ref(&close_snapshot), &[], error("PagesOpen"));
    let (snapshot, page) = (positions.snapshot(), positions.page(0));
    positions.fixture.world.ok(&[close_page, close_snapshot], &[]);
    assert!(positions.fixture.world.account(&snapshot).is_none_or(|gone| gone.lamports == 0));
    assert!(positions.fixture.world.account(&page).is_none_or(|gone| gone.lamports == 0));
}

pub fn closes(positions: &mut Positions) -> [Instruction; 2] {
    let payer = positions.fixture.world.payer();
    let (rollout, snapshot, page) = (positions.fixture.rollout(MARGIN), positions.snapshot(), positions.page(0));
    [
        calls::PageClose { rollout, snapshot, page, payer }.instruction(),
        calls::SnapshotClose { rollout, snapshot, payer }.instruction(),
    ]
}

#[test]
fn snapshot_is_kept_while_it_is_compared_with_and_closed_for_its_payer_only() {
    let (mut positions, _) = Positions::executed(&honest_code());
    let [close_page, close_snapshot] = closes(&mut positions);
    for close in [&close_page, &close_snapshot] {
        positions.fixture.world.fail(std::slice::from_ref(close), &[], error("NotOver"));
    }
    positions.verify(0);
    let (snapshot, page, rollout) = (positions.snapshot(), positions.page(0), positions.fixture.rollout(MARGIN));
    let [snapshot_elsewhere, page_elsewhere, rollout_elsewhere] =
        [snapshot, page, rollout].map(|at| positions.fixture.elsewhere(at));
    Substitutions::of(close_page.clone(), calls::PageClose::ACCOUNTS, &[])
        .stranger("rollout", ABSENT)
        .wrong("rollout", rollout_elsewhere, InstructionError::IllegalOwner)
        .stranger("snapshot", ABSENT_MUT)
        .wrong("snapshot", snapshot_elsewhere, InstructionError::IllegalOwner)
        .stranger("page", ABSENT_MUT)
        .wrong("page", page_elsewhere, InstructionError::IllegalOwner)
        .stranger("payer", error("RecipientWrong"))
        .run(&mut positions.fixture.world);
    positions.fixture.world.ok(&[close_page], &[]);
    Substitutions::of(close_snapshot, calls::SnapshotClose::ACCOUNTS, &[])
        .stranger("rollout", ABSENT)
        .wrong("rollout", rollout_elsewhere, InstructionError::IllegalOwner)
        .stranger("snapshot", ABSENT_MUT)
        .wrong("snapshot", snapshot_elsewhere, InstructionError::IllegalOwner)
        .stranger("payer", error("RecipientWrong"))
        .run(&mut positions.fixture.world);
}

#[test]
fn canary_check_of_a_market_that_owes_more_than_it_holds_fails_market_insolvent() {
    let (mut positions, _) = running();
    let (check, market) = (check_ix(&positions), positions.market());
    positions.fixture.world.edit::<abi::margin::Market>(&market, |market| {
        market.insurance_atoms = (market.insurance_atoms.get() + 1_000_000 * USDC).into();
    });
    positions.fixture.world.fail(&[check], &[], error("MarketInsolvent"));
}

/// A program without positions: no freeze, no checks, the same steps.
#[test]
fn upgrade_of_code_alone_goes_through_the_steps_without_checks() {
    let mut fixture = Fixture::new();
    let (id, buffer) = fixture.upgrade_mature(&new_code());
    let [execute, promote] = [fixture.upgrade_ix(id, target(), buffer), fixture.promote_ix(id, target())];
    fixture.world.fail(std::slice::from_ref(&promote), &[], error("RolloutStageWrong"));
    fixture.world.ok(&[execute], &[]);
    for _ in CANARY_BPS {
        fixture.dwell();
        fixture.world.ok(std::slice::from_ref(&promote), &[]);
    }
    assert_eq!(fixture.state(id), State::Finalised);
}

#[test]
fn canary_instructions_refuse_every_wrong_account() {
    let (mut positions, id) = running();
    let (draft, _) = positions.fixture.upgrade_propose(MARGIN, &honest_code());
    let draft = positions.fixture.proposal(draft);
    let market_elsewhere = positions.fixture.elsewhere(positions.market());
    let fixture = &mut positions.fixture;
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let proposal_elsewhere = fixture.elsewhere(fixture.proposal(id));
    let rollout_elsewhere = fixture.elsewhere(fixture.rollout(MARGIN));
    let promote = fixture.promote_ix(id, MARGIN);
    let (quote_tokens, base_tokens) = (positions.protocol.quote_tokens, positions.protocol.base_tokens);
    Substitutions::of(check_ix(&positions), calls::CanaryCheck::ACCOUNTS, &[])
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("rollout", ABSENT_MUT)
        .wrong("rollout", rollout_elsewhere, InstructionError::IllegalOwner)
        .stranger("market", error("MarketUnreadable"))
        .wrong("market", market_elsewhere, error("MarketUnreadable"))
        .stranger("quote_tokens", error("TokensSwapped"))
        .wrong("quote_tokens", base_tokens, error("TokensSwapped"))
        .stranger("base_tokens", error("TokensSwapped"))
        .wrong("base_tokens", quote_tokens, error("TokensSwapped"))
        .run(&mut positions.fixture.world);
    for _ in 0..CHECKS {
        let check = check_ix(&positions);
        positions.fixture.world.ok(&[check], &[]);
        positions.fixture.world.advance_slots(1);
    }
    positions.fixture.dwell();
    Substitutions::of(promote, calls::CanaryPromote::ACCOUNTS, &[])
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("proposal", ABSENT_MUT)
        .wrong("proposal", proposal_elsewhere, InstructionError::IllegalOwner)
        .wrong("proposal", draft, error("RolloutOfAnother"))
        .stranger("rollout", ABSENT_MUT)
        .wrong("rollout", rollout_elsewhere, InstructionError::IllegalOwner)
        .stranger("brake", error("BrakeUnreadable"))
        .run(&mut positions.fixture.world);
}

#[test]
fn bond_of_a_cancelled_upgrade_comes_back_to_the_proposer_only() {
    let mut fixture = Fixture::new();
    let (id, _) = fixture.upgrade_propose(target(), &new_code());
    let proposer = fixture.members[0].insecure_clone();
    let [settle, cancel] = [fixture.bond_ix(id), fixture.cancel_ix(id, proposer.pubkey())];
    fixture.world.ok(&[cancel], &[&proposer]);
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let proposal_elsewhere = fixture.elsewhere(fixture.proposal(id));
    let relax = fixture.propose(&policy::CouncilAction::BreakerRelax { level: Level::Normal });
    Substitutions::of(settle.clone(), calls::BondSettle::ACCOUNTS, &[])
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("proposal", ABSENT_MUT)
        .wrong("proposal", proposal_elsewhere, InstructionError::IllegalOwner)
        .wrong("proposal", fixture.proposal(relax), error("NotOver"))
        .stranger("proposer", error("RecipientWrong"))
        .stranger("insurance", InstructionError::InvalidSeeds)
        .run(&mut fixture.world);
    let before = fixture.world.account(&proposer.pubkey()).unwrap().lamports;
    fixture.world.ok(&[settle], &[]);
    assert_eq!(fixture.world.account(&proposer.pubkey()).unwrap().lamports, before + BOND);
}
