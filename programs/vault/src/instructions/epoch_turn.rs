//! The turn of an epoch: fees, one price per share, both queues at that price, and the next epoch opens.
use crate::errors::VaultError;
use crate::events::EpochTurned;
use crate::margin::AccountTransfer;
use crate::reads::{self, BRAKE, MARGIN};
use crate::shares::{burn, mint_to, TOKEN_2022};
use crate::state::{sum, Epoch, Vault};
use abi::vault::{EPOCH_LIVE, EPOCH_OPEN, EPOCH_SEED, EPOCH_SETTLED};
use anchor_lang::prelude::*;
use risk::vault::{turn, Holdings, Queue, Turn};
use units::PriceE6;

#[derive(Accounts)]
pub struct EpochTurn {
    /// Pays the rent of the next epoch.
    #[account(mut)]
    pub payer: Signer,
    #[account(mut, constraint = vault.is_free() @ VaultError::VaultHeld)]
    pub vault: Account<Vault>,
    /// The vault's current epoch.
    #[account(mut, seeds = [abi::vault::EPOCH_SEED, vault.address().as_ref(), &vault.epoch.get().to_le_bytes()], bump = epoch.bump)]
    pub epoch: Account<Epoch>,
    #[account(
        init,
        payer = payer,
        seeds = [EPOCH_SEED, vault.address().as_ref(), &vault.epoch.get().saturating_add(1).to_le_bytes()],
        bump
    )]
    pub next_epoch: Account<Epoch>,
    #[account(mut, address = vault.market @ VaultError::WrongMarket)]
    pub market: UncheckedAccount,
    #[account(mut, address = vault.trading_account @ VaultError::WrongTradingAccount)]
    pub trading_account: UncheckedAccount,
    #[account(mut, address = vault.escrow_account @ VaultError::WrongEscrowAccount)]
    pub escrow_account: UncheckedAccount,
    /// The expiry that the auction chose; the zero address, which is the system program's, if there was none.
    #[account(address = epoch.expiry @ VaultError::WrongExpiry)]
    pub expiry: UncheckedAccount,
    pub base_mint: UncheckedAccount,
    pub quote_mint: UncheckedAccount,
    #[account(mut, address = vault.share_mint @ VaultError::WrongShareMint)]
    pub share_mint: UncheckedAccount,
    #[account(mut, address = vault.share_tokens @ VaultError::WrongShareTokens)]
    pub share_tokens: UncheckedAccount,
    pub feed: UncheckedAccount,
    #[account(address = BRAKE @ VaultError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(address = MARGIN @ VaultError::WrongMarginProgram)]
    pub margin_program: UncheckedAccount,
    #[account(address = TOKEN_2022 @ VaultError::WrongShareProgram)]
    pub share_program: UncheckedAccount,
    pub system_program: Program<System>,
}

impl EpochTurn {
    /// Authority: anyone: once everything sold has expired and settled, at once when nothing was sold, and without an auction when there
    /// are no shares yet or the epoch is as old as the mandate's.
    /// Errors: `VaultHeld`, `TurnTooEarly`, `EpochNotLive`, `BidsUnsettled`, `NotExpired`, `WrongBaseMint`, `WrongQuoteMint`, `WrongFeed`,
    /// `TradingNotSettled`, `QuoteDebt`, `SharesMissing`.
    fn validate(&self, now_unix_s: i64, slot: u64) -> Result<(Turn, Option<PriceE6>)> {
        let (vault, epoch) = (&self.vault, &self.epoch);
        let elapsed_s = now_unix_s.saturating_sub(vault.opened_unix_s.get());
        let sold = epoch.sold_lots.get() > 0;
        if epoch.state == EPOCH_OPEN {
            let is_due = vault.shares.get() == 0 || elapsed_s >= i64::from(vault.mandate.epoch_s.get());
            require!(is_due, VaultError::TurnTooEarly);
        } else {
            require!(epoch.state == EPOCH_LIVE, VaultError::EpochNotLive);
            // INVARIANT(V-6): bonds and premiums belong to this epoch's depositors, whoever settles the bids when.
            require!(epoch.bids_unsettled == 0, VaultError::BidsUnsettled);
            require!(!sold || now_unix_s >= epoch.expiry_unix_s.get(), VaultError::NotExpired);
        }
        let market = reads::market(self.market.account())?;
        require!(self.base_mint.address().to_bytes() == market.base_mint, VaultError::WrongBaseMint);
        require!(self.quote_mint.address().to_bytes() == market.quote_mint, VaultError::WrongQuoteMint);
        require!(self.feed.address().to_bytes() == market.feed, VaultError::WrongFeed);
        let trading = reads::margin_account(self.trading_account.account())?;
        let is_flat = trading.positions.iter().all(|position| position.kind == 0);
        require!(is_flat, VaultError::TradingNotSettled);
        // What is told as a balance pays queues: a haircut that is announced and not booked would be paid by whoever stays.
        let quote_atoms = u64::try_from(reads::quote_now(&trading, &market)?).map_err(|_| VaultError::QuoteDebt)?;

        let price = if sold {
            reads::settled_price(self.expiry.account())
        } else {
            reads::spot(self.feed.account(), &market, now_unix_s, slot).ok()
        };
        let holdings = Holdings {
            base_atoms: trading.base_atoms.get(),
            quote_atoms,
            shares: vault.shares.get(),
            high_water_e12: vault.high_water_e12.get(),
        };
        let queue = Queue { deposit_atoms: epoch.deposit_atoms.get(), withdraw_shares: epoch.withdraw_shares.get() };
        let (mandate, holds_base) = (vault.mandate(), vault.kind()?.holds_base());
        let elapsed_s = u64::try_from(elapsed_s).unwrap_or(0);
        let turned = turn(&holdings, &queue, (&mandate, reads::unit(&market)?, holds_base), price, elapsed_s);
        Ok((turned.map_err(VaultError::from)?, price))
    }

