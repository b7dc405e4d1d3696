//! What a surface must keep at its expiry's listed strikes before anybody may post it.

use crate::error::PricingError;
use crate::row::Row;
use crate::svi::Slice;
use units::PriceE6;

/// Surfaces of the expiries just before and just after, scaled to the same moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Neighbours<'a> {
    pub earlier: Option<&'a Slice>,
    pub later: Option<&'a Slice>,
}

impl Slice {
    /// No butterfly (eq. 2.1) and no calendar arbitrage (eq. 2.2) at each of `strikes` and midway between each and the next: what the oracle
    /// asks of a post, and what the fitter's results are held to.
    ///
    /// `strikes` ascend. Errors: `StrikesMissing`, `StrikesNotAscending`, `ForwardOutOfRange`, `StrikeOutOfRange`, `MoneynessOutOfRange`,
    /// `SviNegativeVariance`, `SviButterfly`, `SviCalendar`.
    pub fn check_listed(
        &self,
        forward: PriceE6,
        strikes: &[PriceE6],
        neighbours: &Neighbours<'_>,
    ) -> Result<(), PricingError> {
        let mut below = None;
        for strike in strikes {
            if let Some(PriceE6(below)) = below {
                if strike.0 <= below {
                    return Err(PricingError::StrikesNotAscending);
                }
                self.check_strike(forward, PriceE6(below.midpoint(strike.0)), neighbours)?;
            }
            self.check_strike(forward, *strike, neighbours)?;
            below = Some(*strike);
        }
        below.map(|_| ()).ok_or(PricingError::StrikesMissing)
    }

    fn check_strike(&self, forward: PriceE6, strike: PriceE6, neighbours: &Neighbours<'_>) -> Result<(), PricingError> {
        let k = Row::new(forward, strike)?.moneyness_q38();
        self.check_butterfly(k)?;
        if let Some(earlier) = neighbours.earlier {
            earlier.check_calendar(self, k)?;
        }
        if let Some(later) = neighbours.later {
            self.check_calendar(later, k)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a test panics to fail")]

    use super::*;
    use crate::svi::Svi;

    const FORWARD: PriceE6 = PriceE6(150_000_000);
    const WEEK_S: u64 = 604_800;
    const SVI: Svi =
        Svi { a_e9: 4_000_000, b_e9: 40_000_000, rho_e9: -300_000_000, m_e9: 10_000_000, sigma_e9: 150_000_000 };

    fn strikes() -> [PriceE6; 16] {
        core::array::from_fn(|i| PriceE6(75_000_000 + 10_000_000 * i as u64))
    }

    fn slice(svi: Svi) -> Slice {
        Slice::new(&svi, WEEK_S, WEEK_S).unwrap()
    }

    fn check(svi: Svi, strikes: &[PriceE6]) -> Result<(), PricingError> {
        slice(svi).check_listed(FORWARD, strikes, &Neighbours::default())
    }

    #[test]
    fn strikes_must_ascend_and_lie_within_reach() {
        let [low, high, ..] = strikes();
        assert_eq!(check(SVI, &strikes()), Ok(()));
        assert_eq!(check(SVI, &[]), Err(PricingError::StrikesMissing));
        assert_eq!(check(SVI, &[high, low]), Err(PricingError::StrikesNotAscending));
        assert_eq!(check(SVI, &[low, low]), Err(PricingError::StrikesNotAscending));
        assert_eq!(check(SVI, &[PriceE6(99)]), Err(PricingError::StrikeOutOfRange));
        assert_eq!(check(SVI, &[PriceE6(FORWARD.0 * 4_097)]), Err(PricingError::MoneynessOutOfRange));
        let nowhere = slice(SVI).check_listed(PriceE6(0), &[low], &Neighbours::default());
        assert_eq!(nowhere, Err(PricingError::ForwardOutOfRange));
    }

    /// A kink so sharp that the density is negative beside it: between two listed strikes, at neither.
    #[test]
    fn a_butterfly_between_two_strikes_is_seen() {
        let kink = Svi { a_e9: 100_000, b_e9: 500_000_000, rho_e9: 0, m_e9: 0, sigma_e9: 1_000_000 };
        let [low, high] = [150_000_000, 270_000_000].map(PriceE6);
        let at = |strike| check(kink, &[PriceE6(strike)]);
        let middle = low.0.midpoint(high.0);
        assert_eq!((at(low.0), at(middle), at(high.0)), (Ok(()), Err(PricingError::SviButterfly), Ok(())));
        assert_eq!(check(kink, &[low, high]), Err(PricingError::SviButterfly));
    }

    #[test]
    fn neighbours_may_not_be_crossed() {
        let (lower, higher) = (Svi { a_e9: SVI.a_e9 - 1_000_000, ..SVI }, Svi { a_e9: SVI.a_e9 + 1_000_000, ..SVI });
        let with = |earlier: Svi, later: Svi| {
            let (earlier, later) = (slice(earlier), slice(later));
            slice(SVI).check_listed(FORWARD, &strikes(), &Neighbours { earlier: Some(&earlier), later: Some(&later) })
        };
        assert_eq!(with(lower, higher), Ok(()));
        assert_eq!(with(SVI, SVI), Ok(()));
        assert_eq!(with(higher, higher), Err(PricingError::SviCalendar));
        assert_eq!(with(lower, lower), Err(PricingError::SviCalendar));
    }
}
