//! Creates a vault: its two margin accounts, the mint of its shares, the account in which shares wait, and its first epoch.
use crate::errors::VaultError;
use crate::events::VaultCreated;
use crate::margin::AccountOpen;
use crate::reads::{self, BRAKE, MARGIN};
use crate::shares::{tokens_create, Label, MintCreate, TOKEN_2022};
use crate::state::{Config, Epoch, MandateArgs, Vault, VaultMandate, VERSION};
use abi::vault::{EPOCH_SEED, ESCROW_SUBACCOUNT, SHARES_SEED, SHARE_TOKENS_SEED, TRADING_SUBACCOUNT, VAULT_SEED};
use anchor_lang::prelude::*;
use risk::vault::VaultKind;

/// A share is a thousandth of the least it can stand for, so that rounding costs nobody an atom of the token.
const SHARE_DECIMALS_MORE: u8 = 3;

#[derive(Accounts)]
#[instruction(id: u16)]
pub struct VaultCreate {
    /// `dup`: a signer's view gives no access to data, so the authority may pay.
    #[account(unsafe(dup))]
    pub payer: Signer,
    #[account(mut, seeds = [abi::config::CONFIG_SEED], bump = config.bump)]
    pub config: Account<Config>,
    #[account(address = config.authority @ VaultError::NotAuthority)]
    pub authority: Signer,
    /// Any market of the margin program.
    #[account(mut)]
    pub market: UncheckedAccount,
    #[account(init, payer = payer, seeds = [VAULT_SEED, market.address().as_ref(), &id.to_le_bytes()], bump)]
    pub vault: Account<Vault>,
    #[account(init, payer = payer, seeds = [EPOCH_SEED, vault.address().as_ref(), &0u64.to_le_bytes()], bump)]
    pub epoch: Account<Epoch>,
    /// The margin account that sells: the margin program derives its address.
    #[account(mut)]
    pub trading_account: UncheckedAccount,
    /// The margin account that holds what waits: the margin program derives its address.
    #[account(mut)]
    pub escrow_account: UncheckedAccount,
    /// Created by the handler: its metadata are part of it.
    #[account(mut, seeds = [SHARES_SEED, vault.address().as_ref()], bump)]
    pub share_mint: UncheckedAccount,
    #[account(mut, seeds = [SHARE_TOKENS_SEED, vault.address().as_ref()], bump)]
    pub share_tokens: UncheckedAccount,
    /// Asked by the margin program: no account is opened while accounts are migrated.
    #[account(address = BRAKE @ VaultError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(address = MARGIN @ VaultError::WrongMarginProgram)]
    pub margin_program: UncheckedAccount,
    #[account(address = TOKEN_2022 @ VaultError::WrongShareProgram)]
    pub share_program: UncheckedAccount,
    pub system_program: Program<System>,
}

impl VaultCreate {
    /// Authority: the config's. Errors: `KindUnknown`, `MarketUnreadable`, and one for each bound of a mandate.
    fn validate(&self, kind: u8, mandate: &VaultMandate) -> Result<VaultKind> {
        let kind = VaultKind::from_byte(kind).ok_or(VaultError::KindUnknown)?;
        reads::market(self.market.account())?;
        mandate.pure().check(kind, self.config.time_divisor.get()).map_err(VaultError::from)?;
        Ok(kind)
    }

