//! One market's accounts as they stand, with the sums over them, kept step by step.

use crate::action::Slot;
use crate::index::Index;
use crate::model::House;
use crate::quote::Signed;
use crate::stage::{Stage, VAULTS, WRITER};
use abi::breaker::{Brake, Custody};
use abi::margin::{Expiry, Fund, MarginAccount, Market};
use abi::oracle::{Feed, Surface};
use abi::{Layout, ids};
use client::addresses;
use invariants::{Account, Books, FundBooks, Scope};
use policy::{Level, brake_level, market_level};
use solana_account::{AccountSharedData, ReadableAccount};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;
use std::collections::HashMap;
use std::rc::Rc;
use testkit::{Failure, Outcome, World};

/// The programs whose accounts are watched.
const WATCHED: [abi::Address; 6] = [ids::MARGIN, ids::VAULT, ids::BREAKER, ids::ORACLE, ids::TOKEN, ids::TOKEN_2022];

/// A ticket that was issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketKey {
    pub house: House,
    pub id: u64,
}

/// A series that was wrapped in this life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wrap {
    pub time: i64,
    pub wrapped: Pubkey,
    pub mint: Pubkey,
}

impl Wrap {
    pub fn new(expiry: &Pubkey, time: i64, strike_e6: u64, kind: u8) -> Self {
        let wrapped = addresses::wrapped(expiry, strike_e6, kind);
        Self { time, wrapped, mint: addresses::wrapped_mint(&wrapped) }
    }

    /// Where a holder keeps tokens of it.
    pub fn wallet(&self, holder: &Pubkey) -> Pubkey {
        wallet_2022(&self.mint, holder)
    }
}

/// Where somebody keeps tokens of a mint of Token-2022.
pub fn wallet_2022(mint: &Pubkey, holder: &Pubkey) -> Pubkey {
    Pubkey::find_program_address(&[b"wallet", mint.as_ref(), holder.as_ref()], &ids::TOKEN_2022.into()).0
}

/// Bytes of a token account, and offset of the byte that says that it is in use.
const TOKEN_ACCOUNT_LEN: usize = 165;
const TOKEN_STATE_AT: usize = 108;
/// Offset of a mint's supply.
const SUPPLY_AT: usize = 36;

/// Gives somebody a wallet for a mint of Token-2022.
pub fn wallet_2022_open(world: &mut World, mint: &Pubkey, holder: &Pubkey) -> Pubkey {
    let address = wallet_2022(mint, holder);
    let mut data = vec![0; TOKEN_ACCOUNT_LEN];
    data[..32].copy_from_slice(mint.as_ref());
    data[32..64].copy_from_slice(holder.as_ref());
    data[TOKEN_STATE_AT] = 1;
    // As the runtime writes it of an account that pays no rent: else the first transaction that names it changes it.
    let (owner, rent_epoch) = (ids::TOKEN_2022.into(), u64::MAX);
    let account = solana_account::Account { lamports: 10_000_000, data, owner, executable: false, rent_epoch };
    world.set_account(&address, account);
    address
}

pub struct Chain {
    pub world: World,
    pub stage: Rc<Stage>,
    held: HashMap<Pubkey, AccountSharedData>,
    pub books: Books,
    pub fund_books: FundBooks,
    pub unix_s: i64,
    pub slot: u64,
    pub restart_slot: u64,
    /// Expiries listed in this life.
    pub listed: Vec<i64>,
    pub quotes: Vec<Signed>,
    pub tickets: Vec<TicketKey>,
    pub wraps: Vec<Wrap>,
    /// What bids were sealed with: epoch, owner and price.
    pub bids: Vec<(Pubkey, u8, u64)>,
    /// What every account would hold if nothing were rounded and no fee taken, in quote atoms times lots per unit.
    pub fair: HashMap<Pubkey, i128>,
    /// What an indexer knows from events alone.
    pub index: Index,
}

impl Chain {
    pub fn new(stage: Rc<Stage>, mut world: World) -> Self {
        let scope = Scope { market: stage.protocol.market.to_bytes(), custody: stage.protocol.custody.to_bytes() };
        let clock = world.clock();
        let mut chain = Self {
            held: watched(&world, &stage),
            books: Books::new(scope),
            fund_books: FundBooks::new(stage.fund.scope()),
            unix_s: clock.unix_timestamp,
            slot: clock.slot,
            restart_slot: 0,
            listed: vec![],
            quotes: vec![],
            tickets: vec![],
            wraps: vec![],
            bids: vec![],
            fair: HashMap::new(),
            index: Index::default(),
            world,
            stage,
        };
        (chain.books, chain.fund_books) = chain.sums();
        (chain.index.seq, chain.index.fund_seq) = (chain.market().seq.get(), chain.fund().seq.get());
        let lots_per_unit = i128::from(chain.market().lots_per_unit.get());
        let slots: Vec<Slot> = chain.stage.slots().chain(chain.stage.vault_slots()).collect();
        for slot in slots {
            let address = chain.stage.account(slot);
            if let Some(held) = chain.margin_at(&address).copied() {
                chain.fair.insert(address, i128::from(held.quote_atoms.get()) * lots_per_unit);
                chain.index.known(address, &held);
            }
        }
        chain
    }

