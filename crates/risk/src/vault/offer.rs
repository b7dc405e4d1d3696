//! What an epoch offers: strikes, size, reserve price and the flat escrow of a bid.
//!
//! ```text
//! strike   the listed one with the largest delta <= the mandate's highest, if that is >= its lowest and
//!          |ln(K / F)| >= distance x sigma(K) sqrt(t)
//! reserve  max(V at the mandate's vol floor, (1 - discount) x V at the surface), rounded up
//! ```
//! V is Black-76 by `pricing::price`, of the call, of the put, or of the put less the lower put.

use super::mandate::{Mandate, VaultKind};
use super::{LOTS_MAX, auction};
use crate::mark;
use crate::payoff::Kind;
use crate::portfolio::Expiry;
use pricing::{ONE_Q38, PricingError, RootTime, Terms, ln_q38};
use units::{BPS, BaseAtoms, Lots, PriceE6, QuoteAtoms, VolE9, mul_div_ceil, mul_div_floor};

/// What converts lots and base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    pub lots_per_unit: u32,
    pub base_unit_atoms: u64,
}

/// The market as an auction sees it when it opens.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// Forward, surface and time of the epoch's expiry.
    pub expiry: &'a Expiry,
    /// Options are valued over the time to expiry times this: the build's time divisor, 1 on a public network.
    pub time_scale: u32,
}

/// What an auction sells, all of it from the mandate and on-chain values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    pub strike: PriceE6,
    /// Put spreads: the lower strike. Zero otherwise.
    pub hedge: PriceE6,
    /// Least premium a unit.
    pub reserve: PriceE6,
    /// Escrow a unit, and the highest price of a bid.
    pub escrow: PriceE6,
}

/// Why there is nothing to offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferError {
    /// No listed strike is within the mandate's band and far enough away.
    NoStrike,
    /// No strike below the one sold is within the mandate's width.
    NoHedge,
    Pricing(PricingError),
    /// What is sold is worth nothing that a price can say, or more than the escrow of a bid.
    Worthless,
    /// A base unit of no atoms, or no lots to a unit.
    UnitZero,
}

impl From<PricingError> for OfferError {
    fn from(error: PricingError) -> Self {
        Self::Pricing(error)
    }
}

/// A strike's price both ways.
struct Valued {
    floor: PriceE6,
    ceil: PriceE6,
    delta_bps: u64,
}

