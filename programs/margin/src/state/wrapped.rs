//! Lots that stand behind tokens. INVARIANT(M-2): beside accounts' positions, these are the only longs.
use super::{Expiry, Market, Series, Wrapped, MIN_READER, VERSION};
use crate::errors::MarginError;
use crate::others;
use anchor_lang::pinocchio::account::RefMut;
use anchor_lang::prelude::*;
use units::Lots;

/// What a wrapped series is created with.
pub struct WrappedTerms<'a> {
    pub market: &'a Address,
    pub expiry: &'a Address,
    pub mint: &'a Address,
    pub payer: &'a Address,
    pub bump: u8,
    pub mint_bump: u8,
}

impl Wrapped {
    pub fn init(&mut self, series: &Series, terms: &WrappedTerms<'_>) {
        self.version = VERSION;
        self.min_reader = MIN_READER;
        self.bump = terms.bump;
        self.mint_bump = terms.mint_bump;
        self.kind = series.kind_byte();
        self.market = *terms.market;
        self.expiry = *terms.expiry;
        self.expiry_unix_s = series.expiry_unix_s.into();
        self.strike_e6 = series.strike_e6.into();
        self.mint = *terms.mint;
        self.payer = *terms.payer;
    }

    /// The series that the tokens are of, in its expiry.
    pub fn series(&self, expiry: &Expiry) -> Result<Series> {
        expiry.series(self.strike_e6.get(), self.kind)
    }

    /// The series' expiry among the accounts passed. Nothing but its market has an expiry of that time. Error: `ExpiryMissing`.
    pub fn expiry_mut<'a>(&self, others: &'a mut [AccountView]) -> Result<RefMut<'a, Expiry>> {
        others::expiry_mut(others, &self.market, self.expiry_unix_s.get())
            .map_err(|_| MarginError::ExpiryMissing.into())
    }

    /// Adds `change` to the lots behind tokens, and to the open interest of series and market.
    pub fn lots_apply(&mut self, market: &mut Market, expiry: &mut Expiry, change: Lots) -> Result<u64> {
        let series = self.series(expiry)?;
        let before = Lots(i64::try_from(self.lots.get()).map_err(|_| MarginError::AmountOverflow)?);
        let after = before.checked_add(change).ok_or(MarginError::AmountOverflow)?;
        let lots = u64::try_from(after.0).map_err(|_| MarginError::LotsAboveWrapped)?;
        self.lots = lots.into();
        market.open_interest_move(expiry, &series, before, after)?;
        Ok(lots)
    }

    /// The number of the series' next event.
    pub fn next_seq(&mut self) -> Result<u64> {
        let seq = self.seq.get().checked_add(1).ok_or(MarginError::AmountOverflow)?;
        self.seq = seq.into();
        Ok(seq)
    }
}

/// `lots` as an increase, or the opposite.
pub fn long(lots: u64) -> Result<Lots> {
    i64::try_from(lots).map(Lots).map_err(|_| MarginError::NotionalTooLarge.into())
}

pub fn less(lots: u64) -> Result<Lots> {
    Lots::ZERO.checked_sub(long(lots)?).ok_or_else(|| MarginError::NotionalTooLarge.into())
}
