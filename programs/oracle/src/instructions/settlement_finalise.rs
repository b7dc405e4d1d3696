//! Fixes the settlement price of one expiry, once and for all.
#![allow(unused_variables, reason = "the derive hands instruction arguments to functions that do not all use them")]
use crate::events::SettlementFinalised;
use crate::state::{Feed, Settlement, MIN_READER, VERSION};
use crate::OracleError;
use abi::oracle::{SETTLEMENT_FINAL, SETTLEMENT_SEED};
use anchor_lang::prelude::*;
use risk::settlement::Settled;
use units::UnixSeconds;

#[derive(Accounts)]
#[instruction(expiry_unix_s: i64)]
pub struct SettlementFinalise {
    #[account(mut)]
    pub payer: Signer,
    /// No seeds: only `feed_create` creates accounts of this kind, and the settlement is bound to this one.
    pub feed: Account<Feed>,
    #[account(init, payer = payer, seeds = [SETTLEMENT_SEED, feed.address().as_ref(), &expiry_unix_s.to_le_bytes()], bump)]
    pub settlement: Account<Settlement>,
    pub system_program: Program<System>,
}

impl SettlementFinalise {
    /// Authority: anyone, who pays the rent.
    /// Effects: creates the settlement of this feed and expiry. INVARIANT(O-4): no instruction writes to one that exists.
    /// Errors: `NotExpired`, `SettlementPending`, `ExpiryOutOfRange`; a second call fails as the account exists.
    fn validate(&self, expiry_unix_s: i64, now: UnixSeconds) -> Result<Settled> {
        let (refreshed, bucket_s) = (self.feed.refreshed(), self.feed.bucket_s.get());
        let settled = risk::settlement::settle(UnixSeconds(expiry_unix_s), refreshed, now, bucket_s, |place| {
            self.feed.bucket(place)
        });
        Ok(settled.map_err(OracleError::from)?)
    }

    pub fn settlement_finalise(&mut self, expiry_unix_s: i64, bumps: &SettlementFinaliseBumps) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        let settled = self.validate(expiry_unix_s, UnixSeconds(unix_s))?;
        self.settlement.version = VERSION;
        self.settlement.min_reader = MIN_READER;
        self.settlement.bump = bumps.settlement;
        self.settlement.buckets_used = settled.buckets_used;
        self.settlement.state = SETTLEMENT_FINAL;
        self.settlement.feed = *self.feed.address();
        self.settlement.expiry_unix_s = expiry_unix_s.into();
        self.settlement.price_e6 = settled.price.0.into();
        self.settlement.window_end_unix_s = settled.window_end.0.into();
        self.settlement.finalised_unix_s = unix_s.into();
        self.settlement.finalised_slot = slot.into();
        emit!(SettlementFinalised {
            slot,
            unix_s,
            seq: self.feed.seq.get(),
            feed: *self.feed.address(),
            settlement: *self.settlement.address(),
            expiry_unix_s,
            price_e6: settled.price.0,
            buckets_used: settled.buckets_used,
            window_end_unix_s: settled.window_end.0,
        });
        Ok(())
    }
}
