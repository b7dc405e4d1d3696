use crate::fixture::{ALICE, BOB, CAROL, DAVE, EPOCH_S, ERIN, SHARES, SPOT_E6, Stage, TOKEN, code, framework_code};
use abi::vault::{EPOCH_OPEN, EPOCH_SETTLED, Vault};
use client::{margin, vault};
use solana_instruction::error::InstructionError;
use testkit::{SOL, Substitutions, USDC};

const DEPOSITED: u64 = 3_550_000_007;

#[test]
fn epoch_turn_of_a_new_vault_makes_shares_of_the_deposits() {
    let mut stage = Stage::deposited();
    stage.do_turn();
    let (epoch, state) = (stage.epoch_at(0), stage.vault_state());
    assert_eq!((epoch.state, epoch.deposit_shares.get()), (EPOCH_SETTLED, DEPOSITED * SHARES));
    // An atom for a thousand shares.
    assert_eq!((epoch.share_price_e12.get(), state.high_water_e12.get()), (1_000_000_000, 1_000_000_000));
    assert_eq!((stage.trading().base_atoms.get(), stage.escrow().base_atoms.get()), (DEPOSITED, 0));
    let next = stage.epoch();
    assert_eq!((next.state, next.number.get(), state.epoch.get()), (EPOCH_OPEN, 1, 1));
}

#[test]
fn epoch_turn_serves_both_queues_at_the_price_of_the_result() {
    let mut stage = Stage::live();
    let premium = stage.epoch().premium_atoms.get();
    stage.do_deposit(BOB, SOL);
    stage.do_withdraw(ALICE, 2 * SOL * SHARES);
    stage.expire(105_000_000);
    let settle = stage.account_settle(stage.vault.trading);
    stage.step(settle, None);
    stage.do_turn();
    let epoch = stage.epoch_at(1);
    // What the premium is worth at the settlement price belongs to those who were there.
    let assets = DEPOSITED + premium * SOL / 105_000_000;
    assert_eq!((epoch.price_e6.get(), epoch.assets_atoms.get()), (105_000_000, assets));
    let supply = u128::from(DEPOSITED * SHARES);
    let shares = u128::from(SOL) * (supply + 1_000) / u128::from(assets + 1);
    assert_eq!(u128::from(epoch.deposit_shares.get()), shares);
    let part = |whole: u64| (u128::from(whole) * u128::from(2 * SOL * SHARES) / (supply + 1_000)) as u64;
    assert_eq!((epoch.withdrawn_base_atoms.get(), epoch.withdrawn_quote_atoms.get()), (part(DEPOSITED), part(premium)));
    assert_eq!(stage.trading().base_atoms.get(), DEPOSITED + SOL - part(DEPOSITED));
}

#[test]
fn epoch_turn_in_the_money_pays_out_of_the_premium() {
    let mut stage = Stage::expired(110_200_000);
    let premium = stage.epoch().premium_atoms.get();
    // Calls on 35 lots worth 0.2 a SOL.
    stage.do_turn();
    assert_eq!(stage.trading().quote_atoms.get() as u64, premium - 700_000);
    assert!(stage.epoch_at(1).share_price_e12.get() > 1_000_000_000);
}

#[test]
fn epoch_turn_with_a_debt_fails_quote_debt_until_cured() {
    let mut stage = Stage::expired(130_000_000);
    assert!(stage.trading().quote_atoms.get() < 0);
    let turn = stage.epoch_turn();
    stage.refused(turn.clone(), None, code("QuoteDebt"));
    // Anybody buys base of the vault for the quote it owes, until nothing is owed.
    let accounts = margin::BaseAuctionBid {
        bidder_authority: stage.actor(ERIN).key(),
        market: stage.protocol.market,
        account: stage.vault.trading,
        bidder: stage.actor(ERIN).account,
        feed: stage.protocol.feed,
    };
    let owed = stage.trading().quote_atoms.get().unsigned_abs();
    let cure = accounts.instruction(margin::BaseAuctionBidArgs { base_atoms: SOL, limit_e6: 130_000_000 });
    stage.step(cure, Some(ERIN));
    assert!((0..=1).contains(&stage.trading().quote_atoms.get()), "cured, and no more");
    let sold = DEPOSITED - stage.trading().base_atoms.get();
    // At no less than 100 a SOL.
    assert!(sold > 0 && sold <= owed * 10, "{sold} base for {owed} quote");
    stage.step(turn, None);
}

