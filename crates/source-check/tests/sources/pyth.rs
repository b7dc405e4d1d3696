//! `PriceUpdateV2`: ours against `pyth-solana-receiver-sdk`.

use crate::{ALTERED, CASES};
use abi::pyth::{PRICE_UPDATE_LEN, PriceUpdate, PythError, price_update, price_update_bytes};
use anchor_lang::{AccountDeserialize, AccountSerialize, prelude::Pubkey};
use proptest::{array::uniform32, collection::vec, prelude::*};
use pyth_solana_receiver_sdk::price_update::{PriceFeedMessage, PriceUpdateV2, VerificationLevel};

/// The crate's account in our fields; `None` where it is not fully verified.
pub fn theirs(data: &[u8]) -> Option<PriceUpdate> {
    let account = PriceUpdateV2::try_deserialize(&mut &data[..]).ok()?;
    let message = account.price_message;
    (account.verification_level == VerificationLevel::Full).then_some(PriceUpdate {
        write_authority: account.write_authority.to_bytes(),
        feed_id: message.feed_id,
        price: message.price,
        confidence: message.conf,
        exponent: message.exponent,
        published_unix_s: message.publish_time,
        previous_published_unix_s: message.prev_publish_time,
        ema_price: message.ema_price,
        ema_confidence: message.ema_conf,
        posted_slot: account.posted_slot,
    })
}

/// What the receiver would store: the crate's own serialisation, padded to the account's length.
fn stored(update: &PriceUpdate, verification_level: VerificationLevel) -> Vec<u8> {
    let account = PriceUpdateV2 {
        write_authority: Pubkey::new_from_array(update.write_authority),
        verification_level,
        price_message: PriceFeedMessage {
            feed_id: update.feed_id,
            price: update.price,
            conf: update.confidence,
            exponent: update.exponent,
            publish_time: update.published_unix_s,
            prev_publish_time: update.previous_published_unix_s,
            ema_price: update.ema_price,
            ema_conf: update.ema_confidence,
        },
        posted_slot: update.posted_slot,
    };
    let mut bytes = Vec::new();
    account.try_serialize(&mut bytes).unwrap();
    bytes.resize(PriceUpdateV2::LEN, 0);
    bytes
}

prop_compose! {
    fn update()(
        write_authority in uniform32(any::<u8>()), feed_id in uniform32(any::<u8>()), price: i64, confidence: u64, exponent: i32,
        times: (i64, i64), ema_price: i64, ema_confidence: u64, posted_slot: u64,
    ) -> PriceUpdate {
        let (published_unix_s, previous_published_unix_s) = times;
        PriceUpdate {
            write_authority, feed_id, price, confidence, exponent, published_unix_s, previous_published_unix_s, ema_price,
            ema_confidence, posted_slot,
        }
    }
}

#[test]
fn price_update_length_is_the_crates() {
    assert_eq!(PRICE_UPDATE_LEN, PriceUpdateV2::LEN);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn price_update_bytes_of_either_are_read_alike_by_both(update in update()) {
        let (ours, crates) = (price_update_bytes(&update), stored(&update, VerificationLevel::Full));
        prop_assert_eq!(&ours[..], &crates[..]);
        prop_assert_eq!(price_update(&crates), Ok(update));
        prop_assert_eq!(theirs(&ours), Some(update));
    }

    #[test]
    fn price_update_partly_verified_is_refused_whatever_its_signatures(update in update(), num_signatures: u8) {
        let bytes = stored(&update, VerificationLevel::Partial { num_signatures });
        prop_assert_eq!(price_update(&bytes), Err(PythError::NotFullyVerified));
        prop_assert_eq!(theirs(&bytes), None);
    }

    #[test]
    fn price_update_altered_is_read_alike_or_refused_by_both(
        update in update(), changes in vec((0..PRICE_UPDATE_LEN, any::<u8>()), 1..ALTERED),
    ) {
        let mut bytes = price_update_bytes(&update);
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        prop_assert_eq!(price_update(&bytes).ok(), theirs(&bytes));
    }
}
