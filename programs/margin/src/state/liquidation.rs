//! A liquidation's clock and phase, and the transfer of a slice.
use super::{Liquidation, MarginAccount, Market, Token};
use crate::errors::MarginError;
use anchor_lang::prelude::*;
use risk::liquidation::{insolvent_payment_floor, slice_base_floor, slice_quote, AuctionClock, INSOLVENT_S};
use units::{BaseAtoms, QuoteAtoms, UnixSeconds};

/// `Liquidation::phase`.
pub const PHASE_AUCTION: u8 = 0;
pub const PHASE_INSOLVENT: u8 = 1;

/// The balances that go with a slice; positive leaves the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SliceBalances {
    pub quote: QuoteAtoms,
    pub base: BaseAtoms,
}

impl Liquidation {
    /// Brings phase and clock to `now`: a phase that begins anew starts at zero, and only seconds in which bids are allowed count.
    /// Returns the seconds counted in this phase. Error: `AmountOverflow`, if the clock went back.
    pub fn tick(&mut self, mtm: QuoteAtoms, bids_allowed: bool, now_unix_s: i64) -> Result<u64> {
        let now = UnixSeconds(now_unix_s);
        let phase = if mtm.0 > 0 { PHASE_AUCTION } else { PHASE_INSOLVENT };
        let clock = if phase == self.phase {
            let running_since = (self.running != 0).then_some(UnixSeconds(self.since_unix_s.get()));
            AuctionClock { counted_s: self.counted_s.get(), running_since }
        } else {
            AuctionClock::default()
        };
        let clock = clock.set(now, bids_allowed).map_err(|_| MarginError::AmountOverflow)?;
        self.phase = phase;
        self.running = u8::from(bids_allowed);
        self.counted_s = clock.counted_s.into();
        self.since_unix_s = now_unix_s.into();
        Ok(clock.counted_s)
    }

    /// What the taker of an insolvent account is paid once the auction of half an hour is over. Neither the global fund nor anybody's balance
    /// pays before it has shown that nobody takes the account for less, so that a price that comes back at once costs them nothing.
    pub fn full_payment(&mut self, mtm: QuoteAtoms, time_divisor: u32, now_unix_s: i64) -> Result<QuoteAtoms> {
        let elapsed_s = self.tick(mtm, true, now_unix_s)?.saturating_mul(u64::from(time_divisor));
        let is_over = self.phase == PHASE_INSOLVENT && elapsed_s >= INSOLVENT_S && mtm.0 < 0;
        require!(is_over, MarginError::InsolvencyAuctionRunning);
        Ok(insolvent_payment_floor(mtm, elapsed_s).map_err(|_| MarginError::AmountOverflow)?)
    }
}

impl Market {
    /// Moves `fraction` of the balances, debts included, from a liquidated account to whoever takes the slice.
    pub fn slice_move(
        &mut self,
        from: &mut MarginAccount,
        to: &mut MarginAccount,
        fraction_e9: u32,
    ) -> Result<SliceBalances> {
        let quote = slice_quote(QuoteAtoms(from.quote_atoms.get()), fraction_e9);
        let base = slice_base_floor(BaseAtoms(from.base_atoms.get()), fraction_e9);
        let quote = quote.map_err(|_| MarginError::AmountOverflow)?;
        let base = base.map_err(|_| MarginError::AmountOverflow)?;
        self.quote_pass(from, to, quote)?;
        self.debit(from, Token::Base, base.0)?;
        self.credit(to, Token::Base, base.0)?;
        Ok(SliceBalances { quote, base })
    }
}
