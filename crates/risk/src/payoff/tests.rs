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
            Ok(QuoteAtoms(due)),
            "{kind:?} {price} {lots}"
        );
    }
}

#[test]
fn payoff_rounds_against_the_holder() {
    // One atom of intrinsic value on one lot of ten: a tenth of an atom.
    let price = PriceE6(1_000_001);
    assert_eq!(position(Kind::Call, 1_000_000, 1).payoff_floor(price, 10), Ok(QuoteAtoms(0)));
    assert_eq!(position(Kind::Call, 1_000_000, -1).payoff_floor(price, 10), Ok(QuoteAtoms(-1)));
}

#[test]
fn payoff_names_what_is_wrong() {
    for lots in [1, -1] {
        assert_eq!(position(Kind::Call, 0, lots).payoff_floor(PriceE6(1), 0), Err(CashError::LotsPerUnitZero));
    }
    for lots in [i64::MAX, i64::MIN] {
        let payoff = position(Kind::Call, 0, lots).payoff_floor(PriceE6(u64::MAX), 1);
        assert_eq!(payoff, Err(CashError::NotionalTooLarge));
    }
}

#[test]
fn book_names_what_is_wrong() {
    let mut book = Book::EMPTY;
    let held = position(Kind::Call, 7, 1);
    assert_eq!(book.push(Position { lots: Lots::ZERO, ..held }), Err(BookError::LegEmpty));
    assert_eq!(book.push(held), Ok(()));
    assert_eq!(book.push(Position { lots: Lots(-5), ..held }), Err(BookError::LegDuplicated));
    for other in [
        Position { kind: Kind::Put, ..held },
        Position { strike: PriceE6(8), ..held },
        Position { expiry: UnixSeconds(0), ..held },
    ] {
        assert_eq!(book.push(other), Ok(()));
        assert_eq!(book.push(other), Err(BookError::LegDuplicated));
    }
    assert_eq!(book.positions().len(), 4);
}

#[test]
fn book_groups_expiries_and_refuses_the_33rd() {
    let mut book = Book::EMPTY;
    for at in 0..POSITIONS {
        let expiry = UnixSeconds([7, 3, 5][at % 3]);
        assert_eq!(book.push(Position { expiry, ..position(Kind::Put, at as u64, 1) }), Ok(()));
    }
    assert_eq!(book.push(position(Kind::Put, 100, 1)), Err(BookError::Full));
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
