//! The program's accounts: layouts from `abi`, under Anchor's attribute, and their buckets as the settlement rule sees them.
use crate::OracleError;
use anchor_lang::prelude::*;
use risk::feed::{Published, Quote, Severity, State, Variance};
use risk::settlement::RING;
use units::{PriceE6, Slot, UnixSeconds};

abi::config_layout!(#[account]);
abi::bucket_layout!(#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable, IdlType)] #[repr(C)]);
abi::source_layout!(#[derive(Clone, Copy, Default, bytemuck::Pod, bytemuck::Zeroable, IdlType)] #[repr(C)]);
abi::feed_layout!(#[account]);
abi::settlement_layout!(#[account]);
abi::surface_layout!(#[account]);
abi::board_layout!(#[account]);

/// Layout version that this code writes, and the oldest reader that may rely on it.
pub const VERSION: u8 = 1;
pub const MIN_READER: u8 = 1;

const _: () = assert!(RING as usize == abi::oracle::BUCKETS);
const _: () = assert!(risk::feed::SOURCES == abi::oracle::SOURCES);

impl Config {
    /// Counts a root: an account under which others are counted.
    pub fn root_opened(&mut self) -> Result<()> {
        self.roots = self.roots.get().checked_add(1).ok_or(OracleError::CounterOverflow)?.into();
        Ok(())
    }

    /// Numbers the next event.
    pub fn seq_next(&mut self) -> Result<u64> {
        let seq = self.seq.get().checked_add(1).ok_or(OracleError::CounterOverflow)?;
        self.seq = seq.into();
        Ok(seq)
    }
}

impl Feed {
    /// Numbers the next event.
    pub fn seq_next(&mut self) -> Result<u64> {
        let seq = self.seq.get().checked_add(1).ok_or(OracleError::CounterOverflow)?;
        self.seq = seq.into();
        Ok(seq)
    }

    /// Cluster time of the last refresh: what has been credited to the buckets, and what never will be, is decided up to here.
    pub fn checked(&self) -> UnixSeconds {
        UnixSeconds(self.checked_unix_s.get())
    }

    /// The pinned sources, in their order.
    pub fn pinned(&self) -> impl Iterator<Item = &Source> {
        self.sources.iter().take(usize::from(self.source_count))
    }

    /// Everything but sources and buckets, as the pure code sees it.
    pub fn state(&self) -> State {
        State {
            severity: Severity::from_byte(self.severity),
            flags: self.flags,
            accepted: self.accepted,
            quote: Quote { price: PriceE6(self.price_e6.get()), half_width: PriceE6(self.confidence_e6.get()) },
            refreshed: UnixSeconds(self.refreshed_unix_s.get()),
            refreshed_slot: Slot(self.refreshed_slot.get()),
            checked: self.checked(),
            checked_slot: Slot(self.checked_slot.get()),
            sampled: PriceE6(self.sampled_e6.get()),
            average: PriceE6(self.ema_e6.get()),
            averaged: UnixSeconds(self.ema_unix_s.get()),
            stable: PriceE6(self.stable_e6.get()),
            variance: Variance {
                short_e12: self.variance_1h_e12.get(),
                long_e12: self.variance_24h_e12.get(),
                samples: self.variance_samples.get(),
                bucket: self.variance_bucket.get(),
            },
            normal_since: UnixSeconds(self.normal_since_unix_s.get()),
            normal_samples: self.normal_samples.get(),
        }
    }

    /// What readers of the feed rely on.
    pub fn published(&self) -> Published {
        Published {
            severity: Severity::from_byte(self.severity),
            quote: Quote { price: PriceE6(self.price_e6.get()), half_width: PriceE6(self.confidence_e6.get()) },
            refreshed: UnixSeconds(self.refreshed_unix_s.get()),
            refreshed_slot: Slot(self.refreshed_slot.get()),
        }
    }

    /// Stores what [`Feed::state`] loads.
    pub fn store(&mut self, state: &State) {
        self.severity = state.severity.byte();
        self.flags = state.flags;
        self.accepted = state.accepted;
        self.price_e6 = state.quote.price.0.into();
        self.confidence_e6 = state.quote.half_width.0.into();
        self.refreshed_unix_s = state.refreshed.0.into();
        self.refreshed_slot = state.refreshed_slot.0.into();
        self.checked_unix_s = state.checked.0.into();
        self.checked_slot = state.checked_slot.0.into();
        self.sampled_e6 = state.sampled.0.into();
        self.ema_e6 = state.average.0.into();
        self.ema_unix_s = state.averaged.0.into();
        self.stable_e6 = state.stable.0.into();
        self.variance_1h_e12 = state.variance.short_e12.into();
        self.variance_24h_e12 = state.variance.long_e12.into();
        self.variance_samples = state.variance.samples.into();
        self.variance_bucket = state.variance.bucket.into();
        self.normal_since_unix_s = state.normal_since.0.into();
        self.normal_samples = state.normal_samples.into();
    }

    /// Credits the price that stood since the last refresh to the buckets it stood in.
    pub fn credit_until(&mut self, state: &State, now: UnixSeconds) -> Result<()> {
        let Some(price) = state.standing() else { return Ok(()) };
        for credit in risk::settlement::credits(state.checked, now, self.bucket_s.get()) {
            let place = usize::try_from(credit.number % RING).ok().and_then(|place| self.buckets.get_mut(place));
            let place = place.ok_or(OracleError::CounterOverflow)?;
            let credited = risk::settlement::Bucket::from(*place).credited(credit, price);
            *place = credited.map_err(OracleError::from)?.into();
        }
        Ok(())
    }

    /// The bucket in a place of the ring.
    pub fn bucket(&self, place: u32) -> risk::settlement::Bucket {
        let found = usize::try_from(place).ok().and_then(|place| self.buckets.get(place));
        found.map_or_else(Default::default, |bucket| (*bucket).into())
    }
}

impl From<Bucket> for risk::settlement::Bucket {
    fn from(stored: Bucket) -> Self {
        Self {
            number: stored.number.get(),
            weight_s: stored.weight_s.get(),
            weighted_price_e6_s: stored.weighted_price_e6_s.get(),
        }
    }
}

impl From<risk::settlement::Bucket> for Bucket {
    fn from(bucket: risk::settlement::Bucket) -> Self {
        Self {
            number: bucket.number.into(),
            weight_s: bucket.weight_s.into(),
            weighted_price_e6_s: bucket.weighted_price_e6_s.into(),
        }
    }
}

impl Feed {
    /// Whether nothing holds it.
    pub fn is_free(&self) -> bool {
        shared::is_free(self.held_until_unix_s.get())
    }

    /// Counts an account under this one.
    pub fn record_opened(&mut self) -> Result<()> {
        self.records_open = shared::opened(self.records_open.get()).ok_or(OracleError::CounterOverflow)?.into();
        Ok(())
    }
}
