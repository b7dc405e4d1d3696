use super::*;
use proptest::prelude::*;

fn position(kind: Kind, strike: u64, lots: i64) -> Position {
    Position { expiry: UnixSeconds(1), strike: PriceE6(strike), kind, lots: Lots(lots) }
}

#[test]
fn payoff_of_calls_and_puts_by_hand() {
    // Ten lots a unit; 3 lots at 2.5 quote units of intrinsic value are 0.75.
    for (kind, strike, price, lots, due) in [
        (Kind::Call, 100_000_000, 102_500_000, 3, 750_000),
        (Kind::Call, 100_000_000, 102_500_000, -3, -750_000),
        (Kind::Call, 100_000_000, 100_000_000, 3, 0),
        (Kind::Call, 100_000_000, 99_000_000, -3, 0),
        (Kind::Put, 100_000_000, 97_500_000, 3, 750_000),
        (Kind::Put, 100_000_000, 0, -10, -100_000_000),
        (Kind::Put, 100_000_000, 101_000_000, 3, 0),
    ] {
        assert_eq!(
            position(kind, strike, lots).payoff_floor(PriceE6(price), 10),
            Some(QuoteAtoms(due)),
            "{kind:?} {price} {lots}"
        );
    }
}

#[test]
fn payoff_rounds_against_the_holder() {
    // One atom of intrinsic value on one lot of ten: a tenth of an atom.
    let price = PriceE6(1_000_001);
    assert_eq!(position(Kind::Call, 1_000_000, 1).payoff_floor(price, 10), Some(QuoteAtoms(0)));
    assert_eq!(position(Kind::Call, 1_000_000, -1).payoff_floor(price, 10), Some(QuoteAtoms(-1)));
}

#[test]
fn payoff_without_an_answer_is_none() {
    assert_eq!(position(Kind::Call, 0, 1).payoff_floor(PriceE6(1), 0), None);
    assert_eq!(position(Kind::Call, 0, i64::MAX).payoff_floor(PriceE6(u64::MAX), 1), None);
}

#[test]
fn book_groups_expiries_and_refuses_the_33rd() {
    let mut book = Book::EMPTY;
    for at in 0..POSITIONS {
        let expiry = UnixSeconds([7, 3, 5][at % 3]);
        assert_eq!(book.push(Position { expiry, ..position(Kind::Put, at as u64, 1) }), Some(()));
    }
    assert_eq!(book.push(position(Kind::Put, 1, 1)), None);
    assert_eq!(book.positions().len(), POSITIONS);
    assert!(book.positions().is_sorted_by_key(|held| held.expiry));
    let mut strikes: Vec<u64> = book.positions().iter().map(|held| held.strike.0).collect();
    strikes.sort_unstable();
    assert!(strikes.into_iter().eq(0..POSITIONS as u64));
}

proptest! {
    /// Both sides of a series: shorts pay at least what longs receive, and at most one atom more for each position.
    #[test]
    fn payoff_of_both_sides_leaves_nothing_missing(
        strike in 1u64..1_000_000_000, price in 0u64..2_000_000_000, lots in 1i64..1_000_000, lots_per_unit in 1u32..1_001, put in any::<bool>(),
    ) {
        let kind = if put { Kind::Put } else { Kind::Call };
        let pay = |lots| position(kind, strike, lots).payoff_floor(PriceE6(price), lots_per_unit).map(|due| due.0).unwrap();
        let residue = -(pay(lots) + pay(-lots));
        prop_assert!((0..=1).contains(&residue), "{residue}");
    }

    /// Splitting a holding over several accounts never pays more, nor costs less.
    #[test]
    fn payoff_of_parts_never_beats_the_whole(
        strike in 1u64..1_000_000_000, price in 0u64..2_000_000_000, a in 0i64..1_000_000, b in 0i64..1_000_000, lots_per_unit in 1u32..1_001,
    ) {
        let pay = |lots| position(Kind::Call, strike, lots).payoff_floor(PriceE6(price), lots_per_unit).map(|due| due.0).unwrap();
        prop_assert!(pay(a) + pay(b) <= pay(a + b));
        prop_assert!(pay(-a) + pay(-b) <= pay(-a - b));
    }
}
