//! Source accounts of the three kinds, byte for byte as their programs store them.

use crate::{World, key};
use abi::{
    Address, chainlink, ids, oracle,
    pyth::{self, PriceUpdate},
    switchboard::{self, PullFeed},
};
use solana_account::Account;
use solana_pubkey::Pubkey;

/// Pyth's exponent, and Chainlink's decimals, of a price in dollars.
const EXPONENT: i32 = -8;
const DECIMALS: u8 = 8;
/// One of their units, and one of Switchboard's, in the protocol's unit of 1e-6.
const PER_E6: u64 = 100;
const SWITCHBOARD_PER_E6: i128 = 1_000_000_000_000;

/// Whose account it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    Pyth,
    Switchboard,
    Chainlink,
}

impl SourceKind {
    pub const ALL: [Self; 3] = [Self::Pyth, Self::Switchboard, Self::Chainlink];

    /// `abi::oracle::Source::kind`.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Pyth => oracle::SOURCE_PYTH,
            Self::Switchboard => oracle::SOURCE_SWITCHBOARD,
            Self::Chainlink => oracle::SOURCE_CHAINLINK,
        }
    }

    /// The program that owns its accounts.
    pub const fn owner(self) -> Address {
        match self {
            Self::Pyth => ids::PYTH_RECEIVER,
            Self::Switchboard => ids::SWITCHBOARD,
            Self::Chainlink => ids::CHAINLINK,
        }
    }
}

/// A source account that a feed can be pinned to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceAccount {
    pub kind: SourceKind,
    pub address: Pubkey,
    /// Pyth's feed id, Switchboard's feed hash, Chainlink's description.
    pub feed_id: [u8; 32],
    /// Switchboard's queue, Chainlink's decimals in the first byte, zeros for Pyth.
    pub scope: [u8; 32],
}

/// What a source says at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Publication {
    pub price_e6: u64,
    /// Pyth's confidence, Switchboard's standard deviation; Chainlink has none.
    pub doubt_e6: u64,
    pub published_unix_s: i64,
    pub slot: u64,
}

impl Publication {
    /// `price_e6`, with a doubt of ten basis points, published now.
    pub fn now(world: &mut World, price_e6: u64) -> Self {
        let clock = world.clock();
        Self { price_e6, doubt_e6: price_e6 / 1_000, published_unix_s: clock.unix_timestamp, slot: clock.slot }
    }
}

impl SourceAccount {
    /// The account of this kind for what `name` names, such as "SOL/USD".
    pub fn new(kind: SourceKind, name: &str) -> Self {
        let scope = match kind {
            SourceKind::Pyth => [0; 32],
            SourceKind::Switchboard => key("switchboard queue").to_bytes(),
            SourceKind::Chainlink => std::array::from_fn(|at| if at == 0 { DECIMALS } else { 0 }),
        };
        Self {
            kind,
            address: key(&format!("{kind:?} {name}")),
            feed_id: key(&format!("{kind:?} feed id {name}")).to_bytes(),
            scope,
        }
    }

    /// One account of each kind, in the order of [`SourceKind::ALL`].
    pub fn three(name: &str) -> [Self; 3] {
        SourceKind::ALL.map(|kind| Self::new(kind, name))
    }

    pub fn owner(&self) -> Pubkey {
        self.kind.owner().into()
    }

    /// The account's bytes with this publication in it.
    pub fn bytes(&self, publication: &Publication) -> Vec<u8> {
        let Publication { price_e6, doubt_e6, published_unix_s, slot } = *publication;
        match self.kind {
            SourceKind::Pyth => {
                let (price, confidence) = (i64::try_from(price_e6 * PER_E6).expect("a price"), doubt_e6 * PER_E6);
                let update = PriceUpdate {
                    write_authority: key("pyth writer").to_bytes(),
                    feed_id: self.feed_id,
                    price,
                    confidence,
                    exponent: EXPONENT,
                    published_unix_s,
                    previous_published_unix_s: published_unix_s - 1,
                    ema_price: price,
                    ema_confidence: confidence,
                    posted_slot: slot,
                };
                pyth::price_update_bytes(&update).to_vec()
            }
            SourceKind::Switchboard => {
                let deviation = i128::from(doubt_e6) * SWITCHBOARD_PER_E6;
                let feed = PullFeed {
                    queue: self.scope,
                    feed_hash: self.feed_id,
                    updated_unix_s: published_unix_s,
                    value: i128::from(price_e6) * SWITCHBOARD_PER_E6,
                    deviation,
                    // Of two samples, as the real feeds often have.
                    range: deviation * 2,
                    samples: 2,
                    slot,
                    min_slot: slot,
                    max_staleness_slots: 250,
                };
                switchboard::pull_feed_bytes(&feed).to_vec()
            }
            SourceKind::Chainlink => {
                let round = chainlink::Round {
                    description: self.feed_id,
                    decimals: self.scope[0],
                    slot,
                    timestamp_unix_s: u32::try_from(published_unix_s).expect("a time before 2106"),
                    answer: i128::from(price_e6 * PER_E6),
                };
                chainlink::round_bytes(&round).to_vec()
            }
        }
    }

    /// Writes the account as its program would.
    pub fn publish(&self, world: &mut World, publication: &Publication) {
        self.publish_bytes(world, self.bytes(publication));
    }

    /// Writes any bytes into the account.
    pub fn publish_bytes(&self, world: &mut World, data: Vec<u8>) {
        let lamports = 50_000_000;
        world.set_account(&self.address, Account { lamports, data, owner: self.owner(), ..Account::default() });
    }
}
