//! What a fill does, how much of a quote it may take, and which accounts it accepts. Messages: `quote_fill_message`; margin and
//! levels: `quote_fill_risk`.
use crate::fixture::*;
use abi::margin::{KIND_CALL, KIND_PUT};
use abi::quote::SIDE_BUY;
use client::{addresses, margin};
use solana_instruction::error::InstructionError;
use testkit::{Offer, Quote, Substitutions, USDC, key};

#[test]
fn quote_fill_moves_lots_premium_and_fees() {
    let mut desk = Desk::new();
    let (taker, maker, market) = (desk.taker_state(), desk.maker_state(), desk.market());
    let offer = desk.offer();
    desk.filled(offer, 10);
    // One unit at 10 USDC; fees 3 and 1 basis points of 150 USDC.
    let (premium, taker_fee, maker_fee) = (10_000_000, 45_000, 15_000);
    assert_eq!(desk.taker_state().quote_atoms.get(), taker.quote_atoms.get() - premium - taker_fee);
    assert_eq!(desk.maker_state().quote_atoms.get(), maker.quote_atoms.get() + premium - maker_fee);
    let after = desk.market();
    assert_eq!(after.insurance_atoms.get() - market.insurance_atoms.get(), 20_000, "a third of the fees");
    assert_eq!(after.fees_atoms.get() - market.fees_atoms.get(), 40_000);
    assert_eq!((after.open_interest_lots.get(), after.seq.get()), (10, market.seq.get() + 2));

    let held = |account: abi::margin::MarginAccount| account.positions[0];
    for (position, lots) in [(held(desk.taker_state()), 10), (held(desk.maker_state()), -10)] {
        assert_eq!((position.kind, position.strike_e6.get(), position.lots.get()), (KIND_CALL, SPOT, lots));
        assert_eq!(position.expiry_unix_s.get(), desk.expiry_unix_s);
    }
    let state = desk.quote_state(1);
    assert_eq!((state.filled_packages.get(), state.nonce.get()), (10, 1));
    assert_eq!((state.maker_account, state.payer), (desk.maker.account.to_bytes(), desk.taker.key().to_bytes()));
}

#[test]
fn quote_fill_of_a_bid_makes_the_taker_the_seller() {
    let mut desk = Desk::new();
    let (taker, maker) = (desk.taker_state(), desk.maker_state());
    let bid = Offer { side: SIDE_BUY, kind: KIND_PUT, ..desk.offer() };
    desk.filled(bid, 10);
    assert_eq!(desk.taker_state().quote_atoms.get(), taker.quote_atoms.get() + 10_000_000 - 45_000);
    assert_eq!(desk.maker_state().quote_atoms.get(), maker.quote_atoms.get() - 10_000_000 - 15_000);
    assert_eq!((desk.taker_state().positions[0].lots.get(), desk.maker_state().positions[0].lots.get()), (-10, 10));
}

/// INVARIANT(M-10): never past the size, in whatever pieces.
#[test]
fn quote_fill_in_parts_ends_at_the_quote_s_size() {
    let mut desk = Desk::new();
    let quote = desk.quote(desk.offer());
    for (lots, filled) in [(60, Some(60)), (41, None), (40, Some(100)), (1, None)] {
        let fill = quote.fill(&desk.protocol, &desk.taker, &desk.maker, lots);
        match filled {
            Some(filled) => {
                desk.world.ok(&fill, &[&desk.taker.keypair]);
                assert_eq!(desk.quote_state(1).filled_packages.get(), filled);
            }
            None => desk.world.fail(&fill, &[&desk.taker.keypair], error("QuoteOverfilled")),
        }
        desk.check_books();
    }
}

#[test]
fn quote_fill_twice_in_one_transaction_counts_both() {
    let mut desk = Desk::new();
    let [signature, fill] = desk.fill(desk.offer(), 60);
    desk.world.fail(&[signature.clone(), fill.clone(), fill.clone()], &[&desk.taker.keypair], error("QuoteOverfilled"));
    let [_, half] = desk.fill(desk.offer(), 50);
    desk.world.ok(&[signature, half.clone(), half], &[&desk.taker.keypair]);
    assert_eq!(desk.quote_state(1).filled_packages.get(), 100);
    desk.check_books();
}

