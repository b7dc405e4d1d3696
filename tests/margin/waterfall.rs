//! A crash through every step of the waterfall, and what whoever arranges one gets out of it.
use crate::account_refresh::refresh;
use crate::fixture::*;
use crate::fund::Pool;
use crate::index_haircut::haircut;
use crate::insurance_draw::draw;
use crate::liquidation::Crash;
use testkit::{USDC, World};

/// Slices while the account is worth something; then a gap, insurance, the fund within its cap, a haircut of everybody; and at the end every
/// position settles and every book is closed.
#[test]
fn a_crash_runs_through_slices_insurance_fund_and_haircut() {
    let mut crash = Crash::on(Desk::on(World::lite().unmeasured()));
    let pool = Pool::staked(&mut crash.desk, 10_000 * USDC);
    crash.price(220 * USDC);
    crash.started();
    crash.bidden(1_000_000_000);
    assert_eq!(crash.account().1, -382);

    // 11,511 is left of the collateral, and the price leaves it behind: some 5,700 are missing.
    crash.price(600 * USDC);
    crash.started();
    let (quote, lots) = crash.account();
    let shortfall = u64::try_from(-(quote + lots * 45_000_000)).unwrap();
    let payment = shortfall * 105 / 100;
    assert!((5_600 * USDC..5_800 * USDC).contains(&shortfall), "{shortfall}");
    crash.wait_s(1_800);
    let insurance = crash.desk.market().insurance_atoms.get();
    // Each step is refused until the one before it has given all it can.
    let cut = haircut(&mut crash);
    crash.desk.world.fail(std::slice::from_ref(&cut), &[], error("FundNotExhausted"));
    let draw = draw(&mut crash, &pool);
    crash.desk.world.ok(std::slice::from_ref(&draw), &[&crash.desk.taker.keypair]);
    crash.desk.world.fail(&[draw], &[&crash.desk.taker.keypair], error("FundExhausted"));
    assert_eq!(crash.desk.market().insurance_atoms.get(), insurance + 1_000 * USDC);
    crash.desk.world.ok(&[cut], &[]);
    crash.desk.check_books();
    pool.check_books(&mut crash.desk);
    let market = crash.desk.market();
    assert_eq!(market.insurance_atoms.get(), payment);
    assert_eq!(market.haircut_due_atoms.get(), payment - insurance - 1_000 * USDC);

    let limit = -i64::try_from(payment).unwrap();
    let bid = crash.bid(1_000_000_000, limit);
    crash.desk.world.ok(&[bid], &[&crash.bidder.keypair]);
    crash.desk.check_books();
    assert_eq!(crash.account(), (0, 0));
    let finish = crash.finish();
    crash.desk.world.ok(&[finish], &[]);

    crash.desk.settled(600 * USDC);
    for account in crash.desk.accounts.clone() {
        let settle = crash.desk.account_settle(account);
        let refresh = refresh(&crash.desk, account);
        crash.desk.world.ok(&[settle, refresh], &[]);
        crash.desk.check_books();
    }
    let market = crash.desk.market();
    assert_eq!(
        (market.clearing_atoms.get(), market.haircut_due_atoms.get(), market.open_interest_lots.get()),
        (0, 0, 0)
    );
}

/// INVARIANT(M-8): the owner of the account and whoever takes it over are one person, who waits for as long as pays best.
#[test]
fn two_colluding_accounts_gain_at_most_a_twentieth_of_the_deficit() {
    for wait_s in [1_800, 100_000] {
        let mut crash = Crash::on(Desk::on(World::lite().unmeasured()));
        crash.insure(50_000 * USDC);
        crash.price(320 * USDC);
        let worth = |crash: &mut Crash| {
            let value = |quote: i64, lots: i64| quote + lots * 17_000_000;
            let bidder = crash.desk.account(crash.bidder.account);
            let (quote, lots) = crash.account();
            // An account that is worth less than nothing is walked away from.
            value(quote, lots).max(0) + value(bidder.quote_atoms.get(), bidder.positions[0].lots.get())
        };
        let before = worth(&mut crash);
        crash.started();
        crash.wait_s(wait_s);
        crash.bidden(1_000_000_000);
        // The deficit of 1,000 is paid, and the deficit is gone with the account: what is left is the premium.
        assert_eq!(worth(&mut crash) - before, 50 * i64::try_from(USDC).unwrap());
    }
}
