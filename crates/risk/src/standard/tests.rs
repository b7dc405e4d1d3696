use super::*;
use crate::payoff::Kind;
use proptest::prelude::*;
use units::UnixSeconds;

const SCALE: Scale = Scale { lots_per_unit: 10, base_unit_atoms: 1_000_000_000 };
const SPOT: PriceE6 = PriceE6(100_000_000);
const UNIT: i64 = 1_000_000;

/// Each series once, and only where there are lots.
fn distinct(positions: Vec<(i64, Kind, u64, i64)>) -> Vec<(i64, Kind, u64, i64)> {
    let mut kept: Vec<(i64, Kind, u64, i64)> = Vec::new();
    for leg in positions {
        let is_same = |held: &(i64, Kind, u64, i64)| (held.0, held.1, held.2) == (leg.0, leg.1, leg.2);
        if leg.3 != 0 && !kept.iter().any(is_same) {
            kept.push(leg);
        }
    }
    kept
}

fn legs<S: Strategy<Value = (i64, Kind, u64, i64)>>(
    leg: S,
    sizes: core::ops::Range<usize>,
) -> impl Strategy<Value = Vec<(i64, Kind, u64, i64)>> {
    prop::collection::vec(leg, sizes).prop_map(distinct)
}

fn book(positions: &[(i64, Kind, u64, i64)]) -> Book {
    let mut book = Book::EMPTY;
    for (expiry, kind, strike, lots) in positions {
        book.push(Position {
            expiry: UnixSeconds(*expiry),
            kind: *kind,
            strike: PriceE6(strike * 1_000_000),
            lots: Lots(*lots),
        })
        .unwrap();
    }
    book
}

fn initial(quote: i64, base: u64, positions: &[(i64, Kind, u64, i64)]) -> i64 {
    let book = book(positions);
    initial_margin(&Holdings { quote: QuoteAtoms(quote), base: BaseAtoms(base), book: &book }, SPOT, SCALE).unwrap().0
}

#[test]
fn cash_is_margin_and_base_is_not() {
    assert_eq!(initial(5 * UNIT, 0, &[]), 5 * UNIT);
    assert_eq!(initial(5 * UNIT, 1_000_000_000, &[]), 5 * UNIT);
    assert_eq!(initial(-1, 1_000_000_000, &[]), -1);
}

/// A debt and base alone: its sale comes before a liquidation while half of it covers the debt.
#[test]
fn maintenance_of_a_flat_debt_counts_half_of_the_base() {
    let of = |quote, base| {
        let holdings = Holdings { quote: QuoteAtoms(quote), base: BaseAtoms(base), book: &Book::EMPTY };
        maintenance_margin(&holdings, SPOT, SCALE).unwrap().0
    };
    assert_eq!((of(-50 * UNIT, 1_000_000_000), of(-50 * UNIT - 1, 1_000_000_000)), (0, -1));
    assert_eq!((of(-1, 0), of(0, 1_000_000_000), of(UNIT, 1_000_000_000)), (-1, 0, UNIT));
    let covered = book(&[(1, Kind::Call, 80, -10)]);
    let holdings = Holdings { quote: QuoteAtoms(-UNIT), base: BaseAtoms(1_000_000_000), book: &covered };
    assert_eq!(maintenance_margin(&holdings, SPOT, SCALE).unwrap().0, -UNIT);
}

#[test]
fn long_options_are_worth_nothing() {
    assert_eq!(initial(0, 0, &[(1, Kind::Call, 80, 50), (1, Kind::Put, 120, 50)]), 0);
}

#[test]
fn short_put_needs_its_strike() {
    assert_eq!(initial(0, 0, &[(1, Kind::Put, 90, -10)]), -90 * UNIT);
}

#[test]
fn naked_call_is_bounded_by_the_top_node() {
    assert_eq!(initial(0, 0, &[(1, Kind::Call, 110, -10)]), -90 * UNIT);
    let book = book(&[(1, Kind::Call, 110, -10)]);
    let holdings = Holdings { quote: QuoteAtoms(0), base: BaseAtoms(0), book: &book };
    assert_eq!(maintenance_margin(&holdings, SPOT, SCALE).unwrap().0, -40 * UNIT);
}

