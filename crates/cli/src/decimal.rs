//! Decimals as whole numbers of their last place, read and written without floating point: what a person types is what is computed with.

/// Why a text is not a number of so many places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    #[error("is empty, where a number such as 150.5 belongs")]
    Empty,
    #[error("is not a decimal number such as 150.5, -3 or 2.5e-3")]
    NotANumber,
    #[error("has more than {places} decimals: round it, this program does not")]
    TooManyPlaces { places: u32 },
    #[error("is not a whole number")]
    NotWhole,
    #[error("has too many digits to be a number of any field here")]
    TooLarge,
}

/// `text` times 10^`places`, exactly. Sign, digits, and optionally a point with digits and an exponent, as in JSON; zeros at either end do not
/// count as digits.
pub fn parse(text: &str, places: u32) -> Result<i128, DecimalError> {
    if text.is_empty() {
        return Err(DecimalError::Empty);
    }
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (number, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, part) = match number.split_once('.') {
        Some((whole, part)) => (whole, part),
        None => (number, "0"),
    };
    let exponent_digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !(digits(whole) && digits(part) && digits(exponent_digits)) {
        return Err(DecimalError::NotANumber);
    }
    let written = format!("{whole}{part}");
    let mantissa = written.trim_matches('0');
    if mantissa.is_empty() {
        return Ok(0);
    }
    let trailing = written.len().saturating_sub(written.trim_end_matches('0').len());
    // The power of ten that the mantissa is multiplied by; an exponent beyond 64 bits stops at their end, far outside any field.
    let beyond = if exponent.starts_with('-') { i64::MIN } else { i64::MAX };
    let count = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
    let power = exponent
        .parse::<i64>()
        .unwrap_or(beyond)
        .saturating_sub(count(part.len()))
        .saturating_add(count(trailing))
        .saturating_add(i64::from(places));
    if power < 0 {
        return Err(if places == 0 { DecimalError::NotWhole } else { DecimalError::TooManyPlaces { places } });
    }
    let magnitude = u32::try_from(power)
        .ok()
        .and_then(|power| 10_i128.checked_pow(power))
        .and_then(|scale| mantissa.parse::<i128>().ok()?.checked_mul(scale))
        .ok_or(DecimalError::TooLarge)?;
    // BOUND: a magnitude is positive, so its negative exists.
    Ok(if negative { magnitude.saturating_neg() } else { magnitude })
}

/// `number` / 10^`places` with all its places.
pub fn full(number: i128, places: u32) -> String {
    let sign = if number < 0 { "-" } else { "" };
    let width = usize::try_from(places).unwrap_or(0);
    let digits = format!("{:0>width$}", number.unsigned_abs(), width = width.saturating_add(1));
    let (whole, part) = digits.split_at(digits.len().saturating_sub(width));
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

/// As [`full`], without the zeros at its end.
pub fn trimmed(number: i128, places: u32) -> String {
    let text = full(number, places);
    if places == 0 { text } else { text.trim_end_matches('0').trim_end_matches('.').to_owned() }
}

/// As [`full`], rounded to `shown` places, half away from zero: for eyes, never for further use.
pub fn rounded(number: i128, places: u32, shown: u32) -> String {
    let Some(unit) = 10_u128.checked_pow(places.saturating_sub(shown)) else { return full(number, places) };
    let half = unit.checked_div(2).unwrap_or(0);
    let kept = number.unsigned_abs().saturating_add(half).checked_div(unit).unwrap_or(0);
    let kept = i128::try_from(kept).unwrap_or(i128::MAX);
    full(if number < 0 { kept.saturating_neg() } else { kept }, places.min(shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_is_exact_at_every_scale() {
        for (text, places, number) in [
            ("150.5", 6, 150_500_000),
            ("0.1", 9, 100_000_000),
            ("0.000001", 6, 1),
            ("-0", 6, 0),
            ("-3", 0, -3),
            ("007", 0, 7),
            ("1.50000000000000000000000000000000000000000000", 1, 15),
            ("2.5e-3", 9, 2_500_000),
            ("1E+2", 0, 100),
            ("1200e-2", 0, 12),
            ("0e99999999999999999999", 0, 0),
            ("9007199254740993", 6, 9_007_199_254_740_993_000_000),
            ("0.30000000000000004", 17, 30_000_000_000_000_004),
        ] {
            assert_eq!(parse(text, places), Ok(number), "{text}");
        }
    }

    #[test]
    fn parse_refuses_what_it_would_have_to_round() {
        let fails = |text, places| parse(text, places) == Err(DecimalError::TooManyPlaces { places });
        for (text, places) in [
            ("0.0000001", 6),
            ("0.30000000000000004", 9),
            ("1e-7", 6),
            ("1e-99999999999999999999", 6),
            ("5e-9223372036854775808", 6),
        ] {
            assert!(fails(text, places), "{text}");
        }
        assert_eq!(parse("1.5", 0), Err(DecimalError::NotWhole));
    }

    #[test]
    fn parse_refuses_texts_that_are_no_numbers() {
        assert_eq!(parse("", 6), Err(DecimalError::Empty));
        for text in [
            "-", "+1", ".5", "1.", "1..2", "1,000", "1_000", " 1", "0x10", "NaN", "inf", "1e", "1e+-2", "--1", "１",
            "1.5.2",
        ] {
            assert_eq!(parse(text, 6), Err(DecimalError::NotANumber), "{text}");
        }
    }

    #[test]
    fn parse_refuses_what_no_integer_holds() {
        for text in ["1e40", "99999999999999999999999999999999999999999", "1e99999999999999999999", "-1e39"] {
            assert_eq!(parse(text, 6), Err(DecimalError::TooLarge), "{text}");
        }
    }

    #[test]
    fn texts_of_numbers() {
        assert_eq!(full(1_500_000, 6), "1.500000");
        assert_eq!(full(-1, 6), "-0.000001");
        assert_eq!(full(7, 0), "7");
        assert_eq!(trimmed(1_500_000, 6), "1.5");
        assert_eq!(trimmed(-2_000_000, 6), "-2");
        assert_eq!(trimmed(100, 0), "100");
        assert_eq!(trimmed(0, 6), "0");
        assert_eq!(rounded(1_234_567, 6, 3), "1.235");
        assert_eq!(rounded(-1_234_500, 6, 3), "-1.235");
        assert_eq!(rounded(12, 1, 3), "1.2");
    }

    #[test]
    fn text_of_a_number_reads_back() {
        for number in [0, 1, -1, 10, 999_999, -1_000_000, 123_456_789_012_345_678_901, i128::from(i64::MIN)] {
            for places in [0, 1, 6, 9, 12] {
                assert_eq!(parse(&full(number, places), places), Ok(number));
                assert_eq!(parse(&trimmed(number, places), places), Ok(number));
            }
        }
    }
}
