//! Posts volatility surfaces as a publisher: a smile around the realised volatility, fitted by `pricing::fit`, checked by the oracle's own
//! function before it is sent.
//!
//! ```text
//! atm    = realised volatility of a day x premium, once there is an hour of it, else `vol_e9`; within `vol_min_e9..=vol_max_e9`
//! vol(K) = atm x (1 + skew m + curve m^2),  m = (K - F) / F within -50 %..=50 %
//! ```
//! Ours: a plain shape for networks whose options nobody else prices. Where the target moves faster than the board allows, the surface moves
//! half as far as it may; where no fit passes, the one that stands is carried on in time.

use super::Period;
use crate::drive::{Ground, RunError, Task, TaskError};
use abi::margin::EXPIRY_LISTED;
use abi::oracle::{Board, Feed};
use client::addresses;
use client::oracle::{SurfacePost, SurfacePostArgs};
use pricing::fit::{Fit as Quotes, Quote, fit};
use pricing::{Neighbours, Slice, Svi};
use risk::average::RunningAverage;
use risk::feed::{Published, Purpose};
use risk::mark::{forward_floor, vol_floor};
use risk::portfolio::Expiry;
use risk::surface::{Fit, REALISED_SAMPLES, Setting, Standing, check};
use serde::Deserialize;
use services::keypair_load;
use services::market::{Listed, View, read};
use solana_instruction::{AccountMeta, Instruction};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use std::path::PathBuf;
use std::time::Duration;
use units::{PriceE6, Slot, UnixSeconds, VolE9};

const BILLION: i128 = 1_000_000_000;
const BPS: u64 = 10_000;
/// Nothing nearer to its expiry than this has a surface: pricing ends at a minute.
const SECONDS_LEAST: u64 = 75;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pub period_ms: Period,
    /// Keys of the board's publishers, as many as its threshold asks for.
    pub publishers: Vec<PathBuf>,
    /// A surface younger than so many seconds is left alone.
    pub post_s: i64,
    pub vol_e9: u64,
    pub vol_min_e9: u64,
    pub vol_max_e9: u64,
    /// What is asked for above the realised volatility: 110 is a tenth more.
    pub premium_percent: u64,
    pub skew_e9: i64,
    pub curve_e9: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            period_ms: Period::seconds(5),
            publishers: vec![],
            post_s: 30,
            vol_e9: 650_000_000,
            vol_min_e9: 250_000_000,
            vol_max_e9: 1_500_000_000,
            premium_percent: 110,
            skew_e9: -100_000_000,
            curve_e9: 400_000_000,
        }
    }
}

pub struct Surfaces {
    settings: Settings,
    publishers: Vec<Keypair>,
}

/// One expiry that is to have a surface.
struct Target<'a> {
    seconds: u64,
    forward: PriceE6,
    strikes: Vec<PriceE6>,
    standing: Option<Standing>,
    /// Neighbours by the board's list, whether their surfaces are fresh or not.
    sides: [Option<&'a Listed>; 2],
    spot: PriceE6,
}

impl Surfaces {
    pub fn new(settings: Settings) -> Result<Self, RunError> {
        let publishers = settings.publishers.iter().map(|path| keypair_load(path)).collect::<Result<Vec<_>, _>>()?;
        if publishers.is_empty() {
            let reason = "`publishers` names no key".to_owned();
            return Err(RunError::Settings { section: "surfaces", reason });
        }
        Ok(Self { settings, publishers })
    }
}

impl Task for Surfaces {
    const NAME: &'static str = "surfaces";

    fn period(&self) -> Duration {
        self.settings.period_ms.duration()
    }

    async fn round(&mut self, ground: &Ground, market: Pubkey) -> Result<(), TaskError> {
        let signers: Vec<_> = self.publishers.iter().collect();
        let (mut view, mut board) = look(ground, market).await?;
        let times: Vec<_> = view.listed.iter().map(|listed| listed.expiry.expiry_unix_s.get()).collect();
        for time in times {
            let listed = view.listed.iter().find(|listed| listed.expiry.expiry_unix_s.get() == time);
            let post = listed.and_then(|listed| self.post(ground.wallet.key(), &view, &board, listed));
            let Some(post) = post else { continue };
            if ground.attempt("surface_post", &[post], &signers).await? {
                // The next expiry has a new neighbour.
                (view, board) = look(ground, market).await?;
            }
        }
        Ok(())
    }
}

async fn look(ground: &Ground, market: Pubkey) -> Result<(View, Board), TaskError> {
    let view = View::read(&ground.wallet.rpc, market).await?;
    let address = addresses::board(&view.feed_address());
    let account = ground.wallet.rpc.account(&address).await?;
    let board = read("board", &abi::ids::ORACLE, address, account.as_ref())?;
    Ok((view, board))
}

