use super::*;

const CALL: Contract<'_> = Contract { forward: "150.5", strike: "160", seconds: "604800", kind: Kind::Call };
const PUT: Contract<'_> = Contract { kind: Kind::Put, ..CALL };

/// Of a decimal, in its last place.
fn number(text: &str, places: u32) -> i128 {
    decimal::parse(text, places).unwrap()
}

#[test]
fn price_of_a_row_of_the_vectors() {
    // vectors/prices.csv: core,15805486098,17487697819,1627525847,239778,3.2945514146585538099e+2,2.011666862465855381e+3
    let contract = Contract { forward: "15805.486098", strike: "17487.697819", seconds: "239778", kind: Kind::Call };
    let call = price(&contract, "1.627525847").unwrap();
    let put = price(&Contract { kind: Kind::Put, ..contract }, "1.627525847").unwrap();
    // A row's error: 2.5e-11 of the strike, and one unit.
    let allowed = 437_193;
    for (found, truth) in [(&call, 329_455_141_465_855), (&put, 2_011_666_862_465_855)] {
        let error = number(&found.price, 12) - truth;
        assert!(error.abs() <= allowed, "{} is {error}e-12 off", found.price);
    }
    // Parity is exact: C - P = F - K.
    assert_eq!(number(&call.price, 12) - number(&put.price, 12), (15_805_486_098 - 17_487_697_819) * 1_000_000);
}

#[test]
fn greeks_of_a_row_of_the_vectors_in_human_units() {
    // vectors/greeks.csv: core,12665266,12509665,493555409,1752711,5.652992642351368e-1,3.382610860592809,9.27879671593608e-2,
    // -1.128758439426608e-3,-3.832792758016229e-2,1.485657300025316e-3; amounts are fractions of the forward there.
    let contract = Contract { forward: "12.665266", strike: "12.509665", seconds: "1752711", kind: Kind::Call };
    let call = price(&contract, "0.493555409").unwrap().greeks;
    for (greek, places, truth) in [
        (&call.delta, 9, 565_299_264),
        (&call.gamma, 9, 3_382_610_861),
        (&call.vega, 15, 92_787_967 * 12_665_266),
        (&call.theta, 15, -1_128_758 * 12_665_266),
        (&call.vanna, 9, -38_327_928),
        (&call.volga, 15, 1_485_657 * 12_665_266),
    ] {
        let allowed = if places == 9 { 20 } else { 20 * 12_665_266 };
        assert!((number(&greek.value, places) - truth).abs() <= allowed, "{greek:?} {truth}");
    }
    let put = price(&Contract { kind: Kind::Put, ..contract }, "0.493555409").unwrap().greeks;
    assert_eq!(number(&put.delta.value, 9), number(&call.delta.value, 9) - 1_000_000_000);
    assert_eq!(put.gamma, call.gamma);
}

#[test]
fn price_as_json_has_its_fields_in_order() {
    let json = serde_json::to_string(&price(&PUT, "0.650").unwrap()).unwrap();
    let head = r#"{"kind":"put","forward":"150.5","strike":"160","vol":"0.65","seconds":604800,"price":""#;
    assert!(json.starts_with(head), "{json}");
    let mut at = 0;
    for name in ["price", "price_unit", "greeks", "delta", "gamma", "vega", "theta", "vanna", "volga"] {
        let found = json.find(&format!("\"{name}\":")).unwrap();
        assert!(found > at, "{name}");
        at = found;
    }
    assert_eq!(json.matches("\"unit\":").count(), 6);
    assert_eq!(price(&PUT, "0.65").unwrap().price.split_once('.').map(|(_, part)| part.len()), Some(12));
}

