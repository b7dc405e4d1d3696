//! The surface that kernels read.

use core::hint::black_box;

use pricing::Svi;
use units::VolE9;

/// A smile around the given volatility.
pub fn svi(vol: VolE9, seconds: u64) -> Svi {
    let total = (vol.0 * vol.0 / 1_000_000_000) as i64 / 31_536 * seconds as i64 / 1_000;
    black_box(Svi {
        a_e9: total / 2,
        b_e9: (total / 2).min(1_500_000_000),
        rho_e9: -250_000_000,
        m_e9: 10_000_000,
        sigma_e9: 300_000_000,
    })
}
