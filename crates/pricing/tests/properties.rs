//! What must hold of every price, whatever the inputs; `make properties` runs 100,000 random cases of each.
//!
//! An atom here is a quote atom (1e-6) or the kernels' noise, where that is more: `NOISE_Q38` units of 2^-38 of the larger of forward and
//! strike. It is less than one quote atom up to 68,000 quote units.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    clippy::integer_division,
    clippy::unwrap_used,
    reason = "a test panics to fail"
)]

use pricing::{
    Kind, Level, Move, Premium, Price, PriceE12, PricingError, ROW_ONE, RootTime, Row, Slice, Svi, Terms, Tilt,
    VolScale, cdf_q38, exp_q38, greeks, implied_vol, ln_q38, pdf_q38, price, sqrt_q38,
};
use proptest::prelude::*;
use units::{PriceE6, VolE9};

const NOISE_Q38: u128 = 4;

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// One atom in e12 for prices of this size.
fn atom(terms: &Terms) -> u64 {
    let larger = u128::from(terms.forward.0.max(terms.strike.0)) * 1_000_000;
    1_000_000.max(((larger * NOISE_Q38) >> 38) as u64)
}

/// Logarithmically uniform integers, so that every size is met.
fn sized(least: u64, most: u64) -> impl Strategy<Value = u64> {
    (0..=least.leading_zeros() - most.leading_zeros(), any::<u64>()).prop_map(move |(bits, random)| {
        let top = least.max(most.checked_shr(bits).unwrap_or(0));
        least + random % (top - least + 1)
    })
}

fn terms() -> impl Strategy<Value = Terms> {
    let ratio = prop_oneof![2 => 100u64..10_000, 2 => 800u64..1_250, 1 => Just(1_000u64)];
    (sized(10_000, 1_000_000_000_000), ratio, sized(50_000_000, 5_000_000_000), sized(60, 63_072_000)).prop_map(
        |(forward, ratio, vol, seconds)| Terms {
            forward: PriceE6(forward),
            strike: PriceE6((forward * ratio / 1_000).clamp(100, PriceE6::MAX.0)),
            vol: VolE9(vol),
            seconds,
        },
    )
}

fn priced(terms: Terms) -> Price {
    price(&terms).unwrap()
}

fn as_terms(raw: (u64, u64, u64, u64)) -> Terms {
    Terms { forward: PriceE6(raw.0), strike: PriceE6(raw.1), vol: VolE9(raw.2), seconds: raw.3 }
}

