//! Bids settled: premium, bond and refund, and what was bought, as lots or as tokens. INVARIANT(V-4): premium + bond + refund = escrow, to
//! the atom.

use super::Stand;
use super::bids::bid_of;
use crate::action::Token;
use crate::chain::Chain;
use crate::model::lots::apply;
use crate::model::margin::{Ahead, initial, new_risk, spot};
use crate::model::wraps::write_tokens;
use crate::model::{After, Plan};
use abi::margin::{EXPIRIES, EXPIRY_SETTLED, MODE_STANDARD, MarginAccount};
use abi::vault::{BID_REVEALED, BID_SETTLED, Bid, DELIVERY_TOKENS, EPOCH_LIVE, Epoch};
use client::vault;
use invariants::Series;
use invariants::value::{Need, scale};
use risk::feed::Purpose;
use risk::standard::within_bounds;
use risk::vault::{Clearing, Entry, bond_ceil, cover_ceil};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;
use units::{Lots, PriceE6};

/// What becomes of a bid.
#[derive(Default)]
struct Settlement {
    lots: u64,
    premium: u64,
    bond: u64,
    refund: u64,
}

/// `wrapped`: by the instruction that delivers tokens.
fn settlement(chain: &Chain, stand: &Stand, bid: &Bid, wrapped: bool) -> Result<Settlement, &'static str> {
    let escrow = bid.escrow_atoms.get();
    if bid.state != BID_REVEALED {
        let bond = bond_ceil(escrow);
        return Ok(Settlement { bond, refund: escrow - bond, ..Settlement::default() });
    }
    let epoch = &stand.epoch;
    let clearing = Clearing {
        price: PriceE6(epoch.clearing_price_e6.get()),
        marginal_lots: epoch.marginal_lots.get(),
        marginal_fill_lots: epoch.marginal_fill_lots.get(),
        sold_lots: epoch.cleared_lots.get(),
    };
    let entry = Entry { lots: bid.lots.get(), price: PriceE6(bid.price_e6.get()) };
    let fill = clearing.fill(&entry, escrow, stand.unit().lots_per_unit).expect("an escrow that covers");
    if fill.lots == 0 || chain.unix_s >= epoch.expiry_unix_s.get() {
        return Ok(Settlement { refund: escrow, ..Settlement::default() });
    }
    // INVARIANT(V-5)
    let (strike, hedge) = (PriceE6(epoch.strike_e6.get()), PriceE6(epoch.hedge_strike_e6.get()));
    let cover =
        cover_ceil(stand.kind, epoch.sold_lots.get() + fill.lots, strike, hedge, stand.unit()).expect("a cover");
    if cover > stand.held() {
        return Err("NotCovered");
    }
    let (price, _) = spot(chain, Purpose::NewRisk).ok_or("FeedStale")?;
    let takes = if wrapped {
        chain.takes(&bid.holder.into(), &stand.series().mint)
    } else if bid.delivery == DELIVERY_TOKENS {
        return Err("DeliveredAsTokens");
    } else {
        chain.margin_at(&bid.holder.into()).is_some_and(|holder| fits(stand, holder, fill.lots, price))
    };
    let lots = if takes { fill.lots } else { 0 };
    Ok(Settlement { lots, premium: fill.premium, bond: 0, refund: fill.refund })
}

/// What is written: the series, and the lower put of a spread.
fn legs(stand: &Stand, lots: u64) -> Vec<(Series, i64)> {
    let (epoch, lots) = (&stand.epoch, lots.cast_signed());
    let of = |strike_e6| Series { expiry_unix_s: epoch.expiry_unix_s.get(), strike_e6, kind: stand.option_kind() };
    let mut legs = vec![(of(epoch.strike_e6.get()), lots)];
    if epoch.hedge_strike_e6.get() > 0 {
        legs.push((of(epoch.hedge_strike_e6.get()), -lots));
    }
    legs
}

/// Whether margin would deliver.
fn fits(stand: &Stand, holder: &MarginAccount, lots: u64, price: PriceE6) -> bool {
    let legs = legs(stand, lots);
    let held = |series: &Series| {
        holder.positions.iter().find(|position| {
            (position.expiry_unix_s.get(), position.strike_e6.get(), position.kind)
                == (series.expiry_unix_s, series.strike_e6, series.kind)
        })
    };
    let free = holder.positions.iter().filter(|position| position.kind == 0).count();
    let new = legs.iter().filter(|(series, _)| held(series).is_none()).count();
    let unit = scale(&stand.market);
    let bounded = legs.iter().all(|(series, change)| {
        let after = held(series).map_or(0, |position| position.lots.get()) + change;
        within_bounds(Lots(after), PriceE6(series.strike_e6), price, unit)
    });
    let time = stand.epoch.expiry_unix_s.get();
    let mut others: Vec<i64> = holder
        .positions
        .iter()
        .filter(|position| position.kind != 0 && position.expiry_unix_s.get() != time)
        .map(|position| position.expiry_unix_s.get())
        .collect();
    others.sort_unstable();
    others.dedup();
    (legs.len() == 1 || holder.mode == MODE_STANDARD) && new <= free && bounded && others.len() < EXPIRIES
}

