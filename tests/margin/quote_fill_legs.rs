//! Quotes of several legs: packages, what binds their legs together, and how they fit a transaction.
use crate::fixture::*;
use abi::margin::{KIND_CALL, KIND_PUT, MarginAccount};
use abi::quote::{SIDE_BUY, SIDE_SELL};
use client::margin;
use solana_instruction::{AccountMeta, Instruction};
use solana_message::{AddressLookupTableAccount, Hash, VersionedMessage, v0};
use solana_pubkey::Pubkey;
use testkit::{Offer, Quote, USDC, key};

/// Largest transaction a validator takes.
const PACKET_BYTES: usize = 1_232;

fn package(desk: &mut Desk, terms: Offer, legs: &[(Offer, u16)]) -> Quote {
    Quote::package(&mut desk.world, &desk.protocol, &desk.maker, terms, legs)
}

fn fill(desk: &Desk, quote: &Quote, packages: u64) -> [Instruction; 2] {
    quote.fill(&desk.protocol, &desk.taker, &desk.maker, packages)
}

fn fails(desk: &mut Desk, quote: &Quote, packages: u64, name: &str) {
    let call = fill(desk, quote, packages);
    desk.world.fail(&call, &[&desk.taker.keypair], error(name));
}

/// Lots of one series in an account.
fn lots(account: &MarginAccount, leg: &Offer) -> i64 {
    let of = |held: &&abi::margin::Position| {
        (held.expiry_unix_s.get(), held.strike_e6.get(), held.kind) == (leg.expiry_unix_s, leg.strike_e6, leg.kind)
    };
    account.positions.iter().find(of).map_or(0, |held| held.lots.get())
}

/// A put spread sold by the maker, one long for one short, and two calls of a later expiry bought.
fn combination(desk: &mut Desk) -> [(Offer, u16); 3] {
    let later = desk.list(2);
    let put = Offer { kind: KIND_PUT, price_e6: 8 * USDC, ..desk.offer() };
    [
        (put, 1),
        (Offer { strike_e6: SPOT - 10 * USDC, side: SIDE_BUY, price_e6: 4 * USDC, ..put }, 1),
        (
            Offer { expiry_unix_s: later, side: SIDE_BUY, strike_e6: SPOT + 20 * USDC, price_e6: USDC, ..desk.offer() },
            2,
        ),
    ]
}

#[test]
fn quote_fill_of_a_package_moves_every_leg_in_its_ratio() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    let legs = combination(&mut desk);
    let (taker, maker) = (desk.taker_state().quote_atoms.get(), desk.maker_state().quote_atoms.get());
    let quote = package(&mut desk, offer, &legs);
    let call = fill(&desk, &quote, 20);
    desk.world.ok(&call, &[&desk.taker.keypair]);
    desk.check_books();
    let (taken, made) = (desk.taker_state(), desk.maker_state());
    for ((leg, _), expected) in legs.iter().zip([20, -20, -40]) {
        assert_eq!((lots(&taken, leg), lots(&made, leg)), (expected, -expected));
    }
    // Two units at 8 paid, two at 4 and four at 1 received; fees 3 and 1 basis points of eight units at 150.
    let (cash, fees) = (-16_000_000 + 8_000_000 + 4_000_000, [360_000, 120_000]);
    assert_eq!(taken.quote_atoms.get(), taker + cash - fees[0]);
    assert_eq!(made.quote_atoms.get(), maker - cash - fees[1]);
    assert_eq!((desk.quote_state(1).filled_packages.get(), desk.market().open_interest_lots.get()), (20, 80));
}

/// INVARIANT(M-10): the size and the least fill count packages, and every leg stays in its ratio.
#[test]
fn quote_fill_of_packages_in_parts_ends_at_the_quote_s_size() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    let legs = combination(&mut desk);
    let mut quote = package(&mut desk, offer, &legs);
    quote.header.min_fill_packages = 30.into();
    for (packages, refused) in [
        (60, None),
        (29, Some("QuoteBelowMinFill")),
        (41, Some("QuoteOverfilled")),
        (40, None),
        (1, Some("QuoteOverfilled")),
    ] {
        match refused {
            None => {
                let call = fill(&desk, &quote, packages);
                desk.world.ok(&call, &[&desk.taker.keypair]);
            }
            Some(name) => fails(&mut desk, &quote, packages, name),
        }
        desk.check_books();
    }
    assert_eq!(lots(&desk.taker_state(), &legs[2].0), -200);
}

