//! Settles one bid of a cleared auction: premium and options change hands, or a bond is lost; the rest of the escrow is the bidder's.
use crate::errors::VaultError;
use crate::events::BidSettled;
use crate::margin::{AccountTransfer, SeriesWrite, Written};
use crate::reads::{self, Delivery, BRAKE, MARGIN};
use crate::state::{sum, Bid, Epoch, Vault};
use abi::margin::{KIND_CALL, KIND_PUT};
use abi::vault::{BID_REVEALED, BID_SETTLED, EPOCH_LIVE};
use anchor_lang::prelude::*;
use risk::standard::Scale;
use risk::vault::{bond_ceil, cover_ceil};
use units::PriceE6;

#[derive(Accounts)]
pub struct BidSettle {
    #[account(mut, constraint = vault.is_free() @ VaultError::VaultHeld)]
    pub vault: Account<Vault>,
    /// The vault's current epoch.
    #[account(mut, seeds = [abi::vault::EPOCH_SEED, vault.address().as_ref(), &vault.epoch.get().to_le_bytes()], bump = epoch.bump)]
    pub epoch: Account<Epoch>,
    #[account(mut, constraint = bid.epoch == *epoch.address() @ VaultError::WrongBid)]
    pub bid: Account<Bid>,
    #[account(mut, address = bid.margin_account @ VaultError::WrongHolder)]
    pub holder: UncheckedAccount,
    #[account(mut, address = vault.market @ VaultError::WrongMarket)]
    pub market: UncheckedAccount,
    #[account(mut, address = vault.trading_account @ VaultError::WrongTradingAccount)]
    pub trading_account: UncheckedAccount,
    #[account(mut, address = vault.escrow_account @ VaultError::WrongEscrowAccount)]
    pub escrow_account: UncheckedAccount,
    #[account(mut, address = epoch.expiry @ VaultError::WrongExpiry)]
    pub expiry: UncheckedAccount,
    pub quote_mint: UncheckedAccount,
    /// Pinned by the margin program, and here where a price is needed.
    pub feed: UncheckedAccount,
    #[account(address = BRAKE @ VaultError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    /// Pinned by the margin program.
    pub custody: UncheckedAccount,
    #[account(address = MARGIN @ VaultError::WrongMarginProgram)]
    pub margin_program: UncheckedAccount,
}

/// What becomes of a bid. INVARIANT(V-4): premium + forfeited + refund = escrow.
#[derive(Clone, Copy, Default)]
struct Settlement {
    delivered_lots: u64,
    premium_atoms: u64,
    forfeited_atoms: u64,
    refund_atoms: u64,
}

impl BidSettle {
    /// Authority: anyone, once the auction is cleared.
    /// Errors: `VaultHeld`, `EpochNotLive`, `BidSettled`, `WrongQuoteMint`, `WrongFeed`, `FeedStale`, `NotCovered`, and margin's, where options are
    /// delivered: then it can be tried again, until the expiry, after which every escrow goes back.
    fn validate(&self, now_unix_s: i64, slot: u64) -> Result<Settlement> {
        let (epoch, bid) = (&self.epoch, &self.bid);
        require!(epoch.state == EPOCH_LIVE, VaultError::EpochNotLive);
        require!(bid.state != BID_SETTLED, VaultError::BidSettled);
        let market = reads::market(self.market.account())?;
        require!(self.quote_mint.address().to_bytes() == market.quote_mint, VaultError::WrongQuoteMint);
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
        let held = reads::held_atoms(self.trading_account.account(), &market, kind)?;
        require!(cover <= held, VaultError::NotCovered);
        let delivery = Delivery {
            kind: self.option_kind()?,
            expiry_unix_s: epoch.expiry_unix_s.get(),
            strike,
            hedge,
            lots: fill.lots,
            spot: reads::spot(self.feed.account(), &market, now_unix_s, slot)?,
            scale: Scale { lots_per_unit: unit.lots_per_unit, base_unit_atoms: unit.base_unit_atoms },
        };
        let holder = self.holder.account();
        let fits = reads::is_margin_account_of(holder, &bid.bidder, &self.vault.market) && delivery.fits(holder);
        // Who leaves no room for what he bought forfeits the premium: else a bid would be a free option to walk away.
        let delivered_lots = if fits { fill.lots } else { 0 };
        let (premium_atoms, refund_atoms) = (fill.premium, fill.refund);
        Ok(Settlement { delivered_lots, premium_atoms, forfeited_atoms: 0, refund_atoms })
    }

