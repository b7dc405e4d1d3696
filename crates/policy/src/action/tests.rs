use super::*;
use proptest::prelude::*;

const UPGRADE_ACTION: CouncilAction<'static> =
    CouncilAction::Upgrade { program: [1; 32], buffer: [2; 32], elf_hash: [3; 32], elf_len: 0x0102_0304 };

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
    let cases: [(&[u8], ActionError); 10] = [
        (&[], ActionError::WrongLength),
        (&[0], ActionError::UnknownKind),
        (&[5, 1], ActionError::UnknownKind),
        (&[1, 1, 1], ActionError::WrongLength),
        (&[2], ActionError::WrongLength),
        (&[2, 0, 0], ActionError::WrongLength),
        (&[2, 4], ActionError::WrongLevel),
        (&[2, 5], ActionError::WrongLevel),
        (&[3, 0], ActionError::WrongCount),
        (&[4, 1, 7], ActionError::WrongLength),
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
    assert_eq!(CouncilAction::CouncilSet { members: &[[1; 32], [0; 32]] }.encode(&mut out), Err(ActionError::WrongKey));
    assert_eq!(
        CouncilAction::CouncilSet { members: &[[1; 32], [2; 32], [1; 32]] }.encode(&mut out),
        Err(ActionError::WrongKey)
    );
    assert_eq!(out, [0; ACTION_LEN]);
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
    fn decoded_bytes_encode_to_themselves(kind in 0u8..6, rest in prop::collection::vec(any::<u8>(), 0..140)) {
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