/// INVARIANT(M-4): margin is looked at once, after all legs.
#[test]
fn quote_fill_of_a_spread_needs_the_margin_of_the_spread() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    let [(short, _), (long, _), _] = combination(&mut desk);
    // The maker sells the put at 150 and buys the one at 140: ten a unit at most, where the first leg alone needs 150.
    quote_set(&mut desk, true, 6_120_000);
    let naked = package(&mut desk, offer, &[(short, 1)]);
    fails(&mut desk, &naked, 10, "InitialMarginNegative");
    let spread = package(&mut desk, offer, &[(short, 1), (long, 1)]);
    let call = fill(&desk, &spread, 10);
    quote_set(&mut desk, true, 6_029_999);
    desk.world.fail(&call, &[&desk.taker.keypair], error("InitialMarginNegative"));
    // Ten of width, four of premium, and three hundredths of fees.
    quote_set(&mut desk, true, 6_030_000);
    desk.world.ok(&call, &[&desk.taker.keypair]);
    assert_eq!(desk.maker_state().quote_atoms.get(), 10_000_000);
}

#[test]
fn quote_fill_of_one_series_twice_fails_duplicate_leg() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    let other = Offer { strike_e6: SPOT + 5 * USDC, ..offer };
    for again in [offer, Offer { side: SIDE_BUY, ..offer }, Offer { price_e6: USDC, ..offer }] {
        let quote = package(&mut desk, offer, &[(offer, 1), (other, 1), (again, 3)]);
        fails(&mut desk, &quote, 1, "DuplicateLeg");
    }
    let put = Offer { kind: KIND_PUT, ..offer };
    let quote = package(&mut desk, offer, &[(offer, 1), (other, 1), (put, 3)]);
    let call = fill(&desk, &quote, 1);
    desk.world.ok(&call, &[&desk.taker.keypair]);
}

#[test]
fn quote_fill_of_one_bad_leg_fails_by_name() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    let other = Offer { strike_e6: SPOT + 5 * USDC, ..offer };
    for (bad, ratio, name) in [
        (other, 0, "LegRatioZero"),
        (Offer { price_e6: 0, ..other }, 1, "QuotePriceOutOfBounds"),
        (Offer { strike_e6: SPOT + 1, ..other }, 1, "UnknownSeries"),
        (Offer { side: SIDE_SELL + 1, ..other }, 1, "QuoteSideWrong"),
        (Offer { price_e6: 100, ..other }, u16::MAX, "NotionalTooLarge"),
    ] {
        let quote = package(&mut desk, Offer { max_lots: u64::MAX, ..offer }, &[(offer, 1), (bad, ratio)]);
        let packages = if ratio == u16::MAX { 900_000_000 } else { 1 };
        fails(&mut desk, &quote, packages, name);
    }
    let quote = package(&mut desk, Offer { max_lots: u64::MAX, ..offer }, &[(offer, 1), (other, 2)]);
    fails(&mut desk, &quote, u64::MAX, "NotionalTooLarge");
}

#[test]
fn quote_fill_without_the_expiry_of_a_leg_fails_quote_expiry_mismatch() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    let elsewhere = Elsewhere::new(&mut desk);
    let legs = combination(&mut desk);
    let quote = package(&mut desk, offer, &legs);
    let [signature, call] = fill(&desk, &quote, 1);
    let last = call.accounts.len() - 1;
    let (expiry, later) = (desk.expiry, desk.later[0]);
    for wrong in [
        vec![AccountMeta::new(expiry, false)],
        vec![AccountMeta::new(expiry, false), AccountMeta::new_readonly(later, false)],
        vec![AccountMeta::new(expiry, false), AccountMeta::new(elsewhere.expiry, false)],
        vec![AccountMeta::new(expiry, false), AccountMeta::new(key("nobody"), false)],
        vec![],
    ] {
        let mut call = call.clone();
        call.accounts.truncate(last - 1);
        call.accounts.extend(wrong);
        desk.world.fail(&[signature.clone(), call], &[&desk.taker.keypair], error("QuoteExpiryMismatch"));
    }
    // An expiry whose bytes are right and whose owner is another program.
    let mut fake = desk.world.account(&later).unwrap();
    fake.owner = key("another margin");
    desk.world.set_account(&key("fake expiry"), fake);
    let mut faked = call.clone();
    faked.accounts[last].pubkey = key("fake expiry");
    desk.world.fail(&[signature.clone(), faked], &[&desk.taker.keypair], error("QuoteExpiryMismatch"));
    // Order, and accounts that nobody asked for, do not matter.
    let mut shuffled = call;
    shuffled.accounts.swap(last, last - 1);
    shuffled.accounts.push(AccountMeta::new_readonly(elsewhere.expiry, false));
    desk.world.ok(&[signature, shuffled], &[&desk.taker.keypair]);
    desk.check_books();
}

#[test]
fn quote_fill_with_one_leg_expired_fails_series_expired() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    let legs = combination(&mut desk);
    let quote = package(&mut desk, offer, &legs);
    desk.world.set_unix_s(desk.expiry_unix_s);
    desk.protocol.price(&mut desk.world, SPOT);
    fails(&mut desk, &quote, 1, "SeriesExpired");
}

