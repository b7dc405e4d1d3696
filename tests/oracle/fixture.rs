//! An initialised oracle and one feed over an account of each kind, whose bytes the tests write.

use abi::breaker::Brake;
use client::{addresses, breaker, oracle as calls};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{GENESIS_HASH, Publication, SourceAccount, World, key};

/// The system program refuses to create an account that exists.
pub const ACCOUNT_IN_USE: u32 = 0;
/// 156.797690, about what SOL cost once.
pub const PRICE_E6: u64 = 156_797_690;
pub const MIN_SOURCES: u8 = 2;
/// Two days, a day and a minute in seconds.
pub const SOURCE_DELAY_S: i64 = 48 * 3_600;
pub const DAY_S: i64 = 86_400;
pub const MINUTE_S: i64 = 60;

pub struct Fixture {
    pub world: World,
    pub authority: Keypair,
    pub config: Pubkey,
    pub sources: [SourceAccount; 3],
    pub symbol: [u8; 16],
    pub feed: Pubkey,
}

impl Fixture {
    /// The programs as deployed, the breaker's brake, and source accounts that publish now.
    pub fn bare() -> Self {
        Self::over(World::new())
    }

    fn over(mut world: World) -> Self {
        let symbol = addresses::symbol("SOL/USDC").expect("a short symbol");
        let mut fixture = Self {
            authority: world.rich("deployer"),
            world,
            config: addresses::config(&calls::ID),
            sources: SourceAccount::three("SOL/USD"),
            symbol,
            feed: addresses::feed(&symbol),
        };
        fixture.publish(PRICE_E6);
        let brake = fixture.breaker_init();
        fixture.world.ok(&[brake], &[&fixture.authority]);
        fixture
    }

    /// The config exists, no feed yet.
    pub fn ready() -> Self {
        let mut fixture = Self::bare();
        let init = fixture.config_init();
        fixture.world.ok(&[init], &[&fixture.authority]);
        fixture
    }

    /// Config and feed exist; no refresh yet.
    pub fn new() -> Self {
        Self::bare().with_feed()
    }

    /// As [`Fixture::new`], in the runtime for long runs; their inputs are random, so their units are no budgets.
    pub fn lite() -> Self {
        Self::over(World::lite().unmeasured()).with_feed()
    }

    fn with_feed(mut self) -> Self {
        let instructions = [self.config_init(), self.feed_create()];
        self.world.ok(&instructions, &[&self.authority]);
        self
    }

    /// A second feed over its own sources, all real.
    pub fn other_feed(&mut self) -> (Pubkey, [SourceAccount; 3]) {
        let (symbol, sources) =
            (addresses::symbol("ETH/USDC").expect("a short symbol"), SourceAccount::three("ETH/USD"));
        let publication = Publication::now(&mut self.world, PRICE_E6);
        for source in &sources {
            source.publish(&mut self.world, &publication);
        }
        let create = self.feed_create_of(symbol, MIN_SOURCES, &sources);
        self.world.ok(&[create], &[&self.authority]);
        (addresses::feed(&symbol), sources)
    }

    pub fn config_init(&self) -> Instruction {
        let accounts = calls::ConfigInit {
            payer: self.world.payer(),
            upgrade_authority: self.authority.pubkey(),
            program_data: addresses::program_data(&calls::ID),
            config: self.config,
        };
        let authority = self.authority.pubkey();
        accounts.instruction(calls::ConfigInitArgs { genesis_hash: GENESIS_HASH, authority })
    }

    fn breaker_init(&self) -> Instruction {
        let accounts = breaker::ConfigInit {
            payer: self.world.payer(),
            upgrade_authority: self.authority.pubkey(),
            program_data: addresses::program_data(&breaker::ID),
            config: addresses::config(&breaker::ID),
            brake: addresses::brake(),
        };
        let authority = self.authority.pubkey();
        accounts.instruction(breaker::ConfigInitArgs { genesis_hash: GENESIS_HASH, authority })
    }

    /// The feed over all three sources.
    pub fn feed_create(&self) -> Instruction {
        self.feed_create_of(self.symbol, MIN_SOURCES, &self.sources)
    }

