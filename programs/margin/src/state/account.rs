//! A margin account's positions and margin.
use super::expiry::{kind_byte, kind_from_byte};
use super::{Expiry, MarginAccount, Market, Position, Series, ACCOUNT_VERSION};
use crate::errors::MarginError;
use abi::margin::{EXPIRIES, POSITIONS};
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use bytemuck::Zeroable;
use risk::fill::long_lots;
use risk::standard::within_bounds;
use units::{Lots, PriceE6, QuoteAtoms, UnixSeconds};

/// A position before and after a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PositionChange {
    pub before: Lots,
    pub after: Lots,
}

/// What an account held before a fill, where the fill changes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    pub quote: QuoteAtoms,
    /// Each series once.
    pub held: Vec<(Series, Lots)>,
}

impl Position {
    fn is_vacant(&self) -> bool {
        self.kind == 0
    }

    fn is_of(&self, series: &Series) -> bool {
        self.kind == kind_byte(series.kind)
            && self.strike_e6.get() == series.strike_e6
            && self.expiry_unix_s.get() == series.expiry_unix_s
    }

    fn to_risk(self) -> Result<risk::payoff::Position> {
        Ok(risk::payoff::Position {
            expiry: UnixSeconds(self.expiry_unix_s.get()),
            strike: PriceE6(self.strike_e6.get()),
            kind: kind_from_byte(self.kind)?,
            lots: Lots(self.lots.get()),
        })
    }
}

impl MarginAccount {
    /// The number of the account's next event of its own.
    pub fn next_seq(&mut self) -> Result<u64> {
        let seq = self.seq.get().checked_add(1).ok_or(MarginError::AmountOverflow)?;
        self.seq = seq.into();
        Ok(seq)
    }

    /// Whether `key` may do what `right` covers: the owner everything, the delegate what it was given.
    pub fn may(&self, key: &Address, right: u8) -> bool {
        address_eq(&self.owner, key) || self.delegate_rights & right != 0 && address_eq(&self.delegate, key)
    }

    pub fn is_flat(&self) -> bool {
        self.positions.iter().all(Position::is_vacant)
    }

    /// Lots held of a series; 0 when there is no position.
    pub fn lots(&self, series: &Series) -> Lots {
        Lots(self.positions.iter().find(|held| held.is_of(series)).map_or(0, |held| held.lots.get()))
    }

    /// The positions, now or as they were before a fill.
    pub fn positions_at(&self, instead: Option<&Earlier>) -> Result<Vec<risk::payoff::Position>> {
        let earlier: &[(Series, Lots)] = instead.map_or(&[], |earlier| &earlier.held);
        let mut positions = Vec::with_capacity(POSITIONS);
        for held in self.positions.iter().filter(|held| !held.is_vacant()) {
            if !earlier.iter().any(|(series, _)| held.is_of(series)) {
                positions.push(held.to_risk()?);
            }
        }
        positions.extend(
            earlier.iter().filter(|(_, lots)| *lots != Lots::ZERO).map(|(series, lots)| series.position(*lots)),
        );
        Ok(positions)
    }

    /// The positions with their slots.
    pub fn places(&self) -> Result<Vec<(usize, risk::payoff::Position)>> {
        let held = self.positions.iter().enumerate().filter(|(_, held)| !held.is_vacant());
        held.map(|(slot, held)| Ok((slot, held.to_risk()?))).collect()
    }

    /// Adds `change` to the position in `series`, and to the open interest of series and market.
    ///
    /// INVARIANT(M-2): callers apply opposite changes to two accounts.
    pub fn lots_apply(
        &mut self,
        market: &mut Market,
        expiry: &mut Expiry,
        series: &Series,
        change: Lots,
        spot: PriceE6,
    ) -> Result<PositionChange> {
        // INVARIANT(V-3): what is owed to others bears no loss of a position.
        require!(self.segregated == 0, MarginError::AccountSegregated);
        let held = self.positions.iter().position(|held| held.is_of(series));
        let at =
            held.or_else(|| self.positions.iter().position(Position::is_vacant)).ok_or(MarginError::PositionsFull)?;
        if held.is_none() {
            self.require_expiry_room(series.expiry_unix_s)?;
        }
        let slot = self.positions.get_mut(at).ok_or(MarginError::PositionsFull)?;
        let before = Lots(slot.lots.get());
        let after = before.checked_add(change).ok_or(MarginError::NotionalTooLarge)?;
        let grows = after.0.unsigned_abs() > before.0.unsigned_abs();
        if grows && !within_bounds(after, PriceE6(series.strike_e6), spot, market.scale()) {
            return Err(MarginError::NotionalTooLarge.into());
        }
        *slot = if after == Lots::ZERO {
            Position::zeroed()
        } else {
            Position {
                expiry_unix_s: series.expiry_unix_s.into(),
                strike_e6: series.strike_e6.into(),
                lots: after.0.into(),
                kind: kind_byte(series.kind),
                reserved: [0; 7],
            }
        };
        self.places_record();
        market.open_interest_move(expiry, series, before, after)?;
        Ok(PositionChange { before, after })
    }

