//! `bastion verify` without a proposal: what must hold of the protocol, computed anew from raw accounts.
//!
//! It takes nothing from the programs' word: sums are added up from people's accounts by the functions of `invariants`, code is hashed
//! from the loader's.

use crate::{
    Connection, Error, connection::bs58, decode::units::symbol, deploy::hex, keys::PROGRAMS, status::accounts_of,
    table::Table,
};
use abi::{
    Address, Layout,
    breaker::Custody,
    governor, ids, loader,
    margin::{Expiry, Market},
    token::account_atoms,
};
use client::addresses;
use invariants::{Account, Books, Scope, Surplus};
use serde_json::json;
use sha2::{Digest, Sha256};
use solana_pubkey::Pubkey;
use std::collections::BTreeMap;

/// Name of the check of a market's accounts.
pub const BOOKS: &str = "accounts, series and tokens add up";

/// Name of the check of a program's code.
pub const CODE: &str = "code is the adopted code";

/// Accounts by address: their owner and their data.
pub type State = BTreeMap<Pubkey, (Pubkey, Vec<u8>)>;

/// One thing that must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub what: &'static str,
    pub of: String,
    /// What does not hold, if it does not.
    pub fault: Option<String>,
    /// What was compared.
    pub detail: String,
}

/// Every account that the checks read, as the network has it.
pub fn state(connection: &Connection) -> Result<State, Error> {
    let mut state = State::new();
    for program in &PROGRAMS {
        for (address, data) in accounts_of(connection, &program.id)? {
            state.insert(address, (program.id, data));
        }
    }
    let tokens: Vec<_> = of::<Market>(&state, &ids::MARGIN)
        .flat_map(|(_, market)| [market.quote_tokens, market.base_tokens].map(Pubkey::from))
        .collect();
    let code = PROGRAMS.iter().map(|program| addresses::program_data(&program.id));
    for address in tokens.into_iter().chain(code) {
        if let Some(account) = connection.account(&address)? {
            state.insert(address, account);
        }
    }
    Ok(state)
}

/// Checks all of it.
pub fn checks(state: &State) -> Vec<Check> {
    let code = PROGRAMS.iter().filter_map(|program| code(state, program.name, &program.id));
    let markets = of::<Market>(state, &ids::MARGIN);
    code.chain(markets.map(|(address, market)| books(state, &address, &market))).collect()
}

fn of<'a, T: Layout + 'a>(state: &'a State, program: &'a Address) -> impl Iterator<Item = (Pubkey, T)> + 'a {
    state.iter().filter_map(move |(address, (owner, data))| {
        abi::read::<T>(program, &owner.to_bytes(), data).ok().map(|account| (*address, *account))
    })
}

/// The code that runs is the code that the governor holds to be deployed, and the governor can replace it. INVARIANT(G-3)
fn code(state: &State, name: &'static str, id: &Pubkey) -> Option<Check> {
    let governor = if id.to_bytes() == ids::GOVERNOR { ids::GOVERNOR_TWIN } else { ids::GOVERNOR };
    let adoption = of::<governor::Adoption>(state, &governor).find(|(_, adoption)| adoption.program == id.to_bytes());
    let (_, adoption) = adoption?;
    let len = usize::try_from(adoption.elf_len.get()).unwrap_or(usize::MAX);
    let detail = format!("{} bytes, sha256 {}", adoption.elf_len.get(), hex(&adoption.elf_hash));
    let found = state.get(&addresses::program_data(id)).and_then(|(_, data)| loader::program_data(data).ok());
    let fault = match found {
        None => Some("no code".to_owned()),
        Some(found) => {
            let (elf, tail) = found.code.split_at_checked(len).unwrap_or((found.code, &[]));
            let hash: [u8; 32] = Sha256::digest(elf).into();
            let authority = addresses::authority(&governor.into()).to_bytes();
            if hash != adoption.elf_hash {
                Some(format!("other code runs: {}", hex(&hash)))
            } else if tail.iter().any(|byte| *byte != 0) {
                Some("bytes follow the code".to_owned())
            } else if found.authority != Some(authority) {
                Some(format!(
                    "upgrade authority {}",
                    found.authority.map_or_else(|| "none".to_owned(), |key| bs58(&key))
                ))
            } else {
                None
            }
        }
    };
    Some(Check { what: CODE, of: name.to_owned(), fault, detail })
}