#[test]
fn covered_call_needs_nothing() {
    assert_eq!(initial(0, 1_000_000_000, &[(1, Kind::Call, 110, -10)]), 0);
    // One atom of base short of full cover shows at the top node.
    assert!(
        initial(0, 999_999_999, &[(1, Kind::Call, 110, -10)]) >= 0,
        "the strike's worth of value remains at the top node"
    );
    assert!(initial(0, 100_000_000, &[(1, Kind::Call, 110, -10)]) < 0);
}

#[test]
fn call_spread_needs_its_width() {
    assert_eq!(initial(0, 0, &[(1, Kind::Call, 100, -10), (1, Kind::Call, 105, 10)]), -5 * UNIT);
}

#[test]
fn longs_of_another_expiry_offset_nothing() {
    assert_eq!(initial(0, 0, &[(1, Kind::Put, 90, -10), (2, Kind::Put, 90, 10)]), -90 * UNIT);
    assert_eq!(initial(0, 0, &[(1, Kind::Put, 90, -10), (1, Kind::Put, 95, 10)]), 0);
}

#[test]
fn bounds_of_a_position() {
    let strike = PriceE6(100 * 1_000_000);
    assert!(within_bounds(Lots(1_000_000_000), strike, SPOT, SCALE));
    assert!(!within_bounds(Lots(1_000_000_001), strike, SPOT, SCALE));
    assert!(!within_bounds(Lots(i64::MIN), strike, SPOT, SCALE));
    assert!(!within_bounds(Lots(1_000_000_000), PriceE6::MAX, SPOT, SCALE));
    assert!(!within_bounds(Lots(1_000_000_000), strike, PriceE6::MAX, SCALE));
}

#[test]
fn margin_names_what_is_wrong() {
    let (sound, large) = (book(&[(1, Kind::Call, 110, -10)]), book(&[(1, Kind::Call, 110, i64::MIN)]));
    let holdings = Holdings { quote: QuoteAtoms(0), base: BaseAtoms(1), book: &sound };
    let full = Holdings { quote: QuoteAtoms(i64::MAX), base: BaseAtoms(1_000_000_000), ..holdings };
    for (holdings, spot, scale, error) in [
        (holdings, PriceE6(0), SCALE, CashError::SpotOutOfRange),
        (holdings, PriceE6(99), SCALE, CashError::SpotOutOfRange),
        (holdings, PriceE6(PriceE6::MAX.0 + 1), SCALE, CashError::SpotOutOfRange),
        (holdings, SPOT, Scale { lots_per_unit: 0, ..SCALE }, CashError::LotsPerUnitZero),
        (holdings, SPOT, Scale { base_unit_atoms: 0, ..SCALE }, CashError::BaseUnitZero),
        (
            Holdings { base: BaseAtoms(u64::MAX), ..holdings },
            SPOT,
            Scale { base_unit_atoms: 1, ..SCALE },
            CashError::NotionalTooLarge,
        ),
        (Holdings { book: &large, ..holdings }, SPOT, SCALE, CashError::NotionalTooLarge),
        (full, SPOT, SCALE, CashError::SumTooLarge),
    ] {
        assert_eq!(initial_margin(&holdings, spot, scale), Err(error));
        assert_eq!(maintenance_margin(&holdings, spot, scale), Err(error));
        if error != CashError::SpotOutOfRange {
            assert_eq!(value_floor(&holdings, PriceE6(2 * spot.0), scale), Err(error));
        }
    }
    assert_eq!(top(PriceE6(0), INITIAL_TOP_BPS), Err(CashError::SpotOutOfRange));
    assert_eq!(top(PriceE6::MAX, u64::MAX), Err(CashError::NodeOutOfRange));
}

/// The definition by brute force: every expiry regrouped at every price, in rationals of 1/lots_per_unit.
fn brute(quote: i64, base: u64, positions: &[(i64, Kind, u64, i64)], top: u64) -> i128 {
    let nodes = positions.iter().map(|held| held.2 * 1_000_000).chain([0, top]);
    nodes
        .map(|price| {
            let mut expiries: Vec<i64> = positions.iter().map(|held| held.0).collect();
            expiries.sort_unstable();
            expiries.dedup();
            let debts: i128 = expiries
                .iter()
                .map(|expiry| {
                    let of = positions.iter().filter(|held| held.0 == *expiry);
                    let sum: i128 = of
                        .map(|(_, kind, strike, lots)| {
                            let strike = strike * 1_000_000;
                            let intrinsic = match kind {
                                Kind::Call => price.saturating_sub(strike),
                                Kind::Put => strike.saturating_sub(price),
                            };
                            (i128::from(intrinsic) * i128::from(*lots)).div_euclid(10)
                        })
                        .sum();
                    sum.min(0)
                })
                .sum();
            i128::from(quote) + i128::from(price) * i128::from(base) / 1_000_000_000 + debts
        })
        .min()
        .unwrap()
}

