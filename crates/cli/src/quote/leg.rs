//! One leg as people type it: `sell:1:call:150:1767945600:10.5`.

use crate::{Error, decimal, market::Market};
use abi::margin::{KIND_CALL, KIND_PUT};
use abi::quote::{QuoteLeg, SIDE_BUY, SIDE_SELL};
use bytemuck::Zeroable;
use std::str::FromStr;
use units::PriceE6;

/// Side from the maker's view, lots a package, kind, strike, expiry and premium of one unit of the underlying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LegTerms {
    pub side: u8,
    pub ratio: u16,
    pub kind: u8,
    pub strike: PriceE6,
    pub expiry_unix_s: i64,
    pub price: PriceE6,
}

impl FromStr for LegTerms {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<&str> = text.split(':').collect();
        let [side, ratio, kind, strike, expiry, price] = parts.as_slice() else {
            return Err(format!(
                "`{text}` is not SIDE:LOTS:KIND:STRIKE:EXPIRY:PRICE, such as sell:1:call:150:1767945600:10.5"
            ));
        };
        let amount = |name: &str, text: &str| {
            let number = decimal::parse(text, 6).map_err(|error| format!("the {name} {error}"))?;
            let price = u64::try_from(number).map(PriceE6).ok().filter(|price| price.in_bounds());
            price.ok_or_else(|| format!("the {name} is outside 0.0001..=10000000"))
        };
        Ok(Self {
            side: match *side {
                "buy" => SIDE_BUY,
                "sell" => SIDE_SELL,
                other => return Err(format!("`{other}` is neither buy nor sell")),
            },
            ratio: ratio.parse().ok().filter(|ratio| *ratio > 0).ok_or("lots a package are 1 to 65535")?,
            kind: match *kind {
                "call" => KIND_CALL,
                "put" => KIND_PUT,
                other => return Err(format!("`{other}` is neither call nor put")),
            },
            strike: amount("strike", strike)?,
            expiry_unix_s: expiry.parse().map_err(|_| format!("the expiry `{expiry}` is no number of unix seconds"))?,
            price: amount("price", price)?,
        })
    }
}

impl LegTerms {
    /// The leg, if its series is listed. Error: `LegsWrong`.
    pub fn resolve(&self, market: &Market) -> Result<QuoteLeg, Error> {
        let wrong = |reason: String| Error::LegsWrong { reason };
        let expiry = market.expiries.iter().find(|expiry| expiry.time().0 == self.expiry_unix_s);
        let expiry = expiry.ok_or_else(|| {
            let known: Vec<String> = market.expiries.iter().map(|expiry| expiry.time().0.to_string()).collect();
            wrong(format!("no expiry at {}; listed are {}", self.expiry_unix_s, known.join(", ")))
        })?;
        let count = usize::from(expiry.listed.strike_count);
        let strikes = expiry.listed.strikes_e6.iter().take(count).map(|strike| strike.get());
        if !strikes.clone().any(|strike| strike == self.strike.0) {
            let known: Vec<String> = strikes.map(|strike| decimal::trimmed(strike.into(), 6)).collect();
            let own = decimal::trimmed(self.strike.0.into(), 6);
            return Err(wrong(format!("strike {own} is not listed; {} are", known.join(", "))));
        }
        let mut leg = QuoteLeg::zeroed();
        leg.expiry_unix_s = self.expiry_unix_s.into();
        leg.strike_e6 = self.strike.0.into();
        leg.price_e6 = self.price.0.into();
        (leg.kind, leg.side, leg.ratio) = (self.kind, self.side, self.ratio.into());
        Ok(leg)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leg_reads_as_typed() {
        let leg: LegTerms = "sell:2:put:150.5:1767945600:0.25".parse().unwrap();
        assert_eq!((leg.side, leg.ratio, leg.kind), (SIDE_SELL, 2, KIND_PUT));
        assert_eq!((leg.strike, leg.price, leg.expiry_unix_s), (PriceE6(150_500_000), PriceE6(250_000), 1_767_945_600));
    }

    #[test]
    fn a_leg_names_what_is_wrong_with_it() {
        for (text, why) in [
            ("sell:1:call:150:1767945600", "SIDE:LOTS:KIND"),
            ("hold:1:call:150:1767945600:10", "neither buy nor sell"),
            ("sell:0:call:150:1767945600:10", "1 to 65535"),
            ("sell:1:straddle:150:1767945600:10", "neither call nor put"),
            ("sell:1:call:-3:1767945600:10", "outside"),
            ("sell:1:call:150:tomorrow:10", "unix seconds"),
            ("sell:1:call:150:1767945600:0.0000001", "more than 6 decimals"),
        ] {
            let error = text.parse::<LegTerms>().unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
