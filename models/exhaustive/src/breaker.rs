//! The breaker.

mod brake;
mod custody;
mod latch;
mod markets;

use crate::{Explored, Failed, Found, counterexample, explore as walk};

/// Two lives of the longest ticket.
const CUSTODY_TICKS: i64 = 9;

/// Walks the breaker's models, and hands over each result as it comes.
pub fn explore(show: &mut dyn FnMut(Explored)) -> Result<(), Failed> {
    show(walk("brake", brake::BrakeModel { fault: None })?);
    show(walk("markets", markets::MarketsModel { fault: None })?);
    show(walk("custody", custody::CustodyModel { fault: None, ticks: CUSTODY_TICKS })?);
    Ok(())
}

/// Breaks each model on purpose, and hands over how many steps the walk takes to find it.
pub fn broken(show: &mut dyn FnMut(Found)) -> Result<(), Failed> {
    for fault in brake::Fault::ALL {
        show(counterexample("brake", brake::BrakeModel { fault: Some(fault) }, fault, fault.breaks())?);
    }
    for fault in markets::Fault::ALL {
        show(counterexample("markets", markets::MarketsModel { fault: Some(fault) }, fault, fault.breaks())?);
    }
    for fault in custody::Fault::ALL {
        let model = custody::CustodyModel { fault: Some(fault), ticks: CUSTODY_TICKS };
        show(counterexample("custody", model, fault, fault.breaks())?);
    }
    Ok(())
}
