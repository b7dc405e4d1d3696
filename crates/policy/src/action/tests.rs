use super::*;
use proptest::prelude::*;

const UPGRADE_ACTION: CouncilAction<'static> =
    CouncilAction::Upgrade { program: [1; 32], buffer: [2; 32], elf_hash: [3; 32], elf_len: 0x0102_0304 };

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
    assert_eq!(bytes.len(), 101);
    assert_eq!((bytes[0], bytes[1], bytes[33], bytes[65]), (1, 1, 2, 3));
    assert_eq!(bytes[97..], [4, 3, 2, 1]);
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
        (&[8, 1], ActionError::UnknownKind),
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
    let action = CouncilAction::Upgrade { program: [1; 32], buffer: [2; 32], elf_hash: [3; 32], elf_len: 0 };
    assert_eq!(action.encode(&mut [0; ACTION_LEN]), Err(ActionError::EmptyCode));
}

#[test]
fn new_code_of_a_governor_is_a_hand_over() {
    let upgrade = |program| CouncilAction::Upgrade { program, buffer: [2; 32], elf_hash: [3; 32], elf_len: 1 }.class();
    assert_eq!(upgrade(ids::GOVERNOR), Class::HandOver);
    assert_eq!(upgrade(ids::GOVERNOR_TWIN), Class::HandOver);
    assert_eq!(upgrade(ids::MARGIN), Class::Upgrade);
}

proptest! {
    #[test]
    fn decoded_bytes_encode_to_themselves(kind in 0u8..9, rest in prop::collection::vec(any::<u8>(), 0..140)) {
        let bytes: Vec<u8> = std::iter::once(kind).chain(rest).collect();
        if let Ok(action) = CouncilAction::decode(&bytes) {
            prop_assert_eq!(encoded(&action), bytes);
        }
    }

    #[test]
    fn encoded_upgrades_decode_to_themselves(program: [u8; 32], buffer: [u8; 32], elf_hash: [u8; 32], elf_len in 1u32..) {
        let action = CouncilAction::Upgrade { program, buffer, elf_hash, elf_len };
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
