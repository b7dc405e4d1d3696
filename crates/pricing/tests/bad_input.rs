//! Every way in which an input can be wrong, at every public function that takes it: each has its own error, and its bounds are inside.
#![expect(clippy::unwrap_used, reason = "a test panics to fail")]

use pricing::PricingError::{self, *};
use pricing::{
    Kind, Level, Move, Neighbours, Premium, PriceE12, RootTime, Row, Slice, Svi, Terms, Tilt, VolScale, greeks,
    implied_vol, price,
};
use units::{PriceE6, VolE9};

const TERMS: Terms =
    Terms { forward: PriceE6(150_000_000), strike: PriceE6(160_000_000), vol: VolE9(650_000_000), seconds: 604_800 };
const SVI: Svi = Svi { a_e9: 4_000_000, b_e9: 40_000_000, rho_e9: -300_000_000, m_e9: 0, sigma_e9: 150_000_000 };
const WEEK_S: u64 = 604_800;

#[test]
fn terms_out_of_range() {
    let of = |terms: Terms, error: PricingError| {
        assert_eq!(price(&terms).map(|_| ()), Err(error), "{terms:?}");
        assert_eq!(greeks(&terms).map(|_| ()), Err(error), "{terms:?}");
        let Terms { forward, strike, seconds, .. } = terms;
        if error != VolOutOfRange {
            let premium = Premium { forward, strike, seconds, kind: Kind::Call, premium: PriceE12(1) };
            assert_eq!(implied_vol(&premium), Err(error), "{terms:?}");
        }
    };
    for (wrong, right) in [(0, 100), (99, 100), (10_000_000_000_001, 10_000_000_000_000), (u64::MAX, 150_000_000)] {
        of(Terms { forward: PriceE6(wrong), ..TERMS }, ForwardOutOfRange);
        of(Terms { strike: PriceE6(wrong), ..TERMS }, StrikeOutOfRange);
        assert!(price(&Terms { forward: PriceE6(right), ..TERMS }).is_ok());
        assert!(price(&Terms { strike: PriceE6(right), ..TERMS }).is_ok());
    }
    for (wrong, right) in
        [(0, 50_000_000), (49_999_999, 50_000_000), (5_000_000_001, 5_000_000_000), (u64::MAX, 1 << 30)]
    {
        of(Terms { vol: VolE9(wrong), ..TERMS }, VolOutOfRange);
        assert!(price(&Terms { vol: VolE9(right), ..TERMS }).is_ok());
        let time = RootTime::new(WEEK_S).unwrap();
        assert_eq!(time.total(VolE9(wrong)), Err(VolOutOfRange));
        assert!(time.total(VolE9(right)).is_ok());
    }
    for (wrong, right) in [(0, 60), (59, 60), (63_072_001, 63_072_000), (u64::MAX, 1 << 20)] {
        of(Terms { seconds: wrong, ..TERMS }, TimeOutOfRange);
        assert!(price(&Terms { seconds: right, ..TERMS }).is_ok());
        assert_eq!(RootTime::new(wrong).map(|_| ()), Err(TimeOutOfRange));
        assert_eq!(Slice::new(&SVI, wrong, WEEK_S).map(|_| ()), Err(TimeOutOfRange));
        assert_eq!(Slice::new(&SVI, WEEK_S, wrong).map(|_| ()), Err(TimeOutOfRange));
    }
}

#[test]
fn premiums_that_no_volatility_gives() {
    let Terms { forward, strike, seconds, .. } = TERMS;
    let of = |kind, premium_e6: u64| {
        let premium = Premium { forward, strike, seconds, kind, premium: PriceE12(premium_e6 * 1_000_000) };
        implied_vol(&premium)
    };
    assert_eq!(of(Kind::Put, 9_999_999), Err(PremiumBelowIntrinsic));
    assert_eq!(of(Kind::Call, 150_000_000), Err(PremiumAboveMaximum));
    assert_eq!(of(Kind::Put, 160_000_000), Err(PremiumAboveMaximum));
    assert_eq!(of(Kind::Call, 0), Err(VolBelowRange));
    assert_eq!(of(Kind::Put, 10_000_000), Err(VolBelowRange));
    assert_eq!(of(Kind::Call, 149_999_999), Err(VolAboveRange));
}

