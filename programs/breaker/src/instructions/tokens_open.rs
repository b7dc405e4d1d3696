//! Opens a custody's token vault for one mint.
use crate::events::TokensOpened;
use crate::state::Custody;
use crate::BreakerError;
use abi::breaker::TOKENS_SEED;
use abi::token::mint_check;
use anchor_lang::create_account_signed;
use anchor_lang::prelude::*;
use anchor_spl::token::{initialize_account3, InitializeAccount3, TokenAccount};
use anchor_spl::token_interface::TokenInterface;

#[derive(Accounts)]
pub struct TokensOpen {
    #[account(mut)]
    pub payer: Signer,
    /// No seeds: only `custody_open` creates accounts of this kind, and the vault below is bound to this one's controller.
    #[account(mut, constraint = custody.is_free() @ BreakerError::CustodyHeld)]
    pub custody: Account<Custody>,
    /// Its owner and its extensions are checked by the handler; that it is a mint, by the token program.
    pub mint: UncheckedAccount,
    /// Created by the handler and not by `init`, which would come before the check of the mint.
    #[account(mut, seeds = [TOKENS_SEED, custody.controller.as_ref(), mint.address().as_ref()], bump)]
    pub tokens: UncheckedAccount,
    pub token_program: Interface<'static, TokenInterface>,
    pub system_program: Program<System>,
}

impl TokensOpen {
    /// Authority: anyone, who pays the rent.
    /// Effects: creates the token vault, owned by the custody's PDA, once, and names it in the custody.
    /// Errors: `CustodyHeld`, `MintNotSplToken`, one for each extension of a Token-2022 mint that is not supported, `CustodyFull`; a second call for a mint fails as the account exists.
    fn validate(&self) -> Result<usize> {
        let mint = self.mint.account();
        require!(mint.owned_by(self.token_program.address()), BreakerError::MintNotSplToken);
        let owner = mint.owner().to_bytes();
        mint_check(&owner, &mint.try_borrow()?).map_err(BreakerError::from)?;
        let vacant = self.custody.vaults.iter().position(|vault| vault.mint == Address::default());
        Ok(vacant.ok_or(BreakerError::CustodyFull)?)
    }

    pub fn tokens_open(&mut self, bumps: &TokensOpenBumps) -> Result<()> {
        let vacant = self.validate()?;
        let (slot, unix_s) = shared::now()?;
        let (custody, tokens, mint) = (*self.custody.address(), *self.tokens.address(), *self.mint.address());
        let place = self.custody.vaults.get_mut(vacant).ok_or(BreakerError::CustodyFull)?;
        (place.mint, place.tokens) = (mint, tokens);
        let seq = self.custody.seq_next()?;
        emit!(TokensOpened { slot, unix_s, seq, custody, tokens, mint });
        let seeds: [&[u8]; 4] = [TOKENS_SEED, self.custody.controller.as_ref(), mint.as_ref(), &[bumps.tokens]];
        create_account_signed(
            self.payer.account(),
            self.tokens.account(),
            TokenAccount::LEN,
            self.token_program.address(),
            &seeds,
        )?;
        let accounts = InitializeAccount3 {
            account: self.tokens.cpi_handle_mut(),
            mint: self.mint.cpi_handle(),
            authority: self.custody.cpi_handle(),
        };
        initialize_account3(CpiContext::new(self.token_program.address(), accounts))
    }
}
