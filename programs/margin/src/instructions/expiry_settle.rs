//! Fixes an expiry's settlement price, once.
use crate::errors::MarginError;
use crate::events::{ExpirySettled, Stamp};
use crate::guard::{level_require, BRAKE};
use crate::state::{Expiry, Market};
use abi::margin::EXPIRY_SETTLED;
use abi::oracle::{Settlement, SETTLEMENT_FINAL, SETTLEMENT_SEED};
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use policy::Action;
use units::PriceE6;

const ORACLE: Address = Address::new_from_array(abi::ids::ORACLE);

#[derive(Accounts)]
pub struct ExpirySettle {
    #[account(mut)]
    pub market: Account<Market>,
    #[account(mut, constraint = address_eq(&expiry.market, market.address()) @ MarginError::ExpiryOfAnotherMarket)]
    pub expiry: Account<Expiry>,
    /// The oracle's settlement of this market's feed at this expiry, and no other.
    #[account(
        seeds = [SETTLEMENT_SEED, market.feed.as_ref(), &expiry.expiry_unix_s.get().to_le_bytes()],
        bump,
        seeds::program = ORACLE
    )]
    pub settlement: UncheckedAccount,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
}

impl ExpirySettle {
    /// Authority: anyone, once the oracle has finalised the price.
    /// Effects: the price stands for ever. INVARIANT(M-7)
    /// Errors: `AlreadySettled`, `NotExpired`, `SettlementPending`, `SettlementUnreadable`, `LevelForbids`.
    fn validate(&self, stamp: &Stamp) -> Result<()> {
        require!(self.expiry.state != EXPIRY_SETTLED, MarginError::AlreadySettled);
        require!(stamp.unix_s >= self.expiry.expiry_unix_s.get(), MarginError::NotExpired);
        level_require(self.brake.account(), Action::Settle, stamp.unix_s)
    }

    fn price(&self) -> Result<PriceE6> {
        // At a PDA of the oracle: another owner means that the oracle has not created it.
        let settlement =
            shared::read::<Settlement, _>(self.settlement.account(), &abi::ids::ORACLE, |why| match why {
                abi::ReadError::WrongOwner => MarginError::SettlementPending,
                _ => MarginError::SettlementUnreadable,
            })?;
        require!(settlement.state == SETTLEMENT_FINAL, MarginError::SettlementPending);
        Ok(PriceE6(settlement.price_e6.get()))
    }

    pub fn expiry_settle(&mut self) -> Result<()> {
        let stamp = Stamp::now()?;
        self.validate(&stamp)?;
        let price = self.price()?;
        self.expiry.settle(price)?;
        emit!(ExpirySettled {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            market: *self.market.address(),
            expiry_unix_s: self.expiry.expiry_unix_s.get(),
            settlement_price_e6: price.0,
            unsettled_lots: self.expiry.unsettled_lots.get(),
        });
        Ok(())
    }
}
