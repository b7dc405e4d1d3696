//! Accounts without maintenance margin: opened, sold in slices or taken over whole, and ended.

use super::accounts::{bump, may};
use super::lots::apply;
use super::margin::{Ahead, brake_refuses, initial, is_flat, of, spot};
use super::{After, Plan, balance, count, held_reads};
use crate::action::Slot;
use crate::chain::Chain;
use abi::margin::{
    DELEGATE_TRADE, EXPIRY_SETTLED, Expiry, LIQUIDATION_SEED, Liquidation, MarginAccount, Market, Position,
};
use bytemuck::Zeroable;
use client::{WithRemaining, addresses, margin};
use invariants::Series;
use invariants::value::{Figures, Need, position};
use policy::Action;
use risk::feed::Purpose;
use risk::fees::halves;
use risk::liquidation::{
    AuctionClock, SliceTerms, WHOLE_E9, insolvent_payment_floor, price_ceil, slice_base_floor, slice_fraction_floor,
    slice_lots, slice_quote,
};
use units::{BaseAtoms, PriceE6, QuoteAtoms, UnixSeconds};

const PHASE_AUCTION: u8 = 0;
const PHASE_INSOLVENT: u8 = 1;
const FEE_BPS: u16 = 100;
const BUFFER_BPS: u16 = 500;

/// The liquidation that is open of an account.
pub fn of_account(chain: &Chain, slot: Slot) -> Option<Liquidation> {
    chain.layout(&abi::ids::MARGIN, &addresses::liquidation(&chain.stage.account(slot))).copied()
}

/// Brings phase and clock to now. Returns the seconds counted in this phase.
pub fn tick(open: &mut Liquidation, mtm: QuoteAtoms, bids_allowed: bool, now: i64) -> u64 {
    let phase = if mtm.0 > 0 { PHASE_AUCTION } else { PHASE_INSOLVENT };
    let mut clock = AuctionClock::default();
    if phase == open.phase {
        let running_since = (open.running != 0).then_some(UnixSeconds(open.since_unix_s.get()));
        clock = AuctionClock { counted_s: open.counted_s.get(), running_since };
    }
    let clock = clock.set(UnixSeconds(now), bids_allowed).expect("time that passes");
    (open.phase, open.running) = (phase, u8::from(bids_allowed));
    (open.counted_s, open.since_unix_s) = (clock.counted_s.into(), now.into());
    clock.counted_s
}

pub fn start(chain: &Chain, slot: Slot, opener: Slot) -> Option<Plan> {
    let (mut held, chosen) = (*chain.account(slot)?, chain.account(opener)?);
    if slot == opener {
        return None;
    }
    let stage = &chain.stage;
    let (account, payer) = (stage.account(slot), chain.world.payer());
    let address = addresses::liquidation(&account);
    let call = margin::LiquidationStart {
        payer,
        market: stage.protocol.market,
        account,
        opener: stage.account(opener),
        liquidation: address,
        feed: stage.protocol.feed,
    };
    let call = call.instruction().with_remaining(held_reads(chain, &[&held], &[]));
    let mut plan = Plan::new("margin::liquidation_start", vec![call]);
    let mut market = *chain.market();
    balance::refresh(&mut market, &mut held, chain.unix_s);
    let figures = match valued(chain, &held, &market) {
        Ok((figures, _)) => figures,
        Err(why) => return Some(plan.stop(why)),
    };
    let found = of_account(chain, slot);
    let bids_allowed = !brake_refuses(chain, Action::Liquidate);
    let checks = [
        (found.is_none() && !bids_allowed, "LevelForbids"),
        (found.is_none() && figures.mm.0 >= 0, "AccountHealthy"),
        (chosen.owner == held.owner, "SelfTrade"),
    ];
    if plan.refuse(&checks) {
        return Some(plan);
    }
    let mut open = found.unwrap_or_else(|| {
        let mut open = Liquidation::zeroed();
        (open.version, open.min_reader) = (1, 1);
        open.bump = bump(&[LIQUIDATION_SEED, account.as_ref()]);
        (open.account, open.opener) = (account.to_bytes(), stage.account(opener).to_bytes());
        (open.payer, open.opened_unix_s) = (payer.to_bytes(), chain.unix_s.into());
        open
    });
    held.in_liquidation = 1;
    if found.is_none() {
        count(&mut market.records_open, 1);
    }
    tick(&mut open, figures.mtm, bids_allowed, chain.unix_s);
    market.seq = (market.seq.get() + 1).into();
    plan.after(account, After::Margin(held.into()));
    plan.after(stage.protocol.market, After::Market(market.into()));
    plan.after(address, After::Liquidation(open.into()));
    Some(plan)
}