#[test]
fn rows_out_of_range() {
    let forward = PriceE6(1_000_000);
    let row = |strike| Row::new(forward, PriceE6(strike)).map(|_| ());
    assert_eq!(Row::new(PriceE6(0), forward).map(|_| ()), Err(ForwardOutOfRange));
    assert_eq!((row(0), row(u64::MAX)), (Err(StrikeOutOfRange), Err(StrikeOutOfRange)));
    assert_eq!((row(4_096_000_000), row(4_096_000_001)), (Ok(()), Err(MoneynessOutOfRange)));
    assert_eq!((row(245), row(244)), (Ok(()), Err(MoneynessOutOfRange)));
    let node = |factor_e9| Move::new(factor_e9).map(|_| ());
    assert_eq!((node(50_000_000), node(8_000_000_000)), (Ok(()), Ok(())));
    assert_eq!((node(49_999_999), node(8_000_000_001)), (Err(MoveOutOfRange), Err(MoveOutOfRange)));
    let moves = [Move::new(1_000_000_000).unwrap(); 2];
    let total = RootTime::new(WEEK_S).unwrap().total(VolE9(650_000_000)).unwrap();
    let scale = |scale_q32| VolScale::new(scale_q32).map(|_| ());
    assert_eq!((scale(1 << 28), scale(8 << 32)), (Ok(()), Ok(())));
    assert_eq!((scale((1 << 28) - 1), scale((8 << 32) + 1)), (Err(ShockOutOfRange), Err(ShockOutOfRange)));
    let tilt = |rate_q32, most_q32| Tilt::new(rate_q32, most_q32).map(|_| ());
    assert_eq!((tilt(0, 0), tilt(4 << 32, 15 << 28)), (Ok(()), Ok(())));
    assert_eq!((tilt(-1, 0), tilt((4 << 32) + 1, 0)), (Err(ShockOutOfRange), Err(ShockOutOfRange)));
    assert_eq!((tilt(0, -1), tilt(0, (15 << 28) + 1)), (Err(ShockOutOfRange), Err(ShockOutOfRange)));
    let row = Row::new(forward, forward).unwrap();
    let levels = [Level::new(VolScale::new(1 << 32).unwrap(), total, &moves)];
    assert_eq!(row.calls(total, &levels, &mut [0; 1]), Err(OutputTooShort));
    assert_eq!(row.calls(total, &levels, &mut [0; 2]), Ok(2));
}

#[test]
fn surfaces_out_of_range_or_with_arbitrage() {
    let of = |svi: Svi, error| {
        assert_eq!(svi.validate(), Err(error));
        assert_eq!(Slice::new(&svi, WEEK_S, WEEK_S).map(|_| ()), Err(error));
    };
    for b_e9 in [-1, 4_000_000_001, i64::MIN, i64::MAX] {
        of(Svi { b_e9, ..SVI }, SviSlopeOutOfRange);
    }
    for rho_e9 in [-1_000_000_000, 1_000_000_000, i64::MIN, i64::MAX] {
        of(Svi { rho_e9, ..SVI }, SviCorrelationOutOfRange);
    }
    for sigma_e9 in [0, 99_999, 10_000_000_001, i64::MIN, i64::MAX] {
        of(Svi { sigma_e9, ..SVI }, SviWidthOutOfRange);
    }
    for value in [-50_000_000_001, 50_000_000_001, i64::MIN, i64::MAX] {
        of(Svi { a_e9: value, ..SVI }, SviLevelOutOfRange);
        of(Svi { m_e9: value, ..SVI }, SviLevelOutOfRange);
    }
    of(Svi { a_e9: -6_000_000, ..SVI }, SviNegativeVariance);
    of(Svi { b_e9: 2_000_000_000, ..SVI }, SviWingTooSteep);
    let slice = Slice::new(&SVI, WEEK_S, WEEK_S).unwrap();
    assert_eq!((slice.check_butterfly(9 << 38), slice.check_butterfly(-(9 << 38))), (Ok(()), Ok(())));
    for k in [(9 << 38) + 1, i64::MIN, i64::MAX] {
        assert_eq!(slice.check_butterfly(k), Err(MoneynessOutOfRange));
        assert_eq!(slice.check_calendar(&slice, k), Err(MoneynessOutOfRange));
    }
    let kink = Svi { a_e9: 100_000, b_e9: 500_000_000, rho_e9: 0, m_e9: 0, sigma_e9: 1_000_000 };
    assert_eq!(Slice::new(&kink, WEEK_S, WEEK_S).unwrap().check_butterfly(1 << 36), Err(SviButterfly));
    // The least variance may be zero, but a strike has no density there.
    let nothing = Svi { a_e9: 0, b_e9: 0, ..SVI };
    assert_eq!(Slice::new(&nothing, WEEK_S, WEEK_S).unwrap().check_butterfly(0), Err(SviNegativeVariance));
    let lower = Slice::new(&Svi { a_e9: 3_000_000, ..SVI }, WEEK_S, WEEK_S).unwrap();
    assert_eq!((lower.check_calendar(&slice, 0), slice.check_calendar(&lower, 0)), (Ok(()), Err(SviCalendar)));
    let listed = |strikes: &[PriceE6]| slice.check_listed(TERMS.forward, strikes, &Neighbours::default());
    assert_eq!(listed(&[]), Err(StrikesMissing));
    assert_eq!(listed(&[TERMS.strike, TERMS.forward]), Err(StrikesNotAscending));
}
