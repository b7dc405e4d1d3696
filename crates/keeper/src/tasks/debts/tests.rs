use super::offer::{Declined, Offer, after, offer};
use super::{Debts, Settings};
use crate::book::Book;
use crate::tasks::Period;
use crate::tasks::fixture::{USDC, account, view};
use abi::margin::MarginAccount;
use invariants::value::{Need, scale};
use proptest::prelude::*;
use risk::debt::{interest_ceil, price_floor, sale};
use solana_pubkey::Pubkey;
use units::{BaseAtoms, PriceE6, QuoteAtoms};

const SOL: u64 = 1_000_000_000;
const NOW: i64 = 1_000_000;
const SPOT: PriceE6 = PriceE6(200_000_000);

fn settings() -> Settings {
    Settings {
        period_ms: Period::seconds(1),
        accounts: vec![Pubkey::new_from_array([7; 32]).to_string()],
        spend_max_atoms: 50_000 * USDC.unsigned_abs(),
        edge_bps: 100,
        reserve_atoms: 0,
    }
}

/// Somebody with base who has owed this for so long.
fn debtor(debt: i64, base_atoms: u64, since_s: i64) -> MarginAccount {
    let mut account = account(1, -debt * USDC, &[]);
    account.base_atoms = base_atoms.into();
    account.debt_unix_s = (NOW - since_s).into();
    account
}

fn offered(settings: &Settings, bidder: &MarginAccount, account: &MarginAccount) -> Result<Offer, Declined> {
    offer(settings, &Book::of(&view(), SPOT, None), bidder, account)
}

fn rich() -> MarginAccount {
    account(2, 1_000_000 * USDC, &[])
}

#[test]
fn offer_waits_until_base_is_cheap_enough() {
    // 5 % in half an hour: 1 % after six minutes.
    let at = |since_s: i64| offered(&settings(), &rich(), &debtor(1_000, 10 * SOL, since_s));
    assert_eq!(at(0), Err(Declined::TooDear));
    assert_eq!(at(359), Err(Declined::TooDear));
    assert_eq!(at(360), Ok(Offer { base: BaseAtoms(10 * SOL), limit: PriceE6(198_000_000) }));
}

#[test]
fn offer_is_for_debts_alone() {
    assert_eq!(offered(&settings(), &rich(), &debtor(0, SOL, 3_600)), Err(Declined::NoDebt));
    assert_eq!(offered(&settings(), &rich(), &debtor(1_000, 0, 3_600)), Err(Declined::NoDebt));
    let mut open = debtor(1_000, SOL, 3_600);
    open.in_liquidation = 1;
    assert_eq!(offered(&settings(), &rich(), &open), Err(Declined::NoDebt), "a slice carries its part of the debt");
}

#[test]
fn offer_costs_no_more_than_may_be_spent_and_is_had() {
    let poor = Settings { spend_max_atoms: 99 * USDC.unsigned_abs(), ..settings() };
    let found = offered(&poor, &rich(), &debtor(1_000, 10 * SOL, 1_800)).unwrap();
    assert_eq!(found.base, BaseAtoms(SOL / 2), "at 198");
    let has = account(2, 100 * USDC, &[]);
    let found = offered(&settings(), &has, &debtor(10_000, 100 * SOL, 1_800)).unwrap();
    assert!((SOL / 4..=SOL * 100 / 190).contains(&found.base.0), "{found:?}");
    assert_eq!(offered(&settings(), &account(2, 0, &[]), &debtor(10_000, 100 * SOL, 1_800)), Err(Declined::NoRoom));
}

#[test]
fn offer_leaves_a_debtor_its_cover() {
    // Ten calls short, covered by a unit of base and no more: whoever takes the base takes the cover.
    let mut covered = debtor(100, SOL, 1_800);
    covered.positions = account(1, 0, &[(150, -10)]).positions;
    assert_eq!(offered(&settings(), &rich(), &covered), Err(Declined::NoRoom));
}

#[test]
fn settings_out_of_range_are_refused() {
    assert!(Debts::new(settings()).is_ok());
    assert!(Debts::new(Settings { accounts: vec![], ..settings() }).is_err());
    assert!(Debts::new(Settings { edge_bps: 2_001, ..settings() }).is_err());
}

proptest! {
    /// Whatever is bought keeps to every limit, by the program's own sale of it.
    #[test]
    fn offer_keeps_to_its_limits(
        debt in 1i64..50_000,
        base in 1u64..1_000_000_000_000,
        since in 0i64..40_000,
        spend in 1u64..20_000,
        reserve in 0u64..20_000,
        capital in 0i64..60_000,
        edge_bps in 0u16..2_000,
    ) {
        let scaled = |amount: u64| amount * USDC.unsigned_abs();
        let settings = Settings { spend_max_atoms: scaled(spend), reserve_atoms: scaled(reserve), edge_bps, ..settings() };
        let (bidder, mut owes, view) = (account(2, capital * USDC, &[]), debtor(debt, base, since), view());
        owes.interest_unix_s = owes.debt_unix_s;
        let book = Book::of(&view, SPOT, None);
        if let Ok(found) = offer(&settings, &book, &bidder, &owes) {
            let passed = since.unsigned_abs();
            let price = price_floor(SPOT, passed).unwrap();
            prop_assert!(price <= found.limit && found.limit.0 * 10_000 <= SPOT.0 * u64::from(10_000 - edge_bps));
            let due = QuoteAtoms(debt * USDC);
            let due = due.checked_add(interest_ceil(due, passed).unwrap()).unwrap();
            let sold = sale(due, BaseAtoms(base), found.base, price, scale(&view.market).base_unit_atoms).unwrap();
            prop_assert!(sold.paid.0.unsigned_abs() <= settings.spend_max_atoms);
            let (buyer, seller) = after(&bidder, (&owes, due), &sold).unwrap();
            prop_assert!(buyer.quote_atoms.get() >= 0);
            let left = book.value(&buyer, Need::NewRisk).unwrap().im.0;
            prop_assert!(left >= i64::try_from(settings.reserve_atoms).unwrap());
            prop_assert_eq!(buyer.base_atoms.get() + seller.base_atoms.get(), base);
        }
    }
}
