use super::*;
use crate::payoff::{Kind, Position};
use proptest::prelude::*;
use units::UnixSeconds;

const TERMS: FillTerms = FillTerms {
    price: PriceE6(5_000_000),
    lots: 10,
    lots_per_unit: 10,
    spot: PriceE6(100_000_000),
    taker_buys: true,
    taker_fee_bps: 3,
    maker_fee_bps: 1,
};

#[test]
fn cash_by_hand() {
    let cash = fill_cash(&TERMS).unwrap();
    assert_eq!(cash.taker, QuoteAtoms(-5_030_000));
    assert_eq!(cash.maker, QuoteAtoms(4_990_000));
    assert_eq!((cash.insurance, cash.fees), (QuoteAtoms(13_333), QuoteAtoms(26_667)));
    let sold = fill_cash(&FillTerms { taker_buys: false, ..TERMS }).unwrap();
    assert_eq!((sold.taker, sold.maker), (QuoteAtoms(4_970_000), QuoteAtoms(-5_010_000)));
}

#[test]
fn premium_rounding_goes_to_insurance() {
    let cash =
        fill_cash(&FillTerms { price: PriceE6(1_001), lots: 1, taker_fee_bps: 0, maker_fee_bps: 0, ..TERMS }).unwrap();
    assert_eq!((cash.taker.0, cash.maker.0, cash.insurance.0, cash.fees.0), (-101, 100, 1, 0));
}

#[test]
fn cash_names_what_is_wrong() {
    let cases = [
        (FillTerms { price: PriceE6(0), ..TERMS }, CashError::PriceOutOfRange),
        (FillTerms { price: PriceE6(99), ..TERMS }, CashError::PriceOutOfRange),
        (FillTerms { price: PriceE6(PriceE6::MAX.0 + 1), ..TERMS }, CashError::PriceOutOfRange),
        (FillTerms { spot: PriceE6(0), ..TERMS }, CashError::SpotOutOfRange),
        (FillTerms { spot: PriceE6(u64::MAX), ..TERMS }, CashError::SpotOutOfRange),
        (FillTerms { lots: 0, ..TERMS }, CashError::LotsOutOfRange),
        (FillTerms { lots: u64::MAX, ..TERMS }, CashError::LotsOutOfRange),
        (FillTerms { lots_per_unit: 0, ..TERMS }, CashError::LotsPerUnitZero),
        (FillTerms { taker_fee_bps: 101, ..TERMS }, CashError::FeeRateOutOfRange),
        (FillTerms { maker_fee_bps: u16::MAX, ..TERMS }, CashError::FeeRateOutOfRange),
        (FillTerms { lots: u64::MAX >> 1, ..TERMS }, CashError::NotionalTooLarge),
        // The seller's fee has no room below -2^63: the premium alone nearly fills the type.
        (
            FillTerms { price: PriceE6(100), lots: u64::MAX >> 1, lots_per_unit: 100, spot: PriceE6(100), ..TERMS },
            CashError::SumTooLarge,
        ),
    ];
    for (terms, error) in cases {
        assert_eq!(fill_cash(&terms), Err(error), "{terms:?}");
    }
    let full = FillCash { premium: QuoteAtoms(i64::MAX), ..FillCash::ZERO };
    assert_eq!(full.plus(&full), Err(CashError::SumTooLarge));
    assert_eq!(full.plus(&FillCash::ZERO), Ok(full));
}

#[test]
fn reducing_shrinks_without_flipping() {
    for (before, change, expected) in [
        (10, -3, true),
        (10, -10, true),
        (10, -11, false),
        (10, -20, false),
        (10, 1, false),
        (-10, 3, true),
        (-10, 10, true),
        (-10, 11, false),
        (-10, -1, false),
        (0, 1, false),
        (0, -1, false),
        (10, 0, false),
        (i64::MAX, 1, false),
    ] {
        assert_eq!(reduces(Lots(before), Lots(change)), expected, "{before} {change}");
    }
}

fn terms() -> impl Strategy<Value = FillTerms> {
    (
        100u64..1_000_000_000_000,
        1u64..1_000_000,
        1u32..1_001,
        100u64..1_000_000_000_000,
        any::<bool>(),
        0u16..101,
        0u16..101,
    )
        .prop_map(|(price, lots, lots_per_unit, spot, taker_buys, taker_fee_bps, maker_fee_bps)| FillTerms {
            price: PriceE6(price),
            lots,
            lots_per_unit,
            spot: PriceE6(spot),
            taker_buys,
            taker_fee_bps,
            maker_fee_bps,
        })
}

proptest! {
    /// INVARIANT(M-3)
    #[test]
    fn cash_flows_and_fees_sum_to_zero(terms in terms()) {
        let cash = fill_cash(&terms).unwrap();
        prop_assert_eq!(cash.taker.0 + cash.maker.0 + cash.insurance.0 + cash.fees.0, 0);
        prop_assert!(cash.insurance.0 >= 0 && cash.fees.0 >= 0 && cash.taker_fee.0 >= 0 && cash.maker_fee.0 >= 0);
    }

    /// INVARIANT(M-6): to buy and sell back at one price, in any pieces and on either side, never gains an atom.
    #[test]
    fn round_trip_never_gains(terms in terms(), pieces in prop::collection::vec(1u64..1_000, 1..6), taking in any::<bool>()) {
        let total: u64 = pieces.iter().sum();
        let mine = |terms: &FillTerms| fill_cash(terms).map(|cash| if taking { cash.taker.0 } else { cash.maker.0 }).unwrap();
        let bought: i64 = pieces.iter().map(|lots| mine(&FillTerms { lots: *lots, taker_buys: taking, ..terms })).sum();
        let sold = mine(&FillTerms { lots: total, taker_buys: !taking, ..terms });
        prop_assert!(bought + sold <= 0);
        let sold: i64 = pieces.iter().map(|lots| mine(&FillTerms { lots: *lots, taker_buys: !taking, ..terms })).sum();
        let bought = mine(&FillTerms { lots: total, taker_buys: taking, ..terms });
        prop_assert!(bought + sold <= 0);
    }

    /// INVARIANT(M-6): nor does holding both sides to settlement.
    #[test]
    fn both_sides_held_to_settlement_never_gain(terms in terms(), strike in 100u64..1_000_000_000_000, settled in 100u64..1_000_000_000_000) {
        let cash = fill_cash(&terms).unwrap();
        let lots = i64::try_from(terms.lots).unwrap();
        let payoff = |lots| {
            let position = Position { expiry: UnixSeconds(0), strike: PriceE6(strike), kind: Kind::Call, lots: Lots(lots) };
            position.payoff_floor(PriceE6(settled), terms.lots_per_unit).unwrap().0
        };
        prop_assert!(cash.taker.0 + cash.maker.0 + payoff(lots) + payoff(-lots) <= 0);
    }
}
