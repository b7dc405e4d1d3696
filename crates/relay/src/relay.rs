//! The relay itself: book, store, limits and what is known of the cluster, behind one lock.

use crate::book::{Book, Change};
use crate::event::{Event, Frame, QuoteJson, base58};
use crate::limits::Buckets;
use crate::store::Store;
use crate::{Config, QuoteId, Refusal, Signed, SignedJson};
use abi::Address;
use abi::margin::{DELEGATE_TRADE, MarginAccount};
use axum::extract::ws::Utf8Bytes;
use services::{Account, Rpc};
use solana_pubkey::Pubkey;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, broadcast};

/// Frames that a slow client may lag behind before it is sent a snapshot instead.
const EVENTS: usize = 4_096;
/// Keys and addresses whose rate is remembered.
const BUCKETS: usize = 16_384;
/// Accounts that are remembered between looks at the cluster.
const ACCOUNTS: usize = 4_096;
/// How long an account without quotes is remembered.
const ACCOUNT_IDLE: Duration = Duration::from_secs(60);
/// Questions to the cluster at once, for accounts that are not remembered.
const LOOKUPS: usize = 8;
/// Snapshots being sent at once.
const SNAPSHOTS: usize = 8;
/// Without a look at the cluster for so long, nothing is taken in.
pub const BLIND_AFTER: Duration = Duration::from_secs(15);

pub struct Relay {
    pub config: Config,
    pub rpc: Rpc,
    pub genesis_hash: [u8; 32],
    pub events: broadcast::Sender<Event>,
    pub snapshots: Semaphore,
    pub streams: Arc<Semaphore>,
    lookups: Semaphore,
    state: Mutex<State>,
    makers: Mutex<Buckets<Address>>,
    addresses: Mutex<Buckets<IpAddr>>,
    store: Store,
}

struct State {
    book: Book,
    seq: u64,
    slot: u64,
    /// When the slot was seen.
    seen: Option<Instant>,
    accounts: HashMap<Address, Remembered>,
}

/// What a relay must know of a maker's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Maker {
    pub market: Address,
    pub owner: Address,
    /// Only with the right to trade.
    pub delegate: Option<Address>,
    pub nonce_floor: u64,
}

#[derive(Clone, Copy)]
struct Remembered {
    maker: Maker,
    asked: Instant,
}

impl Maker {
    pub fn read(account: &Account) -> Option<Self> {
        let owner = account.owner.to_bytes();
        let account = abi::read::<MarginAccount>(&owner, &abi::ids::MARGIN, &account.data).ok()?;
        let trades = account.delegate_rights & DELEGATE_TRADE != 0;
        Some(Self {
            market: account.market,
            owner: account.owner,
            delegate: trades.then_some(account.delegate),
            nonce_floor: account.nonce_floor.get(),
        })
    }

    pub fn may_trade(&self, key: &Address) -> bool {
        self.owner == *key || self.delegate == Some(*key)
    }
}

