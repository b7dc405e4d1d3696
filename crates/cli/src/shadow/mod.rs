//! `bastion shadow`: what new code would have done. Live state is cloned into a VM in this process, twice: under the code that runs and
//! under the candidate. Both replay the transactions that were sent to the protocol meanwhile, and every invariant is computed on
//! what the candidate leaves. Whoever runs the same recording against the same bytes gets the same root: an attestation, not a proof.

mod record;
mod replay;
mod show;

pub use record::{Listen, Recorded, Recording, Stored, record};
pub use replay::{Replayed, Shadow, replay};
pub use show::{json, write};