    /// The same once more: what happens to one does not happen to the other.
    pub fn fork(&self) -> Self {
        Self {
            world: self.world.fork(),
            stage: Rc::clone(&self.stage),
            held: self.held.clone(),
            books: self.books.clone(),
            fund_books: self.fund_books.clone(),
            listed: self.listed.clone(),
            quotes: self.quotes.clone(),
            tickets: self.tickets.clone(),
            wraps: self.wraps.clone(),
            bids: self.bids.clone(),
            fair: self.fair.clone(),
            index: self.index.clone(),
            ..*self
        }
    }

    /// The sums over every account there is, from nothing.
    pub fn sums(&self) -> (Books, FundBooks) {
        let (mut books, mut fund_books) = (Books::new(self.books.scope), FundBooks::new(self.fund_books.scope));
        for (address, account) in &self.held {
            books.add(&raw(address, account)).unwrap_or_else(|why| panic!("{address}: {why}"));
            fund_books.add(&raw(address, account));
        }
        (books, fund_books)
    }

    pub fn send(&mut self, instructions: &[Instruction]) -> Result<Outcome, Box<Failure>> {
        self.world.send(instructions, &[])
    }

    /// Moves the clock.
    pub fn wait(&mut self, seconds: i64, slots: u64) {
        self.world.advance_s(seconds);
        self.world.advance_slots(slots);
        (self.unix_s, self.slot) = (self.unix_s + seconds, self.slot + slots);
    }

    /// Takes in an account as it stands now. Returns what it was, if it changed.
    pub fn refresh(&mut self, address: &Pubkey) -> Result<Option<Option<AccountSharedData>>, String> {
        let now = self.world.peek(address).filter(|account| is_watched(&self.stage, address, account)).cloned();
        let before = self.held.get(address);
        if before == now.as_ref() {
            return Ok(None);
        }
        if let Some(before) = before {
            self.books.remove(&raw(address, before)).map_err(|why| format!("{address} before: {why}"))?;
            self.fund_books.remove(&raw(address, before));
        }
        if let Some(now) = &now {
            self.books.add(&raw(address, now)).map_err(|why| format!("{address}: {why}"))?;
            self.fund_books.add(&raw(address, now));
        }
        let before = match now {
            Some(now) => self.held.insert(*address, now),
            None => self.held.remove(address),
        };
        Ok(Some(before))
    }

    /// Whether the world's account is the one that was last taken in.
    pub fn is_held(&self, address: &Pubkey) -> bool {
        self.world.peek(address).filter(|account| is_watched(&self.stage, address, account)) == self.held.get(address)
    }

    /// Accounts that differ from what was taken in, over the whole world.
    pub fn strays(&self) -> Vec<Pubkey> {
        let world = watched(&self.world, &self.stage);
        let mut strays: Vec<Pubkey> =
            world.iter().filter(|(at, now)| self.held.get(at) != Some(now)).map(|(at, _)| *at).collect();
        strays.extend(self.held.keys().filter(|at| !world.contains_key(at)));
        strays
    }

    pub fn raw(&self, address: &Pubkey) -> Option<&AccountSharedData> {
        self.held.get(address)
    }

    pub fn exists(&self, address: &Pubkey) -> bool {
        self.held.contains_key(address)
    }

    pub fn layout<T: Layout>(&self, program: &abi::Address, address: &Pubkey) -> Option<&T> {
        let account = self.held.get(address)?;
        abi::read::<T>(&account.owner().to_bytes(), program, account.data()).ok()
    }

    pub fn market(&self) -> &Market {
        self.layout(&ids::MARGIN, &self.stage.protocol.market).expect("the market")
    }

    pub fn custody(&self) -> &Custody {
        self.custody_at(&self.stage.protocol.custody)
    }

    pub fn custody_at(&self, address: &Pubkey) -> &Custody {
        self.layout(&ids::BREAKER, address).expect("a custody")
    }

    pub fn fund(&self) -> &Fund {
        self.layout(&ids::MARGIN, &self.stage.fund.fund).expect("the fund")
    }

    pub fn brake(&self) -> &Brake {
        self.layout(&ids::BREAKER, &self.stage.brake).expect("the brake")
    }

    pub fn feed(&self) -> &Feed {
        self.layout(&ids::ORACLE, &self.stage.protocol.feed).expect("the feed")
    }

