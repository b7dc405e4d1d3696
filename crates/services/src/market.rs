//! What daemons read of one market: itself, its feed, its expiries and their surfaces, the brake and its custody, and the cluster's clock.

use crate::{Account, Rpc, RpcError};
use abi::breaker::{Brake, Custody};
use abi::margin::{Expiry, Market};
use abi::oracle::{Feed, Surface};
use abi::{Address, Layout};
use client::addresses;
use policy::{Level, brake_level, market_level};
use solana_pubkey::Pubkey;

/// The sysvar, and where in it slot and time are.
const CLOCK: Pubkey = Pubkey::from_str_const("SysvarC1ock11111111111111111111111111111111");
const CLOCK_SLOT: usize = 0;
const CLOCK_UNIX_S: usize = 32;
/// Where an account of the margin program names its market: after discriminator and eight bytes of head.
pub const MARKET_AT: usize = 16;

#[derive(Debug, thiserror::Error)]
pub enum ReadFailure {
    #[error(transparent)]
    Rpc(#[from] RpcError),
    #[error("there is no {what} at {address}")]
    Missing { what: &'static str, address: Pubkey },
    #[error("{address} is not a {what} that this build reads")]
    Unreadable { what: &'static str, address: Pubkey },
}

/// The cluster's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    pub slot: u64,
    pub unix_s: i64,
}

/// One expiry of the market, with its surface if it has one.
#[derive(Clone, Debug)]
pub struct Listed {
    pub address: Pubkey,
    pub expiry: Expiry,
    pub surface: Option<Surface>,
}

/// A market at one moment, or nearly.
#[derive(Clone, Debug)]
pub struct View {
    pub address: Pubkey,
    pub clock: Clock,
    pub market: Market,
    pub feed: Box<Feed>,
    pub brake: Brake,
    pub custody: Custody,
    /// Ascending by time.
    pub listed: Vec<Listed>,
}

/// An account of `program` as the layout `T`.
pub fn read<T: Layout>(
    what: &'static str,
    program: &Address,
    address: Pubkey,
    account: Option<&Account>,
) -> Result<T, ReadFailure> {
    let account = account.ok_or(ReadFailure::Missing { what, address })?;
    let layout = abi::read::<T>(&account.owner.to_bytes(), program, &account.data);
    layout.copied().map_err(|_| ReadFailure::Unreadable { what, address })
}

/// As [`read`], where there may be none.
pub fn read_if<T: Layout>(program: &Address, account: Option<&Account>) -> Option<T> {
    let account = account?;
    abi::read::<T>(&account.owner.to_bytes(), program, &account.data).ok().copied()
}

fn clock(account: Option<&Account>) -> Result<Clock, ReadFailure> {
    let (what, address) = ("clock", CLOCK);
    let account = account.ok_or(ReadFailure::Missing { what, address })?;
    let word = |at: usize| account.data.get(at..).and_then(<[u8]>::first_chunk).copied();
    let unreadable = || ReadFailure::Unreadable { what, address };
    Ok(Clock {
        slot: u64::from_le_bytes(word(CLOCK_SLOT).ok_or_else(unreadable)?),
        unix_s: i64::from_le_bytes(word(CLOCK_UNIX_S).ok_or_else(unreadable)?),
    })
}

impl View {
    /// Reads the market of this address.
    pub async fn read(rpc: &Rpc, address: Pubkey) -> Result<Self, ReadFailure> {
        let market: Market = read("market", &abi::ids::MARGIN, address, rpc.account(&address).await?.as_ref())?;
        let expiries = rpc
            .program_accounts(&abi::ids::MARGIN.into(), &[(0, &Expiry::DISCRIMINATOR), (MARKET_AT, address.as_ref())])
            .await?;
        let read_one = |(at, account): &(Pubkey, Account)| {
            read::<Expiry>("expiry", &abi::ids::MARGIN, *at, Some(account)).map(|expiry| (*at, expiry))
        };
        let mut expiries = expiries.iter().map(read_one).collect::<Result<Vec<_>, _>>()?;
        expiries.sort_unstable_by_key(|(_, expiry)| expiry.expiry_unix_s.get());
        let feed = Pubkey::from(market.feed);
        let custody = Pubkey::from(market.custody);
        let mut wanted = vec![CLOCK, address, feed, addresses::brake(), custody];
        wanted.extend(expiries.iter().map(|(_, expiry)| addresses::surface(&feed, expiry.expiry_unix_s.get())));
        let found = rpc.accounts(&wanted).await?;
        let at = |index: usize| found.get(index).and_then(Option::as_ref);
        let surfaces = found.iter().skip(5).map(|account| read_if::<Surface>(&abi::ids::ORACLE, account.as_ref()));
        let listed = expiries.into_iter().zip(surfaces);
        Ok(Self {
            address,
            clock: clock(at(0))?,
            market: read("market", &abi::ids::MARGIN, address, at(1))?,
            feed: Box::new(read("feed", &abi::ids::ORACLE, feed, at(2))?),
            brake: read("brake", &abi::ids::BREAKER, addresses::brake(), at(3))?,
            custody: read("custody", &abi::ids::BREAKER, custody, at(4))?,
            listed: listed.map(|((address, expiry), surface)| Listed { address, expiry, surface }).collect(),
        })
    }

    /// The level in force for this market.
    pub fn level(&self) -> Level {
        market_level(&self.brake, &self.custody, self.clock.unix_s)
    }

    /// The level in force for the protocol.
    pub fn protocol_level(&self) -> Level {
        brake_level(&self.brake, self.clock.unix_s)
    }

    pub fn feed_address(&self) -> Pubkey {
        self.market.feed.into()
    }
}
