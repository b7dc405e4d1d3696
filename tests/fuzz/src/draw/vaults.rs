//! Vaults: depositors, bidders and cranks, honest or not.
//!
//! Among them are those that the design names: whoever deposits an atom first and gives the rest away, whoever gives to a vault that others
//! hold, whoever deposits last or leaves before a loss, whoever bids late or on both sides of a price, whoever never opens a bid, and cranks
//! in any order or a week late.

use super::{amount, any_owner, slot};
use crate::action::{Action, Slot, Token, VaultAction};
use crate::chain::Chain;
use crate::model::{Stand, epoch_at};
use crate::rng::Rng;
use crate::stage::{TRADERS, VAULTS};
use abi::vault::{
    BID_COMMITTED, BID_SETTLED, Bid, DELIVERY_TOKENS, Deposit, EPOCH_AUCTION, EPOCH_LIVE, EPOCH_OPEN, Withdrawal,
};
use client::addresses;
use risk::vault::bid_lots_min;
use testkit::{SOL, USDC};

pub fn any(chain: &Chain, rng: &mut Rng) -> Action {
    let number = if rng.once_in(3) { None } else { busy(chain, rng) };
    let number = number.unwrap_or_else(|| rng.below(VAULTS.into()) as u8);
    let stand = Stand::of(chain, number);
    if rng.once_in(220) {
        return if rng.once_in(2) { Action::Reordered { vault: number } } else { Action::Rescued { vault: number } };
    }
    if rng.once_in(3) {
        return Action::Vault { vault: number, action: member(chain, rng, &stand) };
    }
    crank(chain, rng, number, &stand)
}

/// A vault whose auction is under way: bids come within half an hour, or not at all.
fn busy(chain: &Chain, rng: &mut Rng) -> Option<u8> {
    let is_busy = |number: &u8| {
        let epoch = Stand::of(chain, *number).epoch;
        epoch.state == EPOCH_AUCTION || epoch.state == EPOCH_LIVE && epoch.bids_unsettled > 0
    };
    rng.pick(&(0..VAULTS).filter(is_busy).collect::<Vec<_>>()).copied()
}

fn trader(rng: &mut Rng) -> u8 {
    rng.below(TRADERS.into()) as u8
}

fn ticket(chain: &Chain) -> u64 {
    2_000_000 + chain.tickets.len() as u64
}

/// What depositors do.
fn member(chain: &Chain, rng: &mut Rng, stand: &Stand) -> VaultAction {
    let (owner, now) = (trader(rng), stand.vault.epoch.get());
    let key = chain.stage.actor(owner).key();
    let shares = chain.tokens(&crate::chain::wallet_2022(&stand.keys.share_mint, &key));
    let open = |number: u64, withdrawal: bool| {
        let epoch = addresses::epoch(&stand.keys.vault, number);
        let at = if withdrawal { addresses::withdrawal(&epoch, &key) } else { addresses::deposit(&epoch, &key) };
        chain.exists(&at)
    };
    let past = |withdrawal: bool| (now.saturating_sub(6)..=now).find(|number| open(*number, withdrawal));
    match rng.below(24) {
        0..9 => {
            let unit = if stand.kind.holds_base() { SOL } else { 100 * USDC };
            let atoms = match rng.below(10) {
                0 => stand.vault.mandate.deposit_min_atoms.get(),
                1 => stand.vault.mandate.deposit_min_atoms.get() - 1,
                2 => amount(rng, chain.tokens(&chain.stage.wallet(owner, stand.token()))),
                _ => rng.below(60 * unit),
            };
            VaultAction::Deposit { owner, atoms }
        }
        9..13 => match past(false) {
            Some(epoch) if !rng.once_in(10) => VaultAction::DepositClaim { owner, epoch },
            epoch => VaultAction::DepositCancel { owner, epoch: epoch.unwrap_or(now), ticket: ticket(chain) },
        },
        13..17 => VaultAction::Leave { owner, shares: amount(rng, shares) },
        17 => VaultAction::Stay { owner: leaving(chain, stand).unwrap_or(owner) },
        18..22 => {
            let epoch = past(true).unwrap_or(now);
            VaultAction::LeaveClaim { owner, epoch, ticket: ticket(chain) }
        }
        22 => VaultAction::FeeClaim { by: if rng.once_in(4) { owner } else { 0 } },
        _ => mandate(rng, stand),
    }
}

