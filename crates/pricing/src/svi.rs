//! Raw SVI total variance, w(k) = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2)), k = ln(K/F)
//! (Gatheral & Jacquier 2014, "Arbitrage-free SVI volatility surfaces", eq. 3.1).

use crate::elementary::{Root, root};
use crate::error::PricingError;
use crate::fixed::{normalise, ratio_q38};
use crate::terms::{SECONDS_MAX, SECONDS_MIN};
use crate::total_vol::{RootTime, TotalVol};
use units::VolE9;

/// Parameters as published, each in 1e-9.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Svi {
    pub a_e9: i64,
    pub b_e9: i64,
    pub rho_e9: i64,
    pub m_e9: i64,
    pub sigma_e9: i64,
}

pub(crate) const BILLION: i64 = 1_000_000_000;

impl Svi {
    /// Bounds of the parameters, and what of no-arbitrage does not depend on a strike: the least variance is not negative and
    /// b (1 + |rho|) <= 2.
    ///
    /// Errors: `SviSlopeOutOfRange`, `SviCorrelationOutOfRange`, `SviWidthOutOfRange`, `SviLevelOutOfRange`, `SviNegativeVariance`,
    /// `SviWingTooSteep`.
    pub fn validate(&self) -> Result<(), PricingError> {
        let (m, level) = (self.m_e9.unsigned_abs(), self.a_e9.unsigned_abs());
        if !(0..=4_000_000_000).contains(&self.b_e9) {
            return Err(PricingError::SviSlopeOutOfRange);
        }
        if self.rho_e9.unsigned_abs() >= BILLION.unsigned_abs() {
            return Err(PricingError::SviCorrelationOutOfRange);
        }
        if !(100_000..=10_000_000_000).contains(&self.sigma_e9) {
            return Err(PricingError::SviWidthOutOfRange);
        }
        if level > 50_000_000_000 || m > 10_000_000_000 {
            return Err(PricingError::SviLevelOutOfRange);
        }
        let rho = self.rho_e9.unsigned_abs();
        if self.a_e9 < 0 && self.is_negative_somewhere() {
            return Err(PricingError::SviNegativeVariance);
        }
        // BOUND: b <= 4e9, 1 + |rho| < 2e9.
        if self.b_e9.unsigned_abs().wrapping_mul(rho.wrapping_add(BILLION.unsigned_abs())) > 2_000_000_000_000_000_000 {
            return Err(PricingError::SviWingTooSteep);
        }
        Ok(())
    }

    /// Whether a + b sigma sqrt(1 - rho^2), the least variance, is below zero: it cannot be where a is not.
    fn is_negative_somewhere(&self) -> bool {
        // sqrt(1 - rho^2) in 1e-9, rounded down: the check is the stricter for it. BOUND: rho^2 < 1e18.
        let rho = self.rho_e9.unsigned_abs();
        let root = 1_000_000_000_000_000_000u64.wrapping_sub(rho.wrapping_mul(rho)).isqrt();
        // BOUND: b <= 4e9, sigma <= 1e10, root <= 1e9: below 2^96.
        let bulge = i128::from(self.b_e9).wrapping_mul(i128::from(self.sigma_e9)).wrapping_mul(i128::from(root));
        i128::from(self.a_e9).wrapping_mul(1_000_000_000_000_000_000).wrapping_add(bulge) < 0
    }
}

/// One expiry's surface at one time to expiry, converted once for all strikes.
///
/// Total variance is posted for a reference time and scaled linearly to the current one; it is linear in a and b, so those are scaled.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    /// Q56.
    a: i64,
    /// What may be added to it in 64 bits.
    room: u64,
    /// b = (`b` + `b_low` / 2^16) / 2^(24 + `b_shift`), with the top bit of 32 set unless zero.
    b: u64,
    b_low: u64,
    b_shift: u32,
    /// Q38.
    pub(crate) rho: i64,
    pub(crate) m: i64,
    pub(crate) sigma: u64,
    time: RootTime,
    /// Total volatilities of 5 % and 500 %.
    least: TotalVol,
    most: TotalVol,
}

