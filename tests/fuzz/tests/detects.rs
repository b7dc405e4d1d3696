//! A fuzz that could not fail would show nothing: what it must notice, put there on purpose.

use abi::breaker::Custody;
use abi::margin::{MarginAccount, Market};
use fuzz::action::{Action, Slot, Token};
use fuzz::{Chain, Life, beginning, replay, shrink};
use testkit::USDC;

const SLOT: Slot = Slot { owner: 0, sub: 0 };

const fn deposit(atoms: u64) -> Action {
    Action::Deposit { from: 0, slot: SLOT, token: Token::Quote, atoms }
}

/// A life in which something changed that no action changed.
fn tampered(chain: &Chain, tamper: impl FnOnce(&mut Chain)) -> Life {
    let mut life = Life::new(chain.fork());
    tamper(&mut life.chain);
    life
}

#[test]
fn changes_behind_everybodys_back_are_found() {
    let chain = beginning();
    let (market, custody) = (chain.stage.protocol.market, chain.stage.protocol.custody);
    let account = chain.stage.account(SLOT);

    let life = tampered(&chain, |chain| {
        chain.world.edit::<MarginAccount>(&account, |held| held.quote_atoms = (held.quote_atoms.get() + 1).into());
    });
    assert!(life.whole().unwrap_err().contains("behind everybody's back"));

    // An atom from nowhere, and an atom too few: the next action shows it, whatever it is about.
    let mut life = tampered(&chain, |chain| {
        chain.world.edit::<Market>(&market, |market| market.fees_atoms = (market.fees_atoms.get() + 1).into());
        chain.refresh(&market).unwrap();
    });
    assert!(life.step(&deposit(7)).unwrap_err().contains("M-1: the quote vault holds"));
    let mut life = tampered(&chain, |chain| {
        chain.world.edit::<MarginAccount>(&account, |held| held.base_atoms = (held.base_atoms.get() - 1).into());
        chain.refresh(&account).unwrap();
    });
    assert!(life.step(&deposit(7)).unwrap_err().contains("M-1: base balances"));

    // Open interest that nobody holds, and a queue that owes to no ticket.
    let mut life = tampered(&chain, |chain| {
        chain.world.edit::<Market>(&market, |market| market.open_interest_lots = 1.into());
        chain.refresh(&market).unwrap();
    });
    assert!(life.step(&deposit(7)).unwrap_err().contains("M-2: open interest"));
    let mut life = tampered(&chain, |chain| {
        chain.world.edit::<Custody>(&custody, |custody| custody.vaults[1].queue.unpaid_atoms = 1.into());
        chain.refresh(&custody).unwrap();
    });
    assert!(life.step(&deposit(7)).unwrap_err().contains("M-1: the queue owes 1"));
}

#[test]
fn an_outcome_that_the_model_does_not_expect_is_found() {
    let chain = beginning();
    // The model reads what was taken in, the program what there is: a balance that only the model sees stands for a check gone wrong.
    let account = chain.stage.account(SLOT);
    let held = chain.account(SLOT).unwrap().quote_atoms.get().unsigned_abs();
    let all = Action::Withdraw { slot: SLOT, signer: 0, token: Token::Quote, atoms: held, ticket: 1 };
    let mut life = tampered(&chain, |chain| {
        chain.world.edit::<MarginAccount>(&account, |held| held.quote_atoms = USDC.cast_signed().into());
    });
    assert!(life.step(&all).unwrap_err().contains("refused for QuoteBalanceTooLow, expected []"));
    let mut life = Life::new(chain.fork());
    life.step(&all).unwrap();
}

#[test]
fn a_failing_list_comes_down_to_what_fails() {
    let chain = beginning();
    // No action can be at fault here, so the fault is put into the beginning: one account's books are wrong, and only a deposit that
    // lands shows it.
    let market = chain.stage.protocol.market;
    let mut wrong = chain.fork();
    wrong.world.edit::<Market>(&market, |market| market.insurance_atoms = (market.insurance_atoms.get() + 1).into());
    wrong.refresh(&market).unwrap();
    let mut actions = vec![Action::Wait { seconds: 1, slots: 1 }; 20];
    actions.insert(13, deposit(7));
    actions.insert(5, deposit(0));
    assert!(replay(&wrong, &actions).is_err());
    assert_eq!(shrink(&wrong, actions), [deposit(7)]);
}

/// What random lives found, told again from the shortest list that showed it. ADR 25.
#[test]
fn what_random_lives_found_stays_mended() {
    let writer = Slot { owner: 6, sub: 0 };
    let unwrap = || Action::Unwrap { slot: writer, signer: 6, series: 0, lots: 26 };
    // Tokens unwrapped into a short that had settled netted with it, and left lots that nobody could settle.
    let netted = [
        Action::List { days: 2 },
        Action::Surfaces { a_e9: 20_000_000 },
        Action::WrapOpen { expiry: 0, strike_e6: 115 * USDC, put: false },
        Action::WriteWrapped { writer: 6, series: 0, to: 6, lots: 296 },
        Action::Wait { seconds: 518_400, slots: 40 },
        Action::Settlement { expiry: 0, price_e6: 190 * USDC },
        Action::ExpirySettle { expiry: 0 },
        unwrap(),
        Action::AccountSettle { slot: writer, expiry: 0 },
        unwrap(),
        Action::AccountSettle { slot: writer, expiry: 0 },
    ];
    let seen = replay(&beginning(), &netted).unwrap().seen;
    let unwraps = &seen["margin::position_unwrap"];
    assert_eq!((unwraps.landed, unwraps.refused["SettleFirst"]), (1, 1));
    assert_eq!(seen["margin::account_settle"].landed, 2);
}
