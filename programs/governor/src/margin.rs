//! The calls of the margin program that the governor makes: accounts in margin's order, and its discriminators. Declared here and not
//! linked, as one program cannot link two others that are both built to be called; the suite runs them against the built program.
use abi::governor::AUTHORITY_SEED;
use anchor_lang::prelude::*;

pub const ID: Address = Address::new_from_array(abi::ids::MARGIN);

const ACCOUNT_RESTORE: u8 = 50;
const MARKET_RESTORE: u8 = 51;

/// What is written back, and from where.
#[derive(ToCpiAccounts)]
pub struct Restore<'a> {
    #[signer(true)]
    pub authority: CpiHandle<'a>,
    #[signer(true)]
    pub payer: CpiHandleMut<'a>,
    pub target: CpiHandleMut<'a>,
    pub preimage: CpiHandle<'a>,
    pub system_program: CpiHandle<'a>,
}

impl Restore<'_> {
    /// `at`: where in the preimage's data the account begins.
    pub fn account(self, at: u32, authority_bump: u8) -> Result<()> {
        self.call(ACCOUNT_RESTORE, at, authority_bump)
    }

    pub fn market(self, at: u32, authority_bump: u8) -> Result<()> {
        self.call(MARKET_RESTORE, at, authority_bump)
    }

    fn call(self, discriminator: u8, at: u32, authority_bump: u8) -> Result<()> {
        let [a, b, c, d] = at.to_le_bytes();
        let bump = [authority_bump];
        let seeds: &[&[&[u8]]] = &[&[AUTHORITY_SEED, &bump]];
        CpiContext::new_with_signer(&ID, self, seeds).invoke(&[discriminator, a, b, c, d])
    }
}
