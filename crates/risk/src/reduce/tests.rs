use super::*;
use proptest::prelude::*;

fn change(before: i64, change: i64) -> Change {
    Change { before: Lots(before), change: Lots(change) }
}

#[test]
fn a_reduction_shrinks_and_nothing_else() {
    let reduces = |changes: &[Change]| strictly_reduces(QuoteAtoms(-5), QuoteAtoms(-5), changes);
    assert!(reduces(&[change(-10, 4)]));
    assert!(reduces(&[change(10, -10), change(-3, 1)]));
    assert!(!reduces(&[]));
    assert!(!reduces(&[change(5, 0)]));
    assert!(!reduces(&[change(-10, -1)]));
    assert!(!reduces(&[change(-10, 11)]));
    assert!(!reduces(&[change(-10, 4), change(0, 1)]));
    assert!(!strictly_reduces(QuoteAtoms(-5), QuoteAtoms(-6), &[change(-10, 4)]));
}

#[test]
fn without_repricing_only_shorts_shrink_at_fair_premiums() {
    let fair = [(PriceE6(105), PriceE6(100))];
    assert!(reduces_without_repricing(&[change(-10, 4)], &fair));
    assert!(!reduces_without_repricing(&[change(10, -4)], &fair));
    assert!(!reduces_without_repricing(&[change(-10, 4)], &[]));
    assert!(!reduces_without_repricing(&[change(-10, 4)], &[(PriceE6(106), PriceE6(100))]));
    assert!(!premium_fits(PriceE6(94), PriceE6(100)));
    assert!(premium_fits(PriceE6(95), PriceE6(100)));
    assert!(!premium_fits(PriceE6(u64::MAX), PriceE6(0)));
}

proptest! {
    #[test]
    fn no_position_is_larger_after_a_reduction(before: i64, delta: i64) {
        if strictly_reduces(QuoteAtoms(0), QuoteAtoms(0), &[change(before, delta)]) {
            prop_assert!((before + delta).unsigned_abs() < before.unsigned_abs());
        }
    }
}
