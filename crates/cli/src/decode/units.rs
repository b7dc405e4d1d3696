//! Units in words. Names of fields carry their unit as a suffix (`_e6`, `_bps`, `_unix_s`), so the name alone says how to read a number.

use super::Value;
use crate::decimal;
use policy::{Cause, Class, Level, proposal, rollout::Stage};

const DAY_S: i64 = 86_400;

/// A field's value for people.
pub(super) fn text(kind: &str, name: &str, value: &Value) -> String {
    match value {
        Value::Text(text) if text.is_empty() => "(empty)".to_owned(),
        Value::Text(text) => text.clone(),
        Value::Number(number) => number_text(kind, name, *number),
        Value::List(items) => items.iter().map(|item| text(kind, name, item)).collect::<Vec<_>>().join(", "),
        Value::Record(fields) => fields
            .iter()
            .map(|(field, value)| format!("{field} {}", text(name, field, value)))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

fn number_text(kind: &str, name: &str, number: i128) -> String {
    let meaning = match u8::try_from(number).ok().and_then(|byte| byte_meaning(kind, name, byte)) {
        Some(word) => Some(word),
        None if name.ends_with("_e6") => Some(e6(number)),
        None if name.ends_with("_bps") => Some(percent(number)),
        None if name.ends_with("_unix_s") => i64::try_from(number).ok().filter(|time| *time != 0).map(utc),
        None if name == "time_divisor" => u32::try_from(number).ok().map(timing),
        None => None,
    };
    meaning.map_or_else(|| number.to_string(), |meaning| format!("{number}  ({meaning})"))
}

/// What a byte that stands for a choice means.
fn byte_meaning(kind: &str, name: &str, byte: u8) -> Option<String> {
    let word = |words: &[&str]| words.get(usize::from(byte)).map(|word| (*word).to_owned());
    match (kind, name) {
        ("Brake" | "Custody", "level") => {
            Some(Level::from_byte(byte).map_or("unknown: read as migrating", Level::name).to_owned())
        }
        ("Brake" | "Custody", "cause") => Cause::from_byte(byte).map(|cause| format!("{cause:?}").to_lowercase()),
        ("Proposal", "state") => proposal::State::from_byte(byte).map(|state| state.name().to_owned()),
        ("Proposal", "class") => Class::from_byte(byte).map(|class| class.name().to_owned()),
        ("Rollout", "stage") => Stage::from_byte(byte).map(|stage| stage.name().to_owned()),
        ("Rollout", "scope") => word(&["accounts are verified", "code is verified"]),
        ("Feed", "severity") => word(&["normal", "degraded", "stale", "down"]),
        ("Expiry", "state") => word(&["listed", "settled"]),
        ("Epoch", "state") => word(&["open", "auction", "live", "settled"]),
        ("MarginAccount", "mode") => word(&["standard margin"]),
        ("positions", "kind") => word(&["empty", "call", "put"]),
        ("Vault", "kind") => word(&["none", "covered call", "cash-secured put", "put spread"]),
        ("Bid", "state") => word(&["committed", "revealed", "settled"]),
        ("source", "kind") => word(&["none", "Pyth price update"]),
        _ => None,
    }
}

/// What a time divisor says about a build.
pub(crate) fn timing(divisor: u32) -> String {
    if divisor == 1 { "mainnet timing".to_owned() } else { format!("TIME-SCALED x{divisor}") }
}

/// A feed's or market's symbol.
pub(crate) fn symbol(symbol: &[u8; 16]) -> String {
    String::from_utf8_lossy(symbol).trim_end_matches('\0').to_owned()
}

/// A number of millionths as a decimal.
pub(crate) fn e6(number: i128) -> String {
    decimal::trimmed(number, 6)
}

pub(crate) fn percent(bps: i128) -> String {
    format!("{} %", decimal::trimmed(bps, 2))
}

/// Seconds since 1970 as date and time, UTC.
pub(crate) fn utc(unix_s: i64) -> String {
    let (days, second) = (unix_s.div_euclid(DAY_S), unix_s.rem_euclid(DAY_S));
    let Some((year, month, day)) = civil(days) else { return format!("{unix_s} s") };
    let (hour, minute, second) = (second.div_euclid(3600), second.div_euclid(60).rem_euclid(60), second.rem_euclid(60));
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

/// Year, month and day of a day counted from 1970-01-01, or `None` outside the years 1970..=9999.
fn civil(days: i64) -> Option<(i64, u32, i64)> {
    const MONTHS: [i64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let leap = |year: i64| year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0);
    let (mut year, mut day) = (1970, days);
    let year_days = |year| if leap(year) { 366 } else { 365 };
    if day < 0 {
        return None;
    }
    while day >= year_days(year) {
        day = day.checked_sub(year_days(year))?;
        year = i64::checked_add(year, 1).filter(|year| *year <= 9999)?;
    }
    for (month, length) in (1..).zip(MONTHS) {
        let length = if month == 2 && leap(year) { 29 } else { length };
        if day < length {
            return Some((year, month, day.checked_add(1)?));
        }
        day = day.checked_sub(length)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utc_of_known_moments() {
        assert_eq!(utc(0), "1970-01-01 00:00:00 UTC");
        assert_eq!(utc(951_827_696), "2000-02-29 12:34:56 UTC");
        assert_eq!(utc(1_735_689_599), "2024-12-31 23:59:59 UTC");
        assert_eq!(utc(4_107_542_400), "2100-03-01 00:00:00 UTC");
        assert_eq!(utc(-1), "-1 s");
        assert_eq!(utc(i64::MAX), format!("{} s", i64::MAX));
    }

    #[test]
    fn numbers_carry_the_unit_of_their_name() {
        let text = |name: &str, number| number_text("Market", name, number);
        assert_eq!(text("price_e6", 147_250_000), "147250000  (147.25)");
        assert_eq!(text("price_e6", -1), "-1  (-0.000001)");
        assert_eq!(text("taker_fee_bps", 3), "3  (0.03 %)");
        assert_eq!(text("settled_unix_s", 0), "0");
        assert_eq!(text("time_divisor", 60), "60  (TIME-SCALED x60)");
        assert_eq!(text("lots", -7), "-7");
    }
}