impl Relay {
    pub fn new(config: Config, rpc: Rpc, genesis_hash: [u8; 32], store: Store, stored: Vec<Signed>) -> Self {
        let mut book = Book::new(config.book_limits());
        let found = stored.len();
        // The store was within the limits of its time; with lower ones now, some are dropped.
        let kept = stored.into_iter().filter_map(|signed| book.add(signed).ok().flatten()).count();
        tracing::info!(found, kept, "quotes of the store");
        let state = State { book, seq: 0, slot: 0, seen: None, accounts: HashMap::new() };
        Self {
            events: broadcast::Sender::new(EVENTS),
            snapshots: Semaphore::new(SNAPSHOTS),
            streams: Arc::new(Semaphore::new(usize::try_from(config.streams_max).unwrap_or(usize::MAX))),
            lookups: Semaphore::new(LOOKUPS),
            state: Mutex::new(state),
            makers: Mutex::new(Buckets::new(config.maker_rate, config.maker_burst, BUCKETS)),
            addresses: Mutex::new(Buckets::new(config.address_rate, config.address_rate.saturating_mul(10), BUCKETS)),
            config,
            rpc,
            genesis_hash,
            store,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Changes of the state are finished or not begun: nothing that can panic stands between them.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One request of this address.
    pub fn address_admit(&self, address: IpAddr) -> Result<(), Refusal> {
        let admitted = self.addresses.lock().unwrap_or_else(PoisonError::into_inner).take(address, Instant::now());
        if admitted { Ok(()) } else { Err(Refusal::AddressTooFast) }
    }

    /// Takes in a quote, or says why not; whether it is new.
    pub async fn post(&self, json: &SignedJson) -> Result<(QuoteId, bool), Refusal> {
        let signed = Signed::read(json, &self.genesis_hash)?;
        let id = signed.id();
        self.life_check(&signed)?;
        let maker = self.maker(&id.account).await?;
        if maker.market != signed.header.market {
            return Err(Refusal::MarketWrong);
        }
        if !maker.may_trade(&signed.maker) {
            return Err(Refusal::MakerUnauthorised);
        }
        if id.nonce < maker.nonce_floor {
            return Err(Refusal::Superseded { nonce: id.nonce, floor: maker.nonce_floor });
        }
        if !self.makers.lock().unwrap_or_else(PoisonError::into_inner).take(signed.maker, Instant::now()) {
            return Err(Refusal::MakerTooFast);
        }
        let mut state = self.state();
        let Some(change) = state.book.add(signed)? else { return Ok((id, false)) };
        metrics::counter!("relay_quotes_posted_total").increment(1);
        self.publish(&mut state, vec![change]);
        Ok((id, true))
    }

    fn life_check(&self, signed: &Signed) -> Result<(), Refusal> {
        let slot = self.slot().ok_or(Refusal::ChainUnseen)?;
        let (expiry, most) = (signed.expiry_slot(), self.config.life_slots_max);
        if expiry < slot {
            return Err(Refusal::Expired { expiry, slot });
        }
        if expiry > slot.saturating_add(most) {
            return Err(Refusal::ExpiryTooFar { expiry, slot, most });
        }
        Ok(())
    }

    /// The cluster's slot, if it was seen lately.
    pub fn slot(&self) -> Option<u64> {
        let state = self.state();
        state.seen.filter(|seen| seen.elapsed() <= BLIND_AFTER).map(|_| state.slot)
    }

    /// The account, remembered or asked for.
    async fn maker(&self, address: &Address) -> Result<Maker, Refusal> {
        let remembered = self.state().accounts.get_mut(address).map(|known| {
            known.asked = Instant::now();
            known.maker
        });
        if let Some(maker) = remembered {
            return Ok(maker);
        }
        let _permit = self.lookups.acquire().await.map_err(|_| Refusal::ChainUnseen)?;
        let found = self.rpc.account(&Pubkey::from(*address)).await.map_err(|error| {
            tracing::warn!(%error, "an account could not be looked up");
            Refusal::ChainUnseen
        })?;
        let maker = found.as_ref().and_then(Maker::read).ok_or_else(|| Refusal::AccountUnknown(base58(address)))?;
        let mut state = self.state();
        if state.accounts.len() < ACCOUNTS {
            state.accounts.insert(*address, Remembered { maker, asked: Instant::now() });
        }
        Ok(maker)
    }

    /// The accounts to look at: those with quotes, and those asked for lately.
    pub fn accounts(&self) -> Vec<Address> {
        let mut state = self.state();
        let mut accounts = state.book.accounts();
        state
            .accounts
            .retain(|address, known| known.asked.elapsed() < ACCOUNT_IDLE || accounts.binary_search(address).is_ok());
        accounts.extend(state.accounts.keys());
        accounts.sort_unstable();
        accounts.dedup();
        accounts
    }

    pub fn ids_after(&self, after: Option<QuoteId>, count: usize) -> Vec<QuoteId> {
        self.state().book.ids_after(after, count)
    }

    pub fn quote(&self, id: &QuoteId) -> Option<QuoteJson> {
        self.state().book.get(id).map(QuoteJson::of)
    }

    /// Notes the cluster's slot, drops what it ends, and lets every client know.
    pub fn slot_reach(&self, slot: u64) {
        let mut state = self.state();
        // Nodes behind one URL may differ by a few slots; the book never goes back.
        state.slot = state.slot.max(slot);
        state.seen = Some(Instant::now());
        let slot = state.slot;
        let gone = state.book.expire(slot);
        self.publish(&mut state, gone);
        self.send(Event { market: None, text: Frame::Slot { slot }.text() });
    }

    /// Applies a change of the book that a look at the cluster brings.
    pub fn update(&self, act: impl FnOnce(&mut Book) -> Vec<Change>) {
        let mut state = self.state();
        let changes = act(&mut state.book);
        self.publish(&mut state, changes);
    }

    /// Remembers an account as it is now; `None` is gone.
    pub fn account_remember(&self, address: Address, maker: Option<Maker>) {
        let mut state = self.state();
        let room = state.accounts.len() < ACCOUNTS;
        match (maker, state.accounts.get_mut(&address)) {
            (Some(maker), Some(known)) => known.maker = maker,
            (Some(maker), None) if room => {
                state.accounts.insert(address, Remembered { maker, asked: Instant::now() });
            }
            (Some(_), None) => {}
            (None, _) => {
                state.accounts.remove(&address);
            }
        }
    }

    /// A snapshot, and every frame after it.
    pub fn subscribe(&self, market: Option<Address>) -> (Utf8Bytes, broadcast::Receiver<Event>) {
        let state = self.state();
        let receiver = self.events.subscribe();
        (self.snapshot_of(&state, market), receiver)
    }

    pub fn snapshot(&self, market: Option<Address>) -> Utf8Bytes {
        self.snapshot_of(&self.state(), market)
    }

    fn snapshot_of(&self, state: &State, market: Option<Address>) -> Utf8Bytes {
        let of_market =
            state.book.entries().filter(|(_, entry)| market.is_none_or(|market| market == entry.signed.header.market));
        let quotes = of_market.map(|(_, entry)| QuoteJson::of(entry)).collect();
        let (seq, slot) = (state.seq, state.slot);
        Frame::Snapshot { seq, slot, genesis_hash: base58(&self.genesis_hash), quotes }.text()
    }

    /// Numbers, stores and sends changes, in the order in which the book took them.
    fn publish(&self, state: &mut State, changes: Vec<Change>) {
        for change in changes {
            state.seq = state.seq.saturating_add(1);
            match &change {
                Change::Added(signed) => self.store.put(signed),
                Change::Gone { id, why, .. } => {
                    self.store.delete(*id);
                    metrics::counter!("relay_quotes_gone_total", "reason" => why.word()).increment(1);
                }
                Change::Filled { .. } => {}
            }
            self.send(Frame::event(state.seq, &change));
        }
        let quotes = u32::try_from(state.book.len()).unwrap_or(u32::MAX);
        metrics::gauge!("relay_quotes").set(f64::from(quotes));
    }

    fn send(&self, event: Event) {
        // It fails when nobody listens.
        let _ = self.events.send(event);
    }
}
