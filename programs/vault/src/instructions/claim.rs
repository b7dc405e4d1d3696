//! Pays a depositor its part of a settled epoch.
use crate::errors::VaultError;
use crate::events::Claimed;
use crate::margin::AccountWithdraw;
use crate::reads::{self, BRAKE, BREAKER, MARGIN};
use crate::state::{Deposit, Epoch, Vault};
use anchor_lang::prelude::*;
use risk::vault::Share;
use units::BaseAtoms;

#[derive(Accounts)]
pub struct Claim {
    /// The depositor; gets the rent of the deposit account.
    #[account(mut)]
    pub owner: Signer,
    #[account(mut)]
    pub vault: Account<Vault>,
    /// The epoch of the deposit, current or past.
    #[account(mut, constraint = epoch.vault == *vault.address() @ VaultError::WrongEpoch)]
    pub epoch: Account<Epoch>,
    #[account(
        mut,
        close = owner,
        constraint = deposit.epoch == *epoch.address() @ VaultError::WrongDeposit,
        constraint = deposit.owner == *owner.address() @ VaultError::WrongDeposit,
    )]
    pub deposit: Account<Deposit>,
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
    /// Created by the breaker for what has to wait, one a vault: it derives and checks the addresses.
    #[account(mut)]
    pub base_ticket: UncheckedAccount,
    #[account(mut)]
    pub quote_ticket: UncheckedAccount,
    pub token_program: Program<Token>,
    pub system_program: Program<System>,
}

impl Claim {
    /// Authority: the depositor. Errors: `EpochNotSettled`, `WrongBaseMint`, `WrongQuoteMint`.
    /// Returns the deposit and its part of the result.
    fn validate(&self) -> Result<(BaseAtoms, Share)> {
        require!(self.epoch.state == abi::vault::EPOCH_SETTLED, VaultError::EpochNotSettled);
        let market = reads::market(self.market.account())?;
        require!(self.base_mint.address().to_bytes() == market.base_mint, VaultError::WrongBaseMint);
        require!(self.quote_mint.address().to_bytes() == market.quote_mint, VaultError::WrongQuoteMint);
        let deposit = BaseAtoms(self.deposit.base_atoms.get());
        let part = self.epoch.result().part_floor(deposit, self.epoch.deposited()).map_err(VaultError::from)?;
        Ok((deposit, part))
    }

    pub fn claim(&mut self, ticket_id: u64) -> Result<()> {
        let (deposit, part) = self.validate()?;
        let (slot, unix_s) = shared::now()?;

        self.deposit.base_atoms = 0.into();
        let epoch = &mut self.epoch;
        let sum = |claimed: u64, atoms: u64| claimed.checked_add(atoms).ok_or(VaultError::AmountOverflow);
        epoch.claimed_deposit_atoms = sum(epoch.claimed_deposit_atoms.get(), deposit.0)?.into();
        epoch.claimed_base_atoms = sum(epoch.claimed_base_atoms.get(), part.base.0)?.into();
        epoch.claimed_quote_atoms = sum(epoch.claimed_quote_atoms.get(), part.quote_atoms)?.into();
        // INVARIANT(V-1): claims never exceed the result; what rounding leaves stays in escrow.
        let is_within = epoch.claimed_base_atoms.get() <= epoch.result_base_atoms.get()
            && epoch.claimed_quote_atoms.get() <= epoch.result_quote_atoms.get();
        require!(is_within, VaultError::AmountOverflow);
        emit!(Claimed {
            slot,
            unix_s,
            seq: self.vault.next_seq()?,
            vault: *self.vault.address(),
            epoch: self.epoch.number.get(),
            owner: *self.owner.address(),
            deposit_atoms: deposit.0,
            base_atoms: part.base.0,
            quote_atoms: part.quote_atoms,
            claimed_base_atoms: self.epoch.claimed_base_atoms.get(),
            claimed_quote_atoms: self.epoch.claimed_quote_atoms.get(),
        });
        self.pay(&part, ticket_id)
    }

    fn pay(&mut self, part: &Share, ticket_id: u64) -> Result<()> {
        let seeds = self.vault.signer_seeds();
        let seeds = seeds.parts();
        let signer: &[&[&[u8]]] = &[&seeds];
        let base = (&self.base_mint, &mut self.base_tokens, &mut self.base_destination, &mut self.base_ticket);
        let quote = (&self.quote_mint, &mut self.quote_tokens, &mut self.quote_destination, &mut self.quote_ticket);
        for ((mint, tokens, destination, ticket), atoms) in [(base, part.base.0), (quote, part.quote_atoms)] {
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
