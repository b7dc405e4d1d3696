//! Mandates, and auctions from their opening to their price.

use super::Stand;
use crate::chain::Chain;
use crate::model::margin::{level_refuses, spot};
use crate::model::{After, Plan, at};
use abi::margin::EXPIRY_LISTED;
use abi::oracle::Surface;
use abi::vault::{EPOCH_AUCTION, EPOCH_LIVE, EPOCH_OPEN, VaultMandate};
use bytemuck::Zeroable;
use client::{addresses, vault};
use policy::Action;
use risk::average::RunningAverage;
use risk::feed::Purpose;
use risk::mark::forward_floor;
use risk::surface::Standing;
use risk::vault::{Clearing, Entry, Mandate, MandateError, OfferError, Sight, clear as cleared, offered_lots_floor};
use solana_signer::Signer;
use testkit::key;
use units::{BPS, PriceE6, UnixSeconds, VolE9, mul_div_floor};

/// A looser mandate waits for a week, or for four epochs.
const DELAY_S: i64 = 7 * 86_400;

pub fn pure(stored: &VaultMandate) -> Mandate {
    Mandate {
        delta_min_bps: stored.delta_min_bps.get(),
        delta_max_bps: stored.delta_max_bps.get(),
        distance_bps: stored.distance_bps.get(),
        discount_bps: stored.discount_bps.get(),
        open_interest_bps: stored.open_interest_bps.get(),
        width_bps: stored.width_bps.get(),
        management_bps: stored.management_bps.get(),
        performance_bps: stored.performance_bps.get(),
        escrow_multiple: stored.escrow_multiple.get(),
        cover_bps: stored.cover_bps.get(),
        vol_min: VolE9(stored.vol_min_e9.get()),
        auction_s: stored.auction_s.get(),
        epoch_s: stored.epoch_s.get(),
        deposit_min: stored.deposit_min_atoms.get(),
        capacity: stored.capacity_atoms.get(),
    }
}

fn args(stored: &VaultMandate) -> vault::MandateArgs {
    vault::MandateArgs {
        delta_min_bps: stored.delta_min_bps.get(),
        delta_max_bps: stored.delta_max_bps.get(),
        distance_bps: stored.distance_bps.get(),
        discount_bps: stored.discount_bps.get(),
        open_interest_bps: stored.open_interest_bps.get(),
        width_bps: stored.width_bps.get(),
        management_bps: stored.management_bps.get(),
        performance_bps: stored.performance_bps.get(),
        escrow_multiple: stored.escrow_multiple.get(),
        cover_bps: stored.cover_bps.get(),
        vol_min_e9: stored.vol_min_e9.get(),
        auction_s: stored.auction_s.get(),
        epoch_s: stored.epoch_s.get(),
        deposit_min_atoms: stored.deposit_min_atoms.get(),
        capacity_atoms: stored.capacity_atoms.get(),
    }
}

/// With another discount, fee on gains and share of what is held; the rest stays.
pub fn mandate_set(chain: &Chain, mut stand: Stand, right: bool, [discount, performance, cover]: [u16; 3]) -> Plan {
    let authority = if right { chain.stage.protocol.deployer.pubkey() } else { key("stranger") };
    let mut mandate = stand.vault.mandate;
    (mandate.discount_bps, mandate.performance_bps) = (discount.into(), performance.into());
    mandate.cover_bps = cover.into();
    let call = vault::MandateSet { authority, config: chain.stage.vault_config, vault: stand.keys.vault };
    let call = call.instruction(vault::MandateSetArgs {
        mandate: args(&mandate),
        fee_recipient: stand.vault.fee_recipient.into(),
    });
    let mut plan = Plan::new("vault::mandate_set", vec![call]);
    if plan.refuse(&[(!right, "NotAuthority")]) {
        return plan;
    }
    match pure(&mandate).check(stand.kind, 1) {
        Ok(()) => {}
        Err(MandateError::Discount) => return plan.stop("DiscountOutOfBounds"),
        Err(MandateError::Fees) => return plan.stop("FeesOutOfBounds"),
        Err(MandateError::Cover) => return plan.stop("CoverOutOfBounds"),
        Err(other) => unreachable!("{other:?} of a mandate that stands"),
    }
    let mut pending_unix_s = 0;
    if pure(&stand.vault.mandate).loosened_by(&pure(&mandate)) {
        pending_unix_s = chain.unix_s + DELAY_S.max(i64::from(stand.vault.mandate.epoch_s.get()) * 4);
        stand.vault.pending = mandate;
    } else {
        (stand.vault.mandate, stand.vault.pending) = (mandate, VaultMandate::zeroed());
    }
    stand.vault.pending_unix_s = pending_unix_s.into();
    stand.tick();
    plan.after(stand.keys.vault, After::Vault(stand.vault.into()));
    plan
}

pub fn mandate_apply(chain: &Chain, mut stand: Stand) -> Plan {
    let call = vault::MandateApply { vault: stand.keys.vault };
    let mut plan = Plan::new("vault::mandate_apply", vec![call.instruction()]);
    let pending = stand.vault.pending_unix_s.get();
    if plan.refuse(&[(pending == 0, "NoMandatePending")]) || plan.refuse(&[(chain.unix_s < pending, "MandatePending")])
    {
        return plan;
    }
    (stand.vault.mandate, stand.vault.pending) = (stand.vault.pending, VaultMandate::zeroed());
    stand.vault.pending_unix_s = 0.into();
    stand.tick();
    plan.after(stand.keys.vault, After::Vault(stand.vault.into()));
    plan
}

const fn name(why: OfferError) -> &'static str {
    match why {
        OfferError::NoStrike => "NoStrike",
        OfferError::NoHedge => "NoHedge",
        OfferError::Pricing(_) => "Unvalued",
        OfferError::Worthless => "Worthless",
        OfferError::UnitZero => "MarketUnreadable",
    }
}