/// A package reduces only if each of its legs does.
#[test]
fn quote_fill_at_close_only_lands_if_every_leg_shrinks() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    let legs = combination(&mut desk);
    let quote = package(&mut desk, offer, &legs);
    let call = fill(&desk, &quote, 20);
    desk.world.ok(&call, &[&desk.taker.keypair]);
    desk.level(2);
    let opposite = |(leg, ratio): (Offer, u16)| (Offer { side: SIDE_BUY + SIDE_SELL - leg.side, ..leg }, ratio);
    let mut back = legs.map(opposite);
    let half = package(&mut desk, Offer { nonce: 2, ..offer }, &back);
    let call = fill(&desk, &half, 10);
    desk.world.ok(&call, &[&desk.taker.keypair]);
    fails(&mut desk, &half, 11, "LevelForbids");
    let opened = (Offer { strike_e6: SPOT + 5 * USDC, kind: KIND_CALL, ..offer }, 1);
    let mixed = package(&mut desk, Offer { nonce: 3, ..offer }, &[back[0], opened]);
    fails(&mut desk, &mixed, 1, "LevelForbids");
    back[1].1 = 11;
    let too_much = package(&mut desk, Offer { nonce: 4, ..offer }, &back);
    fails(&mut desk, &too_much, 1, "LevelForbids");
    desk.check_books();
}

#[test]
fn quote_fill_into_a_fifth_expiry_fails_expiries_full() {
    let mut desk = Desk::new();
    let days: Vec<i64> = (2..=5).map(|days| desk.list(days)).collect();
    let mut nonce = 10;
    for expiry_unix_s in &days[..3] {
        nonce += 1;
        let offer = Offer { expiry_unix_s: *expiry_unix_s, nonce, ..desk.offer() };
        desk.filled(offer, 1);
    }
    let offer = desk.offer();
    desk.filled(offer, 1);
    let fifth = Offer { expiry_unix_s: days[3], nonce: 2, ..offer };
    let call = desk.fill(fifth, 1);
    desk.world.fail(&call, &[&desk.taker.keypair], error("ExpiriesFull"));
    // Once one expiry is empty there is room.
    desk.filled(Offer { side: SIDE_BUY, nonce: 3, ..offer }, 1);
    desk.world.ok(&call, &[&desk.taker.keypair]);
    desk.check_books();
}

/// Eight legs over four expiries, both kinds.
fn eight(desk: &mut Desk) -> Vec<(Offer, u16)> {
    let times: Vec<i64> = [desk.expiry_unix_s].into_iter().chain((2..=4).map(|days| desk.list(days))).collect();
    let legs = times.iter().flat_map(|at| [KIND_CALL, KIND_PUT].map(|kind| (*at, kind)));
    let offer = desk.offer();
    legs.map(|(expiry_unix_s, kind)| (Offer { expiry_unix_s, kind, ..offer }, 1)).collect()
}

#[test]
fn quote_fill_of_eight_legs_over_four_expiries_lands() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    let legs = eight(&mut desk);
    let quote = package(&mut desk, offer, &legs);
    let call = fill(&desk, &quote, 10);
    let units = desk.world.ok(&call, &[&desk.taker.keypair]).units_of(&margin::ID);
    println!("eight legs over four expiries: {units} units");
    assert!(units <= 200_000, "{units} units");
    desk.check_books();
    assert!(legs.iter().all(|(leg, _)| lots(&desk.taker_state(), leg) == 10));
}

/// What is the same in every fill of a market stands in a lookup table: its accounts, and the programs'.
#[test]
fn quote_fill_of_eight_legs_fits_a_transaction_with_a_lookup_table() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    let legs = eight(&mut desk);
    let quote = package(&mut desk, offer, &legs);
    let call = fill(&desk, &quote, 10);
    let [taker, payer] = [desk.taker.key(), desk.world.payer()];
    let own = [taker, payer, desk.taker.account, desk.maker.account, call[1].accounts[5].pubkey];
    let known = call.iter().flat_map(|call| &call.accounts).map(|meta| meta.pubkey);
    let table: Vec<Pubkey> = known.filter(|key| !own.contains(key)).collect();
    let lookup = AddressLookupTableAccount { key: key("lookup table"), addresses: table };
    let message = v0::Message::try_compile(&payer, &call, &[lookup], Hash::default()).unwrap();
    let signatures = usize::from(message.header.num_required_signatures);
    let bytes = 1 + 64 * signatures + VersionedMessage::V0(message).serialize().len();
    println!("eight legs over four expiries, two signers, with a lookup table: {bytes} bytes");
    assert!(bytes <= PACKET_BYTES, "{bytes} bytes");
}
