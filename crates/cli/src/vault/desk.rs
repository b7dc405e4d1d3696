//! One owner at one vault: what the owner has in its queues, and the transactions that move it.

use super::VaultStatus;
use crate::{Connection, Error, decimal, status::program_accounts};
use abi::margin::Market;
use abi::vault::{Deposit, EPOCH_SETTLED, Withdrawal};
use client::{addresses, vault as calls};
use risk::vault::VaultKind;
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;

pub const TOKEN: Pubkey = Pubkey::new_from_array(abi::ids::TOKEN);
pub const TOKEN_2022: Pubkey = Pubkey::new_from_array(abi::ids::TOKEN_2022);
const SYSTEM: Pubkey = Pubkey::new_from_array([0; 32]);
/// The associated-token program's instruction that does nothing where the account is there.
const CREATE_IDEMPOTENT: u8 = 1;

/// What an owner has in the queues of a vault's epochs, as `(place in the vault's epochs, amount)`.
pub struct Mine {
    deposits: Vec<(usize, u64)>,
    withdrawals: Vec<(usize, u64)>,
}

impl Mine {
    pub fn read(connection: &Connection, desk: &Desk) -> Result<Self, Error> {
        let epochs: Vec<_> = desk.vault.epochs.iter().map(|epoch| desk.epoch(epoch.number.get())).collect();
        let at = |epoch: &abi::Address, owner: &abi::Address| {
            let own = *owner == desk.owner.to_bytes();
            epochs.iter().position(|address| own && address.to_bytes() == *epoch)
        };
        let deposits = program_accounts::<Deposit>(connection, "Deposit", &abi::ids::VAULT)?.into_iter();
        let deposits =
            deposits.filter_map(|(_, found)| at(&found.epoch, &found.owner).map(|at| (at, found.amount_atoms.get())));
        let withdrawals = program_accounts::<Withdrawal>(connection, "Withdrawal", &abi::ids::VAULT)?.into_iter();
        let withdrawals =
            withdrawals.filter_map(|(_, found)| at(&found.epoch, &found.owner).map(|at| (at, found.shares.get())));
        let (mut deposits, mut withdrawals): (Vec<_>, Vec<_>) = (deposits.collect(), withdrawals.collect());
        deposits.sort_unstable();
        withdrawals.sort_unstable();
        Ok(Self { deposits, withdrawals })
    }
}

/// An owner's part of what an epoch's queue was given. ROUNDING: down, as the program pays.
fn part(whole: u64, own: u64, all: u64) -> u64 {
    units::mul_div_floor(whole, own, all).unwrap_or(0)
}

/// One owner at one vault.
pub struct Desk<'a> {
    pub vault: &'a VaultStatus,
    pub market: Market,
    pub owner: Pubkey,
}

/// A transaction, and what it does.
pub type Sent = (String, Vec<Instruction>);

