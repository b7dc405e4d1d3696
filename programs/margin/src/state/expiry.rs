//! An expiry's series and their open interest.
use super::Expiry;
use crate::errors::MarginError;
use abi::margin::{EXPIRY_SETTLED, KIND_CALL, KIND_PUT};
use anchor_lang::prelude::*;
use risk::listing::STRIKES;
use risk::payoff::{Kind, Position};
use units::{Lots, PriceE6, UnixSeconds};

/// One series of an expiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Series {
    pub expiry_unix_s: i64,
    pub strike_e6: u64,
    pub kind: Kind,
    /// Where the expiry counts its open lots.
    index: usize,
}

impl Series {
    pub const fn kind_byte(&self) -> u8 {
        kind_byte(self.kind)
    }

    /// A position in this series.
    pub fn position(&self, lots: Lots) -> Position {
        Position { expiry: UnixSeconds(self.expiry_unix_s), strike: PriceE6(self.strike_e6), kind: self.kind, lots }
    }
}

impl Expiry {
    /// The listed series of `strike_e6` and `kind` (1 call, 2 put).
    pub fn series(&self, strike_e6: u64, kind: u8) -> Result<Series> {
        let kind = kind_from_byte(kind)?;
        let index = self.index(strike_e6, kind)?;
        Ok(Series { expiry_unix_s: self.expiry_unix_s.get(), strike_e6, kind, index })
    }

    /// Long lots of the series of `strike_e6` and `kind`.
    pub fn open_lots_of(&self, strike_e6: u64, kind: Kind) -> Result<u64> {
        let index = self.index(strike_e6, kind)?;
        self.open_lots.get(index).map(|lots| lots.get()).ok_or_else(|| MarginError::UnknownSeries.into())
    }

    /// Lists the strikes, ascending.
    pub fn strikes_set(&mut self, strikes: &[PriceE6; STRIKES]) -> Result<()> {
        for (slot, strike) in self.strikes_e6.iter_mut().zip(strikes) {
            *slot = strike.0.into();
        }
        self.strike_count = u8::try_from(STRIKES).map_err(|_| MarginError::UnknownSeries)?;
        Ok(())
    }

    /// Fails once the settlement price is fixed or the time has passed.
    pub fn require_trading(&self, now_unix_s: i64) -> Result<()> {
        if self.state == EXPIRY_SETTLED || now_unix_s >= self.expiry_unix_s.get() {
            return Err(MarginError::SeriesExpired.into());
        }
        Ok(())
    }

    /// The price that was fixed, or `SettlementPending`.
    pub fn settlement_price(&self) -> Result<PriceE6> {
        if self.state != EXPIRY_SETTLED {
            return Err(MarginError::SettlementPending.into());
        }
        Ok(PriceE6(self.settlement_price_e6.get()))
    }

    /// Fixes the settlement price. INVARIANT(M-7): once.
    pub fn settle(&mut self, price: PriceE6) -> Result<()> {
        let mut long_lots = 0u64;
        for lots in &self.open_lots {
            long_lots = long_lots.checked_add(lots.get()).ok_or(MarginError::AmountOverflow)?;
        }
        // INVARIANT(M-2): every series nets to zero, so as many lots are short.
        self.unsettled_lots = long_lots.checked_mul(2).ok_or(MarginError::AmountOverflow)?.into();
        self.settlement_price_e6 = price.0.into();
        self.state = EXPIRY_SETTLED;
        Ok(())
    }

    /// Counts wrapped series that are opened, or closed.
    pub fn wrapped_count(&mut self, change: i16) -> Result<()> {
        let count = self.wrapped_series.get().checked_add_signed(change).ok_or(MarginError::AmountOverflow)?;
        self.wrapped_series = count.into();
        Ok(())
    }

    /// Counts `lots`, long and short alike, that have settled.
    pub fn settled_record(&mut self, lots: u64) -> Result<()> {
        let left = self.unsettled_lots.get().checked_sub(lots).ok_or(MarginError::AmountOverflow)?;
        self.unsettled_lots = left.into();
        Ok(())
    }

    /// Moves a series' open interest from `before` to `after` long lots of one account.
    pub fn open_lots_move(&mut self, series: &Series, before: u64, after: u64) -> Result<()> {
        let open = self.open_lots.get_mut(series.index).ok_or(MarginError::UnknownSeries)?;
        let moved = open.get().checked_add(after).and_then(|lots| lots.checked_sub(before));
        *open = moved.ok_or(MarginError::AmountOverflow)?.into();
        Ok(())
    }

    fn index(&self, strike_e6: u64, kind: Kind) -> Result<usize> {
        let listed = self.strikes_e6.get(..usize::from(self.strike_count)).ok_or(MarginError::UnknownSeries)?;
        let at =
            listed.binary_search_by(|strike| strike.get().cmp(&strike_e6)).map_err(|_| MarginError::UnknownSeries)?;
        let side = match kind {
            Kind::Call => 0,
            Kind::Put => 1,
        };
        at.checked_mul(2).and_then(|even| even.checked_add(side)).ok_or_else(|| MarginError::UnknownSeries.into())
    }
}

/// A position's or a leg's kind byte.
pub fn kind_from_byte(byte: u8) -> Result<Kind> {
    match byte {
        KIND_CALL => Ok(Kind::Call),
        KIND_PUT => Ok(Kind::Put),
        _ => Err(MarginError::UnknownSeries.into()),
    }
}

pub const fn kind_byte(kind: Kind) -> u8 {
    match kind {
        Kind::Call => KIND_CALL,
        Kind::Put => KIND_PUT,
    }
}
