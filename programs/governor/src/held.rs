//! The calls of a program whose accounts are recorded: the same two in each, by their discriminators. Declared here and not linked, as one
//! program cannot link two others that are both built to be called; the suite runs them against the built programs.
use abi::governor::AUTHORITY_SEED;
use anchor_lang::prelude::*;

const HOLD: u8 = 60;
const RESTORE: u8 = 61;

/// A root that stands still until a moment, or is let go.
#[derive(ToCpiAccounts)]
pub struct Hold<'a> {
    #[signer(true)]
    pub authority: CpiHandle<'a>,
    pub root: CpiHandleMut<'a>,
}

impl Hold<'_> {
    pub fn until(self, program: &Address, until_unix_s: i64, authority_bump: u8) -> Result<()> {
        let mut data = Vec::with_capacity(9);
        data.push(HOLD);
        data.extend_from_slice(&until_unix_s.to_le_bytes());
        let bump = [authority_bump];
        let seeds: &[&[&[u8]]] = &[&[AUTHORITY_SEED, &bump]];
        CpiContext::new_with_signer(program, self, seeds).invoke(&data)
    }
}

/// What is written back, and from where.
#[derive(ToCpiAccounts)]
pub struct WriteBack<'a> {
    #[signer(true)]
    pub authority: CpiHandle<'a>,
    #[signer(true)]
    pub payer: CpiHandleMut<'a>,
    pub target: CpiHandleMut<'a>,
    pub preimage: CpiHandle<'a>,
    pub system_program: CpiHandle<'a>,
}

impl WriteBack<'_> {
    /// `at`: where in the preimage's data the account begins. `seeds`: of its address, each after its length.
    pub fn call(self, program: &Address, at: u32, seeds: &[u8], authority_bump: u8) -> Result<()> {
        let len = u32::try_from(seeds.len()).map_err(|_| crate::GovernorError::PreimageWrong)?;
        let data = [&[RESTORE][..], &at.to_le_bytes(), &len.to_le_bytes(), seeds].concat();
        let bump = [authority_bump];
        let signer: &[&[&[u8]]] = &[&[AUTHORITY_SEED, &bump]];
        CpiContext::new_with_signer(program, self, signer).invoke(&data)
    }
}
