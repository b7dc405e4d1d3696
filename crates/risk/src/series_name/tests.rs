use super::*;
use proptest::prelude::*;

fn named(market: &[u8], expiry: i64, strike: u64, kind: Kind) -> (String, String) {
    let named = Named { market, expiry: UnixSeconds(expiry), strike: PriceE6(strike), kind };
    let text = |text: Text| String::from_utf8(text.as_bytes().to_vec()).unwrap();
    (text(named.name()), text(named.symbol()))
}

#[test]
fn a_series_has_a_name_and_a_symbol() {
    let (name, symbol) = named(b"SOL/USDC\0\0\0\0\0\0\0\0", 1_767_945_600, 150_000_000, Kind::Call);
    assert_eq!((name.as_str(), symbol.as_str()), ("SOL/USDC 2026-01-09 08:00 150 call", "SOL-260109-150-C"));
    let (name, symbol) = named(b"WIF/USDC", 1_709_193_600, 2_012_500, Kind::Put);
    assert_eq!((name.as_str(), symbol.as_str()), ("WIF/USDC 2024-02-29 08:00 2.0125 put", "WIF-240229-2.0125-P"));
}

#[test]
fn the_longest_name_fits() {
    let (name, symbol) = named(b"ABCDEFGHIJKLMNOP", 253_402_300_799, 9_999_999_999_999, Kind::Call);
    assert_eq!(name, "ABCDEFGHIJKLMNOP 9999-12-31 23:59 9999999.999999 call");
    assert_eq!(symbol, "ABCDEFGHIJKLMNOP-991231-9999999.999999-C");
}

proptest! {
    /// Against the definition of the calendar: every day follows the one before.
    #[test]
    fn days_follow_one_another(day in 0_i64..2_900_000) {
        let (year, month, of_month) = date(UnixSeconds(day * DAY_S));
        let (next_year, next_month, next_day) = date(UnixSeconds((day + 1) * DAY_S));
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let last = match month {
            2 => 28 + u64::from(leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let expected = match (of_month == last, month == 12) {
            (false, _) => (year, month, of_month + 1),
            (true, false) => (year, month + 1, 1),
            (true, true) => (year + 1, 1, 1),
        };
        prop_assert_eq!((next_year, next_month, next_day), expected);
    }

    /// Two series of a market never share a name.
    #[test]
    fn names_differ(a in (0_i64..1_000, 100_u64..10_000_000_000, any::<bool>()), b in (0_i64..1_000, 100_u64..10_000_000_000, any::<bool>())) {
        let of = |(day, strike, call): (i64, u64, bool)| {
            named(b"SOL/USDC", day * DAY_S, strike, if call { Kind::Call } else { Kind::Put })
        };
        prop_assert_eq!(a == b, of(a) == of(b));
    }
}
