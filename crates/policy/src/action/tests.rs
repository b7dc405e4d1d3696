use super::*;
use crate::Evidence;
use proptest::prelude::*;

const EVIDENCE: Evidence = Evidence {
    source_commit: [5; 20],
    recipe_hash: [6; 32],
    audit_hash: [7; 32],
    migration_hash: [8; 32],
    schema_from: 9,
    schema_to: 10,
};
const UPGRADE: Upgrade = Upgrade {
    program: [1; 32],
    buffer: [2; 32],
    elf_hash: [3; 32],
    elf_len: 0x0102_0304,
    previous_hash: [4; 32],
    evidence: EVIDENCE,
    forward_only: true,
};
const UPGRADE_ACTION: CouncilAction<'static> = CouncilAction::Upgrade(UPGRADE);
const PATCH: Upgrade =
    Upgrade { program: ids::MARGIN, evidence: Evidence { schema_to: 9, ..EVIDENCE }, forward_only: false, ..UPGRADE };

const LIMITS: MarketLimits = MarketLimits {
    hour_bps: 0x0102,
    day_bps: 0x0304,
    open_interest_cap_lots: 0x0506_0708,
    base_floor_atoms: 9,
    quote_floor_atoms: 10,
};

fn encoded(action: &CouncilAction) -> Vec<u8> {
    let mut out = [0; ACTION_LEN];
    let len = action.encode(&mut out).unwrap();
    assert!(out[len..].iter().all(|byte| *byte == 0));
    out[..len].to_vec()
}

fn distinct(count: u8) -> Vec<Address> {
    (1..=count).map(|key| [key; 32]).collect()
}

#[test]
fn upgrade_is_encoded_field_by_field() {
    let bytes = encoded(&UPGRADE_ACTION);
    assert_eq!(bytes.len(), 252);
    assert_eq!((bytes[0], bytes[1], bytes[33], bytes[65]), (1, 1, 2, 3));
    assert_eq!(bytes[97..102], [4, 3, 2, 1, 4]);
    assert_eq!([133, 153, 185, 217, 249, 250, 251].map(|at| bytes[at]), [5, 6, 7, 8, 9, 10, 1]);
    assert_eq!(CouncilAction::decode(&bytes), Ok(UPGRADE_ACTION));
}

#[test]
fn lists_are_encoded_with_their_count() {
    for count in 1..=15 {
        let keys = distinct(count);
        let bytes = encoded(&CouncilAction::CouncilSet { members: &keys });
        assert_eq!((bytes[0], bytes[1], bytes.len()), (3, count, 2 + 32 * usize::from(count)));
        assert_eq!(CouncilAction::decode(&bytes), Ok(CouncilAction::CouncilSet { members: &keys }));
    }
}

#[test]
fn decode_of_no_action_names_the_reason() {
    let cases: [(&[u8], ActionError); 14] = [
        (&[], ActionError::WrongLength),
        (&[0], ActionError::UnknownKind),
        (&[15, 1], ActionError::UnknownKind),
        (&[1, 1, 1], ActionError::WrongLength),
        (&[2], ActionError::WrongLength),
        (&[2, 0, 0], ActionError::WrongLength),
        (&[2, 4], ActionError::WrongLevel),
        (&[2, 5], ActionError::WrongLevel),
        (&[3, 0], ActionError::WrongCount),
        (&[4, 1, 7], ActionError::WrongLength),
        (&[5, 1], ActionError::WrongLength),
        (&[5; 34], ActionError::WrongLevel),
        (&[6; 60], ActionError::WrongLength),
        (&[7, 0], ActionError::WrongCount),
    ];
    for (bytes, reason) in cases {
        assert_eq!(CouncilAction::decode(bytes), Err(reason), "{bytes:?}");
    }
}

#[test]
fn decode_refuses_every_truncation_and_every_tail() {
    let keys = distinct(3);
    for action in [
        UPGRADE_ACTION,
        CouncilAction::BreakerRelax { level: Level::Normal },
        CouncilAction::GuardiansSet { guardians: &keys },
        CouncilAction::MarketRelax { custody: [4; 32], level: Level::Throttle },
        CouncilAction::LimitsSet { custody: [4; 32], limits: LIMITS },
        CouncilAction::MonitorsSet { monitors: &keys },
        CouncilAction::EmergencyPatch(PATCH),
        CouncilAction::Ratify { program: [1; 32], elf_hash: [2; 32] },
        CouncilAction::RollBack { program: [1; 32], previous_hash: [2; 32] },
        CouncilAction::HandOver { program: [1; 32], authority: [2; 32] },
        CouncilAction::CouncilRecover { members: &keys },
        CouncilAction::AttestorsSet { attestors: &keys },
        CouncilAction::DelaysSet { delays: Delays { set_s: [1, 2, 3, 4, 5, 6, 7, DELAY_MAX_S] } },
    ] {
        let mut bytes = encoded(&action);
        for len in 0..bytes.len() {
            assert_eq!(CouncilAction::decode(&bytes[..len]), Err(ActionError::WrongLength), "{action:?} {len}");
        }
        bytes.push(0);
        assert_eq!(CouncilAction::decode(&bytes), Err(ActionError::WrongLength), "{action:?}");
    }
}

