//! One feed and its sources at one moment.

use abi::oracle::{Feed, Source};
use risk::feed::{Aggregate, Held, Moment, Place, Reading, Refusal, SOURCES, State, aggregate};
use solana_pubkey::Pubkey;

/// A source's account as the network has it: owner and data, or nothing.
pub type SourceAccount = Option<(Pubkey, Vec<u8>)>;

/// A feed, and what a refresh at this moment would make of its sources.
#[derive(Clone, Debug)]
pub struct FeedLook {
    pub address: Pubkey,
    pub feed: Feed,
    /// What the last refresh left.
    pub recorded: State,
    /// What one would find now.
    pub found: Aggregate,
    pub sources: Vec<SourceLook>,
}

/// A source at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceLook {
    pub kind: u8,
    pub address: Pubkey,
    /// The newest publication that could be taken from it, now or before; its time is 0 if there never was one.
    pub held: Held,
    pub place: Place,
}

/// The sources a feed is pinned to, in their order.
pub fn pinned(feed: &Feed) -> impl Iterator<Item = &Source> {
    feed.sources.iter().take(usize::from(feed.source_count))
}

/// Judges `accounts`, those of the feed's sources in their order, as a refresh at `moment` would.
pub fn look(address: &Pubkey, feed: &Feed, accounts: &[SourceAccount], moment: Moment) -> FeedLook {
    let recorded = State::from(feed);
    let mut now = recorded;
    now.stand(moment.now, feed.bucket_s.get());
    let mut readings: [Reading; SOURCES] = [Err(Refusal::Absent); SOURCES];
    let mut helds = [Held::default(); SOURCES];
    for (((source, account), reading), held) in pinned(feed).zip(accounts).zip(&mut readings).zip(&mut helds) {
        *held = Held::from(source);
        *reading = read(source, account.as_ref(), held, moment);
    }
    let found = aggregate(&readings, now.average_at(moment.now, feed.bucket_s.get()), feed.min_sources);
    let sources = pinned(feed).zip(helds).zip(found.places);
    let sources = sources.map(|((source, held), place)| SourceLook {
        kind: source.kind,
        address: source.address.into(),
        held,
        place,
    });
    FeedLook { address: *address, feed: *feed, recorded, found, sources: sources.collect() }
}

fn read(source: &Source, account: Option<&(Pubkey, Vec<u8>)>, held: &mut Held, moment: Moment) -> Reading {
    // An account that is not there belongs to nobody.
    let (owner, data) = account.ok_or(Refusal::OwnerMismatch)?;
    if owner.to_bytes() != source.owner {
        return Err(Refusal::OwnerMismatch);
    }
    held.observe(&source.into(), data, moment).map(|(fresh, _)| fresh)
}