/// Strikes on a tick of 7,000 atoms, and one in a while beside it.
fn fine() -> impl Strategy<Value = (i64, Kind, u64, i64)> {
    let strike = (1u64..40_000, prop_oneof![200 => Just(0u64), 1 => 1u64..7_000]);
    (held(), strike)
        .prop_map(|((expiry, kind, _, lots), (ticks, beside))| (expiry, kind, ticks * 7_000 + beside, lots * 999))
}

fn held() -> impl Strategy<Value = (i64, Kind, u64, i64)> {
    (1i64..4, any::<bool>(), 50u64..200, -1000i64..1000)
        .prop_map(|(expiry, put, strike, lots)| (expiry, if put { Kind::Put } else { Kind::Call }, strike, lots))
}

proptest! {
    #[test]
    fn margin_matches_brute_force(
        quote in -1_000_000_000i64..1_000_000_000, base in 0u64..50_000_000_000, positions in legs(held(), 0..12),
    ) {
        prop_assert_eq!(i128::from(initial(quote, base, &positions)), brute(quote, base, &positions, 200_000_000));
    }

    /// The walk and the definition agree to the atom, on strikes that the walk takes and on strikes that it does not.
    #[test]
    fn the_walk_is_the_definition(
        quote in -1_000_000_000_000i64..1_000_000_000_000, base in 0u64..50_000_000_000_000, positions in legs(fine(), 0..33),
        lots_per_unit in prop_oneof![Just(1u32), Just(7), Just(10), Just(1_000)], spot in 100u64..1_000_000_000,
    ) {
        let mut book = Book::EMPTY;
        for (expiry, kind, strike, lots) in positions.into_iter().take(32) {
            book.push(Position { expiry: UnixSeconds(expiry), kind, strike: PriceE6(strike), lots: Lots(lots) }).unwrap();
        }
        let scale = Scale { lots_per_unit, ..SCALE };
        let holdings = Holdings { quote: QuoteAtoms(quote), base: BaseAtoms(base), book: &book };
        let definition = worst_node(&holdings, scale).unwrap();
        if let Some(mut sweep) = Sweep::new(&book, lots_per_unit) {
            prop_assert_eq!(sweep.worst(&holdings, scale), Some(definition));
        } else {
            prop_assert!(book.positions().iter().any(|held| held.strike.0 % u64::from(lots_per_unit) != 0));
        }
        let top = value_floor(&holdings, top(PriceE6(spot), INITIAL_TOP_BPS).unwrap(), scale).unwrap();
        prop_assert_eq!(initial_margin(&holdings, PriceE6(spot), scale), Ok(definition.min(top)));
    }

    /// No price between the nodes is worse than the nodes, beyond the rounding of each position.
    #[test]
    fn margin_is_the_worst_of_every_price_up_to_the_top(
        base in 0u64..50_000_000_000, positions in legs(held(), 0..8), price in 0u64..200_000_000,
    ) {
        let book = book(&positions);
        let holdings = Holdings { quote: QuoteAtoms(0), base: BaseAtoms(base), book: &book };
        let there = value_floor(&holdings, PriceE6(price), SCALE).unwrap().0;
        let worst = initial_margin(&holdings, SPOT, SCALE).unwrap().0;
        prop_assert!(there + 2 * (positions.len() as i64 + 1) >= worst, "{there} below {worst}");
    }

    /// Maintenance asks no more than initial margin, and the order in which positions were taken does not matter.
    #[test]
    fn margin_orders(quote in -1_000i64..1_000_000, mut positions in legs(held(), 0..12)) {
        let forward = initial(quote, 0, &positions);
        let book = book(&positions);
        let maintenance = maintenance_margin(&Holdings { quote: QuoteAtoms(quote), base: BaseAtoms(0), book: &book }, SPOT, SCALE).unwrap().0;
        positions.reverse();
        prop_assert_eq!(forward, initial(quote, 0, &positions));
        // Strikes above the nearer top are nodes of both, so only the top itself can differ.
        prop_assert!(maintenance >= forward);
    }
}
