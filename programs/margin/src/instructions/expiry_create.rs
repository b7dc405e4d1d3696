//! Lists an expiry: anyone, on the listing rule.
use crate::errors::MarginError;
use crate::events::{ExpiryCreated, Stamp};
use crate::guard::{market_level_require, spot, BRAKE};
use crate::state::{Expiry, Market, MIN_READER, VERSION};
use abi::margin::{EXPIRY_LISTED, EXPIRY_SEED};
use anchor_lang::prelude::*;
use policy::Action;
use risk::feed::Purpose;
use risk::listing::{expiry_check, strikes, ListingError};
use units::{PriceE6, UnixSeconds};

#[derive(Accounts)]
#[instruction(expiry_unix_s: i64)]
pub struct ExpiryCreate {
    #[account(mut)]
    pub payer: Signer,
    #[account(mut)]
    pub market: Account<Market>,
    #[account(
        init,
        payer = payer,
        seeds = [EXPIRY_SEED, market.address().as_ref(), &expiry_unix_s.to_le_bytes()],
        bump
    )]
    pub expiry: Account<Expiry>,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(address = market.custody @ MarginError::CustodyOfAnotherMarket)]
    pub custody: UncheckedAccount,
    #[account(address = market.feed @ MarginError::FeedOfAnotherMarket)]
    pub feed: UncheckedAccount,
    pub system_program: Program<System>,
}

impl ExpiryCreate {
    /// Authority: anyone.
    /// Effects: 32 strikes around the present price, a call and a put each.
    /// Errors: `MarketDelisted`, `ExpiryNotInFuture`, `ExpiryBeyondHorizon`, `ExpiryOffSchedule`, `LevelForbids`, `FeedStale`, `StrikesOutOfBounds`.
    fn validate(&self, expiry_unix_s: i64, stamp: &Stamp) -> Result<()> {
        self.market.require_listed()?;
        let rule = expiry_check(UnixSeconds(expiry_unix_s), UnixSeconds(stamp.unix_s), self.market.time_divisor.get());
        rule.map_err(|why| match why {
            ListingError::NotInFuture => MarginError::ExpiryNotInFuture,
            ListingError::BeyondHorizon => MarginError::ExpiryBeyondHorizon,
            ListingError::OffSchedule => MarginError::ExpiryOffSchedule,
        })?;
        market_level_require(self.brake.account(), self.custody.account(), Action::Listing, stamp.unix_s)
    }

    pub fn expiry_create(&mut self, expiry_unix_s: i64, bumps: &ExpiryCreateBumps) -> Result<()> {
        let stamp = Stamp::now()?;
        self.validate(expiry_unix_s, &stamp)?;
        let spot = spot(self.feed.account(), Purpose::NewRisk, &stamp)?;
        let tick = PriceE6(self.market.strike_tick_e6.get());
        let strikes = strikes(spot, tick).map_err(|_| MarginError::StrikesOutOfBounds)?;

        self.expiry.version = VERSION;
        self.expiry.min_reader = MIN_READER;
        self.expiry.bump = bumps.expiry;
        self.expiry.state = EXPIRY_LISTED;
        self.expiry.rules_version = self.market.rules_version;
        self.expiry.market = *self.market.address();
        self.expiry.payer = *self.payer.address();
        self.expiry.expiry_unix_s = expiry_unix_s.into();
        self.expiry.strikes_set(&strikes)?;
        self.market.record_opened()?;
        let bounds = |strike: Option<&PriceE6>| strike.map_or(0, |strike| strike.0);
        emit!(ExpiryCreated {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            market: self.expiry.market,
            expiry_unix_s,
            lowest_strike_e6: bounds(strikes.first()),
            highest_strike_e6: bounds(strikes.last()),
        });
        Ok(())
    }
}
