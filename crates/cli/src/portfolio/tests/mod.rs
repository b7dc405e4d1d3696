use super::*;

mod errors;
mod schema;
mod vectors;

pub(super) const EXAMPLE: &str = include_str!("../../../../../docs/examples/portfolio.json");

/// Of an amount, in atoms.
fn atoms(text: &str) -> i128 {
    crate::decimal::parse(text, 6).unwrap()
}

#[test]
fn margin_of_the_example_adds_up() {
    let answer = margin(EXAMPLE, Mode::Portfolio).unwrap();
    assert_eq!(answer.scenarios.len(), 33);
    let held = answer.contingencies.amounts.as_ref().unwrap();
    // 120 and 80 lots short, ten to a unit: 20 units at 147.25, of which 0.5 % and 0.3 %.
    assert_eq!((held.net_short_im.as_str(), held.net_short_mm.as_str()), ("14.725000", "8.835000"));
    assert_eq!(held.concentration, "0.000000");
    let worst = answer.scenarios.iter().find(|scenario| scenario.name == answer.worst).unwrap();
    assert!(atoms(&worst.loss) < 0);
    assert!(atoms(&answer.im) < atoms(&answer.mm) && atoms(&answer.mm) < atoms(&answer.mtm));
    // The present is the node where nothing changes.
    let now = answer.scenarios.iter().find(|scenario| scenario.name == "+0% vol_flat").unwrap();
    assert_eq!((&now.value, now.loss.as_str()), (&answer.mtm, "0.000000"));
}

#[test]
fn margin_takes_numbers_as_numbers_or_as_strings() {
    let plain: String =
        EXAMPLE.replace(": \"call\"", ": !call!").replace(": \"put\"", ": !put!").replace(": \"sol\"", ": !sol!");
    let plain = plain.split(": \"").map(|part| part.replacen('"', "", 1)).collect::<Vec<_>>();
    // The first part begins with a name, whose quote stays.
    let plain = format!("{{\n  \"{}", plain.join(": ").trim_start_matches(['{', '\n', ' ']).trim_start_matches('"'));
    let plain = plain.replace('!', "\"");
    assert!(plain.contains("\"spot\": 147.25,") && plain.contains("\"rho\": -0.12,"), "{plain}");
    assert_eq!(margin(&plain, Mode::Portfolio), margin(EXAMPLE, Mode::Portfolio));
}

#[test]
fn margin_of_standard_mode_by_hand() {
    let json = r#"{
        "now_unix_s": 1000, "spot": 100, "quote": 1000, "base": 2, "lots_per_unit": 10,
        "expiries": [{"expiry_unix_s": 605800, "forward": 100, "svi": {"a": 0.01, "b": 0, "rho": 0, "m": 0, "sigma": 0.1}}],
        "positions": [
            {"expiry_unix_s": 605800, "strike": 110, "kind": "call", "lots": -50},
            {"expiry_unix_s": 605800, "strike": 120, "kind": "call", "lots": 20}
        ]
    }"#;
    let answer = margin(json, Mode::Standard).unwrap();
    // At 200: 1000 + 2 x 200 - 5 x 90 + 2 x 80 = 1110; at 150: 1000 + 300 - 200 + 60 = 1160; at 110: 1220; at 120: 1190; at zero: 1000.
    let values = ["1000.000000", "1220.000000", "1190.000000", "1160.000000", "1110.000000"];
    assert!(answer.scenarios.iter().map(|scenario| scenario.value.as_str()).eq(values), "{answer:?}");
    let names = ["zero", "strike 110", "strike 120", "spot +50% (mm)", "spot +100% (im)"];
    assert!(answer.scenarios.iter().map(|scenario| scenario.name.as_str()).eq(names));
    assert_eq!((answer.im.as_str(), answer.mm.as_str(), answer.worst.as_str()), ("1000.000000", "1000.000000", "zero"));
    assert_eq!(answer.mtm, margin(json, Mode::Portfolio).unwrap().mtm);
    assert!(serde_json::to_string(&answer).unwrap().ends_with(r#""worst":"zero","contingencies":{}}"#));
}

#[test]
fn margin_of_no_positions_is_the_balances() {
    let json = r#"{"now_unix_s": 0, "spot": 100, "quote": -12.5, "base": 0.25, "lots_per_unit": 10, "expiries": [], "positions": []}"#;
    let answer = margin(json, Mode::Portfolio).unwrap();
    assert_eq!(answer.mtm, "12.500000");
    // Base loses 66 % x 0.21, a third x 0.42, or 18 %: the last is the most, 4.5, of which 0.8 counts, rounded down.
    assert_eq!((answer.worst.as_str(), answer.mm.as_str()), ("-18% vol_up", "8.899999"));
    assert_eq!(margin(json, Mode::Standard).unwrap().im, "-12.500000");
}

#[test]
fn margin_as_json_has_its_fields_in_order() {
    let json = serde_json::to_string(&margin(EXAMPLE, Mode::Portfolio).unwrap()).unwrap();
    let mut rest = json.as_str();
    for name in [
        "mode",
        "unit",
        "mtm",
        "im",
        "mm",
        "scenarios",
        "name",
        "value",
        "loss",
        "worst",
        "contingencies",
        "net_short_im",
        "net_short_mm",
        "forward_basis",
        "oracle_confidence",
        "concentration",
        "quote_depeg",
    ] {
        let key = format!("\"{name}\":");
        let at = rest.find(&key).unwrap_or_else(|| panic!("{name} in {json}"));
        rest = rest.get(at..).unwrap();
    }
}

#[test]
fn tables_name_every_figure() {
    let table = margin(EXAMPLE, Mode::Portfolio).unwrap().to_string();
    for word in ["amounts in quote units", "initial margin", "+0% vol_flat", "tilt_down", "worst", "forward_basis"] {
        assert!(table.contains(word), "{word} in\n{table}");
    }
    let table = margin(EXAMPLE, Mode::Standard).unwrap().to_string();
    assert!(
        table.contains("standard margin") && table.contains("strike 160") && !table.contains("contingency"),
        "{table}"
    );
}