#[test]
fn quote_fill_below_the_least_size_only_finishes() {
    let mut desk = Desk::new();
    let mut quote = desk.quote(desk.offer());
    quote.header.min_fill_packages = 30.into();
    for (lots, lands) in [(29, false), (30, true), (65, true), (4, false), (5, true)] {
        let fill = quote.fill(&desk.protocol, &desk.taker, &desk.maker, lots);
        if lands {
            desk.world.ok(&fill, &[&desk.taker.keypair]);
        } else {
            desk.world.fail(&fill, &[&desk.taker.keypair], error("QuoteBelowMinFill"));
        }
    }
    desk.check_books();
}

#[test]
fn quote_fill_of_nothing_fails_amount_zero() {
    let mut desk = Desk::new();
    let fill = desk.fill(desk.offer(), 0);
    desk.world.fail(&fill, &[&desk.taker.keypair], error("AmountZero"));
}

#[test]
fn quote_fill_of_cancelled_nonce_fails_quote_cancelled() {
    let mut desk = Desk::new();
    let quote = desk.quote(desk.offer());
    let first = quote.fill(&desk.protocol, &desk.taker, &desk.maker, 10);
    desk.world.ok(&first, &[&desk.taker.keypair]);
    let bump = margin::NonceBump { authority: desk.maker.key(), account: desk.maker.account };
    desk.world.ok(&[bump.instruction(margin::NonceBumpArgs { floor: 2 })], &[&desk.maker.keypair]);
    // A partly filled quote is cancelled like any other.
    desk.world.fail(&first, &[&desk.taker.keypair], error("QuoteCancelled"));
    let next = Offer { nonce: 2, ..desk.offer() };
    desk.filled(next, 10);
}

#[test]
fn quote_fill_of_another_quote_under_one_nonce_fails_quote_nonce_reused() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    desk.filled(offer, 10);
    let dearer = desk.fill(Offer { price_e6: 11 * USDC, ..offer }, 10);
    desk.world.fail(&dearer, &[&desk.taker.keypair], error("QuoteNonceReused"));
    let larger = desk.fill(Offer { max_lots: 1_000, ..offer }, 10);
    desk.world.fail(&larger, &[&desk.taker.keypair], error("QuoteNonceReused"));
}

#[test]
fn quote_fill_in_the_last_slot_lands_and_one_later_fails_quote_expired() {
    let mut desk = Desk::new();
    let fill = desk.fill(desk.offer(), 10);
    desk.world.advance_slots(1_000);
    desk.world.advance_s(1);
    desk.protocol.price(&mut desk.world, SPOT);
    desk.world.ok(&fill, &[&desk.taker.keypair]);
    desk.world.advance_slots(1);
    desk.world.fail(&fill, &[&desk.taker.keypair], error("QuoteExpired"));
}

#[test]
fn quote_fill_after_expiry_fails_series_expired() {
    let mut desk = Desk::new();
    let fill = desk.fill(desk.offer(), 10);
    desk.world.set_unix_s(desk.expiry_unix_s);
    desk.protocol.price(&mut desk.world, SPOT);
    desk.world.fail(&fill, &[&desk.taker.keypair], error("SeriesExpired"));
    desk.settled(SPOT);
    desk.world.fail(&fill, &[&desk.taker.keypair], error("SeriesExpired"));
}

#[test]
fn quote_fill_of_own_quote_fails_self_trade() {
    let mut desk = Desk::new();
    // A second account of the maker takes from the first.
    let (owner, market) = (desk.maker.key(), desk.protocol.market);
    let second = addresses::margin_account(&market, &owner, 1);
    let open = margin::AccountOpen { owner, payer: desk.world.payer(), market, account: second };
    desk.world.ok(&[open.instruction(margin::AccountOpenArgs { subaccount: 1 })], &[&desk.maker.keypair]);
    let [signature, mut fill] = desk.fill(desk.offer(), 10);
    for at in [0, 1] {
        fill.accounts[at].pubkey = owner;
    }
    fill.accounts[3].pubkey = second;
    desk.world.fail(&[signature.clone(), fill.clone()], &[&desk.maker.keypair], error("SelfTrade"));
    fill.accounts[3].pubkey = desk.maker.account;
    desk.world.fail(&[signature, fill], &[&desk.maker.keypair], DUPLICATE);
}