#[test]
fn epoch_turn_of_an_epoch_that_sold_nothing_needs_no_expiry() {
    let mut stage = Stage::auctioning();
    stage.end_auction();
    stage.do_clear();
    stage.do_turn();
    assert_eq!(stage.epoch_at(1).assets_atoms.get(), DEPOSITED);
}

/// INVARIANT(V-7): nobody opened an auction for an epoch's time; whoever wants to leave turns it himself.
#[test]
fn epoch_turn_of_a_skipped_epoch_is_due_after_its_time() {
    let mut stage = Stage::funded();
    stage.do_withdraw(ALICE, 2 * SOL * SHARES);
    stage.world.advance_s(EPOCH_S - 1);
    let turn = stage.epoch_turn();
    stage.refused(turn, None, code("TurnTooEarly"));
    stage.world.advance_s(1);
    stage.do_turn();
    stage.do_withdraw_claim(ALICE, 1);
}

/// INVARIANT(V-7): without a price nobody joins, and everybody can leave.
#[test]
fn epoch_turn_without_a_price_pays_withdrawals_and_hands_deposits_back() {
    let mut stage = Stage::funded();
    let mut donation = stage.protocol.deposit(stage.actor(ERIN), stage.protocol.quote.mint, 10 * USDC);
    donation.accounts[2].pubkey = stage.vault.trading;
    stage.step(donation, Some(ERIN));
    stage.do_withdraw(ALICE, 2 * SOL * SHARES);
    stage.do_deposit(BOB, SOL);
    stage.world.advance_s(EPOCH_S);
    // Nobody has refreshed the feed since.
    let turn = stage.epoch_turn();
    stage.step(turn, None);
    stage.number += 1;
    let epoch = stage.epoch_at(1);
    assert_eq!((epoch.deposits_refused, epoch.deposit_shares.get(), epoch.fee_shares.get()), (1, 0, 0));
    stage.do_withdraw_claim(ALICE, 1);
    let cancel = stage.deposit_cancel(BOB, 1);
    stage.step(cancel, Some(BOB));
}

#[test]
fn epoch_turn_pays_fees_on_gains_alone() {
    let fees = |price_e6: u64| {
        let mut stage = Stage::live();
        let vault = stage.vault.vault;
        stage.edit::<Vault>(&vault, |vault| {
            (vault.mandate.management_bps, vault.mandate.performance_bps) = (200.into(), 2_000.into());
        });
        stage.expire(price_e6);
        let settle = stage.account_settle(stage.vault.trading);
        stage.step(settle, None);
        if stage.trading().quote_atoms.get() < 0 {
            let mut cure = stage.protocol.deposit(stage.actor(ERIN), stage.protocol.quote.mint, 1);
            cure.data[1..9].copy_from_slice(&stage.trading().quote_atoms.get().unsigned_abs().to_le_bytes());
            cure.accounts[2].pubkey = stage.vault.trading;
            stage.step(cure, Some(ERIN));
        }
        stage.do_turn();
        let (epoch, state) = (stage.epoch_at(1), stage.vault_state());
        assert_eq!(epoch.fee_shares.get(), state.fee_shares.get());
        (epoch.fee_shares.get(), epoch.assets_atoms.get(), epoch.share_price_e12.get())
    };
    assert_eq!(fees(115_000_000), (0, DEPOSITED, 1_000_000_000));
    let (shares, assets, price) = fees(105_000_000);
    let gain = assets - DEPOSITED;
    let worth = (u128::from(shares) * u128::from(price) / 1_000_000_000_000) as u64;
    // A fifth of the gain, and for a week 2 % a year: less than a third together, and shares round down.
    assert!(worth > gain / 5 && worth < gain / 3, "{worth} of {gain}");
}

