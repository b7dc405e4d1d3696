//! Seats the first council.
use crate::events::CouncilCreated;
use crate::state::{Council, Stamp, MIN_READER, VERSION};
use crate::{GovernorError, ID, TIME_DIVISOR};
use abi::governor::{AUTHORITY_SEED, COUNCIL_SEED, MEMBERS};
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct CouncilInit {
    #[account(mut)]
    pub upgrade_authority: Signer,
    /// Checked by the handler: this program's ProgramData.
    pub program_data: UncheckedAccount,
    #[account(init, payer = upgrade_authority, seeds = [COUNCIL_SEED], bump)]
    pub council: Account<Council>,
    #[account(seeds = [AUTHORITY_SEED], bump)]
    pub governor_authority: UncheckedAccount,
    pub system_program: Program<System>,
}

impl CouncilInit {
    /// Authority: the program's upgrade authority, so that nobody else can claim a fresh deployment.
    /// Effects: the council with these members.
    /// Errors: `ProgramDataMismatch`, `ProgramFinal`, `NotUpgradeAuthority`, `KeyCountWrong`, `KeyInvalid`; a second call fails as
    /// the account exists.
    fn validate(&self, members: &[[u8; 32]]) -> Result<()> {
        shared::require_upgrade_authority(
            &ID,
            self.program_data.account(),
            self.upgrade_authority.address(),
            GovernorError::from,
        )?;
        Ok(policy::keys_validate(members, MEMBERS).map_err(GovernorError::from)?)
    }

    pub fn council_init(&mut self, members: &[Address], bumps: &CouncilInitBumps) -> Result<()> {
        let keys: Vec<[u8; 32]> = members.iter().map(|member| member.to_bytes()).collect();
        self.validate(&keys)?;
        self.council.version = VERSION;
        self.council.min_reader = MIN_READER;
        self.council.bump = bumps.council;
        self.council.authority_bump = bumps.governor_authority;
        self.council.members_set(&keys)?;
        let Stamp { slot, unix_s, seq } = self.council.stamp()?;
        emit!(CouncilCreated { slot, unix_s, seq, members: members.to_vec(), time_divisor: TIME_DIVISOR.get() });
        Ok(())
    }
}