/// The one instruction or the other, with the accounts that both name.
fn call(chain: &Chain, stand: &Stand, address: Pubkey, bid: &Bid, wrapped: bool) -> Instruction {
    let stage = &chain.stage;
    let (holder, expiry) = (Pubkey::from(bid.holder), Pubkey::from(stand.epoch.expiry));
    let (market, quote_mint, feed) = (stage.protocol.market, stage.mint(Token::Quote), stage.protocol.feed);
    let (vault, epoch, custody) = (stand.keys.vault, stand.epoch_key, stage.protocol.custody);
    let (trading_account, escrow_account) = (stand.keys.trading, stand.keys.escrow);
    if !wrapped {
        let call = vault::BidSettle {
            vault,
            epoch,
            bid: address,
            holder,
            market,
            trading_account,
            escrow_account,
            expiry,
            quote_mint,
            feed,
            custody,
        };
        return call.instruction();
    }
    let series = stand.series();
    let call = vault::BidSettleWrapped {
        vault,
        epoch,
        bid: address,
        holder,
        market,
        trading_account,
        escrow_account,
        expiry,
        wrapped: series.wrapped,
        mint: series.mint,
        quote_mint,
        feed,
        custody,
    };
    call.instruction()
}

pub fn settle(chain: &Chain, mut stand: Stand, owner: u8, wrapped: bool) -> Option<Plan> {
    let (address, mut bid) = bid_of(chain, &stand, owner)?;
    let name = if wrapped { "vault::bid_settle_wrapped" } else { "vault::bid_settle" };
    let mut plan = Plan::new(name, vec![call(chain, &stand, address, &bid, wrapped)]);
    let is_open = chain.exists(&stand.series().wrapped);
    if plan.refuse(&[(wrapped && bid.delivery != DELIVERY_TOKENS, "DeliveredAsLots")])
        || plan.refuse(&[(wrapped && !is_open, "WrongWrapped")])
        || plan.refuse(&[(stand.epoch.state != EPOCH_LIVE, "EpochNotLive")])
        || plan.refuse(&[(bid.state == BID_SETTLED, "BidSettled")])
    {
        return Some(plan);
    }
    let found = match settlement(chain, &stand, &bid, wrapped) {
        Ok(found) => found,
        Err(why) => return Some(plan.stop(why)),
    };
    (bid.state, bid.filled_lots, bid.escrow_atoms) = (BID_SETTLED, found.lots.into(), found.refund.into());
    let epoch: &mut Epoch = &mut stand.epoch;
    epoch.sold_lots = (epoch.sold_lots.get() + found.lots).into();
    epoch.premium_atoms = (epoch.premium_atoms.get() + found.premium).into();
    epoch.forfeited_atoms = (epoch.forfeited_atoms.get() + found.bond).into();
    epoch.bids_unsettled -= 1;
    stand.tick();
    let taken = found.premium + found.bond;
    if taken > 0
        && let Err(why) = stand.pass(chain, &mut plan, Token::Quote, taken, true)
    {
        return Some(plan.stop(why));
    }
    if found.lots > 0 {
        let holder = bid.holder.into();
        let done = if wrapped {
            let (series, bidder) = (stand.series(), bid.bidder.into());
            plan.shows.push("tokens_delivered");
            let short = (&mut stand.trading, &mut stand.market);
            write_tokens(chain, &mut plan, &series, short, (&bidder, found.lots))
        } else {
            deliver(chain, &mut stand, &mut plan, found.lots, holder)
        };
        if let Err(why) = done {
            return Some(plan.stop(why));
        }
    } else if wrapped && found.premium > 0 {
        plan.shows.push("tokens_forfeited");
    }
    plan.after(address, After::Bid(bid.into()));
    Some(stand.record(chain, plan))
}

/// Margin's `series_write`.
fn deliver(
    chain: &Chain,
    stand: &mut Stand,
    plan: &mut Plan,
    lots: u64,
    holder_key: Pubkey,
) -> Result<(), &'static str> {
    let time = stand.epoch.expiry_unix_s.get();
    let mut expiry = *chain.expiry(time).ok_or("WrongExpiry")?;
    let mut holder = *chain.margin_at(&holder_key).expect("a holder that fits");
    if expiry.state == EXPIRY_SETTLED || chain.unix_s >= time {
        return Err("SeriesExpired");
    }
    let (price, _) = spot(chain, Purpose::NewRisk).ok_or("FeedStale")?;
    new_risk(chain, &mut stand.market, lots)?;
    for (series, lots) in legs(stand, lots) {
        apply(&mut stand.trading, (&mut stand.market, &mut expiry), &series, -lots, price)?;
        apply(&mut holder, (&mut stand.market, &mut expiry), &series, lots, price)?;
    }
    let ahead = Ahead { market: &stand.market, expiries: &[], named: Some(time) };
    if initial(chain, &stand.trading, &ahead, (price, Need::NewRisk))?.0 < 0 {
        return Err("InitialMarginNegative");
    }
    stand.market.seq = (stand.market.seq.get() + 1).into();
    plan.after(holder_key, After::Margin(holder.into()));
    plan.after(chain.expiry_key(time), After::Expiry(expiry.into()));
    Ok(())
}
