//! Payments out of a vault: the custody's PDA signs.
use crate::state::Custody;
use abi::breaker::CUSTODY_SEED;
use anchor_lang::prelude::*;
use anchor_spl::token::{transfer_checked, TransferChecked};
use anchor_spl::token_interface::{Mint, TokenAccount, TokenInterface};

/// One payment. `controller` is the custody's, whose address derives the custody's.
pub struct Payment<'a> {
    pub controller: Address,
    pub custody: &'a Account<Custody>,
    pub tokens: &'a mut Account<TokenAccount>,
    pub mint: &'a Account<Mint>,
    pub destination: &'a mut Account<TokenAccount>,
    pub token_program: &'a Interface<'static, TokenInterface>,
    pub amount: u64,
}

/// Moves the amount; the token program holds vault and destination to the mint.
pub fn pay(payment: Payment) -> Result<()> {
    let bump = [payment.custody.bump];
    let decimals = payment.mint.decimals();
    let accounts = TransferChecked {
        from: payment.tokens.cpi_handle_mut(),
        mint: payment.mint.cpi_handle(),
        to: payment.destination.cpi_handle_mut(),
        authority: payment.custody.cpi_handle(),
    };
    let seeds: [&[u8]; 3] = [CUSTODY_SEED, payment.controller.as_ref(), &bump];
    transfer_checked(
        CpiContext::new_with_signer(payment.token_program.address(), accounts, &[&seeds]),
        payment.amount,
        decimals,
    )
}
