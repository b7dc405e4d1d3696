//! Fixes strikes, size, reserve price and escrow of an epoch and opens its auction.
use crate::errors::VaultError;
use crate::events::AuctionOpened;
use crate::reads::{self, BRAKE};
use crate::state::{Epoch, Vault};
use abi::vault::{EPOCH_AUCTION, EPOCH_OPEN};
use anchor_lang::prelude::*;
use risk::vault::{offered_lots_floor, Offer, Sight};
use units::{mul_div_floor, PriceE6, UnixSeconds, BPS};

#[derive(Accounts)]
pub struct AuctionOpen {
    #[account(mut, constraint = vault.is_free() @ VaultError::VaultHeld)]
    pub vault: Account<Vault>,
    /// The vault's current epoch.
    #[account(mut, seeds = [abi::vault::EPOCH_SEED, vault.address().as_ref(), &vault.epoch.get().to_le_bytes()], bump = epoch.bump)]
    pub epoch: Account<Epoch>,
    #[account(address = vault.market @ VaultError::WrongMarket)]
    pub market: UncheckedAccount,
    #[account(address = vault.trading_account @ VaultError::WrongTradingAccount)]
    pub trading_account: UncheckedAccount,
    /// A listed expiry of the market, in the mandate's range: whoever opens the auction picks it.
    pub expiry: UncheckedAccount,
    /// The oracle's surface of that expiry.
    pub surface: UncheckedAccount,
    pub feed: UncheckedAccount,
    #[account(address = BRAKE @ VaultError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    /// The market's custody, whose own level counts too.
    pub custody: UncheckedAccount,
}

/// What an auction sells, all of it from the mandate and on-chain values.
struct Terms {
    spot: PriceE6,
    offer: Offer,
    offered_lots: u64,
    expiry_unix_s: i64,
    commit_ends_unix_s: i64,
    reveal_ends_unix_s: i64,
}

impl AuctionOpen {
    /// Authority: anyone.
    /// Errors: `VaultHeld`, `EpochNotOpen`, `WrongCustody`, `BrakeEngaged`, `WrongExpiry`, `ExpiryOutOfRange`, `WrongFeed`, `FeedStale`, `WrongSurface`,
    /// `SurfaceStale`, `Unvalued`, `NoStrike`, `NoHedge`, `Worthless`, `NothingToOffer`.
    fn validate(&self, now_unix_s: i64, slot: u64) -> Result<Terms> {
        require!(self.epoch.state == EPOCH_OPEN, VaultError::EpochNotOpen);
        let market = reads::market(self.market.account())?;
        let custody = self.custody.account();
        reads::require_auctions_allowed(self.brake.account(), custody, &market, now_unix_s)?;
        let (mandate, kind) = (self.vault.mandate(), self.vault.kind()?);
        let expiry = reads::expiry(self.expiry.account(), &self.vault.market)?;
        let expiry_unix_s = expiry.expiry_unix_s.get();
        let fits = mandate.expiry_fits(UnixSeconds(now_unix_s), UnixSeconds(expiry_unix_s));
        require!(fits, VaultError::ExpiryOutOfRange);

        let spot = reads::spot(self.feed.account(), &market, now_unix_s, slot)?;
        let times = (now_unix_s, expiry_unix_s);
        let outlook = reads::outlook(self.surface.account(), self.feed.account(), spot, times)?;
        let listed = expiry.strikes_e6.iter().take(usize::from(expiry.strike_count));
        let listed: Vec<_> = listed.map(|strike| PriceE6(strike.get())).collect();
        let sight = Sight { expiry: &outlook, time_scale: reads::TIME_SCALE };
        let offer = sight.offer(kind, &mandate, &listed).map_err(VaultError::from)?;

        let held = mandate.cover_floor(reads::held_atoms(self.trading_account.account(), &market, kind)?);
        let cap_lots = reads::open_interest_cap_lots(custody)?;
        // BOUND: a part of the cap.
        let share_lots = mul_div_floor(cap_lots, u64::from(mandate.open_interest_bps), BPS).unwrap_or(cap_lots);
        let offered_lots = offered_lots_floor(kind, held, &offer, reads::unit(&market)?, share_lots);
        let offered_lots = offered_lots.map_err(VaultError::from)?;
        require!(offered_lots > 0, VaultError::NothingToOffer);
        let phase = |from: i64| from.checked_add(i64::from(mandate.auction_s)).ok_or(VaultError::AmountOverflow);
        let commit_ends_unix_s = phase(now_unix_s)?;
        let reveal_ends_unix_s = phase(commit_ends_unix_s)?;
        Ok(Terms { spot, offer, offered_lots, expiry_unix_s, commit_ends_unix_s, reveal_ends_unix_s })
    }

    pub fn auction_open(&mut self) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        let terms = self.validate(unix_s, slot)?;

        let epoch = &mut self.epoch;
        epoch.state = EPOCH_AUCTION;
        epoch.expiry = *self.expiry.address();
        epoch.expiry_unix_s = terms.expiry_unix_s.into();
        epoch.strike_e6 = terms.offer.strike.0.into();
        epoch.hedge_strike_e6 = terms.offer.hedge.0.into();
        epoch.spot_e6 = terms.spot.0.into();
        epoch.commit_ends_unix_s = terms.commit_ends_unix_s.into();
        epoch.reveal_ends_unix_s = terms.reveal_ends_unix_s.into();
        epoch.offered_lots = terms.offered_lots.into();
        epoch.reserve_price_e6 = terms.offer.reserve.0.into();
        epoch.escrow_price_e6 = terms.offer.escrow.0.into();
        emit!(AuctionOpened {
            slot,
            unix_s,
            seq: self.vault.next_seq()?,
            vault: *self.vault.address(),
            epoch: self.epoch.number.get(),
            expiry_unix_s: terms.expiry_unix_s,
            spot_e6: terms.spot.0,
            strike_e6: terms.offer.strike.0,
            hedge_strike_e6: terms.offer.hedge.0,
            offered_lots: terms.offered_lots,
            reserve_price_e6: terms.offer.reserve.0,
            escrow_price_e6: terms.offer.escrow.0,
            commit_ends_unix_s: terms.commit_ends_unix_s,
            reveal_ends_unix_s: terms.reveal_ends_unix_s,
        });
        Ok(())
    }
}
