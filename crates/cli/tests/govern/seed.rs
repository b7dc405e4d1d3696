//! A market as if people had traded in it: what the node holds at first.

use abi::{
    Layout,
    breaker::Custody,
    config,
    margin::{Expiry, KIND_CALL, MarginAccount, Market},
};
use bytemuck::Zeroable;
use cli::{
    deploy::buffer_address,
    keys::{PROGRAMS, local_key},
};
use client::addresses;
use solana_account::Account;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use std::{fs, path::Path};

const MARGIN: Pubkey = Pubkey::new_from_array(abi::ids::MARGIN);
const TOKEN_PROGRAM: Pubkey = Pubkey::new_from_array(abi::ids::TOKEN);
const SYMBOL: &str = "SOL/USDC";
/// The rent of the longest code, and what a command asks of a payer.
const LAMPORTS: u64 = 100_000_000_000;
/// Quote atoms and lots of each account: as many lots long as short.
const HOLDINGS: [(i64, i64); 3] = [(100_000, 10), (50_000, -10), (7_000, 0)];
const EXPIRY_UNIX_S: i64 = 4_102_444_800;
const STRIKE_E6: u64 = 150_000_000;
/// Bytes of a token account; offset of its balance, and of the byte that says it is initialised.
const TOKENS_LEN: usize = 165;
const BALANCE_AT: usize = 64;
const STATE_AT: usize = 108;

pub fn market() -> Pubkey {
    addresses::market(&symbol())
}

/// The market's margin accounts, by registry index.
pub fn accounts() -> [Pubkey; 3] {
    [1, 2, 3].map(|owner| addresses::margin_account(&market(), &Pubkey::new_from_array([owner; 32]), 0))
}

pub fn expiry_address() -> Pubkey {
    addresses::expiry(&market(), EXPIRY_UNIX_S)
}

/// Every account of it.
pub fn accounts_of_market() -> Vec<(Pubkey, Account)> {
    let config_address = addresses::config(&MARGIN);
    let mut all = vec![
        stored(config_address, MARGIN, bytes(&config(&config_address))),
        stored(market(), MARGIN, bytes(&market_state())),
        stored(expiry_address(), MARGIN, bytes(&expiry())),
        stored(addresses::custody(&market()), abi::ids::BREAKER.into(), bytes(&custody())),
    ];
    for (index, (address, holding)) in accounts().into_iter().zip(HOLDINGS).enumerate() {
        all.push(stored(address, MARGIN, bytes(&account(index, holding))));
    }
    for (mint, atoms) in [(mint(8), total()), (mint(9), 0)] {
        all.push(stored(addresses::tokens(&market(), &mint), TOKEN_PROGRAM, tokens(&mint, atoms)));
    }
    all
}

fn symbol() -> [u8; 16] {
    addresses::symbol(SYMBOL).unwrap()
}

/// 8 is the quote's, 9 the base's.
fn mint(byte: u8) -> Pubkey {
    Pubkey::new_from_array([byte; 32])
}

fn total() -> u64 {
    HOLDINGS.iter().map(|(quote_atoms, _)| quote_atoms.unsigned_abs()).sum()
}

fn bump(address: &Pubkey, seeds: &[&[u8]]) -> u8 {
    let (found, bump) = Pubkey::find_program_address(seeds, &MARGIN);
    assert_eq!(found, *address);
    bump
}

fn config(address: &Pubkey) -> config::Config {
    let mut config = config::Config::zeroed();
    (config.version, config.min_reader) = (1, 1);
    config.bump = bump(address, &[config::CONFIG_SEED]);
    config.time_divisor = 60_480.into();
    config.authority = local_key("deployer").pubkey().to_bytes();
    config.markets = 1.into();
    config.roots = 1.into();
    config
}

fn market_state() -> Market {
    let mut state = Market::zeroed();
    (state.version, state.min_reader, state.rules_version) = (1, 1, 1);
    state.symbol = symbol();
    state.bump = bump(&market(), &[abi::margin::MARKET_SEED, &symbol()]);
    state.quote_mint = mint(8).to_bytes();
    state.base_mint = mint(9).to_bytes();
    state.quote_tokens = addresses::tokens(&market(), &mint(8)).to_bytes();
    state.base_tokens = addresses::tokens(&market(), &mint(9)).to_bytes();
    state.custody = addresses::custody(&market()).to_bytes();
    state.quote_balances_atoms = i64::try_from(total()).unwrap().into();
    state.positive_balances_atoms = total().into();
    state.open_interest_lots = 10.into();
    state.accounts_opened = 3.into();
    // The expiry.
    state.records_open = 1.into();
    state.time_divisor = 1.into();
    state
}

