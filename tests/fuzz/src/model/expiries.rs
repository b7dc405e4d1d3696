//! Listing, settling, and calls written by vaults.

use super::accounts::bump;
use super::lots::{apply, open_move};
use super::margin::{Ahead, brake_refuses, initial, level_refuses, new_risk, spot};
use super::{After, Plan, at, balance, count, held_reads};
use crate::action::Slot;
use crate::chain::Chain;
use abi::margin::{EXPIRY_SEED, EXPIRY_SETTLED, Expiry, KIND_CALL, MARKET_DELISTED};
use abi::oracle::{SETTLEMENT_FINAL, Settlement};
use bytemuck::Zeroable;
use client::{WithRemaining, addresses, margin};
use invariants::Series;
use invariants::value::{Need, position};
use policy::Action;
use risk::feed::Purpose;
use risk::listing::{KEPT_S, strikes};
use units::PriceE6;

const DAY_S: i64 = 86_400;

/// 08:00 UTC, `days` days after today.
pub fn eight(chain: &Chain, days: u8) -> i64 {
    (chain.unix_s.div_euclid(DAY_S) + i64::from(days)) * DAY_S + 8 * 3_600
}

pub fn list(chain: &Chain, days: u8) -> Plan {
    let stage = &chain.stage;
    let (market, expiry_unix_s) = (stage.protocol.market, eight(chain, days));
    let address = chain.expiry_key(expiry_unix_s);
    let call = margin::ExpiryCreate {
        payer: chain.world.payer(),
        market,
        expiry: address,
        custody: stage.protocol.custody,
        feed: stage.protocol.feed,
    };
    let call = call.instruction(margin::ExpiryCreateArgs { expiry_unix_s });
    let mut plan = Plan::new("margin::expiry_create", vec![call]);
    if chain.exists(&address) {
        return plan.stop("system 0");
    }
    let checks = [
        (chain.market().state == MARKET_DELISTED, "MarketDelisted"),
        (expiry_unix_s <= chain.unix_s, "ExpiryNotInFuture"),
        (level_refuses(chain.level(), Action::Listing), "LevelForbids"),
    ];
    if plan.refuse(&checks) {
        return plan;
    }
    let Some((price, _)) = spot(chain, Purpose::NewRisk) else { return plan.stop("FeedStale") };
    let mut after = *chain.market();
    let Ok(ladder) = strikes(price, PriceE6(after.strike_tick_e6.get())) else {
        return plan.stop("StrikesOutOfBounds");
    };
    after.seq = (after.seq.get() + 1).into();
    count(&mut after.records_open, 1);
    let mut expiry = Expiry::zeroed();
    (expiry.version, expiry.min_reader) = (1, 1);
    expiry.bump = bump(&[EXPIRY_SEED, market.as_ref(), &expiry_unix_s.to_le_bytes()]);
    (expiry.rules_version, expiry.strike_count) = (after.rules_version, 32);
    (expiry.market, expiry.expiry_unix_s) = (market.to_bytes(), expiry_unix_s.into());
    expiry.strikes_e6 = ladder.map(|strike| strike.0.into());
    expiry.payer = chain.world.payer().to_bytes();
    plan.after(address, After::Expiry(expiry.into()));
    plan.after(market, After::Market(after.into()));
    plan
}

pub fn expiry_settle(chain: &Chain, expiry: u8) -> Option<Plan> {
    let time = *at(&chain.listed, expiry.into())?;
    let mut expiry = *chain.expiry(time)?;
    let stage = &chain.stage;
    let settlement = addresses::settlement(&stage.protocol.feed, time);
    let call = margin::ExpirySettle { market: stage.protocol.market, expiry: chain.expiry_key(time), settlement };
    let mut plan = Plan::new("margin::expiry_settle", vec![call.instruction()]);
    let checks = [
        (expiry.state == EXPIRY_SETTLED, "AlreadySettled"),
        (chain.unix_s < time, "NotExpired"),
        (brake_refuses(chain, Action::Settle), "LevelForbids"),
    ];
    if plan.refuse(&checks) {
        return Some(plan);
    }
    let found: Option<&Settlement> = chain.layout(&abi::ids::ORACLE, &settlement);
    let Some(found) = found.filter(|found| found.state == SETTLEMENT_FINAL) else {
        return Some(plan.stop("SettlementPending"));
    };
    let long: u64 = expiry.open_lots.iter().map(|lots| lots.get()).sum();
    expiry.unsettled_lots = (long * 2).into();
    expiry.settlement_price_e6 = found.price_e6;
    expiry.state = EXPIRY_SETTLED;
    let mut market = *chain.market();
    market.seq = (market.seq.get() + 1).into();
    plan.after(chain.expiry_key(time), After::Expiry(expiry.into()));
    plan.after(stage.protocol.market, After::Market(market.into()));
    Some(plan)
}

