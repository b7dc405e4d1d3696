//! Fixes strike, size and reserve price of an epoch and opens the auction of its calls.
use crate::errors::VaultError;
use crate::events::AuctionOpened;
use crate::reads::{self, BRAKE};
use crate::state::{Epoch, Vault};
use anchor_lang::prelude::*;
use risk::vault::offered_lots_floor;
use units::{PriceE6, UnixSeconds};

#[derive(Accounts)]
pub struct AuctionOpen {
    #[account(mut)]
    pub vault: Account<Vault>,
    /// The vault's current epoch.
    #[account(mut, seeds = [abi::vault::EPOCH_SEED, vault.address().as_ref(), &vault.epoch.get().to_le_bytes()], bump = epoch.bump)]
    pub epoch: Account<Epoch>,
    #[account(address = vault.market @ VaultError::WrongMarket)]
    pub market: UncheckedAccount,
    /// A listed expiry of the market, in the mandate's range: whoever opens the auction picks it.
    pub expiry: UncheckedAccount,
    pub feed: UncheckedAccount,
    #[account(address = BRAKE @ VaultError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    /// The market's custody, whose own level counts too.
    pub custody: UncheckedAccount,
}

/// What an auction sells, all of it from the mandate and on-chain values.
struct Terms {
    spot: PriceE6,
    strike: PriceE6,
    reserve: PriceE6,
    offered_lots: u64,
    expiry_unix_s: i64,
    ends_unix_s: i64,
}

impl AuctionOpen {
    /// Authority: anyone.
    /// Errors: `EpochNotOpen`, `WrongCustody`, `BrakeEngaged`, `WrongExpiry`, `ExpiryOutOfRange`, `WrongFeed`, `FeedStale`, `NoStrike`, `NothingToOffer`.
    fn validate(&self, now_unix_s: i64, slot: u64) -> Result<Terms> {
        require!(self.epoch.state == abi::vault::EPOCH_OPEN, VaultError::EpochNotOpen);
        let market = reads::market(self.market.account())?;
        reads::require_auctions_allowed(self.brake.account(), self.custody.account(), &market, now_unix_s)?;
        let mandate = self.vault.mandate();
        let expiry = reads::expiry(self.expiry.account(), &self.vault.market)?;
        let expiry_unix_s = expiry.expiry_unix_s.get();
        let fits = mandate.expiry_fits(UnixSeconds(now_unix_s), UnixSeconds(expiry_unix_s));
        require!(fits, VaultError::ExpiryOutOfRange);

        let spot = reads::spot(self.feed.account(), &market, now_unix_s, slot)?;
        let listed =
            expiry.strikes_e6.iter().take(usize::from(expiry.strike_count)).map(|strike| PriceE6(strike.get()));
        let strike = mandate.strike(spot, listed).map_err(VaultError::from)?;
        let unit_atoms = reads::base_unit_atoms(&market).ok_or(VaultError::AmountOverflow)?;
        let offered_lots = offered_lots_floor(self.epoch.deposited(), market.lots_per_unit.get(), unit_atoms)
            .map_err(VaultError::from)?;
        require!(offered_lots > 0, VaultError::NothingToOffer);
        let reserve = mandate.reserve_price_ceil(spot).map_err(VaultError::from)?;
        let ends_unix_s = now_unix_s.checked_add(i64::from(mandate.auction_s)).ok_or(VaultError::AmountOverflow)?;
        Ok(Terms { spot, strike, reserve, offered_lots, expiry_unix_s, ends_unix_s })
    }

    pub fn auction_open(&mut self) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        let terms = self.validate(unix_s, slot)?;

        let epoch = &mut self.epoch;
        epoch.state = abi::vault::EPOCH_AUCTION;
        epoch.expiry_unix_s = terms.expiry_unix_s.into();
        epoch.strike_e6 = terms.strike.0.into();
        epoch.auction_ends_unix_s = terms.ends_unix_s.into();
        epoch.offered_lots = terms.offered_lots.into();
        epoch.reserve_price_e6 = terms.reserve.0.into();
        emit!(AuctionOpened {
            slot,
            unix_s,
            seq: self.vault.next_seq()?,
            vault: *self.vault.address(),
            epoch: self.epoch.number.get(),
            expiry_unix_s: terms.expiry_unix_s,
            spot_e6: terms.spot.0,
            strike_e6: terms.strike.0,
            offered_lots: terms.offered_lots,
            reserve_price_e6: terms.reserve.0,
            auction_ends_unix_s: terms.ends_unix_s,
        });
        Ok(())
    }
}
