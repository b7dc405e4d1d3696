//! Takes a withdrawal that waits back into the account that it came from.
use crate::custody::{self, BreakerProgram};
use crate::errors::MarginError;
use crate::events::{Stamp, TicketReturned};
use crate::guard::{market_level_require, BRAKE};
use crate::state::{MarginAccount, Market, Token};
use abi::breaker::Ticket;
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use policy::Action;

#[derive(Accounts)]
pub struct TicketCancel {
    pub owner: Signer,
    #[account(mut)]
    pub market: Account<Market>,
    #[account(
        mut,
        constraint = address_eq(&account.market, market.address()) @ MarginError::AccountOfAnotherMarket,
        constraint = address_eq(&account.owner, owner.address()) @ MarginError::NotAccountOwner
    )]
    pub account: Account<MarginAccount>,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(mut, address = market.custody @ MarginError::CustodyOfAnotherMarket)]
    pub custody: UncheckedAccount,
    /// Held to the custody by the breaker, and to the account here.
    #[account(mut)]
    pub ticket: UncheckedAccount,
    /// Gets the rent of the ticket: the breaker holds it to who paid. `dup`: it may be the owner.
    #[account(mut, unsafe(dup))]
    pub payer: UncheckedAccount,
    pub breaker_program: Program<BreakerProgram>,
}

impl TicketCancel {
    /// Authority: the owner.
    /// Effects: the amount is a balance of the account again, and the vault no longer owes it; no token moves.
    /// Errors: `LevelForbids` while withdrawals do not leave at once: under a freeze a ticket is an exit that must not be lost to whoever
    /// holds the engine; `TicketUnreadable`, `TicketOfAnotherAccount`; the breaker's, `TicketNotServed` above all.
    fn validate(&self, stamp: &Stamp) -> Result<(Token, u64)> {
        market_level_require(self.brake.account(), self.custody.account(), Action::Withdraw, stamp.unix_s)?;
        let ticket = self.ticket.account();
        let ticket = shared::read::<Ticket, _>(ticket, &abi::ids::BREAKER, |_| MarginError::TicketUnreadable)?;
        require!(ticket.origin == self.account.address().to_bytes(), MarginError::TicketOfAnotherAccount);
        // The custody's vaults stand in the order in which the market opened them.
        let token = if ticket.vault == 0 { Token::Base } else { Token::Quote };
        Ok((token, ticket.amount_atoms.get()))
    }

    pub fn ticket_cancel(&mut self) -> Result<()> {
        let stamp = Stamp::now()?;
        let (token, amount) = self.validate(&stamp)?;
        self.market.credit(&mut self.account, token, amount)?;
        emit!(TicketReturned {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            account: *self.account.address(),
            ticket: *self.ticket.address(),
            amount_atoms: amount,
            quote_atoms: self.account.quote_atoms.get(),
            base_atoms: self.account.base_atoms.get(),
        });
        custody::cancel(self)
    }
}
