//! Portfolio margin from accounts' bytes, as the margin program reads them.

use crate::buffer::{EXPIRIES, answer, expiries, feed, market, positions, surfaces};
use abi::ids;
use abi::margin::{EXPIRY_SETTLED, Expiry as Listed, Market};
use abi::oracle::{Feed, Surface};
use pricing::Svi;
use risk::average::RunningAverage;
use risk::payoff::{Kind, POSITIONS, Position};
use risk::portfolio::{Expiry, Leg, MarginParams, Moment, PEG, Portfolio, Table, assess, sort};
use risk::standard::Scale;
use risk::waterfall::{INDEX_ONE_E18, balance_at_floor};
use units::{BaseAtoms, Lots, PriceE6, QuoteAtoms, UnixSeconds};

/// A quote balance after the market's haircuts; both as accounts hold them: what the index has lost.
#[unsafe(no_mangle)]
pub extern "C" fn balance_now(quote_atoms: i64, account_lost_e18: u64, market_lost_e18: u64) -> u32 {
    answer(|| {
        let index = |lost_e18: u64| INDEX_ONE_E18.saturating_sub(lost_e18);
        let (from, to) = (index(account_lost_e18), index(market_lost_e18));
        Some([balance_at_floor(QuoteAtoms(quote_atoms), from, to).ok()?.0])
    })
}

/// Value, initial and maintenance margin in portfolio mode, in quote atoms, and the minutes that the stalest surface is stale.
///
/// The market's, the feed's, the expiries' and the surfaces' account bytes are the inputs; an expiry's surface stands at its place, zeros
/// where it has none. `spot_e6`: the feed's price, or another to ask what would be. `quote_price_e6`: of the quote token's feed.
#[unsafe(no_mangle)]
pub extern "C" fn portfolio_margin(
    count: u32,
    quote_atoms: i64,
    base_atoms: u64,
    spot_e6: u64,
    quote_price_e6: u64,
    now_unix_s: i64,
) -> u32 {
    answer(|| {
        let (market, feed) = (market(), feed());
        let reads = Reads {
            market: abi::read::<Market>(&ids::MARGIN, &ids::MARGIN, &market).ok()?,
            feed: abi::read::<Feed>(&ids::ORACLE, &ids::ORACLE, &feed).ok()?,
            spot: PriceE6(spot_e6),
            now: UnixSeconds(now_unix_s),
        };
        // A market without a feed of its quote token takes the peg for granted.
        let pegged = reads.market.quote_feed == [0; 32];
        let quote_price = if pegged { PEG } else { PriceE6(quote_price_e6) };
        let held = Held { count, quote: QuoteAtoms(quote_atoms), base: BaseAtoms(base_atoms) };
        reads.margin(&held, quote_price)
    })
}

struct Held {
    count: u32,
    quote: QuoteAtoms,
    base: BaseAtoms,
}

/// The market at one moment.
struct Reads<'a> {
    market: &'a Market,
    feed: &'a Feed,
    spot: PriceE6,
    now: UnixSeconds,
}

/// Stands in places that are not read.
const NO_EXPIRY: Expiry = Expiry {
    forward: PEG,
    seconds: 0,
    svi: Svi { a_e9: 0, b_e9: 0, rho_e9: 0, m_e9: 0, sigma_e9: 0 },
    reference_s: 0,
    average: RunningAverage::NOT_BEGUN,
};
const NO_LEG: Leg = Leg { expiry: 0, strike: PEG, kind: Kind::Call, lots: Lots(0), open_interest: None };

impl Reads<'_> {
    fn moment(&self) -> Moment<'_> {
        Moment { feed: self.feed, spot: self.spot, now: self.now, time_divisor: self.market.time_divisor.get() }
    }

    fn margin(&self, held: &Held, quote_price: PriceE6) -> Option<[i64; 4]> {
        let listed = expiries();
        let mut known: [Option<&Listed>; EXPIRIES] = [None; EXPIRIES];
        let mut valued = [NO_EXPIRY; EXPIRIES];
        let (mut legs, mut leg_count, mut expiry_count, mut stale_minutes) = ([NO_LEG; POSITIONS], 0_usize, 0_usize, 0);
        for position in positions(held.count) {
            let position = position?;
            let time = position.expiry;
            let is_known = |known: &Option<&Listed>| known.is_some_and(|known| known.expiry_unix_s.get() == time.0);
            let at = match known.iter().position(is_known) {
                Some(at) => at,
                None => {
                    let (place, expiry) = listed.iter().enumerate().find_map(|(place, bytes)| {
                        let found = abi::read::<Listed>(&ids::MARGIN, &ids::MARGIN, bytes).ok()?;
                        (found.expiry_unix_s.get() == time.0).then_some((place, found))
                    })?;
                    let (new, minutes) = self.expiry(expiry, place)?;
                    *known.get_mut(expiry_count)? = Some(expiry);
                    *valued.get_mut(expiry_count)? = new;
                    stale_minutes = minutes.max(stale_minutes);
                    expiry_count = expiry_count.checked_add(1)?;
                    expiry_count.checked_sub(1)?
                }
            };
            // Once settling has begun, open interest says nothing of how concentrated a position is.
            let listed = known.get(at).copied().flatten()?;
            let open_interest = if self.now < time { Some(open_lots(listed, &position)?) } else { None };
            let Position { strike, kind, lots, .. } = position;
            *legs.get_mut(leg_count)? = Leg { expiry: at, strike, kind, lots, open_interest };
            leg_count = leg_count.checked_add(1)?;
        }
        let legs = legs.get_mut(..leg_count)?;
        sort(legs);
        let scale = Scale {
            lots_per_unit: self.market.lots_per_unit.get(),
            base_unit_atoms: 10_u64.checked_pow(u32::from(self.market.base_decimals))?,
        };
        let market = risk::portfolio::Market {
            spot: self.spot,
            stable: self.moment().stable(),
            half_width: PriceE6(self.feed.confidence_e6.get()).min(self.spot),
            quote_price,
            stale_minutes,
            scale,
        };
        let portfolio = Portfolio { quote: held.quote, base: held.base, expiries: valued.get(..expiry_count)?, legs };
        let table = Table::of_checked(&MarginParams::from(&self.market.portfolio)).ok()?;
        let found = assess(&portfolio, &market, &table).ok()?;
        Some([found.mtm.0, found.im.0, found.mm.0, i64::try_from(stale_minutes).ok()?])
    }

    /// One expiry held, and the minutes that its surface is stale.
    fn expiry(&self, listed: &Listed, place: usize) -> Option<(Expiry, u64)> {
        let moment = self.moment();
        let time = UnixSeconds(listed.expiry_unix_s.get());
        let settled = (listed.state == EXPIRY_SETTLED).then(|| PriceE6(listed.settlement_price_e6.get()));
        let surfaces = surfaces();
        let surface =
            surfaces.get(place).and_then(|bytes| abi::read::<Surface>(&ids::ORACLE, &ids::ORACLE, bytes).ok());
        let surface = surface.filter(|_| moment.reads_surface(time));
        moment.expiry(time, settled, surface).ok()
    }
}

/// Long lots of a position's series; none of a series that is not listed.
fn open_lots(listed: &Listed, of: &Position) -> Option<u64> {
    let at = listed.strikes_e6.iter().position(|strike| strike.get() == of.strike.0)?;
    let side = usize::from(of.kind == Kind::Put);
    let lots = listed.open_lots.get(at.checked_mul(2)?.checked_add(side)?)?;
    Some(lots.get())
}