pub fn open(chain: &Chain, mut stand: Stand, expiry: u8) -> Option<Plan> {
    let time = *at(&chain.listed, expiry.into())?;
    let (stage, listed) = (&chain.stage, *chain.expiry(time)?);
    let surface = addresses::surface(&stage.protocol.feed, time);
    let call = vault::AuctionOpen {
        vault: stand.keys.vault,
        epoch: stand.epoch_key,
        market: stage.protocol.market,
        trading_account: stand.keys.trading,
        expiry: chain.expiry_key(time),
        surface,
        feed: stage.protocol.feed,
        custody: stage.protocol.custody,
    };
    let mut plan = Plan::new("vault::auction_open", vec![call.instruction()]);
    let mandate = pure(&stand.vault.mandate);
    let checks = [
        (stand.epoch.state != EPOCH_OPEN, "EpochNotOpen"),
        (level_refuses(chain.level(), Action::Auction), "BrakeEngaged"),
        (listed.state != EXPIRY_LISTED, "WrongExpiry"),
        (!mandate.expiry_fits(UnixSeconds(chain.unix_s), UnixSeconds(time)), "ExpiryOutOfRange"),
    ];
    if plan.refuse(&checks) {
        return Some(plan);
    }
    let Some((price, _)) = spot(chain, Purpose::NewRisk) else { return Some(plan.stop("FeedStale")) };
    let Some(found) = chain.layout::<Surface>(&abi::ids::ORACLE, &surface) else {
        return Some(plan.stop("WrongSurface"));
    };
    let Standing { fit, posted } = Standing::from(found);
    let is_fresh = Standing { fit, posted }.is_fresh(UnixSeconds(chain.unix_s), chain.feed().bucket_s.get());
    if plan.refuse(&[(!is_fresh, "SurfaceStale")]) {
        return Some(plan);
    }
    let seconds = time - chain.unix_s;
    let Ok(forward) = forward_floor(price, fit.rate_e9, seconds) else { return Some(plan.stop("Unvalued")) };
    let average = RunningAverage::NOT_BEGUN;
    let outlook = risk::portfolio::Expiry { forward, seconds, svi: fit.svi, reference_s: fit.reference_s, average };
    let strikes: Vec<PriceE6> = listed.strikes_e6.iter().map(|strike| PriceE6(strike.get())).collect();
    let sight = Sight { expiry: &outlook, time_scale: 1 };
    let offer = match sight.offer(stand.kind, &mandate, &strikes) {
        Ok(offer) => offer,
        Err(why) => return Some(plan.stop(name(why))),
    };
    let cap = chain.custody().limits.open_interest_cap_lots.get();
    let share = mul_div_floor(cap, u64::from(mandate.open_interest_bps), BPS).expect("a part");
    let backing = mul_div_floor(stand.held(), u64::from(mandate.cover_bps), BPS).expect("a part");
    let lots = |backing| offered_lots_floor(stand.kind, backing, &offer, stand.unit(), share).expect("a unit");
    let offered = lots(backing);
    if plan.refuse(&[(offered == 0, "NothingToOffer")]) {
        return Some(plan);
    }
    if offered < lots(stand.held()) {
        plan.shows.push("part_offered");
    }
    let (epoch, phase) = (&mut stand.epoch, i64::from(mandate.auction_s));
    epoch.state = EPOCH_AUCTION;
    (epoch.expiry, epoch.expiry_unix_s) = (chain.expiry_key(time).to_bytes(), time.into());
    (epoch.strike_e6, epoch.hedge_strike_e6) = (offer.strike.0.into(), offer.hedge.0.into());
    (epoch.spot_e6, epoch.offered_lots) = (price.0.into(), offered.into());
    epoch.commit_ends_unix_s = (chain.unix_s + phase).into();
    epoch.reveal_ends_unix_s = (chain.unix_s + phase * 2).into();
    (epoch.reserve_price_e6, epoch.escrow_price_e6) = (offer.reserve.0.into(), offer.escrow.0.into());
    stand.tick();
    Some(stand.record(chain, plan))
}

pub fn clear(chain: &Chain, mut stand: Stand) -> Plan {
    let call = vault::AuctionClear { vault: stand.keys.vault, epoch: stand.epoch_key };
    let mut plan = Plan::new("vault::auction_clear", vec![call.instruction()]);
    let checks = [
        (stand.epoch.state != EPOCH_AUCTION, "AuctionNotOpen"),
        (stand.epoch.state == EPOCH_AUCTION && chain.unix_s < stand.epoch.reveal_ends_unix_s.get(), "AuctionNotOver"),
    ];
    if plan.refuse(&checks) {
        return plan;
    }
    let epoch = &mut stand.epoch;
    let bids = &stand.vault.book[..usize::from(epoch.bids_committed)];
    let mut book: Vec<Entry> =
        bids.iter().map(|bid| Entry { lots: bid.lots.get(), price: PriceE6(bid.price_e6.get()) }).collect();
    let clearing = if chain.unix_s < epoch.expiry_unix_s.get() {
        cleared(&mut book, epoch.offered_lots.get(), PriceE6(epoch.reserve_price_e6.get()))
    } else {
        Clearing::default()
    };
    epoch.state = EPOCH_LIVE;
    (epoch.clearing_price_e6, epoch.cleared_lots) = (clearing.price.0.into(), clearing.sold_lots.into());
    epoch.marginal_lots = clearing.marginal_lots.into();
    epoch.marginal_fill_lots = clearing.marginal_fill_lots.into();
    stand.tick();
    stand.record(chain, plan)
}