    pub fn account(&self, slot: Slot) -> Option<&MarginAccount> {
        self.margin_at(&self.stage.account(slot))
    }

    pub fn margin_at(&self, address: &Pubkey) -> Option<&MarginAccount> {
        self.layout(&ids::MARGIN, address)
    }

    pub fn expiry_key(&self, at: i64) -> Pubkey {
        addresses::expiry(&self.stage.protocol.market, at)
    }

    pub fn expiry(&self, at: i64) -> Option<&Expiry> {
        self.layout(&ids::MARGIN, &self.expiry_key(at))
    }

    pub fn expiries(&self) -> Vec<&Expiry> {
        self.listed.iter().filter_map(|at| self.expiry(*at)).collect()
    }

    pub fn surfaces(&self) -> Vec<&Surface> {
        let feed = self.stage.protocol.feed;
        self.listed.iter().filter_map(|at| self.layout(&ids::ORACLE, &addresses::surface(&feed, *at))).collect()
    }

    /// The quote of this number.
    pub fn quote(&self, id: u16) -> Option<&Signed> {
        self.quotes.iter().rev().find(|quote| quote.id == id)
    }

    /// Atoms in a token account.
    pub fn tokens(&self, address: &Pubkey) -> u64 {
        self.held.get(address).and_then(|account| abi::token::account_atoms(account.data())).unwrap_or(0)
    }

    /// Whether Token-2022 would mint to this account.
    pub fn takes(&self, wallet: &Pubkey, mint: &Pubkey) -> bool {
        self.held.get(wallet).is_some_and(|account| {
            let is_token = account.owner().to_bytes() == ids::TOKEN_2022 && account.data().len() == TOKEN_ACCOUNT_LEN;
            is_token && account.data().starts_with(mint.as_ref()) && account.data()[TOKEN_STATE_AT] == 1
        })
    }

    pub fn level(&self) -> Level {
        self.level_of(self.custody())
    }

    /// The level that a custody releases at.
    pub fn level_of(&self, custody: &Custody) -> Level {
        market_level(self.brake(), custody, self.unix_s)
    }

    /// Tokens of a mint in existence.
    pub fn supply(&self, mint: &Pubkey) -> u64 {
        let bytes = self.held.get(mint).and_then(|account| account.data().get(SUPPLY_AT..)?.first_chunk().copied());
        bytes.map_or(0, u64::from_le_bytes)
    }

    pub fn brake_level(&self) -> Level {
        brake_level(self.brake(), self.unix_s)
    }

    /// Owner and subaccounts of accounts that are open and somebody's own.
    pub fn open(&self) -> Vec<Slot> {
        self.stage.slots().filter(|slot| self.account(*slot).is_some()).collect()
    }

    /// The vaults' accounts as well: what others may do to an account they may do to these.
    pub fn everybody(&self) -> Vec<Slot> {
        self.open().into_iter().chain(self.stage.vault_slots()).collect()
    }

    /// Whether an account is one of a vault's two.
    pub fn is_vaults(&self, address: &Pubkey) -> bool {
        (0..VAULTS).map(|vault| self.stage.vault(vault)).any(|keys| [keys.trading, keys.escrow].contains(address))
    }

    /// Everything that a vault's invariants are about, of every vault.
    pub fn vault_accounts(&self) -> Vec<Account<'_>> {
        let stage = &self.stage;
        let named = (0..VAULTS)
            .map(|vault| stage.vault(vault))
            .flat_map(|keys| [keys.trading, keys.escrow, keys.share_mint, keys.share_tokens]);
        let mut accounts: Vec<Account<'_>> = named
            .chain([stage.protocol.market])
            .filter_map(|address| Some(raw(&address, self.held.get(&address)?)))
            .collect();
        let of_program = self.held.iter().filter(|(_, account)| account.owner().to_bytes() == ids::VAULT);
        accounts.extend(of_program.map(|(address, account)| raw(address, account)));
        accounts
    }
}

/// An account as the invariants take it.
pub fn raw<'a>(address: &Pubkey, account: &'a AccountSharedData) -> Account<'a> {
    Account { address: address.to_bytes(), owner: account.owner().to_bytes(), data: account.data() }
}

/// What stands for a vault is an owner as any other: who signs for it gets its rent.
fn is_watched(stage: &Stage, address: &Pubkey, account: &AccountSharedData) -> bool {
    WATCHED.contains(&account.owner().to_bytes()) && !account.data().is_empty() && *address != stage.actor(WRITER).key()
}

fn watched(world: &World, stage: &Stage) -> HashMap<Pubkey, AccountSharedData> {
    let everything = world.everything().into_iter().map(|(address, account)| (address, account.into()));
    everything.filter(|(address, account)| is_watched(stage, address, account)).collect()
}
