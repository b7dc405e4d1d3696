use super::*;
use proptest::prelude::*;

#[test]
fn shares_are_bought_and_paid_at_one_price() {
    assert_eq!(shares_floor(1_000, 0, 0), Ok(1_000));
    assert_eq!(shares_floor(300, 500, 1_000), Ok(600));
    assert_eq!(shares_floor(1, 1_000, 500), Err(FundError::StakeTooSmall));
    assert_eq!(shares_floor(1, 0, 500), Err(FundError::FundEmpty));
    assert_eq!(shares_floor(u64::MAX, 1, 2), Err(FundError::Overflow));
    assert_eq!((worth_floor(600, 800, 1_600), worth_floor(0, 5, 0)), (Ok(300), Ok(0)));
    assert_eq!(worth_floor(3, 5, 2), Err(FundError::SharesTooMany));
}

#[test]
fn draws_keep_both_caps() {
    let draws = Draws::default().at(10_000, 1_000_000, 1);
    let fund = draws.available(10_000, 0, 1_000_000).unwrap();
    assert_eq!(
        (fund.event_cap, fund.window_cap, fund.window_paid),
        (QuoteAtoms(1_000), QuoteAtoms(2_500), QuoteAtoms(0))
    );
    let later = Draws { drawn: 2_400, ..draws };
    let fund = later.at(7_600, 1_086_399, 1).available(7_600, 950, 1_086_399).unwrap();
    assert_eq!((fund.event_cap, fund.window_paid), (QuoteAtoms(50), QuoteAtoms(2_400)));
    assert_eq!(later.at(7_600, 1_086_400, 1), Draws { since_unix_s: 1_086_400, opening: 7_600, drawn: 0 });
    assert_eq!(later.at(7_600, 1_001_440, 60).drawn, 0);
    assert_eq!(draws.available(u64::MAX, 0, 0), Err(FundError::Overflow));
}

proptest! {
    /// Who comes and goes takes nothing from who stays.
    #[test]
    fn a_share_never_loses_by_others_moves(balance in 1_u64..1 << 50, shares in 1_u64..1 << 50, amount in 1_u64..1 << 50) {
        if let Ok(bought) = shares_floor(amount, balance, shares) {
            let back = worth_floor(bought, balance + amount, shares + bought).unwrap();
            prop_assert!(back <= amount);
            // balance / shares does not fall: (balance + amount) x shares >= balance x (shares + bought).
            prop_assert!(u128::from(balance + amount) * u128::from(shares) >= u128::from(balance) * u128::from(shares + bought));
        }
        let leaving = shares / 2;
        let paid = worth_floor(leaving, balance, shares).unwrap();
        prop_assert!(u128::from(balance - paid) * u128::from(shares) >= u128::from(balance) * u128::from(shares - leaving));
    }
}
