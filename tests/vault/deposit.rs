use crate::fixture::{ALICE, BOB, CALLS, MANDATE, PUTS, SYSTEM, Stage, TOKEN, code, framework_code, margin_code};
use abi::ids;
use abi::vault::Deposit;
use client::vault;
use solana_instruction::error::InstructionError;
use testkit::{SOL, Substitutions};

#[test]
fn deposit_waits_in_escrow_and_adds_up() {
    for kind in [CALLS, PUTS] {
        let mut stage = Stage::of(kind);
        let (alice, bob) = stage.stakes();
        let before = if kind == CALLS { stage.base_of(ALICE) } else { stage.quote_of(ALICE) };
        for (who, atoms) in [(ALICE, alice), (BOB, bob), (ALICE, bob)] {
            stage.do_deposit(who, atoms);
        }
        let after = if kind == CALLS { stage.base_of(ALICE) } else { stage.quote_of(ALICE) };
        assert_eq!(after, before - alice - bob);
        let key = stage.deposit_key(ALICE, 0);
        let deposit: Deposit = stage.world.read(ids::VAULT, &key);
        assert_eq!(deposit.amount_atoms.get(), alice + bob);
        assert_eq!((stage.epoch().deposit_atoms.get(), stage.at_risk()), (alice + 2 * bob, 0));
    }
}

#[test]
fn deposit_while_an_epoch_is_live_waits_for_its_turn() {
    let mut stage = Stage::live();
    stage.do_deposit(ALICE, SOL);
    assert_eq!((stage.epoch().deposit_atoms.get(), stage.escrow().base_atoms.get()), (SOL, SOL));
}

#[test]
fn deposit_out_of_bounds_names_the_bound() {
    let mut stage = Stage::deposited();
    let held = stage.epoch().deposit_atoms.get();
    let small = stage.deposit(ALICE, MANDATE.deposit_min_atoms - 1);
    stage.refused(small, Some(ALICE), code("DepositBelowMinimum"));
    let large = stage.deposit(ALICE, MANDATE.capacity_atoms - held + 1);
    stage.refused(large, Some(ALICE), code("CapacityExceeded"));
    let endless = stage.deposit(ALICE, u64::MAX);
    stage.refused(endless, Some(ALICE), code("AmountOverflow"));
    // What is at risk already counts.
    let mut stage = Stage::funded();
    let large = stage.deposit(ALICE, MANDATE.capacity_atoms - held + 1);
    stage.refused(large, Some(ALICE), code("CapacityExceeded"));
}

#[test]
fn deposit_once_the_result_can_be_known_fails_cut_off_passed() {
    let mut stage = Stage::live();
    stage.world.set_unix_s(stage.expiry_unix_s);
    let late = stage.deposit(ALICE, SOL);
    stage.refused(late, Some(ALICE), code("CutOffPassed"));
}

#[test]
fn deposit_beyond_the_wallet_fails_insufficient_funds() {
    let mut stage = Stage::new();
    let held = stage.base_of(ALICE);
    let deposit = stage.deposit(ALICE, held + 1);
    // SPL Token's own code.
    stage.refused(deposit, Some(ALICE), 1);
}

#[test]
fn deposit_with_a_wrong_account_is_refused() {
    let mut stage = Stage::new();
    let market = stage.other_market();
    let other_epoch = client::addresses::epoch(&stage.other.vault, 0);
    stage.do_deposit(BOB, SOL);
    let bobs = stage.deposit_key(BOB, 0);
    let (trading, escrow, other) = (stage.vault.trading, stage.vault.escrow, stage.other);
    let (bobs_base, quote_mint) = (stage.actor(BOB).base_tokens, stage.protocol.quote.mint);
    let quote_tokens = stage.protocol.quote_tokens;
    Substitutions::of(stage.deposit(ALICE, SOL), vault::Deposit::ACCOUNTS, &[&stage.actors[ALICE].keypair])
        .stranger("owner", InstructionError::InvalidSeeds)
        .stranger("vault", InstructionError::AccountDataTooSmall)
        .wrong("vault", other.vault, InstructionError::InvalidSeeds)
        .stranger("epoch", InstructionError::AccountDataTooSmall)
        .wrong("epoch", other_epoch, InstructionError::InvalidSeeds)
        .stranger("deposit", InstructionError::InvalidSeeds)
        .wrong("deposit", bobs, InstructionError::InvalidSeeds)
        .stranger("market", code("WrongMarket"))
        .wrong("market", market, code("WrongMarket"))
        .stranger("trading_account", code("WrongTradingAccount"))
        .wrong("trading_account", other.trading, code("WrongTradingAccount"))
        .wrong("trading_account", escrow, framework_code("ConstraintDuplicateMutableAccount"))
        .stranger("escrow_account", code("WrongEscrowAccount"))
        .wrong("escrow_account", other.escrow, code("WrongEscrowAccount"))
        .wrong("escrow_account", trading, framework_code("ConstraintDuplicateMutableAccount"))
        .stranger("mint", code("WrongMint"))
        .wrong("mint", quote_mint, code("WrongMint"))
        .stranger("source", InstructionError::InvalidAccountData)
        // SPL Token: the owner does not match.
        .wrong("source", bobs_base, 4)
        .wrong("tokens", quote_tokens, margin_code("WrongTokenVault"))
        .stranger("brake", code("BrakeUnreadable"))
        .stranger("margin_program", code("WrongMarginProgram"))
        .wrong("token_program", SYSTEM, InstructionError::IncorrectProgramId)
        .wrong("system_program", TOKEN, InstructionError::IncorrectProgramId)
        .run(&mut stage.world);
}
