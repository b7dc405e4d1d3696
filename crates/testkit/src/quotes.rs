//! Quotes as makers sign or post them, and the precompile instruction that proves a signature.

use crate::{Actor, GENESIS_HASH, Protocol, World};
use abi::quote::{QUOTE_DOMAIN, QuoteHeader, QuoteLeg};
use bytemuck::{Zeroable, bytes_of, cast_slice};
use client::{WithRemaining, addresses, margin};
use solana_instruction::{AccountMeta, Instruction};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

/// A quote before it is signed; tests change what they attack.
#[derive(Clone)]
pub struct Quote {
    pub header: QuoteHeader,
    pub legs: Vec<QuoteLeg>,
}

/// A quote of one leg, one lot a package: kind and side as in `abi`, side from the maker's view.
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

impl Offer {
    /// The offer as a leg of `ratio` lots a package.
    pub fn leg(&self, ratio: u16) -> QuoteLeg {
        let mut leg = QuoteLeg::zeroed();
        leg.expiry_unix_s = self.expiry_unix_s.into();
        leg.strike_e6 = self.strike_e6.into();
        leg.price_e6 = self.price_e6.into();
        leg.kind = self.kind;
        leg.side = self.side;
        leg.ratio = ratio.into();
        leg
    }
}

impl Quote {
    /// A quote of `maker`, good for a thousand slots.
    pub fn new(world: &mut World, protocol: &Protocol, maker: &Actor, offer: Offer) -> Self {
        Self::package(world, protocol, maker, offer, &[(offer, 1)])
    }

    /// A quote of several legs and their ratios; nonce and size are those of `terms`.
    pub fn package(world: &mut World, protocol: &Protocol, maker: &Actor, terms: Offer, legs: &[(Offer, u16)]) -> Self {
        let mut header = QuoteHeader::zeroed();
        header.domain = QUOTE_DOMAIN;
        header.program = abi::ids::MARGIN;
        header.genesis_hash = GENESIS_HASH;
        header.market = protocol.market.to_bytes();
        header.maker_account = maker.account.to_bytes();
        header.nonce = terms.nonce.into();
        header.max_packages = terms.max_lots.into();
        header.min_fill_packages = 1.into();
        header.expiry_slot = (world.clock().slot + 1_000).into();
        header.leg_count = u8::try_from(legs.len()).expect("few legs");
        Self { header, legs: legs.iter().map(|(offer, ratio)| offer.leg(*ratio)).collect() }
    }

    /// The bytes that are signed or posted.
    pub fn message(&self) -> Vec<u8> {
        [bytes_of(&self.header), cast_slice(&self.legs)].concat()
    }

    /// The transaction's two instructions: the signature, then `quote_fill` of `packages` by `taker`.
    pub fn fill(&self, protocol: &Protocol, taker: &Actor, maker: &Actor, packages: u64) -> [Instruction; 2] {
        let fill = self.fill_from(protocol, taker, maker, packages, abi::ids::SYSVAR_INSTRUCTIONS.into());
        [ed25519(&maker.keypair, &self.message()), fill]
    }

    /// `quote_fill` of the same quote, posted.
    pub fn fill_posted(&self, protocol: &Protocol, taker: &Actor, maker: &Actor, packages: u64) -> Instruction {
        let posted = addresses::posted_quote(&maker.account, self.header.nonce.get());
        self.fill_from(protocol, taker, maker, packages, posted)
    }

    fn fill_from(
        &self,
        protocol: &Protocol,
        taker: &Actor,
        maker: &Actor,
        packages: u64,
        quote_source: Pubkey,
    ) -> Instruction {
        let nonce = self.header.nonce.get();
        let accounts = margin::QuoteFill {
            taker_authority: taker.key(),
            payer: taker.key(),
            market: protocol.market,
            taker: taker.account,
            maker: maker.account,
            quote_state: addresses::quote_state(&maker.account, nonce),
            custody: protocol.custody,
            feed: protocol.feed,
            quote_source,
        };
        let fill = accounts.instruction(margin::QuoteFillArgs { packages, nonce, ix_index: 0 });
        fill.with_remaining(self.expiries(protocol))
    }

    /// The expiry accounts of the legs, each once.
    pub fn expiries(&self, protocol: &Protocol) -> Vec<AccountMeta> {
        let mut times: Vec<i64> = self.legs.iter().map(|leg| leg.expiry_unix_s.get()).collect();
        times.sort_unstable();
        times.dedup();
        times.into_iter().map(|at| AccountMeta::new(addresses::expiry(&protocol.market, at), false)).collect()
    }

    /// `quote_post` by the maker.
    pub fn post(&self, protocol: &Protocol, maker: &Actor) -> Instruction {
        let nonce = self.header.nonce.get();
        let accounts = margin::QuotePost {
            authority: maker.key(),
            payer: maker.key(),
            market: protocol.market,
            account: maker.account,
            posted: addresses::posted_quote(&maker.account, nonce),
        };
        accounts.instruction(margin::QuotePostArgs { nonce, message: self.message() })
    }
}

/// An Ed25519 precompile instruction that verifies `message` under `signer`, all parts in its own data.
pub fn ed25519(signer: &Keypair, message: &[u8]) -> Instruction {
    let signature = signer.sign_message(message);
    client::quotes::ed25519(&signer.pubkey(), signature.as_array(), message)
}
