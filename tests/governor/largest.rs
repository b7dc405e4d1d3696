//! The largest page: twenty accounts of 32 positions each, in one transaction without a lookup table, before and after new code.

use crate::positions::{MARGIN, Positions, honest_code};
use abi::governor::PAGE_ACCOUNTS;
use abi::margin::{KIND_CALL, MarginAccount, Market, POSITIONS, Position};
use abi::{Layout, PodI64, PodU64};
use solana_instruction::AccountMeta;
use solana_pubkey::Pubkey;
use testkit::key;

impl Positions {
    /// So many accounts of the market, full of positions. What they hold is no matter of a page's cost.
    fn crowd(&mut self, count: u64) -> Vec<AccountMeta> {
        let mut addresses: Vec<_> = self.actors.iter().map(|actor| actor.account).collect();
        let like = self.fixture.world.account(&addresses[2]).expect("an account");
        for index in addresses.len() as u64..count {
            let address = key(&format!("account {index}"));
            self.fixture.world.set_account(&address, like.clone());
            addresses.push(address);
        }
        for (index, address) in addresses.iter().enumerate() {
            self.fixture.world.edit::<MarginAccount>(address, |account| {
                account.index = (index as u64).into();
                account.positions = std::array::from_fn(position);
            });
        }
        let market = self.market();
        self.fixture.world.edit::<Market>(&market, |market| market.accounts_opened = count.into());
        addresses.into_iter().map(|address: Pubkey| AccountMeta::new_readonly(address, false)).collect()
    }
}

fn position(place: usize) -> Position {
    Position {
        expiry_unix_s: PodI64::from(1_800_000_000),
        strike_e6: PodU64::from(1_000_000 * (place as u64 + 1)),
        lots: PodI64::from(if place % 2 == 0 { 1_000 } else { -1_000 }),
        kind: KIND_CALL,
        reserved: [0; 7],
    }
}

#[test]
fn page_of_twenty_full_accounts_is_recorded_and_verified_in_a_transaction_each() {
    let (mut positions, id, buffer) = Positions::matured(&honest_code());
    let accounts = positions.crowd(PAGE_ACCOUNTS);
    assert_eq!((accounts.len(), POSITIONS, MarginAccount::SPACE), (20, 32, 1_272));
    positions.freeze(id);
    let (open, page, seal) = (positions.open_ix(), positions.page_of_ix(0, accounts.clone()), positions.seal_ix());
    positions.fixture.world.ok(&[open], &[]);
    let taken = positions.fixture.world.ok(&[page], &[]).units;
    positions.fixture.world.ok(&[seal], &[]);
    let execute = positions.fixture.upgrade_ix(id, MARGIN, buffer);
    positions.fixture.world.ok(&[execute], &[]);
    positions.fixture.world.next_slot();
    let verify = positions.verify_page_ix(accounts);
    let verified = positions.fixture.world.ok(&[verify], &[]).units;
    println!("20 accounts of 32 positions: recorded in {taken} units, verified in {verified}");
    assert!(taken.max(verified) < 1_400_000);
}
