//! Two markets in use, and everything that the drills attack them with: on a local network, on programs whose time runs fast, or in a VM
//! in this process, on the programs as built for a public network, whose clock the drills move.

use crate::genesis::{SETTLERS, Site, config};
use crate::ground::{Ground, Network, Vm};
use crate::keeper::{Keeper, Says};
use client::{addresses, breaker, margin};
use localnet::Localnet;
use solana_account::Account;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use std::path::Path;
use testkit::{Actor, LOTS_PER_UNIT, Offer, Protocol, Quote, SOL, SourceAccount, Token, USDC, World, key, keypair};

pub const SPOT_E6: u64 = 150_000_000;
/// A tenth of each vault an hour and a quarter a day.
pub const HOUR_BPS: u16 = 1_000;
const DAY_BPS: u16 = 2_500;
const LIMITS: margin::CustodyLimits = margin::CustodyLimits {
    hour_bps: HOUR_BPS,
    day_bps: DAY_BPS,
    open_interest_cap_lots: 1_000_000,
    base_floor_atoms: SOL,
    quote_floor_atoms: USDC,
};
pub const GUARDIANS: [&str; 2] = ["guardian 0", "guardian 1"];
pub const MONITOR: &str = "monitor";
pub const COUNCIL: [&str; 7] =
    ["council 0", "council 1", "council 2", "council 3", "council 4", "council 5", "council 6"];
pub const NAMES: [&str; 2] = ["SOL/USDC", "BTC/USDC"];
/// Seconds from a market's listing to its first expiry, on a machine of any pace; and to its last.
const NEAR_S: i64 = 40;
const FAR_S: i64 = 3_600;
/// In the VM: the next 08:00 UTC, and that of a week later.
const DAY_S: i64 = 86_400;
const LISTED_S: i64 = 8 * 3_600;

/// A market and its people.
pub struct Market {
    pub protocol: Protocol,
    pub near_unix_s: i64,
    pub far_unix_s: i64,
    pub maker: Actor,
    /// Holds a hundred lots of the last expiry.
    pub taker: Actor,
    /// Most of what the vaults hold.
    pub whale: Actor,
    pub settlers: Vec<Actor>,
}

pub struct Arena {
    pub world: World,
    pub markets: [Market; 2],
    pub ground: Ground,
    nonce: u64,
    settled: usize,
}

impl Arena {
    /// On a network.
    pub fn network(root: &Path, site: &Site) -> Self {
        let net = Localnet::start(config(root, site)).unwrap_or_else(|error| panic!("{error}"));
        let url = net.rpc_url();
        let mut world = World::remote(&url);
        let protocols = protocols(&mut world);
        feeds_create(&mut world, &protocols);
        let keeper = Keeper::start(&url, protocols.each_ref().map(feeds));
        keeper.settle(&mut world);
        let now = world.unix_s();
        let expiries = [NEAR_S, FAR_S].map(|after| (now + after).div_euclid(10) * 10);
        Self::listed(world, protocols, expiries, Ground::Network(Box::new(Network::new(keeper, net))), site.settlers)
    }

    /// In a VM in this process.
    pub fn vm() -> Self {
        let mut world = World::lite().unmeasured();
        for name in [MONITOR].into_iter().chain(GUARDIANS) {
            world.rich(name);
        }
        let protocols = protocols(&mut world);
        let mut vm = Vm::new(protocols.each_ref().map(feeds));
        vm.publish(&mut world);
        feeds_create(&mut world, &protocols);
        vm.settle(&mut world);
        let next = world.unix_s().div_euclid(DAY_S) * DAY_S + LISTED_S;
        Self::listed(world, protocols, [next, next + 7 * DAY_S], Ground::Vm(Box::new(vm)), SETTLERS)
    }

