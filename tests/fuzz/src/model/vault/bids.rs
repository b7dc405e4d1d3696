//! Sealed bids: committed, opened, settled and refunded. INVARIANT(V-4): premium + bond + refund = escrow, to the atom.

use super::{Stand, bump, epoch_at};
use crate::action::{Slot, Token};
use crate::chain::Chain;
use crate::model::lots::apply;
use crate::model::margin::{Ahead, initial, level_refuses, new_risk, spot};
use crate::model::{After, Plan};
use crate::stage::TRADERS;
use abi::margin::{EXPIRIES, EXPIRY_SETTLED, KIND_CALL, KIND_PUT, MODE_STANDARD, MarginAccount};
use abi::vault::{
    BID_COMMITTED, BID_REVEALED, BID_SEED, BID_SETTLED, BIDS, Bid, BookEntry, EPOCH_AUCTION, EPOCH_LIVE, Epoch,
    bid_message,
};
use bytemuck::Zeroable;
use client::{addresses, vault};
use invariants::Series;
use invariants::value::{Need, scale};
use policy::Action;
use risk::feed::Purpose;
use risk::standard::within_bounds;
use risk::vault::{Clearing, Entry, LOTS_MAX, bid_lots_min, bond_ceil, cover_ceil, escrow_ceil};
use sha2::{Digest, Sha256};
use solana_pubkey::Pubkey;
use units::{Lots, PriceE6};

/// Everybody's salt: what keeps a bid sealed here is that nobody looks.
const SALT: [u8; 32] = [9; 32];

fn commitment(bid: &Pubkey, lots: u64, price_e6: u64) -> [u8; 32] {
    Sha256::digest(bid_message(&bid.to_bytes(), lots, price_e6, &SALT)).into()
}

pub fn commit(chain: &Chain, mut stand: Stand, bidder: Slot, lots: u64, price_e6: u64) -> Option<Plan> {
    let stage = &chain.stage;
    if bidder.owner >= TRADERS {
        // An address of a program cannot pay rent.
        return None;
    }
    let (key, holder) = (stage.actor(bidder.owner).key(), stage.account(bidder));
    let address = addresses::bid(&stand.epoch_key, &key);
    let sealed = commitment(&address, lots, price_e6);
    let call = vault::BidCommit {
        bidder: key,
        vault: stand.keys.vault,
        epoch: stand.epoch_key,
        bid: address,
        holder,
        market: stage.protocol.market,
        escrow_account: stand.keys.escrow,
        quote_mint: stage.mint(Token::Quote),
        source: stage.wallet(bidder.owner, Token::Quote),
        quote_tokens: stage.tokens(Token::Quote),
        custody: stage.protocol.custody,
    };
    let call = call.instruction(vault::BidCommitArgs { lots, commitment: sealed });
    let mut plan = Plan::new("vault::bid_commit", vec![call]);
    if plan.refuse(&[(chain.exists(&address), "system 0")]) {
        return Some(plan);
    }
    if plan.refuse(&[(stand.epoch.state != EPOCH_AUCTION, "AuctionNotOpen")]) {
        return Some(plan);
    }
    let least = bid_lots_min(stand.epoch.offered_lots.get());
    let checks = [
        (chain.unix_s >= stand.epoch.commit_ends_unix_s.get(), "AuctionOver"),
        (level_refuses(chain.level(), Action::Auction), "BrakeEngaged"),
        (usize::from(stand.epoch.bids_committed) >= BIDS, "BookFull"),
        (!(least..=LOTS_MAX).contains(&lots), "BidLotsOutOfBounds"),
        (!chain.exists(&holder), "WrongHolder"),
    ];
    if plan.refuse(&checks) {
        return Some(plan);
    }
    let price = PriceE6(stand.epoch.escrow_price_e6.get());
    let Some(escrow) = escrow_ceil(price, lots, stand.market.lots_per_unit.get()) else {
        return Some(plan.stop("AmountOverflow"));
    };
    let place = stand.epoch.bids_committed;
    stand.vault.book[usize::from(place)] = BookEntry { lots: lots.into(), price_e6: 0.into() };
    let mut bid = Bid::zeroed();
    (bid.version, bid.min_reader, bid.place) = (1, 1, place);
    bid.bump = bump(&[BID_SEED, stand.epoch_key.as_ref(), key.as_ref()]);
    (bid.epoch, bid.bidder) = (stand.epoch_key.to_bytes(), key.to_bytes());
    (bid.holder, bid.commitment) = (holder.to_bytes(), sealed);
    (bid.lots, bid.escrow_atoms) = (lots.into(), escrow.into());
    stand.epoch.bids_committed += 1;
    stand.epoch.bids_unsettled += 1;
    stand.tick();
    stand.count(1);
    if let Err(why) = stand.take_in(chain, &mut plan, Token::Quote, escrow, bidder.owner) {
        return Some(plan.stop(why));
    }
    plan.after(address, After::Bid(bid.into()));
    Some(stand.record(chain, plan))
}

/// Somebody's bid in the current epoch.
fn bid_of(chain: &Chain, stand: &Stand, owner: u8) -> Option<(Pubkey, Bid)> {
    let address = addresses::bid(&stand.epoch_key, &chain.stage.actor(owner).key());
    Some((address, *chain.layout(&abi::ids::VAULT, &address)?))
}

