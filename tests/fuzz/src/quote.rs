//! A quote as its maker wrote it.

use crate::action::{Flaw, Leg, Slot};
use crate::chain::Chain;
use abi::quote::{QUOTE_DOMAIN, QuoteHeader, QuoteLeg, SIDE_BUY, SIDE_SELL};
use bytemuck::{Zeroable, bytes_of, cast_slice};
use sha2::{Digest, Sha256};
use solana_instruction::Instruction;
use testkit::GENESIS_HASH;

/// What is off chain: the message, and who signed it.
#[derive(Clone, Debug)]
pub struct Signed {
    /// What actions call it by.
    pub id: u16,
    pub maker: Slot,
    /// Owner number of the key that signed.
    pub signer: u8,
    pub header: QuoteHeader,
    pub legs: Vec<QuoteLeg>,
    pub flaw: Flaw,
    pub digest: [u8; 32],
}

/// What a maker asks for, beside the legs.
pub struct Terms {
    pub id: u16,
    pub maker: Slot,
    pub signer: u8,
    pub nonce: u64,
    pub max: u64,
    pub min: u64,
    pub life: u64,
    pub flaw: Flaw,
}

impl Signed {
    /// Writes a quote. `None` where a leg names an expiry and none is listed yet.
    pub fn new(chain: &Chain, terms: &Terms, legs: &[Leg]) -> Option<Self> {
        let legs: Option<Vec<QuoteLeg>> = legs.iter().map(|leg| stored(chain, leg)).collect();
        let mut legs = legs?;
        let mut header = QuoteHeader::zeroed();
        header.domain = QUOTE_DOMAIN;
        header.program = abi::ids::MARGIN;
        header.genesis_hash = GENESIS_HASH;
        header.market = chain.stage.protocol.market.to_bytes();
        header.maker_account = chain.stage.account(terms.maker).to_bytes();
        header.nonce = terms.nonce.into();
        header.max_packages = terms.max.into();
        header.min_fill_packages = terms.min.into();
        header.expiry_slot = (chain.slot + terms.life).into();
        header.leg_count = u8::try_from(legs.len()).expect("few legs");
        match terms.flaw {
            Flaw::None => {}
            Flaw::Program => header.program[0] ^= 1,
            Flaw::Cluster => header.genesis_hash[31] ^= 1,
            Flaw::Market => header.market[7] ^= 1,
            Flaw::Maker => header.maker_account[7] ^= 1,
            Flaw::Domain => header.domain[0] ^= 1,
            Flaw::Reserved => header.reserved[0] = 1,
            Flaw::LegCount => header.leg_count += 1,
            Flaw::Side => legs[0].side = 2,
        }
        let message = [bytes_of(&header), cast_slice(&legs)].concat();
        let digest = Sha256::digest(&message).into();
        Some(Self { id: terms.id, maker: terms.maker, signer: terms.signer, header, legs, flaw: terms.flaw, digest })
    }

    pub fn nonce(&self) -> u64 {
        self.header.nonce.get()
    }

    pub fn message(&self) -> Vec<u8> {
        [bytes_of(&self.header), cast_slice(&self.legs)].concat()
    }

    /// The precompile's instruction.
    pub fn signature(&self, chain: &Chain) -> Instruction {
        testkit::ed25519(&chain.stage.actor(self.signer).keypair, &self.message())
    }

    /// Why the message cannot be parsed.
    pub const fn malformed(&self) -> Option<&'static str> {
        match self.flaw {
            Flaw::Domain => Some("QuoteDomainWrong"),
            Flaw::Reserved => Some("QuoteMalformed"),
            Flaw::LegCount => Some("TooManyLegs"),
            _ => None,
        }
    }

    /// What is wrong with its header, whoever fills it.
    pub const fn foreign(&self) -> Option<&'static str> {
        match self.flaw {
            Flaw::Program => Some("QuoteProgramWrong"),
            Flaw::Cluster => Some("QuoteClusterWrong"),
            Flaw::Market => Some("QuoteMarketWrong"),
            Flaw::Maker => Some("QuoteMakerWrong"),
            _ => None,
        }
    }
}

fn stored(chain: &Chain, leg: &Leg) -> Option<QuoteLeg> {
    let mut out = QuoteLeg::zeroed();
    let at = chain.listed.get(usize::from(leg.expiry) % chain.listed.len().max(1))?;
    out.expiry_unix_s = (*at).into();
    out.strike_e6 = leg.strike_e6.into();
    out.price_e6 = leg.price_e6.into();
    out.kind = if leg.put { abi::margin::KIND_PUT } else { abi::margin::KIND_CALL };
    out.side = if leg.sells { SIDE_SELL } else { SIDE_BUY };
    out.ratio = leg.ratio.into();
    Some(out)
}
