//! The built programs in an in-process bank.
//!
//! ```no_run
//! use testkit::{World, keypair};
//! let mut world = World::new();
//! let trader = world.rich("trader");
//! world.advance_s(60);
//! // let outcome = world.send(&[instruction], &[&trader]).unwrap();
//! // world.fail(&[instruction], &[&trader], 6203); // exact code, and no byte of state changed
//! ```
//! Keys come from names, the clock moves only when told, and every transaction is distinct, so a run repeats to the unit.

mod bank;
mod governance;
mod keys;
mod meter;
mod outcome;
mod programs;
mod protocol;
mod published;
mod quotes;
mod remote;
mod sources;
mod substitution;
mod tokens;
mod vaults;
mod world;

pub use governance::{Governance, Recorded, UpgradeOf, buffer_bytes, propose_args, signed, upload};
pub use keys::{key, keypair, p256_key};
pub use outcome::{Expect, Failure, Outcome};
pub use programs::{LOADED, elf, loader_accounts};
pub use protocol::{Actor, LIMITS, LOTS_PER_UNIT, Protocol, SOL, USDC};
pub use published::{settlement_write, surface_write, surface_write_level};
pub use quotes::{Offer, Quote, ed25519};
pub use sources::{Publication, SourceAccount, SourceKind};
pub use substitution::Substitutions;
pub use tokens::{Token, with_token_programs};
pub use vaults::{VAULT_MANDATE, VaultKeys, vault_account, vaults_check};
pub use world::{GENESIS_HASH, START_UNIX_S, World};
