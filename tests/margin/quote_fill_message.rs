//! Attacks on the signed message and on the instruction that proves its signature.
use crate::fixture::*;
use abi::quote::SIDE_SELL;
use client::{WithRemaining, addresses, margin};
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;
use testkit::{Offer, Quote, USDC, ed25519, key, keypair};

/// `quote_fill` of ten lots under nonce 1, with the signature looked for at `ix_index`.
fn fill_call(desk: &Desk, ix_index: u8) -> Instruction {
    let accounts = margin::QuoteFill {
        taker_authority: desk.taker.key(),
        payer: desk.taker.key(),
        market: desk.protocol.market,
        taker: desk.taker.account,
        maker: desk.maker.account,
        quote_state: addresses::quote_state(&desk.maker.account, 1),
        custody: desk.protocol.custody,
        feed: desk.protocol.feed,
        quote_source: abi::ids::SYSVAR_INSTRUCTIONS.into(),
    };
    let call = accounts.instruction(margin::QuoteFillArgs { packages: 10, nonce: 1, ix_index });
    call.with_remaining([AccountMeta::new(desk.expiry, false)])
}

fn fail(desk: &mut Desk, instructions: &[Instruction], name: &str) {
    desk.world.fail(instructions, &[&desk.taker.keypair], error(name));
}

/// The maker signs a quote that was changed: each field bound to where it is used.
#[test]
fn quote_fill_of_a_quote_for_elsewhere_fails_by_name() {
    type Change = fn(&mut Quote);
    let cases: [(&str, Change); 9] = [
        ("QuoteDomainWrong", |quote| quote.header.domain = *b"bastion:quote:v1"),
        ("QuoteProgramWrong", |quote| quote.header.program = abi::ids::VAULT),
        ("QuoteClusterWrong", |quote| quote.header.genesis_hash = [8; 32]),
        ("QuoteMarketWrong", |quote| quote.header.market = key("another market").to_bytes()),
        ("QuoteMakerWrong", |quote| quote.header.maker_account = key("another account").to_bytes()),
        ("QuoteNonceMismatch", |quote| quote.header.nonce = 2.into()),
        ("QuoteSideWrong", |quote| quote.legs[0].side = SIDE_SELL + 1),
        ("QuoteMalformed", |quote| quote.header.reserved = [1; 7]),
        ("QuoteMalformed", |quote| quote.legs[0].reserved = [1; 4]),
    ];
    let mut desk = Desk::new();
    for (name, change) in cases {
        let mut quote = desk.quote(desk.offer());
        change(&mut quote);
        let signature = ed25519(&desk.maker.keypair, &quote.message());
        let call = fill_call(&desk, 0);
        fail(&mut desk, &[signature, call], name);
    }
}

#[test]
fn quote_fill_at_a_price_out_of_bounds_fails_quote_price_out_of_bounds() {
    let mut desk = Desk::new();
    for price_e6 in [0, 99, 10_000_000_000_001, u64::MAX] {
        let fill = desk.fill(Offer { price_e6, ..desk.offer() }, 10);
        fail(&mut desk, &fill, "QuotePriceOutOfBounds");
    }
}

#[test]
fn quote_fill_of_another_number_of_legs_fails_too_many_legs() {
    let mut desk = Desk::new();
    for (said, legs) in [(0, 0), (2, 1), (1, 2), (9, 9), (255, 1)] {
        let mut quote = desk.quote(desk.offer());
        quote.header.leg_count = said;
        let of = |at: u64| Offer { strike_e6: SPOT + at * 5 * USDC, ..desk.offer() }.leg(1);
        quote.legs = (0..legs).map(of).collect();
        let signature = ed25519(&desk.maker.keypair, &quote.message());
        let call = fill_call(&desk, 0);
        fail(&mut desk, &[signature, call], "TooManyLegs");
    }
}

#[test]
fn quote_fill_of_bytes_of_another_length_fails_quote_malformed() {
    let mut desk = Desk::new();
    let message = desk.quote(desk.offer()).message();
    let call = fill_call(&desk, 0);
    for changed in
        [message[..message.len() - 1].to_vec(), [&message[..], &[0]].concat(), message[..100].to_vec(), vec![]]
    {
        let signature = ed25519(&desk.maker.keypair, &changed);
        fail(&mut desk, &[signature, call.clone()], "QuoteMalformed");
    }
}

#[test]
fn quote_fill_signed_by_another_key_fails_signature_of_another_key() {
    let mut desk = Desk::new();
    let message = desk.quote(desk.offer()).message();
    let call = fill_call(&desk, 0);
    for forger in ["taker", "forger"] {
        let signature = ed25519(&keypair(forger), &message);
        fail(&mut desk, &[signature, call.clone()], "SignatureOfAnotherKey");
    }
}

