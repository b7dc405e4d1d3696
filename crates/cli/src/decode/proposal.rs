//! Proposals in words: what is decided, under which class, and what exactly members sign for.

use super::{DecodeError, digest, show::hex, units::utc};
use abi::{Address, governor::Proposal, ids};
use policy::{Class, CouncilAction};

/// An encoded action in words, with its class; and its digest under a governor and an id, where they are known.
pub fn action(bytes: &[u8], at: Option<(&Address, u64)>) -> Result<Vec<String>, DecodeError> {
    let action = CouncilAction::decode(bytes).map_err(DecodeError::Action)?;
    let mut lines = vec![format!("decides: {}", action.describe()), class_line(action.class())];
    if let Some((governor, id)) = at {
        lines.push(format!(
            "digest as proposal {id} of {}: {}",
            governor_name(governor),
            hex(&digest(governor, id, bytes))
        ));
    }
    Ok(lines)
}

/// What a stored proposal says beyond its fields. A digest that is not the action's is said loudly: members sign the digest.
pub fn proposal_notes(proposal: &Proposal) -> Result<Vec<String>, DecodeError> {
    let len = proposal.action_len.get();
    let bytes =
        proposal.action.get(..usize::from(len)).ok_or(DecodeError::ActionLen { len, room: proposal.action.len() })?;
    let mut lines = action(bytes, None)?;
    let id = proposal.id.get();
    let governor =
        [ids::GOVERNOR, ids::GOVERNOR_TWIN].into_iter().find(|governor| digest(governor, id, bytes) == proposal.digest);
    lines.push(match governor {
        Some(governor) => format!("digest is this action's, as proposal {id} of {}", governor_name(&governor)),
        None => "WARNING: the digest is NOT that of this action: do not approve".to_owned(),
    });
    let decided = CouncilAction::decode(bytes).map_err(DecodeError::Action)?.class();
    if Class::from_byte(proposal.class) != Some(decided) {
        lines.push(format!("WARNING: the stored class {} is not the action's: do not approve", proposal.class));
    }
    lines.push(format!(
        "approvals: {} (members {})",
        proposal.approvals.get().count_ones(),
        members(proposal.approvals.get())
    ));
    if proposal.objections.get() != 0 {
        lines.push(format!("objections: members {}", members(proposal.objections.get())));
    }
    if proposal.ready_unix_s.get() != 0 {
        let (time, slot) = (utc(proposal.ready_unix_s.get()), proposal.ready_slot.get());
        lines.push(format!(
            "can be executed from {time} and slot {slot} on, until {}",
            utc(proposal.expires_unix_s.get())
        ));
    }
    Ok(lines)
}

fn class_line(class: Class) -> String {
    format!(
        "class: {}, {} of {} approvals, {} h delay before scaling",
        class.name(),
        class.approvals_of_seven(),
        policy::COUNCIL_OF,
        class.delay_floor_s().div_ceil(3600)
    )
}

fn governor_name(governor: &Address) -> String {
    match *governor {
        ids::GOVERNOR => "the governor".to_owned(),
        ids::GOVERNOR_TWIN => "the governor's twin".to_owned(),
        _ => crate::connection::bs58(governor),
    }
}

fn members(approvals: u16) -> String {
    let members: Vec<_> =
        (0..u16::BITS).filter(|bit| approvals.checked_shr(*bit).is_some_and(|rest| rest & 1 == 1)).collect();
    if members.is_empty() {
        "none".to_owned()
    } else {
        members.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
    }
}