pub fn reveal(chain: &Chain, mut stand: Stand, owner: u8, price_e6: u64) -> Option<Plan> {
    let (address, mut bid) = bid_of(chain, &stand, owner)?;
    let call = vault::BidReveal { vault: stand.keys.vault, epoch: stand.epoch_key, bid: address };
    let call = call.instruction(vault::BidRevealArgs { price_e6, salt: SALT });
    let mut plan = Plan::new("vault::bid_reveal", vec![call]);
    if plan.refuse(&[(stand.epoch.state != EPOCH_AUCTION, "AuctionNotOpen")]) {
        return Some(plan);
    }
    let checks = [
        (chain.unix_s < stand.epoch.commit_ends_unix_s.get(), "RevealNotOpen"),
        (chain.unix_s >= stand.epoch.reveal_ends_unix_s.get(), "RevealOver"),
        (bid.state != BID_COMMITTED, "BidNotSealed"),
        (commitment(&address, bid.lots.get(), price_e6) != bid.commitment, "CommitmentMismatch"),
        (price_e6 < stand.epoch.reserve_price_e6.get(), "BidBelowReserve"),
        (price_e6 > stand.epoch.escrow_price_e6.get(), "BidPriceOutOfBounds"),
    ];
    if plan.refuse(&checks) {
        return Some(plan);
    }
    (bid.state, bid.price_e6) = (BID_REVEALED, price_e6.into());
    stand.vault.book[usize::from(bid.place)].price_e6 = price_e6.into();
    stand.epoch.bids_revealed += 1;
    stand.tick();
    plan.after(address, After::Bid(bid.into()));
    Some(stand.record(chain, plan))
}

/// What becomes of a bid.
#[derive(Default)]
struct Settlement {
    lots: u64,
    premium: u64,
    bond: u64,
    refund: u64,
}

fn settlement(chain: &Chain, stand: &Stand, bid: &Bid) -> Result<Settlement, &'static str> {
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
    let holder = chain.margin_at(&bid.holder.into());
    let fits = holder.is_some_and(|holder| fits(stand, holder, fill.lots, price));
    let lots = if fits { fill.lots } else { 0 };
    Ok(Settlement { lots, premium: fill.premium, bond: 0, refund: fill.refund })
}

/// What is written: the series, and the lower put of a spread.
fn legs(stand: &Stand, lots: u64) -> Vec<(Series, i64)> {
    let (epoch, lots) = (&stand.epoch, lots.cast_signed());
    let kind = if stand.kind.holds_base() { KIND_CALL } else { KIND_PUT };
    let of = |strike_e6| Series { expiry_unix_s: epoch.expiry_unix_s.get(), strike_e6, kind };
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

pub fn settle(chain: &Chain, mut stand: Stand, owner: u8) -> Option<Plan> {
    let stage = &chain.stage;
    let (address, mut bid) = bid_of(chain, &stand, owner)?;
    let holder_key = Pubkey::from(bid.holder);
    let expiry_key = Pubkey::from(stand.epoch.expiry);
    let call = vault::BidSettle {
        vault: stand.keys.vault,
        epoch: stand.epoch_key,
        bid: address,
        holder: holder_key,
        market: stage.protocol.market,
        trading_account: stand.keys.trading,
        escrow_account: stand.keys.escrow,
        expiry: expiry_key,
        quote_mint: stage.mint(Token::Quote),
        feed: stage.protocol.feed,
        custody: stage.protocol.custody,
    };
    let mut plan = Plan::new("vault::bid_settle", vec![call.instruction()]);
    if plan.refuse(&[(stand.epoch.state != EPOCH_LIVE, "EpochNotLive")])
        || plan.refuse(&[(bid.state == BID_SETTLED, "BidSettled")])
    {
        return Some(plan);
    }
    let found = match settlement(chain, &stand, &bid) {
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
    if found.lots > 0
        && let Err(why) = deliver(chain, &mut stand, &mut plan, found.lots, holder_key)
    {
        return Some(plan.stop(why));
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

pub fn refund(chain: &Chain, mut stand: Stand, owner: u8, number: u64, ticket: u64) -> Option<Plan> {
    let stage = &chain.stage;
    let (epoch_key, epoch) = epoch_at(chain, &stand.keys, number)?;
    let bidder = stage.actor(owner).key();
    let address = addresses::bid(&epoch_key, &bidder);
    let bid: Bid = *chain.layout(&abi::ids::VAULT, &address)?;
    let (destination, tokens) = (stage.wallet(owner, Token::Quote), stage.tokens(Token::Quote));
    let payer = chain.world.payer();
    let call = vault::BidRefund {
        vault: stand.keys.vault,
        epoch: epoch_key,
        bid: address,
        bidder,
        market: stage.protocol.market,
        escrow_account: stand.keys.escrow,
        quote_mint: stage.mint(Token::Quote),
        destination,
        quote_tokens: tokens,
        custody: stage.protocol.custody,
        feed: stage.protocol.feed,
        payer,
        ticket: addresses::ticket(&tokens, ticket),
    };
    let call = call.instruction(vault::BidRefundArgs { ticket_id: ticket });
    let mut plan = Plan::new("vault::bid_refund", vec![call]);
    if plan.refuse(&[(bid.state != BID_SETTLED, "BidNotSettled")]) {
        return Some(plan);
    }
    let atoms = bid.escrow_atoms.get();
    stand.tick();
    stand.count(-1);
    plan.after(address, After::Gone);
    if atoms > 0 {
        plan = stand.pay_out(chain, plan, (Token::Quote, atoms, ticket), (destination, payer));
    }
    (stand.epoch_key, stand.epoch) = (epoch_key, epoch);
    Some(stand.record(chain, plan))
}
