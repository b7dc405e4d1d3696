//! Pays what the turn of an epoch put aside for burned shares.
use crate::errors::VaultError;
use crate::events::WithdrawClaimed;
use crate::margin::AccountWithdraw;
use crate::reads::{self, BRAKE, BREAKER, MARGIN};
use crate::state::{sum, Epoch, Vault, Withdrawal};
use abi::vault::EPOCH_SETTLED;
use anchor_lang::prelude::*;
use units::mul_div_floor;

#[derive(Accounts)]
pub struct WithdrawClaim {
    /// The holder; gets the rent of the withdrawal account.
    #[account(mut)]
    pub owner: Signer,
    #[account(mut, constraint = vault.is_free() @ VaultError::VaultHeld)]
    pub vault: Account<Vault>,
    /// An epoch of the vault, current or past.
    #[account(mut, constraint = epoch.vault == *vault.address() @ VaultError::WrongEpoch)]
    pub epoch: Account<Epoch>,
    #[account(
        mut,
        close = owner,
        constraint = withdrawal.epoch == *epoch.address() @ VaultError::WrongWithdrawal,
        constraint = withdrawal.owner == *owner.address() @ VaultError::WrongWithdrawal,
    )]
    pub withdrawal: Account<Withdrawal>,
    #[account(mut, address = vault.market @ VaultError::WrongMarket)]
    pub market: UncheckedAccount,
    #[account(mut, address = vault.escrow_account @ VaultError::WrongEscrowAccount)]
    pub escrow_account: UncheckedAccount,
    pub base_mint: UncheckedAccount,
    pub quote_mint: UncheckedAccount,
    /// Any base and any quote token account: the owner signs.
    #[account(mut)]
    pub base_destination: UncheckedAccount,
    #[account(mut)]
    pub quote_destination: UncheckedAccount,
    /// The market's tokens, pinned by the margin program, like custody and feed.
    #[account(mut)]
    pub base_tokens: UncheckedAccount,
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
    /// Created by the breaker for what has to wait, one a token: it derives and checks the addresses.
    #[account(mut)]
    pub base_ticket: UncheckedAccount,
    #[account(mut)]
    pub quote_ticket: UncheckedAccount,
    pub token_program: Program<Token>,
    pub system_program: Program<System>,
}

/// What one withdrawal gets.
struct Part {
    shares: u64,
    base_atoms: u64,
    quote_atoms: u64,
}

impl WithdrawClaim {
    /// Authority: the holder. Errors: `VaultHeld`, `EpochNotSettled`, `WrongBaseMint`, `WrongQuoteMint`.
    fn validate(&self) -> Result<Part> {
        let epoch = &self.epoch;
        require!(epoch.state == EPOCH_SETTLED, VaultError::EpochNotSettled);
        let market = reads::market(self.market.account())?;
        require!(self.base_mint.address().to_bytes() == market.base_mint, VaultError::WrongBaseMint);
        require!(self.quote_mint.address().to_bytes() == market.quote_mint, VaultError::WrongQuoteMint);
        let (shares, all) = (self.withdrawal.shares.get(), epoch.withdraw_shares.get());
        // INVARIANT(V-1): parts of what was put aside, rounded down.
        let part = |whole: u64| mul_div_floor(whole, shares, all).ok_or(VaultError::AmountOverflow);
        let base_atoms = part(epoch.withdrawn_base_atoms.get())?;
        Ok(Part { shares, base_atoms, quote_atoms: part(epoch.withdrawn_quote_atoms.get())? })
    }

    pub fn withdraw_claim(&mut self, ticket_id: u64) -> Result<()> {
        let Part { shares, base_atoms, quote_atoms } = self.validate()?;
        let (slot, unix_s) = shared::now()?;

        self.withdrawal.shares = 0.into();
        let epoch = &mut self.epoch;
        epoch.claimed_withdraw_shares = sum(epoch.claimed_withdraw_shares.get(), shares)?.into();
        epoch.claimed_base_atoms = sum(epoch.claimed_base_atoms.get(), base_atoms)?.into();
        epoch.claimed_quote_atoms = sum(epoch.claimed_quote_atoms.get(), quote_atoms)?.into();
        self.vault.record_closed()?;
        emit!(WithdrawClaimed {
            slot,
            unix_s,
            seq: self.vault.next_seq()?,
            vault: *self.vault.address(),
            epoch: self.epoch.number.get(),
            owner: *self.owner.address(),
            shares,
            base_atoms,
            quote_atoms,
        });
        self.pay((base_atoms, quote_atoms), ticket_id)
    }

    fn pay(&mut self, (base_atoms, quote_atoms): (u64, u64), ticket_id: u64) -> Result<()> {
        let seeds = self.vault.signer_seeds();
        let seeds = seeds.parts();
        let signer: &[&[&[u8]]] = &[&seeds];
        let base = (&self.base_mint, &mut self.base_tokens, &mut self.base_destination, &mut self.base_ticket);
        let quote = (&self.quote_mint, &mut self.quote_tokens, &mut self.quote_destination, &mut self.quote_ticket);
        for ((mint, tokens, destination, ticket), atoms) in [(base, base_atoms), (quote, quote_atoms)] {
            if atoms == 0 {
                continue;
            }
            let accounts = AccountWithdraw {
                owner: self.vault.cpi_handle(),
                market: self.market.cpi_handle_mut(),
                account: self.escrow_account.cpi_handle_mut(),
                mint: mint.cpi_handle(),
                destination: destination.cpi_handle_mut(),
                tokens: tokens.cpi_handle_mut(),
                custody: self.custody.cpi_handle_mut(),
                feed: self.feed.cpi_handle(),
                brake: self.brake.cpi_handle(),
                breaker_program: self.breaker_program.cpi_handle(),
                payer: self.owner.cpi_handle_mut(),
                ticket: ticket.cpi_handle_mut(),
                token_program: self.token_program.cpi_handle(),
                system_program: self.system_program.cpi_handle(),
            };
            accounts.call(atoms, ticket_id, signer)?;
        }
        Ok(())
    }
}
