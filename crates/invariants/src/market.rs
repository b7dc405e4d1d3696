//! A market's own figures, held to the sums over its accounts and to the tokens in custody.

use crate::{Books, Broken, Series, require};
use abi::breaker::Custody;
use abi::margin::{EXPIRY_SETTLED, Expiry, KIND_CALL, KIND_PUT};
use policy::trip::booked;

/// A market as it stands, with everything that its figures are about.
pub struct Market<'a> {
    pub market: &'a abi::margin::Market,
    pub custody: &'a Custody,
    /// What the token vaults hold: base, then quote.
    pub tokens_atoms: [u64; 2],
    /// Every expiry that was ever listed and not closed.
    pub expiries: &'a [&'a Expiry],
}

/// What the vaults hold beyond what is owed: tokens that somebody sent to a vault without a deposit. Base, then quote.
pub type Surplus = [u64; 2];

impl Market<'_> {
    /// Everything that must hold between the market, its custody and `books`, the sums over all its accounts.
    ///
    /// Returns what the vaults hold beyond that; where nobody gives tokens away it is nothing, to the atom.
    pub fn check(&self, books: &Books) -> Result<Surplus, Broken> {
        self.check_sums(books)?;
        self.check_registry(books)?;
        let mut open_interest = 0_i128;
        let mut clearing = 0_i128;
        let mut known = 0_usize;
        for expiry in self.expiries {
            let (long, series) = check_expiry(expiry, books)?;
            open_interest = open_interest.saturating_add(long);
            known = known.saturating_add(series);
            clearing = clearing.saturating_add(i128::from(expiry.clearing_atoms.get()));
        }
        // INVARIANT(M-2)
        require(known == books.series.len(), "M-2", || {
            format!("{} series are held, {known} of them are listed", books.series.len())
        })?;
        let stored = i128::from(self.market.open_interest_lots.get());
        require(stored == open_interest, "M-2", || format!("open interest is {stored}, longs sum to {open_interest}"))?;
        // Beside what settles: openers' fees, which wait for the end of a liquidation, less what haircuts have yet to collect.
        let due = i128::from(self.market.haircut_due_atoms.get());
        let clearing = clearing.saturating_add(books.openers_atoms()).saturating_sub(due);
        let stored = i128::from(self.market.clearing_atoms.get());
        require(stored == clearing, "M-1", || {
            format!("clearing is {stored}; expiries, openers and haircuts come to {clearing}")
        })?;
        self.surplus(books)
    }

    /// INVARIANT(M-1): the running sums are the sums.
    fn check_sums(&self, books: &Books) -> Result<(), Broken> {
        let stored = i128::from(self.market.quote_balances_atoms.get());
        require(stored == books.quote_atoms, "M-1", || {
            format!("quote balances are {stored} in the market and {} in its accounts", books.quote_atoms)
        })?;
        let stored = i128::from(self.market.positive_balances_atoms.get());
        require(stored == books.positive_atoms, "M-1", || {
            format!("positive balances are {stored} in the market and {} in its accounts", books.positive_atoms)
        })?;
        let stored = i128::from(self.market.base_balances_atoms.get());
        require(stored == books.base_atoms, "M-1", || {
            format!("base balances are {stored} in the market and {} in its accounts", books.base_atoms)
        })?;
        for (vault, queued) in self.custody.vaults.iter().zip(books.queued_atoms) {
            let stored = i128::from(vault.queue.unpaid_atoms.get());
            require(stored == queued, "M-1", || format!("the queue owes {stored}, its tickets sum to {queued}"))?;
        }
        Ok(())
    }

    /// Every account has a registry index of its own, among those that were given out.
    fn check_registry(&self, books: &Books) -> Result<(), Broken> {
        let opened = self.market.accounts_opened.get();
        for (index, count) in &books.indices {
            require(*count == 1, "M-1", || format!("{count} accounts have the registry index {index}"))?;
            require(*index < opened, "M-1", || format!("index {index} was never given out: {opened} were"))?;
        }
        Ok(())
    }

    /// INVARIANT(M-1): what is owed is held.
    fn surplus(&self, books: &Books) -> Result<Surplus, Broken> {
        let mut surplus = [0; 2];
        let owed = booked(self.market).into_iter().zip(books.queued_atoms);
        for (((left, held), (booked, queued)), token) in
            surplus.iter_mut().zip(self.tokens_atoms).zip(owed).zip(["base", "quote"])
        {
            let owed = booked.saturating_add(queued);
            let beyond = u64::try_from(i128::from(held).saturating_sub(owed));
            *left =
                beyond.map_err(|_| Broken::new("M-1", format!("the {token} vault holds {held} and owes {owed}")))?;
        }
        Ok(surplus)
    }
}

/// INVARIANT(M-2) of one expiry. Returns its longs, and how many of its series anybody holds.
fn check_expiry(expiry: &Expiry, books: &Books) -> Result<(i128, usize), Broken> {
    let at = expiry.expiry_unix_s.get();
    let settled = expiry.state == EXPIRY_SETTLED;
    let (mut longs, mut gross, mut held) = (0_i128, 0_i128, 0_usize);
    let kinds = [KIND_CALL, KIND_PUT];
    let listed = expiry.strikes_e6.iter().take(usize::from(expiry.strike_count));
    let series = listed.flat_map(|strike| kinds.map(|kind| (strike.get(), kind)));
    for ((strike_e6, kind), open) in series.zip(&expiry.open_lots) {
        let sums = books.series(&Series { expiry_unix_s: at, strike_e6, kind });
        let open = i128::from(open.get());
        require(open == sums.long, "M-2", || {
            format!("series {at}/{strike_e6}/{kind}: {open} lots are open, accounts hold {} long", sums.long)
        })?;
        require(settled || sums.long == sums.short, "M-2", || {
            format!("series {at}/{strike_e6}/{kind}: {} long and {} short lots", sums.long, sums.short)
        })?;
        longs = longs.saturating_add(sums.long);
        gross = gross.saturating_add(sums.long).saturating_add(sums.short);
        held = held.saturating_add(usize::from(sums.positions > 0));
    }
    let unsettled = i128::from(expiry.unsettled_lots.get());
    let expected = if settled { gross } else { 0 };
    require(unsettled == expected, "M-2", || {
        format!("expiry {at}: {unsettled} lots are to be settled, accounts hold {expected}")
    })?;
    let priced = expiry.settlement_price_e6.get() != 0;
    require(priced == settled, "M-7", || format!("expiry {at}: settled {settled}, priced {priced}"))?;
    let open_clearing = expiry.clearing_atoms.get() != 0;
    require(!open_clearing || unsettled > 0, "M-1", || {
        format!("expiry {at}: nothing is left to settle, but its clearing holds {}", expiry.clearing_atoms.get())
    })?;
    Ok((longs, held))
}