/// What an account that somebody keeps is worth now, and the price that this is at.
pub fn valued(chain: &Chain, held: &MarginAccount, market: &Market) -> Result<(Figures, PriceE6), &'static str> {
    let (price, _) = spot(chain, Purpose::Liquidate).ok_or("FeedStale")?;
    let ahead = Ahead { market, expiries: &[], named: None };
    Ok((of(chain, held, &ahead, (price, Need::Keep))?, price))
}

/// What one bid buys, and for what; negative where insurance pays.
struct Deal {
    fraction_e9: u32,
    price: i64,
}

fn deal(
    open: &Liquidation,
    figures: &Figures,
    insurance: u64,
    (wanted, limit): (u32, i64),
    elapsed_s: u64,
) -> Result<Deal, &'static str> {
    if open.phase == PHASE_INSOLVENT {
        let payment =
            if figures.mtm.0 == 0 { 0 } else { insolvent_payment_floor(figures.mtm, elapsed_s).expect("a loss").0 };
        let price = -payment.min(insurance.cast_signed());
        return if price <= limit { Ok(Deal { fraction_e9: WHOLE_E9, price }) } else { Err("PaymentBelowLimit") };
    }
    let (mtm, im) = (figures.mtm, figures.im);
    let terms = SliceTerms { mtm, im, buffer_bps: BUFFER_BPS, fee_bps: FEE_BPS, elapsed_s };
    let fraction_e9 = wanted.min(slice_fraction_floor(&terms).expect("below initial margin"));
    let value = slice_quote(mtm, fraction_e9).expect("a part");
    let price = if value.0 > 0 { price_ceil(value, elapsed_s).expect("a value").0 } else { 0 };
    if price <= limit { Ok(Deal { fraction_e9, price }) } else { Err("PriceAboveLimit") }
}