    pub fn vault_create(
        &mut self,
        id: u16,
        kind: u8,
        mandate: MandateArgs,
        fee_recipient: Address,
        bumps: &VaultCreateBumps,
    ) -> Result<()> {
        let mandate = mandate.into();
        let kind = self.validate(kind, &mandate)?;
        let (slot, unix_s) = shared::now()?;
        let (label, decimals) = self.label(kind, id)?;

        self.config.root_opened()?;
        self.vault.record_opened()?;
        let vault = &mut self.vault;
        vault.version = VERSION;
        vault.min_reader = VERSION;
        vault.bump = bumps.vault;
        vault.kind = kind.byte();
        vault.id = id.into();
        vault.share_decimals = decimals;
        vault.market = *self.market.address();
        vault.trading_account = *self.trading_account.address();
        vault.escrow_account = *self.escrow_account.address();
        vault.share_mint = *self.share_mint.address();
        vault.share_tokens = *self.share_tokens.address();
        vault.fee_recipient = fee_recipient;
        vault.mandate = mandate;
        vault.opened_unix_s = unix_s.into();
        let address = *vault.address();
        self.epoch.open(address, 0, unix_s, bumps.epoch);
        emit!(VaultCreated {
            slot,
            unix_s,
            seq: self.vault.next_seq()?,
            vault: address,
            epoch: 0,
            market: *self.market.address(),
            id,
            kind: kind.byte(),
            share_mint: *self.share_mint.address(),
        });
        self.open_accounts()?;
        self.create_shares(&label, decimals, (bumps.share_mint, bumps.share_tokens))
    }

    /// Name, symbol and decimals of the shares: from the market and the kind, so that nobody can call them something else.
    fn label(&self, kind: VaultKind, id: u16) -> Result<(Label, u8)> {
        let market = reads::market(self.market.account())?;
        let symbol = market.symbol.split(|byte| *byte == 0).next().unwrap_or_default();
        let symbol = core::str::from_utf8(symbol).unwrap_or_default();
        let (long, short) = match kind {
            VaultKind::CoveredCall => ("covered calls", "CC"),
            VaultKind::CashSecuredPut => ("secured puts", "CSP"),
            VaultKind::PutSpread => ("put spreads", "PS"),
        };
        let decimals = if kind.holds_base() { market.base_decimals } else { market.quote_decimals };
        let number = number(id);
        let name = ["Bastion ", symbol, " ", long, " ", &number].concat();
        let symbol = ["b", short, &number].concat();
        Ok((Label { name, symbol }, decimals.saturating_add(SHARE_DECIMALS_MORE)))
    }

    fn create_shares(&mut self, label: &Label, decimals: u8, bumps: (u8, u8)) -> Result<()> {
        let vault = *self.vault.address();
        let create = MintCreate {
            payer: &mut self.payer,
            mint: &mut self.share_mint,
            vault: &self.vault,
            system_program: &self.system_program,
        };
        create.call(decimals, label, &[SHARES_SEED, vault.as_ref(), &[bumps.0]])?;
        let seeds: [&[u8]; 3] = [SHARE_TOKENS_SEED, vault.as_ref(), &[bumps.1]];
        tokens_create(&self.payer, &mut self.share_tokens, &self.share_mint, &vault, &seeds)
    }

    fn open_accounts(&mut self) -> Result<()> {
        let seeds = self.vault.signer_seeds();
        let seeds = seeds.parts();
        let signer: &[&[&[u8]]] = &[&seeds];
        for (subaccount, account) in
            [(TRADING_SUBACCOUNT, &mut self.trading_account), (ESCROW_SUBACCOUNT, &mut self.escrow_account)]
        {
            let accounts = AccountOpen {
                payer: self.payer.cpi_handle_mut(),
                owner: self.vault.cpi_handle(),
                market: self.market.cpi_handle_mut(),
                account: account.cpi_handle_mut(),
                brake: self.brake.cpi_handle(),
                system_program: self.system_program.cpi_handle(),
            };
            accounts.call(subaccount, signer)?;
        }
        Ok(())
    }
}

/// In decimal digits; formatting would pull in a library.
fn number(mut id: u16) -> String {
    let mut digits = Vec::with_capacity(5);
    loop {
        let digit = u8::try_from(id.checked_rem(10).unwrap_or(0)).unwrap_or(0);
        digits.push(char::from(b'0'.saturating_add(digit)));
        id = id.checked_div(10).unwrap_or(0);
        if id == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}
