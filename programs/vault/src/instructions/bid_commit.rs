//! A sealed bid: its size and a flat escrow are seen, its price is not.
use crate::errors::VaultError;
use crate::events::BidCommitted;
use crate::margin::AccountDeposit;
use crate::reads::{self, BRAKE, MARGIN};
use crate::state::{Bid, Epoch, Vault, VERSION};
use crate::wrapped;
use abi::vault::{BIDS, BID_SEED, DELIVERY_LOTS, DELIVERY_TOKENS, EPOCH_AUCTION};
use anchor_lang::prelude::*;
use risk::vault::{bid_lots_min, escrow_ceil, LOTS_MAX};
use units::PriceE6;

#[derive(Accounts)]
pub struct BidCommit {
    /// The bidder; pays the rent of the bid account and gets it back with the refund.
    #[account(mut)]
    pub bidder: Signer,
    #[account(mut, constraint = vault.is_free() @ VaultError::VaultHeld)]
    pub vault: Account<Vault>,
    /// The vault's current epoch.
    #[account(mut, seeds = [abi::vault::EPOCH_SEED, vault.address().as_ref(), &vault.epoch.get().to_le_bytes()], bump = epoch.bump)]
    pub epoch: Account<Epoch>,
    /// One bid a bidder and epoch: it is binding and cannot be changed.
    #[account(init, payer = bidder, seeds = [BID_SEED, epoch.address().as_ref(), bidder.address().as_ref()], bump)]
    pub bid: Account<Bid>,
    /// Receives what the bid buys: a margin account of the bidder in this market, or his token account of the epoch's series.
    pub holder: UncheckedAccount,
    #[account(mut, address = vault.market @ VaultError::WrongMarket)]
    pub market: UncheckedAccount,
    #[account(mut, address = vault.escrow_account @ VaultError::WrongEscrowAccount)]
    pub escrow_account: UncheckedAccount,
    pub quote_mint: UncheckedAccount,
    /// The bidder's quote tokens: their program asks for the owner's signature.
    #[account(mut)]
    pub source: UncheckedAccount,
    /// The market's quote tokens, pinned by the margin program.
    #[account(mut)]
    pub quote_tokens: UncheckedAccount,
    #[account(address = BRAKE @ VaultError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    /// The market's custody, whose own level counts too.
    pub custody: UncheckedAccount,
    #[account(address = MARGIN @ VaultError::WrongMarginProgram)]
    pub margin_program: UncheckedAccount,
    pub token_program: Program<Token>,
    pub system_program: Program<System>,
}

impl BidCommit {
    /// Authority: the bidder.
    /// Errors: `VaultHeld`, `AuctionNotOpen`, `AuctionOver`, `WrongCustody`, `BrakeEngaged`, `BookFull`, `BidLotsOutOfBounds`, `WrongQuoteMint`,
    /// `WrongHolder`, `SpreadNotWrapped`, `AmountOverflow`. Returns the escrow, and how lots are delivered.
    fn validate(&self, lots: u64, now_unix_s: i64) -> Result<(u64, u8)> {
        let epoch = &self.epoch;
        require!(epoch.state == EPOCH_AUCTION, VaultError::AuctionNotOpen);
        require!(now_unix_s < epoch.commit_ends_unix_s.get(), VaultError::AuctionOver);
        let market = reads::market(self.market.account())?;
        reads::require_auctions_allowed(self.brake.account(), self.custody.account(), &market, now_unix_s)?;
        require!(usize::from(epoch.bids_committed) < BIDS, VaultError::BookFull);
        // Sixty-four bids of this size ask for all there is, so a full book shuts nobody out of an offer that nobody wants.
        let bounds = bid_lots_min(epoch.offered_lots.get())..=LOTS_MAX;
        require!(bounds.contains(&lots), VaultError::BidLotsOutOfBounds);
        require!(self.quote_mint.address().to_bytes() == market.quote_mint, VaultError::WrongQuoteMint);
        let delivery = self.delivery()?;
        let escrow = PriceE6(epoch.escrow_price_e6.get());
        let escrow_atoms = escrow_ceil(escrow, lots, market.lots_per_unit.get()).ok_or(VaultError::AmountOverflow)?;
        Ok((escrow_atoms, delivery))
    }

    /// What the holder is to receive, checked here for the bidder's sake: one that takes nothing when the bid is settled costs him the
    /// premium.
    fn delivery(&self) -> Result<u8> {
        let (holder, bidder) = (self.holder.account(), self.bidder.address());
        if reads::is_margin_account_of(holder, bidder, &self.vault.market) {
            return Ok(DELIVERY_LOTS);
        }
        require!(wrapped::is_of(holder, bidder), VaultError::WrongHolder);
        require!(self.epoch.hedge_strike_e6.get() == 0, VaultError::SpreadNotWrapped);
        let mint = wrapped::Series::of(&self.vault, &self.epoch)?.mint();
        require!(wrapped::takes(holder, &mint), VaultError::WrongHolder);
        Ok(DELIVERY_TOKENS)
    }

    pub fn bid_commit(&mut self, lots: u64, commitment: [u8; 32], bumps: &BidCommitBumps) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        let (escrow_atoms, delivery) = self.validate(lots, unix_s)?;

        let place = self.epoch.bids_committed;
        self.vault.book_add(place, lots)?;
        self.vault.record_opened()?;
        let bid = &mut self.bid;
        bid.version = VERSION;
        bid.min_reader = VERSION;
        bid.bump = bumps.bid;
        bid.place = place;
        bid.epoch = *self.epoch.address();
        bid.bidder = *self.bidder.address();
        bid.delivery = delivery;
        bid.holder = *self.holder.address();
        bid.commitment = commitment;
        bid.lots = lots.into();
        bid.escrow_atoms = escrow_atoms.into();
        let epoch = &mut self.epoch;
        // BOUND: the book has 64 places.
        epoch.bids_committed = place.saturating_add(1);
        epoch.bids_unsettled = epoch.bids_unsettled.saturating_add(1);
        emit!(BidCommitted {
            slot,
            unix_s,
            seq: self.vault.next_seq()?,
            vault: *self.vault.address(),
            epoch: self.epoch.number.get(),
            bidder: *self.bidder.address(),
            lots,
            escrow_atoms,
            place,
        });

        let accounts = AccountDeposit {
            authority: self.bidder.cpi_handle(),
            market: self.market.cpi_handle_mut(),
            account: self.escrow_account.cpi_handle_mut(),
            mint: self.quote_mint.cpi_handle(),
            source: self.source.cpi_handle_mut(),
            tokens: self.quote_tokens.cpi_handle_mut(),
            brake: self.brake.cpi_handle(),
            token_program: self.token_program.cpi_handle(),
        };
        accounts.call(escrow_atoms)
    }
}
