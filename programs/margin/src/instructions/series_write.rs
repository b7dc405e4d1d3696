//! A covered call, a secured put or a put spread, written by a vault and delivered to a holder who need not sign.
use crate::errors::MarginError;
use crate::events::{SeriesWritten, Stamp};
use crate::guard::{new_risk_take, spot, vault_of, BRAKE};
use crate::portfolio_reads::Need;
use crate::state::{Expiry, MarginAccount, Market};
use crate::valuation::Surroundings;
use abi::margin::{KIND_PUT, MODE_STANDARD};
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use risk::feed::Purpose;
use units::Lots;

#[derive(Accounts)]
pub struct SeriesWrite {
    /// A vault by the vault program's own account: what it may write, that program decides.
    #[account(constraint = vault_of(writer_owner.account()).is_ok() @ MarginError::WriterNotVault)]
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

/// What is written: a series, and of a put spread the lower put that the writer holds against it.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, IdlType)]
pub struct Written {
    pub lots: u64,
    pub strike_e6: u64,
    /// 1 call, 2 put.
    pub kind: u8,
    /// Strike of the put that the holder writes in turn: below `strike_e6`. 0: none.
    pub hedge_strike_e6: u64,
}

impl SeriesWrite {
    /// Authority: the vault that owns the writer.
    /// Effects: writer short, holder long, by `lots`, and the other way round in the hedge; no cash moves.
    /// Errors: `WriterNotVault`, `AmountZero`, `HedgeOutOfBounds`, `HolderNotStandard`, `LevelForbids`, `FillThrottled`, `RateThrottled`,
    /// `SeriesExpired`, `UnknownSeries`, `PositionsFull`, `NotionalTooLarge`, `FeedStale`, `InitialMarginNegative`.
    fn validate(&self, written: &Written, stamp: &Stamp) -> Result<()> {
        require!(written.lots > 0, MarginError::AmountZero);
        if written.hedge_strike_e6 > 0 {
            let is_spread = written.kind == KIND_PUT && written.hedge_strike_e6 < written.strike_e6;
            require!(is_spread, MarginError::HedgeOutOfBounds);
            // The holder's margin is not checked: a spread held pays at no price less than nothing, so that the largest loss, which is
            // what standard margin asks for, never rises. No other mode is known not to.
            require!(self.holder.mode == MODE_STANDARD, MarginError::HolderNotStandard);
        }
        self.expiry.require_trading(stamp.unix_s)
    }

    pub fn series_write(&mut self, written: Written, others: &[AccountView]) -> Result<()> {
        let stamp = Stamp::now()?;
        self.validate(&written, &stamp)?;
        let Written { lots, strike_e6, kind, hedge_strike_e6 } = written;
        let spot = spot(self.feed.account(), Purpose::NewRisk, &stamp)?;
        let long = Lots(i64::try_from(lots).map_err(|_| MarginError::NotionalTooLarge)?);
        let short = Lots::ZERO.checked_sub(long).ok_or(MarginError::NotionalTooLarge)?;
        let (brake, custody) = (self.brake.account(), self.custody.account());
        new_risk_take(&mut self.market, brake, custody, lots, stamp.unix_s)?;

        let series = self.expiry.series(strike_e6, kind)?;
        let sold = self.writer.lots_apply(&mut self.market, &mut self.expiry, &series, short, spot)?;
        let held = self.holder.lots_apply(&mut self.market, &mut self.expiry, &series, long, spot)?;
        if hedge_strike_e6 > 0 {
            let hedge = self.expiry.series(hedge_strike_e6, kind)?;
            self.writer.lots_apply(&mut self.market, &mut self.expiry, &hedge, long, spot)?;
            self.holder.lots_apply(&mut self.market, &mut self.expiry, &hedge, short, spot)?;
        }
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
            kind,
            hedge_strike_e6,
            lots,
            writer_lots: sold.after.0,
            holder_lots: held.after.0,
        });
        Ok(())
    }
}
