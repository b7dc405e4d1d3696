//! Addresses of every account, from the seeds in `abi`.

use abi::{breaker, config, governor, ids, margin, oracle, vault};
use solana_pubkey::Pubkey;

fn derive(program: &Pubkey, seeds: &[&[u8]]) -> Pubkey {
    Pubkey::find_program_address(seeds, program).0
}

/// The program of associated token accounts.
pub const ASSOCIATED_TOKEN: Pubkey = Pubkey::from_str_const("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");

/// The token account of a mint of `token_program` that everybody finds by its owner alone.
pub fn wallet(owner: &Pubkey, mint: &Pubkey, token_program: &Pubkey) -> Pubkey {
    derive(&ASSOCIATED_TOKEN, &[owner.as_ref(), token_program.as_ref(), mint.as_ref()])
}

/// A program's code account.
pub fn program_data(program: &Pubkey) -> Pubkey {
    derive(&ids::LOADER.into(), &[program.as_ref()])
}

/// The config of any program but the governor.
pub fn config(program: &Pubkey) -> Pubkey {
    derive(program, &[config::CONFIG_SEED])
}

/// A symbol as accounts hold it: zero-padded. `None` if it is longer than 16 bytes.
pub fn symbol(name: &str) -> Option<[u8; oracle::SYMBOL_LEN]> {
    let mut padded = [0; oracle::SYMBOL_LEN];
    padded.get_mut(..name.len())?.copy_from_slice(name.as_bytes());
    Some(padded)
}

pub fn feed(symbol: &[u8; oracle::SYMBOL_LEN]) -> Pubkey {
    derive(&ids::ORACLE.into(), &[oracle::FEED_SEED, symbol])
}

pub fn settlement(feed: &Pubkey, expiry_unix_s: i64) -> Pubkey {
    derive(&ids::ORACLE.into(), &[oracle::SETTLEMENT_SEED, feed.as_ref(), &expiry_unix_s.to_le_bytes()])
}

pub fn surface(feed: &Pubkey, expiry_unix_s: i64) -> Pubkey {
    derive(&ids::ORACLE.into(), &[oracle::SURFACE_SEED, feed.as_ref(), &expiry_unix_s.to_le_bytes()])
}

pub fn board(feed: &Pubkey) -> Pubkey {
    derive(&ids::ORACLE.into(), &[oracle::BOARD_SEED, feed.as_ref()])
}

pub fn brake() -> Pubkey {
    derive(&ids::BREAKER.into(), &[breaker::BRAKE_SEED])
}

pub fn custody(controller: &Pubkey) -> Pubkey {
    derive(&ids::BREAKER.into(), &[breaker::CUSTODY_SEED, controller.as_ref()])
}

pub fn tokens(controller: &Pubkey, mint: &Pubkey) -> Pubkey {
    derive(&ids::BREAKER.into(), &[breaker::TOKENS_SEED, controller.as_ref(), mint.as_ref()])
}

/// The ticket of this number on a token vault.
pub fn ticket(tokens: &Pubkey, id: u64) -> Pubkey {
    derive(&ids::BREAKER.into(), &[breaker::TICKET_SEED, tokens.as_ref(), &id.to_le_bytes()])
}

pub fn market(symbol: &[u8; oracle::SYMBOL_LEN]) -> Pubkey {
    derive(&ids::MARGIN.into(), &[margin::MARKET_SEED, symbol])
}

pub fn expiry(market: &Pubkey, expiry_unix_s: i64) -> Pubkey {
    derive(&ids::MARGIN.into(), &[margin::EXPIRY_SEED, market.as_ref(), &expiry_unix_s.to_le_bytes()])
}

pub fn margin_account(market: &Pubkey, owner: &Pubkey, subaccount: u16) -> Pubkey {
    derive(&ids::MARGIN.into(), &[margin::ACCOUNT_SEED, market.as_ref(), owner.as_ref(), &subaccount.to_le_bytes()])
}

pub fn quote_state(maker_account: &Pubkey, nonce: u64) -> Pubkey {
    derive(&ids::MARGIN.into(), &[margin::QUOTE_SEED, maker_account.as_ref(), &nonce.to_le_bytes()])
}

pub fn posted_quote(maker_account: &Pubkey, nonce: u64) -> Pubkey {
    derive(&ids::MARGIN.into(), &[margin::POSTED_SEED, maker_account.as_ref(), &nonce.to_le_bytes()])
}

