//! What an account's margin is, from its bytes and those of what it depends on. INVARIANT(M-5): the program's figure is this one.
//!
//! Which accounts count, and what is done with them, is written here a second time; what a single expiry and its surface come to is
//! `risk`'s, as it is the program's.

use abi::margin::{EXPIRY_SETTLED, Expiry, MODE_PORTFOLIO, MarginAccount, Market, Position};
use abi::oracle::{Feed, Surface};
use risk::CashError;
use risk::mark::price_floor;
use risk::payoff::{Book, Kind};
use risk::portfolio::{Leg, MarginParams, Moment, PEG, Portfolio, Table, assess, sort};
use risk::standard::{Holdings, Scale, initial_margin, maintenance_margin};
use risk::waterfall::{INDEX_ONE_E18, balance_at_floor};
use units::{BaseAtoms, Lots, PriceE6, QuoteAtoms, UnixSeconds};

/// What an account is valued in.
pub struct Surroundings<'a> {
    pub market: &'a Market,
    pub feed: &'a Feed,
    /// The quote token's, where the market has one.
    pub quote_feed: Option<&'a Feed>,
    pub expiries: &'a [&'a Expiry],
    pub surfaces: &'a [&'a Surface],
    pub now_unix_s: i64,
}

/// What a figure is for, as the program distinguishes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// No surface, and no feed of the quote token, may be stale.
    NewRisk,
    /// The last surface counts, with wider shocks the staler it is.
    Keep,
}

/// Value, initial and maintenance margin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// In portfolio mode at the model's prices, else at intrinsic values.
    pub mtm: QuoteAtoms,
    pub im: QuoteAtoms,
    pub mm: QuoteAtoms,
}

/// Why there is no figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unvalued {
    /// An expiry that the account holds was not given.
    ExpiryMissing,
    SurfaceMissing,
    SurfaceStale,
    QuoteFeedMissing,
    QuoteFeedStale,
    /// Portfolio margin has no figure.
    Uncomputable,
    /// Standard margin has none.
    Cash(CashError),
    /// A position's kind is none that there is, or positions repeat.
    Malformed,
}

/// Margin of `account` in its own mode, the underlying at `spot`.
pub fn figures(
    account: &MarginAccount,
    around: &Surroundings<'_>,
    spot: PriceE6,
    need: Need,
) -> Result<Figures, Unvalued> {
    let positions = account.positions.iter().filter(|position| position.kind != 0);
    let positions = positions.map(position).collect::<Option<Vec<_>>>().ok_or(Unvalued::Malformed)?;
    let (quote, base) = (quote_now(account, around.market)?, BaseAtoms(account.base_atoms.get()));
    if account.mode == MODE_PORTFOLIO {
        let (expiries, legs, stale) = around.legs(&positions, spot, need)?;
        let market = around.market(spot, stale, need)?;
        let table =
            Table::of_checked(&MarginParams::from(&around.market.portfolio)).map_err(|_| Unvalued::Uncomputable)?;
        let portfolio = Portfolio { quote, base, expiries: &expiries, legs: &legs };
        let found = assess(&portfolio, &market, &table).map_err(|_| Unvalued::Uncomputable)?;
        return Ok(Figures { mtm: found.mtm, im: found.im, mm: found.mm });
    }
    let mut book = Book::EMPTY;
    let scale = scale(around.market);
    let mtm = intrinsic((quote, base), &positions, spot, scale).ok_or(Unvalued::Malformed)?;
    for position in positions {
        book.push(position).map_err(|_| Unvalued::Malformed)?;
    }
    let holdings = Holdings { quote, base, book: &book };
    Ok(Figures {
        mtm,
        im: initial_margin(&holdings, spot, scale).map_err(Unvalued::Cash)?,
        mm: maintenance_margin(&holdings, spot, scale).map_err(Unvalued::Cash)?,
    })
}

/// Collateral and intrinsic values: what an account is worth without any volatility. `None` beyond 63 bits.
fn intrinsic(
    (quote, base): (QuoteAtoms, BaseAtoms),
    positions: &[risk::payoff::Position],
    spot: PriceE6,
    scale: Scale,
) -> Option<QuoteAtoms> {
    let collateral = quote.checked_add(spot.value_floor(base, scale.base_unit_atoms)?)?;
    positions
        .iter()
        .try_fold(collateral, |sum, position| sum.checked_add(position.payoff_floor(spot, scale.lots_per_unit).ok()?))
}

/// The quote balance after the market's haircuts.
pub fn quote_now(account: &MarginAccount, market: &Market) -> Result<QuoteAtoms, Unvalued> {
    let index = |lost_e18: u64| INDEX_ONE_E18.saturating_sub(lost_e18);
    let balance = QuoteAtoms(account.quote_atoms.get());
    if account.segregated == 1 || account.index_lost_e18 == market.index_lost_e18 {
        return Ok(balance);
    }
    let (from, to) = (index(account.index_lost_e18.get()), index(market.index_lost_e18.get()));
    balance_at_floor(balance, from, to).map_err(|_| Unvalued::Malformed)
}

