//! Sums over every account of one market, kept by adding and taking away single accounts.

use crate::Account;
use abi::breaker::{CUSTODY_VAULTS, Ticket};
use abi::margin::{Liquidation, MarginAccount, Wrapped};
use abi::{Address, ids};
use std::collections::BTreeMap;
use std::fmt;

/// Which market the sums are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    pub market: Address,
    pub custody: Address,
}

/// One series of the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Series {
    pub expiry_unix_s: i64,
    pub strike_e6: u64,
    /// 1 call, 2 put.
    pub kind: u8,
}

/// Lots of one series over all accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SeriesSums {
    pub long: i128,
    pub short: i128,
    pub positions: i64,
}

/// The sums. Two books over the same accounts are equal, in whatever order the accounts came, and however often they changed before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Books {
    pub scope: Scope,
    pub quote_atoms: i128,
    pub base_atoms: i128,
    /// Of the quote balances that are not debts.
    pub positive_atoms: i128,
    /// What openers of liquidations have yet to receive, by account liquidated; those of other markets' accounts are among them.
    pub opener_atoms: BTreeMap<Address, i128>,
    /// The accounts themselves.
    pub accounts: BTreeMap<Address, i64>,
    /// Atoms of open tickets, by vault of the custody.
    pub queued_atoms: [i128; CUSTODY_VAULTS],
    pub series: BTreeMap<Series, SeriesSums>,
    /// Registry index of every account, and how many have it.
    pub indices: BTreeMap<u64, i64>,
}

/// Why an account cannot be summed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BooksError {
    /// Positions of one series in two slots of one account.
    SeriesTwice(Series),
    /// A position of no lots, or of no kind that there is.
    PositionMalformed,
    /// A ticket on a vault that the custody does not have.
    VaultUnknown(u8),
}

impl fmt::Display for BooksError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for BooksError {}

impl Books {
    pub fn new(scope: Scope) -> Self {
        Self {
            scope,
            quote_atoms: 0,
            base_atoms: 0,
            positive_atoms: 0,
            opener_atoms: BTreeMap::new(),
            accounts: BTreeMap::new(),
            queued_atoms: [0; CUSTODY_VAULTS],
            series: BTreeMap::new(),
            indices: BTreeMap::new(),
        }
    }

    /// Counts an account: a margin account, a wrapped series or a ticket of this market; any other counts for nothing.
    pub fn add(&mut self, account: &Account<'_>) -> Result<(), BooksError> {
        self.count(account, 1)
    }

    /// Takes back what [`Self::add`] counted for these very bytes.
    pub fn remove(&mut self, account: &Account<'_>) -> Result<(), BooksError> {
        self.count(account, -1)
    }

    fn count(&mut self, account: &Account<'_>, sign: i8) -> Result<(), BooksError> {
        if let Some(held) = account.layout::<MarginAccount>(&ids::MARGIN) {
            if held.market == self.scope.market {
                return self.count_margin(&account.address, held, sign);
            }
        } else if let Some(wrapped) = account.layout::<Wrapped>(&ids::MARGIN) {
            // INVARIANT(M-2): lots that tokens stand for count as one more account's position.
            let lots = wrapped.lots.get();
            if wrapped.market == self.scope.market && lots > 0 {
                let (expiry_unix_s, strike_e6) = (wrapped.expiry_unix_s.get(), wrapped.strike_e6.get());
                let series = Series { expiry_unix_s, strike_e6, kind: wrapped.kind };
                self.count_lots(series, i128::from(lots), sign);
            }
        } else if let Some(open) = account.layout::<Liquidation>(&ids::MARGIN) {
            let fee = self.opener_atoms.entry(open.account).or_default();
            *fee = moved(*fee, i128::from(open.opener_fee_atoms.get()), sign);
            if *fee == 0 {
                self.opener_atoms.remove(&open.account);
            }
        } else if let Some(ticket) = account.layout::<Ticket>(&ids::BREAKER)
            && ticket.custody == self.scope.custody
        {
            let queued = self.queued_atoms.get_mut(usize::from(ticket.vault));
            let queued = queued.ok_or(BooksError::VaultUnknown(ticket.vault))?;
            *queued = moved(*queued, i128::from(ticket.amount_atoms.get()), sign);
        }
        Ok(())
    }

