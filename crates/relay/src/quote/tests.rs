use super::*;
use abi::quote::{MAX_LEGS, QUOTE_DOMAIN};
use bytemuck::{Zeroable, bytes_of, cast_slice};
use proptest::prelude::*;
use solana_keypair::Keypair;
use solana_signer::Signer;

pub const GENESIS: [u8; 32] = [7; 32];

/// What a test's quote says; everything else of it is good.
#[derive(Clone, Debug)]
pub struct Terms {
    pub maker: u8,
    pub account: u8,
    pub market: u8,
    pub nonce: u64,
    pub packages: u64,
    pub expiry_slot: u64,
    pub legs: Vec<QuoteLeg>,
}

impl Default for Terms {
    fn default() -> Self {
        Self { maker: 1, account: 2, market: 3, nonce: 4, packages: 10, expiry_slot: 1_000, legs: vec![leg(100)] }
    }
}

pub fn leg(strike: u64) -> QuoteLeg {
    let mut leg = QuoteLeg::zeroed();
    leg.expiry_unix_s = 2_000_000_000.into();
    leg.strike_e6 = (strike * 1_000_000).into();
    leg.price_e6 = 5_000_000.into();
    leg.kind = KIND_CALL;
    leg.ratio = 1.into();
    leg
}

impl Terms {
    pub fn key(&self) -> Keypair {
        Keypair::new_from_array([self.maker; 32])
    }

    pub fn header(&self) -> QuoteHeader {
        let mut header = QuoteHeader::zeroed();
        header.domain = QUOTE_DOMAIN;
        header.program = abi::ids::MARGIN;
        header.genesis_hash = GENESIS;
        header.market = [self.market; 32];
        header.maker_account = [self.account; 32];
        header.nonce = self.nonce.into();
        header.max_packages = self.packages.into();
        header.min_fill_packages = 1.into();
        header.expiry_slot = self.expiry_slot.into();
        header.leg_count = self.legs.len() as u8;
        header
    }

    fn json_of(&self, header: &QuoteHeader) -> SignedJson {
        signed_json(&self.key(), &[bytes_of(header), cast_slice(&self.legs)].concat())
    }

    pub fn json(&self) -> SignedJson {
        self.json_of(&self.header())
    }

    pub fn signed(&self) -> Signed {
        Signed::read(&self.json(), &GENESIS).unwrap()
    }
}

fn signed_json(key: &Keypair, message: &[u8]) -> SignedJson {
    SignedJson {
        maker: key.pubkey().to_string(),
        message: base64_of(message),
        signature: base64_of(key.sign_message(message).as_ref()),
    }
}

fn refused(json: &SignedJson) -> Refusal {
    Signed::read(json, &GENESIS).expect_err("a refusal")
}

fn with_header(change: impl FnOnce(&mut QuoteHeader)) -> Refusal {
    let (terms, mut header) = (Terms::default(), Terms::default().header());
    change(&mut header);
    refused(&terms.json_of(&header))
}

fn with_legs(legs: Vec<QuoteLeg>) -> Refusal {
    refused(&Terms { legs, ..Terms::default() }.json())
}

fn with_leg(change: impl FnOnce(&mut QuoteLeg)) -> Refusal {
    let mut second = leg(200);
    change(&mut second);
    with_legs(vec![leg(100), second])
}

#[test]
fn signed_read_of_what_it_wrote_returns_the_same() {
    let signed = Terms { legs: (1..=8).map(leg).collect(), ..Terms::default() }.signed();
    assert_eq!(Signed::read(&signed.json(), &GENESIS), Ok(signed.clone()));
    assert_eq!(signed.id().to_string(), format!("{}/4", Pubkey::from([2; 32])));
}

