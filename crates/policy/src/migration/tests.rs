use super::{account, occupied, stored};
use crate::snapshot::{account_digest, tests::hash};
use abi::{Layout, margin::MarginAccount};
use bytemuck::Zeroable;
use proptest::prelude::*;

/// Any bytes that version 1 could have written: its tail is zero.
fn of_version_1() -> impl Strategy<Value = MarginAccount> {
    proptest::collection::vec(any::<u8>(), size_of::<MarginAccount>()).prop_map(|bytes| {
        let mut account = *bytemuck::from_bytes::<MarginAccount>(&bytes);
        (account.version, account.min_reader, account.reserved) = (1, 1, Zeroable::zeroed());
        for (at, position) in account.positions.iter_mut().enumerate() {
            position.kind = bytes[at] % 3;
        }
        account
    })
}

proptest! {
    /// INVARIANT(G-12): an account means after its migration what it meant before, whoever reads it, and a second one changes nothing.
    #[test]
    fn migration_moves_no_content_and_happens_once(before in of_version_1()) {
        let mut after = before;
        prop_assert!(account(&mut after));
        prop_assert_eq!(account_digest(&[7; 32], &after, hash), account_digest(&[7; 32], &before, hash));
        for (at, position) in after.positions.iter().enumerate() {
            prop_assert_eq!(stored(&after) >> at & 1 == 1, position.kind != 0);
        }
        let mut again = after;
        prop_assert!(!account(&mut again));
        prop_assert_eq!(again, after);
        // Nothing but the version and the field.
        (after.version, after.reserved) = (before.version, before.reserved);
        prop_assert_eq!(after, before);
    }

    /// Code of version 1 reads what version 2 wrote.
    #[test]
    fn version_1_reads_version_2(mut after in of_version_1()) {
        account(&mut after);
        let data = [&MarginAccount::DISCRIMINATOR[..], bytemuck::bytes_of(&after)].concat();
        prop_assert_eq!(abi::read::<MarginAccount>(&[1; 32], &[1; 32], &data), Ok(&after));
    }

    /// Old code that ran in between left the field behind: the next migration mends it.
    #[test]
    fn stale_field_is_written_again(mut stale in of_version_1(), place in 0_usize..32) {
        account(&mut stale);
        stale.positions[place].kind = u8::from(stale.positions[place].kind == 0);
        prop_assert!(account(&mut stale));
        prop_assert_eq!(stored(&stale), occupied(&stale));
    }
}
