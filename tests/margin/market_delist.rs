use crate::fixture::*;
use abi::margin::MARKET_DELISTED;
use abi::quote::SIDE_BUY;
use client::{addresses, margin, oracle};
use solana_instruction::{Instruction, error::InstructionError};
use solana_signer::Signer;
use testkit::{Offer, Substitutions, USDC};

fn delist(desk: &Desk) -> Instruction {
    let authority = desk.protocol.deployer.pubkey();
    let config = addresses::config(&margin::ID);
    margin::MarketDelist { authority, config, market: desk.protocol.market }.instruction()
}

/// Nothing new, and everything out: shrink, settle, withdraw, close.
#[test]
fn market_delist_lets_everybody_out_and_nobody_in() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    desk.filled(offer, 10);
    let (delist, deployer) = (delist(&desk), desk.protocol.deployer.insecure_clone());
    desk.world.ok(std::slice::from_ref(&delist), &[&deployer]);
    assert_eq!(desk.market().state, MARKET_DELISTED);
    desk.world.fail(&[delist], &[&deployer], error("MarketDelisted"));

    let fill = desk.fill(offer, 1);
    desk.world.fail(&fill, &[&desk.taker.keypair], error("MarketDelisted"));
    let expiry_unix_s = desk.protocol.expiry_unix_s(&mut desk.world, 8);
    let create = margin::ExpiryCreate {
        payer: desk.world.payer(),
        market: desk.protocol.market,
        expiry: addresses::expiry(&desk.protocol.market, expiry_unix_s),
        custody: desk.protocol.custody,
        feed: desk.protocol.feed,
    };
    let create = create.instruction(margin::ExpiryCreateArgs { expiry_unix_s });
    desk.world.fail(&[create], &[], error("MarketDelisted"));

    let back = Offer { side: SIDE_BUY, nonce: 2, ..offer };
    desk.filled(back, 4);
    desk.settled(SPOT + 20 * USDC);
    for account in desk.accounts.clone() {
        let settle = desk.account_settle(account);
        desk.world.ok(&[settle], &[]);
    }
    desk.check_books();
    let quote = u64::try_from(desk.taker_state().quote_atoms.get()).unwrap();
    let withdraw = desk.protocol.withdraw(&desk.taker, desk.protocol.quote.mint, quote);
    desk.world.ok(&[withdraw], &[&desk.taker.keypair]);
    desk.check_books();
}

#[test]
fn market_delist_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    let (delist, deployer) = (delist(&desk), desk.protocol.deployer.insecure_clone());
    Substitutions::of(delist, margin::MarketDelist::ACCOUNTS, &[&deployer])
        .stranger("authority", error("NotAuthority"))
        .stranger("config", InstructionError::UninitializedAccount)
        .wrong("config", addresses::config(&oracle::ID), InstructionError::IllegalOwner)
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", desk.maker.account, InstructionError::InvalidAccountData)
        .run(&mut desk.world);
}
