//! Account bytes as they stood on mainnet, where they are at hand: each against the values it is known to hold, and each by both readers.

use crate::{pyth, switchboard};
use std::path::PathBuf;

/// Beside the repository, and not part of it.
const FOLDER: &str = "../../../shared/data";

/// The file's bytes; where the folder is missing, says so and passes over the test.
fn real(name: &str) -> Option<Vec<u8>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(FOLDER).join(name);
    let bytes = std::fs::read(&path).ok();
    if bytes.is_none() {
        eprintln!("skipped: {} is not here", path.display());
    }
    bytes
}

#[test]
fn pyth_sol_and_usdc_decode_to_their_known_values() {
    let known = [
        ("pyth_push_sol_price.bin", (15_679_769_099, 16_197_271, -8, Some(1_721_133_402))),
        ("pyth_push_usdc_price.bin", (100_004_997, 67_956, -8, None)),
    ];
    for (name, (price, confidence, exponent, published)) in known {
        let Some(bytes) = real(name) else { return };
        let ours = abi::pyth::price_update(&bytes).unwrap();
        assert_eq!((ours.price, ours.confidence, ours.exponent), (price, confidence, exponent), "{name}");
        assert!(published.is_none_or(|published| ours.published_unix_s == published), "{name}");
        assert_eq!(pyth::theirs(&bytes), Some(ours), "{name}");
        assert_eq!(abi::pyth::price_update_bytes(&ours)[..], bytes[..], "{name}: the builder makes the same account");
    }
}

#[test]
fn switchboard_sol_decodes_to_its_known_values() {
    const E10: i128 = 10_000_000_000;
    let Some(bytes) = real("swb_pull_sol_price.bin") else { return };
    let ours = abi::switchboard::pull_feed(&bytes).unwrap();
    let e8 = |value: i128| (value + E10 / 2).div_euclid(E10);
    assert_eq!((e8(ours.value), e8(ours.deviation), e8(ours.range)), (15_559_404_527, 24_016_179, 48_032_358));
    assert_eq!(ours.samples, 2);
    assert_eq!(switchboard::theirs(&bytes), Some(ours));
}
