//! The vectors of `vectors/` (made at 50 digits), all of them, and the error table that they give: `ACCURACY.md` must be what this test
//! measures. `ACCURACY_WRITE=1 cargo test -p pricing --test vectors` rewrites it.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::integer_division,
    clippy::unwrap_used,
    reason = "a test compares with real numbers and panics to fail"
)]

mod errors;

use errors::{Table, Vectors};
use pricing::{
    Kind, Level, Move, Premium, PriceE12, PricingError, ROW_ONE, RootTime, Row, Slice, Svi, Terms, VolScale, greeks,
    implied_vol, price,
};
use units::{PriceE6, VolE9};

const E12: f64 = 1e12;
const E9: f64 = 1e9;

fn terms(row: &errors::Line) -> Terms {
    Terms {
        forward: PriceE6(row.integer("forward_e6")),
        strike: PriceE6(row.integer("strike_e6")),
        vol: VolE9(row.integer("vol_e9")),
        seconds: row.integer("seconds"),
    }
}

fn prices(table: &mut Table) {
    let vectors = Vectors::read("prices");
    assert!(vectors.len() >= 20_000);
    for row in vectors.rows() {
        let terms = terms(&row);
        let (forward, strike) = (terms.forward.0 as f64 / 1e6, terms.strike.0 as f64 / 1e6);
        let got = price(&terms).unwrap();
        assert_eq!(
            i128::from(got.call.0) - i128::from(got.put.0),
            (i128::from(terms.forward.0) - i128::from(terms.strike.0)) * 1_000_000,
            "parity, {terms:?}"
        );
        let call_out = strike >= forward;
        let (got, want) = if call_out { (got.call, row.real("call")) } else { (got.put, row.real("put")) };
        let error = (got.0 as f64 / E12 - want).abs();
        let within = 2.5e-11 * forward.max(strike) + 1e-12;
        assert!(error <= within, "{terms:?}: {error:e} above {within:e}");
        if (0.1..=10.0).contains(&(strike / forward)) {
            assert!(error <= 1e-9 * forward + 1e-12, "{terms:?}: {error:e}");
        }
        // A rounding to 1e-12 is not the kernel's: below 1 quote unit it would hide it.
        if forward >= 1.0 {
            table.add(
                "Price / forward",
                row.text("region"),
                error / forward,
                (want > 1e-6 * forward).then_some(error / want),
            );
        }
    }
}

/// The same options through rows: at the current forward, and from those forwards that a move of the tables takes exactly to the option's
/// own.
fn rows(table: &mut Table) {
    const FACTORS_E9: [u64; 7] =
        [1_000_000_000, 175_000_000, 587_500_000, 943_750_000, 1_056_250_000, 2_250_000_000, 7_250_000_000];
    let moves = FACTORS_E9.map(|factor| Move::new(factor).unwrap());
    let unit = 1.0 / ROW_ONE as f64;
    for line in Vectors::read("prices").rows() {
        let terms = terms(&line);
        let time = RootTime::new(terms.seconds).unwrap();
        let scale = VolScale::new(1 << 32).unwrap();
        for (factor_e9, moved) in FACTORS_E9.iter().zip(&moves) {
            // Few forwards can be reached exactly from a whole `PriceE6`, but of 20,000 some thousands.
            let product = u128::from(terms.forward.0) * 1_000_000_000;
            let Ok(forward) = u64::try_from(product / u128::from(*factor_e9)) else { continue };
            if u128::from(forward) * u128::from(*factor_e9) != product {
                continue;
            }
            let Ok(strike) = Row::new(PriceE6(forward), terms.strike) else { continue };
            let one = [*moved];
            let level = [Level::new(scale, time.total(VolE9::MIN).unwrap(), &one)];
            let mut calls = [0];
            strike.calls(time.total(terms.vol).unwrap(), &level, &mut calls).unwrap();
            let (forward, k) = (forward as f64 / 1e6, terms.strike.0 as f64 / forward as f64);
            let error = (calls[0] as f64 * unit - line.real("call") / forward).abs();
            let f = *factor_e9 as f64 / E9;
            let within = if k < 32.0 { 1.5e-11 * (f + k) + 4.0 * unit } else { 48.0 * k * unit };
            assert!(error < within, "{terms:?} x {f}: {error:e} above {within:e}");
            let title = if *factor_e9 == 1_000_000_000 { "Row / forward" } else { "Row / forward, moved" };
            table.add(title, line.text("region"), error, None);
        }
    }
}

