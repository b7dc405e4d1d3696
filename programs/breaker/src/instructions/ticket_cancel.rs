//! Takes a ticket back unpaid: the controller books the amount again where it came from.
use crate::events::TicketCancelled;
use crate::state::{Brake, Custody, Ticket};
use crate::BreakerError;
use abi::breaker::{BRAKE_SEED, CUSTODY_SEED};
use anchor_lang::address_eq;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct TicketCancel {
    pub controller: Signer,
    #[account(mut, seeds = [CUSTODY_SEED, controller.address().as_ref()], bump = custody.bump, constraint = custody.is_free() @ BreakerError::CustodyHeld)]
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
}

impl TicketCancel {
    /// Authority: the custody's controller, for a ticket that is served; under a freeze for any: what a hostile engine queued, the mended
    /// one takes back.
    /// Effects: the vault no longer owes the amount; no token moves, and whoever waits behind keeps their time.
    /// Errors: `CustodyHeld`, `TicketOfAnotherCustody`, `NotRentPayer`, `WithdrawalsRefused`, `TicketNotServed`.
    pub fn ticket_cancel(&mut self) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        let (vault, place) = (usize::from(self.ticket.vault), self.ticket.place());
        let level = self.brake.machine()?.level_in_force(unix_s).max(self.custody.latch()?.level_in_force(unix_s));
        let (flow, limits) = self.custody.flow(vault)?;
        let flow = flow.cancel(level, &place, unix_s, &limits).map_err(BreakerError::from)?;
        self.custody.flow_record(vault, flow)?;
        self.custody.record_closed()?;
        let seq = self.custody.seq_next()?;
        emit!(TicketCancelled {
            slot,
            unix_s,
            seq,
            custody: *self.custody.address(),
            ticket: *self.ticket.address(),
            origin: self.ticket.origin,
            amount_atoms: place.amount,
            unpaid_atoms: flow.queue.unpaid_atoms,
        });
        Ok(())
    }
}
