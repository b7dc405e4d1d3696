//! Static no-arbitrage of SVI slices at given strikes (Gatheral & Jacquier 2014, section 2).

use crate::error::PricingError;
use crate::fixed::ratio_q38;
use crate::svi::Slice;

/// Largest |ln(K/F)| that is checked: 9; a strike 4,096 forwards away has 8.3.
const K_MAX_Q38: u64 = 9 << 38;

impl Slice {
    /// g(k) >= 0 at k = ln(K/F) in Q38, where the implied density has the sign of
    /// g = (1 - k w'/2w)^2 - (w'^2/4)(1/w + 1/4) + w''/2 (eq. 2.1).
    ///
    /// Evaluated as 4 w^2 g, which has no division by w: (2w - k w')^2 - w'^2 w - (w w')^2/4 + 2 w^2 w''. A strike within the rounding of
    /// zero (1e-6 of the first term) passes. Errors: `MoneynessOutOfRange`, `SviNegativeVariance`, `SviButterfly`.
    pub fn check_butterfly(&self, k: i64) -> Result<(), PricingError> {
        if k.unsigned_abs() > K_MAX_Q38 {
            return Err(PricingError::MoneynessOutOfRange);
        }
        let variance = self.variance_q56(k);
        if variance <= 0 {
            return Err(PricingError::SviNegativeVariance);
        }
        let y = k.wrapping_sub(self.m);
        let hypotenuse = self.hypotenuse(y).max(1);
        // BOUND: |y| and sigma are at most the hypotenuse but for its rounding, and below 2^44.
        let slope = ratio_q38(y.unsigned_abs().min(hypotenuse), hypotenuse).cast_signed();
        let slope = self.rho.wrapping_add(if y < 0 { slope.wrapping_neg() } else { slope });
        let width = ratio_q38(self.sigma.min(hypotenuse), hypotenuse);
        // All in Q38. BOUND: w < 2^44, |w'| <= 2^42, k < 2^42; w'' = b (sigma/h)^2 / h <= 4 / 1e-4 < 2^54.
        let w = i128::from(variance >> 18);
        let first = {
            let magnitude = i128::from(self.times_b(slope.unsigned_abs()) >> 18);
            if slope < 0 { magnitude.wrapping_neg() } else { magnitude }
        };
        let bend = i128::from(self.times_b(crate::fixed::mul_q38(width, width)) >> 18);
        let second = (bend << 38).checked_div(i128::from(hypotenuse)).unwrap_or(0);
        let mul = |a: i128, b: i128| a.wrapping_mul(b) >> 38;
        let lever = w.wrapping_mul(2).wrapping_sub(mul(i128::from(k), first));
        // Q76 from here. BOUND: |lever| < 2^47; w'^2 w <= 2^(46 + 44); w^2 w'' <= 2^(50 + 54).
        let square = lever.wrapping_mul(lever);
        let steep = mul(first, first).wrapping_mul(w);
        let product = mul(w, first);
        let wide = product.wrapping_mul(product) >> 2;
        let convex = mul(w, w).wrapping_mul(second).wrapping_mul(2);
        let density = square.wrapping_sub(steep).wrapping_sub(wide).wrapping_add(convex);
        if density < ((square.wrapping_add(steep).wrapping_add(wide)) >> 20).wrapping_neg() {
            return Err(PricingError::SviButterfly);
        }
        Ok(())
    }

    /// Total variance at k does not fall from this expiry to `later` (eq. 2.2; both scaled to the same moment), beyond one part in 2^20.
    /// Errors: `MoneynessOutOfRange`, `SviCalendar`.
    pub fn check_calendar(&self, later: &Self, k: i64) -> Result<(), PricingError> {
        if k.unsigned_abs() > K_MAX_Q38 {
            return Err(PricingError::MoneynessOutOfRange);
        }
        let (near, far) = (self.variance_q56(k), later.variance_q56(k));
        if far.saturating_add(near.max(0) >> 20) < near { Err(PricingError::SviCalendar) } else { Ok(()) }
    }
}
