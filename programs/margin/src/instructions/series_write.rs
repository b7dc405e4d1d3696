//! A covered call, written by a vault and delivered to a holder who need not sign.
use crate::errors::MarginError;
use crate::events::{SeriesWritten, Stamp};
use crate::guard::{new_risk_take, spot, BRAKE};
use crate::portfolio_reads::Need;
use crate::state::{Expiry, MarginAccount, Market};
use crate::valuation::Surroundings;
use abi::margin::KIND_CALL;
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use risk::feed::Purpose;
use units::Lots;

const VAULT: Address = Address::new_from_array(abi::ids::VAULT);

#[derive(Accounts)]
pub struct SeriesWrite {
    /// A PDA of the vault program, and an account of it: what a vault may write, the vault program decides.
    #[account(owner = VAULT @ MarginError::WriterNotVault)]
    pub writer_owner: Signer,
    #[account(mut)]
    pub market: Account<Market>,
    #[account(mut, constraint = address_eq(&expiry.market, market.address()) @ MarginError::ExpiryOfAnotherMarket)]
    pub expiry: Account<Expiry>,
    #[account(
        mut,
        constraint = address_eq(&writer.market, market.address()) @ MarginError::AccountOfAnotherMarket,
        constraint = address_eq(&writer.owner, writer_owner.address()) @ MarginError::NotAccountOwner
    )]
    pub writer: Account<MarginAccount>,
    #[account(mut, constraint = address_eq(&holder.market, market.address()) @ MarginError::AccountOfAnotherMarket)]
    pub holder: Account<MarginAccount>,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(address = market.custody @ MarginError::CustodyOfAnotherMarket)]
    pub custody: UncheckedAccount,
    #[account(address = market.feed @ MarginError::FeedOfAnotherMarket)]
    pub feed: UncheckedAccount,
}

impl SeriesWrite {
    /// Authority: the vault that owns the writer.
    /// Effects: writer short, holder long, by `lots`; no cash moves.
    /// Errors: `WriterNotVault`, `AmountZero`, `LevelForbids`, `FillThrottled`, `RateThrottled`, `SeriesExpired`, `UnknownSeries`, `PositionsFull`,
    /// `NotionalTooLarge`, `FeedStale`, `InitialMarginNegative`.
    fn validate(&self, lots: u64, stamp: &Stamp) -> Result<()> {
        require!(lots > 0, MarginError::AmountZero);
        self.expiry.require_trading(stamp.unix_s)
    }

    pub fn series_write(&mut self, lots: u64, strike_e6: u64, others: &[AccountView]) -> Result<()> {
        let stamp = Stamp::now()?;
        self.validate(lots, &stamp)?;
        let series = self.expiry.series(strike_e6, KIND_CALL)?;
        let spot = spot(self.feed.account(), Purpose::NewRisk, &stamp)?;
        let long = Lots(i64::try_from(lots).map_err(|_| MarginError::NotionalTooLarge)?);
        let short = Lots::ZERO.checked_sub(long).ok_or(MarginError::NotionalTooLarge)?;
        let (brake, custody) = (self.brake.account(), self.custody.account());
        new_risk_take(&mut self.market, brake, custody, lots, stamp.unix_s)?;

        let written = self.writer.lots_apply(&mut self.market, &mut self.expiry, &series, short, spot)?;
        let held = self.holder.lots_apply(&mut self.market, &mut self.expiry, &series, long, spot)?;
        // INVARIANT(M-4)
        let around = Surroundings::new(&self.market, self.feed.account(), others).at(spot, stamp.unix_s);
        let margin = self.writer.initial_margin(&around, Need::NewRisk, None)?;
        require!(margin.0 >= 0, MarginError::InitialMarginNegative);
        emit!(SeriesWritten {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            writer: *self.writer.address(),
            holder: *self.holder.address(),
            expiry_unix_s: series.expiry_unix_s,
            strike_e6,
            lots,
            writer_lots: written.after.0,
            holder_lots: held.after.0,
        });
        Ok(())
    }
}
