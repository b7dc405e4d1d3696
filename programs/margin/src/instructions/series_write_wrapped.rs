//! Writes lots of a series and delivers the longs as tokens, to holders who need neither sign nor have an account.
use crate::errors::MarginError;
use crate::events::{SeriesWrittenWrapped, Stamp};
use crate::guard::{new_risk_take, spot, vault_of, BRAKE};
use crate::portfolio_reads::Need;
use crate::state::{less, long, MarginAccount, Market, PositionChange, Wrapped};
use crate::valuation::Surroundings;
use crate::wrapped_mint;
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use risk::feed::Purpose;
use units::PriceE6;

#[derive(Accounts)]
pub struct SeriesWriteWrapped {
    /// A vault by the vault program's own account: what it may write, that program decides.
    #[account(constraint = vault_of(writer_owner.account()).is_ok() @ MarginError::WriterNotVault)]
    pub writer_owner: Signer,
    #[account(mut)]
    pub market: Account<Market>,
    #[account(
        mut,
        constraint = address_eq(&writer.market, market.address()) @ MarginError::AccountOfAnotherMarket,
        constraint = address_eq(&writer.owner, writer_owner.address()) @ MarginError::NotAccountOwner
    )]
    pub writer: Account<MarginAccount>,
    #[account(mut, constraint = address_eq(&wrapped.market, market.address()) @ MarginError::WrappedOfAnotherMarket)]
    pub wrapped: Account<Wrapped>,
    #[account(mut, address = wrapped.mint @ MarginError::WrongWrappedMint)]
    pub mint: UncheckedAccount,
    /// Any token account of the mint: the vault chooses. Token-2022 holds it to the mint.
    #[account(mut)]
    pub destination: UncheckedAccount,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(address = market.custody @ MarginError::CustodyOfAnotherMarket)]
    pub custody: UncheckedAccount,
    #[account(address = market.feed @ MarginError::FeedOfAnotherMarket)]
    pub feed: UncheckedAccount,
    pub token_2022_program: Program<Token2022>,
}

impl SeriesWriteWrapped {
    /// Authority: the vault that owns the writer. Takes the series' expiry, writable, among the accounts beyond the named ones.
    /// Effects: the writer is short `lots` more, calls or puts, and as many tokens are minted to the destination; no cash moves.
    /// Errors: `WriterNotVault`, `AmountZero`, `LevelForbids`, `FillThrottled`, `RateThrottled`, `ExpiryMissing`, `SeriesExpired`, `PositionsFull`,
    /// `NotionalTooLarge`, `FeedStale`, `InitialMarginNegative`.
    fn validate(&self, lots: u64) -> Result<()> {
        require!(lots > 0, MarginError::AmountZero);
        Ok(())
    }

    pub fn series_write_wrapped(&mut self, lots: u64, others: &mut [AccountView]) -> Result<()> {
        let stamp = Stamp::now()?;
        self.validate(lots)?;
        let spot = spot(self.feed.account(), Purpose::NewRisk, &stamp)?;
        let (brake, custody) = (self.brake.account(), self.custody.account());
        new_risk_take(&mut self.market, brake, custody, lots, stamp.unix_s)?;
        let (written, wrapped_lots) = self.lots_write(lots, others, spot, &stamp)?;
        // INVARIANT(M-4)
        let around = Surroundings::new(&self.market, self.feed.account(), others).at(spot, stamp.unix_s);
        let margin = self.writer.initial_margin(&around, Need::NewRisk, None)?;
        require!(margin.0 >= 0, MarginError::InitialMarginNegative);
        emit!(SeriesWrittenWrapped {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            writer: *self.writer.address(),
            wrapped: *self.wrapped.address(),
            destination: *self.destination.address(),
            lots,
            writer_lots: written.after.0,
            wrapped_lots,
        });
        wrapped_mint::mint_to(&self.wrapped, &mut self.mint, &mut self.destination, lots);
        Ok(())
    }

    /// INVARIANT(M-2): the writer short, as many behind tokens.
    #[inline(never)]
    fn lots_write(
        &mut self,
        lots: u64,
        others: &mut [AccountView],
        spot: PriceE6,
        stamp: &Stamp,
    ) -> Result<(PositionChange, u64)> {
        let mut expiry = self.wrapped.expiry_mut(others)?;
        expiry.require_trading(stamp.unix_s)?;
        let series = self.wrapped.series(&expiry)?;
        let written = self.writer.lots_apply(&mut self.market, &mut expiry, &series, less(lots)?, spot)?;
        let wrapped_lots = self.wrapped.lots_apply(&mut self.market, &mut expiry, long(lots)?)?;
        Ok((written, wrapped_lots))
    }
}
