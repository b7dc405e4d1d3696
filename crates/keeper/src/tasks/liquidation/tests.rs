use super::offer::{Declined, Offer, after, elapsed_s, offer};
use super::{Liquidation, Settings};
use crate::book::Book;
use crate::tasks::Period;
use crate::tasks::fixture::{self, USDC, account, view};
use abi::margin::{KIND_CALL, Liquidation as Open, MarginAccount};
use bytemuck::Zeroable;
use invariants::value::{Figures, Need};
use proptest::prelude::*;
use solana_pubkey::Pubkey;
use units::{PriceE6, QuoteAtoms};

fn settings() -> Settings {
    Settings {
        period_ms: Period::seconds(1),
        accounts: vec![Pubkey::new_from_array([7; 32]).to_string()],
        spend_max_atoms: 50_000 * USDC.unsigned_abs(),
        edge_bps: 300,
        insolvent_edge_bps: 100,
        reserve_atoms: 0,
    }
}

fn valued(book: &Book<'_>, account: &MarginAccount) -> Figures {
    book.value(account, Need::Keep).unwrap()
}

/// The offer for `account` of somebody rich at a price of 220.
fn offered(settings: &Settings, account: &MarginAccount, elapsed_s: u64) -> Result<Offer, Declined> {
    let (view, bidder) = (view(), fixture::account(2, 1_000_000 * USDC, &[]));
    let book = Book::of(&view, PriceE6(220_000_000), None);
    offer(settings, &book, &bidder, (account, &valued(&book, account)), elapsed_s)
}

#[test]
fn value_is_what_the_programs_suite_works_out() {
    // A hundred calls short at 150 with 16,000, at 220: worth 9,000, and initial margin asks 22,000 below that.
    let (view, short) = (view(), account(1, 16_000 * USDC, &[(150, -1_000)]));
    let valued = valued(&Book::of(&view, PriceE6(220_000_000), None), &short);
    assert_eq!((valued.mtm.0, valued.im.0), (9_000 * USDC, -13_000 * USDC));
}

#[test]
fn offer_waits_until_the_slice_is_cheap_enough_and_takes_what_restores_the_account() {
    let short = account(1, 16_000 * USDC, &[(150, -1_000)]);
    assert_eq!(offered(&settings(), &short, 0), Err(Declined::TooDear), "98 % of its value");
    // 97 % after 21.4 seconds.
    assert_eq!(offered(&settings(), &short, 21), Err(Declined::TooDear));
    let found = offered(&settings(), &short, 22).unwrap();
    // 1.05 x 22,000 - 9,000 = 14,100 is missing; a slice brings 96.97 % of its value less 1 %: 14,100 / (14,100 + 0.96 x 9,000).
    assert_eq!(found.fraction_e9 / 1_000_000, 620, "{found:?}");
    let value = i128::from(9_000 * USDC) * i128::from(found.fraction_e9) / 1_000_000_000;
    assert!((i128::from(found.limit_atoms) - value * 97 / 100).abs() <= 1, "{found:?}");
}

#[test]
fn offer_costs_no_more_than_may_be_spent() {
    let short = account(1, 16_000 * USDC, &[(150, -1_000)]);
    let poor = Settings { spend_max_atoms: 1_000 * USDC.unsigned_abs(), ..settings() };
    let found = offered(&poor, &short, 60).unwrap();
    assert!((999 * USDC..=1_000 * USDC).contains(&found.limit_atoms), "{found:?}");
}

#[test]
fn offer_leaves_the_reserve_by_taking_less_and_declines_where_nothing_does() {
    let (view, short) = (view(), account(1, 16_000 * USDC, &[(150, -1_000)]));
    let book = Book::of(&view, PriceE6(220_000_000), None);
    let about = |quote: i64, reserve: i64| {
        let settings = Settings { reserve_atoms: reserve.unsigned_abs(), ..settings() };
        offer(&settings, &book, &account(2, quote, &[]), (&short, &valued(&book, &short)), 60)
    };
    // The slice asks for some 13,500 of initial margin, and brings its own quote less the price.
    let most = about(1_000_000 * USDC, 0).unwrap().fraction_e9;
    let less = about(10_000 * USDC, 0).unwrap().fraction_e9;
    assert!(less < most && most.div_ceil(less) == 2, "{less} of {most}");
    assert_eq!(about(10_000 * USDC, 10_001 * USDC), Err(Declined::NoRoom));
    let full: Vec<_> = (0..32).map(|at| (200 + at * 5, 1)).collect();
    let full = account(2, 1_000_000 * USDC, &full);
    let found = offer(&settings(), &book, &full, (&short, &valued(&book, &short)), 60);
    assert_eq!(found, Err(Declined::NoRoom), "no place for another series");
}

