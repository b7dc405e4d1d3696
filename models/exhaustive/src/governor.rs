//! The governor.

mod authorities;
mod envelopes;
mod proposals;
mod rollouts;

use crate::{Explored, Failed, Found, counterexample, explore as walk};

/// Walks the governor's models, and hands over each result as it comes.
pub fn explore(show: &mut dyn FnMut(Explored)) -> Result<(), Failed> {
    show(walk("proposals", proposals::ProposalModel { fault: None })?);
    show(walk("rollouts", rollouts::RolloutModel { fault: None })?);
    show(walk("envelopes", envelopes::EnvelopeModel { fault: None })?);
    show(walk("authorities", authorities::AuthorityModel { fault: None })?);
    Ok(())
}

/// Breaks each model on purpose, and hands over how many steps the walk takes to find it.
pub fn broken(show: &mut dyn FnMut(Found)) -> Result<(), Failed> {
    for fault in proposals::Fault::ALL {
        let model = proposals::ProposalModel { fault: Some(fault) };
        show(counterexample("proposals", model, fault, fault.breaks())?);
    }
    for fault in rollouts::Fault::ALL {
        let model = rollouts::RolloutModel { fault: Some(fault) };
        show(counterexample("rollouts", model, fault, fault.breaks())?);
    }
    for fault in envelopes::Unguarded::ALL {
        let model = envelopes::EnvelopeModel { fault: Some(fault) };
        show(counterexample("envelopes", model, fault, fault.breaks())?);
    }
    for fault in authorities::Fault::ALL {
        let model = authorities::AuthorityModel { fault: Some(fault) };
        show(counterexample("authorities", model, fault, fault.breaks())?);
    }
    Ok(())
}
