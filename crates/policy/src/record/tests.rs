use super::*;
use bytemuck::Zeroable;

const PROGRAMS: [Address; 4] = [ids::MARGIN, ids::ORACLE, ids::VAULT, ids::BREAKER];

/// Stands for sha256: different bytes of one length differ, as FNV's steps can be undone.
fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let hash = parts
        .concat()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    let mut digest = [0; 32];
    digest[..8].copy_from_slice(&hash.to_le_bytes());
    digest
}

fn bytes<T: Layout>(layout: &T) -> Vec<u8> {
    [&T::DISCRIMINATOR, bytemuck::bytes_of(layout)].concat()
}

/// An account of a kind whose fields are all zero but the version.
fn blank(kind: &Kind) -> Vec<u8> {
    let mut data = vec![0; kind.space];
    data[..8].copy_from_slice(&kind.discriminator);
    data[8..10].copy_from_slice(&[1, 1]);
    data
}

#[test]
fn kinds_are_told_apart_within_a_program() {
    for program in PROGRAMS {
        for (at, kind) in kinds(&program).iter().enumerate() {
            assert_eq!(kind_of(&program, &blank(kind)), Some(kind));
            assert!(kinds(&program)[..at].iter().all(|other| other.discriminator != kind.discriminator));
            assert!(kind.content_end > HEAD_END && kind.content_end <= kind.space);
        }
    }
    assert!(kinds(&ids::GOVERNOR).is_empty());
}

#[test]
fn margin_accounts_are_the_snapshots() {
    let account = bytes(&margin::MarginAccount { version: 1, min_reader: 1, ..Zeroable::zeroed() });
    assert_eq!(kind_of(&ids::MARGIN, &account), None);
}

/// No field of any kind can change unseen, and nothing but fields is seen.
#[test]
fn digest_sees_every_byte_of_content_and_none_of_the_tail() {
    let address = [7; 32];
    for kind in PROGRAMS.iter().flat_map(kinds) {
        let was = blank(kind);
        let digest = record_digest(&address, kind, &was, sha256);
        let is_brake = kind.discriminator == breaker::Brake::DISCRIMINATOR;
        let exempt =
            |at: usize| is_brake && BRAKE_HEARTBEAT.iter().any(|(from, len)| (from + 8..from + 8 + len).contains(&at));
        for at in 0..was.len() {
            let mut is = was.clone();
            is[at] ^= 1;
            let seen = record_digest(&address, kind, &is, sha256) != digest;
            let content = (HEAD_END..kind.content_end).contains(&at) && !exempt(at);
            assert_eq!(seen, content, "byte {at} of {:?}", kind.discriminator);
        }
        assert_ne!(record_digest(&[8; 32], kind, &was, sha256), digest);
    }
}

#[test]
fn account_of_a_newer_reader_is_no_kind() {
    let kind = &kinds(&ids::VAULT)[0];
    let mut data = blank(kind);
    data[8..10].copy_from_slice(&[2, 1]);
    assert_eq!(kind_of(&ids::VAULT, &data), Some(kind));
    data[9] = 2;
    assert_eq!(kind_of(&ids::VAULT, &data), None);
    assert_eq!(kind_of(&ids::VAULT, &blank(kind)[..kind.space - 1]), None);
}

#[test]
fn roots_say_how_many_leaves_there_are_and_leaves_say_nothing() {
    let market = margin::Market { version: 1, min_reader: 1, records_open: 5.into(), ..Zeroable::zeroed() };
    assert_eq!(leaves(&ids::MARGIN, &bytes(&market)), Some(5));
    for program in PROGRAMS {
        for kind in kinds(&program) {
            assert_eq!(leaves(&program, &blank(kind)).is_some(), kind.is_root, "{:?}", kind.discriminator);
        }
    }
    let config = Config { version: 1, min_reader: 1, roots: 3.into(), ..Zeroable::zeroed() };
    assert_eq!(roots(&ids::ORACLE, &bytes(&config)), Some(3));
    assert_eq!(roots(&ids::BREAKER, &bytes(&config)), None);
    let brake = breaker::Brake { version: 1, min_reader: 1, custodies: 4.into(), ..Zeroable::zeroed() };
    assert_eq!(roots(&ids::BREAKER, &bytes(&brake)), Some(4));
}

#[test]
fn tokens_are_those_that_the_account_names() {
    let vault =
        vault::Vault { version: 1, min_reader: 1, share_mint: [1; 32], share_tokens: [2; 32], ..Zeroable::zeroed() };
    assert_eq!(tokens(&ids::VAULT, &bytes(&vault)), ([[1; 32], [2; 32]], 2));
    let mut custody = breaker::Custody { version: 1, min_reader: 1, ..Zeroable::zeroed() };
    assert_eq!(tokens(&ids::BREAKER, &bytes(&custody)).1, 0);
    custody.vaults[0].tokens = [3; 32];
    assert_eq!(tokens(&ids::BREAKER, &bytes(&custody)), ([[3; 32], [0; 32]], 1));
}

#[test]
fn supply_may_not_grow_and_balance_may_not_shrink() {
    for (len, atoms_at, is_mint) in [(82, 36, true), (165, 64, false)] {
        let mut data = vec![3; len];
        data[atoms_at..atoms_at + 8].copy_from_slice(&10_u64.to_le_bytes());
        let fact = TokenFact::of(&data).unwrap();
        assert_eq!((fact.is_mint, fact.atoms), (is_mint, 10));
        assert_eq!(fact.terms[0].len() + fact.terms[1].len() + 8, len);
        assert!(fact.holds(10) && fact.holds(11) == is_mint && fact.holds(9) != is_mint);
        // Token-2022: padded to the length of a token account, then the type.
        let mut extended = data.clone();
        extended.resize(166, 0);
        extended[165] = if is_mint { 1 } else { 2 };
        assert_eq!(TokenFact::of(&extended), Some(fact));
    }
    assert_eq!(TokenFact::of(&[0; 81]), None);
}
