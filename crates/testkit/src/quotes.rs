//! Quotes as makers sign them, and the precompile instruction that proves the signature.

use crate::{Actor, GENESIS_HASH, Protocol, World};
use abi::quote::{QUOTE_DOMAIN, QuoteHeader, QuoteLeg};
use bytemuck::{Zeroable, bytes_of};
use client::{addresses, margin};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

/// A quote of one leg before it is signed; tests change what they attack.
#[derive(Clone, Copy)]
pub struct Quote {
    pub header: QuoteHeader,
    pub leg: QuoteLeg,
}

/// What a quote offers: kind and side as in `abi`, side from the maker's view.
#[derive(Clone, Copy)]
pub struct Offer {
    pub expiry_unix_s: i64,
    pub strike_e6: u64,
    pub kind: u8,
    pub side: u8,
    pub price_e6: u64,
    pub max_lots: u64,
    pub nonce: u64,
}

impl Quote {
    /// A quote of `maker`, good for a thousand slots.
    pub fn new(world: &mut World, protocol: &Protocol, maker: &Actor, offer: Offer) -> Self {
        let mut header = QuoteHeader::zeroed();
        header.domain = QUOTE_DOMAIN;
        header.program = abi::ids::MARGIN;
        header.genesis_hash = GENESIS_HASH;
        header.market = protocol.market.to_bytes();
        header.maker_account = maker.account.to_bytes();
        header.nonce = offer.nonce.into();
        header.max_lots = offer.max_lots.into();
        header.min_fill_lots = 1.into();
        header.expiry_slot = (world.clock().slot + 1_000).into();
        header.leg_count = 1;
        let mut leg = QuoteLeg::zeroed();
        leg.expiry_unix_s = offer.expiry_unix_s.into();
        leg.strike_e6 = offer.strike_e6.into();
        leg.price_e6 = offer.price_e6.into();
        leg.kind = offer.kind;
        leg.side = offer.side;
        Self { header, leg }
    }

    /// The bytes that are signed.
    pub fn message(&self) -> Vec<u8> {
        [bytes_of(&self.header), bytes_of(&self.leg)].concat()
    }

    /// The transaction's two instructions: the signature, then `quote_fill` of `lots` by `taker`.
    pub fn fill(&self, protocol: &Protocol, taker: &Actor, maker: &Actor, lots: u64) -> [Instruction; 2] {
        let nonce = self.header.nonce.get();
        let accounts = margin::QuoteFill {
            taker_owner: taker.key(),
            payer: taker.key(),
            market: protocol.market,
            expiry: addresses::expiry(&protocol.market, self.leg.expiry_unix_s.get()),
            taker: taker.account,
            maker: maker.account,
            quote_state: addresses::quote_state(&maker.account, nonce),
            feed: protocol.feed,
        };
        let fill = accounts.instruction(margin::QuoteFillArgs { lots, nonce, ix_index: 0 });
        [ed25519(&maker.keypair, &self.message()), fill]
    }
}

/// An Ed25519 precompile instruction that verifies `message` under `signer`, all parts in its own data.
pub fn ed25519(signer: &Keypair, message: &[u8]) -> Instruction {
    let signature = signer.sign_message(message);
    let this = u16::MAX.to_le_bytes();
    let at = |offset: usize| u16::try_from(offset).expect("a short message").to_le_bytes();
    let (signature_at, key_at, message_at) = (16, 16 + 64, 16 + 64 + 32);
    let mut data = vec![1, 0];
    for field in [at(signature_at), this, at(key_at), this, at(message_at), at(message.len()), this] {
        data.extend_from_slice(&field);
    }
    data.extend_from_slice(signature.as_ref());
    data.extend_from_slice(signer.pubkey().as_ref());
    data.extend_from_slice(message);
    Instruction { program_id: Pubkey::from(abi::ids::ED25519), accounts: vec![], data }
}
