use super::*;
use crate::config::{ShapeKind, ShapeLeg, ShapeSide};
use crate::desk::tests::{PARAMS, setting};
use crate::desk::{Inventory, Setting, quote};
use pricing::{Kind, Terms};
use proptest::prelude::*;

const STEP_E6: u64 = 5_000_000;

/// Calls and puts from 130 to 170, each with what is held of it.
fn found(held: impl Fn(usize) -> i64) -> (Found, Vec<PriceE6>) {
    let strikes: Vec<_> = (0..9).map(|at| PriceE6(130_000_000 + at * STEP_E6)).collect();
    let mut found = Found::new();
    for (at, strike) in strikes.iter().enumerate() {
        for (half, (kind, byte)) in [(Kind::Call, KIND_CALL), (Kind::Put, KIND_PUT)].into_iter().enumerate() {
            let base = setting();
            let setting = Setting { terms: Terms { strike: *strike, ..base.terms }, kind, ..base };
            let inventory = Inventory { lots: held(2 * at + half), ..Inventory::default() };
            let series = Series { expiry_unix_s: 1, strike_e6: strike.0, kind: byte };
            found.insert(series, quote(&PARAMS, &setting, &inventory).unwrap());
        }
    }
    (found, strikes)
}

fn shape(legs: &[(ShapeKind, ShapeSide, i8)]) -> Shape {
    Shape {
        legs: legs
            .iter()
            .map(|(kind, side, step)| ShapeLeg { kind: *kind, side: *side, step: *step, ratio: 1 })
            .collect(),
    }
}

/// As the taker of a page's templates would have the maker.
fn spread() -> Shape {
    shape(&[(ShapeKind::Put, ShapeSide::Buy, 0), (ShapeKind::Put, ShapeSide::Sell, -1)])
}

fn straddle() -> Shape {
    shape(&[(ShapeKind::Call, ShapeSide::Sell, 0), (ShapeKind::Put, ShapeSide::Sell, 0)])
}

#[test]
fn package_costs_less_than_its_legs_where_they_hedge_each_other() {
    let (found, strikes) = found(|_| 0);
    let of = |shape: &Shape| {
        let legs = legs(shape, 1, &strikes, 4).unwrap();
        let made = proposal(&PARAMS, &found, &legs).unwrap();
        let apart: i128 = legs.iter().map(|leg| i128::from(found[&leg.series].half_e6)).sum();
        (edge_e6(&found, &made.legs).unwrap(), apart, made.packages)
    };
    let (edge, apart, packages) = of(&spread());
    assert_eq!(packages, 10);
    assert!(
        (apart / 2..apart / 2 + 4).contains(&edge),
        "neighbouring puts hedge to the least share: {edge} of {apart}"
    );
    let (edge, apart, _) = of(&straddle());
    assert!(edge > apart * 3 / 5 && edge < apart * 2 / 3, "only the moves of a straddle hedge: {edge} of {apart}");
}

#[test]
fn package_is_not_quoted_where_a_leg_is_not() {
    let (mut found, strikes) = found(|_| 0);
    let wanted = legs(&spread(), 1, &strikes, 4).unwrap();
    assert_eq!(proposals(&PARAMS, &found, std::slice::from_ref(&wanted)).len(), 2 * found.len() + 2, "both ways");
    found.get_mut(&wanted[1].series).unwrap().ask = None;
    assert_eq!(proposal(&PARAMS, &found, &wanted), None);
    found.remove(&wanted[1].series);
    assert_eq!(half_e6(&PARAMS, &found, &[PricedLeg { leg: wanted[1], price: PriceE6(1_000) }]), None);
    assert_eq!(legs(&spread(), 1, &strikes, 0), None, "there is no strike below the lowest");
}

#[test]
fn package_of_more_lots_a_leg_is_offered_less_often() {
    let (found, strikes) = found(|_| 0);
    let mut three = spread();
    three.legs[1].ratio = 3;
    let made = proposal(&PARAMS, &found, &legs(&three, 1, &strikes, 4).unwrap()).unwrap();
    assert_eq!(made.packages, 6, "twenty lots by threes");
}

proptest! {
    /// Whatever the shape and the inventory: no leg gives its edge away, the whole keeps its share of the width, and both ways do not cross.
    #[test]
    fn package_never_gives_its_edge_away(
        parts in prop::collection::btree_set((any::<bool>(), -3i8..=3), 2..=8),
        sides in prop::collection::vec((any::<bool>(), 1u16..=5), 8),
        held in prop::collection::vec(-190i64..190, 18),
    ) {
        let (found, strikes) = found(|at| held[at]);
        let part = |((call, step), (buys, ratio)): (&(bool, i8), &(bool, u16))| ShapeLeg {
            kind: if *call { ShapeKind::Call } else { ShapeKind::Put },
            side: if *buys { ShapeSide::Buy } else { ShapeSide::Sell },
            step: *step,
            ratio: *ratio,
        };
        let shape = Shape { legs: parts.iter().zip(&sides).map(part).collect() };
        prop_assert_eq!(shape.validate(), Ok(()));
        let wanted = legs(&shape, 1, &strikes, 4).unwrap();
        let other: Vec<_> = wanted.iter().map(|leg| Leg { buys: !leg.buys, ..*leg }).collect();
        let (one, back) = (proposal(&PARAMS, &found, &wanted), proposal(&PARAMS, &found, &other));
        for made in [&one, &back].into_iter().flatten() {
            for PricedLeg { leg, price } in &made.legs {
                let now = found[&leg.series];
                let (side, fair) = (if leg.buys { now.bid } else { now.ask }.unwrap(), now.fair);
                let (low, high) = if leg.buys { (side.price, fair) } else { (fair, side.price) };
                prop_assert!((low..=high).contains(price));
                prop_assert!(made.packages * u64::from(leg.ratio) <= side.lots);
            }
            let singly = |PricedLeg { leg, .. }: &PricedLeg| {
                let now = found[&leg.series];
                let side = if leg.buys { now.bid } else { now.ask }.unwrap();
                i128::from(side.price.0.abs_diff(now.fair.0)) * i128::from(leg.ratio)
            };
            let apart: i128 = made.legs.iter().map(singly).sum();
            let edge = edge_e6(&found, &made.legs).unwrap();
            prop_assert!(edge * 2 >= apart && edge <= apart, "{edge} of {apart}");
        }
        if let (Some(one), Some(back)) = (one, back) {
            prop_assert!(edge_e6(&found, &one.legs).unwrap() + edge_e6(&found, &back.legs).unwrap() > 0);
        }
    }
}
