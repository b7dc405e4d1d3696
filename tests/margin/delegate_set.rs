use crate::fixture::*;
use abi::margin::{DELEGATE_CANCEL, DELEGATE_TRADE};
use client::{addresses, margin};
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{Offer, Substitutions, ed25519, key};

fn set(desk: &Desk, delegate: Pubkey, rights: u8) -> Instruction {
    let accounts = margin::DelegateSet { owner: desk.taker.key(), account: desk.taker.account };
    accounts.instruction(margin::DelegateSetArgs { delegate, rights })
}

/// A delegate of the taker's with these rights.
fn delegate(desk: &mut Desk, rights: u8) -> Keypair {
    let delegate = desk.world.rich("delegate");
    let set = set(desk, delegate.pubkey(), rights);
    desk.world.ok(&[set], &[&desk.taker.keypair]);
    delegate
}

fn bump(desk: &Desk, by: &Keypair, floor: u64) -> Instruction {
    let accounts = margin::NonceBump { authority: by.pubkey(), account: desk.taker.account };
    accounts.instruction(margin::NonceBumpArgs { floor })
}

#[test]
fn delegate_set_lets_a_trader_trade_and_nothing_else() {
    let mut desk = Desk::new();
    let delegate = delegate(&mut desk, DELEGATE_TRADE);
    let state = desk.taker_state();
    assert_eq!((state.delegate, state.delegate_rights), (delegate.pubkey().to_bytes(), DELEGATE_TRADE));

    // Takes for the owner.
    let [signature, mut fill] = desk.fill(desk.offer(), 10);
    (fill.accounts[0].pubkey, fill.accounts[1].pubkey) = (delegate.pubkey(), delegate.pubkey());
    desk.world.ok(&[signature, fill], &[&delegate]);
    desk.check_books();
    assert_eq!(desk.taker_state().positions[0].lots.get(), 10);

    // Makes for the owner: signed, and posted.
    let offer = Offer { nonce: 7, ..desk.offer() };
    let quote = testkit::Quote::new(&mut desk.world, &desk.protocol, &desk.taker, offer);
    let [_, fill] = quote.fill(&desk.protocol, &desk.maker, &desk.taker, 5);
    desk.world.ok(&[ed25519(&delegate, &quote.message()), fill], &[&desk.maker.keypair]);
    let mut post = quote.post(&desk.protocol, &desk.taker);
    (post.accounts[0].pubkey, post.accounts[1].pubkey) = (delegate.pubkey(), delegate.pubkey());
    desk.world.ok(&[post], &[&delegate]);
    desk.check_books();

    // Cancels, withdraws, moves, closes nothing, and names nobody.
    let bump = bump(&desk, &delegate, 100);
    desk.world.fail(&[bump], &[&delegate], error("NotAccountCanceller"));
    let mut withdraw = desk.protocol.withdraw(&desk.taker, desk.protocol.quote.mint, 1);
    for meta in withdraw.accounts.iter_mut().filter(|meta| meta.is_signer) {
        meta.pubkey = delegate.pubkey();
    }
    desk.world.fail(&[withdraw], &[&delegate], error("NotAccountOwner"));
    let close =
        margin::AccountClose { owner: delegate.pubkey(), market: desk.protocol.market, account: desk.taker.account };
    desk.world.fail(&[close.instruction()], &[&delegate], error("NotAccountOwner"));
    let mut again = set(&desk, delegate.pubkey(), 3);
    again.accounts[0].pubkey = delegate.pubkey();
    desk.world.fail(&[again], &[&delegate], error("NotAccountOwner"));
}

#[test]
fn delegate_set_lets_a_canceller_cancel_and_nothing_else() {
    let mut desk = Desk::new();
    let delegate = delegate(&mut desk, DELEGATE_CANCEL);
    let [signature, mut fill] = desk.fill(desk.offer(), 10);
    (fill.accounts[0].pubkey, fill.accounts[1].pubkey) = (delegate.pubkey(), delegate.pubkey());
    desk.world.fail(&[signature, fill], &[&delegate], error("NotAccountTrader"));
    let offer = desk.offer();
    let quote = testkit::Quote::new(&mut desk.world, &desk.protocol, &desk.taker, offer);
    let [_, fill] = quote.fill(&desk.protocol, &desk.maker, &desk.taker, 5);
    let signed = ed25519(&delegate, &quote.message());
    desk.world.fail(&[signed, fill], &[&desk.maker.keypair], error("SignatureOfAnotherKey"));
    let mut post = quote.post(&desk.protocol, &desk.taker);
    (post.accounts[0].pubkey, post.accounts[1].pubkey) = (delegate.pubkey(), delegate.pubkey());
    desk.world.fail(&[post], &[&delegate], error("NotAccountTrader"));

    let post = quote.post(&desk.protocol, &desk.taker);
    desk.world.ok(&[post], &[&desk.taker.keypair]);
    let cancel = margin::QuoteCancel {
        authority: delegate.pubkey(),
        market: desk.protocol.market,
        account: desk.taker.account,
        payer: desk.taker.key(),
        posted: addresses::posted_quote(&desk.taker.account, 1),
    };
    desk.world.ok(&[cancel.instruction()], &[&delegate]);
    let bump = bump(&desk, &delegate, 100);
    desk.world.ok(&[bump], &[&delegate]);
    assert_eq!(desk.taker_state().nonce_floor.get(), 100);
}

#[test]
fn delegate_set_to_none_ends_every_right() {
    let mut desk = Desk::new();
    let delegate = delegate(&mut desk, DELEGATE_TRADE | DELEGATE_CANCEL);
    let first = bump(&desk, &delegate, 5);
    desk.world.ok(&[first], &[&delegate]);
    let none = set(&desk, Pubkey::default(), 0);
    desk.world.ok(&[none], &[&desk.taker.keypair]);
    let second = bump(&desk, &delegate, 6);
    desk.world.fail(&[second], &[&delegate], error("NotAccountCanceller"));
}

#[test]
fn delegate_set_of_half_a_delegate_fails_by_name() {
    let mut desk = Desk::new();
    for (delegate, rights, name) in [
        (key("delegate"), 4, "UnknownRights"),
        (key("delegate"), 255, "UnknownRights"),
        (key("delegate"), 0, "DelegateIncomplete"),
        (Pubkey::default(), 1, "DelegateIncomplete"),
    ] {
        let set = set(&desk, delegate, rights);
        desk.world.fail(&[set], &[&desk.taker.keypair], error(name));
    }
}

#[test]
fn delegate_set_is_refused_only_while_accounts_are_migrated() {
    let mut desk = Desk::new();
    let set = set(&desk, key("delegate"), DELEGATE_CANCEL);
    desk.level(4);
    desk.world.fail(std::slice::from_ref(&set), &[&desk.taker.keypair], error("LevelForbids"));
    desk.level(3);
    desk.world.ok(&[set], &[&desk.taker.keypair]);
}

#[test]
fn delegate_set_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    let imposter = imposter(&mut desk.world);
    let set = set(&desk, key("delegate"), DELEGATE_TRADE);
    Substitutions::of(set, margin::DelegateSet::ACCOUNTS, &[&desk.taker.keypair])
        .stranger("owner", error("NotAccountOwner"))
        .stranger("account", InstructionError::AccountDataTooSmall)
        .wrong("account", desk.maker.account, error("NotAccountOwner"))
        .wrong("account", imposter, InstructionError::InvalidAccountData)
        .stranger("brake", error("BrakeUnreadable"))
        .run(&mut desk.world);
}