pub fn bid(
    chain: &Chain,
    slot: Slot,
    (bidder, signer): (Slot, u8),
    (fraction_e9, limit_atoms): (u32, i64),
) -> Option<Plan> {
    let (mut held, mut taker) = (*chain.account(slot)?, *chain.account(bidder)?);
    let mut open = of_account(chain, slot)?;
    let stage = &chain.stage;
    let (account, taking) = (stage.account(slot), stage.account(bidder));
    let (authority, liquidation) = (stage.actor(signer).key(), addresses::liquidation(&account));
    let (market_key, feed) = (stage.protocol.market, stage.protocol.feed);
    let call = margin::LiquidationBid {
        bidder_authority: authority,
        market: market_key,
        account,
        bidder: taking,
        liquidation,
        feed,
    };
    let reads = held_reads(chain, &[&held, &taker], &times(&held));
    let call = call.instruction(margin::LiquidationBidArgs { fraction_e9, limit_atoms }).with_remaining(reads);
    let mut plan = Plan::new("margin::liquidation_bid", vec![call]);
    let checks = [
        (account == taking, "ConstraintDuplicateMutableAccount"),
        (!may(&taker, &authority, DELEGATE_TRADE), "NotAccountTrader"),
    ];
    if plan.refuse(&checks) {
        return Some(plan);
    }
    let checks = [
        (!(1..=WHOLE_E9).contains(&fraction_e9), "FractionOutOfRange"),
        (held.owner == taker.owner, "SelfTrade"),
        (brake_refuses(chain, Action::Liquidate), "LevelForbids"),
    ];
    if plan.refuse(&checks) {
        return Some(plan);
    }
    let mut market = *chain.market();
    balance::refresh(&mut market, &mut held, chain.unix_s);
    balance::refresh(&mut market, &mut taker, chain.unix_s);
    let (figures, price) = match valued(chain, &held, &market) {
        Ok(valued) => valued,
        Err(why) => return Some(plan.stop(why)),
    };
    if figures.im.0 >= 0 {
        return Some(plan.stop("LiquidationOver"));
    }
    let elapsed_s = tick(&mut open, figures.mtm, true, chain.unix_s);
    let insurance = market.insurance_atoms.get();
    let deal = match deal(&open, &figures, insurance, (fraction_e9, limit_atoms), elapsed_s) {
        Ok(deal) => deal,
        Err(why) => return Some(plan.stop(why)),
    };
    let before = [held.quote_atoms.get(), taker.quote_atoms.get()];
    let positions: Vec<Position> = held.positions.into_iter().filter(|position| position.kind != 0).collect();
    slice(&mut market, &mut held, &mut taker, deal.fraction_e9, chain.unix_s);
    let mut expiries: Vec<Expiry> = vec![];
    let mut moved = 0;
    for position in &positions {
        match pass(chain, (&mut market, &mut held, &mut taker), &mut expiries, position, (deal.fraction_e9, price)) {
            Ok(count) => moved += count,
            Err(why) => return Some(plan.stop(why)),
        }
    }
    pay(&mut market, &mut held, &mut taker, (&mut open, deal.price), chain.unix_s);
    // INVARIANT(M-4)
    let ahead = Ahead { market: &market, expiries: &expiries, named: None };
    match initial(chain, &taker, &ahead, (price, Need::NewRisk)) {
        Ok(margin) if margin.0 >= 0 => {}
        Ok(_) => return Some(plan.stop("InitialMarginNegative")),
        Err(why) => return Some(plan.stop(why)),
    }
    market.seq = (market.seq.get() + moved + 1).into();
    let exact = |before: i64, after: i64| i128::from(after - before) * i128::from(market.lots_per_unit.get());
    plan.fair.push((account, exact(before[0], held.quote_atoms.get())));
    plan.fair.push((taking, exact(before[1], taker.quote_atoms.get())));
    plan.after(account, After::Margin(held.into()));
    plan.after(taking, After::Margin(taker.into()));
    plan.after(market_key, After::Market(market.into()));
    plan.after(liquidation, After::Liquidation(open.into()));
    for expiry in expiries {
        plan.after(chain.expiry_key(expiry.expiry_unix_s.get()), After::Expiry(expiry.into()));
    }
    Some(plan)
}

/// Every expiry that an account holds positions in.
fn times(held: &MarginAccount) -> Vec<i64> {
    held.positions.iter().filter(|position| position.kind != 0).map(|position| position.expiry_unix_s.get()).collect()
}

fn slice(market: &mut Market, from: &mut MarginAccount, to: &mut MarginAccount, fraction_e9: u32, now: i64) {
    let quote = slice_quote(QuoteAtoms(from.quote_atoms.get()), fraction_e9).expect("a part").0;
    let base = slice_base_floor(BaseAtoms(from.base_atoms.get()), fraction_e9).expect("a part").0;
    balance::change(market, from, -quote, now).expect("in bounds");
    balance::change(market, to, quote, now).expect("in bounds");
    from.base_atoms = (from.base_atoms.get() - base).into();
    to.base_atoms = (to.base_atoms.get() + base).into();
}

