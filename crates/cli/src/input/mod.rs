//! What people give to commands: numbers in human units within bounds, and JSON documents whose every fault is named with its place.

mod document;
mod error;

pub use document::{Item, Node, Record, document};
pub use error::InputError;

use crate::decimal;
use core::ops::RangeInclusive;

/// A number of so many places within bounds, in units of its last place.
#[derive(Clone, Debug)]
pub struct Number {
    pub places: u32,
    pub bounds: RangeInclusive<i128>,
}

impl Number {
    pub fn new(places: u32, least: impl Into<i128>, most: impl Into<i128>) -> Self {
        Self { places, bounds: least.into()..=most.into() }
    }

    /// A price in quote units, within the protocol's bounds.
    pub fn price() -> Self {
        Self::new(6, units::PriceE6::MIN.0, units::PriceE6::MAX.0)
    }

    /// Reads `text`; `name` is what errors call it. Errors: `Decimal`, `OutOfRange`.
    pub fn read<T: TryFrom<i128>>(&self, name: &str, text: &str) -> Result<T, InputError> {
        let number = decimal::parse(text, self.places).map_err(|source| InputError::decimal(name, text, source))?;
        let value = if self.bounds.contains(&number) { T::try_from(number).ok() } else { None };
        value.ok_or_else(|| InputError::OutOfRange {
            name: name.to_owned(),
            text: text.to_owned(),
            least: decimal::trimmed(*self.bounds.start(), self.places),
            most: decimal::trimmed(*self.bounds.end(), self.places),
        })
    }
}

#[cfg(test)]
mod tests;
