//! Opens a custody's token vault for one mint.
use crate::events::TokensOpened;
use crate::state::Custody;
use crate::BreakerError;
use abi::breaker::TOKENS_SEED;
use anchor_lang::prelude::*;
use anchor_spl::token::{self, TokenAccount};

#[derive(Accounts)]
pub struct TokensOpen {
    #[account(mut)]
    pub payer: Signer,
    /// No seeds: only `custody_open` creates accounts of this kind, and the vault below is bound to this one's controller.
    pub custody: Account<Custody>,
    /// SPL Token checks that it is a mint when the vault is initialised.
    #[account(owner = Token::id() @ BreakerError::MintNotSplToken)]
    pub mint: UncheckedAccount,
    #[account(
        init,
        payer = payer,
        seeds = [TOKENS_SEED, custody.controller.as_ref(), mint.address().as_ref()],
        bump,
        token::mint = mint,
        token::authority = custody
    )]
    pub tokens: Account<TokenAccount>,
    pub token_program: Program<Token>,
    pub system_program: Program<System>,
}

impl TokensOpen {
    /// Authority: anyone, who pays the rent.
    /// Effects: creates the token vault, owned by the custody's PDA, once.
    /// Errors: `MintNotSplToken`.
    pub fn tokens_open(&mut self) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        emit!(TokensOpened {
            slot,
            unix_s,
            seq: self.custody.releases.get(),
            custody: *self.custody.address(),
            tokens: *self.tokens.address(),
            mint: *self.mint.address(),
        });
        Ok(())
    }
}
