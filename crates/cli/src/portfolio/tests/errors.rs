//! Every fault of a file has its own message, with its place.

use super::*;

/// What is said of the example with one text replaced, once.
fn said(from: &str, to: &str) -> String {
    assert!(EXAMPLE.contains(from), "{from}");
    match margin(&EXAMPLE.replacen(from, to, 1), Mode::Portfolio) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("`{to}` for `{from}` is accepted"),
    }
}

#[test]
fn fields_that_are_missing_unknown_or_repeated_are_named() {
    assert_eq!(said("\"spot\": \"147.25\",", ""), "spot is missing");
    assert_eq!(said("\"forward\": \"148.05\",", ""), "expiries[1].forward is missing");
    assert_eq!(said("\"sigma\"", "\"s\""), "expiries[0].svi.s is no known field: here belong a, b, rho, m, sigma");
    assert_eq!(said(", \"sigma\": \"0.11\"", ""), "expiries[0].svi.sigma is missing");
    assert_eq!(said("\"kind\": \"put\", ", ""), "positions[2].kind is missing");
    assert_eq!(said("\"quote\"", "\"spot\""), "spot is given twice");
    let unknown = said("\"stable\"", "\"stabel\"");
    assert!(
        unknown.starts_with("params.stabel is no known field: here belong table, base_decimals, stable"),
        "{unknown}"
    );
}

#[test]
fn values_of_another_type_are_named() {
    assert_eq!(said("\"147.25\"", "null"), "spot: null, where a number belongs");
    assert_eq!(said("\"-0.12\"", "[]"), "expiries[0].svi.rho: a list, where a number belongs");
    assert_eq!(said("-120", "true"), "positions[0].lots: true or false, where a number belongs");
    assert_eq!(said("\"kind\": \"call\"", "\"kind\": \"swap\""), "positions[0].kind: `swap` is none of call, put");
    assert_eq!(said("\"kind\": \"call\"", "\"kind\": {}"), "positions[0].kind: an object, where a word belongs");
    assert_eq!(said("\"sol\"", "\"btc\""), "params.table: `btc` is none of default, sol");
    let of = |json: &str| margin(json, Mode::Portfolio).unwrap_err().to_string();
    assert_eq!(of("[]"), "the document: a list, where an object belongs");
    assert!(of("{").starts_with("not JSON: EOF while parsing an object at line 1"));
    let root =
        EXAMPLE.replacen("\"params\": {", "\"params\": [{", 1).replacen("\"0.9998\"\n  }", "\"0.9998\"\n  }]", 1);
    assert_eq!(of(&root), "params: a list, where an object belongs");
}

#[test]
fn numbers_out_of_bounds_are_named_with_the_bounds() {
    for (from, to, message) in [
        ("\"147.25\"", "0", "spot: 0 is outside 0.0001..=10000000"),
        ("\"147.25\"", "-1", "spot: -1 is outside 0.0001..=10000000"),
        ("\"147.4\"", "10000000.1", "expiries[0].forward: 10000000.1 is outside 0.0001..=10000000"),
        ("\"160\"", "1e8", "positions[0].strike: 1e8 is outside 0.0001..=10000000"),
        ("-120", "-1000000001", "positions[0].lots: -1000000001 is outside -1000000000..=1000000000"),
        ("1500", "-1", "positions[4].open_interest: -1 is outside 0..=18446744073709551615"),
        ("10,", "0,", "lots_per_unit: 0 is outside 1..=1000000"),
        ("1798761600", "-5", "now_unix_s: -5 is outside 0..=253402300799"),
        ("\"20\"", "-20", "base: -20 is outside 0..=18446744073.709551615"),
        ("\"12500.50\"", "1e13", "quote: 1e13 is outside -9223372036854.775808..=9223372036854.775807"),
        ("\"0.0021\"", "51", "expiries[0].svi.a: 51 is outside -50..=50"),
        ("\"0.019\"", "-0.1", "expiries[0].svi.b: -0.1 is outside 0..=4"),
        ("\"-0.12\"", "-1", "expiries[0].svi.rho: -1 is outside -0.999999999..=0.999999999"),
        ("\"0.01\"", "10.5", "expiries[0].svi.m: 10.5 is outside -10..=10"),
        ("\"0.11\"", "0", "expiries[0].svi.sigma: 0 is outside 0.0001..=10"),
        ("\"146.9\"", "0", "params.stable: 0 is outside 0.0001..=10000000"),
        ("\"0.08\"", "147.26", "params.half_width: 147.26 is outside 0..=147.25"),
        ("\"0.9998\"", "2.1", "params.quote_price: 2.1 is outside 0.5..=2"),
        ("\"base_decimals\": 9", "\"base_decimals\": 19", "params.base_decimals: 19 is outside 0..=18"),
        ("\"base_decimals\": 9", "\"mm_loss\": 0", "params.mm_loss: 0 is outside 0.000000001..=1"),
        (
            "\"base_decimals\": 9",
            "\"scenarios\": {\"vol\": {\"up_floor\": 0.04}}",
            "params.scenarios.vol.up_floor: 0.04 is outside 0.05..=5",
        ),
        (
            "\"base_decimals\": 9",
            "\"scenarios\": {\"tail\": []}",
            "params.scenarios.tail has 0 entries, and 8..=8 are accepted",
        ),
    ] {
        assert_eq!(said(from, to), message);
    }
}