impl Surfaces {
    /// The post that is due for an expiry.
    fn post(&self, payer: Pubkey, view: &View, board: &Board, listed: &Listed) -> Option<Instruction> {
        let target = target(view, board, listed)?;
        let age_s = |standing: &Standing| view.clock.unix_s.saturating_sub(standing.posted.0);
        if target.standing.as_ref().is_some_and(|standing| age_s(standing) < self.settings.post_s) {
            return None;
        }
        let Some(fit) = self.fitted(view, board, &target) else {
            tracing::warn!(expiry = listed.expiry.expiry_unix_s.get(), "no surface passes the oracle's checks");
            metrics::counter!("keeper_surfaces_unfitted_total").increment(1);
            return None;
        };
        let expiry_unix_s = listed.expiry.expiry_unix_s.get();
        let accounts = SurfacePost {
            payer,
            feed: view.feed_address(),
            board: addresses::board(&view.feed_address()),
            market: view.address,
            expiry: listed.address,
            surface: addresses::surface(&view.feed_address(), expiry_unix_s),
        };
        let Svi { a_e9, b_e9, rho_e9, m_e9, sigma_e9 } = fit.svi;
        let args = SurfacePostArgs {
            expiry_unix_s,
            a_e9,
            b_e9,
            rho_e9,
            m_e9,
            sigma_e9,
            reference_s: fit.reference_s,
            rate_e9: fit.rate_e9,
        };
        let mut post = accounts.instruction(args);
        let sides = target.sides.iter().flatten().map(|side| side.expiry.expiry_unix_s.get());
        let sides = sides.map(|side| addresses::surface(&view.feed_address(), side));
        post.accounts.extend(sides.map(|side| AccountMeta::new_readonly(side, false)));
        post.accounts.extend(self.publishers.iter().map(|key| AccountMeta::new_readonly(key.pubkey(), true)));
        Some(post)
    }

    /// A fit that the oracle takes: of the target, or of the way there, or what stands, carried on.
    fn fitted(&self, view: &View, board: &Board, target: &Target<'_>) -> Option<Fit> {
        let wanted = self.atm_e9(&view.feed);
        let passed_s = |standing: &Standing| view.clock.unix_s.saturating_sub(standing.posted.0);
        let stands = target.standing.as_ref().and_then(|standing| {
            let expiry = expiry(target, standing.fit.svi, standing.fit.reference_s);
            Some((vol_floor(&expiry, target.forward).ok()?.0, passed_s(standing)))
        });
        let atm = stands.map_or(wanted, |(was, passed)| {
            let bucket_s = u64::from(view.feed.bucket_s.get()).max(1);
            let reach = u64::from(board.move_bps.get()).saturating_mul(u64::try_from(passed).unwrap_or_default());
            let half = was.saturating_mul(reach).checked_div(bucket_s.saturating_mul(BPS).saturating_mul(2));
            let half = half.unwrap_or_default();
            wanted.clamp(was.saturating_sub(half), was.saturating_add(half))
        });
        let fresh = self.fit_of(view, target, atm);
        let carried = target.standing.as_ref().and_then(|standing| carried(&standing.fit, target.seconds));
        [fresh, carried].into_iter().flatten().find(|fit| is_taken(view, board, target, fit))
    }

    fn fit_of(&self, view: &View, target: &Target<'_>, atm_e9: u64) -> Option<Fit> {
        let quote = |strike: &PriceE6| {
            let vol = VolE9(self.vol_e9(*strike, target.forward, atm_e9).clamp(VolE9::MIN.0, VolE9::MAX.0));
            Quote { strike: *strike, vol, weight: 1 }
        };
        let quotes: Vec<_> = target.strikes.iter().map(quote).collect();
        let slice = |side: Option<&Listed>| {
            let listed = side?;
            let standing = Standing::from(listed.surface.as_ref()?);
            let fresh = standing.is_fresh(UnixSeconds(view.clock.unix_s), view.feed.bucket_s.get());
            let seconds = u64::try_from(listed.expiry.expiry_unix_s.get().saturating_sub(view.clock.unix_s)).ok()?;
            if !fresh {
                return None;
            }
            Slice::new(&standing.fit.svi, standing.fit.reference_s, seconds).ok()
        };
        let [earlier, later] = target.sides.map(slice);
        let input = Quotes {
            forward: target.forward,
            seconds: target.seconds,
            quotes: &quotes,
            listed: &target.strikes,
            neighbours: Neighbours { earlier: earlier.as_ref(), later: later.as_ref() },
        };
        let found = fit(&input).ok()?;
        Some(Fit { svi: found.svi, reference_s: target.seconds, rate_e9: target.rate_e9() })
    }