#[test]
fn iv_of_a_price_is_its_volatility() {
    for contract in [CALL, PUT] {
        let priced = price(&contract, "0.65").unwrap();
        let found = implied(&contract, &priced.price).unwrap();
        assert!((number(&found.vol, 9) - 650_000_000).abs() <= 1, "{}", found.vol);
    }
    // vectors/implied_vols.csv: core,3539699001,2462335662,1416373,call,1135739103666099,1.496908413999998,3.6191881e-2
    let contract = Contract { forward: "3539.699001", strike: "2462.335662", seconds: "1416373", kind: Kind::Call };
    let found = implied(&contract, "1135.739103666099").unwrap();
    assert!((number(&found.vol, 9) - 1_496_908_414).abs() <= 2, "{}", found.vol);
}

#[test]
fn price_of_bad_input_fails_naming_the_option_and_its_bound() {
    let said = |contract: Contract<'_>, vol: &str| price(&contract, vol).unwrap_err().to_string();
    for (found, message) in [
        (said(Contract { forward: "0", ..CALL }, "0.65"), "--forward: 0 is outside 0.0001..=10000000"),
        (said(Contract { forward: "-150.5", ..CALL }, "0.65"), "--forward: -150.5 is outside 0.0001..=10000000"),
        (
            said(Contract { strike: "10000000.000001", ..CALL }, "0.65"),
            "--strike: 10000000.000001 is outside 0.0001..=10000000",
        ),
        (said(Contract { seconds: "59", ..CALL }, "0.65"), "--seconds: 59 is outside 60..=63072000"),
        (said(Contract { seconds: "63072001", ..CALL }, "0.65"), "--seconds: 63072001 is outside 60..=63072000"),
        (said(CALL, "0.049999999"), "--vol: 0.049999999 is outside 0.05..=5"),
        (said(CALL, "65"), "--vol: 65 is outside 0.05..=5"),
        (
            said(Contract { forward: "150.1234567", ..CALL }, "0.65"),
            "--forward: `150.1234567` has more than 6 decimals: round it, this program does not",
        ),
        (said(Contract { seconds: "1.5", ..CALL }, "0.65"), "--seconds: `1.5` is not a whole number"),
        (said(CALL, "65%"), "--vol: `65%` is not a decimal number such as 150.5, -3 or 2.5e-3"),
        (said(CALL, ""), "--vol: `` is empty, where a number such as 150.5 belongs"),
        (
            said(Contract { strike: "1e99", ..CALL }, "0.65"),
            "--strike: `1e99` has too many digits to be a number of any field here",
        ),
    ] {
        assert_eq!(found, message);
    }
}

#[test]
fn iv_of_a_price_that_no_volatility_gives_fails_with_the_reason() {
    let said = |contract: &Contract<'_>, price: &str| implied(contract, price).unwrap_err().to_string();
    assert_eq!(said(&PUT, "9.4"), "--price: premium below intrinsic value");
    assert_eq!(said(&CALL, "150.5"), "--price: premium not below the forward (call) or the strike (put)");
    assert_eq!(said(&CALL, "0"), "--price: premium below the one at a volatility of 0.05");
    assert_eq!(said(&CALL, "150.4"), "--price: premium above the one at a volatility of 5");
    assert_eq!(said(&CALL, "-1"), "--price: -1 is outside 0..=10000000");
    assert_eq!(
        said(&CALL, "1.0000000000001"),
        "--price: `1.0000000000001` has more than 12 decimals: round it, this program does not"
    );
    let near = Contract { seconds: "0", ..CALL };
    assert_eq!(said(&near, "1"), "--seconds: 0 is outside 60..=63072000");
}

#[test]
fn tables_name_the_unit_of_every_number() {
    let table = price(&CALL, "0.65").unwrap().to_string();
    assert!(table.starts_with("call, strike 160, forward 150.5, 604800 s to expiry, volatility 0.65\n"), "{table}");
    for line in table.lines().skip(4) {
        assert!(line.contains("quote units") || line.contains("change of delta"), "{line}");
    }
    assert!(implied(&CALL, "2.1").unwrap().to_string().contains("a year of 365 days, 1 = 100 %"));
}
