//! The maker's round: look, price, cancel what is off, sign what is missing, post.

use crate::config::Shape;
use crate::desk::package::{self, Leg, proposals};
use crate::desk::{Found, Inventory, Series, Setting, quote};
use crate::orders::{Order, Orders};
use crate::relays::Relay;
use crate::sign::Desk;
use crate::{Config, Quoting};
use abi::margin::{EXPIRY_LISTED, KIND_CALL, KIND_PUT, MarginAccount};
use client::margin::{NonceBump, NonceBumpArgs};
use policy::{Action, allows};
use risk::average::RunningAverage;
use risk::feed::{Published, Purpose};
use risk::mark::{forward_floor, terms};
use risk::portfolio::Expiry;
use risk::surface::Standing;
use services::market::{Listed, ReadFailure, View, read};
use services::{Backoff, Health, KeyError, Rpc, RpcError, SendError, Stop, Wallet, keypair_load};
use solana_pubkey::Pubkey;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use units::{PriceE6, Slot, UnixSeconds};

const RPC_TIMEOUT: Duration = Duration::from_secs(5);
const RETRY_MOST: Duration = Duration::from_secs(10);
const LATE_AFTER: Duration = Duration::from_secs(30);
/// Buckets of a settlement's window: within it the payoff is an average's, which this desk does not price.
const WINDOW_BUCKETS: u64 = 31;