    fn listed(mut world: World, protocols: [Protocol; 2], expiries: [i64; 2], ground: Ground, settlers: usize) -> Self {
        let markets = protocols.map(|protocol| market(&mut world, protocol, expiries, settlers));
        let mut arena = Self { world, markets, ground, nonce: 0, settled: 0 };
        arena.positions_open();
        arena
    }

    /// From now on the first market's sources say this.
    pub fn say(&mut self, says: Says) {
        self.ground.say(says);
    }

    /// Lets a moment pass.
    pub fn pass(&mut self) {
        self.ground.pass(&mut self.world);
    }

    /// Waits until the sources have spoken a few times more.
    pub fn settle(&mut self) {
        self.ground.settle(&mut self.world);
    }

    /// Positions in both markets, and one in the first expiry for each settler.
    fn positions_open(&mut self) {
        for at in 0..2 {
            let far = self.markets[at].far_unix_s;
            let fill = self.fill(at, Trader::Taker, far, abi::quote::SIDE_SELL, 100);
            self.send(&fill, at, Trader::Taker);
        }
        for settler in 0..self.markets[0].settlers.len() {
            let near = self.markets[0].near_unix_s;
            let fill = self.fill(0, Trader::Settler(settler), near, abi::quote::SIDE_SELL, 1);
            self.send(&fill, 0, Trader::Settler(settler));
        }
    }

    pub fn actor(&self, market: usize, who: Trader) -> &Actor {
        match who {
            Trader::Taker => &self.markets[market].taker,
            Trader::Settler(at) => &self.markets[market].settlers[at],
        }
    }

    fn send(&mut self, instructions: &[Instruction], market: usize, who: Trader) {
        let keypair = self.actor(market, who).keypair.insecure_clone();
        self.world.ok(instructions, &[&keypair]);
    }

    /// A fill of the maker's quote, which sells or buys a call at the money.
    pub fn fill(&mut self, market: usize, who: Trader, expiry_unix_s: i64, side: u8, lots: u64) -> [Instruction; 2] {
        self.nonce += 1;
        let nonce = self.nonce;
        let offer = Offer {
            expiry_unix_s,
            strike_e6: SPOT_E6,
            kind: abi::margin::KIND_CALL,
            side,
            price_e6: 5 * USDC,
            max_lots: lots,
            nonce,
        };
        let Market { protocol, maker, taker, settlers, .. } = &self.markets[market];
        let taker = match who {
            Trader::Taker => taker,
            Trader::Settler(at) => &settlers[at],
        };
        Quote::new(&mut self.world, protocol, maker, offer).fill(protocol, taker, maker, lots)
    }

    /// The next account of the first expiry that nobody has settled.
    pub fn settler_next(&mut self) -> Pubkey {
        let account = self.markets[0].settlers[self.settled].account;
        self.settled += 1;
        account
    }

    /// Every account of the second market: what a trip of the first must not touch. The feed is the keeper's.
    pub fn other_market(&mut self) -> Vec<Option<Account>> {
        let Market { protocol, maker, taker, whale, .. } = &self.markets[1];
        let addresses = [
            protocol.market,
            protocol.custody,
            protocol.base_tokens,
            protocol.quote_tokens,
            maker.account,
            taker.account,
            whale.account,
        ];
        addresses.iter().map(|address| self.world.account(address)).collect()
    }

    /// As [`Ground::restart`].
    pub fn restart(&mut self) -> Option<u64> {
        self.ground.restart(&mut self.world)
    }

    pub fn deployer(&self) -> Keypair {
        keypair("deployer")
    }
}

/// Whose account trades.
#[derive(Clone, Copy)]
pub enum Trader {
    Taker,
    Settler(usize),
}

pub fn guardians_set(authority: &Keypair) -> Instruction {
    let accounts = breaker::GuardiansSet {
        authority: authority.pubkey(),
        config: addresses::config(&breaker::ID),
        brake: addresses::brake(),
    };
    accounts.instruction(breaker::GuardiansSetArgs { guardians: GUARDIANS.map(key).to_vec() })
}