#[test]
fn epoch_turn_at_the_wrong_time_fails_by_name() {
    let mut stage = Stage::funded();
    let turn = stage.epoch_turn();
    stage.refused(turn, None, code("TurnTooEarly"));
    let mut stage = Stage::auctioning();
    let turn = stage.epoch_turn();
    stage.refused(turn, None, code("EpochNotLive"));
    let mut stage = Stage::cleared();
    let turn = stage.epoch_turn();
    stage.refused(turn.clone(), None, code("BidsUnsettled"));
    stage.do_settle(CAROL);
    stage.refused(turn.clone(), None, code("BidsUnsettled"));
    stage.do_settle(DAVE);
    stage.refused(turn.clone(), None, code("NotExpired"));
    stage.expire(105_000_000);
    stage.refused(turn.clone(), None, code("TradingNotSettled"));
    let settle = stage.account_settle(stage.vault.trading);
    stage.step(settle, None);
    stage.step(turn.clone(), None);
    // Turned: no longer the vault's current epoch.
    stage.refused(turn, None, InstructionError::InvalidSeeds);
}

#[test]
fn epoch_turn_while_withdrawals_are_frozen_lands() {
    let mut stage = Stage::expired(105_000_000);
    stage.brake(3);
    let turn = stage.epoch_turn();
    stage.step(turn, None);
}

#[test]
fn epoch_turn_with_a_wrong_account_is_refused() {
    let mut stage = Stage::live();
    stage.do_deposit(ALICE, SOL);
    stage.do_withdraw(BOB, SOL * SHARES);
    stage.expire(105_000_000);
    let settle = stage.account_settle(stage.vault.trading);
    stage.step(settle, None);
    let market = stage.other_market();
    let other = stage.other;
    let (other_epoch, other_next) =
        (client::addresses::epoch(&other.vault, 0), client::addresses::epoch(&other.vault, 1));
    let (trading, escrow) = (stage.vault.trading, stage.vault.escrow);
    let (base_mint, quote_mint) = (stage.protocol.base.mint, stage.protocol.quote.mint);
    let other_feed = stage.twin(stage.protocol.feed, "other feed");
    let later = stage.protocol.expiry_unix_s(&mut stage.world, 8);
    stage.protocol.price(&mut stage.world, SPOT_E6);
    let later = stage.protocol.expiry(&mut stage.world, later);
    Substitutions::of(stage.epoch_turn(), vault::EpochTurn::ACCOUNTS, &[])
        .any("payer", "whoever signs may pay the rent")
        .stranger("vault", InstructionError::AccountDataTooSmall)
        .wrong("vault", other.vault, InstructionError::InvalidSeeds)
        .stranger("epoch", InstructionError::AccountDataTooSmall)
        .wrong("epoch", other_epoch, InstructionError::InvalidSeeds)
        .stranger("next_epoch", InstructionError::InvalidSeeds)
        .wrong("next_epoch", other_next, InstructionError::InvalidSeeds)
        .stranger("market", code("WrongMarket"))
        .wrong("market", market, code("WrongMarket"))
        .stranger("trading_account", code("WrongTradingAccount"))
        .wrong("trading_account", other.trading, code("WrongTradingAccount"))
        .wrong("trading_account", escrow, framework_code("ConstraintDuplicateMutableAccount"))
        .stranger("escrow_account", code("WrongEscrowAccount"))
        .wrong("escrow_account", other.escrow, code("WrongEscrowAccount"))
        .wrong("escrow_account", trading, framework_code("ConstraintDuplicateMutableAccount"))
        .stranger("expiry", code("WrongExpiry"))
        .wrong("expiry", later, code("WrongExpiry"))
        .wrong("base_mint", quote_mint, code("WrongBaseMint"))
        .wrong("quote_mint", base_mint, code("WrongQuoteMint"))
        .wrong("share_mint", other.share_mint, code("WrongShareMint"))
        .wrong("share_tokens", other.share_tokens, code("WrongShareTokens"))
        .stranger("feed", code("WrongFeed"))
        .wrong("feed", other_feed, code("WrongFeed"))
        .stranger("brake", code("BrakeUnreadable"))
        .stranger("margin_program", code("WrongMarginProgram"))
        .wrong("share_program", TOKEN, code("WrongShareProgram"))
        .wrong("system_program", TOKEN, InstructionError::IncorrectProgramId)
        .run(&mut stage.world);
}