/// `expiry_close`, after the last claim and a week.
pub fn close(chain: &Chain, expiry: u8) -> Option<Plan> {
    let time = *at(&chain.listed, expiry.into())?;
    let expiry = chain.expiry(time)?;
    let (market, address) = (chain.stage.protocol.market, chain.expiry_key(time));
    let call = margin::ExpiryClose { payer: expiry.payer.into(), market, expiry: address };
    let mut plan = Plan::new("margin::expiry_close", vec![call.instruction()]);
    let checks =
        [(brake_refuses(chain, Action::Settle), "LevelForbids"), (expiry.state != EXPIRY_SETTLED, "SettlementPending")];
    if plan.refuse(&checks)
        || plan.refuse(&[
            (expiry.unsettled_lots.get() > 0 || expiry.wrapped_series.get() > 0, "ExpiryInUse"),
            (chain.unix_s - time < KEPT_S, "ExpiryKept"),
        ])
    {
        return Some(plan);
    }
    let mut after = *chain.market();
    after.seq = (after.seq.get() + 1).into();
    count(&mut after.records_open, -1);
    plan.after(address, After::Gone);
    plan.after(market, After::Market(after.into()));
    Some(plan)
}

pub fn account_settle(chain: &Chain, slot: Slot, expiry: u8) -> Option<Plan> {
    let time = *at(&chain.listed, expiry.into())?;
    let (mut expiry, mut held, mut market) = (*chain.expiry(time)?, *chain.account(slot)?, *chain.market());
    let stage = &chain.stage;
    let account = stage.account(slot);
    let call = margin::AccountSettle { market: stage.protocol.market, expiry: chain.expiry_key(time), account };
    let mut plan = Plan::new("margin::account_settle", vec![call.instruction()]);
    if plan.refuse(&[(brake_refuses(chain, Action::Settle), "LevelForbids")])
        || plan.refuse(&[(expiry.state != EXPIRY_SETTLED, "SettlementPending")])
    {
        return Some(plan);
    }
    let price = PriceE6(expiry.settlement_price_e6.get());
    let lots_per_unit = market.lots_per_unit.get();
    let (mut cash, mut exact, mut settled, mut positions) = (0_i64, 0_i128, 0_u64, 0_u32);
    for at in 0..held.positions.len() {
        let stored = held.positions[at];
        if stored.kind == 0 || stored.expiry_unix_s.get() != time {
            continue;
        }
        let of = position(&stored).expect("a position");
        cash += of.payoff_floor(price, lots_per_unit).expect("a payoff").0;
        exact += i128::from(of.kind.intrinsic(of.strike, price).0) * i128::from(of.lots.0);
        settled += of.lots.0.unsigned_abs();
        positions += 1;
        held.positions[at] = abi::margin::Position::zeroed();
        let series = Series { expiry_unix_s: time, strike_e6: of.strike.0, kind: stored.kind };
        open_move(&mut market, &mut expiry, &series, of.lots.0, 0);
    }
    if positions == 0 {
        // Lands, and does nothing.
        return Some(plan);
    }
    balance::change(&mut market, &mut held, cash, chain.unix_s).expect("in bounds");
    expiry.unsettled_lots = (expiry.unsettled_lots.get() - settled).into();
    let clearing = expiry.clearing_atoms.get() - cash;
    market.clearing_atoms = (market.clearing_atoms.get() - cash).into();
    expiry.clearing_atoms = clearing.into();
    if expiry.unsettled_lots.get() == 0 {
        // INVARIANT(M-6): what is left is what the roundings took, never less than nothing.
        let rounding = u64::try_from(clearing).expect("shorts pay at least what longs are paid");
        market.insurance_atoms = (market.insurance_atoms.get() + rounding).into();
        market.clearing_atoms = (market.clearing_atoms.get() - clearing).into();
        expiry.clearing_atoms = 0.into();
    }
    market.seq = (market.seq.get() + 1).into();
    plan.fair.push((account, exact));
    plan.after(account, After::Margin(held.into()));
    plan.after(chain.expiry_key(time), After::Expiry(expiry.into()));
    plan.after(stage.protocol.market, After::Market(market.into()));
    Some(plan)
}

