//! An account's margin in its market.

use super::Market;
use crate::Error;
use abi::margin::{KIND_CALL, MODE_PORTFOLIO, MarginAccount};
use risk::{
    payoff::{Book, Kind, Position},
    portfolio::{Leg, LegGreeks, MarginParams, PEG, Portfolio, Report, Table, leg_greeks, report, sort},
    standard::{self, Holdings, Scale},
};
use units::{BaseAtoms, Lots, PriceE6, QuoteAtoms};

/// Steps of the search for a liquidation price: one part in a hundred, then halves of it.
const HALVINGS: u32 = 24;
/// How far it looks: to a hundredth of the price, and to five times it.
const DOWN_STEPS: u32 = 99;
const UP_STEPS: u32 = 400;
const ONE_E9: u64 = 1_000_000_000;

/// What margin takes of an account.
#[derive(Clone, Debug)]
pub struct Inputs {
    pub market: risk::portfolio::Market,
    pub expiries: Vec<risk::portfolio::Expiry>,
    pub times: Vec<i64>,
    /// In the order that margin is computed in.
    pub legs: Vec<Leg>,
    pub quote: QuoteAtoms,
    pub base: BaseAtoms,
    params: MarginParams,
}

/// The nearest prices at which maintenance margin is negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Distance {
    /// Below and above the present price; `None` where there is none within reach.
    pub down: Option<PriceE6>,
    pub up: Option<PriceE6>,
}

impl Market {
    pub fn scale(&self) -> Scale {
        let base_unit_atoms = 10_u64.saturating_pow(u32::from(self.market.base_decimals));
        Scale { lots_per_unit: self.market.lots_per_unit.get(), base_unit_atoms }
    }

    /// What margin takes of `account`, were the price `spot`. Error: `Unvalued`.
    pub fn inputs(&self, account: &MarginAccount, spot: PriceE6) -> Result<Inputs, Error> {
        let (mut expiries, mut times, mut legs, mut stale_minutes) = (vec![], vec![], vec![], 0);
        for held in account.positions.iter().filter(|held| held.kind != 0) {
            let time = held.expiry_unix_s.get();
            let listed = self.expiries.iter().find(|expiry| expiry.time().0 == time);
            let listed = listed.ok_or_else(|| Error::Unvalued { reason: format!("expiry {time} is not listed") })?;
            let at = match times.iter().position(|known| *known == time) {
                Some(at) => at,
                None => {
                    let valued = self.valued(listed, spot);
                    let (expiry, minutes) =
                        valued.map_err(|reason| Error::Unvalued { reason: format!("expiry {time}: {reason}") })?;
                    stale_minutes = minutes.max(stale_minutes);
                    expiries.push(expiry);
                    times.push(time);
                    times.len().saturating_sub(1)
                }
            };
            let kind = kind(held.kind);
            let strike = PriceE6(held.strike_e6.get());
            let open_interest = (self.unix_s < time).then(|| open_lots(&listed.listed, strike, kind));
            legs.push(Leg { expiry: at, strike, kind, lots: Lots(held.lots.get()), open_interest });
        }
        sort(&mut legs);
        let quote_price = self.quote_feed.map_or(PEG, |feed| PriceE6(feed.price_e6.get()));
        let market = risk::portfolio::Market {
            spot,
            stable: self.moment(spot).stable(),
            half_width: PriceE6(self.feed.confidence_e6.get()).min(spot),
            quote_price,
            stale_minutes,
            scale: self.scale(),
        };
        Ok(Inputs {
            market,
            expiries,
            times,
            legs,
            quote: QuoteAtoms(account.quote_atoms.get()),
            base: BaseAtoms(account.base_atoms.get()),
            params: MarginParams::from(&self.market.portfolio),
        })
    }

    /// Maintenance margin in the account's own mode, were the price `spot`.
    pub fn maintenance(&self, account: &MarginAccount, spot: PriceE6) -> Result<QuoteAtoms, Error> {
        if account.mode == MODE_PORTFOLIO {
            return Ok(self.inputs(account, spot)?.report()?.assessment.mm);
        }
        self.standard(account, spot).map(|(_, mm)| mm)
    }

    /// Initial margin in the account's own mode, at the present price.
    pub fn initial(&self, account: &MarginAccount) -> Result<QuoteAtoms, Error> {
        if account.mode == MODE_PORTFOLIO {
            return Ok(self.inputs(account, self.spot())?.report()?.assessment.im);
        }
        self.standard(account, self.spot()).map(|(im, _)| im)
    }

