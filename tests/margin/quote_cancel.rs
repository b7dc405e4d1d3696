use crate::fixture::*;
use client::{addresses, margin};
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_pubkey::Pubkey;
use testkit::{Offer, Quote, Substitutions, USDC};

fn posted(desk: &mut Desk) -> Quote {
    let quote = desk.quote(desk.offer());
    let post = quote.post(&desk.protocol, &desk.maker);
    desk.world.ok(&[post], &[&desk.maker.keypair]);
    quote
}

fn cancel(desk: &Desk, authority: Pubkey) -> Instruction {
    let accounts = margin::QuoteCancel {
        authority,
        market: desk.protocol.market,
        account: desk.maker.account,
        payer: desk.maker.key(),
        posted: addresses::posted_quote(&desk.maker.account, 1),
    };
    accounts.instruction()
}

#[test]
fn quote_cancel_returns_the_rent_and_ends_the_quote() {
    let mut desk = Desk::new();
    let quote = posted(&mut desk);
    let fill = quote.fill_posted(&desk.protocol, &desk.taker, &desk.maker, 60);
    desk.world.ok(std::slice::from_ref(&fill), &[&desk.taker.keypair]);
    let (maker, address) = (desk.maker.key(), addresses::posted_quote(&desk.maker.account, 1));
    let rent = desk.world.account(&address).unwrap().lamports;
    let before = desk.world.account(&maker).unwrap().lamports;
    let cancel = cancel(&desk, maker);
    desk.world.ok(&[cancel], &[&desk.maker.keypair]);
    assert_eq!(desk.world.account(&maker).unwrap().lamports, before + rent);
    assert!(desk.world.account(&address).is_none_or(|gone| gone.lamports == 0));
    desk.world.fail(&[fill], &[&desk.taker.keypair], error("QuoteSourceWrong"));
    // Posted again, the quote goes on from where it was; under other terms the nonce is spent.
    posted(&mut desk);
    let rest = quote.fill_posted(&desk.protocol, &desk.taker, &desk.maker, 41);
    desk.world.fail(&[rest], &[&desk.taker.keypair], error("QuoteOverfilled"));
    let cancel = self::cancel(&desk, maker);
    desk.world.ok(&[cancel], &[&desk.maker.keypair]);
    let other = desk.quote(Offer { price_e6: USDC, ..desk.offer() });
    let post = other.post(&desk.protocol, &desk.maker);
    desk.world.ok(&[post], &[&desk.maker.keypair]);
    let fill = other.fill_posted(&desk.protocol, &desk.taker, &desk.maker, 1);
    desk.world.fail(&[fill], &[&desk.taker.keypair], error("QuoteNonceReused"));
}

#[test]
fn quote_cancel_by_anyone_lands_only_after_the_last_slot() {
    let mut desk = Desk::new();
    posted(&mut desk);
    let by_taker = cancel(&desk, desk.taker.key());
    desk.world.fail(std::slice::from_ref(&by_taker), &[&desk.taker.keypair], error("NotAccountCanceller"));
    desk.world.advance_slots(1_000);
    desk.world.fail(std::slice::from_ref(&by_taker), &[&desk.taker.keypair], error("NotAccountCanceller"));
    desk.world.advance_slots(1);
    desk.world.ok(&[by_taker], &[&desk.taker.keypair]);
}

#[test]
fn quote_cancel_is_refused_only_while_accounts_are_migrated() {
    let mut desk = Desk::new();
    posted(&mut desk);
    let cancel = cancel(&desk, desk.maker.key());
    desk.level(4);
    desk.world.fail(std::slice::from_ref(&cancel), &[&desk.maker.keypair], error("LevelForbids"));
    desk.level(3);
    desk.world.ok(&[cancel], &[&desk.maker.keypair]);
}

#[test]
fn quote_cancel_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    posted(&mut desk);
    let elsewhere = Elsewhere::new(&mut desk);
    Substitutions::of(cancel(&desk, desk.maker.key()), margin::QuoteCancel::ACCOUNTS, &[&desk.maker.keypair])
        .stranger("authority", error("NotAccountCanceller"))
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", elsewhere.protocol.market, error("AccountOfAnotherMarket"))
        .stranger("account", InstructionError::AccountDataTooSmall)
        .wrong("account", desk.taker.account, error("PostedByAnother"))
        .stranger("payer", error("NotRentPayer"))
        .wrong("payer", desk.taker.key(), error("NotRentPayer"))
        .stranger("posted", InstructionError::AccountDataTooSmall)
        .wrong("posted", desk.taker.account, InstructionError::InvalidAccountData)
        .stranger("brake", error("BrakeUnreadable"))
        .run(&mut desk.world);
}
