//! Scenario: the whole life of an option between two traders, on both runtimes, every token accounted for after each step.

use abi::margin::{EXPIRY_SETTLED, Expiry, KIND_CALL, MarginAccount, Market};
use abi::oracle::Settlement;
use abi::quote::SIDE_SELL;
use client::{addresses, margin, oracle};
use solana_pubkey::Pubkey;
use testkit::{Actor, Offer, Protocol, Quote, SOL, Token, USDC, World};

const SPOT_E6: u64 = 150_000_000;
const STRIKE_E6: u64 = 160_000_000;
const PREMIUM_E6: u64 = 4_250_001;
const LOTS: u64 = 7;

/// INVARIANT(M-1): both vaults hold exactly what the market's books say, and nothing was minted or lost.
fn assert_conserved(world: &mut World, protocol: &Protocol, actors: &[&Actor]) {
    let market: Market = world.read(abi::ids::MARGIN, &protocol.market);
    let accounts: Vec<MarginAccount> =
        actors.iter().map(|actor| world.read(abi::ids::MARGIN, &actor.account)).collect();
    let quote: i64 = accounts.iter().map(|account| account.quote_atoms.get()).sum();
    let base: u64 = accounts.iter().map(|account| account.base_atoms.get()).sum();
    assert_eq!(quote, market.quote_balances_atoms.get(), "sum of quote balances");
    assert_eq!(base, market.base_balances_atoms.get(), "sum of base balances");
    let house = (market.insurance_atoms.get() + market.fees_atoms.get()) as i64;
    let owed = quote + house + market.clearing_atoms.get();
    assert_eq!(Token::balance(world, &protocol.quote_tokens) as i64, owed, "quote vault");
    assert_eq!(Token::balance(world, &protocol.base_tokens), base, "base vault");
    let wallets = |world: &mut World, of: fn(&Actor) -> Pubkey| -> u64 {
        actors.iter().map(|actor| Token::balance(world, &of(actor))).sum()
    };
    let quote_out = wallets(world, |actor| actor.quote_tokens);
    assert_eq!(protocol.quote.supply(world), quote_out + Token::balance(world, &protocol.quote_tokens));
    let base_out = wallets(world, |actor| actor.base_tokens);
    assert_eq!(protocol.base.supply(world), base_out + Token::balance(world, &protocol.base_tokens));
}

fn life(mut world: World) {
    let world = &mut world;
    let protocol = Protocol::new(world, SPOT_E6);
    let expiry_unix_s = protocol.expiry_unix_s(world, 1);
    let expiry = protocol.expiry(world, expiry_unix_s);
    let maker = protocol.actor(world, "maker", 2 * SOL, 1_000 * USDC);
    let taker = protocol.actor(world, "taker", 0, 1_000 * USDC);
    let actors = [&maker, &taker];
    assert_conserved(world, &protocol, &actors);

    let offer = Offer {
        expiry_unix_s,
        strike_e6: STRIKE_E6,
        kind: KIND_CALL,
        side: SIDE_SELL,
        price_e6: PREMIUM_E6,
        max_lots: LOTS,
        nonce: 1,
    };
    let quote = Quote::new(world, &protocol, &maker, offer);
    world.ok(&quote.fill(&protocol, &taker, &maker, LOTS), &[&taker.keypair]);
    assert_conserved(world, &protocol, &actors);
    let lots = |world: &mut World, actor: &Actor| -> i64 {
        let account: MarginAccount = world.read(abi::ids::MARGIN, &actor.account);
        account.positions.iter().map(|position| position.lots.get()).sum()
    };
    assert_eq!((lots(world, &taker), lots(world, &maker)), (LOTS as i64, -(LOTS as i64)));

    // The price stands at 172.50 for the last half hour: the call pays 12.50 a unit.
    world.set_unix_s(expiry_unix_s - 31 * 60);
    protocol.price(world, 172_500_000);
    protocol.stand_s(world, 172_500_000, 31 * 60);
    let settlement = addresses::settlement(&protocol.feed, expiry_unix_s);
    let finalise = oracle::SettlementFinalise { payer: world.payer(), feed: protocol.feed, settlement };
    world.ok(&[finalise.instruction(oracle::SettlementFinaliseArgs { expiry_unix_s })], &[]);
    let settled: Settlement = world.read(abi::ids::ORACLE, &settlement);
    assert_eq!(settled.price_e6.get(), 172_500_000);
    world.ok(&[margin::ExpirySettle { market: protocol.market, expiry, settlement }.instruction()], &[]);
    let listed: Expiry = world.read(abi::ids::MARGIN, &expiry);
    assert_eq!((listed.state, listed.settlement_price_e6.get()), (EXPIRY_SETTLED, 172_500_000));

    let before: MarginAccount = world.read(abi::ids::MARGIN, &taker.account);
    for actor in actors {
        let settle = margin::AccountSettle { market: protocol.market, expiry, account: actor.account };
        world.ok(&[settle.instruction()], &[]);
        assert_conserved(world, &protocol, &actors);
    }
    let after: MarginAccount = world.read(abi::ids::MARGIN, &taker.account);
    assert_eq!(after.quote_atoms.get() - before.quote_atoms.get(), 8_750_000, "12.50 x 0.7 units");
    assert_eq!((lots(world, &taker), lots(world, &maker)), (0, 0));

    for actor in actors {
        let account: MarginAccount = world.read(abi::ids::MARGIN, &actor.account);
        let quote_atoms = account.quote_atoms.get() as u64;
        world.ok(&[protocol.withdraw(actor, protocol.quote.mint, quote_atoms)], &[&actor.keypair]);
        if account.base_atoms.get() > 0 {
            let withdraw = protocol.withdraw(actor, protocol.base.mint, account.base_atoms.get());
            world.ok(&[withdraw], &[&actor.keypair]);
        }
        assert_conserved(world, &protocol, &actors);
    }
    assert_eq!(Token::balance(world, &protocol.base_tokens), 0, "every depositor has left");
}

#[test]
fn life_of_an_option_on_the_validators_bank_conserves_every_atom() {
    life(World::new());
}

#[test]
fn life_of_an_option_in_litesvm_conserves_every_atom() {
    life(World::lite());
}