impl Sight<'_> {
    /// The offer of a vault. `strikes`: listed, ascending. Errors: `NoStrike`, `NoHedge`, `Pricing`, `Worthless`.
    pub fn offer(&self, kind: VaultKind, mandate: &Mandate, strikes: &[PriceE6]) -> Result<Offer, OfferError> {
        let strike = self.strike(kind.sells(), mandate, strikes)?;
        let hedge = if kind == VaultKind::PutSpread { self.hedge(mandate, strike, strikes)? } else { PriceE6::ZERO };
        let floor = self.value_ceil(kind.sells(), strike, hedge, Some(mandate.vol_min))?;
        let surface = self.value_ceil(kind.sells(), strike, hedge, None)?;
        let kept = BPS.saturating_sub(u64::from(mandate.discount_bps));
        // BOUND: a part of a price.
        let discounted = PriceE6(mul_div_ceil(surface.0, kept, BPS).unwrap_or(surface.0));
        let reserve = floor.max(discounted);
        let most = match kind {
            VaultKind::CoveredCall => PriceE6::MAX,
            VaultKind::CashSecuredPut => strike,
            VaultKind::PutSpread => PriceE6(strike.0.saturating_sub(hedge.0)),
        };
        let escrow = PriceE6(reserve.0.saturating_mul(u64::from(mandate.escrow_multiple))).min(most);
        if reserve == PriceE6::ZERO || reserve > escrow {
            return Err(OfferError::Worthless);
        }
        Ok(Offer { strike, hedge, reserve, escrow })
    }

    /// The nearest strike on the safe side: the largest delta that the band admits.
    fn strike(&self, kind: Kind, mandate: &Mandate, strikes: &[PriceE6]) -> Result<PriceE6, OfferError> {
        let forward = self.expiry.forward;
        let out_of_the_money = |strike: &PriceE6| match kind {
            Kind::Call => *strike > forward,
            Kind::Put => *strike < forward,
        };
        let fits = |strike: &PriceE6| -> Result<bool, OfferError> {
            let (valued, distance) = (self.value(kind, *strike, None)?, self.distance_bps(*strike)?);
            let band = u64::from(mandate.delta_min_bps)..=u64::from(mandate.delta_max_bps);
            Ok(band.contains(&valued.delta_bps) && distance >= u64::from(mandate.distance_bps))
        };
        let first = |ordered: &mut dyn Iterator<Item = PriceE6>| -> Result<PriceE6, OfferError> {
            for strike in ordered {
                if fits(&strike)? {
                    return Ok(strike);
                }
            }
            Err(OfferError::NoStrike)
        };
        let listed = strikes.iter().copied().filter(out_of_the_money);
        match kind {
            Kind::Call => first(&mut { listed }),
            Kind::Put => first(&mut listed.rev()),
        }
    }

    /// The lowest listed strike within the mandate's width below `strike`.
    fn hedge(&self, mandate: &Mandate, strike: PriceE6, strikes: &[PriceE6]) -> Result<PriceE6, OfferError> {
        let kept = BPS.saturating_sub(u64::from(mandate.width_bps));
        // BOUND: a part of a price.
        let least = mul_div_ceil(strike.0, kept, BPS).unwrap_or(strike.0);
        let hedge = strikes.iter().copied().find(|listed| listed.0 >= least);
        hedge.filter(|hedge| *hedge < strike).ok_or(OfferError::NoHedge)
    }

    /// What is sold is worth at most this, at one volatility or at the surface's.
    fn value_ceil(
        &self,
        kind: Kind,
        strike: PriceE6,
        hedge: PriceE6,
        vol: Option<VolE9>,
    ) -> Result<PriceE6, OfferError> {
        let sold = self.value(kind, strike, vol)?.ceil;
        if hedge == PriceE6::ZERO {
            return Ok(sold);
        }
        let bought = self.value(kind, hedge, vol)?.floor;
        Ok(PriceE6(sold.0.saturating_sub(bought.0)))
    }

    fn vol(&self, strike: PriceE6) -> Result<VolE9, PricingError> {
        // Within the last minute a surface says nothing; an auction that opens then, in a build of scaled time, takes what it said before.
        let seconds = self.expiry.seconds.max(pricing::SECONDS_MIN.cast_signed());
        mark::vol_floor(&Expiry { seconds, ..*self.expiry }, strike)
    }

    fn seconds(&self) -> Result<u64, PricingError> {
        let seconds = u64::try_from(self.expiry.seconds).map_err(|_| PricingError::TimeOutOfRange)?;
        Ok(seconds.saturating_mul(u64::from(self.time_scale)))
    }

    fn value(&self, kind: Kind, strike: PriceE6, vol: Option<VolE9>) -> Result<Valued, PricingError> {
        let vol = vol.map_or_else(|| self.vol(strike), Ok)?;
        let forward = self.expiry.forward;
        let price = pricing::price(&Terms { forward, strike, vol, seconds: self.seconds()? })?;
        let call_delta = u64::from(price.call_delta_e9);
        let (value, delta_e9) = match kind {
            Kind::Call => (price.call, call_delta),
            Kind::Put => (price.put, 1_000_000_000u64.saturating_sub(call_delta)),
        };
        let delta_bps = delta_e9.div_ceil(100_000);
        Ok(Valued { floor: value.price_floor(), ceil: value.price_ceil(), delta_bps })
    }

    /// How far a strike is from the forward, in ten-thousandths of its total volatility, rounded down.
    fn distance_bps(&self, strike: PriceE6) -> Result<u64, PricingError> {
        let ratio = mul_div_floor(strike.0, ONE_Q38, self.expiry.forward.0).ok_or(PricingError::MoneynessOutOfRange)?;
        let total = RootTime::new(self.seconds()?)?.total(self.vol(strike)?)?;
        let moneyness = ln_q38(ratio.max(1)).unsigned_abs();
        mul_div_floor(moneyness, BPS, total.q38()).ok_or(PricingError::MoneynessOutOfRange)
    }
}

/// What `lots` of an epoch's series need to be fully covered: base for calls, quote for the rest, rounded up. `None` beyond 63 bits.
pub fn cover_ceil(kind: VaultKind, lots: u64, strike: PriceE6, hedge: PriceE6, unit: Unit) -> Option<u64> {
    if kind.holds_base() {
        let lots = i64::try_from(lots).ok()?;
        let BaseAtoms(atoms) = Lots(lots).base_ceil(unit.lots_per_unit, unit.base_unit_atoms)?;
        return Some(atoms);
    }
    let most = PriceE6(strike.0.checked_sub(hedge.0)?);
    let QuoteAtoms(atoms) = most.premium_ceil(lots, unit.lots_per_unit)?;
    u64::try_from(atoms).ok()
}

/// Whole lots that `held` atoms of the vault's token cover, at most `cap`. Errors: `UnitZero`.
pub fn offered_lots_floor(kind: VaultKind, held: u64, offer: &Offer, unit: Unit, cap: u64) -> Result<u64, OfferError> {
    let of_one_unit =
        if kind.holds_base() { unit.base_unit_atoms } else { offer.strike.0.saturating_sub(offer.hedge.0) };
    if of_one_unit == 0 || unit.lots_per_unit == 0 {
        return Err(OfferError::UnitZero);
    }
    // A quotient beyond 64 bits is beyond the bound too.
    let lots = mul_div_floor(held, u64::from(unit.lots_per_unit), of_one_unit).unwrap_or(auction::LOTS_MAX);
    Ok(lots.min(cap).min(LOTS_MAX))
}
