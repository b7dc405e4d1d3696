//! Writes a margin account back after an upgrade that was rolled back.
use crate::errors::MarginError;
use crate::events::{AccountRestored, Stamp};
use crate::restore::{bump_of, image, write};
use crate::state::{ACCOUNT_VERSION, MIN_READER};
use abi::margin::ACCOUNT_SEED;
use anchor_lang::prelude::*;
use bytemuck::Zeroable;
use shared::GOVERNOR;

#[derive(Accounts)]
pub struct AccountRestore {
    #[account(address = GOVERNOR @ MarginError::NotGovernor)]
    pub authority: Signer,
    /// Pays the rent of an account that was closed.
    #[account(mut)]
    pub payer: Signer,
    /// Checked by the handler: at the address that the recorded account has.
    #[account(mut)]
    pub account: UncheckedAccount,
    /// Not checked: the governor has compared these bytes with its snapshot.
    pub preimage: UncheckedAccount,
    pub system_program: Program<System>,
}

impl AccountRestore {
    /// Authority: the governor's PDA, whose program calls this only after a rollback and with bytes that its snapshot proves.
    /// Effects: the account is what it was, in the layout that this code writes; one that was closed exists again. No sum of the market
    /// moves: those are restored with the market.
    /// Errors: `NotGovernor`, `PreimageUnreadable`, `RestoreElsewhere`; the system program's, where another program owns the account.
    pub fn account_restore(&mut self, at: u32) -> Result<()> {
        let stamp = Stamp::now()?;
        let mut account = image::<abi::margin::MarginAccount>(self.preimage.account(), at)?;
        let subaccount = account.subaccount.get().to_le_bytes();
        let (market, owner) = (account.market, account.owner);
        let bump = [bump_of(&self.account, &[ACCOUNT_SEED, &market, &owner, &subaccount])?];
        account.version = ACCOUNT_VERSION;
        account.min_reader = MIN_READER;
        [account.bump] = bump;
        account.reserved_head = Zeroable::zeroed();
        account.reserved = Zeroable::zeroed();
        if cfg!(feature = "next") {
            policy::migration::store(&mut account);
        }
        emit!(AccountRestored {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: account.seq.get(),
            market: Address::new_from_array(market),
            account: *self.account.address(),
            owner: Address::new_from_array(owner),
            quote_atoms: account.quote_atoms.get(),
            base_atoms: account.base_atoms.get(),
        });
        let seeds: [&[u8]; 5] = [ACCOUNT_SEED, &market, &owner, &subaccount, &bump];
        write(&self.payer, &mut self.account, &seeds, &account)
    }
}