    /// A margin check reads the accounts of every expiry held, so there is a most of them.
    fn require_expiry_room(&self, expiry_unix_s: i64) -> Result<()> {
        let mut others = [expiry_unix_s; EXPIRIES];
        let mut count = 0_usize;
        for held in self.positions.iter().filter(|held| !held.is_vacant()) {
            let expiry = held.expiry_unix_s.get();
            if expiry == expiry_unix_s {
                return Ok(());
            }
            if !others.get(..count).unwrap_or(&[]).contains(&expiry) {
                *others.get_mut(count).ok_or(MarginError::ExpiriesFull)? = expiry;
                count = count.saturating_add(1);
            }
        }
        require!(count < EXPIRIES, MarginError::ExpiriesFull);
        Ok(())
    }

    /// Clears every position of a settled expiry. Returns the cash due: negative when the account owes.
    pub fn settle(&mut self, market: &mut Market, expiry: &mut Expiry) -> Result<Settled> {
        let price = expiry.settlement_price()?;
        let lots_per_unit = market.lots_per_unit.get();
        let mut settled = Settled { cash: QuoteAtoms::ZERO, positions: 0, lots: 0 };
        for slot in &mut self.positions {
            if slot.is_vacant() || slot.expiry_unix_s != expiry.expiry_unix_s {
                continue;
            }
            let payoff = slot.to_risk()?.payoff_floor(price, lots_per_unit).map_err(|_| MarginError::AmountOverflow)?;
            let series = expiry.series(slot.strike_e6.get(), slot.kind)?;
            let lots = Lots(slot.lots.get());
            settled.add(payoff, lots)?;
            *slot = Position::zeroed();
            market.open_interest_move(expiry, &series, lots, Lots::ZERO)?;
        }
        self.places_record();
        expiry.settled_record(settled.lots)?;
        Ok(settled)
    }

    /// In the release after this one an account of its version says which places hold a position; nothing goes by that yet.
    fn places_record(&mut self) {
        if cfg!(feature = "next") && self.version == ACCOUNT_VERSION {
            policy::migration::store(bytemuck::cast_mut(self));
        }
    }
}

/// What settling one account's positions of one expiry came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    pub cash: QuoteAtoms,
    pub positions: u8,
    /// Lots cleared, long and short alike.
    pub lots: u64,
}

impl Settled {
    fn add(&mut self, payoff: QuoteAtoms, lots: Lots) -> Result<()> {
        self.cash = self.cash.checked_add(payoff).ok_or(MarginError::AmountOverflow)?;
        self.lots = self.lots.checked_add(lots.0.unsigned_abs()).ok_or(MarginError::AmountOverflow)?;
        self.positions = self.positions.saturating_add(1);
        Ok(())
    }
}

impl Market {
    /// Follows one account's position from `before` to `after`. INVARIANT(M-2): open interest = the sum of longs.
    pub(super) fn open_interest_move(
        &mut self,
        expiry: &mut Expiry,
        series: &Series,
        before: Lots,
        after: Lots,
    ) -> Result<()> {
        let (before, after) = (long_lots(before), long_lots(after));
        if before == after {
            return Ok(());
        }
        expiry.open_lots_move(series, before, after)?;
        let open = self.open_interest_lots.get().checked_add(after).and_then(|lots| lots.checked_sub(before));
        self.open_interest_lots = open.ok_or(MarginError::AmountOverflow)?.into();
        Ok(())
    }
}
