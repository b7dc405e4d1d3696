//! The end of the waterfall: what insurance cannot pay, the market's positive balances bear, each in the same proportion.
use crate::account_refresh::refresh;
use crate::fixture::*;
use crate::fund::Pool;
use crate::insurance_draw::draw;
use crate::liquidation::Crash;
use client::{WithRemaining, addresses, margin};
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use testkit::{Substitutions, USDC};

const ONE_E18: u64 = 1_000_000_000_000_000_000;

/// An account 1,000 short, whose taker would be paid 1,050, in a market with hardly any insurance.
fn insolvent() -> Crash {
    let mut crash = Crash::new();
    crash.price(320 * USDC);
    crash.started();
    crash
}

pub fn haircut(crash: &mut Crash) -> Instruction {
    let account = crash.desk.maker.account;
    let accounts = margin::IndexHaircut {
        market: crash.desk.protocol.market,
        account,
        liquidation: addresses::liquidation(&account),
        fund: addresses::fund(&crash.desk.protocol.quote.mint),
        feed: crash.desk.protocol.feed,
    };
    let reads = crash.desk.reads();
    accounts.instruction().with_remaining(reads)
}

/// INVARIANT(M-8): the market bears exactly what insurance cannot, in proportion, and the books balance at every step.
#[test]
fn index_haircut_raises_what_insurance_lacks_and_every_balance_bears_its_part() {
    let mut crash = insolvent();
    crash.wait_s(1_800);
    let insurance = crash.desk.market().insurance_atoms.get();
    let cut = haircut(&mut crash);
    let before = [crash.desk.taker_state(), crash.desk.account(crash.bidder.account), crash.desk.maker_state()];
    crash.desk.world.ok(std::slice::from_ref(&cut), &[]);
    crash.desk.check_books();
    let (market, raised) = (crash.desk.market(), 1_050 * USDC - insurance);
    assert_eq!((market.insurance_atoms.get(), market.haircut_due_atoms.get()), (1_050 * USDC, raised));
    assert_eq!(market.clearing_atoms.get(), -i64::try_from(raised).unwrap());
    // Nothing more is needed now.
    crash.desk.world.fail(&[cut], &[], error("HaircutNotNeeded"));

    // The insolvent account bears nothing: what it lost would be missing once more.
    let own = refresh(&crash.desk, crash.desk.maker.account);
    crash.desk.world.ok(&[own], &[]);
    assert_eq!(crash.desk.maker_state().quote_atoms, before[2].quote_atoms);
    let positive: i64 = before[..2].iter().map(|account| account.quote_atoms.get()).sum();
    for (at, account) in [crash.desk.taker.account, crash.bidder.account].into_iter().enumerate() {
        let refresh = refresh(&crash.desk, account);
        crash.desk.world.ok(&[refresh], &[]);
        crash.desk.check_books();
        let lost = before[at].quote_atoms.get() - crash.desk.account(account).quote_atoms.get();
        let share = i128::from(before[at].quote_atoms.get()) * i128::from(raised) / i128::from(positive);
        assert!((i128::from(lost) - share).abs() <= 2, "{lost} {share}");
    }
    // Everything that was raised has been collected, and an atom or so more, which insurance keeps.
    let after = crash.desk.market();
    assert_eq!((after.haircut_due_atoms.get(), after.clearing_atoms.get()), (0, 0));
    assert!(after.insurance_atoms.get() - 1_050 * USDC <= 4);
}

/// A margin check counts the cut at once, a withdrawal books it, and who deposits afterwards loses nothing.
#[test]
fn index_haircut_reaches_balances_that_nobody_touches() {
    let mut crash = insolvent();
    crash.wait_s(1_800);
    let cut = haircut(&mut crash);
    crash.desk.world.ok(&[cut], &[]);
    let state = crash.desk.taker_state();
    let all = state.quote_atoms.get().unsigned_abs();
    let lost = crash.desk.market().index_lost_e18.get();
    let kept = u64::try_from(u128::from(all) * u128::from(ONE_E18 - lost) / u128::from(ONE_E18)).unwrap();
    let newcomer = crash.desk.protocol.actor(&mut crash.desk.world, "newcomer", 0, 1_000 * USDC);
    crash.desk.accounts.push(newcomer.account);
    crash.desk.check_books();
    let withdraw = crash.desk.protocol.withdraw(&newcomer, crash.desk.protocol.quote.mint, 1_000 * USDC);
    crash.desk.world.ok(&[withdraw], &[&newcomer.keypair]);
    let more = crash.desk.protocol.withdraw(&crash.desk.taker, crash.desk.protocol.quote.mint, kept + 1);
    crash.desk.world.fail(&[more], &[&crash.desk.taker.keypair], error("QuoteBalanceTooLow"));
    let withdraw = crash.desk.protocol.withdraw(&crash.desk.taker, crash.desk.protocol.quote.mint, kept);
    crash.desk.world.ok(&[withdraw], &[&crash.desk.taker.keypair]);
    assert_eq!(crash.desk.taker_state().quote_atoms.get(), 0);
    crash.desk.check_books();
}