/// A market's own figures against the sums over everybody's accounts and what the token vaults hold: the functions that the fuzz calls
/// after each of its actions. INVARIANT(M-1), INVARIANT(M-2), INVARIANT(M-7)
fn books(state: &State, address: &Pubkey, market: &Market) -> Check {
    let mut books = Books::new(Scope { market: address.to_bytes(), custody: market.custody });
    let accounts = state.iter().map(|(address, (owner, data))| Account {
        address: address.to_bytes(),
        owner: owner.to_bytes(),
        data,
    });
    let summed = accounts.map(|account| books.add(&account)).collect::<Result<Vec<_>, _>>();
    let found = summed.map_err(|error| error.to_string()).and_then(|_| surplus(state, address, market, &books));
    let (series, open) = (books.series.len(), market.open_interest_lots.get());
    let summed = format!(
        "{} accounts, {} quote and {} base atoms, {open} lots open in {series} series",
        books.accounts.len(),
        books.quote_atoms,
        books.base_atoms
    );
    let (fault, detail) = match found {
        Ok([base, quote]) => (None, format!("{summed}; the vaults hold {quote} quote and {base} base atoms too many")),
        Err(fault) => (Some(fault), summed),
    };
    Check { what: BOOKS, of: symbol(&market.symbol), fault, detail }
}

/// What the token vaults hold beyond what is owed, or what does not hold.
fn surplus(state: &State, address: &Pubkey, market: &Market, books: &Books) -> Result<Surplus, String> {
    let custody = state.get(&Pubkey::from(market.custody));
    let custody = custody
        .and_then(|(owner, data)| abi::read::<Custody>(&ids::BREAKER, &owner.to_bytes(), data).ok())
        .ok_or_else(|| "the market's custody cannot be read".to_owned())?;
    let held = |tokens: &Address| {
        let found = state.get(&Pubkey::from(*tokens)).and_then(|(_, data)| account_atoms(data));
        found.ok_or_else(|| format!("the token vault {} cannot be read", bs58(tokens)))
    };
    let tokens_atoms = [held(&market.base_tokens)?, held(&market.quote_tokens)?];
    let expiries: Vec<_> = of::<Expiry>(state, &ids::MARGIN).map(|(_, expiry)| expiry).collect();
    let expiries: Vec<_> = expiries.iter().filter(|expiry| expiry.market == address.to_bytes()).collect();
    let around = invariants::Market { market, custody, tokens_atoms, expiries: &expiries };
    around.check(books).map_err(|broken| broken.to_string())
}

pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().into()
}

/// For people.
pub fn table(checks: &[Check]) -> Table {
    let mut table = Table::new(["holds", "what", "of", "found"]);
    for check in checks {
        let (holds, found) = match &check.fault {
            None => ("yes", check.detail.clone()),
            Some(fault) => ("NO", format!("{fault}; {}", check.detail)),
        };
        table.row([holds.to_owned(), check.what.to_owned(), check.of.clone(), found]);
    }
    table
}

/// For programs.
pub fn json(checks: &[Check]) -> serde_json::Value {
    let one = |check: &Check| json!({ "what": check.what, "of": check.of, "holds": check.fault.is_none(), "fault": check.fault, "detail": check.detail });
    checks.iter().map(one).collect()
}

