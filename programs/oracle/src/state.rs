//! The program's accounts: layouts from `abi`, under Anchor's attribute, and their buckets as the settlement rule sees them.
use crate::OracleError;
use anchor_lang::prelude::*;
use risk::settlement::RING;
use units::{PriceE6, UnixSeconds};

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

impl Config {
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

    pub fn refreshed(&self) -> UnixSeconds {
        UnixSeconds(self.refreshed_unix_s.get())
    }

    /// Credits the price that stood since the last refresh to the buckets it stood in.
    pub fn credit_until(&mut self, now: UnixSeconds) -> Result<()> {
        let price = PriceE6(self.price_e6.get());
        for credit in risk::settlement::credits(self.refreshed(), now, self.bucket_s.get()) {
            let place = usize::try_from(credit.number % RING).ok().and_then(|place| self.buckets.get_mut(place));
            let place = place.ok_or(OracleError::CounterOverflow)?;
            let credited = risk::settlement::Bucket::from(*place).credited(credit, price);
            *place = credited.ok_or(OracleError::CounterOverflow)?.into();
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
