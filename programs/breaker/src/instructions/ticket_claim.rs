//! Pays a ticket to the account that it names.
use crate::events::TicketClaimed;
use crate::state::{Brake, Custody, Ticket};
use crate::transfer::{pay, Payment};
use crate::BreakerError;
use abi::breaker::BRAKE_SEED;
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use anchor_spl::token_interface::{Mint, TokenAccount, TokenInterface};
use policy::Level;

#[derive(Accounts)]
pub struct TicketClaim {
    /// No seeds: only `custody_open` creates accounts of this kind, and the ticket names its own.
    #[account(mut, constraint = custody.is_free() @ BreakerError::CustodyHeld)]
    pub custody: Account<Custody>,
    #[account(seeds = [BRAKE_SEED], bump = brake.bump)]
    pub brake: Account<Brake>,
    #[account(
        mut,
        close = payer,
        constraint = address_eq(&ticket.custody, custody.address()) @ BreakerError::TicketOfAnotherCustody
    )]
    pub ticket: Account<Ticket>,
    /// Gets the rent of the ticket.
    #[account(mut, address = ticket.payer @ BreakerError::NotRentPayer)]
    pub payer: UncheckedAccount,
    /// The vault that the ticket is on: the handler compares it with the custody's.
    #[account(mut)]
    pub tokens: Account<TokenAccount>,
    pub mint: Account<Mint>,
    #[account(mut, address = ticket.destination @ BreakerError::WrongDestination)]
    pub destination: Account<TokenAccount>,
    pub token_program: Interface<'static, TokenInterface>,
}

impl TicketClaim {
    /// Authority: anyone, once the queue has come to the ticket; while the market is frozen not before 12 hours from its issue.
    /// Effects: pays the ticket's amount to its destination, and its rent to whom it came from.
    /// Errors: `CustodyHeld`, `TicketOfAnotherCustody`, `NotRentPayer`, `WrongDestination`, `VaultUnknown`, `WithdrawalsRefused`, `TicketNotServed`,
    /// `TicketHeld`.
    fn validate(&self, unix_s: i64) -> Result<(usize, Level)> {
        let vault = self.custody.vault_of(self.tokens.address())?;
        require!(vault == usize::from(self.ticket.vault), BreakerError::VaultUnknown);
        let level = self.brake.machine()?.level_in_force(unix_s);
        Ok((vault, level.max(self.custody.latch()?.level_in_force(unix_s))))
    }

    pub fn ticket_claim(&mut self) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        let (vault, level) = self.validate(unix_s)?;
        let place = self.ticket.place();
        let (flow, limits) = self.custody.flow(vault)?;
        let flow = flow.claim(level, &place, unix_s, &limits).map_err(BreakerError::from)?;
        self.custody.flow_record(vault, flow)?;
        self.custody.record_closed()?;
        let seq = self.custody.seq_next()?;
        emit!(TicketClaimed {
            slot,
            unix_s,
            seq,
            custody: *self.custody.address(),
            ticket: *self.ticket.address(),
            destination: *self.destination.address(),
            amount_atoms: place.amount,
            unpaid_atoms: flow.queue.unpaid_atoms,
            balance_atoms: self.tokens.amount().saturating_sub(place.amount),
        });
        pay(Payment {
            controller: self.custody.controller,
            custody: &self.custody,
            tokens: &mut self.tokens,
            mint: &self.mint,
            destination: &mut self.destination,
            token_program: &self.token_program,
            amount: place.amount,
        })
    }
}