#[test]
fn lists_refuse_too_many_zero_and_repeated_keys() {
    let mut out = [0; ACTION_LEN];
    let sixteen = distinct(16);
    assert_eq!(CouncilAction::CouncilSet { members: &sixteen }.encode(&mut out), Err(ActionError::WrongCount));
    assert_eq!(CouncilAction::GuardiansSet { guardians: &sixteen[..9] }.encode(&mut out), Err(ActionError::WrongCount));
    assert_eq!(CouncilAction::MonitorsSet { monitors: &sixteen[..5] }.encode(&mut out), Err(ActionError::WrongCount));
    assert_eq!(CouncilAction::CouncilSet { members: &[[1; 32], [0; 32]] }.encode(&mut out), Err(ActionError::WrongKey));
    assert_eq!(
        CouncilAction::CouncilSet { members: &[[1; 32], [2; 32], [1; 32]] }.encode(&mut out),
        Err(ActionError::WrongKey)
    );
    assert_eq!(out, [0; ACTION_LEN]);
}

#[test]
fn market_actions_are_encoded_field_by_field() {
    let relax = CouncilAction::MarketRelax { custody: [4; 32], level: Level::CloseOnly };
    assert_eq!(encoded(&relax), [&[5][..], &[4; 32], &[2]].concat());
    assert_eq!(CouncilAction::decode(&encoded(&relax)), Ok(relax));
    let limits = CouncilAction::LimitsSet { custody: [4; 32], limits: LIMITS };
    let numbers = [2, 1, 4, 3, 8, 7, 6, 5, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0];
    assert_eq!(encoded(&limits), [&[6][..], &[4; 32], &numbers].concat());
    assert_eq!(CouncilAction::decode(&encoded(&limits)), Ok(limits));
}

#[test]
fn market_is_not_relaxed_to_migrating() {
    let action = CouncilAction::MarketRelax { custody: [4; 32], level: Level::Migrating };
    assert_eq!(action.encode(&mut [0; ACTION_LEN]), Err(ActionError::WrongLevel));
}

#[test]
fn limits_that_no_custody_takes_are_refused() {
    let wrong = [
        MarketLimits { hour_bps: 0, ..LIMITS },
        MarketLimits { day_bps: 10_001, ..LIMITS },
        MarketLimits { hour_bps: LIMITS.day_bps + 1, ..LIMITS },
        MarketLimits { hour_bps: 1, day_bps: 25, ..LIMITS },
        MarketLimits { open_interest_cap_lots: 0, ..LIMITS },
    ];
    for limits in wrong {
        let action = CouncilAction::LimitsSet { custody: [4; 32], limits };
        assert_eq!(action.encode(&mut [0; ACTION_LEN]), Err(ActionError::WrongLimits), "{limits:?}");
    }
}

#[test]
fn actions_on_the_breaker_increase_risk() {
    let keys = distinct(1);
    for action in [
        CouncilAction::BreakerRelax { level: Level::Normal },
        CouncilAction::GuardiansSet { guardians: &keys },
        CouncilAction::MarketRelax { custody: [4; 32], level: Level::Normal },
        CouncilAction::LimitsSet { custody: [4; 32], limits: LIMITS },
        CouncilAction::MonitorsSet { monitors: &keys },
    ] {
        assert_eq!(action.class(), Class::RiskIncreasing, "{action:?}");
    }
}

#[test]
fn upgrade_of_no_code_is_refused() {
    let action = CouncilAction::Upgrade(Upgrade { elf_len: 0, ..UPGRADE });
    assert_eq!(action.encode(&mut [0; ACTION_LEN]), Err(ActionError::EmptyCode));
}

#[test]
fn upgrade_to_any_schema_but_its_own_and_the_next_is_refused() {
    for (schema_from, schema_to, lawful) in [(1, 1, true), (1, 2, true), (1, 3, false), (2, 1, false), (255, 0, false)]
    {
        let evidence = Evidence { schema_from, schema_to, ..EVIDENCE };
        let encoded = CouncilAction::Upgrade(Upgrade { evidence, ..UPGRADE }).encode(&mut [0; ACTION_LEN]);
        assert_eq!(encoded.is_ok(), lawful, "{schema_from} to {schema_to}");
    }
}

