//! Returns what is left of a bid's escrow once the bid is settled, and closes it.
use crate::errors::VaultError;
use crate::events::BidRefunded;
use crate::margin::AccountWithdraw;
use crate::reads::{self, BRAKE, BREAKER, MARGIN};
use crate::state::{Bid, Epoch, Vault};
use anchor_lang::prelude::*;
use anchor_spl::token::TokenAccount;

#[derive(Accounts)]
pub struct BidRefund {
    #[account(mut, constraint = vault.is_free() @ VaultError::VaultHeld)]
    pub vault: Account<Vault>,
    /// The epoch of the bid, current or past.
    #[account(constraint = epoch.vault == *vault.address() @ VaultError::WrongEpoch)]
    pub epoch: Account<Epoch>,
    #[account(mut, close = bidder, constraint = bid.epoch == *epoch.address() @ VaultError::WrongBid)]
    pub bid: Account<Bid>,
    /// Gets the rent of the bid account. `dup`: it may be the payer, whose view gives no access to data.
    #[account(mut, unsafe(dup), address = bid.bidder @ VaultError::WrongBid)]
    pub bidder: UncheckedAccount,
    #[account(mut, address = vault.market @ VaultError::WrongMarket)]
    pub market: UncheckedAccount,
    #[account(mut, address = vault.escrow_account @ VaultError::WrongEscrowAccount)]
    pub escrow_account: UncheckedAccount,
    pub quote_mint: UncheckedAccount,
    /// A quote token account of the bidder.
    #[account(mut, constraint = *destination.owner() == bid.bidder @ VaultError::WrongTokenOwner)]
    pub destination: Account<TokenAccount>,
    /// The market's quote tokens, pinned by the margin program, like custody and feed.
    #[account(mut)]
    pub quote_tokens: UncheckedAccount,
    #[account(mut)]
    pub custody: UncheckedAccount,
    pub feed: UncheckedAccount,
    #[account(address = BRAKE @ VaultError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(address = MARGIN @ VaultError::WrongMarginProgram)]
    pub margin_program: UncheckedAccount,
    #[account(address = BREAKER @ VaultError::WrongBreakerProgram)]
    pub breaker_program: UncheckedAccount,
    /// Pays the rent of a ticket if there is one, and gets it back. `dup`: a signer's view gives no access to data, so the bidder may pay.
    #[account(unsafe(dup))]
    pub payer: Signer,
    /// Created by the breaker if the amount has to wait: it derives and checks the address.
    #[account(mut)]
    pub ticket: UncheckedAccount,
    pub token_program: Program<Token>,
    pub system_program: Program<System>,
}

impl BidRefund {
    /// Authority: anyone, once the bid is settled. Errors: `VaultHeld`, `BidNotSettled`, `WrongQuoteMint`.
    fn validate(&self) -> Result<()> {
        require!(self.bid.state == abi::vault::BID_SETTLED, VaultError::BidNotSettled);
        let market = reads::market(self.market.account())?;
        require!(self.quote_mint.address().to_bytes() == market.quote_mint, VaultError::WrongQuoteMint);
        Ok(())
    }

    pub fn bid_refund(&mut self, ticket_id: u64) -> Result<()> {
        self.validate()?;
        let (slot, unix_s) = shared::now()?;

        // INVARIANT(V-4): the escrow less what was taken, and only once, for the bid is closed.
        let amount_atoms = self.bid.escrow_atoms.get();
        self.bid.escrow_atoms = 0.into();
        self.vault.record_closed()?;
        emit!(BidRefunded {
            slot,
            unix_s,
            seq: self.vault.next_seq()?,
            vault: *self.vault.address(),
            epoch: self.epoch.number.get(),
            bidder: *self.bidder.address(),
            amount_atoms,
        });
        if amount_atoms == 0 {
            return Ok(());
        }

        let seeds = self.vault.signer_seeds();
        let seeds = seeds.parts();
        let signer: &[&[&[u8]]] = &[&seeds];
        let accounts = AccountWithdraw {
            owner: self.vault.cpi_handle(),
            market: self.market.cpi_handle_mut(),
            account: self.escrow_account.cpi_handle_mut(),
            mint: self.quote_mint.cpi_handle(),
            destination: self.destination.cpi_handle_mut(),
            tokens: self.quote_tokens.cpi_handle_mut(),
            custody: self.custody.cpi_handle_mut(),
            feed: self.feed.cpi_handle(),
            brake: self.brake.cpi_handle(),
            breaker_program: self.breaker_program.cpi_handle(),
            payer: self.payer.cpi_handle_mut(),
            ticket: self.ticket.cpi_handle_mut(),
            token_program: self.token_program.cpi_handle(),
            system_program: self.system_program.cpi_handle(),
        };
        accounts.call(amount_atoms, ticket_id, signer)
    }
}
