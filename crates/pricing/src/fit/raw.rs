//! A slice in real numbers, in the variables that it is linear in.

use crate::svi::Svi;

/// w(k) = a + d y + c sqrt(y^2 + 1), y = (k - m) / sigma: raw SVI with b = c / sigma and rho = d / c.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raw {
    pub a: f64,
    pub d: f64,
    pub c: f64,
    pub m: f64,
    pub sigma: f64,
}

/// Largest |rho| of a fit: the root of 1 - rho^2 still has digits in 1e-9.
pub(super) const RHO_MAX: f64 = 0.9999;
/// Bounds of `Svi::validate`.
pub(super) const SIGMA: (f64, f64) = (1e-4, 10.0);
pub(super) const M_MAX: f64 = 10.0;
pub(super) const WING_MAX: f64 = 2.0;

impl Raw {
    pub const fn flat(w: f64, m: f64, sigma: f64) -> Self {
        Self { a: w, d: 0.0, c: 0.0, m, sigma }
    }

    pub const fn from_array([a, d, c, m, sigma]: [f64; 5]) -> Self {
        Self { a, d, c, m, sigma }
    }

    pub const fn to_array(self) -> [f64; 5] {
        [self.a, self.d, self.c, self.m, self.sigma]
    }

    /// The nearest within the bounds of each parameter.
    pub fn bounded(self) -> Self {
        let sigma = self.sigma.clamp(SIGMA.0, SIGMA.1);
        let c = self.c.clamp(0.0, WING_MAX * sigma);
        Self {
            a: self.a.clamp(-50.0, 50.0),
            d: self.d.clamp(-RHO_MAX * c, RHO_MAX * c),
            c,
            m: self.m.clamp(-M_MAX, M_MAX),
            sigma,
        }
    }

    pub fn variance(&self, k: f64) -> f64 {
        let y = (k - self.m) / self.sigma;
        self.a + self.d * y + self.c * (y * y + 1.0).sqrt()
    }

    /// g(k), which has the sign of the implied density (Gatheral & Jacquier 2014, eq. 2.1).
    pub fn density(&self, k: f64) -> f64 {
        let y = (k - self.m) / self.sigma;
        let z = (y * y + 1.0).sqrt();
        let w = (self.a + self.d * y + self.c * z).max(1e-12);
        let slope = (self.d + self.c * y / z) / self.sigma;
        let bend = self.c / (z * z * z * self.sigma * self.sigma);
        let lever = 1.0 - k * slope / (2.0 * w);
        lever * lever - slope * slope / 4.0 * (1.0 / w + 0.25) + bend / 2.0
    }

    /// Least total variance: a + b sigma sqrt(1 - rho^2).
    pub fn least(&self) -> f64 {
        self.a + (self.c * self.c - self.d * self.d).max(0.0).sqrt()
    }

    /// Slope of the steeper wing: b (1 + |rho|).
    pub fn wing(&self) -> f64 {
        (self.c + self.d.abs()) / self.sigma
    }

    /// As it would be posted.
    pub fn rounded(&self) -> Svi {
        let rho = if self.c > 0.0 { self.d / self.c } else { 0.0 };
        Svi {
            a_e9: e9(self.a),
            b_e9: e9(self.c / self.sigma),
            rho_e9: e9(rho),
            m_e9: e9(self.m),
            sigma_e9: e9(self.sigma),
        }
    }

    /// Part of the way from `self` to `other`.
    pub fn towards(&self, other: &Self, part: f64) -> Self {
        let (from, to) = (self.to_array(), other.to_array());
        Self::from_array(core::array::from_fn(|i| from[i] + part * (to[i] - from[i])))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "BOUND: parameters are at most 50; a conversion saturates")]
fn e9(x: f64) -> i64 {
    (x * 1e9).round() as i64
}
