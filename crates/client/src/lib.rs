//! Instruction builders, account tables and error names of the five programs.
//!
//! Everything under `generated` comes from the IDLs (`cargo run -p idl`). Account layouts are not here: they live in `abi`.
//!
//! ```
//! use client::{PROGRAMS, error_name};
//!
//! let margin = PROGRAMS.iter().find(|program| program.name == "margin").unwrap();
//! for instruction in margin.instructions {
//!     println!("{} takes {} accounts", instruction.name, instruction.accounts.len());
//! }
//! assert_eq!(error_name(2040).unwrap().1, "ConstraintDuplicateMutableAccount");
//! ```

pub mod addresses;
pub mod ballots;
pub mod feeds;
mod generated;
pub mod ledger;
pub mod migration;
mod precompile;
pub mod proposals;
pub mod quotes;

pub use generated::*;

use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;

/// One account of an instruction, as the program declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountSpec {
    pub name: &'static str,
    pub writable: bool,
    pub signer: bool,
    /// May be left out: the program's own address stands in its place.
    pub optional: bool,
    /// The only address it can have, or, for a token program, the usual one: builders fill it in.
    pub address: Option<Pubkey>,
}

/// One instruction: its accounts come in the order of a built instruction's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstructionSpec {
    pub name: &'static str,
    pub discriminator: &'static [u8],
    pub accounts: &'static [AccountSpec],
}

/// One program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProgramSpec {
    pub name: &'static str,
    pub id: Pubkey,
    /// Code, name and message.
    pub errors: &'static [(u32, &'static str, &'static str)],
    pub instructions: &'static [InstructionSpec],
}

/// Program, name and message of a custom error code; the program is `anchor` for the framework's own errors. Codes are
/// disjoint between programs, so that the code alone is enough.
pub fn error_name(code: u32) -> Option<(&'static str, &'static str, &'static str)> {
    let programs = PROGRAMS.iter().map(|program| (program.name, program.errors));
    let beside = [("margin", migration::ERRORS), ("anchor", framework::ERRORS)];
    programs.chain(beside).find_map(|(program, errors)| {
        let (_, name, message) = errors.iter().find(|(known, ..)| *known == code)?;
        Some((program, *name, *message))
    })
}

/// Accounts that a call takes beyond those it declares.
pub trait WithRemaining {
    fn with_remaining(self, accounts: impl IntoIterator<Item = AccountMeta>) -> Self;
}

impl WithRemaining for Instruction {
    fn with_remaining(mut self, accounts: impl IntoIterator<Item = AccountMeta>) -> Self {
        self.accounts.extend(accounts);
        self
    }
}
