//! Accounts that a wrong price would liquidate: each with exactly the collateral that the honest prices ask of it.

use risk::payoff::{Book, Kind, Position};
use risk::standard::{Holdings, Scale, maintenance_margin};
use units::{BaseAtoms, Lots, PriceE6, QuoteAtoms, UnixSeconds};

const SCALE: Scale = Scale { lots_per_unit: 10, base_unit_atoms: 1_000_000_000 };
const EXPIRY: UnixSeconds = UnixSeconds(1_800_000_000);
/// Payoffs round to the atom, four positions at most, on either side.
const ROUNDING: i64 = 8;

/// Strikes in percent of the price at which they were sold.
const SHAPES: [&[(i64, Kind, u64)]; 5] = [
    &[(-50, Kind::Call, 100)],
    &[(-50, Kind::Put, 100)],
    &[(-40, Kind::Call, 110), (-40, Kind::Put, 90)],
    &[(-30, Kind::Call, 90), (30, Kind::Call, 120)],
    &[(-80, Kind::Call, 105), (-20, Kind::Put, 80), (20, Kind::Put, 60)],
];
/// Whole units of the underlying, in tenths, beside them.
const BASE_TENTHS: [u64; 3] = [0, 25, 50];

fn book(shape: &[(i64, Kind, u64)], sold_at: PriceE6) -> Book {
    let mut book = Book::EMPTY;
    for (lots, kind, percent) in shape {
        let strike = PriceE6(sold_at.0 * percent / 100);
        book.push(Position { expiry: EXPIRY, strike, kind: *kind, lots: Lots(*lots) }).unwrap();
    }
    book
}

/// Whether any account that keeps its maintenance margin at every price from `low` to `high` fails it at `price`; how many were asked.
///
/// Maintenance margin is the least of values that are straight lines in the price or do not depend on it: over an interval it is least at
/// one of the ends.
pub fn liquidated(sold_at: PriceE6, low: PriceE6, high: PriceE6, price: PriceE6) -> (usize, usize) {
    let mut counts = (0, 0);
    for shape in SHAPES {
        let book = book(shape, sold_at);
        for tenths in BASE_TENTHS {
            let base = BaseAtoms(SCALE.base_unit_atoms / 10 * tenths);
            let margin = |quote: i64, spot: PriceE6| {
                maintenance_margin(&Holdings { quote: QuoteAtoms(quote), base, book: &book }, spot, SCALE).unwrap().0
            };
            let needed = -margin(0, low).min(margin(0, high)) + ROUNDING;
            counts.0 += usize::from(margin(needed, price) < 0);
            counts.1 += 1;
        }
    }
    counts
}
