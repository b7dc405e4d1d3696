//! What a snapshot keeps of margin's accounts: their content in one order of bytes that does not depend on their layout, and sums.
//!
//! The governor's own reading of raw accounts: nothing here is code that an upgrade of margin replaces.

use abi::margin::{MarginAccount, Market};
use abi::{Address, governor::PAGE_ACCOUNTS};

/// sha256 over the concatenation: the host's or the runtime's.
pub type Sha256 = fn(&[&[u8]]) -> [u8; 32];

/// Bytes of one position's content: expiry, strike, lots, kind.
const POSITION_LEN: usize = 25;

/// Sums over recorded accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub accounts: u64,
    pub quote_atoms: i64,
    pub base_atoms: u64,
    pub long_lots: u64,
    pub short_lots: u64,
    /// Lots of each series times a hash of the series, modulo 2^128.
    pub series: u128,
}

/// A sum does not fit its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SumOverflow;

impl Sums {
    /// One account's.
    pub fn of(account: &MarginAccount, sha256: Sha256) -> Result<Self, SumOverflow> {
        let mut sums = Self {
            accounts: 1,
            quote_atoms: account.quote_atoms.get(),
            base_atoms: account.base_atoms.get(),
            ..Self::default()
        };
        for position in account.positions.iter().filter(|position| position.kind != 0) {
            let lots = position.lots.get();
            let side = if lots < 0 { &mut sums.short_lots } else { &mut sums.long_lots };
            *side = side.checked_add(lots.unsigned_abs()).ok_or(SumOverflow)?;
            let expiry = position.expiry_unix_s.get().to_le_bytes();
            let hash = sha256(&[&expiry, &position.strike_e6.get().to_le_bytes(), &[position.kind]]);
            let weight = hash.first_chunk().copied().map(u128::from_le_bytes).unwrap_or_default();
            let term = weight.wrapping_mul(u128::from(lots.unsigned_abs()));
            sums.series = if lots < 0 { sums.series.wrapping_sub(term) } else { sums.series.wrapping_add(term) };
        }
        Ok(sums)
    }

    pub fn plus(self, other: Self) -> Result<Self, SumOverflow> {
        Ok(Self {
            accounts: self.accounts.checked_add(other.accounts).ok_or(SumOverflow)?,
            quote_atoms: self.quote_atoms.checked_add(other.quote_atoms).ok_or(SumOverflow)?,
            base_atoms: self.base_atoms.checked_add(other.base_atoms).ok_or(SumOverflow)?,
            long_lots: self.long_lots.checked_add(other.long_lots).ok_or(SumOverflow)?,
            short_lots: self.short_lots.checked_add(other.short_lots).ok_or(SumOverflow)?,
            series: self.series.wrapping_add(other.series),
        })
    }

    /// Takes out what was added before: the page that a fuller one replaces.
    pub fn minus(self, other: Self) -> Result<Self, SumOverflow> {
        Ok(Self {
            accounts: self.accounts.checked_sub(other.accounts).ok_or(SumOverflow)?,
            quote_atoms: self.quote_atoms.checked_sub(other.quote_atoms).ok_or(SumOverflow)?,
            base_atoms: self.base_atoms.checked_sub(other.base_atoms).ok_or(SumOverflow)?,
            long_lots: self.long_lots.checked_sub(other.long_lots).ok_or(SumOverflow)?,
            short_lots: self.short_lots.checked_sub(other.short_lots).ok_or(SumOverflow)?,
            series: self.series.wrapping_sub(other.series),
        })
    }

    /// Whether the accounts add up to what their market keeps: every account, its cash, and as many lots long as short.
    ///
    /// A snapshot says so and is taken all the same: an upgrade may be what mends a sum, lots that tokens stand for are in no account, and
    /// of a series that is half settled one side is gone.
    pub fn balanced(&self, market: &Market) -> bool {
        self.accounts == accounts_open(market)
            && self.quote_atoms == market.quote_balances_atoms.get()
            && self.base_atoms == market.base_balances_atoms.get()
            && self.long_lots == self.short_lots
            && self.series == 0
    }
}

/// Accounts of a market that are open. Indices are never reused, so as many different accounts of the market are all of them.
pub fn accounts_open(market: &Market) -> u64 {
    market.accounts_opened.get().saturating_sub(market.accounts_closed.get())
}

