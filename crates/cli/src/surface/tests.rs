use super::*;
use pricing::PricingError;

const EXAMPLE: &str = include_str!("../../../../docs/examples/quotes.json");
const DOCUMENT: &str = include_str!("../../../../docs/quotes.md");

fn said(json: &str) -> String {
    fitted(json).unwrap_err().to_string()
}

/// A file of two quotes with `more` fields.
fn file(more: &str) -> String {
    let quotes = r#"[{"strike": 140, "vol": 0.7}, {"strike": 160, "vol": 0.68}]"#;
    format!(r#"{{"forward": 150, "seconds": 604800, "quotes": {quotes}{more}}}"#)
}

#[test]
fn the_example_is_fitted_and_its_surface_is_one_that_margin_takes() {
    let answer = fitted(EXAMPLE).unwrap();
    assert!(!answer.projected);
    assert!(answer.worst.as_str() < "0.006", "{answer}");
    assert_eq!(answer.quotes.len(), 9);
    let Parameters { a, b, rho, m, sigma } = &answer.svi;
    let portfolio = format!(
        r#"{{"now_unix_s": 1800000000, "spot": 150, "quote": 1000, "base": 0, "lots_per_unit": 10,
            "expiries": [{{"expiry_unix_s": 1800604800, "forward": 150.5, "svi": {{"a": {a}, "b": {b}, "rho": {rho}, "m": {m}, "sigma": {sigma}}}}}],
            "positions": [{{"expiry_unix_s": 1800604800, "strike": 160, "kind": "call", "lots": -5}}]}}"#
    );
    assert!(crate::portfolio::margin(&portfolio, crate::portfolio::Mode::Portfolio).is_ok());
}

#[test]
fn the_table_and_the_json_say_the_same() {
    let answer = fitted(EXAMPLE).unwrap();
    let text = answer.to_string();
    assert!(text.contains(&format!("b {}", answer.svi.b)) && text.contains(&answer.quotes[4].fitted));
    let json = serde_json::to_value(&answer).unwrap();
    assert_eq!(json["svi"]["b"], answer.svi.b.as_str());
    assert_eq!(json["projected"], false);
}

#[test]
fn quotes_with_arbitrage_say_so() {
    // Wings so steep beside the forward that a butterfly there would cost less than nothing.
    let quotes = r#"[{"strike": 100, "vol": 2.5}, {"strike": 130, "vol": 1.2}, {"strike": 150, "vol": 0.1}, {"strike": 172, "vol": 1.2}, {"strike": 220, "vol": 2.5}]"#;
    let answer = fitted(&format!(r#"{{"forward": 150, "seconds": 2592000, "quotes": {quotes}}}"#)).unwrap();
    assert!(answer.projected && answer.to_string().contains("admits arbitrage"));
}

#[test]
fn every_fault_is_named_with_its_place() {
    assert_eq!(said("{"), "not JSON: EOF while parsing an object at line 1 column 1");
    assert_eq!(said(r#"{"forward": 150, "seconds": 604800}"#), "quotes is missing");
    assert_eq!(said(r#"{"quotes": []}"#), "quotes has 0 entries, and 1..=256 are accepted");
    assert_eq!(said(r#"{"quotes": [{"strike": 140, "vol": 0.01}]}"#), "quotes[0].vol: 0.01 is outside 0.05..=5");
    assert_eq!(said(r#"{"quotes": [{"strike": 140}]}"#), "quotes[0].vol is missing");
    assert_eq!(
        said(r#"{"quotes": [{"strike": 140, "vol": 0.5, "weight": 0}]}"#),
        "quotes[0].weight: 0 is outside 1..=4294967295"
    );
    assert_eq!(said(&file(r#", "listed": [150, 140]"#)), "listed: listed strikes: strikes do not ascend");
    assert_eq!(
        said(&file(r#", "bid": 1"#)),
        "bid is no known field: here belong forward, seconds, quotes, listed, earlier, later"
    );
    let flat = |a: &str, seconds: u32| {
        format!(r#"{{"svi": {{"a": {a}, "b": 0, "rho": 0, "m": 0, "sigma": 0.1}}, "seconds": {seconds}}}"#)
    };
    let crossed = file(&format!(r#", "earlier": {}, "later": {}"#, flat("0.02", 500_000), flat("0.01", 700_000)));
    assert_eq!(said(&crossed), "earlier, later: the earlier expiry's total variance is above the later one's");
    let steep = r#", "earlier": {"svi": {"a": 0, "b": 2, "rho": 0.5, "m": 0, "sigma": 0.1}, "seconds": 500000}"#;
    let Err(InputError::Surface { path, reason }) = fitted(&file(steep)) else { panic!("taken") };
    assert_eq!((path.as_str(), reason), ("earlier.svi", PricingError::SviWingTooSteep));
}

#[test]
fn the_document_names_every_field() {
    for name in read::ROOT.iter().chain(&read::QUOTE).chain(&read::NEIGHBOUR) {
        assert!(DOCUMENT.contains(&format!("`{name}`")), "{name}");
    }
}