impl Desk<'_> {
    pub fn key(address: &abi::Address) -> Pubkey {
        Pubkey::new_from_array(*address)
    }

    pub fn epoch(&self, number: u64) -> Pubkey {
        addresses::epoch(&self.vault.address, number)
    }

    pub fn wallet(&self, mint: &Pubkey, program: &Pubkey) -> Pubkey {
        addresses::wallet(&self.owner, mint, program)
    }

    pub fn wallet_open(&self, mint: &Pubkey, program: &Pubkey) -> Instruction {
        let accounts = vec![
            AccountMeta::new(self.owner, true),
            AccountMeta::new(self.wallet(mint, program), false),
            AccountMeta::new_readonly(self.owner, false),
            AccountMeta::new_readonly(*mint, false),
            AccountMeta::new_readonly(SYSTEM, false),
            AccountMeta::new_readonly(*program, false),
        ];
        Instruction { program_id: addresses::ASSOCIATED_TOKEN, accounts, data: vec![CREATE_IDEMPOTENT] }
    }

    fn share_mint(&self) -> Pubkey {
        Self::key(&self.vault.vault.share_mint)
    }

    pub fn deposit(&self, amount_atoms: u64) -> Sent {
        let state = &self.vault.vault;
        let market = Self::key(&state.market);
        let mint = self.mint();
        let epoch = self.epoch(state.epoch.get());
        let accounts = calls::Deposit {
            owner: self.owner,
            vault: self.vault.address,
            epoch,
            deposit: addresses::deposit(&epoch, &self.owner),
            market,
            trading_account: Self::key(&state.trading_account),
            escrow_account: Self::key(&state.escrow_account),
            mint,
            source: self.wallet(&mint, &TOKEN),
            tokens: addresses::tokens(&market, &mint),
        };
        let what = format!("{} wait for the turn of epoch {}", self.amount(amount_atoms), state.epoch.get());
        (what, vec![accounts.instruction(calls::DepositArgs { amount_atoms })])
    }

    pub fn withdraw(&self, shares: u64) -> Sent {
        let state = &self.vault.vault;
        let epoch = self.epoch(state.epoch.get());
        let accounts = calls::WithdrawRequest {
            owner: self.owner,
            vault: self.vault.address,
            epoch,
            withdrawal: addresses::withdrawal(&epoch, &self.owner),
            share_mint: self.share_mint(),
            share_tokens: Self::key(&state.share_tokens),
            source: self.wallet(&self.share_mint(), &TOKEN_2022),
        };
        let what = format!("{} shares wait for the turn of epoch {}", self.shares(shares), state.epoch.get());
        (what, vec![accounts.instruction(calls::WithdrawRequestArgs { shares })])
    }

    /// The token that the vault takes.
    fn mint(&self) -> Pubkey {
        let holds_base = self.vault.kind.is_some_and(VaultKind::holds_base);
        Self::key(if holds_base { &self.market.base_mint } else { &self.market.quote_mint })
    }

    fn amount(&self, atoms: u64) -> String {
        decimal::trimmed(atoms.into(), self.vault.decimals.into())
    }

    fn shares(&self, shares: u64) -> String {
        decimal::trimmed(shares.into(), self.vault.vault.share_decimals.into())
    }

    /// One transaction for each epoch that owes the owner something; amounts as the program computes them.
    pub fn claims(&self, mine: &Mine, ticket_id: u64) -> Vec<Sent> {
        let mut sent = Vec::new();
        let turned = |at: usize| self.vault.epochs.get(at).filter(|epoch| epoch.state == EPOCH_SETTLED);
        for (epoch, atoms) in mine.deposits.iter().filter_map(|(at, atoms)| Some((turned(*at)?, *atoms))) {
            if epoch.deposits_refused != 0 {
                continue;
            }
            let shares = part(epoch.deposit_shares.get(), atoms, epoch.deposit_atoms.get());
            let number = epoch.number.get();
            let instructions =
                vec![self.wallet_open(&self.share_mint(), &TOKEN_2022), self.deposit_claim(&self.epoch(number))];
            let (shares, atoms) = (self.shares(shares), self.amount(atoms));
            sent.push((format!("epoch {number}: {shares} shares for the deposit of {atoms}"), instructions));
        }
        for (epoch, shares) in mine.withdrawals.iter().filter_map(|(at, shares)| Some((turned(*at)?, *shares))) {
            let whole = [epoch.withdrawn_base_atoms.get(), epoch.withdrawn_quote_atoms.get()];
            let [base, quote] = whole.map(|whole| part(whole, shares, epoch.withdraw_shares.get()));
            let base = decimal::trimmed(base.into(), self.market.base_decimals.into());
            let quote = decimal::trimmed(quote.into(), self.market.quote_decimals.into());
            let mints = [Self::key(&self.market.base_mint), Self::key(&self.market.quote_mint)];
            let mut instructions: Vec<_> = mints.iter().map(|mint| self.wallet_open(mint, &TOKEN)).collect();
            let number = epoch.number.get();
            instructions.push(self.withdraw_claim(&self.epoch(number), ticket_id));
            let shares = self.shares(shares);
            sent.push((
                format!("epoch {number}: {base} of base and {quote} of quote for {shares} shares"),
                instructions,
            ));
        }
        sent
    }

    /// One transaction for each deposit or withdrawal that has not turned, and for each deposit that a turn has handed back.
    pub fn cancels(&self, mine: &Mine, ticket_id: u64) -> Vec<Sent> {
        let mut sent = Vec::new();
        let waiting = |at: usize, refused: bool| {
            let epoch = self.vault.epochs.get(at);
            epoch.filter(|epoch| epoch.state != EPOCH_SETTLED || (refused && epoch.deposits_refused != 0))
        };
        for (epoch, atoms) in mine.deposits.iter().filter_map(|(at, atoms)| Some((waiting(*at, true)?, *atoms))) {
            let (number, mint) = (epoch.number.get(), self.mint());
            let instructions =
                vec![self.wallet_open(&mint, &TOKEN), self.deposit_cancel(&self.epoch(number), ticket_id)];
            sent.push((format!("epoch {number}: the deposit of {} is back", self.amount(atoms)), instructions));
        }
        for (epoch, shares) in mine.withdrawals.iter().filter_map(|(at, shares)| Some((waiting(*at, false)?, *shares)))
        {
            let number = epoch.number.get();
            let instructions = vec![self.withdraw_cancel(&self.epoch(number))];
            sent.push((format!("epoch {number}: {} shares are back", self.shares(shares)), instructions));
        }
        sent
    }

    fn deposit_cancel(&self, epoch: &Pubkey, ticket_id: u64) -> Instruction {
        let (market, mint) = (Self::key(&self.vault.vault.market), self.mint());
        let tokens = addresses::tokens(&market, &mint);
        let accounts = calls::DepositCancel {
            owner: self.owner,
            vault: self.vault.address,
            epoch: *epoch,
            deposit: addresses::deposit(epoch, &self.owner),
            market,
            escrow_account: Self::key(&self.vault.vault.escrow_account),
            mint,
            destination: self.wallet(&mint, &TOKEN),
            tokens,
            custody: Self::key(&self.market.custody),
            feed: Self::key(&self.market.feed),
            ticket: addresses::ticket(&tokens, ticket_id),
        };
        accounts.instruction(calls::DepositCancelArgs { ticket_id })
    }

    fn withdraw_cancel(&self, epoch: &Pubkey) -> Instruction {
        let accounts = calls::WithdrawCancel {
            owner: self.owner,
            vault: self.vault.address,
            epoch: *epoch,
            withdrawal: addresses::withdrawal(epoch, &self.owner),
            share_mint: self.share_mint(),
            share_tokens: Self::key(&self.vault.vault.share_tokens),
            destination: self.wallet(&self.share_mint(), &TOKEN_2022),
        };
        accounts.instruction()
    }

    fn deposit_claim(&self, epoch: &Pubkey) -> Instruction {
        let accounts = calls::DepositClaim {
            owner: self.owner,
            vault: self.vault.address,
            epoch: *epoch,
            deposit: addresses::deposit(epoch, &self.owner),
            share_mint: self.share_mint(),
            share_tokens: Self::key(&self.vault.vault.share_tokens),
            destination: self.wallet(&self.share_mint(), &TOKEN_2022),
        };
        accounts.instruction()
    }

    fn withdraw_claim(&self, epoch: &Pubkey, ticket_id: u64) -> Instruction {
        let market = Self::key(&self.vault.vault.market);
        let (base_mint, quote_mint) = (Self::key(&self.market.base_mint), Self::key(&self.market.quote_mint));
        let (base_tokens, quote_tokens) =
            (addresses::tokens(&market, &base_mint), addresses::tokens(&market, &quote_mint));
        let accounts = calls::WithdrawClaim {
            owner: self.owner,
            vault: self.vault.address,
            epoch: *epoch,
            withdrawal: addresses::withdrawal(epoch, &self.owner),
            market,
            escrow_account: Self::key(&self.vault.vault.escrow_account),
            base_mint,
            quote_mint,
            base_destination: self.wallet(&base_mint, &TOKEN),
            quote_destination: self.wallet(&quote_mint, &TOKEN),
            base_tokens,
            quote_tokens,
            custody: Self::key(&self.market.custody),
            feed: Self::key(&self.market.feed),
            base_ticket: addresses::ticket(&base_tokens, ticket_id),
            quote_ticket: addresses::ticket(&quote_tokens, ticket_id),
        };
        accounts.instruction(calls::WithdrawClaimArgs { ticket_id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use abi::vault::{EPOCH_OPEN, Epoch, Vault};
    use bytemuck::Zeroable;

    fn vault() -> VaultStatus {
        let epoch = |number: u64, state: u8| Epoch { number: number.into(), state, ..Epoch::zeroed() };
        let turned = Epoch {
            deposit_atoms: 30.into(),
            deposit_shares: 10.into(),
            withdraw_shares: 7.into(),
            withdrawn_base_atoms: 10.into(),
            withdrawn_quote_atoms: 3.into(),
            ..epoch(0, EPOCH_SETTLED)
        };
        let refused = Epoch { deposits_refused: 1, ..epoch(1, EPOCH_SETTLED) };
        VaultStatus {
            address: Pubkey::new_from_array([7; 32]),
            symbol: "SOL/USDC".to_owned(),
            vault: Vault::zeroed(),
            kind: Some(VaultKind::CoveredCall),
            decimals: 0,
            base_decimals: 0,
            quote_decimals: 0,
            at_risk_base_atoms: 0,
            at_risk_quote_atoms: 0,
            epochs: vec![turned, refused, epoch(2, EPOCH_OPEN)],
        }
    }

    fn said(sent: &[Sent]) -> Vec<&str> {
        sent.iter().map(|(what, _)| what.as_str()).collect()
    }

    #[test]
    fn claims_are_of_turned_epochs_and_round_down() {
        let (vault, owner) = (vault(), Pubkey::new_from_array([1; 32]));
        let desk = Desk { vault: &vault, market: Market::zeroed(), owner };
        let mine = Mine { deposits: vec![(0, 11), (1, 5), (2, 6)], withdrawals: vec![(0, 3), (2, 4)] };
        let sent = desk.claims(&mine, 1);
        let expected = ["epoch 0: 3 shares for the deposit of 11", "epoch 0: 4 of base and 1 of quote for 3 shares"];
        assert_eq!(said(&sent), expected);
        assert!(desk.claims(&Mine { deposits: vec![], withdrawals: vec![] }, 1).is_empty());
    }

    #[test]
    fn cancels_are_of_what_waits_and_of_deposits_that_were_handed_back() {
        let (vault, owner) = (vault(), Pubkey::new_from_array([1; 32]));
        let desk = Desk { vault: &vault, market: Market::zeroed(), owner };
        let mine = Mine { deposits: vec![(0, 11), (1, 5), (2, 6)], withdrawals: vec![(0, 3), (2, 4)] };
        let expected =
            ["epoch 1: the deposit of 5 is back", "epoch 2: the deposit of 6 is back", "epoch 2: 4 shares are back"];
        assert_eq!(said(&desk.cancels(&mine, 1)), expected);
    }
}
