//! What a feed holds of one source.

use super::{Fresh, Moment, Pin, Quote, Refusal, sample};
use units::{Slot, UnixSeconds};

/// The last publication taken from a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    pub quote: Quote,
    pub published: UnixSeconds,
    pub slot: Slot,
}

impl Held {
    /// What the pinned account's bytes say at `moment`, and whether it is newer than what is held; if it is, it is held from now on.
    /// The caller has checked owner and address.
    ///
    /// INVARIANT(O-1): the quote held changes only together with a later publish time.
    ///
    /// Errors: why the source is not usable now; what is held changes only by a publication that is.
    pub fn observe(&mut self, pin: &Pin, data: &[u8], moment: Moment) -> Result<(Fresh, bool), Refusal> {
        let (found, sample) = sample(pin.kind, data)?;
        pin.check(&found)?;
        sample.check_order(self.published, moment)?;
        if sample.published == self.published {
            return Ok((self.quote.fresh(self.published, self.slot, moment)?, false));
        }
        let quote = sample.normalise()?;
        let fresh = quote.fresh(sample.published, sample.slot, moment)?;
        *self = Self { quote, published: sample.published, slot: sample.slot };
        Ok((fresh, true))
    }
}
