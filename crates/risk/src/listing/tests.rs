use super::*;
use proptest::prelude::*;

/// A Thursday, 00:00 UTC.
const NOW: UnixSeconds = UnixSeconds(1_763_596_800);

fn at(seconds: i64, time_divisor: u32) -> Result<(), ListingError> {
    expiry_check(UnixSeconds(NOW.0 + seconds), NOW, time_divisor)
}

#[test]
fn expiries_fall_on_eight_in_the_morning() {
    assert_eq!(at(DAILY_OFFSET_S, 1), Ok(()));
    assert_eq!(at(7 * DAY_S + DAILY_OFFSET_S, 1), Ok(()));
    for off in [1, -1, 3_600, DAY_S / 2] {
        assert_eq!(at(DAY_S + DAILY_OFFSET_S + off, 1), Err(ListingError::OffSchedule));
    }
}

#[test]
fn expiries_lie_ahead_and_within_two_years() {
    assert_eq!(at(0, 1), Err(ListingError::NotInFuture));
    assert_eq!(at(DAILY_OFFSET_S - DAY_S, 1), Err(ListingError::NotInFuture));
    assert_eq!(at(HORIZON_S - DAY_S + DAILY_OFFSET_S, 1), Ok(()));
    assert_eq!(at(HORIZON_S + DAILY_OFFSET_S, 1), Err(ListingError::BeyondHorizon));
    assert_eq!(expiry_check(UnixSeconds(i64::MAX), NOW, 1), Err(ListingError::BeyondHorizon));
}

#[test]
fn scaled_builds_list_on_ten_seconds() {
    assert_eq!(at(10, 60), Ok(()));
    assert_eq!(at(15, 60), Err(ListingError::OffSchedule));
    assert_eq!(at(10, 1), Err(ListingError::OffSchedule));
}

#[test]
fn strikes_stand_around_the_price() {
    let strikes = strikes(PriceE6(151_700_000), PriceE6(5_000_000)).unwrap();
    assert_eq!(strikes[15], PriceE6(150_000_000));
    assert_eq!((strikes[0], strikes[31]), (PriceE6(75_000_000), PriceE6(230_000_000)));
}

#[test]
fn strikes_start_at_one_tick_when_the_price_is_low() {
    let strikes = strikes(PriceE6(3_000_000), PriceE6(1_000_000)).unwrap();
    assert_eq!((strikes[0], strikes[31]), (PriceE6(1_000_000), PriceE6(32_000_000)));
}

#[test]
fn strikes_name_what_is_wrong() {
    for (spot, tick, error) in [
        (PriceE6(0), PriceE6(100), StrikesError::SpotOutOfRange),
        (PriceE6(99), PriceE6(1), StrikesError::SpotOutOfRange),
        (PriceE6(u64::MAX), PriceE6(1), StrikesError::SpotOutOfRange),
        (PriceE6(100), PriceE6(0), StrikesError::TickZero),
        (PriceE6(100), PriceE6(1), StrikesError::StrikesOutOfRange),
        (PriceE6(100), PriceE6(u64::MAX), StrikesError::StrikesOutOfRange),
        (PriceE6::MAX, PriceE6(1_000_000), StrikesError::StrikesOutOfRange),
    ] {
        assert_eq!(strikes(spot, tick), Err(error), "{spot:?} {tick:?}");
    }
}

proptest! {
    #[test]
    fn strikes_ascend_by_the_tick(spot in 100u64..1_000_000_000_000, tick in 100u64..10_000_000_000) {
        let listed = strikes(PriceE6(spot), PriceE6(tick)).unwrap();
        prop_assert!(listed[0].0 > 0 && listed[0].0.is_multiple_of(tick));
        prop_assert!(listed.windows(2).all(|pair| pair[1].0 - pair[0].0 == tick));
        // The price lies between the first strike and the last, or below a first strike of one tick.
        prop_assert!(spot <= listed[31].0 && (listed[0].0 <= spot || listed[0].0 == tick));
    }
}
