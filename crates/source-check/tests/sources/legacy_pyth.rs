//! The retired push accounts of `pyth-sdk-solana`: their layout is never a source, and their crate's price arithmetic is a second opinion
//! on ours.

use crate::CASES;
use abi::{chainlink, oracle, pyth, switchboard};
use proptest::prelude::*;
use pyth_sdk_solana::{
    Price,
    state::{AccountType, MAGIC, PriceStatus, SolanaPriceAccount, VERSION_2, load_price_account},
};
use risk::feed::{Quote, Refusal, sample};

/// Decimal places of `PriceE6`, as an exponent.
const EXPONENT_E6: i32 = -6;
const LEAST_E6: i64 = 100;
const MOST_E6: i64 = 10_000_000_000_000;

fn account(price: i64, conf: u64, expo: i32, timestamp: i64) -> SolanaPriceAccount {
    let mut account: SolanaPriceAccount = bytemuck::Zeroable::zeroed();
    (account.magic, account.ver, account.atype) = (MAGIC, VERSION_2, AccountType::Price as u32);
    (account.expo, account.timestamp) = (expo, timestamp);
    (account.agg.price, account.agg.conf, account.agg.status) = (price, conf, PriceStatus::Trading);
    account
}

/// What a feed would take from an update of this price.
fn quote(price: i64, confidence: u64, exponent: i32) -> Result<Quote, Refusal> {
    let update = pyth::PriceUpdate {
        write_authority: [0; 32],
        feed_id: [0; 32],
        price,
        confidence,
        exponent,
        published_unix_s: 0,
        previous_published_unix_s: 0,
        ema_price: 0,
        ema_confidence: 0,
        posted_slot: 0,
    };
    let (_, sample) = sample(oracle::SOURCE_PYTH, &pyth::price_update_bytes(&update))?;
    sample.normalise()
}

fn read(bytes: &[u8]) -> Price {
    let account: &SolanaPriceAccount = load_price_account(bytes).unwrap();
    account.to_price_feed(&Default::default()).get_price_unchecked()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sample_scales_prices_as_the_crate_does(
        digits in 0_u32..19, lead in 1_i64..=9, rest: u64, conf_bps in 0_u64..=200, exponent in -12_i32..=0, timestamp: i64,
    ) {
        let power = 10_i64.pow(digits);
        let price = lead.saturating_mul(power).saturating_add(i64::try_from(rest % power.unsigned_abs()).unwrap());
        let confidence = u64::try_from(u128::from(price.unsigned_abs()) * u128::from(conf_bps) / 10_000).unwrap();
        let account = account(price, confidence, exponent, timestamp);
        let read = read(bytemuck::bytes_of(&account));
        prop_assert_eq!((read.price, read.conf, read.expo, read.publish_time), (price, confidence, exponent, timestamp));

        let ours = quote(price, confidence, exponent);
        match read.scale_to_exponent(EXPONENT_E6) {
            Some(scaled) if (LEAST_E6..=MOST_E6).contains(&scaled.price) => {
                let ours = ours.unwrap();
                prop_assert_eq!(i64::try_from(ours.price.0), Ok(scaled.price));
                // Half width: 2.12 confidences, rounded up, where the crate rounds one confidence down.
                let (width, conf) = (u128::from(ours.half_width.0), u128::from(scaled.conf));
                prop_assert!(width * 100 >= conf * 212 && width.saturating_sub(1) * 100 < (conf + 1) * 212);
            }
            _ => prop_assert_eq!(ours, Err(Refusal::PriceOutOfBounds)),
        }
    }

    #[test]
    fn push_account_is_read_by_none_of_our_parsers(price: i64, conf: u64, expo: i32, timestamp: i64) {
        let account = account(price, conf, expo, timestamp);
        let bytes = bytemuck::bytes_of(&account);
        prop_assert_eq!(read(bytes).price, price);
        prop_assert!(pyth::price_update(bytes).is_err());
        prop_assert!(pyth::price_update(&bytes[..pyth::PRICE_UPDATE_LEN]).is_err());
        prop_assert!(switchboard::pull_feed(&bytes[..switchboard::PULL_FEED_LEN]).is_err());
        prop_assert!(chainlink::round(bytes).is_err());
    }
}
