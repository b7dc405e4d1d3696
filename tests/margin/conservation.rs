//! Random lives of two traders: whatever lands or is refused, the books balance to the atom and the lot, and nobody is richer for it.
use crate::fixture::*;
use abi::margin::{KIND_CALL, KIND_PUT, Liquidation};
use abi::oracle::Feed;
use abi::quote::{SIDE_BUY, SIDE_SELL};
use client::{WithRemaining, addresses, margin};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, RngSeed};
use solana_instruction::{AccountMeta, Instruction};
use testkit::{Actor, LOTS_PER_UNIT, Offer, Quote, Token, USDC, World};

/// One thing that a trader, or the market, does.
#[derive(Clone, Copy, Debug)]
enum Step {
    Deposit {
        maker: bool,
        base: bool,
        atoms: u64,
    },
    Withdraw {
        maker: bool,
        base: bool,
        atoms: u64,
    },
    Fill {
        maker_takes: bool,
        strike: u64,
        put: bool,
        buy: bool,
        price_e6: u64,
        lots: u64,
    },
    /// Two legs of one package, signed or posted.
    Package {
        maker_takes: bool,
        strike: u64,
        buy: bool,
        price_e6: u64,
        packages: u64,
        posted: bool,
    },
    Mode {
        maker: bool,
        mode: u8,
    },
    /// The other trader opens a liquidation, waits, has balances cut if insurance is short, bids, and ends it.
    Liquidate {
        maker: bool,
        fraction_e9: u32,
        wait_s: i64,
    },
    Price {
        price_e6: u64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let strike = (0u64..32).prop_map(|at| 75 * USDC + at * 5 * USDC);
    // Odd prices and lots, so that every amount leaves a remainder.
    let fill = (any::<bool>(), strike, any::<bool>(), any::<bool>(), 100u64..40_000_000, 1u64..4_000);
    let strike = (0u64..31).prop_map(|at| 75 * USDC + at * 5 * USDC);
    let package = (any::<bool>(), strike, any::<bool>(), 100u64..40_000_000, 1u64..2_000, any::<bool>()).prop_map(
        |(maker_takes, strike, buy, price_e6, packages, posted)| Step::Package {
            maker_takes,
            strike,
            buy,
            price_e6,
            packages,
            posted,
        },
    );
    let moved = || (any::<bool>(), any::<bool>(), 1u64..2_000_000_000_000);
    prop_oneof![
        1 => moved().prop_map(|(maker, base, atoms)| Step::Deposit { maker, base, atoms }),
        1 => moved().prop_map(|(maker, base, atoms)| Step::Withdraw { maker, base, atoms }),
        6 => fill.prop_map(|(maker_takes, strike, put, buy, price_e6, lots)| {
            Step::Fill { maker_takes, strike, put, buy, price_e6, lots }
        }),
        3 => package,
        1 => (any::<bool>(), 0u8..2).prop_map(|(maker, mode)| Step::Mode { maker, mode }),
        3 => (any::<bool>(), 1u32..1_000_000_001, 0i64..4_000).prop_map(|(maker, fraction_e9, wait_s)| {
            Step::Liquidate { maker, fraction_e9, wait_s }
        }),
        2 => (100u64 * USDC..220 * USDC).prop_map(|price_e6| Step::Price { price_e6 }),
    ]
}

fn actor(desk: &Desk, maker: bool) -> &Actor {
    if maker { &desk.maker } else { &desk.taker }
}

/// Does one step. Returns whether it landed.
fn take(desk: &mut Desk, step: Step, nonce: u64) -> bool {
    let reads = desk.reads();
    let mint = |base: bool| if base { desk.protocol.base.mint } else { desk.protocol.quote.mint };
    let (maker, instructions) = match step {
        Step::Deposit { maker, base, atoms } => {
            (maker, vec![desk.protocol.deposit(actor(desk, maker), mint(base), atoms)])
        }
        Step::Withdraw { maker, base, atoms } => {
            (maker, vec![desk.protocol.withdraw(actor(desk, maker), mint(base), atoms).with_remaining(reads)])
        }
        Step::Package { maker_takes, strike, buy, price_e6, packages, posted } => {
            let leg = Offer {
                expiry_unix_s: desk.expiry_unix_s,
                strike_e6: strike,
                kind: KIND_CALL,
                side: if buy { SIDE_BUY } else { SIDE_SELL },
                price_e6,
                max_lots: packages,
                nonce,
            };
            let other = Offer { strike_e6: strike + 5 * USDC, side: if buy { SIDE_SELL } else { SIDE_BUY }, ..leg };
            let (quoter, taker) = (&desk.maker, &desk.taker);
            let (quoter, taker) = if maker_takes { (taker, quoter) } else { (quoter, taker) };
            let quote = Quote::package(&mut desk.world, &desk.protocol, quoter, leg, &[(leg, 1), (other, 2)]);
            let fill = if posted {
                let post = quote.post(&desk.protocol, quoter);
                desk.world.ok(&[post], &[&quoter.keypair]);
                vec![with_surface(quote.fill_posted(&desk.protocol, taker, quoter, packages), &reads)]
            } else {
                let [signature, fill] = quote.fill(&desk.protocol, taker, quoter, packages);
                vec![signature, with_surface(fill, &reads)]
            };
            (maker_takes, fill)
        }
        Step::Mode { maker, mode } => {
            let accounts = margin::ModeSet {
                owner: actor(desk, maker).key(),
                market: desk.protocol.market,
                account: actor(desk, maker).account,
                custody: desk.protocol.custody,
                feed: desk.protocol.feed,
            };
            (maker, vec![accounts.instruction(margin::ModeSetArgs { mode }).with_remaining(reads)])
        }
        Step::Liquidate { maker, fraction_e9, wait_s } => return liquidate(desk, maker, fraction_e9, wait_s),
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
            let [signature, fill] = quote.fill(&desk.protocol, taker, quoter, lots);
            (maker_takes, vec![signature, with_surface(fill, &reads)])
        }
        Step::Price { price_e6 } => {
            desk.world.advance_s(1);
            desk.price_set(price_e6);
            return true;
        }
    };
    let signer = if maker { &desk.maker.keypair } else { &desk.taker.keypair };
    desk.world.send(&instructions, &[signer]).is_ok()
}