    fn atm_e9(&self, feed: &Feed) -> u64 {
        let settings = &self.settings;
        let realised = feed.variance_24h_e12.get().saturating_mul(1_000_000).isqrt();
        let marked_up = realised.saturating_mul(settings.premium_percent).checked_div(100).unwrap_or_default();
        let known = feed.variance_samples.get() >= REALISED_SAMPLES;
        let atm = if known { marked_up } else { settings.vol_e9 };
        atm.clamp(settings.vol_min_e9, settings.vol_max_e9.max(settings.vol_min_e9))
    }

    fn vol_e9(&self, strike: PriceE6, forward: PriceE6, atm_e9: u64) -> u64 {
        let off = i128::from(strike.0).saturating_sub(forward.0.into()).saturating_mul(BILLION);
        let half = BILLION.checked_div(2).unwrap_or_default();
        let m = off.checked_div(forward.0.into()).unwrap_or_default().clamp(half.saturating_neg(), half);
        let times = |a: i128, b: i128| a.saturating_mul(b).checked_div(BILLION).unwrap_or_default();
        let shape = BILLION
            .saturating_add(times(self.settings.skew_e9.into(), m))
            .saturating_add(times(self.settings.curve_e9.into(), times(m, m)));
        u64::try_from(times(atm_e9.into(), shape)).unwrap_or_default()
    }
}

impl Target<'_> {
    /// The forward's rate goes on as it is: this publisher has no view of it.
    fn rate_e9(&self) -> i64 {
        self.standing.map_or(0, |standing| standing.fit.rate_e9)
    }
}

fn target<'a>(view: &'a View, board: &Board, listed: &Listed) -> Option<Target<'a>> {
    let (now, time) = (view.clock.unix_s, listed.expiry.expiry_unix_s.get());
    let seconds = u64::try_from(time.saturating_sub(now)).ok().filter(|seconds| *seconds >= SECONDS_LEAST)?;
    if listed.expiry.state != EXPIRY_LISTED {
        return None;
    }
    let published = Published::from(&*view.feed);
    let (spot, _) = published.rely(Purpose::ReduceRisk, UnixSeconds(now), Slot(view.clock.slot)).ok()?;
    let on_board =
        || board.expiries_unix_s.iter().take(board.surface_count.into()).map(|at| at.get()).filter(|at| *at > now);
    let find = |at: i64| view.listed.iter().find(|other| other.expiry.expiry_unix_s.get() == at);
    let earlier = on_board().filter(|at| *at < time).max().and_then(find);
    let later = on_board().filter(|at| *at > time).min().and_then(find);
    let standing = listed.surface.as_ref().map(Standing::from);
    let rate_e9 = standing.map_or(0, |standing| standing.fit.rate_e9);
    let count = usize::from(listed.expiry.strike_count);
    Some(Target {
        seconds,
        forward: forward_floor(spot, rate_e9, seconds.cast_signed()).ok()?,
        strikes: listed.expiry.strikes_e6.iter().take(count).map(|strike| PriceE6(strike.get())).collect(),
        standing,
        sides: [earlier, later],
        spot,
    })
}

/// The oracle's own check, of the moment of the view.
fn is_taken(view: &View, board: &Board, target: &Target<'_>, fit: &Fit) -> bool {
    let now = view.clock.unix_s;
    let expiry = now.saturating_add_unsigned(target.seconds);
    let side = |side: Option<&Listed>| side.and_then(|listed| listed.surface.as_ref().map(Standing::from));
    let gap = |side: Option<&Listed>| side.map_or(0, |listed| listed.expiry.expiry_unix_s.get().abs_diff(expiry));
    let [earlier, later] = target.sides;
    let setting = Setting {
        now: UnixSeconds(now),
        expiry: UnixSeconds(expiry),
        bucket_s: view.feed.bucket_s.get(),
        spot: target.spot,
        strikes: &target.strikes,
        previous: target.standing,
        earlier: side(earlier),
        later: side(later),
        move_bps: board.move_bps.get(),
        realised: (view.feed.variance_24h_e12.get(), view.feed.variance_samples.get()),
    };
    check(fit, &setting, (gap(earlier), gap(later))).is_ok()
}

/// The same volatilities for the time that is left now: total variance is linear in a and b.
fn carried(fit: &Fit, seconds: u64) -> Option<Fit> {
    let scale = |value: i64| {
        let scaled = i128::from(value).checked_mul(seconds.into())?.checked_div(fit.reference_s.into())?;
        i64::try_from(scaled).ok()
    };
    let svi = Svi { a_e9: scale(fit.svi.a_e9)?, b_e9: scale(fit.svi.b_e9)?, ..fit.svi };
    Some(Fit { svi, reference_s: seconds, ..*fit })
}

fn expiry(target: &Target<'_>, svi: Svi, reference_s: u64) -> Expiry {
    let seconds = target.seconds.cast_signed();
    Expiry { forward: target.forward, seconds, svi, reference_s, average: RunningAverage::NOT_BEGUN }
}
