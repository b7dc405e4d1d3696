//! A covered-call vault on a market in use, at each stage of its epoch.

use abi::ids;
use abi::margin::MarginAccount;
use abi::vault::{Epoch, Vault};
use client::vault::{self as calls, MandateArgs};
use client::{addresses, margin, oracle};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use testkit::{Actor, Protocol, SOL, Token, USDC, World, key};

pub const SPOT_E6: u64 = 100_000_000;
/// The mandate's tenth above spot, on the market's tick of five.
pub const STRIKE_E6: u64 = 110_000_000;
/// Half a percent of spot.
pub const RESERVE_E6: u64 = 500_000;
pub const AUCTION_S: i64 = 3_600;

/// The system program's code when an account to be created exists.
pub const ALREADY_IN_USE: u32 = 0;
pub const SYSTEM: Pubkey = Pubkey::new_from_array([0; 32]);
pub const TOKEN: Pubkey = Pubkey::new_from_array(ids::TOKEN);

pub const MANDATE: MandateArgs = MandateArgs {
    strike_distance_bps: 1_000,
    reserve_premium_bps: 50,
    auction_s: 3_600,
    epoch_s: 604_800,
    min_deposit_atoms: SOL,
    capacity_atoms: 100 * SOL,
};

/// Error codes of the program, by name.
pub fn code(name: &str) -> u32 {
    named(calls::ERRORS, name)
}

/// Error codes of margin, by name.
pub fn margin_code(name: &str) -> u32 {
    named(margin::ERRORS, name)
}

/// Error codes of the framework, by name.
pub fn framework_code(name: &str) -> u32 {
    named(client::framework::ERRORS, name)
}

pub fn named(errors: &[(u32, &str, &str)], name: &str) -> u32 {
    errors.iter().find(|(_, known, _)| *known == name).unwrap_or_else(|| panic!("no error {name}")).0
}

pub struct Stage {
    pub world: World,
    pub protocol: Protocol,
    pub deployer: Keypair,
    /// The vault under test, number 0, and another one of the same market.
    pub vault: VaultKeys,
    pub other: VaultKeys,
    pub expiry_unix_s: i64,
    pub expiry: Pubkey,
    /// Everybody with a margin account or tokens, for the sums.
    pub actors: Vec<Actor>,
}

/// A vault's addresses.
#[derive(Clone, Copy)]
pub struct VaultKeys {
    pub vault: Pubkey,
    pub trading: Pubkey,
    pub escrow: Pubkey,
}

impl VaultKeys {
    pub fn of(market: &Pubkey, id: u16) -> Self {
        let vault = addresses::vault(market, id);
        let account = |subaccount| addresses::margin_account(market, &vault, subaccount);
        Self { vault, trading: account(abi::vault::TRADING_SUBACCOUNT), escrow: account(abi::vault::ESCROW_SUBACCOUNT) }
    }
}

pub const ALICE: usize = 0;
pub const BOB: usize = 1;
pub const CAROL: usize = 2;
pub const DAVE: usize = 3;
pub const ERIN: usize = 4;

impl Stage {
    /// A market with a listed expiry, and the vault program before its config.
    pub fn bare() -> Self {
        Self::bare_on(World::new())
    }

    fn bare_on(mut world: World) -> Self {
        let protocol = Protocol::new(&mut world, SPOT_E6);
        let expiry_unix_s = protocol.expiry_unix_s(&mut world, 7);
        let expiry = protocol.expiry(&mut world, expiry_unix_s);
        let deployer = world.rich("deployer");
        let [vault, other] = [0, 1].map(|id| VaultKeys::of(&protocol.market, id));
        Self { world, protocol, deployer, vault, other, expiry_unix_s, expiry, actors: vec![] }
    }

    /// Two vaults with an open epoch each; two depositors with base, three bidders with quote.
    pub fn new() -> Self {
        Self::on(World::new())
    }

    /// As [`Stage::new`], in this world.
    pub fn on(world: World) -> Self {
        let mut stage = Self::bare_on(world);
        let init = stage.config_init();
        stage.world.ok(&[init], &[&stage.deployer]);
        let creates = [0, 1].map(|id| stage.vault_create(id, MANDATE));
        for create in creates {
            stage.world.ok(&[create], &[&stage.deployer]);
        }
        for name in ["alice", "bob"] {
            let actor = stage.protocol.actor(&mut stage.world, name, 50 * SOL, 0);
            stage.actors.push(actor);
        }
        for name in ["carol", "dave", "erin"] {
            let actor = stage.protocol.actor(&mut stage.world, name, 0, 1_000 * USDC);
            stage.actors.push(actor);
        }
        stage
    }

    /// 3.55 SOL deposited by two.
    pub fn deposited() -> Self {
        let mut stage = Self::new();
        stage.do_deposit(ALICE, 2 * SOL);
        stage.do_deposit(BOB, 1_550_000_007);
        stage
    }

