//! Portfolio margin against the 50-digit reference (`models/reference/margin.py`) on `vectors/portfolios.csv`.
#![allow(
    clippy::unwrap_used,
    clippy::float_arithmetic,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a test may"
)]

use pricing::Svi;
use risk::average::RunningAverage;
use risk::payoff::Kind;
use risk::portfolio::{Expiry, Leg, MarginParams, Market, Portfolio, Table, assess, sort};
use risk::standard::Scale;
use units::{BaseAtoms, Lots, PriceE6, QuoteAtoms};

/// Allowed difference: this part of gross notional, and atoms of rounding.
const PART: f64 = 2e-9;
const ATOMS: f64 = 8.0;

struct Case {
    sol: bool,
    quote: QuoteAtoms,
    base: BaseAtoms,
    market: Market,
    expiries: Vec<Expiry>,
    legs: Vec<Leg>,
    /// Tenths of an atom, in the order of the file.
    figures: Vec<i128>,
}

fn number<T: core::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("not a number: {text}"))
}

fn case(line: &str) -> Case {
    let fields: Vec<&str> = line.split(',').collect();
    let stale_s: u64 = number(fields[7]);
    let expiries = fields[10].split('|').map(|text| {
        let row: Vec<i64> = text.split(':').map(number).collect();
        let short = |value: i64| u32::try_from(value).unwrap();
        let price = |value: i64| PriceE6(u64::try_from(value).unwrap());
        Expiry {
            forward: price(row[0]),
            seconds: row[1],
            reference_s: u64::try_from(row[2]).unwrap(),
            svi: Svi { a_e9: row[3], b_e9: row[4], rho_e9: row[5], m_e9: row[6], sigma_e9: row[7] },
            average: RunningAverage { mean: price(row[8]), fixed_s: short(row[9]), remaining_s: short(row[10]) },
        }
    });
    let legs = fields[11].split('|').map(|text| {
        let row: Vec<&str> = text.split(':').collect();
        Leg {
            expiry: number(row[0]),
            strike: PriceE6(number(row[1])),
            kind: if row[2] == "1" { Kind::Call } else { Kind::Put },
            lots: Lots(number(row[3])),
            open_interest: (!row[4].is_empty()).then(|| number(row[4])),
        }
    });
    let mut legs: Vec<Leg> = legs.collect();
    sort(&mut legs);
    Case {
        sol: fields[0] == "1",
        quote: QuoteAtoms(number(fields[1])),
        base: BaseAtoms(number(fields[2])),
        market: Market {
            spot: PriceE6(number(fields[3])),
            stable: PriceE6(number(fields[4])),
            half_width: PriceE6(number(fields[5])),
            quote_price: PriceE6(number(fields[6])),
            stale_minutes: stale_s.div_ceil(60),
            scale: Scale { lots_per_unit: number(fields[8]), base_unit_atoms: number(fields[9]) },
        },
        expiries: expiries.collect(),
        legs,
        figures: fields[12..].iter().map(|text| number(text)).collect(),
    }
}

/// Largest difference of one figure on the safe side and on the risky one, beyond rounding, as a part of gross notional.
#[derive(Clone, Copy, Default)]
struct Spread {
    safe: f64,
    risky_atoms: f64,
}

#[test]
fn assess_matches_the_reference_and_never_on_the_risky_side() {
    let path = std::env::var("PORTFOLIOS")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/portfolios.csv").into());
    let text = std::fs::read_to_string(path).expect("vectors/portfolios.csv");
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').skip(12).collect();
    let tables = [Table::new(&MarginParams::DEFAULT).unwrap(), Table::new(&MarginParams::SOL).unwrap()];
    let mut spreads = vec![Spread::default(); header.len()];
    let mut failures = Vec::new();
    let mut count = 0;
    for (line_number, line) in lines.enumerate() {
        let case = case(line);
        let portfolio = Portfolio { quote: case.quote, base: case.base, expiries: &case.expiries, legs: &case.legs };
        let ours = assess(&portfolio, &case.market, &tables[usize::from(case.sol)])
            .unwrap_or_else(|error| panic!("line {}: {error}", line_number + 2));
        let held = &ours.contingencies;
        // What is an asset must not be above the reference, what is held back not below it.
        let figures = [
            (ours.mtm, 1.0),
            (ours.im, 1.0),
            (ours.mm, 1.0),
            (ours.loss_im, 0.0),
            (ours.loss_mm, 0.0),
            (held.net_short_im, -1.0),
            (held.net_short_mm, -1.0),
            (held.forward_basis, -1.0),
            (held.oracle_confidence, -1.0),
            (held.concentration, -1.0),
            (held.quote_depeg, -1.0),
        ];
        let gross = case.figures[figures.len()] as f64 / 10.0;
        for (index, (atoms, side)) in figures.iter().enumerate() {
            let difference = (i128::from(atoms.0) * 10 - case.figures[index]) as f64 / 10.0;
            let (risky, size) = (difference * side, difference.abs());
            let spread = &mut spreads[index];
            spread.safe = spread.safe.max((size - ATOMS) / gross);
            spread.risky_atoms = spread.risky_atoms.max(risky);
            // Half of a tenth of an atom is the file's own rounding.
            if size > PART * gross + ATOMS || risky > 0.051 {
                failures.push(format!(
                    "line {}: {} differs by {difference} atoms of {gross} gross ({:e})",
                    line_number + 2,
                    header[index],
                    difference / gross
                ));
            }
        }
        count += 1;
    }
    for (name, spread) in header.iter().zip(&spreads) {
        println!("{name:24} safe {:.2e} of gross notional, risky {:.3} atoms", spread.safe, spread.risky_atoms);
    }
    println!("{count} portfolios");
    assert!(
        failures.is_empty(),
        "{} failures, such as:\n{}",
        failures.len(),
        failures[..failures.len().min(12)].join("\n")
    );
}
