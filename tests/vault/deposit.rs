use crate::fixture::{ALICE, BOB, MANDATE, SYSTEM, Stage, TOKEN, code, margin_code};
use abi::ids;
use client::vault;
use solana_instruction::error::InstructionError;
use testkit::{SOL, Substitutions};

#[test]
fn deposit_moves_base_to_the_trading_account() {
    let mut stage = Stage::new();
    let before = stage.base_of(ALICE);
    stage.do_deposit(ALICE, 2 * SOL);
    stage.check_conserved();
    assert_eq!(stage.base_of(ALICE), before - 2 * SOL);
    assert_eq!(stage.trading().base_atoms.get(), 2 * SOL);
    assert_eq!(stage.epoch(0).deposited_atoms.get(), 2 * SOL);
}

#[test]
fn deposit_again_adds_to_the_first() {
    let mut stage = Stage::new();
    stage.do_deposit(ALICE, 2 * SOL);
    stage.do_deposit(ALICE, SOL);
    stage.do_deposit(BOB, SOL);
    stage.check_conserved();
    let key = stage.deposit_key(ALICE, 0);
    let deposit: abi::vault::Deposit = stage.world.read(ids::VAULT, &key);
    assert_eq!(deposit.base_atoms.get(), 3 * SOL);
    assert_eq!(deposit.owner, stage.actor(ALICE).key().to_bytes());
    assert_eq!(stage.vault_state().seq.get(), 4);
}

#[test]
fn deposit_below_the_minimum_fails_deposit_below_minimum() {
    let mut stage = Stage::new();
    let deposit = stage.deposit(ALICE, 0, MANDATE.min_deposit_atoms - 1);
    stage.world.fail(&[deposit], &[&stage.actors[ALICE].keypair], code("DepositBelowMinimum"));
}

#[test]
fn deposit_beyond_the_capacity_fails_capacity_exceeded() {
    let mut stage = Stage::new();
    stage.do_deposit(ALICE, 40 * SOL);
    for amount in [MANDATE.capacity_atoms - 40 * SOL + 1, u64::MAX] {
        let deposit = stage.deposit(BOB, 0, amount);
        stage.world.fail(&[deposit], &[&stage.actors[BOB].keypair], code("CapacityExceeded"));
    }
}

#[test]
fn deposit_after_the_auction_began_fails_epoch_not_open() {
    let mut stage = Stage::auctioning();
    let deposit = stage.deposit(ALICE, 0, SOL);
    stage.world.fail(&[deposit], &[&stage.actors[ALICE].keypair], code("EpochNotOpen"));
}

#[test]
fn deposit_while_accounts_migrate_fails_level_forbids() {
    let mut stage = Stage::new();
    stage.brake(4);
    let deposit = stage.deposit(ALICE, 0, SOL);
    stage.world.fail(&[deposit], &[&stage.actors[ALICE].keypair], margin_code("LevelForbids"));
}

#[test]
fn deposit_of_more_than_the_wallet_holds_fails_insufficient_funds() {
    let mut stage = Stage::new();
    let deposit = stage.deposit(ALICE, 0, 60 * SOL);
    // SPL Token's own code.
    stage.world.fail(&[deposit], &[&stage.actors[ALICE].keypair], 1);
}

#[test]
fn deposit_with_a_wrong_account_is_refused() {
    let mut stage = Stage::deposited();
    let market = stage.other_market();
    let (trading, escrow) = (stage.other.trading, stage.vault.escrow);
    let bobs = stage.actor(BOB).base_tokens;
    let quote_mint = stage.protocol.quote.mint;
    let quote_tokens = stage.protocol.quote_tokens;
    let bobs_deposit = stage.deposit_key(BOB, 0);
    let other_epoch = client::addresses::epoch(&stage.other.vault, 0);
    Substitutions::of(stage.deposit(ALICE, 0, SOL), vault::Deposit::ACCOUNTS, &[&stage.actors[ALICE].keypair])
        .stranger("owner", InstructionError::InvalidSeeds)
        .stranger("vault", InstructionError::AccountDataTooSmall)
        .wrong("vault", stage.other.vault, InstructionError::InvalidSeeds)
        .stranger("epoch", InstructionError::AccountDataTooSmall)
        .wrong("epoch", other_epoch, InstructionError::InvalidSeeds)
        .stranger("deposit", InstructionError::InvalidSeeds)
        .wrong("deposit", bobs_deposit, InstructionError::InvalidSeeds)
        .stranger("market", code("WrongMarket"))
        .wrong("market", market, code("WrongMarket"))
        .stranger("trading_account", code("WrongTradingAccount"))
        .wrong("trading_account", trading, code("WrongTradingAccount"))
        .wrong("trading_account", escrow, code("WrongTradingAccount"))
        .stranger("base_mint", code("WrongBaseMint"))
        .wrong("base_mint", quote_mint, code("WrongBaseMint"))
        .stranger("source", InstructionError::InvalidAccountData)
        // SPL Token: the owner does not match.
        .wrong("source", bobs, 4)
        .stranger("base_tokens", margin_code("WrongTokenVault"))
        .wrong("base_tokens", quote_tokens, margin_code("WrongTokenVault"))
        .stranger("brake", code("BrakeUnreadable"))
        .stranger("margin_program", code("WrongMarginProgram"))
        .wrong("token_program", SYSTEM, InstructionError::IncorrectProgramId)
        .wrong("system_program", TOKEN, InstructionError::IncorrectProgramId)
        .run(&mut stage.world);
}
