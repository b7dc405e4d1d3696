//! What is owed in quote: interest, haircuts, and base that is sold against it.

use super::accounts::may;
use super::margin::{Ahead, brake_refuses, initial, is_flat, of, spot};
use super::{After, Plan, balance, held_reads};
use crate::action::Slot;
use crate::chain::Chain;
use abi::margin::DELEGATE_TRADE;
use client::{WithRemaining, margin};
use invariants::value::{Need, scale};
use policy::Action;
use risk::debt::{price_floor, sale};
use risk::feed::Purpose;
use units::{BaseAtoms, QuoteAtoms};

/// `account_refresh`.
pub fn refresh(chain: &Chain, slot: Slot) -> Option<Plan> {
    let mut held = *chain.account(slot)?;
    let (market_key, account) = (chain.stage.protocol.market, chain.stage.account(slot));
    let call = margin::AccountRefresh { market: market_key, account }.instruction();
    let mut plan = Plan::new("margin::account_refresh", vec![call]);
    if plan.refuse(&[(brake_refuses(chain, Action::Settle), "LevelForbids")]) {
        return Some(plan);
    }
    let (mut market, before) = (*chain.market(), held.quote_atoms.get());
    balance::refresh(&mut market, &mut held, chain.unix_s);
    if held.quote_atoms.get() != before {
        market.seq = (market.seq.get() + 1).into();
    }
    plan.after(account, After::Margin(held.into()));
    plan.after(market_key, After::Market(market.into()));
    Some(plan)
}

/// `base_auction_bid`.
pub fn bid(chain: &Chain, slot: Slot, (bidder, signer): (Slot, u8), (atoms, limit_e6): (u64, u64)) -> Option<Plan> {
    let (mut held, mut buyer) = (*chain.account(slot)?, *chain.account(bidder)?);
    let stage = &chain.stage;
    let (account, buying) = (stage.account(slot), stage.account(bidder));
    let authority = stage.actor(signer).key();
    let (market_key, feed) = (stage.protocol.market, stage.protocol.feed);
    let call =
        margin::BaseAuctionBid { bidder_authority: authority, market: market_key, account, bidder: buying, feed };
    let call = call.instruction(margin::BaseAuctionBidArgs { base_atoms: atoms, limit_e6 });
    let call = call.with_remaining(held_reads(chain, &[&held, &buyer], &[]));
    let mut plan = Plan::new("margin::base_auction_bid", vec![call]);
    let checks = [
        (account == buying, "ConstraintDuplicateMutableAccount"),
        (!may(&buyer, &authority, DELEGATE_TRADE), "NotAccountTrader"),
    ];
    if plan.refuse(&checks) {
        return Some(plan);
    }
    let checks = [
        (atoms == 0, "AmountZero"),
        (held.owner == buyer.owner, "SelfTrade"),
        (brake_refuses(chain, Action::Liquidate), "LevelForbids"),
        (held.in_liquidation != 0, "LiquidationOpen"),
        (held.quote_atoms.get() >= 0, "DebtMissing"),
        (held.base_atoms.get() == 0, "BaseBalanceTooLow"),
    ];
    if plan.refuse(&checks) {
        return Some(plan);
    }
    let Some((spot, _)) = spot(chain, Purpose::Liquidate) else { return Some(plan.stop("FeedStale")) };
    let mut market = *chain.market();
    balance::refresh(&mut market, &mut held, chain.unix_s);
    let elapsed_s = u64::try_from(chain.unix_s - held.debt_unix_s.get()).expect("a debt of the past");
    let Ok(price) = price_floor(spot, elapsed_s) else { return Some(plan.stop("BasePriceOutOfBounds")) };
    if plan.refuse(&[(price.0 > limit_e6, "PriceAboveLimit")]) {
        return Some(plan);
    }
    let unit = scale(&market).base_unit_atoms;
    let debt = QuoteAtoms(-held.quote_atoms.get());
    let sold = sale(debt, BaseAtoms(held.base_atoms.get()), BaseAtoms(atoms), price, unit).expect("a debt");
    held.base_atoms = (held.base_atoms.get() - sold.base.0).into();
    buyer.base_atoms = (buyer.base_atoms.get() + sold.base.0).into();
    balance::change(&mut market, &mut buyer, -sold.paid.0, chain.unix_s).expect("in bounds");
    balance::change(&mut market, &mut held, sold.paid.0, chain.unix_s).expect("in bounds");
    if plan.refuse(&[(buyer.quote_atoms.get() < 0, "QuoteBalanceTooLow")]) {
        return Some(plan);
    }
    let ahead = Ahead { market: &market, expiries: &[], named: None };
    if !is_flat(&buyer) {
        match initial(chain, &buyer, &ahead, (spot, Need::NewRisk)) {
            Ok(margin) if margin.0 >= 0 => {}
            Ok(_) => return Some(plan.stop("InitialMarginNegative")),
            Err(why) => return Some(plan.stop(why)),
        }
    }
    if !is_flat(&held) {
        match of(chain, &held, &ahead, (spot, Need::Keep)) {
            Ok(figures) if figures.mm.0 >= 0 => {}
            Ok(_) => return Some(plan.stop("DebtorMarginNegative")),
            Err(why) => return Some(plan.stop(why)),
        }
    }
    market.seq = (market.seq.get() + 1).into();
    let exact = i128::from(sold.paid.0) * i128::from(market.lots_per_unit.get());
    plan.fair.extend([(account, exact), (buying, -exact)]);
    plan.after(account, After::Margin(held.into()));
    plan.after(buying, After::Margin(buyer.into()));
    plan.after(market_key, After::Market(market.into()));
    Some(plan)
}
