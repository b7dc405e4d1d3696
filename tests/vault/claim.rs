use crate::fixture::{ALICE, BOB, SYSTEM, Stage, TOKEN, code, margin_code, named};
use client::vault;
use solana_instruction::error::InstructionError;
use testkit::{SOL, Substitutions};

fn settled() -> Stage {
    let mut stage = Stage::expired(111_000_000);
    let settle = stage.epoch_settle();
    stage.world.ok(&[settle], &[]);
    stage
}

/// INVARIANT(V-1): claims never exceed the result.
#[test]
fn claim_pays_pro_rata_and_leaves_less_than_an_atom_each() {
    let mut stage = settled();
    let before = [ALICE, BOB].map(|who| (stage.base_of(who), stage.quote_of(who)));
    for who in [ALICE, BOB] {
        let claim = stage.claim(who);
        stage.world.ok(&[claim], &[&stage.actors[who].keypair]);
        stage.check_conserved();
        let deposit = stage.deposit_key(who, 0);
        assert!(stage.world.account(&deposit).is_none());
    }
    let after = [ALICE, BOB].map(|who| (stage.base_of(who), stage.quote_of(who)));
    assert_eq!(after[ALICE].0 - before[ALICE].0, 2 * SOL);
    assert_eq!(after[BOB].0 - before[BOB].0, 1_550_000_007);
    // 0.7 by 2 and 1.550000007 of 3.550000007, rounded down.
    assert_eq!(after[ALICE].1 - before[ALICE].1, 394_366);
    assert_eq!(after[BOB].1 - before[BOB].1, 305_633);
    assert_eq!((stage.escrow().base_atoms.get(), stage.trading().quote_atoms.get()), (0, 0));
}

#[test]
fn claim_does_not_depend_on_the_order() {
    let paid = |order: [usize; 2]| {
        let mut stage = settled();
        for who in order {
            let claim = stage.claim(who);
            stage.world.ok(&[claim], &[&stage.actors[who].keypair]);
        }
        [ALICE, BOB].map(|who| (stage.base_of(who), stage.quote_of(who)))
    };
    assert_eq!(paid([ALICE, BOB]), paid([BOB, ALICE]));
}

/// INVARIANT(V-3): a later epoch cannot touch what this one owes.
#[test]
fn claim_after_later_losses_is_whole() {
    let mut stage = settled();
    // The next epoch's trading account in debt: claims are segregated.
    let trading = stage.vault.trading;
    stage.world.edit::<abi::margin::MarginAccount>(&trading, |account| account.quote_atoms = (-1_000_000).into());
    let before = stage.quote_of(ALICE);
    let claim = stage.claim(ALICE);
    stage.world.ok(&[claim], &[&stage.actors[ALICE].keypair]);
    assert_eq!(stage.quote_of(ALICE), before + 394_366);
}

#[test]
fn claim_twice_fails() {
    let mut stage = settled();
    let claim = stage.claim(ALICE);
    stage.world.ok(std::slice::from_ref(&claim), &[&stage.actors[ALICE].keypair]);
    stage.world.fail(&[claim], &[&stage.actors[ALICE].keypair], InstructionError::AccountDataTooSmall);
}

#[test]
fn claim_before_the_settlement_fails_epoch_not_settled() {
    for mut stage in [Stage::deposited(), Stage::live(), Stage::expired(105_000_000)] {
        let claim = stage.claim(ALICE);
        stage.world.fail(&[claim], &[&stage.actors[ALICE].keypair], code("EpochNotSettled"));
    }
}

#[test]
fn claim_while_withdrawals_are_frozen_is_queued_in_both_tokens() {
    let mut stage = settled();
    stage.brake(3);
    let claim = stage.claim(ALICE);
    let before = (stage.base_of(ALICE), stage.quote_of(ALICE));
    stage.world.ok(&[claim], &[&stage.actors[ALICE].keypair]);
    assert_eq!((stage.base_of(ALICE), stage.quote_of(ALICE)), before);
    stage.world.advance_s(12 * 3_600);
    for mint in [stage.protocol.base.mint, stage.protocol.quote.mint] {
        let pay = stage.protocol.ticket_claim(stage.actor(ALICE), mint, 1);
        stage.world.ok(&[pay], &[]);
    }
    assert!(stage.base_of(ALICE) > before.0 && stage.quote_of(ALICE) > before.1);
}

#[test]
fn claim_with_a_wrong_account_is_refused() {
    let mut stage = settled();
    let market = stage.other_market();
    let other_epoch = client::addresses::epoch(&stage.other.vault, 0);
    let next_epoch = stage.epoch_key(1);
    let (other_escrow, trading) = (stage.other.escrow, stage.vault.trading);
    let bobs_deposit = stage.deposit_key(BOB, 0);
    let (base_mint, quote_mint) = (stage.protocol.base.mint, stage.protocol.quote.mint);
    let alice = stage.actor(ALICE).key();
    let more_base = stage.protocol.base.account(&mut stage.world, &alice, "more", 0);
    let more_quote = stage.protocol.quote.account(&mut stage.world, &alice, "more", 0);
    Substitutions::of(stage.claim(ALICE), vault::Claim::ACCOUNTS, &[&stage.actors[ALICE].keypair])
        .stranger("owner", code("WrongDeposit"))
        .stranger("vault", InstructionError::AccountDataTooSmall)
        .wrong("vault", stage.other.vault, code("WrongEpoch"))
        .stranger("epoch", InstructionError::AccountDataTooSmall)
        .wrong("epoch", other_epoch, code("WrongEpoch"))
        .wrong("epoch", next_epoch, code("WrongDeposit"))
        .stranger("deposit", InstructionError::AccountDataTooSmall)
        .wrong("deposit", bobs_deposit, code("WrongDeposit"))
        .stranger("market", code("WrongMarket"))
        .wrong("market", market, code("WrongMarket"))
        .stranger("escrow_account", code("WrongEscrowAccount"))
        .wrong("escrow_account", other_escrow, code("WrongEscrowAccount"))
        .wrong("escrow_account", trading, code("WrongEscrowAccount"))
        .wrong("base_mint", quote_mint, code("WrongBaseMint"))
        .wrong("quote_mint", base_mint, code("WrongQuoteMint"))
        .wrong("base_destination", more_quote, named(client::breaker::ERRORS, "DestinationOfAnotherMint"))
        .wrong("quote_destination", more_base, named(client::breaker::ERRORS, "DestinationOfAnotherMint"))
        .stranger("base_tokens", margin_code("WrongTokenVault"))
        .stranger("quote_tokens", margin_code("WrongTokenVault"))
        .stranger("custody", margin_code("CustodyOfAnotherMarket"))
        .stranger("feed", margin_code("FeedOfAnotherMarket"))
        .stranger("brake", code("BrakeUnreadable"))
        .stranger("margin_program", code("WrongMarginProgram"))
        .stranger("breaker_program", code("WrongBreakerProgram"))
        .any("base_ticket", "not looked at where nothing waits; the breaker's suite tries wrong ones")
        .any("quote_ticket", "not looked at where nothing waits; the breaker's suite tries wrong ones")
        .wrong("system_program", TOKEN, InstructionError::IncorrectProgramId)
        .wrong("token_program", SYSTEM, InstructionError::IncorrectProgramId)
        .run(&mut stage.world);
}
