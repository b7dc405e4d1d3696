use crate::fixture::{ALICE, BOB, SHARES, SYSTEM, Stage, TOKEN, code, margin_code, named};
use client::vault;
use solana_instruction::error::InstructionError;
use testkit::{SOL, Substitutions};

/// Alice leaves whole, Bob with one SOL; the epoch has turned.
fn turned() -> Stage {
    let mut stage = Stage::live();
    stage.do_withdraw(ALICE, 2 * SOL * SHARES);
    stage.do_withdraw(BOB, SOL * SHARES);
    stage.expire(105_000_000);
    let settle = stage.account_settle(stage.vault.trading);
    stage.step(settle, None);
    stage.do_turn();
    stage
}

#[test]
fn withdraw_claim_pays_a_part_of_each_token() {
    let mut stage = turned();
    let epoch = stage.epoch_at(1);
    let premium = epoch.premium_atoms.get();
    let before = (stage.base_of(ALICE), stage.quote_of(ALICE));
    stage.do_withdraw_claim(ALICE, 1);
    // Two of 3.550000007 SOL, less than an atom for the thousand shares that nobody owns.
    assert_eq!(stage.base_of(ALICE) - before.0, 2 * SOL - 1);
    let expected = (u128::from(premium) * u128::from(2 * SOL) / 3_550_000_007) as u64;
    let paid = stage.quote_of(ALICE) - before.1;
    assert!(paid <= expected && expected - paid <= 1, "{paid} of {expected}");
    let withdrawal = stage.withdrawal_key(ALICE, 1);
    assert!(stage.is_gone(&withdrawal));
    stage.do_withdraw_claim(BOB, 1);
    assert_eq!(stage.epoch_at(1).claimed_withdraw_shares.get(), 3 * SOL * SHARES);
}

/// INVARIANT(V-3): what was put aside is there, whatever happens to the vault later.
#[test]
fn withdraw_claim_after_a_later_epoch_has_lost_pays_the_same() {
    let mut stage = turned();
    let mut later = Stage { world: stage.world.fork(), ..turned() };
    later.list(7);
    later.world.advance_s(1);
    later.do_open();
    later.brake(2);
    let paid = [&mut stage, &mut later].map(|stage| {
        let before = (stage.base_of(ALICE), stage.quote_of(ALICE));
        stage.do_withdraw_claim(ALICE, 1);
        (stage.base_of(ALICE) - before.0, stage.quote_of(ALICE) - before.1)
    });
    assert_eq!(paid[0], paid[1]);
}

#[test]
fn withdraw_claim_before_the_turn_fails_epoch_not_settled() {
    let mut stage = Stage::live();
    stage.do_withdraw(ALICE, SOL * SHARES);
    let claim = stage.withdraw_claim(ALICE, 1);
    stage.refused(claim, Some(ALICE), code("EpochNotSettled"));
}

#[test]
fn withdraw_claim_while_withdrawals_wait_is_queued() {
    let mut stage = turned();
    stage.brake(3);
    let (before, claim) = (stage.base_of(ALICE), stage.withdraw_claim(ALICE, 1));
    stage.world.ok(&[claim], &[&stage.actors[ALICE].keypair]);
    assert_eq!(stage.base_of(ALICE), before);
    stage.brake(0);
    stage.world.advance_s(4 * 86_400);
    for mint in [stage.protocol.base.mint, stage.protocol.quote.mint] {
        let pay = stage.protocol.ticket_claim(stage.actor(ALICE), mint, 1);
        stage.world.ok(&[pay], &[]);
    }
    assert_eq!(stage.base_of(ALICE), before + 2 * SOL - 1);
}

#[test]
fn withdraw_claim_with_a_wrong_account_is_refused() {
    let mut stage = turned();
    let market = stage.other_market();
    let other = stage.other;
    let (other_epoch, next_epoch) = (client::addresses::epoch(&other.vault, 0), stage.epoch_key(2));
    let (trading, bobs) = (stage.vault.trading, stage.withdrawal_key(BOB, 1));
    let (base_mint, quote_mint) = (stage.protocol.base.mint, stage.protocol.quote.mint);
    let alice = stage.actor(ALICE).key();
    let more_base = stage.protocol.base.account(&mut stage.world, &alice, "more", 0);
    let more_quote = stage.protocol.quote.account(&mut stage.world, &alice, "more", 0);
    Substitutions::of(stage.withdraw_claim(ALICE, 1), vault::WithdrawClaim::ACCOUNTS, &[&stage.actors[ALICE].keypair])
        .stranger("owner", code("WrongWithdrawal"))
        .stranger("vault", InstructionError::AccountDataTooSmall)
        .wrong("vault", other.vault, code("WrongEpoch"))
        .stranger("epoch", InstructionError::AccountDataTooSmall)
        .wrong("epoch", other_epoch, code("WrongEpoch"))
        .wrong("epoch", next_epoch, code("WrongWithdrawal"))
        .stranger("withdrawal", InstructionError::AccountDataTooSmall)
        .wrong("withdrawal", bobs, code("WrongWithdrawal"))
        .stranger("market", code("WrongMarket"))
        .wrong("market", market, code("WrongMarket"))
        .stranger("escrow_account", code("WrongEscrowAccount"))
        .wrong("escrow_account", other.escrow, code("WrongEscrowAccount"))
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
