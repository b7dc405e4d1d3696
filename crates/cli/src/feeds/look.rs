//! One feed and its sources at one moment.

use abi::oracle::{Feed, Source};
use risk::feed::{Aggregate, Held, Moment, Pin, Place, Reading, Refusal, SOURCES, State, aggregate};
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
    /// What counts for it now. If its account is refused: what that says all the same, or what the feed last took from it if that cannot
    /// be read, at a time of 0 if it never took anything.
    pub says: Held,
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
    let mut said = [Held::default(); SOURCES];
    for (((source, account), reading), says) in pinned(feed).zip(accounts).zip(&mut readings).zip(&mut said) {
        let data = pinned_data(source, account.as_ref());
        *says = source.into();
        *reading = data.and_then(|data| Ok(says.observe(&source.into(), data, moment)?.0));
        // What is refused is shown in its own words.
        if let (Err(_), Ok(refused)) = (&reading, data.and_then(|data| publication(source, data))) {
            *says = refused;
        }
    }
    let found = aggregate(&readings, now.average_at(moment.now, feed.bucket_s.get()), feed.min_sources);
    let sources = pinned(feed).zip(said).zip(found.places);
    let sources = sources.map(|((source, says), place)| SourceLook {
        kind: source.kind,
        address: source.address.into(),
        says,
        place,
    });
    FeedLook { address: *address, feed: *feed, recorded, found, sources: sources.collect() }
}

/// The bytes of a source's account, if the pinned program owns it.
fn pinned_data<'a>(source: &Source, account: Option<&'a (Pubkey, Vec<u8>)>) -> Result<&'a [u8], Refusal> {
    // An account that is not there belongs to nobody.
    account
        .filter(|(owner, _)| owner.to_bytes() == source.owner)
        .map(|(_, data)| &data[..])
        .ok_or(Refusal::OwnerMismatch)
}

/// What the pinned source published, good or bad.
fn publication(source: &Source, data: &[u8]) -> Result<Held, Refusal> {
    let (found, sample) = risk::feed::sample(source.kind, data)?;
    Pin::from(source).check(&found)?;
    Ok(Held { quote: sample.normalise()?, published: sample.published, slot: sample.slot })
}
