//! On-chain glue that several programs need. Pure logic lives in the crates of the root workspace; here is only what touches account
//! views and sysvars. Every refusal is mapped by the caller to an error of its own.
#![no_std]

mod clock;
mod hold;
mod nonce;
mod read;
mod restore;
mod upgrade_authority;

pub use clock::now;
pub use hold::{closed, is_free, opened, GOVERNOR};
pub use nonce::{reject_durable_nonce, NonceError};
pub use read::read;
pub use restore::Restore;
pub use upgrade_authority::{program_data_address, require_upgrade_authority, UpgradeAuthorityError};