fn monitors_set(authority: &Keypair) -> Instruction {
    let accounts = breaker::MonitorsSet {
        authority: authority.pubkey(),
        config: addresses::config(&breaker::ID),
        brake: addresses::brake(),
    };
    accounts.instruction(breaker::MonitorsSetArgs { monitors: vec![key(MONITOR)] })
}

fn feeds(protocol: &Protocol) -> (Pubkey, [SourceAccount; 3]) {
    (protocol.feed, protocol.sources)
}

/// The protocol initialised, with its guardians and monitors, and the addresses of both markets.
fn protocols(world: &mut World) -> [Protocol; 2] {
    let both = NAMES.map(|name| protocol(world, name));
    let [sol, _] = &both;
    let configs = sol.configs(world);
    world.ok(&configs, &[&sol.deployer]);
    let named = [guardians_set(&sol.deployer), monitors_set(&sol.deployer)];
    world.ok(&named, &[&sol.deployer]);
    both
}

fn feeds_create(world: &mut World, protocols: &[Protocol; 2]) {
    for protocol in protocols {
        let create = protocol.feed_create(world);
        world.ok(&[create], &[&protocol.deployer]);
    }
}

/// Two mints and the addresses of a market to come.
fn protocol(world: &mut World, name: &str) -> Protocol {
    let symbol = addresses::symbol(name).expect("a short symbol");
    let base = Token::new(world, &format!("base of {name}"), 9);
    let quote = Token::new(world, &format!("quote of {name}"), 6);
    let market = addresses::market(&symbol);
    Protocol {
        deployer: keypair("deployer"),
        symbol,
        sources: SourceAccount::three(name),
        feed: addresses::feed(&symbol),
        market,
        custody: addresses::custody(&market),
        base_tokens: addresses::tokens(&market, &base.mint),
        quote_tokens: addresses::tokens(&market, &quote.mint),
        base,
        quote,
    }
}

/// Lists the market with two expiries, and lets people in.
fn market(world: &mut World, protocol: Protocol, expiries: [i64; 2], settlers: usize) -> Market {
    world.ok(&[market_create(world, &protocol)], &[&protocol.deployer]);
    let [near_unix_s, far_unix_s] = expiries;
    for expiry in expiries {
        protocol.expiry(world, expiry);
    }
    let name = String::from_utf8_lossy(&protocol.symbol[..3]).into_owned();
    let mut actor = |who: &str, base, quote| protocol.actor(world, &format!("{who} of {name}"), base, quote);
    let maker = actor("maker", 100 * SOL, 100_000 * USDC);
    let taker = actor("taker", 0, 20_000 * USDC);
    let whale = actor("whale", 900 * SOL, 880_000 * USDC);
    let settlers = if protocol.market == addresses::market(&addresses::symbol(NAMES[0]).expect("a symbol")) {
        (0..settlers).map(|at| actor(&format!("settler {at}"), 0, 100 * USDC)).collect()
    } else {
        vec![]
    };
    Market { protocol, near_unix_s, far_unix_s, maker, taker, whale, settlers }
}

fn market_create(world: &World, protocol: &Protocol) -> Instruction {
    let accounts = margin::MarketCreate {
        authority: protocol.deployer.pubkey(),
        payer: world.payer(),
        config: addresses::config(&margin::ID),
        market: protocol.market,
        feed: protocol.feed,
        base_mint: protocol.base.mint,
        quote_mint: protocol.quote.mint,
        custody: protocol.custody,
        base_tokens: protocol.base_tokens,
        quote_tokens: protocol.quote_tokens,
        breaker_program: breaker::ID,
    };
    accounts.instruction(margin::MarketCreateArgs {
        symbol: protocol.symbol,
        lots_per_unit: LOTS_PER_UNIT,
        strike_tick_e6: 5_000_000,
        taker_fee_bps: 3,
        maker_fee_bps: 1,
        limits: LIMITS,
    })
}