/// One strike, its calls held by both sides.
fn expiry() -> Expiry {
    let mut expiry = Expiry::zeroed();
    (expiry.version, expiry.min_reader, expiry.rules_version, expiry.strike_count) = (1, 1, 1, 1);
    expiry.bump = bump(&expiry_address(), &[abi::margin::EXPIRY_SEED, market().as_ref(), &EXPIRY_UNIX_S.to_le_bytes()]);
    expiry.market = market().to_bytes();
    expiry.expiry_unix_s = EXPIRY_UNIX_S.into();
    expiry.strikes_e6[0] = STRIKE_E6.into();
    expiry.open_lots[0] = 10.into();
    expiry
}

fn custody() -> Custody {
    let mut custody = Custody::zeroed();
    (custody.version, custody.min_reader) = (1, 1);
    custody.controller = market().to_bytes();
    custody.limits.hour_bps = 1_000.into();
    custody.limits.day_bps = 2_500.into();
    custody.limits.open_interest_cap_lots = 1_000.into();
    for (vault, mint) in custody.vaults.iter_mut().zip([mint(9), mint(8)]) {
        vault.mint = mint.to_bytes();
        vault.tokens = addresses::tokens(&market(), &mint).to_bytes();
    }
    custody
}

fn account(index: usize, (quote_atoms, lots): (i64, i64)) -> MarginAccount {
    let mut account = MarginAccount::zeroed();
    (account.version, account.min_reader) = (1, 1);
    account.market = market().to_bytes();
    account.owner = [u8::try_from(index).unwrap() + 1; 32];
    account.bump =
        bump(&accounts()[index], &[abi::margin::ACCOUNT_SEED, market().as_ref(), &account.owner, &0_u16.to_le_bytes()]);
    account.index = u64::try_from(index).unwrap().into();
    account.quote_atoms = quote_atoms.into();
    if lots != 0 {
        account.positions[0].kind = KIND_CALL;
        account.positions[0].expiry_unix_s = EXPIRY_UNIX_S.into();
        account.positions[0].strike_e6 = STRIKE_E6.into();
        account.positions[0].lots = lots.into();
    }
    account
}

fn tokens(mint: &Pubkey, atoms: u64) -> Vec<u8> {
    let mut data = vec![0; TOKENS_LEN];
    data[..32].copy_from_slice(mint.as_ref());
    data[32..64].copy_from_slice(addresses::custody(&market()).as_ref());
    data[BALANCE_AT..BALANCE_AT + 8].copy_from_slice(&atoms.to_le_bytes());
    data[STATE_AT] = 1;
    data
}

fn bytes<T: Layout>(account: &T) -> Vec<u8> {
    let mut data = T::DISCRIMINATOR.to_vec();
    data.extend_from_slice(bytemuck::bytes_of(account));
    data
}

/// The six programs as a deployment leaves them, the deployer their authority, with a quarter more room.
pub fn programs(elves: &Path) -> Vec<(Pubkey, Account)> {
    let deployer = local_key("deployer").pubkey();
    let mut all = Vec::new();
    for program in &PROGRAMS {
        let elf = fs::read(elves.join(format!("{}.so", program.name))).unwrap();
        let address = addresses::program_data(&program.id);
        let state = [&2_u32.to_le_bytes()[..], address.as_ref()].concat();
        let (id, program) = stored(program.id, abi::ids::LOADER.into(), state);
        all.push((id, Account { executable: true, ..program }));
        let header = [&3_u32.to_le_bytes()[..], &[0; 8], &[1], deployer.as_ref()].concat();
        let room = vec![0; elf.len() / 4];
        all.push(stored(address, abi::ids::LOADER.into(), [header, elf, room].concat()));
    }
    all
}

/// Code that is in a buffer of this person's already: what `bastion` looks for before it writes.
pub fn buffer(person: &str, name: &str, elf: &[u8]) -> (Pubkey, Account) {
    let owner = local_key(person);
    let state = [&1_u32.to_le_bytes()[..], &[1], owner.pubkey().as_ref(), elf].concat();
    stored(buffer_address(&owner, name, elf), abi::ids::LOADER.into(), state)
}

/// Lamports of a person of the network.
pub fn purse(person: &str) -> (Pubkey, Account) {
    stored(local_key(person).pubkey(), Pubkey::default(), Vec::new())
}

fn stored(address: Pubkey, owner: Pubkey, data: Vec<u8>) -> (Pubkey, Account) {
    (address, Account { lamports: LAMPORTS, data, owner, executable: false, rent_epoch: u64::MAX })
}