#[test]
fn offer_for_an_insolvent_account_waits_for_the_edge_and_for_insurance() {
    // 16,000 less 17,000, at 320.
    let short = account(1, 16_000 * USDC, &[(150, -1_000)]);
    let bidder = account(2, 1_000_000 * USDC, &[]);
    let at = |insurance: i64, elapsed_s: u64| {
        let mut view = view();
        view.market.insurance_atoms = insurance.unsigned_abs().into();
        let book = Book::of(&view, PriceE6(320_000_000), None);
        offer(&settings(), &book, &bidder, (&short, &valued(&book, &short)), elapsed_s)
    };
    // 105 % of the shortfall after half an hour; 101 % is asked.
    assert_eq!(at(10_000 * USDC, 1_731), Err(Declined::TooDear));
    assert_eq!(at(10_000 * USDC, 1_732), Ok(Offer { fraction_e9: 1_000_000_000, limit_atoms: -1_010 * USDC }));
    assert_eq!(at(1_009 * USDC, 9_000), Err(Declined::TooDear), "insurance holds less");
}

#[test]
fn after_nets_positions_and_frees_their_places() {
    let short = account(1, 1_000 * USDC, &[(150, -10), (200, 4)]);
    let bidder = account(2, 500 * USDC, &[(150, 10)]);
    let found = after(&bidder, &short, 1_000_000_000, QuoteAtoms(300 * USDC)).unwrap();
    assert_eq!(found.quote_atoms.get(), 1_200 * USDC);
    assert_eq!(found.positions[0].kind, KIND_CALL, "the freed place was taken by the next");
    assert_eq!((found.positions[0].strike_e6.get(), found.positions[0].lots.get()), (200_000_000, 4));
    assert!(found.positions[1..].iter().all(|position| position.kind == 0));
}

#[test]
fn elapsed_counts_only_its_own_phase_and_only_while_it_runs() {
    let mut open = Open::zeroed();
    open.counted_s = 100.into();
    open.since_unix_s = 1_000.into();
    assert_eq!(elapsed_s(&open, QuoteAtoms(1), 1_050, 60), 6_000, "it stands");
    open.running = 1;
    assert_eq!(elapsed_s(&open, QuoteAtoms(1), 1_050, 60), 9_000);
    assert_eq!(elapsed_s(&open, QuoteAtoms(0), 1_050, 60), 0, "insolvent since");
}

#[test]
fn settings_out_of_range_are_refused() {
    for settings in [
        Settings { accounts: vec![], ..settings() },
        Settings { accounts: vec!["no address".to_owned()], ..settings() },
        Settings { edge_bps: 10_001, ..settings() },
        Settings { insolvent_edge_bps: 501, ..settings() },
    ] {
        assert!(Liquidation::new(settings).is_err());
    }
    assert!(Liquidation::new(settings()).is_ok());
}

proptest! {
    /// Whatever is bid keeps to every limit.
    #[test]
    fn offer_keeps_to_its_limits(
        quote in 100i64..100_000,
        lots in 1i64..2_000,
        spot in 160u64..400,
        elapsed in 0u64..10_000,
        spend in 1u64..20_000,
        reserve in 0u64..20_000,
        capital in 0i64..60_000,
    ) {
        let short = account(1, quote * USDC, &[(150, -lots)]);
        let bidder = account(2, capital * USDC, &[]);
        let scale = USDC.unsigned_abs();
        let settings = Settings { spend_max_atoms: spend * scale, reserve_atoms: reserve * scale, ..settings() };
        let view = view();
        let book = Book::of(&view, PriceE6(spot * 1_000_000), None);
        let valued = valued(&book, &short);
        prop_assume!(valued.mm.0 < 0);
        if let Ok(found) = offer(&settings, &book, &bidder, (&short, &valued), elapsed) {
            let value = risk::liquidation::slice_quote(valued.mtm, found.fraction_e9).unwrap();
            let held = after(&bidder, &short, found.fraction_e9, QuoteAtoms(found.limit_atoms)).unwrap();
            let left = book.value(&held, Need::NewRisk).unwrap().im.0;
            prop_assert!(left >= i64::try_from(reserve * scale).unwrap());
            if valued.mtm.0 > 0 {
                prop_assert!(found.limit_atoms <= i64::try_from(settings.spend_max_atoms).unwrap());
                prop_assert!(i128::from(found.limit_atoms) * 10_000 <= i128::from(value.0) * 9_700);
                prop_assert!(risk::liquidation::price_ceil(value, elapsed).unwrap().0 <= found.limit_atoms);
            } else {
                prop_assert_eq!(found.fraction_e9, 1_000_000_000);
                prop_assert!(i128::from(found.limit_atoms) * 10_000 <= i128::from(valued.mtm.0) * 10_100 + 10_000);
            }
        }
    }
}
