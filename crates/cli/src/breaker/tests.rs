#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::unwrap_used)]

use super::*;
use policy::{Cause, Released};

const NOW: i64 = 1_800_000_000;
const LIMITS: Limits = Limits { hour_bps: 1_000, day_bps: 2_500, floor_atoms: 10, time_divisor: 1 };

fn frozen() -> Latch {
    Latch::RELEASED.guardian_raise(Level::Frozen, NOW, 1).unwrap()
}

fn shown(own: Latch, protocol: Latch, outflow: Outflow) -> Status {
    let vaults = vec![vault(outflow, 1_000, 1, NOW, &LIMITS)];
    let own = braked(Ok(own), NOW, 1).unwrap();
    let braked = braked(Ok(protocol), NOW, 1).unwrap();
    Status {
        url: "http://here".to_owned(),
        slot: 7,
        unix_s: NOW,
        markets: vec![MarketStatus {
            custody: Pubkey::default(),
            controller: Pubkey::default(),
            symbol: Some("SOL/USDC".to_owned()),
            own,
            in_force: own.level.max(braked.level),
            vaults,
        }],
        protocol: Some(Protocol {
            braked,
            guardians: vec![[1; 32], [2; 32]],
            trips_left: 2,
            monitors: vec![],
            heartbeat_unix_s: 0,
            time_divisor: 1,
        }),
    }
}

#[test]
fn vault_shows_what_is_left_of_both_windows_and_when_the_line_ends() {
    let (spent, released) = Outflow::default().release(Level::Normal, 60, 1_060, NOW, &LIMITS).unwrap();
    assert_eq!(released, Released::Now);
    let seen = vault(spent, 1_000, 0, NOW, &LIMITS);
    // A tenth of 1,060 an hour and a quarter a day.
    assert_eq!(seen.hour, WindowStatus { used_atoms: 60, left_atoms: 46 });
    assert_eq!(seen.day, WindowStatus { used_atoms: 60, left_atoms: 205 });
    assert_eq!(seen.served_unix_s, None);

    let (queued, released) = spent.release(Level::Normal, 500, 1_000, NOW, &LIMITS).unwrap();
    assert!(matches!(released, Released::Queued(_)));
    let seen = vault(queued, 1_000, 1, NOW, &LIMITS);
    // 500 at 250 a day.
    assert_eq!((seen.queued_atoms, seen.served_unix_s), (500, Some(NOW + 2 * 86_400)));
}

#[test]
fn write_names_level_cause_and_fall_of_protocol_and_market() {
    let text = write(&shown(frozen(), Latch::RELEASED, Outflow::default())).unwrap();
    assert!(text.contains("protocol   L0 normal\n"), "{text}");
    assert!(text.contains("guardians  2, with 2 of their 3 trips left today"), "{text}");
    assert!(
        text.contains("SOL/USDC  L3 frozen  L3 frozen  guardian  0         falls to L2 close only in 21600 s"),
        "{text}"
    );
    let text = write(&shown(Latch::RELEASED, frozen(), Outflow::default())).unwrap();
    assert!(text.contains("protocol   L3 frozen, by guardian 0 s ago; falls to L2 close only in 21600 s"), "{text}");
    assert!(text.contains("SOL/USDC  L3 frozen  L0 normal"), "{text}");
}

#[test]
fn write_ends_with_the_matrix_of_the_documents() {
    let text = write(&shown(Latch::RELEASED, Latch::RELEASED, Outflow::default())).unwrap();
    assert!(text.trim_end().ends_with(policy::matrix_table().trim_end()), "{text}");
    let documents = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ARCHITECTURE.md");
    assert!(std::fs::read_to_string(documents).unwrap().contains(&policy::matrix_table()));
}

#[test]
fn json_says_the_same_and_holds_the_matrix() {
    let value = json(&shown(frozen(), Latch::RELEASED, Outflow::default()));
    assert_eq!(value["markets"][0]["own"]["falls"]["to"], 2);
    assert_eq!(value["markets"][0]["own"]["cause"], "guardian");
    assert_eq!(value["protocol"]["braked"]["falls"], serde_json::Value::Null);
    assert_eq!(value["matrix"][6]["answers"][3], "queued");
    assert_eq!(value["matrix"].as_array().unwrap().len(), policy::Action::ALL.len());
}

#[test]
fn braked_of_bytes_that_no_version_wrote_fails_brake_unknown() {
    let brake = Brake { level: 9, ..bytemuck::Zeroable::zeroed() };
    assert!(matches!(braked(Latch::of_brake(&brake), NOW, 1), Err(Error::BrakeUnknown)));
    assert_eq!(braked(Ok(frozen()), NOW, 1).unwrap().cause, Cause::Guardian);
}