/// Somebody who waits to leave.
fn leaving(chain: &Chain, stand: &Stand) -> Option<u8> {
    let waits = |owner: &u8| chain.exists(&addresses::withdrawal(&stand.epoch_key, &chain.stage.actor(*owner).key()));
    (0..TRADERS).find(waits)
}

fn mandate(rng: &mut Rng, stand: &Stand) -> VaultAction {
    if stand.vault.pending_unix_s.get() != 0 || rng.once_in(4) {
        return VaultAction::MandateApply;
    }
    let discount = stand.vault.mandate.discount_bps.get();
    let discount_bps = match rng.below(8) {
        0 => 5_001,
        1..4 => (discount + 10).min(2_000),
        _ => discount.saturating_sub(rng.below(20) as u16),
    };
    let performance_bps = if rng.once_in(10) { 2_001 } else { rng.range(800, 1_100) as u16 };
    let cover_bps = match rng.below(12) {
        0 => 0,
        1 => 10_001,
        2 => rng.range(1, 100) as u16,
        3..7 => 10_000,
        _ => rng.range(2_000, 9_999) as u16,
    };
    VaultAction::Mandate { right: !rng.once_in(6), discount_bps, performance_bps, cover_bps }
}

/// The next step of the epoch, or one that comes too early; and gifts, which nobody can keep away.
fn crank(chain: &Chain, rng: &mut Rng, number: u8, stand: &Stand) -> Action {
    let vault = |action| Action::Vault { vault: number, action };
    if rng.once_in(40) {
        let sub = rng.below(2) as u8;
        let slot = Slot { owner: chain.stage.vault_owner(number), sub };
        return Action::Deposit {
            from: trader(rng),
            slot,
            token: Token::of(rng.once_in(2)),
            atoms: rng.below(5 * SOL),
        };
    }
    let epoch = &stand.epoch;
    let turn = vault(VaultAction::Turn);
    match epoch.state {
        EPOCH_OPEN if stand.vault.shares.get() == 0 => {
            if rng.once_in(3) {
                turn
            } else {
                vault(member(chain, rng, stand))
            }
        }
        EPOCH_OPEN => match rng.below(12) {
            0 => turn,
            1..3 => Action::List { days: rng.range(1, 2) as u8 },
            _ => vault(VaultAction::AuctionOpen { expiry: fitting(chain, rng, stand) }),
        },
        EPOCH_AUCTION if chain.unix_s < epoch.commit_ends_unix_s.get() => match rng.below(12) {
            0..2 if !chain.exists(&stand.series().wrapped) => series_open(chain, stand),
            8..11 if epoch.bids_committed > 1 || rng.once_in(6) => until(chain, epoch.commit_ends_unix_s.get()),
            11 => vault(reveal(chain, rng, stand)),
            _ => vault(commit(chain, rng, stand)),
        },
        EPOCH_AUCTION if chain.unix_s < epoch.reveal_ends_unix_s.get() => match rng.below(10) {
            0..8 if epoch.bids_revealed < epoch.bids_committed => vault(reveal(chain, rng, stand)),
            0..9 => until(chain, epoch.reveal_ends_unix_s.get()),
            _ => vault(commit(chain, rng, stand)),
        },
        EPOCH_AUCTION => vault(VaultAction::Clear),
        EPOCH_LIVE => live(chain, rng, number, stand),
        _ => turn,
    }
}

/// Exactly that time, and now and then a second before it.
fn until(chain: &Chain, unix_s: i64) -> Action {
    Action::Wait { seconds: (unix_s - chain.unix_s).max(0), slots: 5 }
}

