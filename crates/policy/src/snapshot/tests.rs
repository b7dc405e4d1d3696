use super::*;
use abi::{PodI64, PodU64};
use bytemuck::Zeroable as _;
use proptest::prelude::*;

/// A stand-in that any bit changes; the real one is the runtime's.
pub(crate) fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut state = [0xcbf2_9ce4_8422_2325_u64; 4];
    for byte in parts.iter().flat_map(|part| part.iter()) {
        for (lane, word) in (1_u64..).zip(&mut state) {
            *word = (*word ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(7).wrapping_add(lane);
        }
    }
    let mut out = [0; 32];
    for (to, word) in out.as_chunks_mut::<8>().0.iter_mut().zip(state) {
        *to = word.to_le_bytes();
    }
    out
}

fn account(index: u64, quote_atoms: i64, positions: &[(u64, i64)]) -> MarginAccount {
    let mut account = MarginAccount::zeroed();
    account.index = PodU64::from(index);
    account.quote_atoms = PodI64::from(quote_atoms);
    account.base_atoms = PodU64::from(7);
    for (slot, (strike_e6, lots)) in account.positions.iter_mut().zip(positions) {
        slot.expiry_unix_s = PodI64::from(1_800_000_000);
        slot.strike_e6 = PodU64::from(*strike_e6);
        slot.lots = PodI64::from(*lots);
        slot.kind = 1;
    }
    account
}

fn market(accounts_opened: u64, accounts_closed: u64, quote_atoms: i64) -> Market {
    let mut market = Market::zeroed();
    market.accounts_opened = PodU64::from(accounts_opened);
    market.accounts_closed = PodU64::from(accounts_closed);
    market.quote_balances_atoms = PodI64::from(quote_atoms);
    market.base_balances_atoms = PodU64::from(7 * (accounts_opened - accounts_closed));
    market
}

fn sums(accounts: &[MarginAccount]) -> Sums {
    accounts.iter().fold(Sums::default(), |sums, account| sums.plus(Sums::of(account, hash).unwrap()).unwrap())
}

#[test]
fn sums_balance_exactly_if_every_account_is_there() {
    let pair = [account(0, 100, &[(50, 3), (60, -2)]), account(2, -40, &[(50, -3), (60, 2)])];
    let whole = sums(&pair);
    assert_eq!((whole.quote_atoms, whole.long_lots, whole.short_lots, whole.series), (60, 5, 5, 0));
    assert!(whole.balanced(&market(3, 1, 60)));
    assert!(!whole.balanced(&market(3, 0, 60)) && !whole.balanced(&market(3, 1, 61)));
    assert!(!sums(&pair[..1]).balanced(&market(3, 1, 60)));
    // As many long as short, of different series.
    let crossed = sums(&[account(0, 100, &[(50, 3)]), account(2, -40, &[(60, -3)])]);
    assert_eq!((crossed.long_lots, crossed.short_lots), (3, 3));
    assert!(crossed.series != 0 && !crossed.balanced(&market(3, 1, 60)));
    assert_eq!(whole.minus(sums(&pair[..1])), Ok(sums(&pair[1..])));
}

#[test]
fn pages_cover_every_index_that_was_given_out() {
    for (opened, count) in [(0, 0), (1, 1), (20, 1), (21, 2), (40, 2), (1_000_000, 50_000)] {
        assert_eq!(pages(&market(opened, 0, 0)), count);
        assert!(opened == 0 || page_of(opened - 1) == Some(count - 1));
    }
}

#[test]
fn digest_sees_content_and_nothing_of_the_layout() {
    let one = account(4, 9, &[(50, 3), (60, -2)]);
    let digest = |account: &MarginAccount| account_digest(&[1; 32], account, hash);
    let mut moved = one;
    moved.positions.swap(1, 30);
    (moved.version, moved.min_reader, moved.bump) = (2, 2, 250);
    assert_eq!(digest(&one), digest(&moved));
    type Change = fn(&mut MarginAccount);
    let changes: [Change; 19] = [
        |account| account.market[0] ^= 1,
        |account| account.owner[31] ^= 1,
        |account| account.index = PodU64::from(5),
        |account| account.subaccount = abi::PodU16::from(1),
        |account| account.mode = 1,
        |account| account.segregated = 1,
        |account| account.quote_atoms = PodI64::from(10),
        |account| account.base_atoms = PodU64::from(8),
        |account| account.nonce_floor = PodU64::from(1),
        |account| account.seq = PodU64::from(77),
        |account| account.delegate[0] ^= 1,
        |account| account.delegate_rights = 1,
        |account| account.in_liquidation = 1,
        |account| account.index_lost_e18 = PodU64::from(1),
        |account| account.debt_unix_s = PodI64::from(1),
        |account| account.interest_unix_s = PodI64::from(1),
        |account| account.positions[0].lots = PodI64::from(4),
        |account| account.positions[1].strike_e6 = PodU64::from(61),
        |account| account.positions[1].kind = 0,
    ];
    for (at, change) in changes.into_iter().enumerate() {
        let mut changed = one;
        change(&mut changed);
        assert_ne!(digest(&one), digest(&changed), "change {at}");
    }
    assert_ne!(digest(&one), account_digest(&[2; 32], &one, hash));
}

proptest! {
    /// Lots moved between two accounts keep every sum and change both digests: what sums alone would miss.
    #[test]
    fn lots_moved_between_accounts_keep_the_sums_and_change_the_digests(lots in 1i64..1_000, moved in 1i64..1_000) {
        let before = [account(0, 1, &[(50, lots)]), account(1, 2, &[(50, -lots)])];
        let after = [account(0, 1, &[(50, lots + moved)]), account(1, 2, &[(50, -lots - moved)])];
        prop_assert_eq!(sums(&before).series, sums(&after).series);
        for (before, after) in before.iter().zip(&after) {
            prop_assert_ne!(account_digest(&[1; 32], before, hash), account_digest(&[1; 32], after, hash));
        }
    }
}