impl Slice {
    /// Parameters posted for `reference_seconds`, scaled to `seconds`. Errors: those of [`Svi::validate`], `TimeOutOfRange`.
    pub fn new(svi: &Svi, reference_seconds: u64, seconds: u64) -> Result<Self, PricingError> {
        svi.validate()?;
        if !(SECONDS_MIN..=SECONDS_MAX).contains(&reference_seconds) {
            return Err(PricingError::TimeOutOfRange);
        }
        let time = RootTime::new(seconds)?;
        // Longer times than the reference's may lead out of 64 bits: a and b stop at 2^62 (64 in Q56), far above any admitted volatility.
        let a = scaled_q56(svi.a_e9, seconds, reference_seconds).clamp(-(1 << 62), 1 << 62);
        let a = i64::try_from(a).unwrap_or(0);
        let b_q56 = u64::try_from(scaled_q56(svi.b_e9, seconds, reference_seconds)).unwrap_or(u64::MAX).min(1 << 62);
        let (b_full, zeros) = if b_q56 == 0 { (0, 0) } else { normalise(b_q56) };
        Ok(Self {
            a,
            room: i64::MAX.wrapping_sub(a.max(0)).cast_unsigned(),
            b: b_full >> 32,
            b_low: (b_full >> 16) & 0xffff,
            // b_q56 = b_full / 2^zeros, so b = (b_full >> 32) / 2^(24 + zeros), and zeros >= 1.
            b_shift: zeros,
            rho: q38(svi.rho_e9),
            m: q38(svi.m_e9),
            sigma: q38(svi.sigma_e9).unsigned_abs(),
            time,
            least: time.total_of(VolE9::MIN),
            most: time.total_of(VolE9::MAX),
        })
    }

    /// The root of the time to expiry.
    pub const fn time(&self) -> RootTime {
        self.time
    }

    /// sqrt((k - m)^2 + sigma^2) in Q38. Error below 2e-11 of it, or 2^-38.
    #[inline(always)]
    pub(crate) fn hypotenuse(&self, y: i64) -> u64 {
        let y = y.unsigned_abs();
        // BOUND: |y| < 20 and sigma <= 10, below 2^43 in Q38; both scaled so that the larger has its top bit set, or by what is enough below
        // 2, as almost all are.
        let zeros = if (y | self.sigma) >> 39 == 0 { 24 } else { normalise(y | self.sigma).1 };
        let sum = square_q62(y << (zeros & 63)).wrapping_add(square_q62(self.sigma << (zeros & 63)));
        let Root { mantissa, shift } = root(sum);
        // sqrt(sum) = mantissa / 2^(7 + shift), and the hypotenuse is that x 2^(33 - zeros). BOUND: 21 <= zeros <= 39.
        (mantissa << 5) >> (zeros.wrapping_add(shift).wrapping_sub(21) & 63)
    }

    /// Total variance at k = ln(K/F) (Q38, |k| < 10), Q56. Error below 2e-11 b (1 + |k - m| + sigma) + 2^-54.
    #[inline(always)]
    pub fn variance_q56(&self, k: i64) -> i64 {
        // BOUND: |y| < 20, 2^43 in Q38: its high part is below 2^23, its low one below 2^20, and rho below 2^38.
        let y = k.wrapping_sub(self.m);
        let tilted = (self.rho.wrapping_mul(y >> 20) >> 18).wrapping_add(self.rho.wrapping_mul(y & 0xf_ffff) >> 38);
        let sum = tilted.wrapping_add(self.hypotenuse(y).cast_signed());
        // Never negative but for rounding, as |rho| < 1.
        let sum = if sum < 0 { 0 } else { sum.cast_unsigned() };
        // BOUND: both are below 2^63 and the second not negative: up to `room` it fits.
        self.a.wrapping_add(self.times_b(sum).min(self.room).cast_signed())
    }

