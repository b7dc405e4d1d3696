//! A board's terms, who of its publishers signed, and which expiries have surfaces.
use crate::state::Board;
use crate::OracleError;
use abi::oracle::{PUBLISHERS, SURFACES};
use anchor_lang::prelude::*;
use risk::surface::MOVE_BPS_MAX;

/// Who publishes, how many together, and how fast.
pub struct Terms<'a> {
    pub threshold: u8,
    pub move_bps: u16,
    pub publishers: &'a [Address],
}

/// The expiries on either side that have surfaces; `None` at the ends.
pub struct Sides {
    pub earlier_unix_s: Option<i64>,
    pub later_unix_s: Option<i64>,
}

impl Terms<'_> {
    pub fn check(&self) -> Result<()> {
        let count = self.publishers.len();
        require!((1..=PUBLISHERS).contains(&count), OracleError::PublishersOutOfRange);
        for (at, publisher) in self.publishers.iter().enumerate() {
            let doubled = self.publishers.iter().take(at).any(|other| other == publisher);
            require!(!doubled, OracleError::PublisherDoubled);
        }
        require!((1..=count).contains(&usize::from(self.threshold)), OracleError::ThresholdOutOfRange);
        require!((1..=MOVE_BPS_MAX).contains(&self.move_bps), OracleError::MoveBoundOutOfRange);
        Ok(())
    }

    /// The publishers as an account stores them, and their count.
    pub fn stored(&self) -> Result<([Address; PUBLISHERS], u8)> {
        let mut stored = [Address::default(); PUBLISHERS];
        for (place, publisher) in stored.iter_mut().zip(self.publishers) {
            *place = *publisher;
        }
        Ok((stored, u8::try_from(self.publishers.len()).map_err(|_| OracleError::PublishersOutOfRange)?))
    }
}

impl Board {
    /// Numbers the next event.
    pub fn seq_next(&mut self) -> Result<u64> {
        let seq = self.seq.get().checked_add(1).ok_or(OracleError::CounterOverflow)?;
        self.seq = seq.into();
        Ok(seq)
    }

    /// Which publishers signed, as bits.
    ///
    /// Errors: `PublisherNotSigner`, `NotPublisher`, `PublisherDoubled`, `PublishersTooFew`.
    pub fn signed_by(&self, signers: &[AccountView]) -> Result<u16> {
        let mut bits = 0_u16;
        for signer in signers {
            require!(signer.is_signer(), OracleError::PublisherNotSigner);
            let publishers = self.publishers.iter().take(usize::from(self.publisher_count));
            let place = publishers.zip(0_u32..).find(|(publisher, _)| *publisher == signer.address());
            let (_, place) = place.ok_or(OracleError::NotPublisher)?;
            // BOUND: a board has eight publishers.
            let bit = 1_u16.checked_shl(place).ok_or(OracleError::NotPublisher)?;
            require!(bits & bit == 0, OracleError::PublisherDoubled);
            bits |= bit;
        }
        require!(bits.count_ones() >= u32::from(self.threshold), OracleError::PublishersTooFew);
        Ok(bits)
    }

    fn listed(&self) -> impl Iterator<Item = i64> + '_ {
        self.expiries_unix_s.iter().take(usize::from(self.surface_count)).map(|expiry| expiry.get())
    }

    /// Neighbours of `expiry_unix_s` among the expiries that have surfaces and have not passed.
    pub fn sides(&self, expiry_unix_s: i64, now_unix_s: i64) -> Sides {
        let live = || self.listed().filter(|listed| *listed > now_unix_s);
        Sides {
            earlier_unix_s: live().filter(|listed| *listed < expiry_unix_s).max(),
            later_unix_s: live().filter(|listed| *listed > expiry_unix_s).min(),
        }
    }

    /// Lists `expiry_unix_s` if it is new, and forgets those that have passed. Error: `SurfacesFull`.
    pub fn list(&mut self, expiry_unix_s: i64, now_unix_s: i64) -> Result<()> {
        if self.listed().any(|listed| listed == expiry_unix_s) {
            return Ok(());
        }
        let mut kept = [0_i64; SURFACES];
        let mut count = 0_usize;
        let live = self.listed().filter(|listed| *listed > now_unix_s && *listed < expiry_unix_s);
        let later = self.listed().filter(|listed| *listed > expiry_unix_s);
        for expiry in live.chain([expiry_unix_s]).chain(later) {
            *kept.get_mut(count).ok_or(OracleError::SurfacesFull)? = expiry;
            count = count.checked_add(1).ok_or(OracleError::SurfacesFull)?;
        }
        self.expiries_unix_s = kept.map(Into::into);
        self.surface_count = u8::try_from(count).map_err(|_| OracleError::SurfacesFull)?;
        Ok(())
    }
}
