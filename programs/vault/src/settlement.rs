//! What becomes of a bid once its auction is cleared, however what it bought is delivered.
use crate::errors::VaultError;
use crate::events::BidSettled;
use crate::reads::{self, Delivery};
use crate::state::{sum, Bid, Epoch, Vault};
use abi::vault::{BID_REVEALED, BID_SETTLED, EPOCH_LIVE};
use anchor_lang::prelude::*;
use risk::standard::Scale;
use risk::vault::{bond_ceil, cover_ceil};
use units::PriceE6;

/// INVARIANT(V-4): premium + forfeited + refund = escrow.
#[derive(Clone, Copy, Default)]
pub struct Settlement {
    pub delivered_lots: u64,
    pub premium_atoms: u64,
    pub forfeited_atoms: u64,
    pub refund_atoms: u64,
}

/// What it follows from.
pub struct Sources<'a> {
    pub vault: &'a Account<Vault>,
    pub epoch: &'a Account<Epoch>,
    pub bid: &'a Account<Bid>,
    pub market: &'a AccountView,
    pub trading: &'a AccountView,
    pub quote_mint: &'a Address,
    pub feed: &'a AccountView,
}

impl Sources<'_> {
    /// `takes`: whether the holder can be given what is delivered; an error of its own where it is not this instruction that delivers.
    ///
    /// Errors: `EpochNotLive`, `BidSettled`, `WrongQuoteMint`, `WrongFeed`, `FeedStale`, `NotCovered`.
    pub fn settlement(
        &self,
        (slot, now_unix_s): (u64, i64),
        takes: impl FnOnce(&Delivery) -> Result<bool>,
    ) -> Result<Settlement> {
        let (epoch, bid) = (self.epoch, self.bid);
        require!(epoch.state == EPOCH_LIVE, VaultError::EpochNotLive);
        require!(bid.state != BID_SETTLED, VaultError::BidSettled);
        let market = reads::market(self.market)?;
        require!(self.quote_mint.to_bytes() == market.quote_mint, VaultError::WrongQuoteMint);
        let escrow_atoms = bid.escrow_atoms.get();
        if bid.state != BID_REVEALED {
            let forfeited_atoms = bond_ceil(escrow_atoms);
            let refund_atoms = escrow_atoms.saturating_sub(forfeited_atoms);
            return Ok(Settlement { forfeited_atoms, refund_atoms, ..Settlement::default() });
        }
        let unit = reads::unit(&market)?;
        let fill = epoch.clearing().fill(&bid.entry(), escrow_atoms, unit.lots_per_unit);
        let fill = fill.ok_or(VaultError::AmountOverflow)?;
        if fill.lots == 0 || now_unix_s >= epoch.expiry_unix_s.get() {
            return Ok(Settlement { refund_atoms: escrow_atoms, ..Settlement::default() });
        }
        // INVARIANT(V-5): what is sold is covered, all of it together.
        let kind = self.vault.kind()?;
        let sold = sum(epoch.sold_lots.get(), fill.lots)?;
        let (strike, hedge) = (PriceE6(epoch.strike_e6.get()), PriceE6(epoch.hedge_strike_e6.get()));
        let cover = cover_ceil(kind, sold, strike, hedge, unit).ok_or(VaultError::AmountOverflow)?;
        let held = reads::held_atoms(self.trading, &market, kind)?;
        require!(cover <= held, VaultError::NotCovered);
        let delivery = Delivery {
            kind: self.vault.option_kind()?,
            expiry_unix_s: epoch.expiry_unix_s.get(),
            strike,
            hedge,
            lots: fill.lots,
            spot: reads::spot(self.feed, &market, now_unix_s, slot)?,
            scale: Scale { lots_per_unit: unit.lots_per_unit, base_unit_atoms: unit.base_unit_atoms },
        };
        // Who leaves no room for what he bought forfeits the premium: else a bid would be a free option to walk away.
        let delivered_lots = if takes(&delivery)? { fill.lots } else { 0 };
        let (premium_atoms, refund_atoms) = (fill.premium, fill.refund);
        Ok(Settlement { delivered_lots, premium_atoms, forfeited_atoms: 0, refund_atoms })
    }
}

impl Settlement {
    /// What the vault takes of the escrow.
    pub fn taken_atoms(&self) -> Result<u64> {
        sum(self.premium_atoms, self.forfeited_atoms)
    }

    /// Effects on bid, epoch and vault, and the event.
    pub fn record(
        &self,
        vault: &mut Account<Vault>,
        epoch: &mut Epoch,
        bid: &mut Bid,
        (slot, unix_s): (u64, i64),
    ) -> Result<()> {
        let Self { delivered_lots, premium_atoms, forfeited_atoms, refund_atoms } = *self;
        bid.state = BID_SETTLED;
        bid.filled_lots = delivered_lots.into();
        bid.escrow_atoms = refund_atoms.into();
        epoch.sold_lots = sum(epoch.sold_lots.get(), delivered_lots)?.into();
        epoch.premium_atoms = sum(epoch.premium_atoms.get(), premium_atoms)?.into();
        epoch.forfeited_atoms = sum(epoch.forfeited_atoms.get(), forfeited_atoms)?.into();
        // BOUND: counts the bids that are not settled, of which this was one.
        epoch.bids_unsettled = epoch.bids_unsettled.saturating_sub(1);
        emit!(BidSettled {
            slot,
            unix_s,
            seq: vault.next_seq()?,
            vault: *vault.address(),
            epoch: epoch.number.get(),
            bidder: bid.bidder,
            filled_lots: delivered_lots,
            premium_atoms,
            forfeited_atoms,
            refund_atoms,
            bids_unsettled: epoch.bids_unsettled,
        });
        Ok(())
    }
}