    /// The auction of 35 lots open.
    pub fn auctioning() -> Self {
        let mut stage = Self::deposited();
        let open = stage.auction_open();
        stage.world.ok(&[open], &[]);
        stage
    }

    /// Carol's is the best of two bids, for 40 lots, and the auction is over.
    pub fn auction_over() -> Self {
        let mut stage = Self::auctioning();
        stage.do_bid(CAROL, 40, 1_200_000);
        stage.do_bid(DAVE, 10, 900_000);
        stage.end_auction();
        stage
    }

    /// Cleared: 35 lots sold to Carol.
    pub fn live() -> Self {
        let mut stage = Self::auction_over();
        stage.do_clear(CAROL);
        stage
    }

    /// Expired at `price_e6`, the vault's position settled.
    pub fn expired(price_e6: u64) -> Self {
        let mut stage = Self::live();
        stage.expire(price_e6);
        let settle = stage.account_settle(stage.vault.trading);
        stage.world.ok(&[settle], &[]);
        stage
    }

    pub fn actor(&self, who: usize) -> &Actor {
        &self.actors[who]
    }

    pub fn epoch_key(&self, number: u64) -> Pubkey {
        addresses::epoch(&self.vault.vault, number)
    }

    pub fn deposit_key(&self, who: usize, number: u64) -> Pubkey {
        addresses::deposit(&self.epoch_key(number), &self.actor(who).key())
    }

    pub fn bid_key(&self, who: usize, number: u64) -> Pubkey {
        addresses::bid(&self.epoch_key(number), &self.actor(who).key())
    }

    pub fn vault_state(&mut self) -> Vault {
        self.world.read(ids::VAULT, &self.vault.vault)
    }

    pub fn epoch(&mut self, number: u64) -> Epoch {
        let epoch = self.epoch_key(number);
        self.world.read(ids::VAULT, &epoch)
    }

    pub fn trading(&mut self) -> MarginAccount {
        self.world.read(ids::MARGIN, &self.vault.trading)
    }

    pub fn escrow(&mut self) -> MarginAccount {
        self.world.read(ids::MARGIN, &self.vault.escrow)
    }

    pub fn base_of(&mut self, who: usize) -> u64 {
        let tokens = self.actor(who).base_tokens;
        Token::balance(&mut self.world, &tokens)
    }

    pub fn quote_of(&mut self, who: usize) -> u64 {
        let tokens = self.actor(who).quote_tokens;
        Token::balance(&mut self.world, &tokens)
    }

    /// Another market's account: the same bytes at another address.
    pub fn other_market(&mut self) -> Pubkey {
        self.twin(self.protocol.market, "other market")
    }

    /// Copies an account to another address: right owner, right kind, wrong instance.
    pub fn twin(&mut self, of: Pubkey, name: &str) -> Pubkey {
        let account = self.world.account(&of).expect("an account to copy");
        let address = key(name);
        self.world.set_account(&address, account);
        address
    }

    pub fn do_deposit(&mut self, who: usize, amount_atoms: u64) {
        let deposit = self.deposit(who, 0, amount_atoms);
        self.world.ok(&[deposit], &[&self.actors[who].keypair]);
    }

    pub fn do_bid(&mut self, who: usize, lots: u64, price_e6: u64) {
        let bid = self.bid_place(who, lots, price_e6);
        self.world.ok(&[bid], &[&self.actors[who].keypair]);
    }

    /// Past the auction's end, with a fresh price.
    pub fn end_auction(&mut self) {
        self.world.advance_s(AUCTION_S);
        self.protocol.price(&mut self.world, SPOT_E6);
    }

    pub fn do_clear(&mut self, best: usize) {
        let clear = self.auction_clear(Some(best));
        self.world.ok(&[clear], &[]);
    }

    /// The last half hour at one price, the settlement fixed by oracle and margin.
    pub fn expire(&mut self, price_e6: u64) {
        self.world.set_unix_s(self.expiry_unix_s - 1_830);
        self.protocol.price(&mut self.world, price_e6);
        self.protocol.stand_s(&mut self.world, price_e6, 1_840);
        let (feed, expiry_unix_s) = (self.protocol.feed, self.expiry_unix_s);
        let settlement = addresses::settlement(&feed, expiry_unix_s);
        let finalise = oracle::SettlementFinalise { payer: self.world.payer(), feed, settlement };
        let finalise = finalise.instruction(oracle::SettlementFinaliseArgs { expiry_unix_s });
        let fix = margin::ExpirySettle { market: self.protocol.market, expiry: self.expiry, settlement };
        self.world.ok(&[finalise, fix.instruction()], &[]);
    }

    /// The brake at `level`, raised by the council.
    pub fn brake(&mut self, level: u8) {
        self.world.edit::<abi::breaker::Brake>(&addresses::brake(), |brake| {
            brake.level = level;
            brake.cause = 2;
        });
    }
}
