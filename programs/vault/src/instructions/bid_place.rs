//! Bids for the calls on offer, the premium in escrow.
use crate::errors::VaultError;
use crate::events::BidPlaced;
use crate::margin::AccountDeposit;
use crate::reads::{self, BRAKE, MARGIN};
use crate::state::{Bid, Epoch, Vault, VERSION};
use anchor_lang::prelude::*;
use risk::vault::{Bid as RankedBid, MAX_OFFERED_LOTS};
use units::{PriceE6, QuoteAtoms};

#[derive(Accounts)]
pub struct BidPlace {
    /// The bidder; pays the rent of the bid account and gets it back with the refund.
    #[account(mut)]
    pub bidder: Signer,
    #[account(mut)]
    pub vault: Account<Vault>,
    /// The vault's current epoch.
    #[account(mut, seeds = [abi::vault::EPOCH_SEED, vault.address().as_ref(), &vault.epoch.get().to_le_bytes()], bump = epoch.bump)]
    pub epoch: Account<Epoch>,
    /// One bid a bidder and epoch: it is binding and cannot be changed.
    #[account(init, payer = bidder, seeds = [abi::vault::BID_SEED, epoch.address().as_ref(), bidder.address().as_ref()], bump)]
    pub bid: Account<Bid>,
    /// A margin account of the bidder in this market: it receives the calls if the bid wins.
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

impl BidPlace {
    /// Authority: the bidder.
    /// Errors: `AuctionNotOpen`, `AuctionOver`, `WrongCustody`, `BrakeEngaged`, `BidLotsOutOfBounds`, `BidBelowReserve`, `BidPriceOutOfBounds`,
    /// `WrongQuoteMint`, `WrongHolder`, `AmountOverflow`. Returns the premium to escrow.
    fn validate(&self, bid: RankedBid, now_unix_s: i64) -> Result<QuoteAtoms> {
        require!(self.epoch.state == abi::vault::EPOCH_AUCTION, VaultError::AuctionNotOpen);
        require!(now_unix_s < self.epoch.auction_ends_unix_s.get(), VaultError::AuctionOver);
        let market = reads::market(self.market.account())?;
        reads::require_auctions_allowed(self.brake.account(), self.custody.account(), &market, now_unix_s)?;
        require!((1..=MAX_OFFERED_LOTS).contains(&bid.lots), VaultError::BidLotsOutOfBounds);
        require!(bid.price.0 >= self.epoch.reserve_price_e6.get(), VaultError::BidBelowReserve);
        require!(bid.price <= PriceE6::MAX, VaultError::BidPriceOutOfBounds);
        require!(self.quote_mint.address().to_bytes() == market.quote_mint, VaultError::WrongQuoteMint);
        let is_own = reads::is_margin_account_of(self.holder.account(), self.bidder.address(), &self.vault.market);
        require!(is_own, VaultError::WrongHolder);
        Ok(bid.escrow_ceil(market.lots_per_unit.get()).map_err(VaultError::from)?)
    }

    pub fn bid_place(&mut self, lots: u64, price_e6: u64, bumps: &BidPlaceBumps) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        let ranked = RankedBid { price: PriceE6(price_e6), lots };
        let escrow_atoms = self.validate(ranked, unix_s)?.0.unsigned_abs();

        let bid = &mut self.bid;
        bid.version = VERSION;
        bid.min_reader = VERSION;
        bid.bump = bumps.bid;
        bid.epoch = *self.epoch.address();
        bid.bidder = *self.bidder.address();
        bid.margin_account = *self.holder.address();
        bid.lots = lots.into();
        bid.price_e6 = price_e6.into();
        bid.escrow_atoms = escrow_atoms.into();
        let epoch = &mut self.epoch;
        let is_best = ranked.beats(&epoch.best(), epoch.offered_lots.get());
        if is_best {
            epoch.best_bid = *self.bid.address();
            epoch.best_price_e6 = price_e6.into();
            epoch.best_lots = lots.into();
        }
        epoch.bids_open = epoch.bids_open.get().checked_add(1).ok_or(VaultError::AmountOverflow)?.into();
        emit!(BidPlaced {
            slot,
            unix_s,
            seq: self.vault.next_seq()?,
            vault: *self.vault.address(),
            epoch: self.epoch.number.get(),
            bidder: *self.bidder.address(),
            lots,
            price_e6,
            escrow_atoms,
            is_best,
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