fn live(chain: &Chain, rng: &mut Rng, number: u8, stand: &Stand) -> Action {
    let vault = |action| Action::Vault { vault: number, action };
    let bids = bids(chain, stand);
    let (settled, unsettled): (Vec<_>, Vec<_>) = bids.into_iter().partition(|(_, bid)| bid.state == BID_SETTLED);
    if let Some((owner, bid)) = rng.pick(&unsettled) {
        let (owner, tokens) = (*owner, bid.delivery == DELIVERY_TOKENS);
        // Who would rather not have bought: the premium is due all the same.
        if tokens && rng.once_in(3) {
            return Action::WalletClose { owner, series: series_number(chain, stand) };
        }
        return vault(VaultAction::Settle { owner, wrapped: tokens != rng.once_in(8) });
    }
    let epoch = stand.vault.epoch.get();
    if let Some((owner, _)) = rng.pick(&settled)
        && !rng.once_in(3)
    {
        return vault(VaultAction::Refund { owner: *owner, epoch, ticket: ticket(chain) });
    }
    let expires = stand.epoch.expiry_unix_s.get();
    let place = chain.listed.iter().position(|at| *at == expires).unwrap_or(0) as u8;
    if chain.unix_s >= expires && stand.trading.positions.iter().any(|position| position.kind != 0) {
        let slot = Slot { owner: chain.stage.vault_owner(number), sub: 0 };
        return Action::AccountSettle { slot, expiry: place };
    }
    if rng.once_in(30) {
        return Action::Wait { seconds: 7 * 86_400, slots: 100 };
    }
    if chain.unix_s < expires && stand.epoch.sold_lots.get() > 0 {
        return if rng.once_in(8) { until(chain, expires) } else { vault(member(chain, rng, stand)) };
    }
    vault(VaultAction::Turn)
}

/// Somebody opens what the epoch sells as tokens, which bids for tokens need.
fn series_open(chain: &Chain, stand: &Stand) -> Action {
    let epoch = &stand.epoch;
    let expiry = chain.listed.iter().position(|at| *at == epoch.expiry_unix_s.get()).unwrap_or(0) as u8;
    Action::WrapOpen { expiry, strike_e6: epoch.strike_e6.get(), put: !stand.kind.holds_base() }
}

/// Its number among the series that were opened.
fn series_number(chain: &Chain, stand: &Stand) -> u16 {
    let wrapped = stand.series().wrapped;
    chain.wraps.iter().rposition(|wrap| wrap.wrapped == wrapped).unwrap_or(0) as u16
}

/// Every bid of the current epoch, by owner.
fn bids(chain: &Chain, stand: &Stand) -> Vec<(u8, Bid)> {
    let of = |owner: u8| {
        let address = addresses::bid(&stand.epoch_key, &chain.stage.actor(owner).key());
        Some((owner, *chain.layout::<Bid>(&abi::ids::VAULT, &address)?))
    };
    (0..TRADERS).filter_map(of).collect()
}

/// An expiry in the mandate's range, most of the time.
fn fitting(chain: &Chain, rng: &mut Rng, stand: &Stand) -> u8 {
    let epoch_s = i64::from(stand.vault.mandate.epoch_s.get());
    let fits = |at: &i64| (at - chain.unix_s) * 2 >= epoch_s && at - chain.unix_s <= epoch_s * 2;
    let fitting: Vec<usize> = (0..chain.listed.len()).filter(|at| fits(&chain.listed[*at])).collect();
    match rng.pick(&fitting) {
        Some(at) if !rng.once_in(10) => *at as u8,
        _ => rng.below(chain.listed.len().max(1) as u64) as u8,
    }
}

/// A bid: at the reserve, at the escrow, between, or at the price that somebody else is about to show.
fn commit(chain: &Chain, rng: &mut Rng, stand: &Stand) -> VaultAction {
    let owner = bidder(chain, rng, stand);
    let bidder = if rng.once_in(20) { slot(chain, rng) } else { Slot { owner, sub: 0 } };
    let (offered, epoch) = (stand.epoch.offered_lots.get(), &stand.epoch);
    let can_take = stand.epoch.hedge_strike_e6.get() == 0 && chain.exists(&stand.series().wrapped);
    let tokens = if can_take { !rng.once_in(3) } else { rng.once_in(16) };
    let least = bid_lots_min(offered);
    let lots = match rng.below(12) {
        0 => offered,
        1 => rng.magnitude(u64::MAX),
        2 => least,
        3 => least - 1,
        _ => rng.range(least, affordable(chain, stand, owner).clamp(least, offered.max(least))),
    };
    let (reserve, most) = (epoch.reserve_price_e6.get(), epoch.escrow_price_e6.get());
    let others: Vec<u64> = chain.bids.iter().filter(|bid| bid.0 == stand.epoch_key).map(|bid| bid.2).collect();
    let price_e6 = match rng.below(16) {
        0 => reserve,
        1 => most,
        2 => reserve.saturating_sub(1),
        3 => most + 1,
        4..7 => rng.pick(&others).copied().unwrap_or(reserve),
        _ => reserve + rng.below(most.saturating_sub(reserve).max(1)),
    };
    VaultAction::Commit { bidder, lots, price_e6, tokens }
}