    fn option_kind(&self) -> Result<u8> {
        Ok(if self.vault.kind()?.holds_base() { KIND_CALL } else { KIND_PUT })
    }

    pub fn bid_settle(&mut self) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        let settlement = self.validate(unix_s, slot)?;
        let Settlement { delivered_lots, premium_atoms, forfeited_atoms, refund_atoms } = settlement;

        self.bid.state = BID_SETTLED;
        self.bid.filled_lots = delivered_lots.into();
        self.bid.escrow_atoms = refund_atoms.into();
        let epoch = &mut self.epoch;
        epoch.sold_lots = sum(epoch.sold_lots.get(), delivered_lots)?.into();
        epoch.premium_atoms = sum(epoch.premium_atoms.get(), premium_atoms)?.into();
        epoch.forfeited_atoms = sum(epoch.forfeited_atoms.get(), forfeited_atoms)?.into();
        // BOUND: counts the bids that are not settled, of which this was one.
        epoch.bids_unsettled = epoch.bids_unsettled.saturating_sub(1);
        emit!(BidSettled {
            slot,
            unix_s,
            seq: self.vault.next_seq()?,
            vault: *self.vault.address(),
            epoch: self.epoch.number.get(),
            bidder: self.bid.bidder,
            filled_lots: delivered_lots,
            premium_atoms,
            forfeited_atoms,
            refund_atoms,
            bids_unsettled: self.epoch.bids_unsettled,
        });

        let taken = sum(premium_atoms, forfeited_atoms)?;
        if taken > 0 {
            self.take(taken)?;
        }
        if delivered_lots > 0 {
            self.deliver(delivered_lots)?;
        }
        Ok(())
    }

    /// Moves quote from escrow to the trading account.
    fn take(&mut self, atoms: u64) -> Result<()> {
        let seeds = self.vault.signer_seeds();
        let seeds = seeds.parts();
        let signer: &[&[&[u8]]] = &[&seeds];
        let accounts = AccountTransfer {
            owner: self.vault.cpi_handle(),
            market: self.market.cpi_handle_mut(),
            source: self.escrow_account.cpi_handle_mut(),
            destination: self.trading_account.cpi_handle_mut(),
            mint: self.quote_mint.cpi_handle(),
            feed: self.feed.cpi_handle(),
            brake: self.brake.cpi_handle(),
        };
        accounts.call(atoms, signer)
    }

    /// Writes the options to the bidder's margin account.
    fn deliver(&mut self, lots: u64) -> Result<()> {
        let written = Written {
            lots,
            strike_e6: self.epoch.strike_e6.get(),
            kind: self.option_kind()?,
            hedge_strike_e6: self.epoch.hedge_strike_e6.get(),
        };
        let seeds = self.vault.signer_seeds();
        let seeds = seeds.parts();
        let signer: &[&[&[u8]]] = &[&seeds];
        let accounts = SeriesWrite {
            writer_owner: self.vault.cpi_handle(),
            market: self.market.cpi_handle_mut(),
            expiry: self.expiry.cpi_handle_mut(),
            writer: self.trading_account.cpi_handle_mut(),
            holder: self.holder.cpi_handle_mut(),
            feed: self.feed.cpi_handle(),
            brake: self.brake.cpi_handle(),
            custody: self.custody.cpi_handle(),
        };
        accounts.call(&written, signer)
    }
}
