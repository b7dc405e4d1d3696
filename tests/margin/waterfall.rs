//! A crash through every step of the waterfall, and what whoever arranges one gets out of it.
use crate::account_refresh::refresh;
use crate::fixture::*;
use crate::fund::Pool;
use crate::index_haircut::haircut;
use crate::insurance_draw::draw;
use crate::liquidation::Crash;
use abi::margin::Liquidation;
use client::{addresses, margin};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, RngSeed};
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

/// What anybody may do about an account whose short the price runs over, in any order.
#[derive(Clone, Copy, Debug)]
enum Step {
    Price(u64),
    Wait(i64),
    Start,
    Bid(u32),
    Draw,
    Cut,
    Refresh(usize),
    TopUp(u64),
    Finish,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (180u64..900).prop_map(|price| Step::Price(price * USDC)),
        3 => (600i64..3_000).prop_map(Step::Wait),
        3 => Just(Step::Start),
        1 => (1u32..1_000_000_001).prop_map(Step::Bid),
        3 => Just(Step::Draw),
        4 => Just(Step::Cut),
        2 => (0usize..3).prop_map(Step::Refresh),
        1 => (1u64..5_000_000_000).prop_map(Step::TopUp),
        1 => Just(Step::Finish),
    ]
}

/// Does one step, whether it lands or is refused. Returns whether it landed.
fn take(crash: &mut Crash, pool: &Pool, step: Step) -> bool {
    let (taker, bidder) = (crash.desk.taker.keypair.insecure_clone(), crash.bidder.keypair.insecure_clone());
    let maker = crash.desk.maker.keypair.insecure_clone();
    let (instruction, signers) = match step {
        Step::Price(price_e6) => {
            crash.price(price_e6);
            return true;
        }
        Step::Wait(seconds) => {
            crash.wait_s(seconds);
            return true;
        }
        Step::Start => (crash.start(), vec![&taker]),
        Step::Bid(fraction_e9) => (crash.bid(fraction_e9, i64::MAX), vec![&bidder]),
        Step::Draw => (draw(crash, pool), vec![&taker]),
        Step::Cut => (haircut(crash), vec![]),
        Step::Refresh(at) => (refresh(&crash.desk, crash.desk.accounts[at]), vec![]),
        Step::TopUp(atoms) => {
            (crash.desk.protocol.deposit(&crash.desk.maker, crash.desk.protocol.quote.mint, atoms), vec![&maker])
        }
        Step::Finish => (crash.finish(), vec![]),
    };
    crash.desk.world.send(&[instruction], &signers).is_ok()
}

/// What the opener of the liquidation has yet to receive.
fn held_back(crash: &mut Crash) -> i64 {
    let address = addresses::liquidation(&crash.desk.maker.account);
    let open = crash.desk.world.account(&address).is_some_and(|account| account.owner == margin::ID);
    let fee =
        |crash: &mut Crash| crash.desk.world.read::<Liquidation>(abi::ids::MARGIN, &address).opener_fee_atoms.get();
    if open { i64::try_from(fee(crash)).unwrap() } else { 0 }
}

/// How many of these steps have landed in all lives so far.
static CUTS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);

proptest! {
    #![proptest_config(Config { cases: 24, rng_algorithm: RngAlgorithm::ChaCha, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Config::default() })]

    /// INVARIANT(M-1) INVARIANT(M-8): in whatever order a crash is handled, the books balance at every step, insurance pays at most 5 % above
    /// what is missing, and what haircuts raise stands in clearing until it is collected, to the atom.
    fn crashes(steps in prop::collection::vec(step(), 30..60), settled in 100u64..900) {
        let mut crash = Crash::on(Desk::on(World::lite().unmeasured()));
        let pool = Pool::staked(&mut crash.desk, 10_000 * USDC);
        let mut price_e6 = SPOT;
        for step in steps {
            let (quote, lots) = crash.account();
            let missing = -(quote + lots * (i64::try_from(price_e6).unwrap() - i64::try_from(SPOT).unwrap()).max(0) / 10);
            let insurance = crash.desk.market().insurance_atoms.get();
            let landed = take(&mut crash, &pool, step);
            crash.desk.check_books();
            pool.check_books(&mut crash.desk);
            let market = crash.desk.market();
            let paid = i64::try_from(insurance.saturating_sub(market.insurance_atoms.get())).unwrap();
            prop_assert!(paid * 100 <= missing.max(0) * 105, "{step:?}: {paid} paid for {missing}");
            let due = i64::try_from(market.haircut_due_atoms.get()).unwrap();
            prop_assert_eq!(market.clearing_atoms.get() + due, held_back(&mut crash), "{:?}", step);
            match step {
                Step::Price(price) => price_e6 = price,
                Step::Cut if landed => {
                    CUTS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                }
                _ => {}
            }
        }
        let held_back = held_back(&mut crash);
        crash.desk.settled(settled * USDC);
        for account in crash.desk.accounts.clone() {
            let settle = crash.desk.account_settle(account);
            let refresh = refresh(&crash.desk, account);
            crash.desk.world.ok(&[settle, refresh], &[]);
            crash.desk.check_books();
        }
        let market = crash.desk.market();
        prop_assert_eq!((market.clearing_atoms.get(), market.haircut_due_atoms.get()), (held_back, 0));
    }
}

/// The lives above do reach the end of the waterfall.
#[test]
fn random_crashes_keep_the_books_and_reach_the_haircut() {
    crashes();
    assert!(CUTS.load(std::sync::atomic::Ordering::Relaxed) >= 4, "{CUTS:?} haircuts");
}
