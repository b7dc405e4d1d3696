//! Fixes the settlement price of one expiry, once and for all.
#![allow(unused_variables, reason = "the derive hands instruction arguments to functions that do not all use them")]
use crate::events::{SettlementCaptured, SettlementFinalised};
use crate::state::{Feed, Settlement};
use crate::OracleError;
use abi::oracle::{SETTLEMENT_CAPTURED, SETTLEMENT_FINAL, SETTLEMENT_SEED};
use anchor_lang::prelude::*;
use risk::settlement::Settled;
use units::{PriceE6, UnixSeconds};

#[derive(Accounts)]
#[instruction(expiry_unix_s: i64)]
pub struct SettlementFinalise {
    #[account(mut)]
    pub payer: Signer,
    /// No seeds: only `feed_create` creates accounts of this kind, and the settlement is bound to this one.
    #[account(mut, constraint = feed.is_free() @ OracleError::FeedHeld)]
    pub feed: Account<Feed>,
    /// There already if a guardian has delayed it.
    #[account(
        init_if_needed,
        payer = payer,
        seeds = [SETTLEMENT_SEED, feed.address().as_ref(), &expiry_unix_s.to_le_bytes()],
        bump
    )]
    pub settlement: Account<Settlement>,
    pub system_program: Program<System>,
}

impl SettlementFinalise {
    /// Authority: anyone, who pays the rent.
    /// Effects: the price of this feed and expiry is final; while a guardian's delay runs it is captured instead, and a second call
    /// makes it final. INVARIANT(O-4): no instruction writes to one that is final, nor another price to one that is captured.
    /// Errors: `FeedHeld`, `SettlementIsFinal`, `NotExpired`, `SettlementPending`, `ExpiryOutOfRange`, `SettlementDelayed`.
    fn validate(&self, expiry_unix_s: i64, now: UnixSeconds) -> Result<Settled> {
        require!(self.settlement.state != SETTLEMENT_FINAL, OracleError::SettlementIsFinal);
        let delayed = now.0 < self.settlement.not_before_unix_s.get();
        if self.settlement.state == SETTLEMENT_CAPTURED {
            require!(!delayed, OracleError::SettlementDelayed);
            return Ok(self.settlement.captured());
        }
        let (checked, bucket_s) = (self.feed.checked(), self.feed.bucket_s.get());
        let settled = risk::settlement::settle(UnixSeconds(expiry_unix_s), checked, now, bucket_s, |place| {
            self.feed.bucket(place)
        });
        Ok(settled.map_err(OracleError::from)?)
    }

    pub fn settlement_finalise(&mut self, expiry_unix_s: i64, bumps: &SettlementFinaliseBumps) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        let settled = self.validate(expiry_unix_s, UnixSeconds(unix_s))?;
        if self.settlement.version == 0 {
            self.feed.record_opened()?;
        }
        self.settlement.open(*self.feed.address(), expiry_unix_s, bumps.settlement);
        self.settlement.buckets_used = settled.buckets_used;
        self.settlement.price_e6 = settled.price.0.into();
        self.settlement.window_end_unix_s = settled.window_end.0.into();
        let (seq, feed, settlement) = (self.feed.seq.get(), *self.feed.address(), *self.settlement.address());
        let (price_e6, not_before_unix_s) = (settled.price.0, self.settlement.not_before_unix_s.get());
        if unix_s < not_before_unix_s {
            self.settlement.state = SETTLEMENT_CAPTURED;
            emit!(SettlementCaptured {
                slot,
                unix_s,
                seq,
                feed,
                settlement,
                expiry_unix_s,
                price_e6,
                not_before_unix_s
            });
            return Ok(());
        }
        self.settlement.state = SETTLEMENT_FINAL;
        self.settlement.finalised_unix_s = unix_s.into();
        self.settlement.finalised_slot = slot.into();
        emit!(SettlementFinalised {
            slot,
            unix_s,
            seq,
            feed,
            settlement,
            expiry_unix_s,
            price_e6,
            buckets_used: settled.buckets_used,
            window_end_unix_s: settled.window_end.0,
        });
        Ok(())
    }
}

impl Settlement {
    /// Fills in what never changes; nothing else is touched.
    pub fn open(&mut self, feed: Address, expiry_unix_s: i64, bump: u8) {
        self.version = crate::state::VERSION;
        self.min_reader = crate::state::MIN_READER;
        self.bump = bump;
        self.feed = feed;
        self.expiry_unix_s = expiry_unix_s.into();
    }

    fn captured(&self) -> Settled {
        Settled {
            price: PriceE6(self.price_e6.get()),
            buckets_used: self.buckets_used,
            window_end: UnixSeconds(self.window_end_unix_s.get()),
        }
    }
}
