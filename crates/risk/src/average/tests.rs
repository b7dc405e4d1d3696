use super::*;
use crate::settlement::{BUCKET_S, RING};
use proptest::prelude::*;

const EXPIRY: i64 = 1_800_000_000;
const PRICE: u64 = 150_000_000;

fn full(until: i64, price: u64) -> [Bucket; RING as usize] {
    let mut ring = [Bucket::default(); RING as usize];
    let last = u32::try_from(until / 60).unwrap();
    for number in last - 40..last {
        ring[(number % RING) as usize] = Bucket { number, weight_s: 60, weighted_price_e6_s: price * 60 };
    }
    ring
}

fn running_at(ring: &[Bucket; RING as usize], now: i64) -> RunningAverage {
    running(UnixSeconds(EXPIRY), UnixSeconds(now), BUCKET_S, |place| ring[place as usize]).unwrap()
}

#[test]
fn nothing_is_fixed_before_the_window() {
    let ring = full(EXPIRY - 1_800, PRICE);
    assert_eq!(running_at(&ring, EXPIRY - 1_800), RunningAverage::NOT_BEGUN);
    assert_eq!(running_at(&ring, EXPIRY - 90_000), RunningAverage::NOT_BEGUN);
}

#[test]
fn each_finished_bucket_fixes_its_part() {
    let ring = full(EXPIRY - 600, PRICE);
    let average = running_at(&ring, EXPIRY - 600);
    assert_eq!(average, RunningAverage { mean: PriceE6(PRICE), fixed_s: 1_200, remaining_s: 600 });
    let parts = average.parts(PriceE6(120_000_000)).unwrap();
    assert_eq!((parts.fixed.0, parts.variable.0), (100_000_000, 40_000_000));
    assert_eq!(parts.forward(), PriceE6(140_000_000));
}

#[test]
fn at_expiry_all_is_fixed_if_the_window_has_enough() {
    let ring = full(EXPIRY, PRICE);
    assert_eq!(running_at(&ring, EXPIRY + 5), RunningAverage { mean: PriceE6(PRICE), fixed_s: 1_800, remaining_s: 0 });
}

#[test]
fn a_window_that_can_no_longer_decide_fixes_nothing() {
    let mut ring = full(EXPIRY - 600, PRICE);
    for bucket in ring.iter_mut().filter(|bucket| i64::from(bucket.number) * 60 < EXPIRY - 1_800 + 7 * 60) {
        *bucket = Bucket::default();
    }
    assert_eq!(running_at(&ring, EXPIRY - 600), RunningAverage::NOT_BEGUN);
}

#[test]
fn a_running_average_is_refused_by_name() {
    let average = |mean: u64, fixed_s, remaining_s| RunningAverage { mean: PriceE6(mean), fixed_s, remaining_s };
    assert_eq!(average(PRICE, 0, 0).check(), Err(AverageError::Empty));
    assert_eq!(average(PRICE, u32::MAX, 1).check(), Err(AverageError::TooLong));
    assert_eq!(average(99, 1, 1).check(), Err(AverageError::MeanOutOfRange));
    assert_eq!(average(PRICE, 1, 1).parts(PriceE6(0)), Err(AverageError::PriceOutOfRange));
    let spot = PriceE6(PRICE);
    assert_eq!(average(PRICE, 1, 1).range(spot, PriceE6(PRICE + 1), 0), Err(AverageError::PriceOutOfRange));
    assert_eq!(average(PRICE, 1, 1).range(spot, PriceE6(0), -1_000_000_001), Err(AverageError::PriceOutOfRange));
}

#[test]
fn pin_risk_fades_as_the_average_is_fixed() {
    let width = |fixed_s: u32| {
        let average = RunningAverage { mean: PriceE6(PRICE), fixed_s, remaining_s: 1_800 - fixed_s };
        let up = average.range(PriceE6(PRICE), PriceE6(0), 180_000_000).unwrap().high.0;
        up - PRICE
    };
    assert_eq!(width(0), 27_000_000);
    assert_eq!(width(1_740), 900_000);
    assert_eq!(width(1_800), 0);
}

proptest! {
    #[test]
    fn the_range_holds_the_mean_and_the_projection(
        mean in 100_u64..=10_000_000_000_000, fixed_s in 0_u32..1_800, spot in 100_u64..=10_000_000_000_000,
        width_bps in 0_u64..=10_000, move_e9 in -950_000_000_i64..=7_000_000_000,
    ) {
        let average = RunningAverage { mean: PriceE6(mean), fixed_s, remaining_s: 1_800 - fixed_s };
        let range = average.range(PriceE6(spot), PriceE6(spot / 10_000 * width_bps), move_e9).unwrap();
        let moved = u128::from(spot) * u128::try_from(1_000_000_000 + move_e9).unwrap();
        let projected = (u128::from(mean) * u128::from(fixed_s) * 1_000_000_000 + moved * u128::from(1_800 - fixed_s))
            / 1_800_000_000_000;
        prop_assert!(u128::from(range.low.0) <= projected && projected <= u128::from(range.high.0));
        if fixed_s > 0 {
            prop_assert!(range.low.0 <= mean && mean <= range.high.0);
        }
    }

    #[test]
    fn arbitrary_averages_never_panic(
        mean: u64, fixed_s: u32, remaining_s: u32, spot: u64, half_width: u64, move_e9: i64, now: i64, bucket_s: u32,
    ) {
        let average = RunningAverage { mean: PriceE6(mean), fixed_s, remaining_s };
        let _ = average.parts(PriceE6(spot));
        let _ = average.range(PriceE6(spot), PriceE6(half_width), move_e9);
        let bucket = Bucket { number: fixed_s, weight_s: remaining_s, weighted_price_e6_s: mean };
        let _ = running(UnixSeconds(move_e9), UnixSeconds(now), bucket_s, |_| bucket);
    }
}