    /// Standard margin, initial and maintenance. Error: `Unvalued`.
    pub fn standard(&self, account: &MarginAccount, spot: PriceE6) -> Result<(QuoteAtoms, QuoteAtoms), Error> {
        let mut book = Book::EMPTY;
        for held in account.positions.iter().filter(|held| held.kind != 0) {
            let position = Position {
                expiry: units::UnixSeconds(held.expiry_unix_s.get()),
                strike: PriceE6(held.strike_e6.get()),
                kind: kind(held.kind),
                lots: Lots(held.lots.get()),
            };
            book.push(position).map_err(|reason| Error::Unvalued { reason: reason.to_string() })?;
        }
        let (quote, base) = (QuoteAtoms(account.quote_atoms.get()), BaseAtoms(account.base_atoms.get()));
        let holdings = Holdings { quote, base, book: &book };
        let unvalued = |reason: risk::CashError| Error::Unvalued { reason: reason.to_string() };
        let im = standard::initial_margin(&holdings, spot, self.scale()).map_err(unvalued)?;
        Ok((im, standard::maintenance_margin(&holdings, spot, self.scale()).map_err(unvalued)?))
    }

    /// Where the price would have to go, now and with volatilities by moneyness as they are, for the account to be liquidated.
    pub fn distance(&self, account: &MarginAccount) -> Distance {
        let fails = |spot: PriceE6| self.maintenance(account, spot).is_ok_and(|mm| mm.0 < 0);
        let spot = self.spot();
        if fails(spot) {
            return Distance { down: Some(spot), up: Some(spot) };
        }
        let at = |percent: u64| units::mul_div_floor(spot.0, percent, 100).map_or(spot, PriceE6);
        let search = |steps: u32, percent: &dyn Fn(u32) -> u64| {
            let first = (1..=steps).find(|step| fails(at(percent(*step))))?;
            let (mut safe, mut lost) = (at(percent(first.saturating_sub(1))), at(percent(first)));
            for _ in 0..HALVINGS {
                let middle = PriceE6(safe.0.midpoint(lost.0));
                if fails(middle) { lost = middle } else { safe = middle }
            }
            Some(lost)
        };
        Distance {
            down: search(DOWN_STEPS, &|step| 100_u64.saturating_sub(u64::from(step))),
            up: search(UP_STEPS, &|step| 100_u64.saturating_add(u64::from(step))),
        }
    }
}

impl Inputs {
    pub fn portfolio(&self) -> Portfolio<'_> {
        Portfolio { quote: self.quote, base: self.base, expiries: &self.expiries, legs: &self.legs }
    }

    /// Margin and ladder. Error: `Unvalued`.
    pub fn report(&self) -> Result<Report, Error> {
        let table = Table::new(&self.params);
        let table = table.map_err(|reason| Error::Unvalued { reason: reason.to_string() })?;
        report(&self.portfolio(), &self.market, &table).map_err(|reason| Error::Unvalued { reason: reason.to_string() })
    }

    /// Of one leg. Error: `Unvalued`.
    pub fn greeks(&self, leg: &Leg) -> Result<LegGreeks, Error> {
        let unvalued = |reason: String| Error::Unvalued { reason };
        let expiry = self.expiries.get(leg.expiry).ok_or_else(|| unvalued("an expiry is missing".to_owned()))?;
        leg_greeks(leg, expiry, &self.market).map_err(|reason| unvalued(reason.to_string()))
    }
}

/// A stored kind byte.
pub const fn kind(byte: u8) -> Kind {
    if byte == KIND_CALL { Kind::Call } else { Kind::Put }
}

/// Long lots of a series.
pub fn open_lots(listed: &abi::margin::Expiry, strike: PriceE6, kind: Kind) -> u64 {
    let at = listed.strikes_e6.iter().position(|listed| listed.get() == strike.0);
    let side = usize::from(kind == Kind::Put);
    let index = at.and_then(|at| at.checked_mul(2)?.checked_add(side));
    index.and_then(|index| listed.open_lots.get(index)).map_or(0, |lots| lots.get())
}

/// `part` of `whole` in basis points, for a line to people.
pub fn bps(part: PriceE6, whole: PriceE6) -> i64 {
    let scaled = units::mul_div_floor(part.0, ONE_E9, whole.0.max(1)).unwrap_or(0);
    let less = i128::from(scaled).saturating_sub(i128::from(ONE_E9)).checked_div(100_000).unwrap_or(0);
    i64::try_from(less).unwrap_or(0)
}