#[test]
fn signed_read_of_wrong_encodings_fails_naming_the_field() {
    let good = Terms::default().json();
    for (json, refusal) in [
        (SignedJson { maker: "nobody".to_owned(), ..good.clone() }, Refusal::MakerInvalid),
        (SignedJson { message: "%".to_owned(), ..good.clone() }, Refusal::MessageEncoding),
        (SignedJson { message: base64_of(&[0; MESSAGE_MAX + 1]), ..good.clone() }, Refusal::MessageEncoding),
        (SignedJson { signature: "%".to_owned(), ..good.clone() }, Refusal::SignatureEncoding),
        (SignedJson { signature: base64_of(&[0; 63]), ..good.clone() }, Refusal::SignatureEncoding),
        (SignedJson { message: base64_of(&[0; 10]), ..good }, Refusal::MessageLength),
    ] {
        assert_eq!(refused(&json), refusal);
    }
}

#[test]
fn signed_read_of_a_wrong_header_fails_with_its_own_refusal() {
    assert_eq!(with_header(|header| header.domain = *b"bastion:quote:v1"), Refusal::DomainWrong);
    assert_eq!(with_header(|header| header.program = [9; 32]), Refusal::ProgramWrong);
    let here = Pubkey::from(GENESIS).to_string();
    assert_eq!(with_header(|header| header.genesis_hash = [9; 32]), Refusal::ClusterWrong(here));
    assert_eq!(with_header(|header| header.max_packages = 0.into()), Refusal::SizeZero);
    assert_eq!(with_header(|header| header.leg_count = 2), Refusal::LegCountWrong);
    assert_eq!(with_header(|header| header.reserved[6] = 1), Refusal::ReservedNotZero);
}

#[test]
fn signed_read_of_wrong_legs_fails_with_its_own_refusal() {
    assert_eq!(with_legs(vec![]), Refusal::LegCountWrong);
    assert_eq!(with_leg(|leg| leg.side = 2), Refusal::LegWrong(1));
    assert_eq!(with_leg(|leg| leg.kind = 0), Refusal::LegWrong(1));
    assert_eq!(with_leg(|leg| leg.kind = 3), Refusal::LegWrong(1));
    assert_eq!(with_leg(|leg| leg.ratio = 0.into()), Refusal::LegWrong(1));
    assert_eq!(with_leg(|leg| leg.price_e6 = 0.into()), Refusal::PriceOutOfBounds(1));
    assert_eq!(with_leg(|leg| leg.strike_e6 = u64::MAX.into()), Refusal::PriceOutOfBounds(1));
    assert_eq!(with_leg(|leg| leg.reserved[0] = 1), Refusal::ReservedNotZero);
    assert_eq!(with_leg(|leg| leg.strike_e6 = 100_000_000.into()), Refusal::DuplicateLeg(1));
    let nine: Vec<_> = (1..=9).map(leg).collect();
    assert_eq!(nine.len(), MAX_LEGS + 1);
    assert_eq!(with_legs(nine), Refusal::MessageEncoding, "longer than any message");
}

#[test]
fn signed_read_of_another_keys_signature_fails() {
    let mut json = Terms::default().json();
    json.maker = Keypair::new_from_array([5; 32]).pubkey().to_string();
    assert_eq!(refused(&json), Refusal::SignatureWrong);
}

proptest! {
    /// One changed bit of message or signature is refused.
    #[test]
    fn signed_read_refuses_every_changed_bit(at in 0usize..(216 + 64) * 8) {
        let good = Terms::default().json();
        let (mut message, mut signature) = (base64_read(&good.message).unwrap(), base64_read(&good.signature).unwrap());
        let (byte, bit) = (at / 8, 1 << (at % 8));
        if byte < message.len() { message[byte] ^= bit } else { signature[byte - message.len()] ^= bit }
        let changed = SignedJson { maker: good.maker, message: base64_of(&message), signature: base64_of(&signature) };
        prop_assert!(Signed::read(&changed, &GENESIS).is_err());
    }

    /// No text makes it panic.
    #[test]
    fn signed_read_of_anything_returns(maker in ".{0,50}", message in prop::collection::vec(any::<u8>(), 0..500), signature in ".{0,100}") {
        let json = SignedJson { maker, message: base64_of(&message), signature };
        prop_assert!(Signed::read(&json, &GENESIS).is_err());
    }
}
