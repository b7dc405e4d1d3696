//! The book: which quotes there are. Pure: time is a slot that somebody passes in, and every change is a value that is returned.

use crate::{QuoteId, Refusal, Signed};
use abi::Address;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How much a book holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookLimits {
    pub quotes: u64,
    pub maker_quotes: u64,
}

/// A quote in the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub signed: Signed,
    pub filled_packages: u64,
}

/// Why a quote left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gone {
    Expired,
    Superseded,
    Filled,
    NonceUsed,
    Unauthorised,
    AccountGone,
}

impl Gone {
    pub const ALL: [Self; 6] =
        [Self::Expired, Self::Superseded, Self::Filled, Self::NonceUsed, Self::Unauthorised, Self::AccountGone];

    /// As the stream says it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Superseded => "superseded",
            Self::Filled => "filled",
            Self::NonceUsed => "nonce_used",
            Self::Unauthorised => "unauthorised",
            Self::AccountGone => "account_gone",
        }
    }
}

/// What happened to one quote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Added(Box<Signed>),
    Filled { id: QuoteId, market: Address, filled_packages: u64 },
    Gone { id: QuoteId, market: Address, why: Gone },
}

/// Quotes by id, and how to find them by last slot and by key.
#[derive(Debug)]
pub struct Book {
    limits: BookLimits,
    quotes: BTreeMap<QuoteId, Entry>,
    by_expiry: BTreeSet<(u64, QuoteId)>,
    /// Quotes of each key that has any.
    by_maker: HashMap<Address, u64>,
}

impl Book {
    pub fn new(limits: BookLimits) -> Self {
        Self { limits, quotes: BTreeMap::new(), by_expiry: BTreeSet::new(), by_maker: HashMap::new() }
    }

    pub fn len(&self) -> usize {
        self.quotes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.quotes.is_empty()
    }

    pub fn get(&self, id: &QuoteId) -> Option<&Entry> {
        self.quotes.get(id)
    }

    pub fn entries(&self) -> impl Iterator<Item = (&QuoteId, &Entry)> {
        self.quotes.iter()
    }

    /// Accounts with quotes, each once.
    pub fn accounts(&self) -> Vec<Address> {
        let mut accounts: Vec<_> = self.quotes.keys().map(|id| id.account).collect();
        accounts.dedup();
        accounts
    }

    /// Up to `count` ids after `after`, beginning anew at the end: how a round looks at some of many.
    pub fn ids_after(&self, after: Option<QuoteId>, count: usize) -> Vec<QuoteId> {
        let later = after.map_or_else(Vec::new, |after| {
            let above = (std::ops::Bound::Excluded(after), std::ops::Bound::Unbounded);
            self.quotes.range(above).map(|(id, _)| *id).collect()
        });
        let anew = self.quotes.keys().copied().take_while(|id| after.is_none_or(|after| *id <= after));
        later.into_iter().chain(anew).take(count).collect()
    }

    /// Takes a quote in; `None` if exactly it is there. Errors: `NonceTaken`, `MakerFull`, `RelayFull`.
    pub fn add(&mut self, signed: Signed) -> Result<Option<Change>, Refusal> {
        let id = signed.id();
        if let Some(there) = self.quotes.get(&id) {
            return if there.signed.message == signed.message { Ok(None) } else { Err(Refusal::NonceTaken(id.nonce)) };
        }
        if u64::try_from(self.quotes.len()).unwrap_or(u64::MAX) >= self.limits.quotes {
            return Err(Refusal::RelayFull(self.limits.quotes));
        }
        let of_maker = self.by_maker.get(&signed.maker).copied().unwrap_or_default();
        if of_maker >= self.limits.maker_quotes {
            return Err(Refusal::MakerFull(self.limits.maker_quotes));
        }
        self.by_maker.insert(signed.maker, of_maker.saturating_add(1));
        self.by_expiry.insert((signed.expiry_slot(), id));
        self.quotes.insert(id, Entry { signed: signed.clone(), filled_packages: 0 });
        Ok(Some(Change::Added(Box::new(signed))))
    }

    /// Drops what fills in no slot from this one on.
    pub fn expire(&mut self, slot: u64) -> Vec<Change> {
        let mut changes = vec![];
        while let Some((expiry, id)) = self.by_expiry.first().copied().filter(|(expiry, _)| *expiry < slot) {
            // Whatever the quotes say, the loop ends.
            self.by_expiry.remove(&(expiry, id));
            changes.extend(self.remove(&id, Gone::Expired));
        }
        changes
    }

    /// Drops an account's quotes whose nonce is below its floor.
    pub fn floor_raise(&mut self, account: Address, floor: u64) -> Vec<Change> {
        let below = QuoteId { account, nonce: 0 }..QuoteId { account, nonce: floor };
        let ids: Vec<_> = self.quotes.range(below).map(|(id, _)| *id).collect();
        ids.iter().filter_map(|id| self.remove(id, Gone::Superseded)).collect()
    }

    /// Drops an account's quotes whose maker does not pass.
    pub fn makers_keep(&mut self, account: Address, why: Gone, may: impl Fn(&Address) -> bool) -> Vec<Change> {
        let all = QuoteId { account, nonce: 0 }..=QuoteId { account, nonce: u64::MAX };
        let no_more = self.quotes.range(all).filter(|(_, entry)| !may(&entry.signed.maker));
        let ids: Vec<_> = no_more.map(|(id, _)| *id).collect();
        ids.iter().filter_map(|id| self.remove(id, why)).collect()
    }

    /// Notes how much of a quote is filled; it leaves when nothing is left.
    pub fn fill(&mut self, id: &QuoteId, filled_packages: u64) -> Option<Change> {
        let entry = self.quotes.get_mut(id)?;
        if entry.filled_packages == filled_packages {
            return None;
        }
        entry.filled_packages = filled_packages;
        if filled_packages >= entry.signed.header.max_packages.get() {
            return self.remove(id, Gone::Filled);
        }
        Some(Change::Filled { id: *id, market: entry.signed.header.market, filled_packages })
    }

    pub fn remove(&mut self, id: &QuoteId, why: Gone) -> Option<Change> {
        let entry = self.quotes.remove(id)?;
        self.by_expiry.remove(&(entry.signed.expiry_slot(), *id));
        let maker = entry.signed.maker;
        let left = self.by_maker.get(&maker).copied().unwrap_or_default().saturating_sub(1);
        if left == 0 {
            self.by_maker.remove(&maker);
        } else {
            self.by_maker.insert(maker, left);
        }
        Some(Change::Gone { id: *id, market: entry.signed.header.market, why })
    }

    /// Whether the indexes say what the quotes say, within the limits.
    #[cfg(test)]
    fn is_consistent(&self) -> bool {
        let mut by_maker = HashMap::new();
        for entry in self.quotes.values() {
            *by_maker.entry(entry.signed.maker).or_insert(0u64) += 1;
        }
        let by_expiry = self.quotes.iter().map(|(id, entry)| (entry.signed.expiry_slot(), *id)).collect();
        let within = self.quotes.len() as u64 <= self.limits.quotes
            && by_maker.values().all(|count| *count <= self.limits.maker_quotes);
        self.by_maker == by_maker && self.by_expiry == by_expiry && within
    }
}

#[cfg(test)]
mod tests;
