//! The calls of the margin program that vaults make: accounts in margin's order, and its discriminators.
//!
//! Declared here and not linked: margin itself calls the breaker, and one program cannot link two others that are both built to be
//! called. The suite runs each of these calls against the built margin program, so that a drift cannot pass.
use anchor_lang::prelude::*;

pub const ID: Address = Address::new_from_array(abi::ids::MARGIN);

const ACCOUNT_OPEN: u8 = 4;
const ACCOUNT_DEPOSIT: u8 = 6;
const ACCOUNT_WITHDRAW: u8 = 7;
const SERIES_WRITE: u8 = 13;
const ACCOUNT_TRANSFER: u8 = 14;
const SERIES_WRITE_WRAPPED: u8 = 37;

/// What a vault's PDA signs a call with.
pub type Seeds<'a> = &'a [&'a [&'a [u8]]];

#[derive(ToCpiAccounts)]
pub struct AccountOpen<'a> {
    #[signer(true)]
    pub owner: CpiHandle<'a>,
    #[signer(true)]
    pub payer: CpiHandleMut<'a>,
    pub market: CpiHandleMut<'a>,
    pub account: CpiHandleMut<'a>,
    pub brake: CpiHandle<'a>,
    pub system_program: CpiHandle<'a>,
}

impl AccountOpen<'_> {
    pub fn call(self, subaccount: u16, signer: Seeds) -> Result<()> {
        let [low, high] = subaccount.to_le_bytes();
        CpiContext::new_with_signer(&ID, self, signer).invoke(&[ACCOUNT_OPEN, low, high])
    }
}

#[derive(ToCpiAccounts)]
pub struct AccountDeposit<'a> {
    #[signer(true)]
    pub authority: CpiHandle<'a>,
    pub market: CpiHandleMut<'a>,
    pub account: CpiHandleMut<'a>,
    pub brake: CpiHandle<'a>,
    pub mint: CpiHandle<'a>,
    pub source: CpiHandleMut<'a>,
    pub tokens: CpiHandleMut<'a>,
    pub token_program: CpiHandle<'a>,
}

impl AccountDeposit<'_> {
    /// The authority has signed the transaction itself.
    pub fn call(self, amount_atoms: u64) -> Result<()> {
        CpiContext::new(&ID, self).invoke(&with_amount(ACCOUNT_DEPOSIT, amount_atoms))
    }
}

#[derive(ToCpiAccounts)]
pub struct AccountWithdraw<'a> {
    #[signer(true)]
    pub owner: CpiHandle<'a>,
    pub market: CpiHandleMut<'a>,
    pub account: CpiHandleMut<'a>,
    pub brake: CpiHandle<'a>,
    pub feed: CpiHandle<'a>,
    pub mint: CpiHandle<'a>,
    pub custody: CpiHandleMut<'a>,
    pub tokens: CpiHandleMut<'a>,
    pub destination: CpiHandleMut<'a>,
    #[signer(true)]
    pub payer: CpiHandleMut<'a>,
    pub ticket: CpiHandleMut<'a>,
    pub token_program: CpiHandle<'a>,
    pub breaker_program: CpiHandle<'a>,
    pub system_program: CpiHandle<'a>,
}

impl AccountWithdraw<'_> {
    /// `ticket_id` names the ticket if the amount has to wait.
    pub fn call(self, amount_atoms: u64, ticket_id: u64, signer: Seeds) -> Result<()> {
        CpiContext::new_with_signer(&ID, self, signer).invoke(&with_two(ACCOUNT_WITHDRAW, amount_atoms, ticket_id))
    }
}

#[derive(ToCpiAccounts)]
pub struct AccountTransfer<'a> {
    #[signer(true)]
    pub owner: CpiHandle<'a>,
    pub market: CpiHandleMut<'a>,
    pub source: CpiHandleMut<'a>,
    pub destination: CpiHandleMut<'a>,
    pub brake: CpiHandle<'a>,
    pub feed: CpiHandle<'a>,
    pub mint: CpiHandle<'a>,
}

impl AccountTransfer<'_> {
    pub fn call(self, amount_atoms: u64, signer: Seeds) -> Result<()> {
        CpiContext::new_with_signer(&ID, self, signer).invoke(&with_amount(ACCOUNT_TRANSFER, amount_atoms))
    }
}

#[derive(ToCpiAccounts)]
pub struct SeriesWrite<'a> {
    #[signer(true)]
    pub writer_owner: CpiHandle<'a>,
    pub market: CpiHandleMut<'a>,
    pub expiry: CpiHandleMut<'a>,
    pub writer: CpiHandleMut<'a>,
    pub holder: CpiHandleMut<'a>,
    pub brake: CpiHandle<'a>,
    pub custody: CpiHandle<'a>,
    pub feed: CpiHandle<'a>,
}

impl SeriesWrite<'_> {
    pub fn call(self, written: &Written, signer: Seeds) -> Result<()> {
        CpiContext::new_with_signer(&ID, self, signer).invoke(&written.data())
    }
}

#[derive(ToCpiAccounts)]
pub struct SeriesWriteWrapped<'a> {
    #[signer(true)]
    pub writer_owner: CpiHandle<'a>,
    pub market: CpiHandleMut<'a>,
    pub writer: CpiHandleMut<'a>,
    pub wrapped: CpiHandleMut<'a>,
    pub mint: CpiHandleMut<'a>,
    pub destination: CpiHandleMut<'a>,
    pub brake: CpiHandle<'a>,
    pub custody: CpiHandle<'a>,
    pub feed: CpiHandle<'a>,
    pub token_2022_program: CpiHandle<'a>,
    /// Beyond margin's named accounts.
    pub expiry: CpiHandleMut<'a>,
}

impl SeriesWriteWrapped<'_> {
    pub fn call(self, lots: u64, signer: Seeds) -> Result<()> {
        CpiContext::new_with_signer(&ID, self, signer).invoke(&with_amount(SERIES_WRITE_WRAPPED, lots))
    }
}

/// As margin's own: a series, and the lower put of a spread.
pub struct Written {
    pub lots: u64,
    pub strike_e6: u64,
    pub kind: u8,
    pub hedge_strike_e6: u64,
}

impl Written {
    fn data(&self) -> [u8; 26] {
        let mut data = [0; 26];
        let (head, tail) = data.split_at_mut(17);
        head.copy_from_slice(&with_two(SERIES_WRITE, self.lots, self.strike_e6));
        let (kind, hedge) = tail.split_at_mut(1);
        kind.copy_from_slice(&[self.kind]);
        hedge.copy_from_slice(&self.hedge_strike_e6.to_le_bytes());
        data
    }
}

/// A discriminator and a u64.
fn with_amount(discriminator: u8, amount: u64) -> [u8; 9] {
    let [a, b, c, d, e, f, g, h] = amount.to_le_bytes();
    [discriminator, a, b, c, d, e, f, g, h]
}

/// A discriminator and two u64.
fn with_two(discriminator: u8, first: u64, second: u64) -> [u8; 17] {
    let mut data = [0; 17];
    let (head, tail) = data.split_at_mut(9);
    head.copy_from_slice(&with_amount(discriminator, first));
    tail.copy_from_slice(&second.to_le_bytes());
    data
}
