//! The calls that move tokens: into the custody's vaults by SPL Token, out of them by the breaker alone.
use crate::errors::MarginError;
use crate::instructions::{
    AccountDeposit, AccountWithdraw, FeesSweep, FundCreate, InsuranceClaim, InsuranceDraw, InsuranceStake,
    MarketCreate, TicketCancel, WrappedRedeem,
};
use abi::margin::{FUND_SEED, MARKET_SEED};
use anchor_lang::prelude::*;
use anchor_spl::token::{transfer_checked, TransferChecked};
use breaker::{cpi, LimitTerms};

/// Marks the breaker program's account.
pub struct BreakerProgram;

impl Id for BreakerProgram {
    fn id() -> Address {
        breaker::ID
    }
}

/// Opens a new market's custody and its two token vaults. The breaker derives and checks all three addresses.
pub fn open(accounts: &mut MarketCreate, limits: LimitTerms, bump: u8) -> Result<()> {
    let symbol = accounts.market.symbol;
    let seeds: [&[u8]; 3] = [MARKET_SEED, &symbol, &[bump]];
    let signer: [&[&[u8]]; 1] = [&seeds];
    cpi::custody_open(
        CpiContext::new_with_signer(
            accounts.breaker_program.address(),
            cpi::accounts::CustodyOpen {
                payer: accounts.payer.cpi_handle_mut(),
                controller: accounts.market.cpi_handle(),
                custody: accounts.custody.cpi_handle_mut(),
                brake: accounts.brake.cpi_handle_mut(),
                system_program: accounts.system_program.cpi_handle(),
            },
            &signer,
        ),
        limits,
    )?;
    let vaults = [
        (&accounts.base_mint, &mut accounts.base_tokens, &accounts.token_program),
        (&accounts.quote_mint, &mut accounts.quote_tokens, &accounts.quote_token_program),
    ];
    for (mint, tokens, token_program) in vaults {
        cpi::tokens_open(CpiContext::new(
            accounts.breaker_program.address(),
            cpi::accounts::TokensOpen {
                payer: accounts.payer.cpi_handle_mut(),
                custody: accounts.custody.cpi_handle_mut(),
                mint: mint.cpi_handle(),
                tokens: tokens.cpi_handle_mut(),
                token_program: token_program.cpi_handle(),
                system_program: accounts.system_program.cpi_handle(),
            },
        ))?;
    }
    Ok(())
}

/// Takes `amount` from the depositor into the vault.
pub fn receive(accounts: &mut AccountDeposit, amount: u64) -> Result<()> {
    let decimals = accounts.mint.decimals();
    let transfer = TransferChecked {
        from: accounts.source.cpi_handle_mut(),
        mint: accounts.mint.cpi_handle(),
        to: accounts.tokens.cpi_handle_mut(),
        authority: accounts.authority.cpi_handle(),
    };
    transfer_checked(CpiContext::new(accounts.token_program.address(), transfer), amount, decimals)
}

/// The accounts of the breaker's release, which every instruction that pays out names alike.
macro_rules! release_accounts {
    ($accounts:ident, $controller:ident) => {
        cpi::accounts::Release {
            controller: $accounts.$controller.cpi_handle(),
            custody: $accounts.custody.cpi_handle_mut(),
            brake: $accounts.brake.cpi_handle(),
            tokens: $accounts.tokens.cpi_handle_mut(),
            mint: $accounts.mint.cpi_handle(),
            destination: $accounts.destination.cpi_handle_mut(),
            payer: $accounts.payer.cpi_handle_mut(),
            ticket: $accounts.ticket.cpi_handle_mut(),
            token_program: $accounts.token_program.cpi_handle(),
            system_program: $accounts.system_program.cpi_handle(),
        }
    };
}

/// Has the breaker take a ticket out of the queue, unpaid.
pub fn cancel(accounts: &mut TicketCancel) -> Result<()> {
    let (symbol, bump) = (accounts.market.symbol, accounts.market.bump);
    let seeds: [&[u8]; 3] = [MARKET_SEED, &symbol, &[bump]];
    let signer: [&[&[u8]]; 1] = [&seeds];
    let named = cpi::accounts::TicketCancel {
        controller: accounts.market.cpi_handle(),
        custody: accounts.custody.cpi_handle_mut(),
        brake: accounts.brake.cpi_handle(),
        ticket: accounts.ticket.cpi_handle_mut(),
        payer: accounts.payer.cpi_handle_mut(),
    };
    cpi::ticket_cancel(CpiContext::new_with_signer(accounts.breaker_program.address(), named, &signer))
}

/// An amount that leaves custody, now or by a ticket.
struct Outflow {
    amount: u64,
    ticket_id: u64,
    /// What the amount is taken from.
    origin: Address,
}