/// A market's change of terms.
pub fn change(market: &Pubkey) -> Pubkey {
    derive(&ids::MARGIN.into(), &[margin::CHANGE_SEED, market.as_ref()])
}

/// A series whose longs are tokens.
pub fn wrapped(expiry: &Pubkey, strike_e6: u64, kind: u8) -> Pubkey {
    derive(&ids::MARGIN.into(), &[margin::WRAPPED_SEED, expiry.as_ref(), &strike_e6.to_le_bytes(), &[kind]])
}

/// The mint of a wrapped series.
pub fn wrapped_mint(wrapped: &Pubkey) -> Pubkey {
    derive(&ids::MARGIN.into(), &[margin::WRAPPED_MINT_SEED, wrapped.as_ref()])
}

pub fn liquidation(account: &Pubkey) -> Pubkey {
    derive(&ids::MARGIN.into(), &[margin::LIQUIDATION_SEED, account.as_ref()])
}

/// The global insurance fund of a quote token.
pub fn fund(mint: &Pubkey) -> Pubkey {
    derive(&ids::MARGIN.into(), &[margin::FUND_SEED, mint.as_ref()])
}

/// Somebody's stake in a fund.
pub fn stake(fund: &Pubkey, owner: &Pubkey) -> Pubkey {
    derive(&ids::MARGIN.into(), &[margin::STAKE_SEED, fund.as_ref(), owner.as_ref()])
}

pub fn vault(market: &Pubkey, id: u16) -> Pubkey {
    derive(&ids::VAULT.into(), &[vault::VAULT_SEED, market.as_ref(), &id.to_le_bytes()])
}

pub fn epoch(vault: &Pubkey, number: u64) -> Pubkey {
    derive(&ids::VAULT.into(), &[vault::EPOCH_SEED, vault.as_ref(), &number.to_le_bytes()])
}

pub fn deposit(epoch: &Pubkey, owner: &Pubkey) -> Pubkey {
    derive(&ids::VAULT.into(), &[vault::DEPOSIT_SEED, epoch.as_ref(), owner.as_ref()])
}

pub fn withdrawal(epoch: &Pubkey, owner: &Pubkey) -> Pubkey {
    derive(&ids::VAULT.into(), &[vault::WITHDRAWAL_SEED, epoch.as_ref(), owner.as_ref()])
}

/// The mint of a vault's shares, and the account in which shares wait.
pub fn share_mint(vault: &Pubkey) -> Pubkey {
    derive(&ids::VAULT.into(), &[vault::SHARES_SEED, vault.as_ref()])
}

pub fn share_tokens(vault: &Pubkey) -> Pubkey {
    derive(&ids::VAULT.into(), &[vault::SHARE_TOKENS_SEED, vault.as_ref()])
}

pub fn bid(epoch: &Pubkey, bidder: &Pubkey) -> Pubkey {
    derive(&ids::VAULT.into(), &[vault::BID_SEED, epoch.as_ref(), bidder.as_ref()])
}

/// The governor's accounts; `governor` is the program's id, as there are two.
pub fn council(governor: &Pubkey) -> Pubkey {
    derive(governor, &[governor::COUNCIL_SEED])
}

pub fn authority(governor: &Pubkey) -> Pubkey {
    derive(governor, &[governor::AUTHORITY_SEED])
}

pub fn proposal(governor: &Pubkey, id: u64) -> Pubkey {
    derive(governor, &[governor::PROPOSAL_SEED, &id.to_le_bytes()])
}

pub fn adoption(governor: &Pubkey, program: &Pubkey) -> Pubkey {
    derive(governor, &[governor::ADOPTION_SEED, program.as_ref()])
}

pub fn rollout(governor: &Pubkey, program: &Pubkey) -> Pubkey {
    derive(governor, &[governor::ROLLOUT_SEED, program.as_ref()])
}

/// A market's snapshot in a rollout's attempt of this number.
pub fn snapshot(governor: &Pubkey, market: &Pubkey, attempt: u64) -> Pubkey {
    derive(governor, &[governor::SNAPSHOT_SEED, market.as_ref(), &attempt.to_le_bytes()])
}

pub fn page(governor: &Pubkey, snapshot: &Pubkey, number: u32) -> Pubkey {
    derive(governor, &[governor::PAGE_SEED, snapshot.as_ref(), &number.to_le_bytes()])
}

/// Takes the bonds of upgrades that were rolled back.
pub fn insurance(governor: &Pubkey) -> Pubkey {
    derive(governor, &[governor::INSURANCE_SEED])
}
