//! What a depositor does: deposit, ask to leave, claim.

use super::{Status, VaultStatus, status};
use crate::{Connection, Error, decimal, status::program_accounts, status::single};
use abi::margin::Market;
use abi::vault::{Deposit, EPOCH_SETTLED, Epoch, Withdrawal};
use client::{addresses, vault as calls};
use solana_instruction::{AccountMeta, Instruction};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

const TOKEN: Pubkey = Pubkey::new_from_array(abi::ids::TOKEN);
const TOKEN_2022: Pubkey = Pubkey::new_from_array(abi::ids::TOKEN_2022);
const ASSOCIATED_TOKEN: Pubkey = Pubkey::from_str_const("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");
const SYSTEM: Pubkey = Pubkey::new_from_array([0; 32]);
/// The associated-token program's instruction that does nothing where the account is there.
const CREATE_IDEMPOTENT: u8 = 1;

/// One step of a depositor.
#[derive(Clone, Debug)]
pub enum Step {
    /// So much of the vault's token.
    Deposit(String),
    /// So many shares.
    Withdraw(String),
    /// All that is there: shares of deposits and payments of withdrawals whose epochs have turned. The ticket's number, if something waits.
    Claim(u64),
}

/// Takes the step and says what was done.
pub fn run(connection: &Connection, owner: &Keypair, vault: Option<&Pubkey>, step: &Step) -> Result<String, Error> {
    let status = status(connection)?;
    let vault = choose(&status, vault)?;
    let market_address = Pubkey::new_from_array(vault.vault.market);
    let market = single::<Market>(connection, "Market", &market_address)?
        .ok_or(Error::AccountMissing { address: market_address })?;
    let desk = Desk { vault, market, owner: owner.pubkey() };
    let (what, instructions) = match step {
        Step::Deposit(amount) => desk.deposit(atoms(amount, vault.decimals)?),
        Step::Withdraw(shares) => desk.withdraw(atoms(shares, vault.vault.share_decimals)?),
        Step::Claim(ticket_id) => desk.claims(connection, *ticket_id)?,
    };
    for instruction in instructions {
        connection.send("vault", owner, &[], &instruction)?;
    }
    Ok(what)
}

fn choose<'a>(status: &'a Status, vault: Option<&Pubkey>) -> Result<&'a VaultStatus, Error> {
    let found = match (vault, status.vaults.as_slice()) {
        (Some(address), vaults) => vaults.iter().find(|vault| vault.address == *address),
        (None, [only]) => Some(only),
        (None, _) => None,
    };
    let known: Vec<_> = status.vaults.iter().map(|vault| vault.address.to_string()).collect();
    found.ok_or_else(|| Error::Refused { reason: format!("name a vault with --vault; known: {}", known.join(", ")) })
}

fn atoms(text: &str, decimals: u8) -> Result<u64, Error> {
    let parsed = decimal::parse(text, decimals.into()).ok().and_then(|atoms| u64::try_from(atoms).ok());
    let reason = || format!("`{text}` is no amount with at most {decimals} decimals");
    parsed.filter(|atoms| *atoms > 0).ok_or_else(|| Error::Refused { reason: reason() })
}

/// One owner at one vault.
struct Desk<'a> {
    vault: &'a VaultStatus,
    market: Market,
    owner: Pubkey,
}

type Sent = (String, Vec<Vec<Instruction>>);

impl Desk<'_> {
    fn key(address: &abi::Address) -> Pubkey {
        Pubkey::new_from_array(*address)
    }

    fn epoch(&self, number: u64) -> Pubkey {
        addresses::epoch(&self.vault.address, number)
    }

    fn wallet(&self, mint: &Pubkey, program: &Pubkey) -> Pubkey {
        let seeds: [&[u8]; 3] = [self.owner.as_ref(), program.as_ref(), mint.as_ref()];
        Pubkey::find_program_address(&seeds, &ASSOCIATED_TOKEN).0
    }

    fn wallet_open(&self, mint: &Pubkey, program: &Pubkey) -> Instruction {
        let accounts = vec![
            AccountMeta::new(self.owner, true),
            AccountMeta::new(self.wallet(mint, program), false),
            AccountMeta::new_readonly(self.owner, false),
            AccountMeta::new_readonly(*mint, false),
            AccountMeta::new_readonly(SYSTEM, false),
            AccountMeta::new_readonly(*program, false),
        ];
        Instruction { program_id: ASSOCIATED_TOKEN, accounts, data: vec![CREATE_IDEMPOTENT] }
    }

    fn share_mint(&self) -> Pubkey {
        Self::key(&self.vault.vault.share_mint)
    }

    fn deposit(&self, amount_atoms: u64) -> Sent {
        let state = &self.vault.vault;
        let market = Self::key(&state.market);
        let holds_base = self.vault.kind.is_some_and(risk::vault::VaultKind::holds_base);
        let mint = Self::key(if holds_base { &self.market.base_mint } else { &self.market.quote_mint });
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
        let amount = decimal::trimmed(amount_atoms.into(), self.vault.decimals.into());
        let what = format!("{amount} wait for the turn of epoch {}", state.epoch.get());
        (what, vec![vec![accounts.instruction(calls::DepositArgs { amount_atoms })]])
    }

    fn withdraw(&self, shares: u64) -> Sent {
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
        let what = format!("{shares} share atoms wait for the turn of epoch {}", state.epoch.get());
        (what, vec![vec![accounts.instruction(calls::WithdrawRequestArgs { shares })]])
    }

    /// One transaction for each epoch that owes the owner something.
    fn claims(&self, connection: &Connection, ticket_id: u64) -> Result<Sent, Error> {
        let deposits = program_accounts::<Deposit>(connection, "Deposit", &abi::ids::VAULT)?;
        let withdrawals = program_accounts::<Withdrawal>(connection, "Withdrawal", &abi::ids::VAULT)?;
        let turned = |epoch: &&Epoch| epoch.state == EPOCH_SETTLED;
        let (mut sent, mut said) = (vec![], vec![]);
        for epoch in self.vault.epochs.iter().filter(turned) {
            let (number, address) = (epoch.number.get(), self.epoch(epoch.number.get()));
            let is_mine =
                |of: &abi::Address, owner: &abi::Address| *of == address.to_bytes() && *owner == self.owner.to_bytes();
            if epoch.deposits_refused == 0 && deposits.iter().any(|(_, found)| is_mine(&found.epoch, &found.owner)) {
                sent.push(vec![self.wallet_open(&self.share_mint(), &TOKEN_2022), self.deposit_claim(&address)]);
                said.push(format!("shares of epoch {number}"));
            }
            if withdrawals.iter().any(|(_, found)| is_mine(&found.epoch, &found.owner)) {
                let mints = [Self::key(&self.market.base_mint), Self::key(&self.market.quote_mint)];
                let mut step: Vec<_> = mints.iter().map(|mint| self.wallet_open(mint, &TOKEN)).collect();
                step.push(self.withdraw_claim(&address, ticket_id));
                sent.push(step);
                said.push(format!("payment of epoch {number}"));
            }
        }
        let what =
            if said.is_empty() { "nothing to claim".to_owned() } else { format!("claimed: {}", said.join(", ")) };
        Ok((what, sent))
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
