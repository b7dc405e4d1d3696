//! `bastion feeds`: what every feed holds, and what each of its sources says at this moment, judged by the code that the program runs.

mod look;
mod show;
#[cfg(test)]
mod tests;
mod words;

pub use look::{FeedLook, SourceAccount, SourceLook, look};
pub use show::{json, write};

use crate::{
    Connection, Error,
    status::{clock, program_accounts},
};
use abi::oracle::Feed;
use risk::feed::Moment;
use solana_pubkey::Pubkey;
use units::{Slot, UnixSeconds};

/// Every feed of a network at one moment.
#[derive(Clone, Debug)]
pub struct Feeds {
    pub url: String,
    pub moment: Moment,
    /// By symbol.
    pub feeds: Vec<FeedLook>,
}

/// Reads the feeds, their sources and the clock that the programs would see.
pub fn feeds(connection: &Connection) -> Result<Feeds, Error> {
    let mut found = program_accounts::<Feed>(connection, "Feed", &abi::ids::ORACLE)?;
    found.sort_by_key(|(_, feed)| feed.symbol);
    let mut sources = Vec::with_capacity(found.len());
    for (_, feed) in &found {
        let addresses: Vec<Pubkey> = look::pinned(feed).map(|source| source.address.into()).collect();
        sources.push(connection.accounts(&addresses)?);
    }
    // Last, so that no account is from a later slot than the clock.
    let (slot, unix_s) = clock(connection)?;
    let moment = Moment { now: UnixSeconds(unix_s), slot: Slot(slot) };
    let feeds = found.iter().zip(&sources).map(|((address, feed), sources)| look(address, feed, sources, moment));
    Ok(Feeds { url: connection.rpc.url(), moment, feeds: feeds.collect() })
}
