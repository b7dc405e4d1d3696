//! Which actions only reduce risk, and are therefore always allowed.
//!
//! Source: margin design, Margin and Exact repricing. Ours: a position that changes sides is not reduced, whatever its size.

use crate::fill::reduces;
use units::{Lots, PriceE6, QuoteAtoms};

/// A premium may differ from the model's price by one part in this many.
const PREMIUM_PARTS: u64 = 20;

/// One position before an action and what the action adds to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    pub before: Lots,
    pub change: Lots,
}

/// Whether an action strictly reduces risk: initial margin is not worse, at least one position shrinks, none grows or changes sides.
pub fn strictly_reduces(im_before: QuoteAtoms, im_after: QuoteAtoms, changes: &[Change]) -> bool {
    im_after >= im_before && shrinks(changes, |_| true)
}

/// Whether an action shows from its lots alone that it reduces risk, so that no row need be computed: only shorts change, each shrinks,
/// and every premium lies within 5 % of the model's price (both for one unit).
pub fn reduces_without_repricing(changes: &[Change], premiums: &[(PriceE6, PriceE6)]) -> bool {
    changes.len() == premiums.len()
        && shrinks(changes, |change| change.before.0 < 0)
        && premiums.iter().all(|(premium, model)| premium_fits(*premium, *model))
}

/// Whether a premium lies within 5 % of the model's price, both ends included.
pub const fn premium_fits(premium: PriceE6, model: PriceE6) -> bool {
    match premium.0.abs_diff(model.0).checked_mul(PREMIUM_PARTS) {
        Some(parts) => parts <= model.0,
        None => false,
    }
}

/// Whether every change shrinks its position and passes `also`, and there is one. A change of nothing is no change.
fn shrinks(changes: &[Change], also: impl Fn(&Change) -> bool) -> bool {
    let mut moved = changes.iter().filter(|change| change.change.0 != 0).peekable();
    moved.peek().is_some() && moved.all(|change| reduces(change.before, change.change) && also(change))
}

#[cfg(test)]
mod tests;
