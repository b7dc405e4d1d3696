//! A market of a network at one moment, and what an account in it comes to, computed by the crate that the programs call.

mod figures;

pub use figures::{Distance, Inputs, bps, kind, open_lots};

use crate::{
    Connection, Error, decode,
    status::{clock, program_accounts, single},
};
use abi::margin::{self, EXPIRY_SETTLED, MarginAccount};
use abi::oracle::{Feed, Surface};
use client::addresses;
use risk::portfolio::{Moment, StoredError};
use solana_instruction::AccountMeta;
use solana_pubkey::Pubkey;
use units::{PriceE6, UnixSeconds};

/// An expiry that is listed, with its surface if there is one.
#[derive(Clone, Copy, Debug)]
pub struct Expiry {
    pub address: Pubkey,
    pub listed: margin::Expiry,
    pub surface: Option<Surface>,
}

impl Expiry {
    pub const fn time(&self) -> UnixSeconds {
        UnixSeconds(self.listed.expiry_unix_s.get())
    }

    pub fn settled(&self) -> Option<PriceE6> {
        (self.listed.state == EXPIRY_SETTLED).then(|| PriceE6(self.listed.settlement_price_e6.get()))
    }
}

/// A market with its feed, expiries and surfaces.
#[derive(Clone, Debug)]
pub struct Market {
    pub slot: u64,
    pub unix_s: i64,
    pub address: Pubkey,
    pub market: margin::Market,
    pub feed_address: Pubkey,
    pub feed: Feed,
    /// The quote token's, where the market names one.
    pub quote_feed: Option<Feed>,
    /// By time.
    pub expiries: Vec<Expiry>,
}

/// A symbol without its padding.
pub fn symbol(bytes: &[u8; 16]) -> String {
    String::from_utf8_lossy(bytes).trim_end_matches('\0').to_owned()
}

impl Market {
    /// Reads the market of this symbol; without one, the only market there is.
    pub fn read(connection: &Connection, name: Option<&str>) -> Result<Self, Error> {
        let all = program_accounts::<margin::Market>(connection, "Market", &abi::ids::MARGIN)?;
        let mut known: Vec<String> = all.iter().map(|(_, market)| symbol(&market.symbol)).collect();
        known.sort();
        let wanted = match (name, all.as_slice()) {
            (Some(name), _) => all.iter().find(|(_, market)| symbol(&market.symbol) == name),
            (None, [only]) => Some(only),
            (None, _) => None,
        };
        let (address, market) =
            *wanted.ok_or_else(|| Error::MarketUnknown { name: name.map(str::to_owned), known: known.join(", ") })?;
        Self::of(connection, address, market)
    }

    /// Reads the market at this address.
    pub fn at(connection: &Connection, address: Pubkey) -> Result<Self, Error> {
        let market = single::<margin::Market>(connection, "Market", &address)?;
        Self::of(connection, address, market.ok_or(Error::AccountMissing { address })?)
    }

    fn of(connection: &Connection, address: Pubkey, market: margin::Market) -> Result<Self, Error> {
        let feed_address = Pubkey::from(market.feed);
        let feed = single::<Feed>(connection, "Feed", &feed_address)?;
        let quote_feed = match market.quote_feed {
            none if none == [0; 32] => None,
            feed => single::<Feed>(connection, "Feed", &Pubkey::from(feed))?,
        };
        let mut expiries = Vec::new();
        for (at, listed) in program_accounts::<margin::Expiry>(connection, "Expiry", &abi::ids::MARGIN)? {
            if listed.market == address.to_bytes() {
                expiries.push(Expiry { address: at, listed, surface: None });
            }
        }
        expiries.sort_by_key(Expiry::time);
        let addresses: Vec<Pubkey> =
            expiries.iter().map(|expiry| addresses::surface(&feed_address, expiry.time().0)).collect();
        for (expiry, found) in expiries.iter_mut().zip(connection.accounts(&addresses)?) {
            if let Some((_, data)) = found {
                expiry.surface = Some(*decode::layout::<Surface>("Surface", &data)?);
            }
        }
        // Last, so that no account is from a later slot than the clock.
        let (slot, unix_s) = clock(connection)?;
        let feed = feed.ok_or(Error::AccountMissing { address: feed_address })?;
        Ok(Self { slot, unix_s, address, market, feed_address, feed, quote_feed, expiries })
    }

    pub fn symbol(&self) -> String {
        symbol(&self.market.symbol)
    }

    pub const fn spot(&self) -> PriceE6 {
        PriceE6(self.feed.price_e6.get())
    }

    pub fn moment(&self, spot: PriceE6) -> Moment<'_> {
        let now = UnixSeconds(self.unix_s);
        Moment { feed: &self.feed, spot, now, time_divisor: self.market.time_divisor.get() }
    }

    /// An expiry as margin values it, and its surface's stale minutes.
    pub fn valued(&self, expiry: &Expiry, spot: PriceE6) -> Result<(risk::portfolio::Expiry, u64), StoredError> {
        self.moment(spot).expiry(expiry.time(), expiry.settled(), expiry.surface.as_ref())
    }

    /// The accounts that a margin check reads beyond the named ones: expiries at these times, writable, their surfaces, the quote feed.
    pub fn reads(&self, times: &[i64]) -> Vec<AccountMeta> {
        let mut metas = Vec::new();
        for expiry in self.expiries.iter().filter(|expiry| times.contains(&expiry.time().0)) {
            metas.push(AccountMeta::new(expiry.address, false));
            if expiry.surface.is_some() {
                let surface = addresses::surface(&self.feed_address, expiry.time().0);
                metas.push(AccountMeta::new_readonly(surface, false));
            }
        }
        if self.quote_feed.is_some() {
            metas.push(AccountMeta::new_readonly(Pubkey::from(self.market.quote_feed), false));
        }
        metas
    }
}

/// The margin account at this address.
pub fn account(connection: &Connection, address: &Pubkey) -> Result<MarginAccount, Error> {
    single::<MarginAccount>(connection, "MarginAccount", address)?.ok_or(Error::AccountMissing { address: *address })
}

/// Times of the expiries that an account holds positions in.
pub fn times(account: &MarginAccount) -> Vec<i64> {
    let held = account.positions.iter().filter(|held| held.kind != 0).map(|held| held.expiry_unix_s.get());
    let mut times: Vec<i64> = held.collect();
    times.sort_unstable();
    times.dedup();
    times
}
