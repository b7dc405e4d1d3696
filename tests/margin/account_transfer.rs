use crate::fixture::*;
use client::{addresses, margin};
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_pubkey::Pubkey;
use testkit::{Offer, SOL, Substitutions, USDC};

/// A second account of the maker, who is the one that comes to have margin to keep.
fn second(desk: &mut Desk) -> Pubkey {
    let (owner, market) = (desk.maker.key(), desk.protocol.market);
    let account = addresses::margin_account(&market, &owner, 1);
    let open = margin::AccountOpen { owner, payer: desk.world.payer(), market, account };
    desk.world.ok(&[open.instruction(margin::AccountOpenArgs { subaccount: 1 })], &[&desk.maker.keypair]);
    desk.accounts.push(account);
    account
}

fn transfer(desk: &Desk, mint: Pubkey, amount: u64) -> Instruction {
    let accounts = margin::AccountTransfer {
        owner: desk.maker.key(),
        market: desk.protocol.market,
        source: desk.maker.account,
        destination: addresses::margin_account(&desk.protocol.market, &desk.maker.key(), 1),
        feed: desk.protocol.feed,
        mint,
    };
    accounts.instruction(margin::AccountTransferArgs { amount })
}

#[test]
fn account_transfer_moves_each_balance() {
    let mut desk = Desk::new();
    let second = second(&mut desk);
    let (base, quote) = (desk.protocol.base.mint, desk.protocol.quote.mint);
    let calls = [transfer(&desk, quote, 7 * USDC), transfer(&desk, base, 2 * SOL)];
    desk.world.ok(&calls, &[&desk.maker.keypair]);
    let received = desk.account(second);
    assert_eq!((received.quote_atoms.get(), received.base_atoms.get()), (7_000_000, 2 * SOL));
    assert_eq!(desk.maker_state().base_atoms.get(), 998 * SOL);
    desk.check_books();
}

#[test]
fn account_transfer_beyond_the_balance_fails_by_name() {
    let mut desk = Desk::new();
    second(&mut desk);
    let (base, quote) = (desk.protocol.base.mint, desk.protocol.quote.mint);
    for (mint, amount, name) in [
        (quote, 0, "AmountZero"),
        (quote, 1_000_000 * USDC + 1, "QuoteBalanceTooLow"),
        (base, 1_000 * SOL + 1, "BaseBalanceTooLow"),
        (desk.taker.key(), 1, "MintOfAnotherMarket"),
    ] {
        let transfer = transfer(&desk, mint, amount);
        desk.world.fail(&[transfer], &[&desk.maker.keypair], error(name));
    }
}

#[test]
fn account_transfer_leaves_initial_margin() {
    let mut desk = Desk::new();
    second(&mut desk);
    let offer = Offer { kind: abi::margin::KIND_PUT, ..desk.offer() };
    desk.filled(offer, 10);
    let free = u64::try_from(desk.maker_state().quote_atoms.get() - 150_000_000).unwrap();
    let quote = desk.protocol.quote.mint;
    let too_much = transfer(&desk, quote, free + 1);
    desk.world.fail(&[too_much], &[&desk.maker.keypair], error("InitialMarginNegative"));
    let all = transfer(&desk, quote, free);
    desk.world.ok(&[all], &[&desk.maker.keypair]);
    desk.check_books();
    desk.world.advance_s(61);
    let stale = transfer(&desk, quote, 1);
    desk.world.fail(&[stale], &[&desk.maker.keypair], error("FeedStale"));
}

#[test]
fn account_transfer_stays_open_until_accounts_migrate() {
    let mut desk = Desk::new();
    second(&mut desk);
    let quote = desk.protocol.quote.mint;
    desk.level(3);
    let call = transfer(&desk, quote, 1);
    desk.world.ok(std::slice::from_ref(&call), &[&desk.maker.keypair]);
    desk.level(4);
    desk.world.fail(&[call], &[&desk.maker.keypair], error("LevelForbids"));
}

#[test]
fn account_transfer_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    second(&mut desk);
    let elsewhere = Elsewhere::new(&mut desk);
    let transfer = transfer(&desk, desk.protocol.quote.mint, 1);
    Substitutions::of(transfer, margin::AccountTransfer::ACCOUNTS, &[&desk.maker.keypair])
        .stranger("owner", error("NotAccountOwner"))
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", elsewhere.protocol.market, error("AccountOfAnotherMarket"))
        .stranger("source", InstructionError::AccountDataTooSmall)
        .wrong("source", desk.taker.account, error("NotAccountOwner"))
        .wrong("source", elsewhere.actor.account, error("AccountOfAnotherMarket"))
        .stranger("destination", InstructionError::AccountDataTooSmall)
        .wrong("destination", desk.taker.account, error("OwnersDiffer"))
        .wrong("destination", desk.maker.account, DUPLICATE)
        .wrong("destination", elsewhere.actor.account, error("AccountOfAnotherMarket"))
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("feed", error("FeedOfAnotherMarket"))
        .wrong("feed", elsewhere.protocol.feed, error("FeedOfAnotherMarket"))
        .stranger("mint", error("MintOfAnotherMarket"))
        .wrong("mint", elsewhere.protocol.quote.mint, error("MintOfAnotherMarket"))
        .run(&mut desk.world);
}
