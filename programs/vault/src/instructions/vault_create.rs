//! Creates a vault, its two margin accounts and its first epoch.
use crate::errors::VaultError;
use crate::events::VaultCreated;
use crate::margin::AccountOpen;
use crate::reads::{self, BRAKE, MARGIN};
use crate::state::{Config, Epoch, Vault, VERSION};
use anchor_lang::prelude::*;
use risk::vault::{Mandate, MandateError};
use units::BaseAtoms;

/// What the vault may do; it never changes.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, IdlType)]
pub struct MandateArgs {
    /// Strike at least this far above spot: 1 to 10,000.
    pub strike_distance_bps: u16,
    /// Lowest premium sold at, in basis points of spot: 1 to 5,000.
    pub reserve_premium_bps: u16,
    /// At least 300 s, at most a quarter of the epoch.
    pub auction_s: u32,
    /// From 3,600 s to 90 days.
    pub epoch_s: u32,
    pub min_deposit_atoms: u64,
    /// Most base taken in one epoch.
    pub capacity_atoms: u64,
}

impl From<MandateArgs> for Mandate {
    fn from(args: MandateArgs) -> Self {
        Self {
            strike_distance_bps: args.strike_distance_bps,
            reserve_premium_bps: args.reserve_premium_bps,
            auction_s: args.auction_s,
            epoch_s: args.epoch_s,
            min_deposit: BaseAtoms(args.min_deposit_atoms),
            capacity: BaseAtoms(args.capacity_atoms),
        }
    }
}

#[derive(Accounts)]
#[instruction(id: u16)]
pub struct VaultCreate {
    /// `dup`: a signer's view gives no access to data, so the authority may pay.
    #[account(unsafe(dup))]
    pub payer: Signer,
    #[account(seeds = [abi::config::CONFIG_SEED], bump = config.bump)]
    pub config: Account<Config>,
    #[account(address = config.authority @ VaultError::NotAuthority)]
    pub authority: Signer,
    /// Any market of the margin program.
    #[account(mut)]
    pub market: UncheckedAccount,
    #[account(init, payer = payer, seeds = [abi::vault::VAULT_SEED, market.address().as_ref(), &id.to_le_bytes()], bump)]
    pub vault: Account<Vault>,
    #[account(init, payer = payer, seeds = [abi::vault::EPOCH_SEED, vault.address().as_ref(), &0u64.to_le_bytes()], bump)]
    pub epoch: Account<Epoch>,
    /// The margin account that writes calls: the margin program derives its address.
    #[account(mut)]
    pub trading_account: UncheckedAccount,
    /// The margin account that holds bids and claims: the margin program derives its address.
    #[account(mut)]
    pub escrow_account: UncheckedAccount,
    /// Asked by the margin program: no account is opened while accounts are migrated.
    #[account(address = BRAKE @ VaultError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(address = MARGIN @ VaultError::WrongMarginProgram)]
    pub margin_program: UncheckedAccount,
    pub system_program: Program<System>,
}

impl VaultCreate {
    /// Authority: the config's. Errors: `MarketUnreadable`, and one for each bound of a mandate.
    fn validate(&self, mandate: &Mandate) -> Result<()> {
        reads::market(self.market.account())?;
        mandate.check(self.config.time_divisor.get()).map_err(|broken| match broken {
            MandateError::StrikeDistance => VaultError::StrikeDistanceOutOfBounds,
            MandateError::ReservePremium => VaultError::ReservePremiumOutOfBounds,
            MandateError::Auction => VaultError::AuctionLengthOutOfBounds,
            MandateError::Epoch => VaultError::EpochLengthOutOfBounds,
            MandateError::Deposit => VaultError::DepositLimitsOutOfBounds,
        })?;
        Ok(())
    }

    pub fn vault_create(&mut self, id: u16, args: MandateArgs, bumps: &VaultCreateBumps) -> Result<()> {
        self.validate(&args.into())?;
        let (slot, unix_s) = shared::now()?;

        let vault = &mut self.vault;
        vault.version = VERSION;
        vault.min_reader = VERSION;
        vault.bump = bumps.vault;
        vault.kind = abi::vault::KIND_COVERED_CALL;
        vault.id = id.into();
        vault.market = *self.market.address();
        vault.trading_account = *self.trading_account.address();
        vault.escrow_account = *self.escrow_account.address();
        vault.strike_distance_bps = args.strike_distance_bps.into();
        vault.reserve_premium_bps = args.reserve_premium_bps.into();
        vault.auction_s = args.auction_s.into();
        vault.epoch_s = args.epoch_s.into();
        vault.min_deposit_atoms = args.min_deposit_atoms.into();
        vault.capacity_atoms = args.capacity_atoms.into();
        let seq = vault.next_seq()?;
        let address = *vault.address();
        self.epoch.open(address, 0, bumps.epoch);
        emit!(VaultCreated { slot, unix_s, seq, vault: address, market: *self.market.address(), id });

        self.open_accounts()
    }

    fn open_accounts(&mut self) -> Result<()> {
        let seeds = self.vault.signer_seeds();
        let seeds = seeds.parts();
        let signer: &[&[&[u8]]] = &[&seeds];
        for (subaccount, account) in [
            (abi::vault::TRADING_SUBACCOUNT, &mut self.trading_account),
            (abi::vault::ESCROW_SUBACCOUNT, &mut self.escrow_account),
        ] {
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