#[test]
fn numbers_that_would_have_to_be_rounded_are_refused() {
    for (from, to, message) in [
        ("\"147.25\"", "147.2500001", "spot: `147.2500001` has more than 6 decimals: round it, this program does not"),
        (
            "\"20\"",
            "\"20.0000000001\"",
            "base: `20.0000000001` has more than 9 decimals: round it, this program does not",
        ),
        ("-120", "-1.5", "positions[0].lots: `-1.5` is not a whole number"),
        (
            "\"-0.12\"",
            "-0.12000000000000001",
            "expiries[0].svi.rho: `-0.12000000000000001` has more than 9 decimals: round it, this program does not",
        ),
        ("\"147.25\"", "\"147,25\"", "spot: `147,25` is not a decimal number such as 150.5, -3 or 2.5e-3"),
        ("\"147.25\"", "\"\"", "spot: `` is empty, where a number such as 150.5 belongs"),
    ] {
        assert_eq!(said(from, to), message);
    }
}

#[test]
fn positions_that_contradict_each_other_are_named() {
    assert_eq!(
        said("-120", "0"),
        "positions[0].lots: no lots; leave the position out, or give 1..=1000000000 (long) or -1000000000..=-1 (short)"
    );
    assert_eq!(
        said("\"strike\": \"175\"", "\"strike\": 160.0"),
        "positions[1]: the same expiry, strike and kind as positions[0]; add their lots up"
    );
    assert_eq!(
        said(
            "{ \"expiry_unix_s\": 1799366400, \"strike\": \"160\"",
            "{ \"expiry_unix_s\": 1799366401, \"strike\": \"160\""
        ),
        "positions[0].expiry_unix_s: 1799366401 is not the time of any of the expiries: 1799366400, 1801353600"
    );
    assert_eq!(
        said("1801353600", "1799366400"),
        "expiries[1].expiry_unix_s: the expiry at 1799366400 is given already by expiries[0]"
    );
    assert_eq!(
        said("1801353600", "1861833601"),
        "expiries[1].expiry_unix_s: 63072001 s from now_unix_s is more than two years (63072000 s)"
    );
    let leg = "{ \"expiry_unix_s\": 1799366400, \"strike\": \"160\", \"kind\": \"call\", \"lots\": -120 },";
    let crowd: String = (0..33).map(|at| leg.replace("160", &(200 + at).to_string())).collect();
    assert_eq!(said(leg, &crowd), "positions has 37 entries, and 0..=32 are accepted");
}

#[test]
fn what_the_core_refuses_is_named_with_its_place() {
    assert_eq!(said("\"0.0021\"", "-0.01"), "expiries[0].svi: svi least total variance is negative");
    assert_eq!(said("\"0.019\"", "\"1.8\""), "expiries[0].svi: svi b (1 + |rho|) above 2");
    assert_eq!(said("\"120\"", "\"0.03\""), "positions[4]: strike / forward outside 1/4096..=4096");
    assert_eq!(
        said("\"base_decimals\": 9", "\"net_short_mm\": 0.01"),
        "params: parameters: net_short_mm_e9 above net_short_im_e9, or that above 1e9"
    );
    assert_eq!(
        said("\"base_decimals\": 9", "\"scenarios\": {\"step\": 0.1}"),
        "params: parameters: wide_e9 outside 1e6..=8e8, or below three steps"
    );
    let average = "\"forward\": \"147.4\", \"average\": {\"mean\": 0, \"fixed_s\": 60, \"remaining_s\": 1740},";
    assert_eq!(
        said("\"forward\": \"147.4\",", average),
        "expiries[0].average: settlement average: mean outside 0.0001..=10000000 although part of the average is fixed"
    );
    let large = EXAMPLE.replacen("-120", "-1000000000", 1);
    let huge = large.replacen("\"160\"", "\"20000\"", 1);
    let said = |json: &str, mode| margin(json, mode).unwrap_err().to_string();
    assert_eq!(said(&huge, Mode::Portfolio), "positions[0]: a position's notional exceeds 2^60 quote atoms");
    let wide = large.replacen("\"160\"", "\"590\"", 1);
    assert!(margin(&wide, Mode::Portfolio).is_ok());
    assert_eq!(
        said(&wide, Mode::Standard),
        "positions[0].lots: -1000000000 lots are a notional above 2^55 quote atoms at the larger of strike and twice spot"
    );
}

#[test]
fn texts_of_all_kinds_never_panic() {
    for cut in 0..EXAMPLE.len() {
        let _ = margin(EXAMPLE.get(..cut).unwrap_or_default(), Mode::Portfolio);
    }
    // Each digit replaced by what a number may not hold, or by a larger number.
    for (at, byte) in EXAMPLE.bytes().enumerate() {
        if !byte.is_ascii_digit() {
            continue;
        }
        for with in ["e", "-", "", "99999999999999999999999999999999999999999", "0", "9e9"] {
            let json = format!("{}{with}{}", EXAMPLE.get(..at).unwrap(), EXAMPLE.get(at + 1..).unwrap());
            let (_, _) = (margin(&json, Mode::Portfolio), margin(&json, Mode::Standard));
        }
    }
}