    pub fn feed_create_of(&self, symbol: [u8; 16], min_sources: u8, sources: &[SourceAccount]) -> Instruction {
        let accounts = calls::FeedCreate {
            payer: self.world.payer(),
            authority: self.authority.pubkey(),
            config: self.config,
            feed: addresses::feed(&symbol),
        };
        let sources = sources.iter().map(|source| (source.address, source.feed_id));
        client::feeds::feed_create(&accounts, symbol, min_sources, sources)
    }

    pub fn feed_refresh(&self) -> Instruction {
        self.feed_refresh_of(&self.sources.map(|source| source.address))
    }

    pub fn feed_refresh_of(&self, sources: &[Pubkey]) -> Instruction {
        client::feeds::feed_refresh(self.feed, sources.iter().copied())
    }

    pub fn settlement(&self, expiry_unix_s: i64) -> Pubkey {
        addresses::settlement(&self.feed, expiry_unix_s)
    }

    pub fn settlement_finalise(&self, expiry_unix_s: i64) -> Instruction {
        let accounts = calls::SettlementFinalise {
            payer: self.world.payer(),
            feed: self.feed,
            settlement: self.settlement(expiry_unix_s),
        };
        accounts.instruction(calls::SettlementFinaliseArgs { expiry_unix_s })
    }

    /// `price_e6`, published now.
    pub fn publication(&mut self, price_e6: u64) -> Publication {
        Publication::now(&mut self.world, price_e6)
    }

    /// Every source publishes `price_e6` now.
    pub fn publish(&mut self, price_e6: u64) {
        self.publish_each([price_e6; 3]);
    }

    /// Each source publishes its own price now.
    pub fn publish_each(&mut self, prices_e6: [u64; 3]) {
        for (at, price_e6) in prices_e6.into_iter().enumerate() {
            let publication = self.publication(price_e6);
            self.sources[at].publish(&mut self.world, &publication);
        }
    }

    pub fn refresh(&mut self) {
        let refresh = self.feed_refresh();
        self.world.ok(&[refresh], &[]);
    }

    /// Publishes `price_e6` now, from all sources, and takes it into the feed, whose own average has had the time to follow.
    pub fn price(&mut self, price_e6: u64) {
        self.publish(price_e6);
        let feed = self.feed;
        self.world.edit(&feed, |feed: &mut abi::oracle::Feed| feed.ema_e6 = price_e6.into());
        self.refresh();
    }

    /// From now until `until_unix_s`, `price_e6` stands, refreshed every `step_s`.
    pub fn stand(&mut self, price_e6: u64, step_s: i64, until_unix_s: i64) {
        self.price(price_e6);
        while self.world.unix_s() < until_unix_s {
            let left_s = until_unix_s - self.world.unix_s();
            self.world.advance_s(step_s.min(left_s));
            self.price(price_e6);
        }
    }

    /// Sets the breaker's level as the council's doing, without an end.
    pub fn level(&mut self, level: u8) {
        self.world.edit::<Brake>(&addresses::brake(), |brake| (brake.level, brake.cause) = (level, 2));
    }

    /// Makes the key of this name one of the breaker's guardians.
    pub fn guardian(&mut self, name: &str) -> Keypair {
        let guardian = self.world.rich(name);
        self.world.edit::<Brake>(&addresses::brake(), |brake| {
            brake.guardian_count = 1;
            brake.guardians[0] = guardian.pubkey().to_bytes();
        });
        guardian
    }

    /// A copy of an account, byte for byte, that belongs to another program.
    pub fn forged(&mut self, address: &Pubkey) -> Pubkey {
        let mut account = self.world.account(address).expect("an account to copy");
        account.owner = key("a program");
        let forged = key(&format!("forged {address}"));
        self.world.set_account(&forged, account);
        forged
    }

    pub fn feed_state(&mut self) -> abi::oracle::Feed {
        self.world.read(abi::ids::ORACLE, &self.feed)
    }
}

/// Code of one of the oracle's errors.
pub fn error(name: &str) -> u32 {
    let found = calls::ERRORS.iter().find(|(_, known, _)| *known == name);
    found.unwrap_or_else(|| panic!("no error `{name}`")).0
}
