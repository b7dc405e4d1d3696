use super::plan::{Loss, Step, step};
use crate::tasks::fixture::{USDC, account, view};
use abi::margin::{Fund, Liquidation, MarginAccount, Market};
use bytemuck::Zeroable;
use proptest::prelude::*;
use risk::liquidation::INSOLVENT_S;
use units::QuoteAtoms;

const NOW: i64 = 1_000_000;

struct Scene {
    market: Market,
    account: MarginAccount,
    liquidation: Liquidation,
    fund: Option<Fund>,
}

impl Scene {
    /// An account that is short of 1,000 once half an hour has passed, so that 1,050 are to be paid.
    fn new(insurance: i64, fund: Option<i64>, balances: i64) -> Self {
        let mut market = view().market;
        market.insurance_atoms = (insurance * USDC).unsigned_abs().into();
        market.positive_balances_atoms = (balances * USDC).unsigned_abs().into();
        market.accounts_opened = 3.into();
        let mut liquidation = Liquidation::zeroed();
        liquidation.phase = 1;
        liquidation.running = 1;
        liquidation.since_unix_s = (NOW - INSOLVENT_S.cast_signed()).into();
        let fund = fund.map(|balance| {
            let mut fund = Fund::zeroed();
            fund.balance_atoms = (balance * USDC).unsigned_abs().into();
            fund
        });
        Self { market, account: account(1, -1_000 * USDC, &[]), liquidation, fund }
    }

    fn step(&self) -> Step {
        self.step_worth(-1_000 * USDC)
    }

    fn step_worth(&self, mtm: i64) -> Step {
        let Self { market, account, liquidation, fund } = self;
        step(&Loss { market, account, liquidation, fund: fund.as_ref(), mtm: QuoteAtoms(mtm), now_unix_s: NOW })
    }
}

#[test]
fn step_of_a_loss_that_insurance_pays_is_to_wait() {
    assert_eq!(Scene::new(1_050, Some(100_000), 100_000).step(), Step::Wait);
    assert_eq!(Scene::new(1_049, Some(100_000), 100_000).step(), Step::Draw);
}

#[test]
fn step_of_a_loss_beyond_insurance_is_the_fund_within_its_caps_then_the_balances() {
    assert_eq!(Scene::new(0, Some(10), 100_000).step(), Step::Draw, "a tenth of little is something");
    assert_eq!(Scene::new(0, Some(0), 100_000).step(), Step::Cut);
    assert_eq!(Scene::new(0, None, 100_000).step(), Step::Cut);
    assert_eq!(Scene::new(0, None, 0).step(), Step::Wait, "there is nothing to cut");
    let mut taken = Scene::new(0, Some(1_000), 100_000);
    taken.liquidation.fund_paid_atoms = (100 * USDC).unsigned_abs().into();
    assert_eq!(taken.step(), Step::Cut, "one event takes a tenth of the fund");
}

#[test]
fn step_waits_for_the_whole_auction_of_an_account_that_is_insolvent() {
    let mut scene = Scene::new(0, None, 100_000);
    scene.liquidation.since_unix_s = (NOW - INSOLVENT_S.cast_signed() + 1).into();
    assert_eq!(scene.step(), Step::Wait, "a second is left");
    scene.market.time_divisor = 60.into();
    scene.liquidation.since_unix_s = (NOW - 30).into();
    assert_eq!(scene.step(), Step::Cut, "half a minute where time is scaled");
    scene.liquidation.running = 0;
    assert_eq!(scene.step(), Step::Wait, "its clock stands");
    let mut auction = Scene::new(0, None, 100_000);
    auction.liquidation.phase = 0;
    assert_eq!(auction.step(), Step::Wait, "its clock is that of the auction");
    assert_eq!(Scene::new(0, None, 100_000).step_worth(0), Step::Wait);
    assert_eq!(Scene::new(0, None, 100_000).step_worth(1), Step::Wait);
}

proptest! {
    /// The waterfall's order, whatever there is: nobody bears what somebody before him can.
    #[test]
    fn step_keeps_the_waterfalls_order(
        insurance in 0i64..2_000,
        fund in prop::option::of(0i64..20_000),
        balances in 0i64..20_000,
        elapsed in 0i64..4_000,
        mtm in -3_000i64..100,
    ) {
        let mut scene = Scene::new(insurance, fund, balances);
        scene.liquidation.since_unix_s = (NOW - elapsed).into();
        let owed = i128::from(-mtm) * 105;
        let is_due = mtm < 0 && elapsed >= INSOLVENT_S.cast_signed() && i128::from(insurance) * 100 < owed;
        let funded = fund.is_some_and(|balance| balance > 0);
        match scene.step_worth(mtm * USDC) {
            Step::Wait => prop_assert!(!is_due || (!funded && balances == 0)),
            Step::Draw => prop_assert!(is_due && funded),
            Step::Cut => prop_assert!(is_due && !funded && balances > 0),
        }
    }
}