    /// b x value: Q38 in, Q56 out.
    #[inline(always)]
    pub(crate) fn times_b(&self, value: u64) -> u64 {
        // BOUND: value < 40, 2^44 in Q38: high < 2^31 and b < 2^32, so the product is below 2^63. b in Q(24 + zeros): Q38 x that is
        // Q(62 + zeros), brought to Q56 by 6 + zeros, of which the high part has had 13.
        let (high, low) = (value >> 13, value & 0x1fff);
        let product = high.wrapping_mul(self.b).wrapping_add(low.wrapping_mul(self.b) >> 13);
        let product = product.wrapping_add(high.wrapping_mul(self.b_low) >> 16);
        match self.b_shift {
            shift @ 7.. => product >> (shift.wrapping_sub(7) & 63),
            shift => product.checked_shl(7u32.wrapping_sub(shift)).unwrap_or(u64::MAX) & (u64::MAX >> 1),
        }
    }

    /// Total volatility at k = ln(K/F) (Q38, |k| < 10), brought within 5 %..500 %: a surface is checked where it is posted, and a wing
    /// beyond the listed strikes must not stop a margin check.
    #[inline(always)]
    pub fn total_vol(&self, k: i64) -> TotalVol {
        let variance = self.variance_q56(k);
        if variance <= 0 {
            return self.least;
        }
        // sqrt(v / 2^56) = 2^3 sqrt(v / 2^62): mantissa / 2^(38 + shift) x 2^(3 + 38).
        let Root { mantissa, shift } = root(variance.cast_unsigned());
        let total = (mantissa << 3) >> (shift & 63);
        TotalVol(total.clamp(self.least.0, self.most.0))
    }
}

/// A value in 1e-9 that is stated for `reference` seconds, brought to `seconds`: Q56, rounded towards zero.
#[inline(always)]
pub(crate) fn scaled_q56(value_e9: i64, seconds: u64, reference: u64) -> i128 {
    // BOUND: a value is below 2^36 (50e9) and times are below 2^26: the product is below 2^62, the divisor below 2^56.
    let product = value_e9.unsigned_abs().wrapping_mul(seconds);
    let divisor = reference.wrapping_mul(BILLION.unsigned_abs());
    let (quotient, rest) = (product.checked_div(divisor).unwrap_or(0), product.checked_rem(divisor).unwrap_or(0));
    if quotient < 64 {
        // Almost always: the 56 fraction bits by long division, a byte at a time, at a tenth of the cost. BOUND: a remainder is below 2^56.
        let (mut quotient, mut rest) = (quotient, rest);
        for _ in 0..7 {
            rest <<= 8;
            quotient = (quotient << 8).wrapping_add(rest.checked_div(divisor).unwrap_or(0));
            rest = rest.checked_rem(divisor).unwrap_or(0);
        }
        let scaled = i128::from(quotient);
        return if value_e9 < 0 { scaled.wrapping_neg() } else { scaled };
    }
    // BOUND: 2^92 in Q56, times seconds below 2^118.
    let product = (i128::from(value_e9) << 56).wrapping_mul(i128::from(seconds));
    product.checked_div(i128::from(reference).wrapping_mul(i128::from(BILLION))).unwrap_or(0)
}

/// (x / 2^33)^2 of the upper 46 bits of x, rounded down; below 2^62.
#[inline(always)]
fn square_q62(x: u64) -> u64 {
    // (high + low / 2^15)^2 without low^2. BOUND: high < 2^31, low < 2^15.
    let (high, low) = (x >> 33, (x >> 18) & 0x7fff);
    high.wrapping_mul(high).wrapping_add(high.wrapping_mul(low) >> 14)
}

/// value / 1e9 in Q38.
fn q38(value_e9: i64) -> i64 {
    let magnitude = ratio_q38(value_e9.unsigned_abs(), BILLION.unsigned_abs()).cast_signed();
    if value_e9 < 0 { magnitude.wrapping_neg() } else { magnitude }
}