#[test]
fn quote_fill_of_unlisted_series_fails_unknown_series() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    for wrong in [
        Offer { strike_e6: SPOT + 1, ..offer },
        Offer { strike_e6: 70 * USDC, ..offer },
        Offer { strike_e6: 0, ..offer },
        Offer { strike_e6: u64::MAX, ..offer },
        Offer { kind: 0, ..offer },
        Offer { kind: 3, ..offer },
    ] {
        let fill = desk.fill(wrong, 10);
        desk.world.fail(&fill, &[&desk.taker.keypair], error("UnknownSeries"));
    }
}

#[test]
fn quote_fill_round_trip_never_gains() {
    let mut desk = Desk::new();
    let before = desk.taker_state().quote_atoms.get();
    let offer = Offer { price_e6: 333_333, ..desk.offer() };
    desk.filled(offer, 7);
    desk.filled(Offer { side: SIDE_BUY, nonce: 2, ..offer }, 7);
    let taker = desk.taker_state();
    assert!(taker.quote_atoms.get() < before);
    assert!(taker.positions.iter().all(|slot| slot.kind == 0), "a closed position leaves no slot behind");
    assert_eq!(desk.market().open_interest_lots.get(), 0);
}

#[test]
fn quote_fill_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    let elsewhere = Elsewhere::new(&mut desk);
    let bystander = desk.protocol.actor(&mut desk.world, "bystander", 0, 0);
    for (name, of, owner) in
        [("fake feed", desk.protocol.feed, "another oracle"), ("fake brake", addresses::brake(), "another breaker")]
    {
        let mut fake = desk.world.account(&of).unwrap();
        fake.owner = key(owner);
        desk.world.set_account(&key(name), fake);
    }
    let quote: Quote = desk.quote(desk.offer());
    let [signature, fill] = quote.fill(&desk.protocol, &desk.taker, &desk.maker, 10);
    Substitutions::of(fill, margin::QuoteFill::ACCOUNTS, &[&desk.taker.keypair])
        .after(&[signature])
        .stranger("taker_authority", error("NotAccountTrader"))
        .any("payer", "whoever signs may pay")
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", elsewhere.protocol.market, error("AccountOfAnotherMarket"))
        .stranger("taker", InstructionError::AccountDataTooSmall)
        .wrong("taker", bystander.account, error("NotAccountTrader"))
        .wrong("taker", elsewhere.actor.account, error("AccountOfAnotherMarket"))
        .wrong("taker", desk.maker.account, DUPLICATE)
        .stranger("maker", InstructionError::AccountDataTooSmall)
        // The fill state's address follows from the maker's account.
        .wrong("maker", bystander.account, InstructionError::InvalidSeeds)
        .wrong("maker", elsewhere.actor.account, InstructionError::InvalidSeeds)
        .stranger("quote_state", InstructionError::InvalidSeeds)
        .wrong("quote_state", addresses::quote_state(&desk.maker.account, 2), InstructionError::InvalidSeeds)
        .wrong("quote_state", addresses::quote_state(&bystander.account, 1), InstructionError::InvalidSeeds)
        .stranger("brake", error("BrakeUnreadable"))
        .wrong("brake", key("fake brake"), error("BrakeUnreadable"))
        .stranger("custody", error("CustodyOfAnotherMarket"))
        .wrong("custody", elsewhere.protocol.custody, error("CustodyOfAnotherMarket"))
        .stranger("feed", error("FeedOfAnotherMarket"))
        .wrong("feed", elsewhere.protocol.feed, error("FeedOfAnotherMarket"))
        .wrong("feed", key("fake feed"), error("FeedOfAnotherMarket"))
        .stranger("quote_source", error("QuoteSourceWrong"))
        .wrong("quote_source", abi::ids::BRAKE.into(), error("QuoteSourceWrong"))
        .wrong("quote_source", elsewhere.expiry, InstructionError::InvalidAccountData)
        .stranger("system_program", NOT_A_PROGRAM)
        .wrong("system_program", abi::ids::TOKEN.into(), InstructionError::IncorrectProgramId)
        .run(&mut desk.world);
}
