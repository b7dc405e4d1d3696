//! Ends an auction: the best bid pays its premium and gets its calls; without a bid, or too late, nothing is sold.
use crate::errors::VaultError;
use crate::events::AuctionCleared;
use crate::margin::{AccountTransfer, SeriesWrite};
use crate::reads::{self, BRAKE, MARGIN};
use crate::state::{Bid, Epoch, Vault};
use anchor_lang::prelude::*;
use risk::vault::Fill;
use units::{BaseAtoms, Lots};

#[derive(Accounts)]
pub struct AuctionClear {
    #[account(mut)]
    pub vault: Account<Vault>,
    /// The vault's current epoch.
    #[account(mut, seeds = [abi::vault::EPOCH_SEED, vault.address().as_ref(), &vault.epoch.get().to_le_bytes()], bump = epoch.bump)]
    pub epoch: Account<Epoch>,
    /// The auction's best bid; left out when there is none.
    #[account(mut)]
    pub best_bid: Option<Account<Bid>>,
    /// The margin account named in the best bid; left out when there is none.
    #[account(mut)]
    pub holder: Option<UncheckedAccount>,
    #[account(mut, address = vault.market @ VaultError::WrongMarket)]
    pub market: UncheckedAccount,
    #[account(mut, address = vault.trading_account @ VaultError::WrongTradingAccount)]
    pub trading_account: UncheckedAccount,
    #[account(mut, address = vault.escrow_account @ VaultError::WrongEscrowAccount)]
    pub escrow_account: UncheckedAccount,
    #[account(mut)]
    pub expiry: UncheckedAccount,
    pub quote_mint: UncheckedAccount,
    /// Pinned by the margin program.
    pub feed: UncheckedAccount,
    #[account(address = BRAKE @ VaultError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    /// Pinned by the margin program.
    pub custody: UncheckedAccount,
    #[account(address = MARGIN @ VaultError::WrongMarginProgram)]
    pub margin_program: UncheckedAccount,
}

/// What the clear does.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Sale {
    fill: Fill,
    /// Whether the holder's account has room for the calls.
    is_deliverable: bool,
}

impl AuctionClear {
    /// Authority: anyone, once the auction is over.
    /// Errors: `AuctionNotOpen`, `AuctionNotOver`, `WrongBestBid`, `WrongHolder`, `WrongExpiry`, `WrongQuoteMint`, `NotCovered`.
    fn validate(&self, now_unix_s: i64) -> Result<Option<Sale>> {
        let epoch = &self.epoch;
        require!(epoch.state == abi::vault::EPOCH_AUCTION, VaultError::AuctionNotOpen);
        require!(now_unix_s >= epoch.auction_ends_unix_s.get(), VaultError::AuctionNotOver);
        // An expired series cannot be written: the epoch goes on unsold, so that no outage and no brake can hold it for ever (V-7).
        if epoch.best_bid == Address::default() || now_unix_s >= epoch.expiry_unix_s.get() {
            return Ok(None);
        }
        let bid =
            self.best_bid.as_ref().filter(|bid| *bid.address() == epoch.best_bid).ok_or(VaultError::WrongBestBid)?;
        let holder = self.holder.as_ref().filter(|holder| *holder.address() == bid.margin_account);
        let holder = holder.ok_or(VaultError::WrongHolder)?;
        let market = reads::market(self.market.account())?;
        require!(self.quote_mint.address().to_bytes() == market.quote_mint, VaultError::WrongQuoteMint);
        let expiry = reads::expiry(self.expiry.account(), &self.vault.market)?;
        require!(expiry.expiry_unix_s.get() == epoch.expiry_unix_s.get(), VaultError::WrongExpiry);

        let lots_per_unit = market.lots_per_unit.get();
        let escrow = bid.escrow().ok_or(VaultError::AmountOverflow)?;
        // INVARIANT(V-4): premium + surplus = escrow. The bid met the reserve when it was placed.
        let fill = bid.ranked().fill(escrow, epoch.offered_lots.get(), lots_per_unit).map_err(VaultError::from)?;
        // INVARIANT(V-5): what is sold is covered one to one.
        let unit_atoms = reads::base_unit_atoms(&market).ok_or(VaultError::AmountOverflow)?;
        let lots = i64::try_from(fill.lots).map_err(|_| VaultError::AmountOverflow)?;
        let cover = Lots(lots).base_ceil(lots_per_unit, unit_atoms).ok_or(VaultError::AmountOverflow)?;
        let base = reads::margin_account(self.trading_account.account())?.base_atoms.get();
        require!(cover <= BaseAtoms(base), VaultError::NotCovered);
        let is_deliverable = reads::is_margin_account_of(holder.account(), &bid.bidder, &self.vault.market)
            && reads::has_room(holder.account(), epoch.expiry_unix_s.get(), epoch.strike_e6.get());
        Ok(Some(Sale { fill, is_deliverable }))
    }

    pub fn auction_clear(&mut self) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        let sale = self.validate(unix_s)?;

        self.epoch.state = abi::vault::EPOCH_LIVE;
        let mut cleared = AuctionCleared {
            slot,
            unix_s,
            seq: self.vault.next_seq()?,
            vault: *self.vault.address(),
            epoch: self.epoch.number.get(),
            bid: Address::default(),
            sold_lots: 0,
            premium_atoms: 0,
            surplus_atoms: 0,
        };
        if let Some(Sale { fill, is_deliverable }) = sale {
            cleared.bid = self.epoch.best_bid;
            // A winner who left no room for the calls forfeits the premium: else a bid would be a free option to walk away.
            cleared.sold_lots = if is_deliverable { fill.lots } else { 0 };
            cleared.premium_atoms = fill.premium.0.unsigned_abs();
            cleared.surplus_atoms = fill.surplus.0.unsigned_abs();
        }
        self.epoch.sold_lots = cleared.sold_lots.into();
        self.epoch.premium_atoms = cleared.premium_atoms.into();
        if let (Some(_), Some(bid)) = (sale, self.best_bid.as_mut()) {
            bid.escrow_atoms = cleared.surplus_atoms.into();
        }
        let (premium_atoms, lots) = (cleared.premium_atoms, cleared.sold_lots);
        emit!(cleared);

        if premium_atoms > 0 {
            self.take_premium(premium_atoms)?;
        }
        if lots > 0 {
            self.deliver(lots)?;
        }
        Ok(())
    }

    /// Moves the premium from escrow to the trading account.
    fn take_premium(&mut self, premium_atoms: u64) -> Result<()> {
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
        accounts.call(premium_atoms, signer)
    }

    /// Writes the calls to the winner's margin account.
    fn deliver(&mut self, lots: u64) -> Result<()> {
        let strike_e6 = self.epoch.strike_e6.get();
        let seeds = self.vault.signer_seeds();
        let seeds = seeds.parts();
        let signer: &[&[&[u8]]] = &[&seeds];
        let holder = self.holder.as_mut().ok_or(VaultError::WrongHolder)?;
        let accounts = SeriesWrite {
            writer_owner: self.vault.cpi_handle(),
            market: self.market.cpi_handle_mut(),
            expiry: self.expiry.cpi_handle_mut(),
            writer: self.trading_account.cpi_handle_mut(),
            holder: holder.cpi_handle_mut(),
            feed: self.feed.cpi_handle(),
            brake: self.brake.cpi_handle(),
            custody: self.custody.cpi_handle(),
        };
        accounts.call(lots, strike_e6, signer)
    }
}
