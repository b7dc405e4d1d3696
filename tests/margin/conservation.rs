//! Random lives of two traders: whatever lands or is refused, the books balance to the atom and the lot, and nobody is richer for it.
use crate::fixture::*;
use abi::margin::{KIND_CALL, KIND_PUT};
use abi::quote::{SIDE_BUY, SIDE_SELL};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, RngSeed};
use testkit::{Actor, LOTS_PER_UNIT, Offer, Quote, Token, USDC, World};

/// One thing that a trader, or the market, does.
#[derive(Clone, Copy, Debug)]
enum Step {
    Deposit { maker: bool, base: bool, atoms: u64 },
    Withdraw { maker: bool, base: bool, atoms: u64 },
    Fill { maker_takes: bool, strike: u64, put: bool, buy: bool, price_e6: u64, lots: u64 },
    Price { price_e6: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    let strike = (0u64..32).prop_map(|at| 75 * USDC + at * 5 * USDC);
    // Odd prices and lots, so that every amount leaves a remainder.
    let fill = (any::<bool>(), strike, any::<bool>(), any::<bool>(), 100u64..40_000_000, 1u64..4_000);
    let moved = || (any::<bool>(), any::<bool>(), 1u64..2_000_000_000_000);
    prop_oneof![
        1 => moved().prop_map(|(maker, base, atoms)| Step::Deposit { maker, base, atoms }),
        1 => moved().prop_map(|(maker, base, atoms)| Step::Withdraw { maker, base, atoms }),
        6 => fill.prop_map(|(maker_takes, strike, put, buy, price_e6, lots)| {
            Step::Fill { maker_takes, strike, put, buy, price_e6, lots }
        }),
        2 => (100u64 * USDC..220 * USDC).prop_map(|price_e6| Step::Price { price_e6 }),
    ]
}

fn actor(desk: &Desk, maker: bool) -> &Actor {
    if maker { &desk.maker } else { &desk.taker }
}

/// Does one step. Returns whether it landed.
fn take(desk: &mut Desk, step: Step, nonce: u64) -> bool {
    let mint = |base: bool| if base { desk.protocol.base.mint } else { desk.protocol.quote.mint };
    let (maker, instructions) = match step {
        Step::Deposit { maker, base, atoms } => {
            (maker, vec![desk.protocol.deposit(actor(desk, maker), mint(base), atoms)])
        }
        Step::Withdraw { maker, base, atoms } => {
            (maker, vec![desk.protocol.withdraw(actor(desk, maker), mint(base), atoms)])
        }
        Step::Fill { maker_takes, strike, put, buy, price_e6, lots } => {
            let offer = Offer {
                expiry_unix_s: desk.expiry_unix_s,
                strike_e6: strike,
                kind: if put { KIND_PUT } else { KIND_CALL },
                side: if buy { SIDE_BUY } else { SIDE_SELL },
                price_e6,
                max_lots: lots,
                nonce,
            };
            let (quoter, taker) = (&desk.maker, &desk.taker);
            let (quoter, taker) = if maker_takes { (taker, quoter) } else { (quoter, taker) };
            let quote = Quote::new(&mut desk.world, &desk.protocol, quoter, offer);
            (maker_takes, quote.fill(&desk.protocol, taker, quoter, lots).to_vec())
        }
        Step::Price { price_e6 } => {
            desk.world.advance_s(1);
            desk.protocol.price(&mut desk.world, price_e6);
            return true;
        }
    };
    let signer = if maker { &desk.maker.keypair } else { &desk.taker.keypair };
    desk.world.send(&instructions, &[signer]).is_ok()
}

/// Quote atoms in the traders' wallets and balances, and the protocol's own.
fn quote_everywhere(desk: &mut Desk) -> i64 {
    let wallets: u64 = [desk.taker.quote_tokens, desk.maker.quote_tokens]
        .map(|wallet| Token::balance(&mut desk.world, &wallet))
        .iter()
        .sum();
    let market = desk.market();
    let own = market.insurance_atoms.get() + market.fees_atoms.get() + wallets;
    i64::try_from(own).unwrap() + market.quote_balances_atoms.get() + market.clearing_atoms.get()
}

proptest! {
    #![proptest_config(Config { cases: 24, rng_algorithm: RngAlgorithm::ChaCha, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Config::default() })]

    /// INVARIANT(M-1), INVARIANT(M-2), INVARIANT(M-3), INVARIANT(M-4)
    #[test]
    fn random_lives_keep_the_books(steps in prop::collection::vec(step(), 30..60), settled in 50u64 * USDC..300 * USDC, maker_first in any::<bool>()) {
        let mut desk = Desk::on(World::lite().unmeasured());
        let total = quote_everywhere(&mut desk);
        let mut fills = 0;
        for (nonce, step) in (10..).zip(steps) {
            let before = quote_everywhere(&mut desk);
            let landed = take(&mut desk, step, nonce);
            fills += u32::from(landed && matches!(step, Step::Fill { .. }));
            desk.check_books();
            prop_assert_eq!(before, quote_everywhere(&mut desk), "{:?}", step);
        }
        prop_assert!(fills > 0, "a life without a trade tests little");
        desk.settled(settled + u64::from(LOTS_PER_UNIT) - 1);
        let mut order = [desk.taker.account, desk.maker.account];
        if maker_first {
            order.reverse();
        }
        for account in order {
            let settle = desk.account_settle(account);
            desk.world.ok(&[settle], &[]);
            desk.check_books();
        }
        let market = desk.market();
        prop_assert_eq!((market.clearing_atoms.get(), market.open_interest_lots.get()), (0, 0));
        prop_assert_eq!(total, quote_everywhere(&mut desk));
    }
}
