//! What the fitter makes of quotes, posted to the built program: it refuses no slice that was fitted to what it will check.

use crate::surface_post::{Desk, SPOT, STRIKES};
use abi::margin::Expiry;
use client::{addresses, oracle as calls};
use pricing::fit::{Fit, Quote, fit};
use pricing::{Neighbours, Slice, Svi};
use units::{PriceE6, VolE9};

const PERCENT_E9: u64 = 10_000_000;

/// A market's smile: `at_the_money` percent, a quarter more at the ends and steeper on the left, half a percent of noise.
fn smile(at_the_money: u64) -> [u64; STRIKES] {
    std::array::from_fn(|at| {
        let off = at.abs_diff(8) as u64 * if at < 8 { 30 } else { 20 };
        let noise = [0, 5_000_000, 2_000_000, 4_000_000, 1_000_000][at % 5];
        at_the_money * PERCENT_E9 * (1_000 + off) / 1_000 + noise
    })
}

/// Quotes that no density gives: each strike far from the next.
fn jagged(low: u64, high: u64) -> [u64; STRIKES] {
    std::array::from_fn(|at| if at % 2 == 0 { low } else { high } * PERCENT_E9)
}

impl Desk {
    /// Fits these volatilities at the listed strikes of `expiry_unix_s`, and whether it had to be moved off arbitrage.
    fn fitted(
        &mut self,
        expiry_unix_s: i64,
        vols: [u64; STRIKES],
        earlier: Option<&calls::SurfacePostArgs>,
    ) -> (calls::SurfacePostArgs, bool) {
        let address = addresses::expiry(&self.protocol.market, expiry_unix_s);
        let listed: Expiry = self.world.read(abi::ids::MARGIN, &address);
        let listed = listed.strikes_e6[..STRIKES].iter().map(|strike| PriceE6(strike.get())).collect::<Vec<_>>();
        let quote = |(strike, vol): (&PriceE6, u64)| Quote { strike: *strike, vol: VolE9(vol), weight: 1 };
        let quotes = listed.iter().zip(vols).map(quote).collect::<Vec<_>>();
        let now = self.world.unix_s();
        let seconds_to = |expiry_unix_s: i64| u64::try_from(expiry_unix_s - now).expect("an expiry to come");
        let earlier = earlier.map(|args| {
            let calls::SurfacePostArgs { a_e9, b_e9, rho_e9, m_e9, sigma_e9, .. } = *args;
            let svi = Svi { a_e9, b_e9, rho_e9, m_e9, sigma_e9 };
            Slice::new(&svi, args.reference_s, seconds_to(args.expiry_unix_s)).expect("a posted slice")
        });
        let seconds = seconds_to(expiry_unix_s);
        let neighbours = Neighbours { earlier: earlier.as_ref(), later: None };
        let input = Fit { forward: PriceE6(SPOT), seconds, quotes: &quotes, listed: &listed, neighbours };
        let fitted = fit(&input).expect("a slice");
        let Svi { a_e9, b_e9, rho_e9, m_e9, sigma_e9 } = fitted.svi;
        let terms = calls::SurfacePostArgs {
            expiry_unix_s,
            a_e9,
            b_e9,
            rho_e9,
            m_e9,
            sigma_e9,
            reference_s: seconds,
            // The forward is the price.
            rate_e9: 0,
        };
        (terms, fitted.projected)
    }
}

#[test]
fn surface_post_takes_what_was_fitted_to_quotes_and_its_next_fit_a_minute_later() {
    let mut desk = Desk::new();
    let (near, far) = (desk.near, desk.far);
    let [near_surface, far_surface] = [near, far].map(|expiry| desk.surface_address(expiry));
    let (first, projected) = desk.fitted(near, smile(60), None);
    assert!(!projected);
    desk.posted(first.clone(), &[]);
    let (second, _) = desk.fitted(far, smile(55), Some(&first));
    desk.posted(second, &[near_surface]);
    desk.wait_s(60);
    // Five percent more: half of what the board lets a surface move in a minute.
    let (moved, _) = desk.fitted(near, smile(63), None);
    desk.posted(moved, &[far_surface]);
    assert_eq!((desk.surface(near).revision.get(), desk.surface(far).revision.get()), (2, 1));
}

#[test]
fn surface_post_takes_what_was_fitted_to_quotes_full_of_arbitrage() {
    let mut desk = Desk::new();
    let (near, far) = (desk.near, desk.far);
    let near_surface = desk.surface_address(near);
    let (first, projected) = desk.fitted(near, jagged(40, 160), None);
    desk.posted(first.clone(), &[]);
    // A later expiry quoted below the earlier one: the calendar moves the fit up to it.
    let (second, crossed) = desk.fitted(far, jagged(20, 50), Some(&first));
    assert!(projected || crossed, "these quotes are no surface");
    desk.posted(second, &[near_surface]);
    assert_eq!((desk.surface(near).revision.get(), desk.surface(far).revision.get()), (1, 1));
    // Posted as late as it may be for the time it was fitted to, with the price where it was.
    desk.wait_s(60);
    let (third, _) = desk.fitted(far, jagged(20, 50), Some(&first));
    desk.wait_s(59);
    desk.posted(third, &[near_surface]);
}