/// INVARIANT(V-3): a vault's escrow is no part of what is cut, neither at once nor later, and others bear what it would have borne.
#[test]
fn index_haircut_passes_a_vaults_escrow_by() {
    let mut crash = insolvent();
    let escrow = crash.desk.protocol.actor(&mut crash.desk.world, "escrow", 0, 5_000 * USDC);
    crash.desk.accounts.push(escrow.account);
    crash.desk.segregate(escrow.account);
    crash.desk.check_books();
    crash.wait_s(1_800);
    let (insurance, cut) = (crash.desk.market().insurance_atoms.get(), haircut(&mut crash));
    crash.desk.world.ok(&[cut], &[]);
    let accounts = [escrow.account, crash.desk.taker.account, crash.bidder.account];
    for account in accounts {
        let refresh = refresh(&crash.desk, account);
        crash.desk.world.ok(&[refresh], &[]);
        crash.desk.check_books();
    }
    assert_eq!(crash.desk.account(escrow.account).quote_atoms.get().unsigned_abs(), 5_000 * USDC);
    let market = crash.desk.market();
    assert_eq!(market.haircut_due_atoms.get(), 0, "collected from the others alone");
    assert!(market.insurance_atoms.get() - 1_050 * USDC <= 4 && insurance < 1_050 * USDC);
    // All of it leaves at any index.
    let withdraw = crash.desk.protocol.withdraw(&escrow, crash.desk.protocol.quote.mint, 5_000 * USDC);
    crash.desk.world.ok(&[withdraw], &[&escrow.keypair]);
    crash.desk.check_books();
}

#[test]
fn index_haircut_waits_for_the_whole_auction_of_an_insolvent_account() {
    let mut crash = Crash::new();
    crash.price(220 * USDC);
    crash.started();
    crash.wait_s(7_200);
    let cut = haircut(&mut crash);
    // Solvent, however long.
    crash.desk.world.fail(std::slice::from_ref(&cut), &[], error("InsolvencyAuctionRunning"));
    crash.price(320 * USDC);
    crash.started();
    crash.wait_s(1_799);
    crash.desk.world.fail(std::slice::from_ref(&cut), &[], error("InsolvencyAuctionRunning"));
    crash.wait_s(1);
    crash.desk.level(4);
    crash.desk.world.fail(std::slice::from_ref(&cut), &[], error("LevelForbids"));
    crash.desk.level(0);
    crash.desk.world.ok(&[cut], &[]);
}

/// INVARIANT(M-8): strict order.
#[test]
fn index_haircut_while_the_fund_can_pay_fails_fund_not_exhausted() {
    let mut crash = insolvent();
    let pool = Pool::staked(&mut crash.desk, 1_000 * USDC);
    crash.wait_s(1_800);
    let cut = haircut(&mut crash);
    crash.desk.world.fail(std::slice::from_ref(&cut), &[], error("FundNotExhausted"));
    let draw = draw(&mut crash, &pool);
    crash.desk.world.ok(&[draw], &[&crash.desk.taker.keypair]);
    crash.desk.world.ok(&[cut], &[]);
    crash.desk.check_books();
    assert_eq!(crash.desk.market().insurance_atoms.get(), 1_050 * USDC);
}

#[test]
fn index_haircut_where_insurance_pays_or_nothing_is_left_fails_by_name() {
    let mut crash = insolvent();
    crash.insure(2_000 * USDC);
    crash.wait_s(1_800);
    let cut = haircut(&mut crash);
    crash.desk.world.fail(std::slice::from_ref(&cut), &[], error("HaircutNotNeeded"));
    let market = crash.desk.protocol.market;
    crash.desk.world.edit::<abi::margin::Market>(&market, |market| {
        // Of positive balances only the insolvent account's own is left.
        (market.insurance_atoms, market.positive_balances_atoms) = (0.into(), (16_000 * USDC).into());
    });
    crash.desk.world.fail(std::slice::from_ref(&cut), &[], error("IndexExhausted"));
    crash.desk.world.advance_s(61);
    crash.desk.world.fail(&[cut], &[], error("FeedStale"));
}

#[test]
fn index_haircut_with_wrong_accounts_fails() {
    let mut crash = insolvent();
    let elsewhere = Elsewhere::new(&mut crash.desk);
    crash.wait_s(1_800);
    let mut cut = haircut(&mut crash);
    let (bidder, reads) = (crash.bidder.account, cut.accounts.split_off(margin::IndexHaircut::ACCOUNTS.len()));
    let cut = cut.with_remaining(reads);
    Substitutions::of(cut, margin::IndexHaircut::ACCOUNTS, &[])
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", elsewhere.protocol.market, error("AccountOfAnotherMarket"))
        .stranger("account", InstructionError::AccountDataTooSmall)
        .wrong("account", bidder, error("LiquidationOfAnother"))
        .wrong("account", elsewhere.actor.account, error("AccountOfAnotherMarket"))
        .stranger("liquidation", InstructionError::AccountDataTooSmall)
        .wrong("liquidation", bidder, InstructionError::InvalidAccountData)
        .stranger("fund", InstructionError::InvalidSeeds)
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("feed", error("FeedOfAnotherMarket"))
        .wrong("feed", elsewhere.protocol.feed, error("FeedOfAnotherMarket"))
        .run(&mut crash.desk.world);
}
