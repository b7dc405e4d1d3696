//! Writes and signs quotes: the bytes that the program, the relay and whoever fills them read.

use crate::desk::package::{PricedLeg, Proposal};
use abi::quote::{QUOTE_DOMAIN, QuoteHeader, QuoteLeg, SIDE_BUY, SIDE_SELL};
use bytemuck::{Zeroable, bytes_of};
use serde_json::{Value, json};
use services::base64_of;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

/// What all of a maker's quotes have in common.
pub struct Desk<'a> {
    pub key: &'a dyn Signer,
    pub genesis_hash: [u8; 32],
    pub market: Pubkey,
    pub account: Pubkey,
}

impl Desk<'_> {
    /// The quote's message.
    pub fn message(&self, wanted: &Proposal, nonce: u64, expiry_slot: u64) -> Vec<u8> {
        let mut header = QuoteHeader::zeroed();
        header.domain = QUOTE_DOMAIN;
        header.program = abi::ids::MARGIN;
        header.genesis_hash = self.genesis_hash;
        header.market = self.market.to_bytes();
        header.maker_account = self.account.to_bytes();
        header.nonce = nonce.into();
        header.max_packages = wanted.packages.into();
        header.min_fill_packages = 1.into();
        header.expiry_slot = expiry_slot.into();
        // Of a configuration that has at most eight.
        header.leg_count = u8::try_from(wanted.legs.len()).unwrap_or(u8::MAX);
        let legs = wanted.legs.iter().map(|PricedLeg { leg, price }| {
            let mut written = QuoteLeg::zeroed();
            written.expiry_unix_s = leg.series.expiry_unix_s.into();
            written.strike_e6 = leg.series.strike_e6.into();
            written.price_e6 = price.0.into();
            written.kind = leg.series.kind;
            written.side = if leg.buys { SIDE_BUY } else { SIDE_SELL };
            written.ratio = leg.ratio.into();
            written
        });
        legs.fold(bytes_of(&header).to_vec(), |mut message, leg| {
            message.extend_from_slice(bytes_of(&leg));
            message
        })
    }

    /// The quote as relays take it; `None` if the key does not sign.
    pub fn signed(&self, message: &[u8]) -> Option<Value> {
        let signature = self.key.try_sign_message(message).ok()?;
        Some(json!({
            "maker": self.key.pubkey().to_string(),
            "message": base64_of(message),
            "signature": base64_of(signature.as_ref()),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Series;
    use crate::desk::package::Leg;
    use solana_keypair::Keypair;
    use units::PriceE6;

    #[test]
    fn message_is_what_the_programs_parser_reads() {
        let key = Keypair::new_from_array([1; 32]);
        let desk = Desk { key: &key, genesis_hash: [7; 32], market: [2; 32].into(), account: [3; 32].into() };
        let leg = |strike_e6: u64, buys: bool, ratio: u16| {
            let series = Series { expiry_unix_s: 86_400, strike_e6, kind: abi::margin::KIND_PUT };
            PricedLeg { leg: Leg { series, buys, ratio }, price: PriceE6(5_000_000) }
        };
        let legs = vec![leg(150_000_000, false, 1), leg(145_000_000, true, 2)];
        let message = desk.message(&Proposal { legs, packages: 20 }, 9, 100);
        let (header, legs) = abi::quote::parse(&message).unwrap();
        assert_eq!((header.nonce.get(), header.max_packages.get(), header.expiry_slot.get()), (9, 20, 100));
        assert_eq!((legs[0].side, legs[0].kind, legs[0].price_e6.get()), (SIDE_SELL, 2, 5_000_000));
        assert_eq!(
            (legs.len(), legs[1].side, legs[1].ratio.get(), legs[1].strike_e6.get()),
            (2, SIDE_BUY, 2, 145_000_000)
        );
        let signed = desk.signed(&message).unwrap();
        assert_eq!(signed["maker"], key.pubkey().to_string());
    }
}
