//! Takes a volatility surface for one expiry from enough of the board's publishers, signing together.
#![allow(unused_variables, reason = "the derive hands instruction arguments to functions that do not all use them")]
use crate::events::SurfacePosted;
use crate::state::{Board, Feed, Surface, MIN_READER, VERSION};
use crate::surface::{listed_strikes, neighbours, Listed};
use crate::OracleError;
use abi::oracle::{BOARD_SEED, SURFACE_SEED};
use anchor_lang::prelude::*;
use risk::feed::Purpose;
use risk::surface::{check, Fit, Setting};
use units::{Slot, UnixSeconds};

#[derive(Accounts)]
#[instruction(expiry_unix_s: i64)]
pub struct SurfacePost {
    #[account(mut)]
    pub payer: Signer,
    /// No seeds: only `feed_create` creates accounts of this kind, and board and surface are bound to this one.
    #[account(mut, constraint = feed.is_free() @ OracleError::FeedHeld)]
    pub feed: Account<Feed>,
    #[account(mut, seeds = [BOARD_SEED, feed.address().as_ref()], bump = board.bump)]
    pub board: Account<Board>,
    /// Checked by the handler: a market of the margin program over this feed.
    pub market: UncheckedAccount,
    /// Checked by the handler: that market's expiry of this time, still listed.
    pub expiry: UncheckedAccount,
    #[account(
        init_if_needed,
        payer = payer,
        seeds = [SURFACE_SEED, feed.address().as_ref(), &expiry_unix_s.to_le_bytes()],
        bump
    )]
    pub surface: Account<Surface>,
    pub system_program: Program<System>,
}

impl SurfacePost {
    /// Authority: as many of the board's publishers as its threshold asks for. Then the surfaces of the neighbouring expiries that the
    /// board lists, earlier first, and the publishers.
    /// Effects: the surface of this feed and expiry. Recorded at every level of the breaker.
    /// Errors: `FeedHeld`, `MarketUnreadable`, `MarketOfAnotherFeed`, `ExpiryUnreadable`, `ExpiryMismatch`, `NeighbourMissing`, `NeighbourMismatch`,
    /// `PublisherNotSigner`, `NotPublisher`, `PublisherDoubled`, `PublishersTooFew`, `FeedUnreliable`, and each `Surface...` error.
    fn validate(
        &self,
        expiry_unix_s: i64,
        fit: &Fit,
        more: &[AccountView],
        now: UnixSeconds,
        slot: Slot,
    ) -> Result<u16> {
        let expiry = UnixSeconds(expiry_unix_s);
        let Listed { strikes, count } = listed_strikes(&self.market, &self.expiry, self.feed.address(), expiry)?;
        let sides = self.board.sides(expiry_unix_s, now.0);
        let (earlier, later, signers) = neighbours(self.feed.address(), &sides, more)?;
        let signed_by = self.board.signed_by(signers)?;
        let (spot, _) =
            self.feed.published().rely(Purpose::ReduceRisk, now, slot).map_err(|_| OracleError::FeedUnreliable)?;
        let gap = |side: Option<i64>| side.map_or(0, |side| side.abs_diff(expiry_unix_s));
        let setting = Setting {
            now,
            expiry,
            bucket_s: self.feed.bucket_s.get(),
            spot,
            strikes: strikes.get(..count).unwrap_or(&strikes),
            previous: self.surface.standing(),
            earlier,
            later,
            move_bps: self.board.move_bps.get(),
            realised: (self.feed.variance_24h_e12.get(), self.feed.variance_samples.get()),
        };
        check(fit, &setting, (gap(sides.earlier_unix_s), gap(sides.later_unix_s))).map_err(OracleError::from)?;
        Ok(signed_by)
    }

    pub fn surface_post(
        &mut self,
        expiry_unix_s: i64,
        fit: &Fit,
        more: &[AccountView],
        bumps: &SurfacePostBumps,
    ) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        let signed_by = self.validate(expiry_unix_s, fit, more, UnixSeconds(unix_s), Slot(slot))?;
        self.board.list(expiry_unix_s, unix_s)?;
        let revision = self.surface.revision.get().checked_add(1).ok_or(OracleError::CounterOverflow)?;
        if self.surface.version == 0 {
            self.feed.record_opened()?;
        }
        self.surface.version = VERSION;
        self.surface.min_reader = MIN_READER;
        self.surface.bump = bumps.surface;
        self.surface.signed_by = signed_by.into();
        self.surface.feed = *self.feed.address();
        self.surface.expiry_unix_s = expiry_unix_s.into();
        self.surface.store(fit);
        self.surface.revision = revision.into();
        self.surface.posted_slot = slot.into();
        self.surface.posted_unix_s = unix_s.into();
        emit!(SurfacePosted {
            slot,
            unix_s,
            seq: self.board.seq_next()?,
            feed: *self.feed.address(),
            surface: *self.surface.address(),
            expiry_unix_s,
            revision,
            signed_by,
            a_e9: fit.svi.a_e9,
            b_e9: fit.svi.b_e9,
            rho_e9: fit.svi.rho_e9,
            m_e9: fit.svi.m_e9,
            sigma_e9: fit.svi.sigma_e9,
            reference_s: fit.reference_s,
            rate_e9: fit.rate_e9,
        });
        Ok(())
    }
}