/// Of two traders who have not bid yet the one with more in his wallet.
fn bidder(chain: &Chain, rng: &mut Rng, stand: &Stand) -> u8 {
    let has_bid = |owner: u8| chain.exists(&addresses::bid(&stand.epoch_key, &chain.stage.actor(owner).key()));
    let others: Vec<u8> = (0..TRADERS).filter(|owner| !has_bid(*owner)).collect();
    let one = rng.pick(&others).copied().unwrap_or(0);
    let other = rng.pick(&others).copied().unwrap_or_else(|| trader(rng));
    if affordable(chain, stand, one) > affordable(chain, stand, other) { one } else { other }
}

/// Lots whose escrow somebody can pay.
fn affordable(chain: &Chain, stand: &Stand, owner: u8) -> u64 {
    let (held, price) = (chain.tokens(&chain.stage.wallet(owner, Token::Quote)), stand.epoch.escrow_price_e6.get());
    held.saturating_mul(stand.market.lots_per_unit.get().into()) / price.max(1)
}

/// Opens a bid that is sealed; now and then with another price than the one it was sealed with.
fn reveal(chain: &Chain, rng: &mut Rng, stand: &Stand) -> VaultAction {
    let sealed: Vec<u8> =
        bids(chain, stand).into_iter().filter(|(_, bid)| bid.state == BID_COMMITTED).map(|(owner, _)| owner).collect();
    let owner = rng.pick(&sealed).copied().unwrap_or_else(|| any_owner(rng));
    let known = chain.bids.iter().rev().find(|bid| bid.0 == stand.epoch_key && bid.1 == owner);
    let price_e6 = known.map_or(1, |bid| bid.2);
    VaultAction::Reveal { owner, price_e6: if rng.once_in(20) { price_e6 + 1 } else { price_e6 } }
}

/// Refunds and claims of epochs that are over: whoever comes late finds what was put aside.
pub fn late(chain: &Chain, rng: &mut Rng) -> Action {
    let number = rng.below(VAULTS.into()) as u8;
    let stand = Stand::of(chain, number);
    let now = stand.vault.epoch.get();
    let epoch = now.saturating_sub(rng.below(5));
    let Some((epoch_key, _)) = epoch_at(chain, &stand.keys, epoch) else {
        return Action::Vault { vault: number, action: VaultAction::Turn };
    };
    let of = |owner: u8| {
        let key = chain.stage.actor(owner).key();
        let held = |at| chain.layout::<Deposit>(&abi::ids::VAULT, &at).is_some();
        let leaves = |at| chain.layout::<Withdrawal>(&abi::ids::VAULT, &at).is_some();
        if chain.exists(&addresses::bid(&epoch_key, &key)) {
            Some(VaultAction::Refund { owner, epoch, ticket: ticket(chain) })
        } else if leaves(addresses::withdrawal(&epoch_key, &key)) {
            Some(VaultAction::LeaveClaim { owner, epoch, ticket: ticket(chain) })
        } else if held(addresses::deposit(&epoch_key, &key)) {
            Some(VaultAction::DepositClaim { owner, epoch })
        } else {
            None
        }
    };
    let left: Vec<VaultAction> = (0..TRADERS).filter_map(of).collect();
    let action = rng.pick(&left).cloned().unwrap_or(VaultAction::Turn);
    Action::Vault { vault: number, action }
}