/// The model's price of one unit of a series, from the last surface. `None` where there is none.
pub fn mark(around: &Surroundings<'_>, spot: PriceE6, of: &risk::payoff::Position) -> Option<PriceE6> {
    let listed = around.listed(of.expiry.0).ok()?;
    let (expiry, _) = around.expiry(listed, spot, Need::Keep).ok()?;
    price_floor(&expiry, of.strike, of.kind).ok()
}

/// What converts lots, base and quote.
pub fn scale(market: &Market) -> Scale {
    let base_unit_atoms = 10_u64.saturating_pow(u32::from(market.base_decimals));
    Scale { lots_per_unit: market.lots_per_unit.get(), base_unit_atoms }
}

/// A stored position as the formulas take it. `None` for a kind that there is not.
pub fn position(stored: &Position) -> Option<risk::payoff::Position> {
    Some(risk::payoff::Position {
        expiry: UnixSeconds(stored.expiry_unix_s.get()),
        strike: PriceE6(stored.strike_e6.get()),
        kind: match stored.kind {
            abi::margin::KIND_CALL => Kind::Call,
            abi::margin::KIND_PUT => Kind::Put,
            _ => return None,
        },
        lots: Lots(stored.lots.get()),
    })
}

type Read = (Vec<risk::portfolio::Expiry>, Vec<Leg>, u64);

impl Surroundings<'_> {
    fn listed(&self, at: i64) -> Result<&Expiry, Unvalued> {
        let found = self.expiries.iter().find(|expiry| expiry.expiry_unix_s.get() == at);
        found.copied().ok_or(Unvalued::ExpiryMissing)
    }

    fn market(&self, spot: PriceE6, stale: u64, need: Need) -> Result<risk::portfolio::Market, Unvalued> {
        Ok(risk::portfolio::Market {
            spot,
            stable: self.moment(spot).stable(),
            half_width: PriceE6(self.feed.confidence_e6.get()).min(spot),
            quote_price: self.quote_price(need)?,
            stale_minutes: stale,
            scale: scale(self.market),
        })
    }

    fn quote_price(&self, need: Need) -> Result<PriceE6, Unvalued> {
        if self.market.quote_feed == [0; 32] {
            return Ok(PEG);
        }
        let feed = self.quote_feed.ok_or(Unvalued::QuoteFeedMissing)?;
        let age_s = self.now_unix_s.saturating_sub(feed.refreshed_unix_s.get());
        if need == Need::NewRisk && (feed.severity != 0 || age_s > risk::feed::MAX_READ_AGE_S) {
            return Err(Unvalued::QuoteFeedStale);
        }
        Ok(PriceE6(feed.price_e6.get()))
    }

    /// The portfolio's expiries, its legs in order, and the minutes that its stalest surface is stale.
    fn legs(&self, positions: &[risk::payoff::Position], spot: PriceE6, need: Need) -> Result<Read, Unvalued> {
        let (mut expiries, mut times, mut legs, mut stale) = (Vec::new(), Vec::<i64>::new(), Vec::new(), 0);
        for position in positions {
            let listed = self.listed(position.expiry.0)?;
            let at = match times.iter().position(|time| *time == position.expiry.0) {
                Some(at) => at,
                None => {
                    let (expiry, minutes) = self.expiry(listed, spot, need)?;
                    expiries.push(expiry);
                    times.push(position.expiry.0);
                    stale = minutes.max(stale);
                    times.len().saturating_sub(1)
                }
            };
            let open = (self.now_unix_s < position.expiry.0).then(|| open_lots(listed, position)).flatten();
            let (strike, kind, lots) = (position.strike, position.kind, position.lots);
            legs.push(Leg { expiry: at, strike, kind, lots, open_interest: open });
        }
        sort(&mut legs);
        Ok((expiries, legs, stale))
    }

    fn expiry(&self, listed: &Expiry, spot: PriceE6, need: Need) -> Result<(risk::portfolio::Expiry, u64), Unvalued> {
        let time = UnixSeconds(listed.expiry_unix_s.get());
        let moment = self.moment(spot);
        let settled = (listed.state == EXPIRY_SETTLED).then(|| PriceE6(listed.settlement_price_e6.get()));
        let is_of = |surface: &&&Surface| surface.expiry_unix_s.get() == time.0 && surface.feed == self.market.feed;
        let surface = if moment.reads_surface(time) {
            Some(*self.surfaces.iter().find(is_of).ok_or(Unvalued::SurfaceMissing)?)
        } else {
            None
        };
        let (expiry, minutes) = moment.expiry(time, settled, surface).map_err(|_| Unvalued::Uncomputable)?;
        if minutes > 0 && need == Need::NewRisk {
            return Err(Unvalued::SurfaceStale);
        }
        Ok((expiry, minutes))
    }

    fn moment(&self, spot: PriceE6) -> Moment<'_> {
        let (now, time_divisor) = (UnixSeconds(self.now_unix_s), self.market.time_divisor.get());
        Moment { feed: self.feed, spot, now, time_divisor }
    }
}

/// Long lots of a position's series.
fn open_lots(listed: &Expiry, of: &risk::payoff::Position) -> Option<u64> {
    let at = listed.strikes_e6.iter().position(|strike| strike.get() == of.strike.0)?;
    let side = usize::from(of.kind == Kind::Put);
    listed.open_lots.get(at.saturating_mul(2).saturating_add(side)).map(|lots| lots.get())
}