fn sensitivities(table: &mut Table) {
    let vectors = Vectors::read("greeks");
    assert!(vectors.len() >= 5_000);
    for row in vectors.rows() {
        let terms = terms(&row);
        let got = greeks(&terms).unwrap();
        let w = terms.vol.0 as f64 / E9 * (terms.seconds as f64 / 31_536_000.0).sqrt();
        let measured = [
            ("delta", f64::from(got.price.call_delta_e9)),
            ("gamma", got.gamma_e9 as f64),
            ("vega", got.vega_e9 as f64),
            ("theta", got.theta_e9 as f64),
            ("vanna", got.vanna_e9 as f64),
            ("volga", got.volga_e9 as f64),
        ];
        for (name, value) in measured {
            let want = row.real(name);
            let error = (value / E9 - want).abs();
            let title = format!("Greek {name}");
            table.add(&title, row.text("region"), error, (want.abs() > 1e-3).then_some(error / want.abs()));
            // d1 is known to 3e-11 / w: near expiry every Greek inherits that.
            let within = (4e-9 * (E9 / terms.vol.0 as f64).max(1.0) + 6e-11 / w) * want.abs().max(1.0);
            assert!(error < within, "{name} of {terms:?}: {value} against {want}, {error:e} above {within:e}");
        }
    }
}

fn implied(table: &mut Table) {
    let vectors = Vectors::read("implied_vols");
    assert!(vectors.len() >= 5_000);
    for row in vectors.rows() {
        let kind = if row.text("kind") == "call" { Kind::Call } else { Kind::Put };
        let premium = Premium {
            forward: PriceE6(row.integer("forward_e6")),
            strike: PriceE6(row.integer("strike_e6")),
            seconds: row.integer("seconds"),
            kind,
            premium: PriceE12(row.integer("premium_e12")),
        };
        let got = implied_vol(&premium).unwrap_or_else(|error| panic!("{premium:?}: {error}"));
        let error = (got.0 as f64 / E9 - row.real("vol")).abs();
        // In premium: what the error of the volatility is worth. The kernel's own error is relative to the larger of forward and strike.
        let worth = error * row.real("vega");
        let scale = (premium.strike.0 as f64 / premium.forward.0 as f64).max(1.0);
        let bound = 5e-11 * scale + 1e-9 * row.real("vega");
        assert!(worth <= bound, "{premium:?}: {error:e}, worth {worth:e} of {bound:e}");
        table.add("Implied volatility x vega", row.text("region"), worth, Some(error / row.real("vol")));
    }
}

/// Label of a slice from the checks of the crate, on 241 strikes of the range that was labelled.
fn verdict(svi: &Svi) -> &'static str {
    let slice = match Slice::new(svi, 86_400, 86_400) {
        Ok(slice) => slice,
        Err(PricingError::SviNegativeVariance) => return "negative",
        Err(PricingError::SviWingTooSteep) => return "wing",
        Err(other) => panic!("{svi:?}: {other}"),
    };
    let step = (3i64 << 38) / 6_000;
    let strikes = (-3_000..=3_000).map(|i| i * step);
    match strikes.map(|k| slice.check_butterfly(k)).find(Result::is_err) {
        None => "clean",
        Some(Err(PricingError::SviButterfly)) => "butterfly",
        Some(other) => panic!("{svi:?}: {other:?}"),
    }
}

fn surfaces(table: &mut Table) {
    let vectors = Vectors::read("svi");
    assert!(vectors.len() >= 2_000);
    for row in vectors.rows() {
        let svi = Svi {
            a_e9: row.signed("a_e9"),
            b_e9: row.signed("b_e9"),
            rho_e9: row.signed("rho_e9"),
            m_e9: row.signed("m_e9"),
            sigma_e9: row.signed("sigma_e9"),
        };
        let label = row.text("label");
        assert_eq!(verdict(&svi), label, "{svi:?}, measure {}", row.text("measure"));
        let Ok(slice) = Slice::new(&svi, 86_400, 86_400) else { continue };
        for i in 1..=3 {
            let want = row.real(&format!("w{i}"));
            let got = slice.variance_q56(row.signed(&format!("k{i}_q38"))) as f64 / (1u64 << 56) as f64;
            let error = (got - want).abs();
            let b = svi.b_e9 as f64 / E9;
            assert!(error < 2e-11 * b * 4.0 + 1e-15, "{svi:?}: {error:e}");
            table.add("SVI total variance", label, error, (want > 1e-6).then_some(error / want));
        }
    }
}

#[test]
fn vectors_within_bounds_and_table_current() {
    let mut table = Table::default();
    prices(&mut table);
    rows(&mut table);
    sensitivities(&mut table);
    implied(&mut table);
    surfaces(&mut table);
    table.compare();
}