/// One position's part. Returns whether any lots went, as a count of events.
fn pass(
    chain: &Chain,
    (market, from, to): (&mut Market, &mut MarginAccount, &mut MarginAccount),
    expiries: &mut Vec<Expiry>,
    stored: &Position,
    (fraction_e9, price): (u32, PriceE6),
) -> Result<u64, &'static str> {
    let time = stored.expiry_unix_s.get();
    if expiries.iter().all(|expiry| expiry.expiry_unix_s.get() != time) {
        expiries.push(*chain.expiry(time).ok_or("ExpiryMissing")?);
    }
    let expiry = expiries.iter_mut().find(|expiry| expiry.expiry_unix_s.get() == time).expect("just found");
    if expiry.state == EXPIRY_SETTLED {
        return Err("SettleFirst");
    }
    let lots = slice_lots(position(stored).expect("a position").lots, fraction_e9).expect("a part").0;
    if lots == 0 {
        return Ok(0);
    }
    let series = Series { expiry_unix_s: time, strike_e6: stored.strike_e6.get(), kind: stored.kind };
    apply(from, (&mut *market, &mut *expiry), &series, -lots, price)?;
    apply(to, (market, expiry), &series, lots, price)?;
    Ok(1)
}

/// INVARIANT(M-8): what is paid, its fee, or what insurance pays.
fn pay(
    market: &mut Market,
    from: &mut MarginAccount,
    taker: &mut MarginAccount,
    (open, price): (&mut Liquidation, i64),
    now: i64,
) {
    open.slices = (open.slices.get() + 1).into();
    if price < 0 {
        market.insurance_atoms = (market.insurance_atoms.get() - price.unsigned_abs()).into();
        balance::change(market, taker, -price, now).expect("in bounds");
        return;
    }
    let (insurance, opener) = halves(QuoteAtoms(price), FEE_BPS).expect("a fee");
    balance::change(market, taker, -price, now).expect("in bounds");
    balance::change(market, from, price, now).expect("in bounds");
    balance::change(market, from, -(insurance.0 + opener.0), now).expect("in bounds");
    market.insurance_atoms = (market.insurance_atoms.get() + insurance.0.unsigned_abs()).into();
    market.clearing_atoms = (market.clearing_atoms.get() + opener.0).into();
    open.opener_fee_atoms = (open.opener_fee_atoms.get() + opener.0.unsigned_abs()).into();
}

pub fn finish(chain: &Chain, slot: Slot) -> Option<Plan> {
    let mut held = *chain.account(slot)?;
    let open = of_account(chain, slot)?;
    let stage = &chain.stage;
    let (account, opener) = (stage.account(slot), open.opener.into());
    let liquidation = addresses::liquidation(&account);
    let call = margin::LiquidationFinish {
        market: stage.protocol.market,
        account,
        opener,
        payer: open.payer.into(),
        liquidation,
        feed: stage.protocol.feed,
    };
    let call = call.instruction().with_remaining(held_reads(chain, &[&held], &[]));
    let mut plan = Plan::new("margin::liquidation_finish", vec![call]);
    if plan.refuse(&[(brake_refuses(chain, Action::Settle), "LevelForbids")]) {
        return Some(plan);
    }
    let mut market = *chain.market();
    if !is_flat(&held) || held.quote_atoms.get() < 0 {
        match valued(chain, &held, &market) {
            Ok((figures, _)) if figures.im.0 >= 0 => {}
            Ok(_) => return Some(plan.stop("LiquidationOngoing")),
            Err(why) => return Some(plan.stop(why)),
        }
    }
    held.in_liquidation = 0;
    let fee = open.opener_fee_atoms.get();
    market.clearing_atoms = (market.clearing_atoms.get() - fee.cast_signed()).into();
    match chain.margin_at(&opener).copied() {
        Some(mut paid) => {
            balance::change(&mut market, &mut paid, fee.cast_signed(), chain.unix_s).expect("in bounds");
            plan.fair.push((opener, i128::from(fee) * i128::from(market.lots_per_unit.get())));
            plan.after(opener, After::Margin(paid.into()));
        }
        // Its owner has closed it since.
        None => market.insurance_atoms = (market.insurance_atoms.get() + fee).into(),
    }
    market.seq = (market.seq.get() + 1).into();
    count(&mut market.records_open, -1);
    plan.after(account, After::Margin(held.into()));
    plan.after(stage.protocol.market, After::Market(market.into()));
    plan.after(liquidation, After::Gone);
    Some(plan)
}
