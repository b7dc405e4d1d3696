//! Fields as values: what a type says decides the form, what a name says decides the unit.

use super::units;
use abi::{
    PodI64, PodU16, PodU32, PodU64,
    breaker::{Limits, Outflow, Queue, Window},
    margin::{MarketTerms, PortfolioParams, Position},
    oracle::{Bucket, Source},
    vault::{BookEntry, VaultMandate},
};
use std::fmt;

/// A field's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Number(i128),
    Text(String),
    List(Vec<Value>),
    Record(Vec<(&'static str, Value)>),
}

impl Value {
    pub fn json(&self) -> serde_json::Value {
        match self {
            // Beyond 2^53 a number would lose digits in most readers of JSON.
            Self::Number(number) => match i64::try_from(*number) {
                Ok(small) if small.unsigned_abs() < 1 << 53 => small.into(),
                _ => number.to_string().into(),
            },
            Self::Text(text) => text.clone().into(),
            Self::List(items) => items.iter().map(Self::json).collect(),
            Self::Record(fields) => serde_json::Value::Object(
                fields.iter().map(|(name, value)| ((*name).to_owned(), value.json())).collect(),
            ),
        }
    }
}

/// How a field of this type is shown.
pub(super) trait Show {
    fn show(&self, name: &str) -> Value;
}

macro_rules! show_numbers {
    ($($pod:ty),*) => {$(
        impl Show for $pod {
            fn show(&self, _: &str) -> Value {
                Value::Number(self.get().into())
            }
        }

        impl<const N: usize> Show for [$pod; N] {
            fn show(&self, name: &str) -> Value {
                // Unused slots are zeros at the end.
                let used = self.iter().rposition(|slot| slot.get() != 0).map_or(0, |last| last.saturating_add(1));
                Value::List(self.iter().take(used).map(|slot| slot.show(name)).collect())
            }
        }
    )*};
}
show_numbers!(PodU16, PodU32, PodU64, PodI64);

impl Show for u8 {
    fn show(&self, _: &str) -> Value {
        Value::Number((*self).into())
    }
}

impl<const N: usize> Show for [u8; N] {
    fn show(&self, name: &str) -> Value {
        let is_address =
            N == 32 && !["hash", "digest", "feed_id", "scope", "root"].iter().any(|word| name.contains(word));
        Value::Text(match (name, <&[u8; 32]>::try_from(self.as_slice())) {
            ("symbol", _) => String::from_utf8_lossy(self).trim_end_matches('\0').to_owned(),
            (_, Ok(address)) if is_address => crate::connection::bs58(address),
            _ => hex(self),
        })
    }
}

impl<const N: usize> Show for [[u8; 32]; N] {
    fn show(&self, name: &str) -> Value {
        Value::List(self.iter().filter(|key| **key != [0; 32]).map(|key| key.show(name)).collect())
    }
}

/// The fields of a struct by name, each shown by its type.
macro_rules! record {
    ($value:expr, $($field:ident),* $(,)?) => {
        vec![$((stringify!($field), $crate::decode::show::Show::show(&$value.$field, stringify!($field)))),*]
    };
}
pub(super) use record;

impl Show for Source {
    fn show(&self, _: &str) -> Value {
        Value::Record(record!(
            self,
            kind,
            refusal,
            weight_bps,
            owner,
            address,
            feed_id,
            scope,
            published_unix_s,
            published_slot,
            price_e6,
            half_width_e6
        ))
    }
}

impl<const N: usize> Show for [Source; N] {
    fn show(&self, name: &str) -> Value {
        Value::List(self.iter().filter(|source| source.kind != 0).map(|source| source.show(name)).collect())
    }
}

impl Show for Limits {
    fn show(&self, _: &str) -> Value {
        Value::Record(record!(self, hour_bps, day_bps, open_interest_cap_lots, floor_atoms))
    }
}

impl Show for Window {
    fn show(&self, _: &str) -> Value {
        Value::Record(record!(self, start_unix_s, opening_atoms, capacity_atoms, current_atoms, previous_atoms))
    }
}

impl Show for Queue {
    fn show(&self, _: &str) -> Value {
        Value::Record(record!(self, entered_atoms, served_atoms, served_unix_s, rate_atoms, unpaid_atoms))
    }
}

impl<const N: usize> Show for [Outflow; N] {
    fn show(&self, _: &str) -> Value {
        let opened = self.iter().filter(|vault| vault.mint != [0; 32]);
        Value::List(opened.map(|vault| Value::Record(record!(vault, mint, tokens, hour, day, queue))).collect())
    }
}

impl<const N: usize> Show for [Bucket; N] {
    fn show(&self, _: &str) -> Value {
        let used = self.iter().filter(|bucket| bucket.weight_s.get() != 0);
        Value::List(used.map(|bucket| Value::Record(record!(bucket, number, weight_s, weighted_price_e6_s))).collect())
    }
}

impl<const N: usize> Show for [Position; N] {
    fn show(&self, _: &str) -> Value {
        let used = self.iter().filter(|position| position.kind != 0);
        Value::List(
            used.map(|position| Value::Record(record!(position, kind, expiry_unix_s, strike_e6, lots))).collect(),
        )
    }
}

impl Show for MarketTerms {
    fn show(&self, _: &str) -> Value {
        Value::Record(record!(self, taker_fee_bps, maker_fee_bps, strike_tick_e6, quote_feed, portfolio))
    }
}

impl Show for VaultMandate {
    fn show(&self, _: &str) -> Value {
        Value::Record(record!(
            self,
            delta_min_bps,
            delta_max_bps,
            distance_bps,
            discount_bps,
            open_interest_bps,
            width_bps,
            management_bps,
            performance_bps,
            escrow_multiple,
            cover_bps,
            vol_min_e9,
            auction_s,
            epoch_s,
            deposit_min_atoms,
            capacity_atoms
        ))
    }
}

impl<const N: usize> Show for [BookEntry; N] {
    fn show(&self, _: &str) -> Value {
        let taken = self.iter().filter(|entry| entry.lots.get() != 0);
        Value::List(taken.map(|entry| Value::Record(record!(entry, lots, price_e6))).collect())
    }
}

impl Show for PortfolioParams {
    fn show(&self, _: &str) -> Value {
        Value::Record(record!(
            self,
            multiplier_e9,
            step_e9,
            wide_e9,
            tail_moves_e9,
            tail_weights_e9,
            vol_up_e9,
            vol_down_e9,
            power_short_e9,
            power_long_e9,
            up_floor_e9,
            down_floor_e9,
            tilt_e9,
            tilt_max_e9,
            stale_e9,
            mm_loss_e9,
            net_short_im_e9,
            net_short_mm_e9,
            basis_add_e9,
            basis_per_year_e9,
            concentration_share_e9,
            concentration_e9
        ))
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes fields one to a line, with the unit that each name carries.
pub(super) fn write_fields(
    formatter: &mut fmt::Formatter<'_>,
    kind: &str,
    fields: &[(&'static str, Value)],
    depth: usize,
) -> fmt::Result {
    let width = fields.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let indent = "  ".repeat(depth);
    for (name, value) in fields {
        match value {
            Value::Record(inner) => {
                writeln!(formatter, "{indent}{name}")?;
                write_fields(formatter, name, inner, depth.saturating_add(1))?;
            }
            Value::List(items) => write_list(formatter, &indent, name, width, items)?,
            Value::Number(_) | Value::Text(_) => {
                writeln!(formatter, "{indent}{name:width$}  {}", units::text(kind, name, value))?
            }
        }
    }
    Ok(())
}

fn write_list(
    formatter: &mut fmt::Formatter<'_>,
    indent: &str,
    name: &str,
    width: usize,
    items: &[Value],
) -> fmt::Result {
    if items.is_empty() {
        return writeln!(formatter, "{indent}{name:width$}  none");
    }
    writeln!(formatter, "{indent}{name}")?;
    for (index, item) in items.iter().enumerate() {
        let text = match item {
            Value::Record(fields) => {
                let parts: Vec<_> = fields
                    .iter()
                    .map(|(field, value)| format!("{field} {}", units::text(name, field, value)))
                    .collect();
                parts.join(", ")
            }
            _ => units::text(name, name, item),
        };
        writeln!(formatter, "{indent}  {index:>2}  {text}")?;
    }
    Ok(())
}