    pub fn epoch_turn(&mut self, bumps: &EpochTurnBumps) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        let (turn, price) = self.validate(unix_s, slot)?;

        let deposit_shares = turn.deposit_shares.unwrap_or(0);
        let epoch = &mut self.epoch;
        let deposit_atoms = if turn.deposit_shares.is_some() { epoch.deposit_atoms.get() } else { 0 };
        epoch.state = EPOCH_SETTLED;
        epoch.deposits_refused = u8::from(epoch.deposit_atoms.get() > 0 && turn.deposit_shares.is_none());
        epoch.turned_unix_s = unix_s.into();
        epoch.price_e6 = price.map_or(0, |price| price.0).into();
        epoch.assets_atoms = turn.assets_atoms.into();
        epoch.share_price_e12 = turn.share_price_e12.into();
        epoch.shares_before = self.vault.shares.get().into();
        epoch.fee_shares = turn.fee_shares.into();
        epoch.deposit_shares = deposit_shares.into();
        epoch.withdrawn_base_atoms = turn.base_atoms.into();
        epoch.withdrawn_quote_atoms = turn.quote_atoms.into();
        let withdraw_shares = epoch.withdraw_shares.get();
        let vault = &mut self.vault;
        vault.record_opened()?;
        let next = sum(vault.epoch.get(), 1)?;
        vault.epoch = next.into();
        vault.shares = turn.shares.into();
        vault.fee_shares = sum(vault.fee_shares.get(), turn.fee_shares)?.into();
        vault.high_water_e12 = turn.high_water_e12.into();
        vault.opened_unix_s = unix_s.into();
        self.next_epoch.open(*self.vault.address(), next, unix_s, bumps.next_epoch);
        emit!(EpochTurned {
            slot,
            unix_s,
            seq: self.vault.next_seq()?,
            vault: *self.vault.address(),
            epoch: self.epoch.number.get(),
            assets_atoms: turn.assets_atoms,
            share_price_e12: turn.share_price_e12,
            fee_shares: turn.fee_shares,
            deposit_atoms: self.epoch.deposit_atoms.get(),
            deposit_shares,
            withdraw_shares,
            withdrawn_base_atoms: turn.base_atoms,
            withdrawn_quote_atoms: turn.quote_atoms,
            shares: turn.shares,
        });
        self.shares_move(sum(turn.fee_shares, deposit_shares)?, withdraw_shares);
        self.tokens_move(deposit_atoms, &turn)
    }

    /// Mints to, or burns from, the account in which shares wait: only the difference.
    fn shares_move(&mut self, minted: u64, burned: u64) {
        let seeds = self.vault.signer_seeds();
        let authority = self.vault.cpi_handle();
        let (mint, tokens) = (&mut self.share_mint, &mut self.share_tokens);
        if minted > burned {
            mint_to(mint, tokens, authority, minted.saturating_sub(burned), &seeds);
        } else if burned > minted {
            burn(mint, tokens, authority, burned.saturating_sub(minted), &seeds);
        }
    }

    /// Deposits join what backs the shares. INVARIANT(V-3): withdrawals leave it, and from here on no trading loss can reach them.
    fn tokens_move(&mut self, deposit_atoms: u64, turn: &Turn) -> Result<()> {
        let deposits_base = self.vault.kind()?.holds_base();
        let seeds = self.vault.signer_seeds();
        let seeds = seeds.parts();
        let signer: &[&[&[u8]]] = &[&seeds];
        let (trading, escrow) = (&mut self.trading_account, &mut self.escrow_account);
        let deposit_mint = if deposits_base { &self.base_mint } else { &self.quote_mint };
        let moves = [
            (deposit_mint, deposit_atoms, true),
            (&self.base_mint, turn.base_atoms, false),
            (&self.quote_mint, turn.quote_atoms, false),
        ];
        for (mint, atoms, inwards) in moves.into_iter().filter(|(_, atoms, _)| *atoms > 0) {
            let (source, destination) =
                if inwards { (&mut *escrow, &mut *trading) } else { (&mut *trading, &mut *escrow) };
            let accounts = AccountTransfer {
                owner: self.vault.cpi_handle(),
                market: self.market.cpi_handle_mut(),
                source: source.cpi_handle_mut(),
                destination: destination.cpi_handle_mut(),
                mint: mint.cpi_handle(),
                feed: self.feed.cpi_handle(),
                brake: self.brake.cpi_handle(),
            };
            accounts.call(atoms, signer)?;
        }
        Ok(())
    }
}
