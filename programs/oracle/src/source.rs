//! Reading a feed's pinned sources.
use crate::state::{Feed, Source};
use crate::OracleError;
use anchor_lang::prelude::*;
use risk::feed::{Fresh, Held, Moment, Pin, Quote, Reading, Refusal, SOURCES};
use units::{PriceE6, Slot, UnixSeconds};

impl Source {
    /// The source in `account`, pinned by its owner, address and what its bytes say they are.
    ///
    /// Errors: `SourceOwnerUnsupported`, and why the account is not usable now: what cannot be read today is not pinned.
    pub fn pinned(account: &AccountView, feed_id: [u8; 32], moment: Moment) -> Result<Self> {
        let kind = Pin::kind_of(&account.owner().to_bytes()).ok_or(OracleError::SourceOwnerUnsupported)?;
        let scope = {
            let data = account.try_borrow()?;
            let (pin, _) = risk::feed::sample(kind, &data).map_err(OracleError::from)?;
            pin.scope
        };
        let mut source =
            Self { kind, owner: *account.owner(), address: *account.address(), feed_id, scope, ..Self::default() };
        source.observe(account, moment).map_err(OracleError::from)?;
        // The first refresh takes in its first publication.
        Ok(Self {
            published_unix_s: 0.into(),
            published_slot: 0.into(),
            price_e6: 0.into(),
            half_width_e6: 0.into(),
            ..source
        })
    }

    /// What `account`, at the pinned address, says at `moment`, and whether it is newer than what the feed holds; only what can be used is
    /// kept here.
    ///
    /// INVARIANT(O-1): the kept price changes only together with a later publish time.
    fn observe(&mut self, account: &AccountView, moment: Moment) -> core::result::Result<(Fresh, bool), Refusal> {
        if !account.owned_by(&self.owner) {
            return Err(Refusal::OwnerMismatch);
        }
        let data = account.try_borrow().map_err(|_| Refusal::LengthWrong)?;
        let pin = Pin { kind: self.kind, feed_id: self.feed_id, scope: self.scope };
        let mut held = Held {
            quote: Quote { price: PriceE6(self.price_e6.get()), half_width: PriceE6(self.half_width_e6.get()) },
            published: UnixSeconds(self.published_unix_s.get()),
            slot: Slot(self.published_slot.get()),
        };
        let (fresh, newer) = held.observe(&pin, &data, moment)?;
        self.price_e6 = held.quote.price.0.into();
        self.half_width_e6 = held.quote.half_width.0.into();
        self.published_unix_s = held.published.0.into();
        self.published_slot = held.slot.0.into();
        Ok((fresh, newer))
    }
}

impl Feed {
    /// INVARIANT(O-5): fails unless `accounts` are the pinned ones, all of them, each once, in their order.
    ///
    /// Errors: `SourceMissing`, `SourceSurplus`, `SourceDoubled`, `SourceOutOfOrder`, `SourceAddressMismatch`.
    pub fn check_sources(&self, accounts: &[AccountView]) -> Result<()> {
        let count = usize::from(self.source_count);
        require!(accounts.len() >= count, OracleError::SourceMissing);
        require!(accounts.len() <= count, OracleError::SourceSurplus);
        for (account, source) in accounts.iter().zip(self.pinned()) {
            let passed = account.address();
            if *passed != source.address {
                let times = accounts.iter().filter(|other| other.address() == passed).count();
                require!(times < 2, OracleError::SourceDoubled);
                require!(self.pinned().all(|other| other.address != *passed), OracleError::SourceOutOfOrder);
                return Err(OracleError::SourceAddressMismatch.into());
            }
        }
        Ok(())
    }

    /// What each source says, and whether any of them brought something newer. The caller has checked the accounts' addresses.
    pub fn read_sources(&mut self, accounts: &[AccountView], moment: Moment) -> ([Reading; SOURCES], bool) {
        let mut readings = [Err(Refusal::Absent); SOURCES];
        let mut any_newer = false;
        for ((account, source), reading) in accounts.iter().zip(&mut self.sources).zip(&mut readings) {
            *reading = source.observe(account, moment).map(|(fresh, newer)| {
                any_newer |= newer;
                fresh
            });
        }
        (readings, any_newer)
    }
}
