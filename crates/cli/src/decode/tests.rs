#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use abi::{PodU16, PodU32, PodU64, breaker::Brake, governor, ids};
use policy::{CouncilAction, Level, MarketLimits};

fn bytes<T: Layout>(account: &T) -> Vec<u8> {
    let mut data = T::DISCRIMINATOR.to_vec();
    data.extend(bytemuck::bytes_of(account));
    data
}

fn empty<T: Layout>() -> T {
    T::zeroed()
}

fn proposal(action: CouncilAction) -> governor::Proposal {
    let mut proposal: governor::Proposal = empty();
    let len = action.encode(&mut proposal.action).unwrap();
    proposal.id = PodU64::from(4);
    proposal.class = action.class().byte();
    proposal.action_len = PodU16::from(u16::try_from(len).unwrap());
    proposal.digest = digest(&ids::GOVERNOR, 4, &proposal.action[..len]);
    proposal.approvals = PodU16::from(0b101);
    proposal
}

#[test]
fn every_byte_of_every_layout_is_listed() {
    for (kind, listed, whole) in layouts::coverage() {
        assert_eq!(listed, whole, "{kind}: a field is not listed in layouts.rs");
    }
}

#[test]
fn account_shows_names_and_units() {
    let mut council: governor::Council = empty();
    council.version = 1;
    council.time_divisor = PodU32::from(60_480);
    council.members[0] = ids::ORACLE;
    let decoded = account(&bytes(&council), Some(&Pubkey::new_from_array(ids::GOVERNOR_TWIN))).unwrap();
    let text = decoded.to_string();
    assert_eq!((decoded.kind, decoded.program), ("Council", "governor"));
    assert!(
        text.contains("TIME-SCALED x60480") && text.contains("BsZgZk5fzUS7CZCPNoS2MG9LcsyuFtpefWotQLSUg5R4"),
        "{text}"
    );
    assert_eq!(decoded.json()["fields"]["members"].as_array().map(Vec::len), Some(1));
}

#[test]
fn account_of_a_brake_names_its_level() {
    let brake = Brake { level: 2, cause: 1, ..empty() };
    let text = account(&bytes(&brake), None).unwrap().to_string();
    assert!(text.contains("2  (L2 close only)") && text.contains("1  (guardian)"), "{text}");
}

#[test]
fn account_too_short_fails_with_the_length_it_needs() {
    let data = bytes::<governor::Council>(&empty());
    assert_eq!(account(&data[..100], None), Err(DecodeError::TooShort { kind: "Council", needs: 720, has: 100 }));
    assert_eq!(account(&data[..5], None), Err(DecodeError::NoDiscriminator { has: 5 }));
    assert_eq!(account(&[], None), Err(DecodeError::Empty));
}

#[test]
fn account_of_unknown_discriminator_fails_naming_it() {
    assert_eq!(account(&[0xab; 64], None), Err(DecodeError::UnknownDiscriminator { found: "ab".repeat(8) }));
}

#[test]
fn account_that_asks_for_a_newer_reader_fails_reader_too_old() {
    let brake = Brake { version: 9, min_reader: 8, ..empty() };
    let error = account(&bytes(&brake), None).unwrap_err();
    assert_eq!(error, DecodeError::ReaderTooOld { kind: "Brake", version: 9, min_reader: 8, ours: 1 });
    let readable = Brake { version: 9, min_reader: 1, ..empty() };
    assert!(account(&bytes(&readable), None).is_ok());
}

#[test]
fn account_of_another_owner_fails_wrong_owner() {
    let error = account(&bytes::<Brake>(&empty()), Some(&Pubkey::new_from_array(ids::MARGIN))).unwrap_err();
    assert!(matches!(error, DecodeError::WrongOwner { kind: "Brake", .. }), "{error}");
}

#[test]
fn proposal_says_its_action_and_that_the_digest_is_its_own() {
    let text =
        account(&bytes(&proposal(CouncilAction::BreakerRelax { level: Level::Normal })), None).unwrap().to_string();
    for part in
        ["Lower the brake to L0", "risk-increasing change, 4 of 7", "as proposal 4 of the governor", "2 (members 0, 2)"]
    {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    assert!(!text.contains("WARNING"), "{text}");
}

#[test]
fn proposal_about_one_market_says_which_and_what() {
    let limits = MarketLimits {
        hour_bps: 500,
        day_bps: 2_000,
        open_interest_cap_lots: 77,
        base_floor_atoms: 8,
        quote_floor_atoms: 9,
    };
    let custody = ids::ORACLE;
    let cases = [
        (CouncilAction::MarketRelax { custody, level: Level::Normal }, "to L0 (Normal)"),
        (CouncilAction::LimitsSet { custody, limits }, "to 500 bps an hour and 2000 bps a day"),
    ];
    for (action, words) in cases {
        let text = account(&bytes(&proposal(action)), None).unwrap().to_string();
        for part in ["BsZgZk5fzUS7CZCPNoS2MG9LcsyuFtpefWotQLSUg5R4", words, "risk-increasing change, 4 of 7"] {
            assert!(text.contains(part), "{part} in\n{text}");
        }
        assert!(!text.contains("WARNING"), "{text}");
    }
    let monitors = [ids::ORACLE, ids::VAULT];
    let text =
        account(&bytes(&proposal(CouncilAction::MonitorsSet { monitors: &monitors })), None).unwrap().to_string();
    assert!(text.contains("Replace the monitors by 2 keys"), "{text}");
}

#[test]
fn proposal_with_out_of_bounds_limits_fails_with_the_bounds() {
    let mut wrong: governor::Proposal = empty();
    wrong.action[0] = 6;
    wrong.action_len = PodU16::from(61);
    let error = account(&bytes(&wrong), None).unwrap_err().to_string();
    assert!(error.contains("1 to 10000 bps"), "{error}");
}

#[test]
fn proposal_with_another_digest_or_class_warns() {
    let mut altered = proposal(CouncilAction::BreakerRelax { level: Level::Normal });
    altered.digest[0] ^= 1;
    altered.class = 1;
    let text = account(&bytes(&altered), None).unwrap().to_string();
    assert!(text.contains("digest is NOT") && text.contains("stored class 1 is not"), "{text}");
}

#[test]
fn proposal_with_undecodable_action_fails_with_the_reason() {
    let mut unknown = proposal(CouncilAction::BreakerRelax { level: Level::Normal });
    unknown.action[0] = 77;
    let error = account(&bytes(&unknown), None).unwrap_err().to_string();
    assert!(error.contains("names no action"), "{error}");
    unknown.action_len = PodU16::from(u16::MAX);
    assert!(matches!(account(&bytes(&unknown), None), Err(DecodeError::ActionLen { len: u16::MAX, .. })));
}

#[test]
fn price_account_is_decoded_too() {
    let update = abi::pyth::PriceUpdate {
        write_authority: [1; 32],
        feed_id: [2; 32],
        price: 14_725_000_000,
        confidence: 5,
        exponent: -8,
        published_unix_s: 951_827_696,
        previous_published_unix_s: 0,
        ema_price: 1,
        ema_confidence: 1,
        posted_slot: 9,
    };
    let data = abi::pyth::price_update_bytes(&update);
    let text = account(&data, None).unwrap().to_string();
    assert!(text.contains("14725000000") && text.contains("2000-02-29 12:34:56 UTC"), "{text}");
    assert!(matches!(account(&data[..100], None), Err(DecodeError::Pyth(_))));
}