#[test]
fn emergency_patch_beyond_its_limits_is_refused() {
    let refused = [
        Upgrade { forward_only: true, ..PATCH },
        Upgrade { evidence: EVIDENCE, ..PATCH },
        Upgrade { program: ids::BREAKER, ..PATCH },
        Upgrade { program: ids::GOVERNOR, ..PATCH },
        Upgrade { program: ids::GOVERNOR_TWIN, ..PATCH },
    ];
    for patch in refused {
        let encoded = CouncilAction::EmergencyPatch(patch).encode(&mut [0; ACTION_LEN]);
        assert_eq!(encoded, Err(ActionError::WrongPatch), "{patch:?}");
    }
    for program in [ids::MARGIN, ids::VAULT, ids::ORACLE] {
        assert!(CouncilAction::EmergencyPatch(Upgrade { program, ..PATCH }).encode(&mut [0; ACTION_LEN]).is_ok());
    }
}

#[test]
fn attestors_are_three_and_delays_are_bounded() {
    let mut out = [0; ACTION_LEN];
    for count in [1, 2, 4] {
        let attestors = distinct(count);
        assert_eq!(
            CouncilAction::AttestorsSet { attestors: &attestors }.encode(&mut out),
            Err(ActionError::WrongCount)
        );
    }
    let delays = Delays { set_s: [0, 0, DELAY_MAX_S + 1, 0, 0, 0, 0, 0] };
    assert_eq!(CouncilAction::DelaysSet { delays }.encode(&mut out), Err(ActionError::WrongDelay));
    let nobody = CouncilAction::HandOver { program: [1; 32], authority: [0; 32] };
    assert_eq!(nobody.encode(&mut out), Err(ActionError::WrongKey));
}

#[test]
fn new_code_of_a_governor_is_a_hand_over() {
    let upgrade = |program| CouncilAction::Upgrade(Upgrade { program, ..UPGRADE }).class();
    assert_eq!(upgrade(ids::GOVERNOR), Class::HandOver);
    assert_eq!(upgrade(ids::GOVERNOR_TWIN), Class::HandOver);
    assert_eq!(upgrade(ids::MARGIN), Class::Upgrade);
    assert_eq!(CouncilAction::EmergencyPatch(PATCH).class(), Class::Emergency);
}

proptest! {
    #[test]
    fn decoded_bytes_encode_to_themselves(kind in 0u8..16, rest in prop::collection::vec(0u8..3, 0..260)) {
        let bytes: Vec<u8> = std::iter::once(kind).chain(rest).collect();
        if let Ok(action) = CouncilAction::decode(&bytes) {
            prop_assert_eq!(encoded(&action), bytes);
        }
    }

    #[test]
    fn encoded_upgrades_decode_to_themselves(
        program: [u8; 32],
        buffer: [u8; 32],
        elf_hash: [u8; 32],
        elf_len in 1u32..,
        schema in 0u8..255,
        grows: bool,
        forward_only: bool,
    ) {
        let evidence = Evidence { schema_from: schema, schema_to: schema + u8::from(grows), ..EVIDENCE };
        let action =
            CouncilAction::Upgrade(Upgrade { program, buffer, elf_hash, elf_len, evidence, forward_only, ..UPGRADE });
        let bytes = encoded(&action);
        prop_assert_eq!(CouncilAction::decode(&bytes), Ok(action));
    }

    #[test]
    fn limits_decode_only_in_bounds(hour_bps in 0u16..12_000, day_bps in 0u16..12_000, numbers: [u64; 3]) {
        let [open_interest_cap_lots, base_floor_atoms, quote_floor_atoms] = numbers.map(|number| number >> (number % 65).min(63));
        let limits = MarketLimits { hour_bps, day_bps, open_interest_cap_lots, base_floor_atoms, quote_floor_atoms };
        let mut bytes = [&[6][..], &[4; 32], &hour_bps.to_le_bytes(), &day_bps.to_le_bytes()].concat();
        for number in [open_interest_cap_lots, base_floor_atoms, quote_floor_atoms] {
            bytes.extend(number.to_le_bytes());
        }
        let lawful = (1..=10_000).contains(&hour_bps)
            && (hour_bps..=10_000).contains(&day_bps)
            && u32::from(day_bps) <= 24 * u32::from(hour_bps)
            && open_interest_cap_lots > 0;
        let expected = if lawful { Ok(CouncilAction::LimitsSet { custody: [4; 32], limits }) } else { Err(ActionError::WrongLimits) };
        prop_assert_eq!(CouncilAction::decode(&bytes), expected);
    }

    #[test]
    fn lists_decode_only_if_distinct(keys in prop::collection::vec((0u8..12).prop_map(|key| [key; 32]), 0..16)) {
        let mut bytes = vec![3, u8::try_from(keys.len()).unwrap()];
        bytes.extend(keys.as_flattened());
        let mut sorted = keys.clone();
        sorted.sort_unstable();
        sorted.dedup();
        let lawful = !keys.is_empty() && keys.len() <= 15 && sorted.len() == keys.len() && !keys.contains(&[0; 32]);
        prop_assert_eq!(CouncilAction::decode(&bytes).is_ok(), lawful);
    }
}