impl Outflow {
    /// Has the breaker release it; the controller, of these seeds, signs.
    fn release(self, breaker: &Address, controller: [&[u8]; 3], accounts: cpi::accounts::Release<'_>) -> Result<()> {
        let signer: [&[&[u8]]; 1] = [&controller];
        let context = CpiContext::new_with_signer(breaker, accounts, &signer);
        cpi::release(context, self.amount, self.ticket_id, self.origin)
    }
}

/// Pays what an account withdraws.
pub fn release(accounts: &mut AccountWithdraw, amount: u64, ticket_id: u64) -> Result<()> {
    let outflow = Outflow { amount, ticket_id, origin: *accounts.account.address() };
    let (program, symbol, bump) = (*accounts.breaker_program.address(), accounts.market.symbol, accounts.market.bump);
    outflow.release(&program, [MARKET_SEED, &symbol, &[bump]], release_accounts!(accounts, market))
}

/// Pays for redeemed tokens.
pub fn redeem(accounts: &mut WrappedRedeem, amount: u64, ticket_id: u64) -> Result<()> {
    let outflow = Outflow { amount, ticket_id, origin: *accounts.wrapped.address() };
    let (program, symbol, bump) = (*accounts.breaker_program.address(), accounts.market.symbol, accounts.market.bump);
    outflow.release(&program, [MARKET_SEED, &symbol, &[bump]], release_accounts!(accounts, market))
}

/// Pays fees out.
pub fn sweep(accounts: &mut FeesSweep, amount: u64, ticket_id: u64) -> Result<()> {
    let outflow = Outflow { amount, ticket_id, origin: *accounts.market.address() };
    let (program, symbol, bump) = (*accounts.breaker_program.address(), accounts.market.symbol, accounts.market.bump);
    outflow.release(&program, [MARKET_SEED, &symbol, &[bump]], release_accounts!(accounts, market))
}

/// Opens a fund's custody and its only token vault.
pub fn fund_open(accounts: &mut FundCreate, limits: LimitTerms, bump: u8) -> Result<()> {
    let mint = *accounts.mint.address();
    let seeds: [&[u8]; 3] = [FUND_SEED, mint.as_ref(), &[bump]];
    let signer: [&[&[u8]]; 1] = [&seeds];
    cpi::custody_open(
        CpiContext::new_with_signer(
            accounts.breaker_program.address(),
            cpi::accounts::CustodyOpen {
                payer: accounts.payer.cpi_handle_mut(),
                controller: accounts.fund.cpi_handle(),
                custody: accounts.custody.cpi_handle_mut(),
                brake: accounts.brake.cpi_handle_mut(),
                system_program: accounts.system_program.cpi_handle(),
            },
            &signer,
        ),
        limits,
    )?;
    cpi::tokens_open(CpiContext::new(
        accounts.breaker_program.address(),
        cpi::accounts::TokensOpen {
            payer: accounts.payer.cpi_handle_mut(),
            custody: accounts.custody.cpi_handle_mut(),
            mint: accounts.mint.cpi_handle(),
            tokens: accounts.tokens.cpi_handle_mut(),
            token_program: accounts.token_program.cpi_handle(),
            system_program: accounts.system_program.cpi_handle(),
        },
    ))
}

/// Takes `amount` from a staker into the fund's vault.
pub fn stake_receive(accounts: &mut InsuranceStake, amount: u64) -> Result<()> {
    let decimals = accounts.mint.decimals();
    let transfer = TransferChecked {
        from: accounts.source.cpi_handle_mut(),
        mint: accounts.mint.cpi_handle(),
        to: accounts.tokens.cpi_handle_mut(),
        authority: accounts.owner.cpi_handle(),
    };
    transfer_checked(CpiContext::new(accounts.token_program.address(), transfer), amount, decimals)
}

/// Pays a staker.
pub fn stake_release(accounts: &mut InsuranceClaim, amount: u64, ticket_id: u64) -> Result<()> {
    let outflow = Outflow { amount, ticket_id, origin: *accounts.stake.address() };
    let (program, mint, bump) = (*accounts.breaker_program.address(), accounts.fund.mint, accounts.fund.bump);
    outflow.release(&program, [FUND_SEED, mint.as_ref(), &[bump]], release_accounts!(accounts, fund))
}

/// Pays a market out of the fund.
pub fn fund_release(accounts: &mut InsuranceDraw, amount: u64, ticket_id: u64) -> Result<()> {
    let outflow = Outflow { amount, ticket_id, origin: *accounts.liquidation.address() };
    let (program, mint, bump) = (*accounts.breaker_program.address(), accounts.fund.mint, accounts.fund.bump);
    outflow.release(&program, [FUND_SEED, mint.as_ref(), &[bump]], release_accounts!(accounts, fund))
}

/// What a token account holds, as it stands after calls that may have changed it.
pub fn held_atoms(tokens: &AccountView) -> Result<u64> {
    Ok(abi::token::account_atoms(&tokens.try_borrow()?).ok_or(MarginError::WrongTokenVault)?)
}
