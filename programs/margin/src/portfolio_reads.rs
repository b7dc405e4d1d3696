//! What portfolio margin reads of the oracle and of this program: a surface and the open interest of every expiry held, none left out.
use crate::errors::MarginError;
use crate::others;
use crate::state::{Expiry as Listed, Series};
use crate::valuation::Surroundings;
use abi::margin::{EXPIRIES, EXPIRY_SETTLED};
use abi::oracle::Feed;
use anchor_lang::pinocchio::account::Ref;
use anchor_lang::prelude::*;
use risk::mark::price_floor;
use risk::payoff::Position;
use risk::portfolio::{sort, Expiry, Leg, Market, Moment, PEG};
use units::{PriceE6, UnixSeconds};

/// What a margin figure is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// To add risk or to take value out: no surface may be stale.
    NewRisk,
    /// To keep, shrink or liquidate: the last surface counts, with wider shocks the staler it is.
    Keep,
}

/// Everything that `assess` takes beyond balances.
pub struct PortfolioReads {
    pub market: Market,
    pub expiries: Vec<Expiry>,
    pub legs: Vec<Leg>,
}

/// The feed, as one margin check reads it.
struct Prices<'a> {
    feed: &'a Feed,
    around: &'a Surroundings<'a>,
    need: Need,
}

impl PortfolioReads {
    /// Errors: `FeedUnreadable`, `QuoteFeedMissing`, `QuoteFeedStale`, `ExpiryMissing`, `SurfaceMissing`, `SurfaceStale`, `MarginUncomputable`.
    #[inline(never)]
    pub fn of(positions: &[Position], around: &Surroundings<'_>, need: Need) -> Result<Self> {
        let feed = shared::read::<Feed, _>(around.feed, &abi::ids::ORACLE, |_| MarginError::FeedUnreadable)?;
        let prices = Prices { feed: &feed, around, need };
        let mut expiries: Vec<Expiry> = Vec::with_capacity(EXPIRIES);
        let mut listed: Vec<Ref<'_, Listed>> = Vec::with_capacity(EXPIRIES);
        let mut legs = Vec::with_capacity(positions.len());
        let mut stale = 0;
        for position in positions {
            let time = position.expiry.0;
            let known = listed.iter().position(|known| known.expiry_unix_s.get() == time);
            let at = match known {
                Some(at) => at,
                None => {
                    let new = prices.listed(time)?;
                    let (expiry, minutes) = prices.expiry(time, &new)?;
                    expiries.push(expiry);
                    listed.push(new);
                    stale = minutes.max(stale);
                    listed.len().saturating_sub(1)
                }
            };
            let open_interest = match listed.get(at) {
                // Once settling has begun, open interest says nothing of how concentrated a position is.
                Some(listed) if around.now_unix_s < time => {
                    Some(listed.open_lots_of(position.strike.0, position.kind)?)
                }
                _ => None,
            };
            let Position { strike, kind, lots, .. } = *position;
            legs.push(Leg { expiry: at, strike, kind, lots, open_interest });
        }
        sort(&mut legs);
        Ok(Self { market: prices.market(stale)?, expiries, legs })
    }
}

/// The model's price of one unit of a series, from the last surface. `None` where there is none.
pub fn mark(around: &Surroundings<'_>, series: &Series) -> Option<PriceE6> {
    let feed = shared::read::<Feed, _>(around.feed, &abi::ids::ORACLE, |_| MarginError::FeedUnreadable).ok()?;
    let prices = Prices { feed: &feed, around, need: Need::Keep };
    let listed = prices.listed(series.expiry_unix_s).ok()?;
    let (expiry, _) = prices.expiry(series.expiry_unix_s, &listed).ok()?;
    price_floor(&expiry, PriceE6(series.strike_e6), series.kind).ok()
}

impl<'a> Prices<'a> {
    fn market(&self, stale_minutes: u64) -> Result<Market> {
        let feed = self.feed;
        let spot = self.around.spot;
        let now = UnixSeconds(self.around.now_unix_s);
        let stable = Moment { feed, spot, now, time_divisor: 1 }.stable();
        Ok(Market {
            spot,
            stable,
            half_width: PriceE6(feed.confidence_e6.get()).min(spot),
            quote_price: self.quote_price()?,
            stale_minutes,
            scale: self.around.market.scale(),
        })
    }

    /// The quote token in USD. A stale one stops new risk; to keep a position, the last one counts.
    fn quote_price(&self) -> Result<PriceE6> {
        let address = &self.around.market.quote_feed;
        if *address.as_array() == [0; 32] {
            return Ok(PEG);
        }
        let view = self.around.others.iter().find(|view| view.address() == address);
        let view = view.ok_or(MarginError::QuoteFeedMissing)?;
        let feed = shared::read::<Feed, _>(view, &abi::ids::ORACLE, |_| MarginError::QuoteFeedMissing)?;
        let age_s = self.around.now_unix_s.saturating_sub(feed.refreshed_unix_s.get());
        let fresh = feed.severity == 0 && age_s <= risk::feed::MAX_READ_AGE_S;
        require!(fresh || self.need == Need::Keep, MarginError::QuoteFeedStale);
        Ok(PriceE6(feed.price_e6.get()))
    }

    fn listed(&self, time: i64) -> Result<Ref<'a, Listed>> {
        others::expiry(self.around.others, self.around.market_address, time)
            .map_err(|_| MarginError::ExpiryMissing.into())
    }

    /// One expiry held, and how stale its surface is.
    #[inline(never)]
    fn expiry(&self, time: i64, listed: &Listed) -> Result<(Expiry, u64)> {
        let around = self.around;
        let moment = Moment {
            feed: self.feed,
            spot: around.spot,
            now: UnixSeconds(around.now_unix_s),
            time_divisor: around.market.time_divisor.get(),
        };
        let settled = (listed.state == EXPIRY_SETTLED).then(|| PriceE6(listed.settlement_price_e6.get()));
        let surface = match moment.reads_surface(UnixSeconds(time)) {
            true => Some(others::surface(around.others, &around.market.feed, time)?),
            false => None,
        };
        let read = moment.expiry(UnixSeconds(time), settled, surface.as_deref());
        let (expiry, minutes) = read.map_err(|_| MarginError::MarginUncomputable)?;
        require!(minutes == 0 || self.need == Need::Keep, MarginError::SurfaceStale);
        Ok((expiry, minutes))
    }
}
