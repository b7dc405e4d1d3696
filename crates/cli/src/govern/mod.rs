//! The council's work: what `bastion propose`, `approve`, `object`, `cancel`, `queue`, `execute`, `verify`, `promote`, `thaw`,
//! `rollback`, `restore`, `reclaim` and `council` do.
//!
//! Each says first what the proposal decides, in words that follow from its bytes alone, and the digest that members sign, which it
//! computes itself. Then it acts, as far as there is something left to do, and says where the proposal stands.

mod additions;
mod ballot;
mod council;
mod decision;
mod desk;
mod execute;
mod ledger;
mod markets;
mod report;
mod restore;
mod upgrade;
mod verify;
mod vote;

pub use council::{Adopted, CouncilReport};
pub use decision::{Decision, delays};
pub use desk::{Desk, council_rules, governor_name};
pub use markets::{Recorded, recorded};
pub use report::{Report, RolloutReport};
pub use vote::NewCode;