/// Numbers of every size, bounds and beside them.
fn wild() -> impl Strategy<Value = u64> {
    let edges =
        [0, 1, 59, 60, 61, 99, 100, 101, 49_999_999, 50_000_000, 5_000_000_000, 5_000_000_001, 63_072_000, 63_072_001];
    let tops = [10_000_000_000_000, 10_000_000_000_001, 1 << 63, u64::MAX - 1, u64::MAX];
    let corner = proptest::sample::select([&edges[..], &tops[..]].concat());
    prop_oneof![2 => (0u32..64, any::<u64>()).prop_map(|(bits, x)| x >> bits), 1 => corner]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn parity_is_exact_and_prices_stay_within_their_bounds(terms in terms()) {
        let Price { call, put, call_delta_e9 } = priced(terms);
        let (forward, strike) = (terms.forward.0 * 1_000_000, terms.strike.0 * 1_000_000);
        prop_assert_eq!(i128::from(call.0) - i128::from(put.0), i128::from(forward) - i128::from(strike));
        prop_assert!(call.0 <= forward && put.0 <= strike);
        prop_assert!(call_delta_e9 <= 1_000_000_000);
    }

    #[test]
    fn price_rises_with_volatility(terms in terms(), step in sized(1, 4_950_000_000)) {
        let higher = Terms { vol: VolE9((terms.vol.0 + step).min(VolE9::MAX.0)), ..terms };
        prop_assert!(priced(higher).call.0 + atom(&terms) >= priced(terms).call.0);
    }

    #[test]
    fn price_rises_with_time(terms in terms(), step in sized(1, 63_072_000)) {
        let longer = Terms { seconds: (terms.seconds + step).min(63_072_000), ..terms };
        prop_assert!(priced(longer).call.0 + atom(&terms) >= priced(terms).call.0);
    }

    #[test]
    fn call_falls_and_is_convex_in_strike(terms in terms(), width in 1u64..500) {
        let step = (terms.strike.0 * width / 1_000).max(1);
        let low = terms.strike.0.saturating_sub(step).max(100);
        let step = terms.strike.0 - low;
        let high = (terms.strike.0 + step).min(PriceE6::MAX.0);
        prop_assume!(high - terms.strike.0 == step && step > 0);
        let at = |strike| priced(Terms { strike: PriceE6(strike), ..terms }).call.0;
        let (low, middle, high) = (at(low), at(terms.strike.0), at(high));
        let atom = atom(&terms);
        prop_assert!(low + atom >= middle && middle + atom >= high);
        prop_assert!(u128::from(low) + u128::from(high) + u128::from(atom) >= 2 * u128::from(middle), "butterfly");
    }

    #[test]
    fn price_of_the_implied_volatility_is_the_premium(terms in terms(), call in any::<bool>()) {
        let kind = if call { Kind::Call } else { Kind::Put };
        let wanted = priced(terms).of(kind);
        let premium = Premium { forward: terms.forward, strike: terms.strike, seconds: terms.seconds, kind, premium: wanted };
        match implied_vol(&premium) {
            Ok(vol) => {
                let found = priced(Terms { vol, ..terms }).of(kind);
                // One step of volatility, 1e-9, is worth up to 0.6e-9 of the forward over two years.
                let step = terms.forward.0.max(terms.strike.0) * 600 / 1_000_000 + 1;
                prop_assert!(found.0.abs_diff(wanted.0) <= atom(&terms).max(step), "{} {}", found.0, wanted.0);
            }
            // No time value left to invert, or the volatility is that of a bound.
            Err(PricingError::VolBelowRange | PricingError::PremiumAboveMaximum) => {}
            Err(other) => prop_assert!(false, "{other}"),
        }
    }

    #[test]
    fn cdf_never_falls(d in -(9i64 << 38)..9i64 << 38, step in sized(1, 1 << 30)) {
        // Beside each end of the cell, where one cubic takes over from another, and at random.
        let edge = d >> 31 << 31;
        for (low, high) in [(edge - 1, edge), (edge, edge + 1), (d, d + 1), (d, d + step.cast_signed())] {
            prop_assert!(cdf_q38(low) <= cdf_q38(high), "{low} {high}");
        }
        prop_assert_eq!(cdf_q38(d) + cdf_q38(!d), 1 << 38);
    }

    #[test]
    fn a_row_is_the_prices_of_its_nodes(terms in terms(), factor_e3 in 200u64..6_000) {
        // So that the node's forward is an integer as well.
        let terms = Terms { forward: PriceE6(terms.forward.0 / 1_000 * 1_000), ..terms };
        let moves = [Move::new(factor_e3 * 1_000_000).unwrap()];
        let time = RootTime::new(terms.seconds).unwrap();
        let level = [Level::new(VolScale::new(1 << 32).unwrap(), time.total(VolE9::MIN).unwrap(), &moves)];
        let row = Row::new(terms.forward, terms.strike).unwrap();
        let mut calls = [0];
        prop_assert_eq!(row.calls(time.total(terms.vol).unwrap(), &level, &mut calls), Ok(1));
        let forward = terms.forward.0 * factor_e3 / 1_000;
        let single = priced(Terms { forward: PriceE6(forward), ..terms }).call.0;
        let row_e12 = u128::from(calls[0]) * u128::from(terms.forward.0) * 1_000_000 / u128::from(ROW_ONE);
        let larger = u128::from(forward.max(terms.strike.0)) * 1_000_000;
        prop_assert!(u128::from(single).abs_diff(row_e12) <= larger / 10_000_000_000 + 1_000);
        prop_assert!(calls[0] <= moves[0].factor() && calls[0] + row.strike() >= moves[0].factor());
    }

    #[test]
    fn a_sum_of_calls_is_lots_times_the_row(terms in terms(), factors in proptest::array::uniform17(50_000u64..8_000_001), fine: bool, lots in -1_000i64..1_000) {
        // Whole millionths, or not; 17 moves are two blocks and three, 7 a block, 2 a loop.
        let moves = factors.map(|factor| Move::new(if fine { factor * 1_000 - 1 } else { factor * 1_000 }.clamp(50_000_000, 8_000_000_000)).unwrap());
        let time = RootTime::new(terms.seconds).unwrap();
        let (w, row) = (time.total(terms.vol).unwrap(), Row::new(terms.forward, terms.strike).unwrap());
        for count in [17, 7, 2] {
            let (mut calls, mut sums) = (vec![0; count], vec![0; count]);
            let level = [Level::new(VolScale::new(1 << 32).unwrap(), time.total(VolE9::MIN).unwrap(), &moves[..count])];
            row.calls(w, &level, &mut calls).unwrap();
            if moves[..count].iter().all(Move::is_whole) {
                row.times(lots).add::<true>(w, &moves[..count], &mut sums);
            } else {
                row.times(lots).add::<false>(w, &moves[..count], &mut sums);
            }
            for (call, sum) in calls.iter().zip(&sums) {
                // A stored call is brought within its bounds, by no more than its error.
                let k = i64::try_from(row.strike() / ROW_ONE).unwrap();
                let error = if k < 32 { 8 + k } else { 96 * (k + 1) };
                prop_assert!((call.cast_signed() * lots - sum).abs() <= error * lots.abs(), "{call} {sum} {lots}");
            }
        }
        let (mut still, mut one) = (0, [0]);
        row.times(lots).add_still(w, &mut still);
        row.times(lots).add::<true>(w, &[Move::STILL], &mut one);
        prop_assert_eq!(still, one[0]);
    }

    #[test]
    fn nothing_panics(a in wild(), b in wild(), c in wild(), d in wild(), e in wild()) {
        let terms = as_terms((a, b, c, d));
        let _ = (price(&terms), greeks(&terms));
        let kind = if e & 1 == 0 { Kind::Call } else { Kind::Put };
        let premium = Premium { forward: terms.forward, strike: terms.strike, seconds: d, kind, premium: PriceE12(e) };
        let _ = implied_vol(&premium);
        let (x, y, z) = (a.cast_signed(), b.cast_signed(), c.cast_signed());
        let _ = (ln_q38(a), exp_q38(x), sqrt_q38(a), cdf_q38(x), pdf_q38(x));
        let svi = Svi { a_e9: x, b_e9: y, rho_e9: z, m_e9: d.cast_signed(), sigma_e9: e.cast_signed() };
        prop_assert!(svi.validate().is_ok() || Slice::new(&svi, a, b).is_err());
        let tame = Svi {
            a_e9: x % 60_000_000_000,
            b_e9: y % 5_000_000_000,
            rho_e9: z % 1_000_000_000,
            m_e9: d.cast_signed() % 11_000_000_000,
            sigma_e9: e.cast_signed() % 11_000_000_000,
        };
        if let Ok(slice) = Slice::new(&tame, 60 + a % 63_071_941, 60 + b % 63_071_941) {
            let _ = (slice.check_butterfly(x), slice.check_butterfly(x % (9 << 38)), slice.check_calendar(&slice, y));
            let _ = slice.total_vol(x % (10 << 38));
        }
        if let (Ok(node), Ok(time), Ok(row)) = (Move::new(c), RootTime::new(d), Row::new(terms.forward, terms.strike)) {
            let moves = [node; 2];
            if let (Ok(total), Ok(scale)) = (time.total(VolE9(e)), VolScale::new(x)) {
                let level = Level::new(scale, time.total(VolE9::MIN).unwrap(), &moves);
                let tilted = Tilt::new(x % (5 << 32), y % (1 << 32)).map_or([scale; 2], |tilt| tilt.scales(row.moneyness_q38()));
                let mut sum = y;
                for scale in tilted {
                    let mut calls = row.times(z);
                    calls.add_still(scale.of(total, total), &mut sum);
                    calls.add::<false>(scale.of(total, total), &moves, std::slice::from_mut(&mut sum));
                }
                let _ = (row.calls(total, &[level], &mut [0; 2]), row.calls(total, &[level], &mut [0; 1]));
            }
        }
    }
}