    fn count_margin(&mut self, address: &Address, held: &MarginAccount, sign: i8) -> Result<(), BooksError> {
        self.quote_atoms = moved(self.quote_atoms, i128::from(held.quote_atoms.get()), sign);
        self.base_atoms = moved(self.base_atoms, i128::from(held.base_atoms.get()), sign);
        if held.segregated == 0 {
            self.positive_atoms = moved(self.positive_atoms, i128::from(held.quote_atoms.get().max(0)), sign);
        }
        let account = self.accounts.entry(*address).or_default();
        *account = account.saturating_add(i64::from(sign));
        if *account == 0 {
            self.accounts.remove(address);
        }
        let index = self.indices.entry(held.index.get()).or_default();
        *index = index.saturating_add(i64::from(sign));
        if *index == 0 {
            self.indices.remove(&held.index.get());
        }
        let mut seen = Vec::new();
        for position in held.positions.iter().filter(|position| position.kind != 0) {
            let (kind, lots) = (position.kind, position.lots.get());
            let series =
                Series { expiry_unix_s: position.expiry_unix_s.get(), strike_e6: position.strike_e6.get(), kind };
            if lots == 0 || kind > abi::margin::KIND_PUT {
                return Err(BooksError::PositionMalformed);
            }
            if seen.contains(&series) {
                return Err(BooksError::SeriesTwice(series));
            }
            seen.push(series);
            self.count_lots(series, i128::from(lots), sign);
        }
        Ok(())
    }

    /// What openers of liquidations of this market's accounts have yet to receive.
    pub fn openers_atoms(&self) -> i128 {
        let of_market = self.opener_atoms.iter().filter(|(account, _)| self.accounts.contains_key(*account));
        of_market.fold(0, |sum, (_, fee)| sum.saturating_add(*fee))
    }

    fn count_lots(&mut self, series: Series, lots: i128, sign: i8) {
        let sums = self.series.entry(series).or_default();
        let size = i128::try_from(lots.unsigned_abs()).unwrap_or(i128::MAX);
        let side = if lots > 0 { &mut sums.long } else { &mut sums.short };
        *side = moved(*side, size, sign);
        sums.positions = sums.positions.saturating_add(i64::from(sign));
        if sums.positions == 0 {
            self.series.remove(&series);
        }
    }

    /// The sums of one series; nothing where nobody holds it.
    pub fn series(&self, series: &Series) -> SeriesSums {
        self.series.get(series).copied().unwrap_or_default()
    }
}

/// BOUND: sums of fewer than 2^63 numbers of 64 bits each.
const fn moved(sum: i128, amount: i128, sign: i8) -> i128 {
    if sign < 0 { sum.saturating_sub(amount) } else { sum.saturating_add(amount) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use abi::Layout;
    use abi::margin::Position;
    use bytemuck::{Zeroable, bytes_of};

    const SCOPE: Scope = Scope { market: [1; 32], custody: [2; 32] };

    fn bytes(quote: i64, lots: &[i64]) -> Vec<u8> {
        let mut held = MarginAccount::zeroed();
        (held.version, held.min_reader, held.market) = (1, 1, SCOPE.market);
        held.quote_atoms = quote.into();
        held.base_atoms = 5.into();
        held.index = quote.unsigned_abs().into();
        for (at, lots) in lots.iter().enumerate() {
            let (strike_e6, lots) = ((at as u64 + 1).into(), (*lots).into());
            held.positions[at] = Position { expiry_unix_s: 9.into(), strike_e6, lots, kind: 1, reserved: [0; 7] };
        }
        [MarginAccount::DISCRIMINATOR.as_slice(), bytes_of(&held)].concat()
    }

    fn account(data: &[u8]) -> Account<'_> {
        Account { address: [7; 32], owner: ids::MARGIN, data }
    }

    #[test]
    fn what_was_added_and_taken_away_leaves_no_trace() {
        let (long, short) = (bytes(-3, &[4, 2]), bytes(8, &[-4]));
        let mut books = Books::new(SCOPE);
        books.add(&account(&long)).unwrap();
        books.add(&account(&short)).unwrap();
        let first = Series { expiry_unix_s: 9, strike_e6: 1, kind: 1 };
        assert_eq!((books.quote_atoms, books.base_atoms), (5, 10));
        assert_eq!(books.series(&first), SeriesSums { long: 4, short: 4, positions: 2 });
        assert_eq!(books.indices, BTreeMap::from([(3, 1), (8, 1)]));
        books.remove(&account(&short)).unwrap();
        books.remove(&account(&long)).unwrap();
        assert_eq!(books, Books::new(SCOPE));
    }

    #[test]
    fn accounts_of_other_markets_and_other_kinds_count_for_nothing() {
        let mut books = Books::new(Scope { market: [9; 32], ..SCOPE });
        books.add(&account(&bytes(3, &[1]))).unwrap();
        books.add(&Account { owner: [0; 32], ..account(&bytes(3, &[1])) }).unwrap();
        books.add(&account(&[])).unwrap();
        assert_eq!(books, Books::new(books.scope));
    }

    #[test]
    fn malformed_positions_are_named() {
        let mut books = Books::new(SCOPE);
        assert_eq!(books.add(&account(&bytes(3, &[0]))), Err(BooksError::PositionMalformed));
        let mut twice = bytes(3, &[1, 1]);
        let held: &mut MarginAccount = abi::read_mut(&mut twice).unwrap();
        held.positions[1].strike_e6 = held.positions[0].strike_e6;
        assert!(matches!(Books::new(SCOPE).add(&account(&twice)), Err(BooksError::SeriesTwice(_))));
    }
}
