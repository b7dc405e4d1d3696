//! Releases tokens from a vault: the only way a token leaves custody is here, at once, or by a ticket that this issues.
use crate::events::{TicketIssued, TokensReleased};
use crate::state::{Brake, Custody, Ticket, MIN_READER, VERSION};
use crate::transfer::{pay, Payment};
use crate::BreakerError;
use abi::breaker::{BRAKE_SEED, CUSTODY_SEED, TICKET_SEED};
use abi::Layout;
use anchor_lang::prelude::*;
use anchor_lang::{address_eq, create_account_signed, find_program_address};
use anchor_spl::token_interface::{Mint, TokenAccount, TokenInterface};
use policy::{Level, Place, Released};

#[derive(Accounts)]
pub struct Release {
    pub controller: Signer,
    #[account(mut, seeds = [CUSTODY_SEED, controller.address().as_ref()], bump = custody.bump, constraint = custody.is_free() @ BreakerError::CustodyHeld)]
    pub custody: Account<Custody>,
    #[account(seeds = [BRAKE_SEED], bump = brake.bump)]
    pub brake: Account<Brake>,
    /// One of the custody's vaults: the handler finds it by address.
    #[account(mut)]
    pub tokens: Account<TokenAccount>,
    pub mint: Account<Mint>,
    /// Any account of the mint but the vault: whom to pay is the controller's business.
    #[account(mut)]
    pub destination: Account<TokenAccount>,
    /// Pays the ticket's rent if there is one, and gets it back.
    #[account(mut)]
    pub payer: Signer,
    /// Created if the amount has to wait, left alone if not: its address is checked then.
    #[account(mut)]
    pub ticket: UncheckedAccount,
    pub token_program: Interface<'static, TokenInterface>,
    pub system_program: Program<System>,
}

pub struct ReleaseArgs {
    pub amount: u64,
    /// Names the ticket, among those of the vault.
    pub ticket_id: u64,
    /// What the controller takes the amount from, for its own use.
    pub origin: Address,
}

impl Release {
    /// Authority: the custody's controller.
    /// Effects: moves `amount` atoms from the vault to the destination, if level and windows allow and nobody waits; else issues a ticket
    /// for it. Counts the release either way.
    /// Errors: `CustodyHeld`, `VaultUnknown`, `DestinationOfAnotherMint`, `AmountZero`, `WithdrawalsRefused`, `VaultIlliquid`, `WrongTicket`.
    fn validate(&self, unix_s: i64) -> Result<(usize, Level)> {
        let vault = self.custody.vault_of(self.tokens.address())?;
        let is_of_mint = address_eq(self.destination.mint(), self.tokens.mint());
        require!(is_of_mint, BreakerError::DestinationOfAnotherMint);
        let level = self.brake.machine()?.level_in_force(unix_s);
        Ok((vault, level.max(self.custody.latch()?.level_in_force(unix_s))))
    }

    pub fn release(&mut self, args: &ReleaseArgs) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        let (vault, level) = self.validate(unix_s)?;
        let (flow, limits) = self.custody.flow(vault)?;
        let held = self.tokens.amount();
        let released = flow.release(level, args.amount, held, unix_s, &limits).map_err(BreakerError::from)?;
        let (flow, released) = released;
        self.custody.flow_record(vault, flow)?;
        let count = self.custody.releases.get().checked_add(1).ok_or(BreakerError::CounterOverflow)?;
        self.custody.releases = count.into();
        let seq = self.custody.seq_next()?;
        match released {
            Released::Now => {
                emit!(TokensReleased {
                    slot,
                    unix_s,
                    seq,
                    custody: *self.custody.address(),
                    mint: *self.mint.address(),
                    destination: *self.destination.address(),
                    amount_atoms: args.amount,
                    balance_atoms: held.saturating_sub(args.amount),
                });
                self.pay(args.amount)
            }
            Released::Queued(place) => {
                let done_unix_s = flow.queue.done_unix_s_ceil(place.end_atoms, limits.day_s());
                emit!(TicketIssued {
                    slot,
                    unix_s,
                    seq,
                    custody: *self.custody.address(),
                    mint: *self.mint.address(),
                    ticket: *self.ticket.address(),
                    id: args.ticket_id,
                    destination: *self.destination.address(),
                    amount_atoms: place.amount,
                    end_atoms: place.end_atoms,
                    claimable_unix_s: done_unix_s.unwrap_or(i64::MAX),
                });
                self.ticket_issue(args, vault, &place)
            }
        }
    }

    fn pay(&mut self, amount: u64) -> Result<()> {
        pay(Payment {
            controller: *self.controller.address(),
            custody: &self.custody,
            tokens: &mut self.tokens,
            mint: &self.mint,
            destination: &mut self.destination,
            token_program: &self.token_program,
            amount,
        })
    }

    fn ticket_issue(&mut self, args: &ReleaseArgs, vault: usize, place: &Place) -> Result<()> {
        self.custody.record_opened()?;
        let (tokens, id) = (*self.tokens.address(), args.ticket_id.to_le_bytes());
        let (address, bump) = find_program_address(&[TICKET_SEED, tokens.as_ref(), &id], &crate::ID);
        require!(address_eq(&address, self.ticket.address()), BreakerError::WrongTicket);
        let ticket = abi::breaker::Ticket {
            version: VERSION,
            min_reader: MIN_READER,
            bump,
            vault: u8::try_from(vault).map_err(|_| BreakerError::VaultUnknown)?,
            reserved_head: [0; 4],
            custody: self.custody.address().to_bytes(),
            destination: self.destination.address().to_bytes(),
            payer: self.payer.address().to_bytes(),
            origin: args.origin.to_bytes(),
            id: args.ticket_id.into(),
            amount_atoms: place.amount.into(),
            end_atoms: place.end_atoms.into(),
            issued_unix_s: place.issued_unix_s.into(),
            reserved: [0; 32],
        };
        let space = abi::breaker::Ticket::SPACE;
        let seeds: [&[u8]; 4] = [TICKET_SEED, tokens.as_ref(), &id, &[bump]];
        create_account_signed(self.payer.account(), self.ticket.account(), space, &crate::ID, &seeds)?;
        ticket_write(&mut self.ticket, &ticket)
    }
}

/// The bytes that Anchor reads as a [`Ticket`]: by hand, as the account is created only when it is needed.
fn ticket_write(account: &mut UncheckedAccount, ticket: &abi::breaker::Ticket) -> Result<()> {
    const _: () = assert!(size_of::<Ticket>() == size_of::<abi::breaker::Ticket>());
    let mut view = *account.account();
    let mut data = view.try_borrow_mut()?;
    let (discriminator, fields) = data.split_at_mut_checked(abi::DISCRIMINATOR_LEN).ok_or(BreakerError::WrongTicket)?;
    discriminator.copy_from_slice(&abi::breaker::Ticket::DISCRIMINATOR);
    fields.copy_from_slice(bytemuck::bytes_of(ticket));
    Ok(())
}