#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Rpc(#[from] RpcError),
    #[error(transparent)]
    Read(#[from] ReadFailure),
    #[error(transparent)]
    Send(#[from] SendError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("HTTP client: {0}")]
    Http(#[from] reqwest::Error),
    #[error("`{field}` is not an address: {text}")]
    Address { field: &'static str, text: String },
    #[error("`quoting`: {0}")]
    Quoting(&'static str),
    #[error("`packages`: {0}")]
    Packages(&'static str),
}

/// Why nothing is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quiet {
    Level,
    Feed,
}

impl Quiet {
    const fn word(self) -> &'static str {
        match self {
            Self::Level => "the breaker's level forbids new risk",
            Self::Feed => "the feed is not good enough to open at",
        }
    }
}

struct Maker {
    wallet: Wallet,
    params: Quoting,
    shapes: Vec<Shape>,
    market: Pubkey,
    account: Pubkey,
    genesis_hash: Option<[u8; 32]>,
    relays: Vec<Relay>,
    orders: Orders,
    /// Above every nonce ever signed.
    next_nonce: u64,
    /// Whether quotes of an earlier run are cancelled.
    swept: bool,
}

/// Quotes until the stop, then cancels.
pub async fn run(config: &Config, health: &Health, stop: &Stop) -> Result<(), RunError> {
    let mut maker = Maker::new(config)?;
    let pulse = health.part("quoting", LATE_AFTER);
    let period = Duration::from_millis(config.quoting.period_ms);
    let mut backoff = Backoff::new(period, RETRY_MOST);
    loop {
        let wait = match maker.round().await {
            Ok(()) => {
                backoff.succeeded();
                pulse.good();
                period
            }
            Err(error) => {
                tracing::warn!(%error, "a round failed");
                metrics::counter!("maker_rounds_failed_total").increment(1);
                pulse.bad(&error);
                backoff.failed()
            }
        };
        if !stop.sleep(wait).await {
            break;
        }
    }
    // Whatever is out there would fill without anybody watching it.
    maker.cancel().await
}

impl Maker {
    fn new(config: &Config) -> Result<Self, RunError> {
        config.quoting.validate().map_err(RunError::Quoting)?;
        config.packages.iter().try_for_each(Shape::validate).map_err(RunError::Packages)?;
        let address = |field: &'static str, text: &str| {
            text.parse::<Pubkey>().map_err(|_| RunError::Address { field, text: text.to_owned() })
        };
        let rpc = Rpc::new(&config.url, RPC_TIMEOUT)?;
        Ok(Self {
            wallet: Wallet::new(rpc, keypair_load(&config.keypair)?, config.fees),
            params: config.quoting,
            shapes: config.packages.clone(),
            market: address("market", &config.market)?,
            account: address("account", &config.account)?,
            genesis_hash: None,
            relays: config.relays.iter().map(|url| Relay::new(url)).collect::<Result<_, _>>()?,
            orders: Orders::default(),
            next_nonce: now_micros(),
            swept: false,
        })
    }

    async fn round(&mut self) -> Result<(), RunError> {
        let view = View::read(&self.wallet.rpc, self.market).await?;
        let account = self.wallet.rpc.account(&self.account).await?;
        let account: MarginAccount = read("margin account", &abi::ids::MARGIN, self.account, account.as_ref())?;
        self.next_nonce = self.next_nonce.max(account.nonce_floor.get());
        if !self.swept {
            // What an earlier run signed is not known here, so none of it stays.
            self.bump().await?;
            self.swept = true;
        }
        self.orders.expire(view.clock.slot);
        let (found, packages) = match ready(&view) {
            Ok(spot) => self.price(&view, spot, &account),
            Err(quiet) => {
                tracing::info!(reason = quiet.word(), "quiet");
                (Found::new(), vec![])
            }
        };
        if self.orders.are_off(&self.params, &found) {
            self.cancel().await?;
        }
        self.quote(&found, &packages, view.clock.slot).await?;
        metrics::gauge!("maker_quotes").set(f64::from(u32::try_from(self.orders.live().len()).unwrap_or(u32::MAX)));
        Ok(())
    }

    /// Cancels everything that is out there.
    async fn cancel(&mut self) -> Result<(), RunError> {
        if self.orders.live().is_empty() {
            return Ok(());
        }
        self.bump().await?;
        tracing::info!(quotes = self.orders.live().len(), "cancelled");
        metrics::counter!("maker_cancels_total").increment(1);
        self.orders.clear();
        Ok(())
    }

    async fn bump(&mut self) -> Result<(), RunError> {
        let bump = NonceBump { authority: self.wallet.key(), account: self.account };
        let floor = self.next_nonce.saturating_add(1);
        self.wallet.send("nonce_bump", &[bump.instruction(NonceBumpArgs { floor })], &[]).await?;
        self.next_nonce = floor;
        Ok(())
    }

    /// What to quote, by series, and the packages of them.
    fn price(&self, view: &View, spot: PriceE6, account: &MarginAccount) -> (Found, Vec<Vec<Leg>>) {
        let priced: Vec<_> = view.listed.iter().filter_map(|listed| self.expiry(view, spot, listed)).collect();
        let net_delta_e9 = net_delta_e9(&priced, account);
        let (mut found, mut packages) = (Found::new(), vec![]);
        for priced in priced.iter().take(self.params.expiries) {
            for strike in near(&priced.strikes, priced.expiry.forward, self.params.strikes) {
                for (kind, byte) in [(pricing::Kind::Call, KIND_CALL), (pricing::Kind::Put, KIND_PUT)] {
                    let series = Series { expiry_unix_s: priced.expiry_unix_s, strike_e6: strike.0, kind: byte };
                    let inventory =
                        Inventory { lots: held(account, &series), net_delta_e9, ..self.orders.offered(&series) };
                    let setting = terms(&priced.expiry, strike).map(|terms| Setting { terms, kind, ..priced.setting });
                    // A strike beyond what the model prices is not quoted.
                    if let Ok(quoted) = setting.and_then(|setting| quote(&self.params, &setting, &inventory)) {
                        found.insert(series, quoted);
                    }
                }
            }
            packages.extend(self.packages(priced));
        }
        (found, packages)
    }

    /// The packages of an expiry, around the strikes nearest to its forward.
    fn packages(&self, priced: &Priced) -> Vec<Vec<Leg>> {
        let centres = near(&priced.strikes, priced.expiry.forward, self.params.package_strikes);
        let places = centres.iter().filter_map(|centre| priced.strikes.iter().position(|strike| strike == centre));
        let around = |centre: usize| {
            let legs = move |shape| package::legs(shape, priced.expiry_unix_s, &priced.strikes, centre);
            self.shapes.iter().filter_map(legs)
        };
        places.flat_map(around).collect()
    }

    /// What prices an expiry; `None` for one that is not quoted.
    fn expiry(&self, view: &View, spot: PriceE6, listed: &Listed) -> Option<Priced> {
        let expiry_unix_s = listed.expiry.expiry_unix_s.get();
        let seconds = u64::try_from(expiry_unix_s.saturating_sub(view.clock.unix_s)).ok()?;
        let bucket_s = view.feed.bucket_s.get();
        let window_s = WINDOW_BUCKETS.saturating_mul(bucket_s.into());
        if listed.expiry.state != EXPIRY_LISTED || seconds < self.params.min_seconds.max(window_s) {
            return None;
        }
        let standing = Standing::from(listed.surface.as_ref()?);
        if !standing.is_fresh(UnixSeconds(view.clock.unix_s), bucket_s) {
            return None;
        }
        let forward = forward_floor(spot, standing.fit.rate_e9, seconds.cast_signed()).ok()?;
        let expiry = Expiry {
            forward,
            seconds: seconds.cast_signed(),
            svi: standing.fit.svi,
            reference_s: standing.fit.reference_s,
            average: RunningAverage::NOT_BEGUN,
        };
        let age = |since: i64| u64::try_from(view.clock.unix_s.saturating_sub(since)).unwrap_or_default();
        let setting = Setting {
            terms: terms(&expiry, forward).ok()?,
            kind: pricing::Kind::Call,
            spot_half_width_e6: view.feed.confidence_e6.get(),
            feed_age_s: age(view.feed.refreshed_unix_s.get()),
            surface_age_s: age(standing.posted.0),
        };
        let count = usize::from(listed.expiry.strike_count);
        let strikes = listed.expiry.strikes_e6.iter().take(count).map(|strike| PriceE6(strike.get())).collect();
        Some(Priced { expiry_unix_s, expiry, setting, strikes })
    }

    /// Signs what nothing stands for, and posts it.
    async fn quote(&mut self, found: &Found, packages: &[Vec<Leg>], slot: u64) -> Result<(), RunError> {
        let wanted = self.orders.wanted(&self.params, found, proposals(&self.params, found, packages), slot);
        if wanted.is_empty() {
            return Ok(());
        }
        let genesis_hash = match self.genesis_hash {
            Some(hash) => hash,
            None => *self.genesis_hash.insert(self.wallet.rpc.genesis_hash().await?),
        };
        let desk = Desk { key: self.wallet.keypair(), genesis_hash, market: self.market, account: self.account };
        let expiry_slot = slot.saturating_add(self.params.life_slots);
        let mut quotes = Vec::with_capacity(wanted.len());
        for mut wanted in wanted {
            wanted.packages = self.orders.room(&self.params, found, &wanted);
            if wanted.packages == 0 {
                continue;
            }
            let nonce = self.next_nonce;
            self.next_nonce = nonce.saturating_add(1);
            quotes.extend(desk.signed(&desk.message(&wanted, nonce, expiry_slot)));
            // Once it is signed it may be filled, whatever becomes of the post.
            self.orders.add(Order { nonce, legs: wanted.legs, packages: wanted.packages, expiry_slot });
        }
        for relay in &mut self.relays {
            if let Some(taken) = relay.post(&quotes).await {
                tracing::info!(relay = relay.url(), quotes = quotes.len(), taken, "posted");
            }
        }
        metrics::counter!("maker_quotes_signed_total").increment(u64::try_from(quotes.len()).unwrap_or_default());
        Ok(())
    }
}

/// One expiry, ready to be quoted.
struct Priced {
    expiry_unix_s: i64,
    expiry: Expiry,
    /// For the strike at the money; each strike has terms of its own.
    setting: Setting,
    strikes: Vec<PriceE6>,
}

/// The price to quote around, or why there is to be silence.
fn ready(view: &View) -> Result<PriceE6, Quiet> {
    if !allows(view.level(), Action::NewRisk) {
        return Err(Quiet::Level);
    }
    let (now, slot) = (UnixSeconds(view.clock.unix_s), Slot(view.clock.slot));
    let relied = Published::from(&*view.feed).rely(Purpose::NewRisk, now, slot);
    relied.map(|(price, _)| price).map_err(|_| Quiet::Feed)
}

/// `count` strikes on each side of the forward, or as many as there are.
fn near(strikes: &[PriceE6], forward: PriceE6, count: usize) -> Vec<PriceE6> {
    let (below, above): (Vec<PriceE6>, Vec<PriceE6>) = strikes.iter().copied().partition(|strike| *strike <= forward);
    let skipped = below.len().saturating_sub(count);
    below.into_iter().skip(skipped).chain(above.into_iter().take(count)).collect()
}

fn held(account: &MarginAccount, series: &Series) -> i64 {
    let is_it = |position: &&abi::margin::Position| {
        position.expiry_unix_s.get() == series.expiry_unix_s
            && position.strike_e6.get() == series.strike_e6
            && position.kind == series.kind
    };
    account.positions.iter().find(is_it).map_or(0, |position| position.lots.get())
}

/// Of all positions in expiries that are priced, in 1e-9 lots.
fn net_delta_e9(priced: &[Priced], account: &MarginAccount) -> i64 {
    let of = |position: &abi::margin::Position| {
        let priced = priced.iter().find(|priced| priced.expiry_unix_s == position.expiry_unix_s.get())?;
        let terms = terms(&priced.expiry, PriceE6(position.strike_e6.get())).ok()?;
        let call = i64::from(pricing::price(&terms).ok()?.call_delta_e9);
        let delta = if position.kind == KIND_CALL { call } else { call.saturating_sub(1_000_000_000) };
        Some(position.lots.get().saturating_mul(delta))
    };
    account.positions.iter().filter(|position| position.kind != 0).filter_map(of).fold(0, i64::saturating_add)
}

/// Microseconds since 1970: a nonce that no earlier run has used.
fn now_micros() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}
