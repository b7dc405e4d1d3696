//! Margin's accounts as a snapshot's pages hold them.

use crate::{Connection, Error, status::program_accounts};
use abi::margin::{MarginAccount, Market};
use policy::snapshot::{page_of, pages};
use solana_instruction::AccountMeta;
use solana_pubkey::Pubkey;

/// A market and its accounts, page by page.
pub struct Recorded {
    pub address: Pubkey,
    pub market: Market,
    /// Addresses by ascending registry index; a page whose accounts are all closed is empty.
    pub pages: Vec<Vec<Pubkey>>,
}

/// Every market of margin, by address.
pub fn recorded(connection: &Connection) -> Result<Vec<Recorded>, Error> {
    let margin = abi::ids::MARGIN;
    let mut markets = program_accounts::<Market>(connection, "Market", &margin)?;
    markets.sort_by_key(|(address, _)| *address);
    let mut accounts = program_accounts::<MarginAccount>(connection, "MarginAccount", &margin)?;
    accounts.sort_by_key(|(_, account)| account.index.get());
    Ok(markets.into_iter().map(|(address, market)| Recorded::of(address, market, &accounts)).collect())
}

/// The markets whose positions a rollout of the program records: none but margin's has any.
pub fn recorded_of(connection: &Connection, program: &Pubkey) -> Result<Vec<Recorded>, Error> {
    if program.to_bytes() == abi::ids::MARGIN { recorded(connection) } else { Ok(vec![]) }
}

impl Recorded {
    /// `accounts` are of all markets, by ascending registry index.
    fn of(address: Pubkey, market: Market, accounts: &[(Pubkey, MarginAccount)]) -> Self {
        let own: Vec<_> = accounts.iter().filter(|(_, account)| account.market == address.to_bytes()).collect();
        let on = |page: u64| {
            let here = own.iter().filter(|(_, account)| page_of(account.index.get()) == Some(page));
            here.map(|(address, _)| *address).collect()
        };
        Self { address, market, pages: (0..pages(&market)).map(on).collect() }
    }

    /// How many accounts are open.
    pub fn accounts(&self) -> usize {
        self.pages.iter().map(Vec::len).sum()
    }

    pub fn quote_tokens(&self) -> Pubkey {
        self.market.quote_tokens.into()
    }

    pub fn base_tokens(&self) -> Pubkey {
        self.market.base_tokens.into()
    }
}

/// Accounts of a page, as an instruction takes them after its own.
pub fn remaining(page: &[Pubkey]) -> Vec<AccountMeta> {
    page.iter().map(|address| AccountMeta::new_readonly(*address, false)).collect()
}

/// The page's number as addresses have it. BOUND: the governor counts pages in 32 bits.
pub fn number(page: usize) -> u32 {
    u32::try_from(page).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use abi::governor::PAGE_ACCOUNTS;
    use bytemuck::Zeroable;

    #[test]
    fn recorded_has_a_page_for_every_index_given_out_and_leaves_out_other_markets() {
        let (here, there) = (Pubkey::new_from_array([1; 32]), Pubkey::new_from_array([2; 32]));
        let mut market = Market::zeroed();
        market.accounts_opened = (2 * PAGE_ACCOUNTS + 1).into();
        let account = |market: Pubkey, index: u64| {
            let mut account = MarginAccount::zeroed();
            account.market = market.to_bytes();
            account.index = index.into();
            (Pubkey::new_unique(), account)
        };
        let accounts = [account(here, 0), account(there, 1), account(here, 2), account(here, 2 * PAGE_ACCOUNTS)];
        let recorded = Recorded::of(here, market, &accounts);
        assert_eq!(recorded.pages, [vec![accounts[0].0, accounts[2].0], vec![], vec![accounts[3].0]]);
        assert_eq!(recorded.accounts(), 3);
    }
}