pub fn write(chain: &Chain, writer: Slot, holder: Slot, (expiry, strike_e6, lots): (u8, u64, u64)) -> Option<Plan> {
    let time = *at(&chain.listed, expiry.into())?;
    let (mut expiry, mut market) = (*chain.expiry(time)?, *chain.market());
    let (mut short, mut long) = (*chain.account(writer)?, *chain.account(holder)?);
    let stage = &chain.stage;
    let writer_owner = stage.actor(writer.owner).key();
    let call = margin::SeriesWrite {
        writer_owner,
        market: stage.protocol.market,
        expiry: chain.expiry_key(time),
        writer: stage.account(writer),
        holder: stage.account(holder),
        custody: stage.protocol.custody,
        feed: stage.protocol.feed,
    };
    let reads = held_reads(chain, &[&short], &[]);
    let reads = reads.into_iter().filter(|meta| meta.pubkey != chain.expiry_key(time));
    let call = call
        .instruction(margin::Written { lots, strike_e6, kind: KIND_CALL, hedge_strike_e6: 0 })
        .with_remaining(reads);
    let mut plan = Plan::new("margin::series_write", vec![call]);
    let is_vault = writer.owner == crate::stage::WRITER;
    let twice = stage.account(writer) == stage.account(holder);
    if plan.refuse(&[(!is_vault, "WriterNotVault"), (twice, "ConstraintDuplicateMutableAccount")]) {
        return Some(plan);
    }
    let expired = expiry.state == EXPIRY_SETTLED || chain.unix_s >= time;
    if plan.refuse(&[(lots == 0, "AmountZero"), (expired, "SeriesExpired")]) {
        return Some(plan);
    }
    let Some((price, _)) = spot(chain, Purpose::NewRisk) else { return Some(plan.stop("FeedStale")) };
    let Ok(change) = i64::try_from(lots) else { return Some(plan.stop("NotionalTooLarge")) };
    if let Err(why) = new_risk(chain, &mut market, lots) {
        return Some(plan.stop(why));
    }
    let series = Series { expiry_unix_s: time, strike_e6, kind: KIND_CALL };
    if super::lots::place(&expiry, &series).is_none() {
        return Some(plan.stop("UnknownSeries"));
    }
    let moved = apply(&mut short, (&mut market, &mut expiry), &series, -change, price)
        .and_then(|()| apply(&mut long, (&mut market, &mut expiry), &series, change, price));
    if let Err(why) = moved {
        return Some(plan.stop(why));
    }
    // Portfolio margin looks for expiries among the accounts beyond the named ones, where a named one cannot stand: only a writer in
    // standard mode writes.
    let ahead = Ahead { market: &market, expiries: &[], named: Some(time) };
    match initial(chain, &short, &ahead, (price, Need::NewRisk)) {
        Ok(margin) if margin.0 >= 0 => {}
        Ok(_) => return Some(plan.stop("InitialMarginNegative")),
        Err(why) => return Some(plan.stop(why)),
    }
    market.seq = (market.seq.get() + 1).into();
    plan.after(stage.account(writer), After::Margin(short.into()));
    plan.after(stage.account(holder), After::Margin(long.into()));
    plan.after(chain.expiry_key(time), After::Expiry(expiry.into()));
    plan.after(stage.protocol.market, After::Market(market.into()));
    Some(plan)
}
