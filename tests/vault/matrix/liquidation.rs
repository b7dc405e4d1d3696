//! An account without margin: opening its liquidation, and bidding in it.
use super::insurance::Pool;
use super::{Case, Refusal, fill, stage};
use crate::fixture::{CAROL, DAVE, ERIN, SPOT_E6, Stage};
use abi::margin::{MarginAccount, Market};
use abi::quote::SIDE_SELL;
use client::{WithRemaining, addresses, margin};
use policy::Action;
use risk::liquidation::INSOLVENT_S;
use solana_instruction::{AccountMeta, Instruction};
use testkit::{SOL, USDC};

/// Carol is short of Dave's calls and owes a dollar beside.
fn broke() -> Stage {
    let mut stage = stage();
    let sale = fill(&mut stage, SIDE_SELL, 1);
    stage.world.ok(&sale, &[&stage.actors[DAVE].keypair]);
    let carol = stage.actors[CAROL].account;
    stage.world.edit::<MarginAccount>(&carol, |held| {
        (held.quote_atoms, held.base_atoms) = ((-i64::try_from(USDC).expect("small")).into(), 0.into());
    });
    stage.protocol.price(&mut stage.world, SPOT_E6);
    stage
}

fn start(stage: &Stage) -> Instruction {
    let account = stage.actors[CAROL].account;
    let accounts = margin::LiquidationStart {
        payer: stage.world.payer(),
        market: stage.protocol.market,
        account,
        opener: stage.actors[DAVE].account,
        liquidation: addresses::liquidation(&account),
        feed: stage.protocol.feed,
    };
    accounts.instruction().with_remaining([AccountMeta::new(stage.expiry, false)])
}

fn bid(stage: &Stage) -> Instruction {
    let account = stage.actors[CAROL].account;
    let accounts = margin::LiquidationBid {
        bidder_authority: stage.actors[ERIN].key(),
        market: stage.protocol.market,
        account,
        bidder: stage.actors[ERIN].account,
        liquidation: addresses::liquidation(&account),
        feed: stage.protocol.feed,
    };
    let bid = accounts.instruction(margin::LiquidationBidArgs { fraction_e9: 1_000_000_000, limit_atoms: 0 });
    bid.with_remaining([AccountMeta::new(stage.expiry, false)])
}

/// Flat, a dollar in debt, and with base to sell for it.
fn in_debt() -> Stage {
    let mut stage = stage();
    let carol = stage.actors[CAROL].account;
    stage.world.edit::<MarginAccount>(&carol, |held| {
        (held.quote_atoms, held.base_atoms) = ((-i64::try_from(USDC).expect("small")).into(), SOL.into());
    });
    let market = stage.protocol.market;
    stage.world.edit::<Market>(&market, |market| market.base_balances_atoms = (1_000 * SOL).into());
    stage.protocol.price(&mut stage.world, SPOT_E6);
    stage
}

fn base_bid(stage: &Stage) -> Instruction {
    let accounts = margin::BaseAuctionBid {
        bidder_authority: stage.actors[ERIN].key(),
        market: stage.protocol.market,
        account: stage.actors[CAROL].account,
        bidder: stage.actors[ERIN].account,
        feed: stage.protocol.feed,
    };
    accounts.instruction(margin::BaseAuctionBidArgs { base_atoms: SOL, limit_e6: u64::MAX })
}

pub fn cases(cases: &mut Vec<Case>) {
    let fresh = broke();
    let open = start(&fresh);
    cases.push(Case::new("liquidation_start", Action::Liquidate, Refusal::Margin, fresh, open.clone()));
    let mut opened = broke();
    opened.world.ok(&[open], &[]);
    let bid = bid(&opened);
    cases.push(Case::new("liquidation_bid", Action::Liquidate, Refusal::Margin, opened, bid).signed(ERIN));
    losses(cases);
    let owing = in_debt();
    let bid = base_bid(&owing);
    cases.push(Case::new("base_auction_bid", Action::Liquidate, Refusal::Margin, owing, bid).signed(ERIN));
}

/// Carol's liquidation, its insolvent phase over, and a fund with a stake in it.
fn insolvent(funded: bool) -> (Stage, Pool) {
    let mut stage = broke();
    let start = start(&stage);
    stage.world.ok(&[start], &[]);
    let pool = Pool::of(&stage);
    if funded {
        let (create, join) = (pool.create(&stage), pool.join(&stage));
        stage.world.ok(&[create, join], &[&stage.actors[CAROL].keypair]);
    }
    stage.world.advance_s(INSOLVENT_S.cast_signed());
    stage.protocol.price(&mut stage.world, SPOT_E6);
    (stage, pool)
}

/// What insurance cannot pay, and the end.
fn losses(cases: &mut Vec<Case>) {
    let case = |name, action, stage, call| Case::new(name, action, Refusal::Margin, stage, call);
    let (stage, pool) = insolvent(true);
    let (market, feed) = (stage.protocol.market, stage.protocol.feed);
    let account = stage.actors[CAROL].account;
    let liquidation = addresses::liquidation(&account);
    let reads = [AccountMeta::new(stage.expiry, false)];
    let draw = pool.draw(&stage, account).with_remaining(reads.clone());
    // Not of the market: a freeze of the market holds nothing of the fund's.
    cases.push(case("insurance_draw", Action::Liquidate, stage, draw).of_protocol().unfrozen());
    let (stage, pool) = insolvent(false);
    let accounts = margin::IndexHaircut { market, account, liquidation, fund: pool.fund(), feed };
    let cut = accounts.instruction().with_remaining(reads.clone());
    cases.push(case("index_haircut", Action::Liquidate, stage, cut));
    let mut sold = broke();
    let (start, bid) = (start(&sold), bid(&sold));
    sold.world.ok(&[start, bid], &[&sold.actors[ERIN].keypair]);
    let (opener, payer) = (sold.actors[DAVE].account, sold.world.payer());
    let accounts = margin::LiquidationFinish { market, account, opener, payer, liquidation, feed };
    cases.push(case("liquidation_finish", Action::Settle, sold, accounts.instruction().with_remaining(reads)));
    let owing = in_debt();
    let refresh = margin::AccountRefresh { market, account }.instruction();
    cases.push(case("account_refresh", Action::Settle, owing, refresh));
}