/// The fill with the surface beside its expiry.
fn with_surface(fill: Instruction, reads: &[AccountMeta]) -> Instruction {
    fill.with_remaining(reads.iter().filter(|meta| !meta.is_writable).cloned())
}

/// Opens a liquidation, bids for a slice of it and tries to end it, with what insurance lacks cut from balances. Returns whether a slice was
/// sold.
fn liquidate(desk: &mut Desk, maker: bool, fraction_e9: u32, wait_s: i64) -> bool {
    let (market, feed, reads) = (desk.protocol.market, desk.protocol.feed, desk.reads());
    let (account, taker) = (actor(desk, maker).account, actor(desk, !maker));
    let (key, other) = (taker.key(), taker.account);
    let liquidation = addresses::liquidation(&account);
    let start = margin::LiquidationStart { payer: key, market, account, opener: other, liquidation, feed };
    let bid = margin::LiquidationBid { bidder_authority: key, market, account, bidder: other, liquidation, feed };
    let finish = margin::LiquidationFinish { market, account, opener: other, payer: key, liquidation, feed };
    let bid = bid.instruction(margin::LiquidationBidArgs { fraction_e9, limit_atoms: i64::MAX });
    let signer = if maker { desk.taker.keypair.insecure_clone() } else { desk.maker.keypair.insecure_clone() };
    let _ = desk.world.send(&[start.instruction().with_remaining(reads.clone())], &[&signer]);
    let feed_state: Feed = desk.world.read(abi::ids::ORACLE, &feed);
    desk.world.advance_s(wait_s);
    desk.price_set(feed_state.price_e6.get());
    desk.surfaces_put();
    let fund = addresses::fund(&desk.protocol.quote.mint);
    let haircut = margin::IndexHaircut { market, account, liquidation, fund, feed }.instruction();
    let _ = desk.world.send(&[haircut.with_remaining(reads.clone())], &[]);
    let sold = desk.world.send(&[bid.with_remaining(reads.clone())], &[&signer]).is_ok();
    let _ = desk.world.send(&[finish.instruction().with_remaining(reads)], &[]);
    sold
}

/// Sells base against the debt of one trader to the other, and books what is due on both balances.
fn cure(desk: &mut Desk, maker: bool) {
    let (market, feed) = (desk.protocol.market, desk.protocol.feed);
    let (account, bidder) = (actor(desk, maker).account, actor(desk, !maker));
    let accounts =
        margin::BaseAuctionBid { bidder_authority: bidder.key(), market, account, bidder: bidder.account, feed };
    let bid = accounts.instruction(margin::BaseAuctionBidArgs { base_atoms: u64::MAX, limit_e6: u64::MAX });
    let signer = if maker { &desk.taker.keypair } else { &desk.maker.keypair };
    let _ = desk.world.send(&[bid], &[signer]);
    desk.world.ok(&[margin::AccountRefresh { market, account }.instruction()], &[]);
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

/// What openers of liquidations that are open have yet to receive.
fn fees_held_back(desk: &mut Desk) -> i64 {
    let of = |account| {
        let address = addresses::liquidation(&account);
        let found = desk.world.account(&address).filter(|account| account.owner == margin::ID);
        found.map_or(0, |_| desk.world.read::<Liquidation>(abi::ids::MARGIN, &address).opener_fee_atoms.get())
    };
    i64::try_from([desk.taker.account, desk.maker.account].map(of).iter().sum::<u64>()).unwrap()
}

proptest! {
    #![proptest_config(Config { cases: 24, rng_algorithm: RngAlgorithm::ChaCha, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Config::default() })]

    /// INVARIANT(M-1), INVARIANT(M-2), INVARIANT(M-3), INVARIANT(M-4)
    #[test]
    fn random_lives_keep_the_books(steps in prop::collection::vec(step(), 30..60), settled in 50u64 * USDC..300 * USDC, maker_first in any::<bool>()) {
        let mut desk = Desk::on(World::lite().unmeasured());
        desk.surfaces_put();
        let total = quote_everywhere(&mut desk);
        let mut fills = 0;
        for (nonce, step) in (10..).zip(steps) {
            let before = quote_everywhere(&mut desk);
            let landed = take(&mut desk, step, nonce);
            fills += u32::from(landed && matches!(step, Step::Fill { .. } | Step::Package { .. }));
            desk.check_books();
            prop_assert_eq!(before, quote_everywhere(&mut desk), "{:?}", step);
        }
        prop_assert!(fills > 0, "a life without a trade tests little");
        let held_back = fees_held_back(&mut desk);
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
        let due = i64::try_from(market.haircut_due_atoms.get()).unwrap();
        prop_assert_eq!((market.clearing_atoms.get() + due, market.open_interest_lots.get()), (held_back, 0));
        prop_assert_eq!(total, quote_everywhere(&mut desk));
        desk.world.advance_s(3_600);
        desk.price_set(settled);
        for maker in [true, false] {
            cure(&mut desk, maker);
            desk.check_books();
            prop_assert_eq!(total, quote_everywhere(&mut desk));
        }
        // Both are at the index: everything that was cut has been collected.
        prop_assert_eq!(desk.market().haircut_due_atoms.get(), 0);
    }
}