/// Pages of a market's snapshot: one for each [`PAGE_ACCOUNTS`] registry indices that were given out.
pub fn pages(market: &Market) -> u64 {
    market.accounts_opened.get().div_ceil(PAGE_ACCOUNTS)
}

/// The page that an index is on.
pub fn page_of(index: u64) -> Option<u64> {
    index.checked_div(PAGE_ACCOUNTS)
}

/// Digest of an account's content: address, place in the registry, owner and delegate, collateral, positions, floor of nonces and count
/// of events. Not its layout nor its version. Whoever may change one of these waits while accounts are migrated, so a change is the code's.
pub fn account_digest(address: &Address, account: &MarginAccount, sha256: Sha256) -> [u8; 32] {
    let mut positions = [0; POSITION_LEN * abi::margin::POSITIONS];
    let mut len = 0_usize;
    for (position, out) in
        account.positions.iter().filter(|position| position.kind != 0).zip(positions.as_chunks_mut::<POSITION_LEN>().0)
    {
        let expiry = position.expiry_unix_s.get().to_le_bytes();
        let (strike, lots) = (position.strike_e6.get().to_le_bytes(), position.lots.get().to_le_bytes());
        for (to, from) in out.iter_mut().zip(expiry.iter().chain(&strike).chain(&lots).chain(&[position.kind])) {
            *to = *from;
        }
        len = len.saturating_add(POSITION_LEN);
    }
    sha256(&[
        address,
        &account.market,
        &account.owner,
        &account.index.get().to_le_bytes(),
        &account.subaccount.get().to_le_bytes(),
        &[account.mode, account.segregated],
        &account.quote_atoms.get().to_le_bytes(),
        &account.base_atoms.get().to_le_bytes(),
        &account.nonce_floor.get().to_le_bytes(),
        &account.seq.get().to_le_bytes(),
        &account.delegate,
        &[account.delegate_rights, account.in_liquidation],
        &account.index_lost_e18.get().to_le_bytes(),
        &account.debt_unix_s.get().to_le_bytes(),
        &account.interest_unix_s.get().to_le_bytes(),
        positions.get(..len).unwrap_or_default(),
    ])
}

/// Digest of a market's content: its terms, sums and counters. Not its layout nor its version.
pub fn market_digest(address: &Address, market: &Market, sha256: Sha256) -> [u8; 32] {
    let terms = [market.rules_version, market.base_decimals, market.quote_decimals, market.state];
    let numbers = [
        u64::from(market.taker_fee_bps.get()),
        u64::from(market.maker_fee_bps.get()),
        u64::from(market.lots_per_unit.get()),
        u64::from(market.time_divisor.get()),
        market.strike_tick_e6.get(),
        market.quote_balances_atoms.get().cast_unsigned(),
        market.base_balances_atoms.get(),
        market.insurance_atoms.get(),
        market.fees_atoms.get(),
        market.open_interest_lots.get(),
        market.accounts_opened.get(),
        market.accounts_closed.get(),
        market.clearing_atoms.get().cast_unsigned(),
        market.throttle_since_unix_s.get().cast_unsigned(),
        market.throttle_opened_lots.get(),
        market.index_lost_e18.get(),
        market.positive_balances_atoms.get(),
        market.haircut_due_atoms.get(),
        market.seq.get(),
    ]
    .map(u64::to_le_bytes);
    sha256(&[
        address,
        &terms,
        &market.symbol,
        &market.base_mint,
        &market.quote_mint,
        &market.feed,
        &market.custody,
        &market.base_tokens,
        &market.quote_tokens,
        &market.genesis_hash,
        &market.quote_feed,
        bytemuck::bytes_of(&market.portfolio),
        numbers.as_flattened(),
    ])
}

/// Tokens that a market owes on each side: quote, base. What its vaults hold is never less.
pub fn liabilities_atoms(market: &Market) -> (i128, u64) {
    let quote = [
        i128::from(market.quote_balances_atoms.get()),
        i128::from(market.insurance_atoms.get()),
        i128::from(market.fees_atoms.get()),
        i128::from(market.clearing_atoms.get()),
    ];
    // BOUND: four terms of 64 bits.
    (quote.into_iter().fold(0, i128::saturating_add), market.base_balances_atoms.get())
}

#[cfg(test)]
pub(crate) mod tests;
