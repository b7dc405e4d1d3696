//! What people call a series: the name and the symbol that wallets show for its tokens.
//!
//! `SOL/USDC 2026-01-09 08:00 150 call` and `SOL-260109-150-C`: the market's symbol, the expiry in UTC, the strike in quote units without
//! trailing zeros.

use crate::payoff::Kind;
use units::{PriceE6, UnixSeconds};

/// Bytes of the longest name: a symbol of 16 bytes, a date, a strike of 8 digits and 6 decimals.
pub const NAME_MAX: usize = 56;
const DAY_S: i64 = 86_400;

/// Text of at most [`NAME_MAX`] bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    bytes: [u8; NAME_MAX],
    len: usize,
}

/// A series and its market's symbol, zero-padded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named<'a> {
    pub market: &'a [u8],
    pub expiry: UnixSeconds,
    pub strike: PriceE6,
    pub kind: Kind,
}

impl Text {
    const EMPTY: Self = Self { bytes: [0; NAME_MAX], len: 0 };

    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or(&[])
    }

    /// What does not fit is left out: nothing that a market holds is that long.
    fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if let Some(place) = self.bytes.get_mut(self.len) {
                *place = *byte;
                self.len = self.len.saturating_add(1);
            }
        }
    }

    /// `value` in at least `width` digits.
    fn number(&mut self, value: u64, width: u32) {
        let mut unit = 10_u64.saturating_pow(width.saturating_sub(1));
        while unit.checked_mul(10).is_some_and(|next| next <= value) {
            unit = unit.saturating_mul(10);
        }
        while unit > 0 {
            let digit = value.checked_div(unit).and_then(|digits| digits.checked_rem(10)).unwrap_or(0);
            self.push(&[b'0'.saturating_add(u8::try_from(digit).unwrap_or(0))]);
            unit = unit.checked_div(10).unwrap_or(0);
        }
    }

    fn price(&mut self, price: PriceE6) {
        const E6: u64 = 1_000_000;
        self.number(price.0.checked_div(E6).unwrap_or(0), 1);
        let mut rest = price.0.checked_rem(E6).unwrap_or(0);
        if rest > 0 {
            self.push(b".");
            let mut width = 6_u32;
            while rest.checked_rem(10) == Some(0) {
                (rest, width) = (rest.checked_div(10).unwrap_or(0), width.saturating_sub(1));
            }
            self.number(rest, width);
        }
    }
}

impl Named<'_> {
    pub fn name(&self) -> Text {
        let mut text = Text::EMPTY;
        let (year, month, day) = date(self.expiry);
        let second = u64::try_from(self.expiry.0.rem_euclid(DAY_S)).unwrap_or(0);
        let minute = second.checked_div(60).unwrap_or(0);
        text.push(self.symbol_of_market());
        text.push(b" ");
        text.number(year, 4);
        text.push(b"-");
        text.number(month, 2);
        text.push(b"-");
        text.number(day, 2);
        text.push(b" ");
        text.number(minute.checked_div(60).unwrap_or(0), 2);
        text.push(b":");
        text.number(minute.checked_rem(60).unwrap_or(0), 2);
        text.push(b" ");
        text.price(self.strike);
        text.push(match self.kind {
            Kind::Call => b" call",
            Kind::Put => b" put",
        });
        text
    }

    /// The base's symbol, date, strike and side.
    pub fn symbol(&self) -> Text {
        let mut text = Text::EMPTY;
        let (year, month, day) = date(self.expiry);
        text.push(self.symbol_of_market().split(|byte| *byte == b'/').next().unwrap_or(&[]));
        text.push(b"-");
        text.number(year.checked_rem(100).unwrap_or(0), 2);
        text.number(month, 2);
        text.number(day, 2);
        text.push(b"-");
        text.price(self.strike);
        text.push(match self.kind {
            Kind::Call => b"-C",
            Kind::Put => b"-P",
        });
        text
    }

    fn symbol_of_market(&self) -> &[u8] {
        self.market.split(|byte| *byte == 0).next().unwrap_or(&[])
    }
}

/// Year, month and day in UTC.
///
/// Source: H. Hinnant, "chrono-compatible low-level date algorithms", civil_from_days. Domain: 1970 to 9999; earlier times give 1970-01-01.
pub fn date(time: UnixSeconds) -> (u64, u64, u64) {
    let days = u64::try_from(time.0.div_euclid(DAY_S)).unwrap_or(0);
    let shifted = days.saturating_add(719_468);
    let div = |a: u64, b: u64| a.checked_div(b).unwrap_or(0);
    let era = div(shifted, 146_097);
    let of_era = shifted.saturating_sub(era.saturating_mul(146_097));
    let leaps = div(of_era, 1_460).saturating_add(div(of_era, 146_096)).saturating_sub(div(of_era, 36_524));
    let year_of_era = div(of_era.saturating_sub(leaps), 365);
    let before =
        year_of_era.saturating_mul(365).saturating_add(div(year_of_era, 4)).saturating_sub(div(year_of_era, 100));
    let of_year = of_era.saturating_sub(before);
    let shifted_month = div(of_year.saturating_mul(5).saturating_add(2), 153);
    let day = of_year.saturating_sub(div(shifted_month.saturating_mul(153).saturating_add(2), 5)).saturating_add(1);
    let month = if shifted_month < 10 { shifted_month.saturating_add(3) } else { shifted_month.saturating_sub(9) };
    let year = year_of_era.saturating_add(era.saturating_mul(400)).saturating_add(u64::from(month <= 2));
    (year, month, day)
}

#[cfg(test)]
mod tests;
