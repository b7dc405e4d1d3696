//! The command against the 50-digit reference: rows of vectors/portfolios.csv written as files.

use super::*;
use crate::decimal::{full, parse};

/// Rows that are tried, from the beginning.
const ROWS: usize = 400;

struct Case {
    json: String,
    /// mtm, im, mm, then the contingencies, and gross notional, in tenths of an atom.
    figures: Vec<i128>,
}

fn number(text: &str) -> i128 {
    parse(text, 0).unwrap()
}

fn case(line: &str) -> Case {
    const NOW: i128 = 1_800_000_000;
    let fields: Vec<&str> = line.split(',').collect();
    let field = |index: usize| *fields.get(index).unwrap();
    let e6 = |text: &str| full(number(text), 6);
    let list = |index: usize| {
        field(index).split('|').map(|row| row.split(':').collect::<Vec<_>>()).filter(|row| row.len() > 1)
    };
    let expiries: Vec<Vec<&str>> = list(10).collect();
    let time = |index: usize| NOW + number(expiries.get(index).unwrap().get(1).unwrap());
    let expiry = |index: usize| {
        let row = expiries.get(index).unwrap();
        let e9 = |at: usize| full(number(row.get(at).unwrap()), 9);
        serde_json::json!({
            "expiry_unix_s": time(index).to_string(), "forward": e6(row.first().unwrap()), "svi_reference_s": row.get(2),
            "svi": {"a": e9(3), "b": e9(4), "rho": e9(5), "m": e9(6), "sigma": e9(7)},
            "average": {"mean": e6(row.get(8).unwrap()), "fixed_s": row.get(9), "remaining_s": row.get(10)},
        })
    };
    let position = |row: Vec<&str>| {
        let [expiry, strike, call, lots, open_interest] = *row.as_slice() else { panic!("{row:?}") };
        let mut json = serde_json::json!({
            "expiry_unix_s": time(expiry.parse().unwrap()).to_string(), "strike": e6(strike),
            "kind": if call == "1" { "call" } else { "put" }, "lots": lots,
        });
        if !open_interest.is_empty() {
            json.as_object_mut().unwrap().insert("open_interest".to_owned(), open_interest.into());
        }
        json
    };
    let decimals = field(9).trim_start_matches('1').len();
    let json = serde_json::json!({
        "now_unix_s": NOW.to_string(), "spot": e6(field(3)), "quote": e6(field(1)), "lots_per_unit": field(8),
        "base": full(number(field(2)), u32::try_from(decimals).unwrap()),
        "expiries": (0..expiries.len()).map(expiry).collect::<Vec<_>>(),
        "positions": list(11).map(position).collect::<Vec<_>>(),
        "params": {
            "table": if field(0) == "1" { "sol" } else { "default" }, "base_decimals": decimals.to_string(),
            "stable": e6(field(4)), "half_width": e6(field(5)), "quote_price": e6(field(6)),
            "stale_minutes": (number(field(7)) + 59).div_euclid(60).to_string(),
        },
    });
    let figure = |index: &usize| number(field(*index));
    let figures = [12, 13, 14, 17, 18, 19, 20, 21, 22, 23].iter().map(figure).collect();
    Case { json: json.to_string(), figures }
}

fn cases() -> Vec<Case> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/portfolios.csv");
    let text = std::fs::read_to_string(path).unwrap();
    let header = text.lines().next().unwrap();
    assert!(
        header.contains("legs,mtm_tenths,im_tenths,mm_tenths,loss_im_tenths,loss_mm_tenths,net_short_im_tenths"),
        "{header}"
    );
    assert!(header.ends_with("quote_depeg_tenths,gross_notional_tenths"), "{header}");
    text.lines().skip(1).take(ROWS).map(case).collect()
}

#[test]
fn margin_matches_the_reference() {
    for case in cases() {
        let answer = margin(&case.json, Mode::Portfolio).unwrap_or_else(|error| panic!("{error}\n{}", case.json));
        let held = answer.contingencies.amounts.unwrap();
        let ours = [
            &answer.mtm,
            &answer.im,
            &answer.mm,
            &held.net_short_im,
            &held.net_short_mm,
            &held.forward_basis,
            &held.oracle_confidence,
            &held.concentration,
            &held.quote_depeg,
        ];
        let gross = case.figures.last().unwrap();
        // 2e-9 of gross notional and eight atoms.
        let allowed = gross.div_euclid(500_000_000) + 80;
        for (amount, truth) in ours.iter().zip(&case.figures) {
            let error = atoms(amount) * 10 - truth;
            assert!(error.abs() <= allowed, "{amount} is {error} tenths of an atom off in {}", case.json);
        }
    }
}

#[test]
fn standard_scenarios_give_the_margin_that_the_crate_gives() {
    let mut seen = 0;
    for case in cases() {
        let answer = match margin(&case.json, Mode::Standard) {
            Err(InputError::NotionalAboveStandard { .. }) => continue,
            answer => answer.unwrap_or_else(|error| panic!("{error}\n{}", case.json)),
        };
        let least = |without: &str| {
            answer.scenarios.iter().filter(|node| node.name != without).map(|node| atoms(&node.value)).min().unwrap()
        };
        assert_eq!(least("spot +50% (mm)"), atoms(&answer.im), "{}", case.json);
        assert_eq!(least("spot +100% (im)"), atoms(&answer.mm), "{}", case.json);
        seen += 1;
    }
    assert!(seen > ROWS.div_euclid(2), "{seen}");
}
