//! The breaker.

mod brake;

pub use brake::{BrakeModel, Fault, Step};

use crate::{Explored, Failed, counterexample, explore as walk};

/// Walks the breaker's models.
pub fn explore() -> Result<Vec<Explored>, Failed> {
    Ok(vec![walk("brake", BrakeModel { fault: None })?])
}

/// Each fault, and in how many steps the walk finds it.
pub fn broken() -> Result<Vec<String>, Failed> {
    Fault::ALL
        .into_iter()
        .map(|fault| {
            let steps = counterexample("brake", BrakeModel { fault: Some(fault) }, fault.breaks())?;
            Ok(format!("brake, wrong on purpose ({fault:?}): `{}` breaks in {steps} steps", fault.breaks()))
        })
        .collect()
}
