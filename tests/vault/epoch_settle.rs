use crate::fixture::{ALICE, ERIN, Stage, TOKEN, code, framework_code, margin_code};
use abi::vault::{EPOCH_OPEN, EPOCH_SETTLED};
use client::vault;
use solana_instruction::error::InstructionError;
use testkit::{SOL, Substitutions, USDC};

const DEPOSITED: u64 = 3_550_000_007;

#[test]
fn epoch_settle_segregates_the_result_and_opens_the_next_epoch() {
    let mut stage = Stage::expired(105_000_000);
    let settle = stage.epoch_settle();
    stage.world.ok(&[settle], &[]);
    stage.check_conserved();
    let epoch = stage.epoch(0);
    assert_eq!(epoch.state, EPOCH_SETTLED);
    assert_eq!((epoch.result_base_atoms.get(), epoch.result_quote_atoms.get()), (DEPOSITED, 4_200_000));
    let next = stage.epoch(1);
    assert_eq!((next.state, next.number.get(), next.deposited_atoms.get()), (EPOCH_OPEN, 1, 0));
    assert_eq!(stage.vault_state().epoch.get(), 1);
    // Deposits go to the new epoch, beside the claims of the old one.
    let deposit = stage.deposit(ALICE, 1, SOL);
    stage.world.ok(&[deposit], &[&stage.actors[ALICE].keypair]);
    assert_eq!(stage.trading().base_atoms.get(), SOL);
    assert_eq!(stage.escrow().base_atoms.get(), DEPOSITED);
}

#[test]
fn epoch_settle_in_the_money_pays_out_of_the_premium() {
    // Calls worth 1 a SOL: 3.5 of the 4.2 collected.
    let mut stage = Stage::expired(111_000_000);
    let settle = stage.epoch_settle();
    stage.world.ok(&[settle], &[]);
    stage.check_conserved();
    let epoch = stage.epoch(0);
    assert_eq!((epoch.result_base_atoms.get(), epoch.result_quote_atoms.get()), (DEPOSITED, 700_000));
}

#[test]
fn epoch_settle_with_a_debt_fails_quote_debt_until_cured() {
    // Calls worth 20 a SOL: 70 owed, 4.2 held.
    let mut stage = Stage::expired(130_000_000);
    assert_eq!(stage.trading().quote_atoms.get(), -65_800_000);
    let settle = stage.epoch_settle();
    stage.world.fail(std::slice::from_ref(&settle), &[], code("QuoteDebt"));
    let quote = stage.protocol.quote.mint;
    let mut cure = stage.protocol.deposit(stage.actor(ERIN), quote, 66 * USDC);
    cure.accounts[2].pubkey = stage.vault.trading;
    stage.world.ok(&[cure], &[&stage.actors[ERIN].keypair]);
    stage.world.ok(&[settle], &[]);
    stage.check_conserved();
    assert_eq!(stage.epoch(0).result_quote_atoms.get(), 200_000);
}

#[test]
fn epoch_settle_with_nothing_sold_needs_no_expiry() {
    let mut stage = Stage::auctioning();
    stage.end_auction();
    let clear = stage.auction_clear(None);
    let settle = stage.epoch_settle();
    stage.world.ok(&[clear, settle], &[]);
    stage.check_conserved();
    assert_eq!(stage.epoch(0).result_base_atoms.get(), DEPOSITED);
}

#[test]
fn epoch_settle_before_the_expiry_fails_not_expired() {
    let mut stage = Stage::live();
    stage.world.set_unix_s(stage.expiry_unix_s - 1);
    let settle = stage.epoch_settle();
    stage.world.fail(&[settle], &[], code("NotExpired"));
}

#[test]
fn epoch_settle_with_open_calls_fails_trading_not_settled() {
    let mut stage = Stage::live();
    stage.expire(105_000_000);
    let settle = stage.epoch_settle();
    stage.world.fail(&[settle], &[], code("TradingNotSettled"));
}

#[test]
fn epoch_settle_before_the_clear_or_twice_fails_epoch_not_live() {
    let mut stage = Stage::auction_over();
    let settle = stage.epoch_settle();
    stage.world.fail(&[settle], &[], code("EpochNotLive"));
    let mut stage = Stage::expired(105_000_000);
    let settle = stage.epoch_settle();
    stage.world.ok(std::slice::from_ref(&settle), &[]);
    // The settled epoch is no longer the vault's current one.
    stage.world.fail(&[settle], &[], InstructionError::InvalidSeeds);
}

#[test]
fn epoch_settle_while_withdrawals_are_frozen_lands() {
    let mut stage = Stage::expired(105_000_000);
    stage.brake(3);
    let settle = stage.epoch_settle();
    stage.world.ok(&[settle], &[]);
    stage.check_conserved();
}

#[test]
fn epoch_settle_with_a_wrong_account_is_refused() {
    let mut stage = Stage::expired(105_000_000);
    let market = stage.other_market();
    let other_epoch = client::addresses::epoch(&stage.other.vault, 0);
    let other_next = client::addresses::epoch(&stage.other.vault, 1);
    let (trading, escrow) = (stage.vault.trading, stage.vault.escrow);
    let (other_trading, other_escrow) = (stage.other.trading, stage.other.escrow);
    let (base_mint, quote_mint) = (stage.protocol.base.mint, stage.protocol.quote.mint);
    let other_feed = stage.twin(stage.protocol.feed, "other feed");
    Substitutions::of(stage.epoch_settle(), vault::EpochSettle::ACCOUNTS, &[])
        .any("payer", "whoever signs may pay the rent")
        .stranger("vault", InstructionError::AccountDataTooSmall)
        .wrong("vault", stage.other.vault, InstructionError::InvalidSeeds)
        .stranger("epoch", InstructionError::AccountDataTooSmall)
        .wrong("epoch", other_epoch, InstructionError::InvalidSeeds)
        .stranger("next_epoch", InstructionError::InvalidSeeds)
        .wrong("next_epoch", other_next, InstructionError::InvalidSeeds)
        .stranger("market", code("WrongMarket"))
        .wrong("market", market, code("WrongMarket"))
        .stranger("trading_account", code("WrongTradingAccount"))
        .wrong("trading_account", other_trading, code("WrongTradingAccount"))
        .wrong("trading_account", escrow, framework_code("ConstraintDuplicateMutableAccount"))
        .stranger("escrow_account", code("WrongEscrowAccount"))
        .wrong("escrow_account", other_escrow, code("WrongEscrowAccount"))
        .wrong("escrow_account", trading, framework_code("ConstraintDuplicateMutableAccount"))
        .wrong("base_mint", quote_mint, code("WrongBaseMint"))
        .wrong("quote_mint", base_mint, code("WrongQuoteMint"))
        .stranger("feed", margin_code("FeedOfAnotherMarket"))
        .wrong("feed", other_feed, margin_code("FeedOfAnotherMarket"))
        .stranger("brake", code("BrakeUnreadable"))
        .stranger("margin_program", code("WrongMarginProgram"))
        .wrong("system_program", TOKEN, InstructionError::IncorrectProgramId)
        .run(&mut stage.world);
}