/// Every byte of the message counts: the runtime refuses the transaction before the program runs.
#[test]
fn quote_fill_of_an_altered_message_fails_in_the_precompile() {
    let mut desk = Desk::new();
    let message = desk.quote(desk.offer()).message();
    let call = fill_call(&desk, 0);
    for at in [0, 20, 60, 100, 150, 170, 200, message.len() - 1] {
        let mut signature = ed25519(&desk.maker.keypair, &message);
        signature.data[16 + 64 + 32 + at] ^= 1;
        let before = desk.world.snapshot(std::slice::from_ref(&call));
        let failure =
            desk.world.send(&[signature, call.clone()], &[&desk.taker.keypair]).expect_err("an altered message");
        assert!(failure.logs.iter().all(|line| !line.contains("quote_fill")), "the program ran: {:?}", failure.logs);
        assert_eq!(before, desk.world.snapshot(std::slice::from_ref(&call)));
    }
}

#[test]
fn quote_fill_pointed_at_another_instruction_fails_by_name() {
    let mut desk = Desk::new();
    let message = desk.quote(desk.offer()).message();
    let good = ed25519(&desk.maker.keypair, &message);
    let other = ed25519(&desk.maker.keypair, b"something else the maker signed");
    let cases = [
        (vec![good.clone(), fill_call(&desk, 9)], "SignatureInstructionMissing"),
        (vec![good.clone(), fill_call(&desk, 1)], "SignatureProgramWrong"),
        (vec![good.clone(), fill_call(&desk, 2)], "SignatureProgramWrong"),
        (vec![good.clone(), other, fill_call(&desk, 1)], "QuoteMalformed"),
    ];
    for (instructions, name) in cases {
        fail(&mut desk, &instructions, name);
    }
    // And the right one, wherever it stands: even after the fill, as the runtime verifies it all the same.
    let call = fill_call(&desk, 1);
    desk.world.ok(&[call, good], &[&desk.taker.keypair]);
}

/// Data that looks like a verified message, in an instruction of a program that verifies nothing.
#[test]
fn quote_fill_of_a_message_in_another_program_s_data_fails_signature_program_wrong() {
    let mut desk = Desk::new();
    let message = desk.quote(desk.offer()).message();
    let mut forged = ed25519(&desk.maker.keypair, &message);
    forged.program_id = Pubkey::from_str_const("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");
    let call = fill_call(&desk, 1);
    let refused = [call, forged];
    fail(&mut desk, &refused, "SignatureProgramWrong");
}

/// The precompile verifies bytes of instruction 0, while the instruction named holds a quote nobody signed.
#[test]
fn quote_fill_of_bytes_verified_elsewhere_fails_signature_offsets_foreign() {
    let mut desk = Desk::new();
    let message = desk.quote(desk.offer()).message();
    let signed = ed25519(&desk.maker.keypair, &message);
    let cheap = desk.quote(Offer { price_e6: USDC, ..desk.offer() });
    for fields in [&[2usize, 4, 6][..], &[0], &[1], &[2]] {
        let mut pointing = signed.clone();
        let message_at = 16 + 64 + 32;
        if fields.len() == 3 {
            pointing.data.truncate(message_at);
            pointing.data.extend(cheap.message());
        }
        // Signature, key and message: the instruction they are taken from.
        for part in [4usize, 8, 14].iter().enumerate().filter(|(part, _)| fields.len() == 3 || fields.contains(part)) {
            pointing.data[*part.1..part.1 + 2].copy_from_slice(&0u16.to_le_bytes());
        }
        let call = fill_call(&desk, 1);
        fail(&mut desk, &[signed.clone(), pointing, call], "SignatureOffsetsForeign");
    }
}

#[test]
fn quote_fill_with_several_or_no_signatures_fails_signature_count_not_one() {
    let mut desk = Desk::new();
    let quote = desk.quote(desk.offer());
    let one = ed25519(&desk.maker.keypair, &quote.message());
    let call = fill_call(&desk, 0);
    // Two sets of offsets that verify the same bytes, shifted by the second set.
    let mut two = one.clone();
    let mut offsets = one.data[2..16].to_vec();
    for at in [0, 4, 8] {
        let shifted = u16::from_le_bytes([offsets[at], offsets[at + 1]]) + 14;
        offsets[at..at + 2].copy_from_slice(&shifted.to_le_bytes());
    }
    two.data = [&[2, 0], &offsets[..], &offsets[..], &one.data[16..]].concat();
    fail(&mut desk, &[two, call.clone()], "SignatureCountNotOne");
    let mut none = one;
    none.data = vec![0, 0];
    fail(&mut desk, &[none, call], "SignatureCountNotOne");
}