/// Fails if one of them does not hold, or there are none.
pub fn require(checks: &[Check]) -> Result<(), Error> {
    if checks.is_empty() {
        return Err(Error::NothingToAudit);
    }
    match checks.iter().filter(|check| check.fault.is_some()).count() {
        0 => Ok(()),
        found => Err(Error::AuditFailed { found, checked: checks.len() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use abi::margin::{KIND_CALL, MarginAccount};
    use bytemuck::Zeroable;

    const MARKET: Pubkey = Pubkey::new_from_array([1; 32]);
    const VAULTS: [Pubkey; 2] = [Pubkey::new_from_array([2; 32]), Pubkey::new_from_array([3; 32])];
    const CUSTODY: Pubkey = Pubkey::new_from_array([6; 32]);
    const EXPIRY: Pubkey = Pubkey::new_from_array([7; 32]);
    const STRIKE_E6: u64 = 150;
    const EXPIRY_UNIX_S: i64 = 9;

    fn put<T: Layout>(state: &mut State, address: Pubkey, owner: &Address, account: &T) {
        let data = [&T::DISCRIMINATOR[..], bytemuck::bytes_of(account)].concat();
        state.insert(address, (Pubkey::from(*owner), data));
    }

    fn tokens(state: &mut State, address: Pubkey, atoms: u64) {
        let mut data = vec![0; 165];
        data[64..72].copy_from_slice(&atoms.to_le_bytes());
        state.insert(address, (Pubkey::new_unique(), data));
    }

    fn account(index: u64, quote_atoms: i64, lots: i64) -> MarginAccount {
        let mut account = MarginAccount::zeroed();
        account.version = 1;
        account.min_reader = 1;
        account.market = MARKET.to_bytes();
        account.index = index.into();
        account.quote_atoms = quote_atoms.into();
        account.positions[0].kind = KIND_CALL;
        account.positions[0].strike_e6 = STRIKE_E6.into();
        account.positions[0].expiry_unix_s = EXPIRY_UNIX_S.into();
        account.positions[0].lots = lots.into();
        account
    }

    /// Two accounts with 30 quote atoms and five lots between them, and vaults that hold exactly that.
    fn sound() -> (State, Market) {
        let mut state = State::new();
        let mut market = Market::zeroed();
        market.version = 1;
        market.min_reader = 1;
        market.base_tokens = VAULTS[0].to_bytes();
        market.quote_tokens = VAULTS[1].to_bytes();
        market.custody = CUSTODY.to_bytes();
        market.quote_balances_atoms = 30.into();
        market.positive_balances_atoms = 30.into();
        market.open_interest_lots = 5.into();
        market.accounts_opened = 2.into();
        let mut custody = Custody::zeroed();
        (custody.version, custody.min_reader) = (1, 1);
        let mut expiry = Expiry::zeroed();
        (expiry.version, expiry.min_reader, expiry.strike_count) = (1, 1, 1);
        expiry.market = MARKET.to_bytes();
        expiry.expiry_unix_s = EXPIRY_UNIX_S.into();
        expiry.strikes_e6[0] = STRIKE_E6.into();
        expiry.open_lots[0] = 5.into();
        put(&mut state, MARKET, &ids::MARGIN, &market);
        put(&mut state, EXPIRY, &ids::MARGIN, &expiry);
        put(&mut state, CUSTODY, &ids::BREAKER, &custody);
        put(&mut state, Pubkey::new_from_array([4; 32]), &ids::MARGIN, &account(0, 10, 5));
        put(&mut state, Pubkey::new_from_array([5; 32]), &ids::MARGIN, &account(1, 20, -5));
        tokens(&mut state, VAULTS[0], 0);
        tokens(&mut state, VAULTS[1], 30);
        (state, market)
    }

    /// What does not hold of the market.
    fn fault(state: &State) -> String {
        let [check]: [Check; 1] = checks(state).try_into().unwrap();
        check.fault.unwrap_or_default()
    }

    #[test]
    fn checks_pass_a_sound_market_and_name_each_fault() {
        let (state, market) = sound();
        assert_eq!(fault(&state), "");
        assert!(require(&checks(&state)).is_ok());
        assert_eq!(require(&checks(&State::new())).unwrap_err().exit_code(), 1);
        let second = Pubkey::new_from_array([5; 32]);
        let with = |account: &MarginAccount| {
            let mut state = state.clone();
            put(&mut state, second, &ids::MARGIN, account);
            fault(&state)
        };
        assert!(with(&account(1, 21, -5)).starts_with("M-1: quote balances are 30"));
        assert!(with(&account(1, 20, -4)).starts_with("M-2: series 9/150/1: 5 long and 4 short"));
        assert!(with(&account(0, 20, -5)).starts_with("M-1: 2 accounts have the registry index 0"));

        let mut drained = state.clone();
        tokens(&mut drained, VAULTS[1], 29);
        assert_eq!(fault(&drained), "M-1: the quote vault holds 29 and owes 30");
        assert_eq!(require(&checks(&drained)).unwrap_err().exit_code(), 4);
        let mut gone = state.clone();
        gone.remove(&CUSTODY);
        assert!(fault(&gone).contains("custody"));

        let mut fees = state;
        put(&mut fees, MARKET, &ids::MARGIN, &Market { fees_atoms: 1.into(), ..market });
        assert_eq!(fault(&fees), "M-1: the quote vault holds 30 and owes 31");
    }

    #[test]
    fn code_that_is_not_the_adopted_one_is_named() {
        let mut state = State::new();
        let id = Pubkey::from(ids::MARGIN);
        let code = [7; 10];
        let mut adoption = governor::Adoption::zeroed();
        adoption.version = 1;
        adoption.min_reader = 1;
        adoption.program = id.to_bytes();
        adoption.elf_len = 10.into();
        adoption.elf_hash = Sha256::digest(code).into();
        let data = [&governor::Adoption::DISCRIMINATOR[..], bytemuck::bytes_of(&adoption)].concat();
        let governor = Pubkey::from(ids::GOVERNOR);
        state.insert(addresses::adoption(&governor, &id), (governor, data));
        let deployed = |code: &[u8], authority: Pubkey| {
            let header = [&[3, 0, 0, 0][..], &[0; 8], &[1], authority.as_ref(), code].concat();
            (Pubkey::from(ids::LOADER), header)
        };
        let holder = addresses::authority(&governor);
        for (code, authority, fault) in [
            (&[7; 10][..], holder, None),
            (&[7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 0, 0], holder, None),
            (&[8; 10], holder, Some("other code runs")),
            (&[7; 11], holder, Some("bytes follow the code")),
            (&[7; 10], MARKET, Some("upgrade authority")),
        ] {
            state.insert(addresses::program_data(&id), deployed(code, authority));
            let found = checks(&state).remove(0);
            assert_eq!(found.fault.is_some(), fault.is_some(), "{found:?}");
            assert!(found.fault.unwrap_or_default().starts_with(fault.unwrap_or_default()));
        }
    }
}
