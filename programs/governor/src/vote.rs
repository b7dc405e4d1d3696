//! On what grounds somebody asks for a rollback.
use crate::state::{level, Adoption, Council, Proposal, Rollout};
use crate::GovernorError;
use anchor_lang::prelude::*;
use policy::proposal::Moment;
use policy::rollout::Ground;
use policy::{CouncilAction, Level};

/// A vote, if the instruction names one after its own accounts; else what anybody can see.
///
/// The vote is of this council, executable now, under a freeze of the guardians, for exactly the code from before this upgrade, and made
/// after it: an upgrade that is carried out again asks for a vote of its own.
pub fn ground(
    remaining: &[AccountView],
    council: &Council,
    adoption: &Adoption,
    rollout: &Rollout,
    brake: &AccountView,
    now: &Moment,
) -> Result<Option<Ground>> {
    let Some(view) = remaining.first() else {
        return Ok(Some(Ground::Evident));
    };
    let vote = Account::<Proposal>::load(*view).map_err(|_| GovernorError::VoteWrong)?;
    vote.executable(council)?;
    let CouncilAction::RollBack { program, previous_hash } = vote.decision()? else {
        return Err(GovernorError::VoteWrong.into());
    };
    let of_this = adoption.program.to_bytes() == program
        && adoption.previous_hash == previous_hash
        && vote.created_slot.get() >= rollout.executed_slot.get();
    require!(of_this && level(brake, now.unix_s)? >= Level::Frozen, GovernorError::VoteWrong);
    Ok(Some(Ground::Vote))
}
