use crate::fixture::*;
use abi::margin::PostedQuote;
use client::{addresses, margin};
use solana_instruction::error::InstructionError;
use testkit::{Offer, Quote, Substitutions, key};

fn posted(desk: &mut Desk) -> Quote {
    let quote = desk.quote(desk.offer());
    let post = quote.post(&desk.protocol, &desk.maker);
    desk.world.ok(&[post], &[&desk.maker.keypair]);
    quote
}

#[test]
fn quote_post_keeps_the_message_and_fills_like_a_signed_quote() {
    let mut desk = Desk::new();
    let quote = posted(&mut desk);
    let state: PostedQuote = desk.world.read(abi::ids::MARGIN, &addresses::posted_quote(&desk.maker.account, 1));
    let message = quote.message();
    assert_eq!(usize::from(state.message_len.get()), message.len());
    assert_eq!((&state.message[..message.len()], state.nonce.get()), (&message[..], 1));
    assert_eq!((state.maker_account, state.payer), (desk.maker.account.to_bytes(), desk.maker.key().to_bytes()));
    assert_eq!(state.expiry_slot.get(), quote.header.expiry_slot.get());

    let fill = quote.fill_posted(&desk.protocol, &desk.taker, &desk.maker, 60);
    desk.world.ok(std::slice::from_ref(&fill), &[&desk.taker.keypair]);
    desk.check_books();
    assert_eq!(desk.taker_state().positions[0].lots.get(), 60);
    // One size, whether it is taken by signature or from the account.
    desk.world.fail(&[fill], &[&desk.taker.keypair], error("QuoteOverfilled"));
    let signed = quote.fill(&desk.protocol, &desk.taker, &desk.maker, 41);
    desk.world.fail(&signed, &[&desk.taker.keypair], error("QuoteOverfilled"));
    let rest = quote.fill(&desk.protocol, &desk.taker, &desk.maker, 40);
    desk.world.ok(&rest, &[&desk.taker.keypair]);
    desk.check_books();
}

#[test]
fn quote_post_for_elsewhere_fails_by_name() {
    type Change = fn(&mut Quote);
    let cases: [(&str, Change); 10] = [
        ("QuoteDomainWrong", |quote| quote.header.domain = *b"bastion:quote:v1"),
        ("QuoteProgramWrong", |quote| quote.header.program = abi::ids::VAULT),
        ("QuoteClusterWrong", |quote| quote.header.genesis_hash = [8; 32]),
        ("QuoteMarketWrong", |quote| quote.header.market = key("another market").to_bytes()),
        ("QuoteMakerWrong", |quote| quote.header.maker_account = key("another account").to_bytes()),
        ("QuoteExpired", |quote| quote.header.expiry_slot = 0.into()),
        ("QuoteMalformed", |quote| quote.header.reserved = [1; 7]),
        ("QuoteMalformed", |quote| quote.legs[0].reserved = [1; 4]),
        ("TooManyLegs", |quote| quote.legs.clear()),
        ("TooManyLegs", |quote| quote.legs = vec![quote.legs[0]; 9]),
    ];
    let mut desk = Desk::new();
    for (name, change) in cases {
        let mut quote = desk.quote(desk.offer());
        change(&mut quote);
        let post = quote.post(&desk.protocol, &desk.maker);
        desk.world.fail(&[post], &[&desk.maker.keypair], error(name));
    }
    let mut post = desk.quote(desk.offer()).post(&desk.protocol, &desk.maker);
    post.data[1] = 2;
    post.accounts[4].pubkey = addresses::posted_quote(&desk.maker.account, 2);
    desk.world.fail(&[post], &[&desk.maker.keypair], error("QuoteNonceMismatch"));
}

#[test]
fn quote_post_below_the_nonce_floor_fails_quote_cancelled() {
    let mut desk = Desk::new();
    let quote = posted(&mut desk);
    let bump = margin::NonceBump { authority: desk.maker.key(), account: desk.maker.account };
    desk.world.ok(&[bump.instruction(margin::NonceBumpArgs { floor: 3 })], &[&desk.maker.keypair]);
    let late = desk.quote(Offer { nonce: 2, ..desk.offer() }).post(&desk.protocol, &desk.maker);
    desk.world.fail(&[late], &[&desk.maker.keypair], error("QuoteCancelled"));
    // The floor cancels what was posted before it, too.
    let fill = quote.fill_posted(&desk.protocol, &desk.taker, &desk.maker, 10);
    desk.world.fail(&[fill], &[&desk.taker.keypair], error("QuoteCancelled"));
}

#[test]
fn quote_post_twice_fails() {
    let mut desk = Desk::new();
    let quote = posted(&mut desk);
    let again = quote.post(&desk.protocol, &desk.maker);
    desk.world.fail(&[again], &[&desk.maker.keypair], ADDRESS_IN_USE);
}

#[test]
fn quote_fill_of_another_maker_s_post_fails_quote_maker_wrong() {
    let mut desk = Desk::new();
    let quote = posted(&mut desk);
    let bystander = desk.protocol.actor(&mut desk.world, "bystander", 0, 1_000_000);
    desk.accounts.push(bystander.account);
    let mut fill = quote.fill_posted(&desk.protocol, &desk.taker, &bystander, 10);
    fill.accounts[9].pubkey = addresses::posted_quote(&desk.maker.account, 1);
    desk.world.fail(&[fill], &[&desk.taker.keypair], error("QuoteMakerWrong"));
    // A genuine post under another nonce than the one named.
    let mut other = quote.fill_posted(&desk.protocol, &desk.taker, &desk.maker, 10);
    other.data[9] = 2;
    other.accounts[5].pubkey = addresses::quote_state(&desk.maker.account, 2);
    desk.world.fail(&[other], &[&desk.taker.keypair], error("QuoteNonceMismatch"));
}

#[test]
fn quote_fill_of_a_post_past_its_last_slot_fails_quote_expired() {
    let mut desk = Desk::new();
    let quote = posted(&mut desk);
    let fill = quote.fill_posted(&desk.protocol, &desk.taker, &desk.maker, 10);
    desk.world.advance_slots(1_001);
    desk.world.fail(&[fill], &[&desk.taker.keypair], error("QuoteExpired"));
}

#[test]
fn quote_post_is_refused_only_while_accounts_are_migrated() {
    let mut desk = Desk::new();
    let post = desk.quote(desk.offer()).post(&desk.protocol, &desk.maker);
    desk.level(4);
    desk.world.fail(std::slice::from_ref(&post), &[&desk.maker.keypair], error("LevelForbids"));
    desk.level(3);
    desk.world.ok(&[post], &[&desk.maker.keypair]);
}

#[test]
fn quote_post_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    let elsewhere = Elsewhere::new(&mut desk);
    let post = desk.quote(desk.offer()).post(&desk.protocol, &desk.maker);
    Substitutions::of(post, margin::QuotePost::ACCOUNTS, &[&desk.maker.keypair])
        .stranger("authority", error("NotAccountTrader"))
        .any("payer", "whoever signs may pay")
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", elsewhere.protocol.market, error("AccountOfAnotherMarket"))
        .stranger("account", InstructionError::AccountDataTooSmall)
        // The post's address follows from the account.
        .wrong("account", desk.taker.account, InstructionError::InvalidSeeds)
        .wrong("account", elsewhere.actor.account, InstructionError::InvalidSeeds)
        .stranger("posted", InstructionError::InvalidSeeds)
        .wrong("posted", addresses::posted_quote(&desk.taker.account, 1), InstructionError::InvalidSeeds)
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("system_program", NOT_A_PROGRAM)
        .run(&mut desk.world);
}
