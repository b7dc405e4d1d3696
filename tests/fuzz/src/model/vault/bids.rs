//! Sealed bids: committed, opened and refunded.

use super::{Stand, bump, epoch_at};
use crate::action::{Slot, Token};
use crate::chain::Chain;
use crate::model::margin::level_refuses;
use crate::model::{After, Plan};
use crate::stage::TRADERS;
use abi::vault::{
    BID_COMMITTED, BID_REVEALED, BID_SEED, BID_SETTLED, BIDS, Bid, BookEntry, DELIVERY_LOTS, DELIVERY_TOKENS,
    EPOCH_AUCTION, bid_message,
};
use bytemuck::Zeroable;
use client::{addresses, vault};
use policy::Action;
use risk::vault::{LOTS_MAX, bid_lots_min, escrow_ceil};
use sha2::{Digest, Sha256};
use solana_pubkey::Pubkey;
use units::PriceE6;

/// Everybody's salt: what keeps a bid sealed here is that nobody looks.
const SALT: [u8; 32] = [9; 32];

fn commitment(bid: &Pubkey, lots: u64, price_e6: u64) -> [u8; 32] {
    Sha256::digest(bid_message(&bid.to_bytes(), lots, price_e6, &SALT)).into()
}

/// What somebody bids.
#[derive(Clone, Copy)]
pub struct Order {
    pub lots: u64,
    pub price_e6: u64,
    pub tokens: bool,
}

pub fn commit(chain: &Chain, mut stand: Stand, bidder: Slot, order: Order) -> Option<Plan> {
    let Order { lots, price_e6, tokens } = order;
    let stage = &chain.stage;
    if bidder.owner >= TRADERS {
        // An address of a program cannot pay rent.
        return None;
    }
    let (key, series) = (stage.actor(bidder.owner).key(), stand.series());
    let holder = if tokens { series.wallet(&key) } else { stage.account(bidder) };
    let takes = if tokens { chain.takes(&holder, &series.mint) } else { chain.exists(&holder) };
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
        (!takes, "WrongHolder"),
        (tokens && stand.epoch.hedge_strike_e6.get() > 0, "SpreadNotWrapped"),
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
    bid.delivery = if tokens { DELIVERY_TOKENS } else { DELIVERY_LOTS };
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
pub fn bid_of(chain: &Chain, stand: &Stand, owner: u8) -> Option<(Pubkey, Bid)> {
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
