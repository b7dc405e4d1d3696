//! Option pricing in integers: Black-76 on the expiry's forward, undiscounted.
//!
//! | function | gives |
//! |---|---|
//! | [`price`] | call, put and delta of one option |
//! | [`greeks`] | those, with gamma, vega, theta, vanna, volga |
//! | [`implied_vol`] | the volatility of a premium |
//! | [`Row`] | one strike at all scenario nodes, in one pass |
//! | [`Slice`] | total volatility from a raw SVI surface, and its static no-arbitrage checks |
//! | `fit` (feature) | raw SVI from quotes, off chain, held to the same checks |
//!
//! Domain: prices 1e2..=1e13 (e6), volatility 5 %..=500 %, 60 s..=2 years; anything else is an error. Nothing panics.
//! `ACCURACY.md` has the measured errors, `bench/README.md` the compute units.
#![cfg_attr(not(any(test, feature = "fit")), no_std)]

mod arbitrage;
mod black;
mod elementary;
mod error;
#[cfg(feature = "fit")]
pub mod fit;
mod fixed;
mod greeks;
mod implied;
#[cfg(test)]
mod lemmas;
mod normal;
mod price;
mod row;
mod surface;
mod svi;
mod tables;
mod terms;
mod total_vol;

pub use elementary::{exp_q38, ln_q38, sqrt_q38};
pub use error::PricingError;
pub use fixed::{ONE_Q38, Q};
pub use greeks::{Greeks, greeks};
pub use implied::{Premium, implied_vol};
pub use normal::{cdf_q38, pdf_q38};
pub use price::{Price, PriceE12, price};
pub use row::{Calls, Level, Move, ROW_ONE, Row, Tilt, VolScale};
pub use surface::Neighbours;
pub use svi::{Slice, Svi};
pub use terms::{Kind, SECONDS_MAX, SECONDS_MIN, SECONDS_PER_YEAR, Terms};
pub use total_vol::{RootTime, TotalVol};
