//! `bastion chain`: a market's strikes by expiry, with the model's marks, volatilities and open interest.

use crate::market::{Expiry, Market, open_lots};
use crate::{Error, decimal, table::Table};
use core::fmt;
use risk::{
    payoff::Kind,
    portfolio::{Leg, leg_greeks, priced_forward},
};
use serde::Serialize;
use units::{Lots, PriceE6};

/// Decimals of a price, and of a volatility in percent, as people see them.
const SHOWN: u32 = 4;

/// A market's chain. Prices are quote units, volatilities 1 = 100 %, as decimal strings.
#[derive(Clone, Debug, Serialize)]
pub struct Chain {
    pub market: String,
    pub slot: u64,
    pub unix_s: i64,
    pub spot: String,
    pub feed_severity: u8,
    pub feed_age_s: i64,
    pub open_interest_lots: u64,
    pub delisted: bool,
    pub expiries: Vec<ChainExpiry>,
}

#[derive(Clone, Debug, Serialize)]
pub struct ChainExpiry {
    pub expiry_unix_s: i64,
    pub seconds: i64,
    /// The price that was fixed; `null` before.
    pub settlement_price: Option<String>,
    /// `null` where there is no surface.
    pub forward: Option<String>,
    pub stale_minutes: Option<u64>,
    pub strikes: Vec<ChainStrike>,
}

#[derive(Clone, Debug, Serialize)]
pub struct ChainStrike {
    pub strike: String,
    pub volatility: Option<String>,
    pub call: ChainSeries,
    pub put: ChainSeries,
}

#[derive(Clone, Debug, Serialize)]
pub struct ChainSeries {
    pub mark: Option<String>,
    pub delta: Option<String>,
    pub open_lots: u64,
}

/// The chain, without expiries that nobody has a position in any more; those that have passed and hold one stay.
pub fn chain(market: &Market) -> Result<Chain, Error> {
    let shown =
        |expiry: &&Expiry| expiry.time().0 > market.unix_s || expiry.listed.open_lots.iter().any(|lots| lots.get() > 0);
    Ok(Chain {
        market: market.symbol(),
        slot: market.slot,
        unix_s: market.unix_s,
        spot: price(market.spot()),
        feed_severity: market.feed.severity,
        feed_age_s: market.unix_s.saturating_sub(market.feed.refreshed_unix_s.get()),
        open_interest_lots: market.market.open_interest_lots.get(),
        delisted: market.market.state != abi::margin::MARKET_LISTED,
        expiries: market.expiries.iter().filter(shown).map(|expiry| of_expiry(market, expiry)).collect(),
    })
}

fn of_expiry(market: &Market, expiry: &Expiry) -> ChainExpiry {
    let valued = market.valued(expiry, market.spot()).ok();
    let forward = valued.and_then(|(valued, _)| priced_forward(&valued).ok());
    let count = usize::from(expiry.listed.strike_count);
    let strikes = expiry.listed.strikes_e6.iter().take(count).map(|strike| {
        let strike = PriceE6(strike.get());
        let series = |kind: Kind| {
            let lots = Lots(i64::from(market.market.lots_per_unit.get()));
            let leg = Leg { expiry: 0, strike, kind, lots, open_interest: None };
            let spot = market.spot();
            let of_market = risk::portfolio::Market {
                spot,
                stable: spot,
                half_width: PriceE6::ZERO,
                quote_price: risk::portfolio::PEG,
                stale_minutes: 0,
                scale: market.scale(),
            };
            let greeks = valued.and_then(|(valued, _)| leg_greeks(&leg, &valued, &of_market).ok());
            let found = ChainSeries {
                mark: greeks.map(|greeks| price(greeks.series.mark)),
                delta: greeks.map(|greeks| decimal::full(greeks.series.delta_e9.into(), 9)),
                open_lots: open_lots(&expiry.listed, strike, kind),
            };
            (found, greeks.map(|greeks| greeks.series.vol).filter(|vol| vol.0 > 0))
        };
        let ((call, vol), (put, _)) = (series(Kind::Call), series(Kind::Put));
        ChainStrike { strike: price(strike), volatility: vol.map(|vol| decimal::full(vol.0.into(), 9)), call, put }
    });
    ChainExpiry {
        expiry_unix_s: expiry.time().0,
        seconds: expiry.time().0.saturating_sub(market.unix_s),
        settlement_price: expiry.settled().map(price),
        forward: forward.map(price),
        stale_minutes: valued.map(|(_, minutes)| minutes),
        strikes: strikes.collect(),
    }
}

fn price(price: PriceE6) -> String {
    decimal::full(price.0.into(), 6)
}

/// `text` of so many decimals, cut to what is shown; a dash for nothing.
fn shown(text: Option<&String>, places: u32) -> String {
    let number = text.and_then(|text| decimal::parse(text, places).ok());
    number.map_or_else(|| "-".to_owned(), |number| decimal::rounded(number, places, SHOWN))
}

/// A volatility in percent, of one decimal.
fn percent(text: Option<&String>) -> String {
    let number = text.and_then(|text| decimal::parse(text, 9).ok());
    number.map_or_else(|| "-".to_owned(), |number| format!("{}%", decimal::rounded(number, 7, 1)))
}

impl fmt::Display for Chain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spot =
            decimal::parse(&self.spot, 6).map_or_else(|_| self.spot.clone(), |spot| decimal::rounded(spot, 6, SHOWN));
        writeln!(
            formatter,
            "{}  spot {spot}, {} s old{}  open interest {} lots{}",
            self.market,
            self.feed_age_s,
            ["", ", degraded", ", stale", ", down"].get(usize::from(self.feed_severity)).unwrap_or(&", ?"),
            self.open_interest_lots,
            if self.delisted { "  DELISTED" } else { "" },
        )?;
        if self.expiries.is_empty() {
            writeln!(formatter, "\nno expiry is listed; anybody may list one (`expiry_create`)")?;
        }
        for expiry in &self.expiries {
            let time = crate::time::utc(expiry.expiry_unix_s);
            let state = match (&expiry.settlement_price, &expiry.forward) {
                (Some(price), _) => format!("settled at {}", shown(Some(price), 6)),
                (None, _) if expiry.seconds <= 0 => "expired, not settled yet".to_owned(),
                (None, Some(forward)) => format!(
                    "in {}  forward {}{}",
                    crate::time::period(expiry.seconds),
                    shown(Some(forward), 6),
                    expiry
                        .stale_minutes
                        .filter(|minutes| *minutes > 0)
                        .map_or_else(String::new, |minutes| format!("  surface {minutes} minutes stale")),
                ),
                (None, None) => format!("in {}  no surface", crate::time::period(expiry.seconds)),
            };
            writeln!(formatter, "\n{time}  {state}\n")?;
            let mut table = Table::new(["call lots", "delta", "mark", "strike", "vol", "put mark", "delta", "lots"]);
            for column in 0..8 {
                table = table.numeric(column);
            }
            for at in &expiry.strikes {
                table.row([
                    at.call.open_lots.to_string(),
                    shown(at.call.delta.as_ref(), 9),
                    shown(at.call.mark.as_ref(), 6),
                    decimal::trimmed(decimal::parse(&at.strike, 6).unwrap_or(0), 6),
                    percent(at.volatility.as_ref()),
                    shown(at.put.mark.as_ref(), 6),
                    shown(at.put.delta.as_ref(), 9),
                    at.put.open_lots.to_string(),
                ]);
            }
            write!(formatter, "{table}")?;
        }
        Ok(())
    }
}
