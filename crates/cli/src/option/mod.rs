//! `bastion price` and `bastion iv`: one option, computed by the crate that the programs price with.

mod greeks;
mod show;

pub use greeks::Greek;

use crate::{
    decimal,
    input::{InputError, Number},
};
use pricing::{Kind, Premium, PriceE12, PricingError, SECONDS_MAX, SECONDS_MIN, Terms};
use serde::Serialize;
use units::{PriceE6, VolE9};

/// Decimals of a price per unit: those of the pricing core.
const PRICE_PLACES: u32 = 12;
/// Decimals of a volatility.
const VOL_PLACES: u32 = 9;
const PRICE_UNIT: &str = "quote units for one unit of the underlying";
const VOL_UNIT: &str = "a year of 365 days, 1 = 100 %";

/// An option as typed: prices in quote units, time to expiry in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Contract<'a> {
    pub forward: &'a str,
    pub strike: &'a str,
    pub seconds: &'a str,
    pub kind: Kind,
}

/// The same, read.
struct Read {
    forward: PriceE6,
    strike: PriceE6,
    seconds: u64,
}

impl Contract<'_> {
    fn read(&self) -> Result<Read, InputError> {
        let price = Number::price();
        Ok(Read {
            forward: PriceE6(price.read("--forward", self.forward)?),
            strike: PriceE6(price.read("--strike", self.strike)?),
            seconds: Number::new(0, SECONDS_MIN, SECONDS_MAX).read("--seconds", self.seconds)?,
        })
    }
}

const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Call => "call",
        Kind::Put => "put",
    }
}

/// What `bastion price` answers; its JSON has these fields in this order. Decimals are strings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Priced {
    pub kind: &'static str,
    pub forward: String,
    pub strike: String,
    pub vol: String,
    pub seconds: u64,
    pub price: String,
    pub price_unit: &'static str,
    pub greeks: greeks::Greeks,
}

/// Price and Greeks. `vol` is annualised, 0.65 is 65 %. Errors: `Decimal`, `OutOfRange`, each naming the option.
pub fn price(contract: &Contract<'_>, vol: &str) -> Result<Priced, InputError> {
    let Read { forward, strike, seconds } = contract.read()?;
    let vol: u64 = Number::new(VOL_PLACES, VolE9::MIN.0, VolE9::MAX.0).read("--vol", vol)?;
    // Bounds are checked above, so the core has nothing left to refuse but by disagreeing; then it has the last word.
    let computed = pricing::greeks(&Terms { forward, strike, vol: VolE9(vol), seconds }).map_err(refused)?;
    Ok(Priced {
        kind: kind_name(contract.kind),
        forward: decimal::trimmed(forward.0.into(), 6),
        strike: decimal::trimmed(strike.0.into(), 6),
        vol: decimal::trimmed(vol.into(), VOL_PLACES),
        seconds,
        price: decimal::full(computed.price.of(contract.kind).0.into(), PRICE_PLACES),
        price_unit: PRICE_UNIT,
        greeks: greeks::Greeks::new(&computed, contract.kind, forward),
    })
}

fn refused(reason: PricingError) -> InputError {
    let name = match reason {
        PricingError::ForwardOutOfRange => "--forward",
        PricingError::StrikeOutOfRange => "--strike",
        PricingError::VolOutOfRange => "--vol",
        PricingError::TimeOutOfRange => "--seconds",
        _ => "--price",
    };
    InputError::Premium { name: name.to_owned(), reason }
}

/// What `bastion iv` answers; its JSON has these fields in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Implied {
    pub kind: &'static str,
    pub forward: String,
    pub strike: String,
    pub seconds: u64,
    pub price: String,
    pub price_unit: &'static str,
    pub vol: String,
    pub vol_unit: &'static str,
}

/// The volatility of a price. Errors: `Decimal`, `OutOfRange`, `Premium`.
pub fn implied(contract: &Contract<'_>, price: &str) -> Result<Implied, InputError> {
    /// 10,000,000 quote units: no option is worth more than the largest forward or strike.
    const PREMIUM_MAX_E12: u64 = PriceE6::MAX.0.saturating_mul(1_000_000);
    let Read { forward, strike, seconds } = contract.read()?;
    let premium: u64 = Number::new(PRICE_PLACES, 0, PREMIUM_MAX_E12).read("--price", price)?;
    let sought = Premium { forward, strike, seconds, kind: contract.kind, premium: PriceE12(premium) };
    let vol = pricing::implied_vol(&sought).map_err(refused)?;
    Ok(Implied {
        kind: kind_name(contract.kind),
        forward: decimal::trimmed(forward.0.into(), 6),
        strike: decimal::trimmed(strike.0.into(), 6),
        seconds,
        price: decimal::full(premium.into(), PRICE_PLACES),
        price_unit: PRICE_UNIT,
        vol: decimal::full(vol.0.into(), VOL_PLACES),
        vol_unit: VOL_UNIT,
    })
}

#[cfg(test)]
mod tests;
