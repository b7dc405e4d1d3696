//! An initialised oracle and one feed over a Pyth account whose bytes the tests write.

use abi::pyth::{PriceUpdate, price_update_bytes};
use client::{addresses, oracle as calls};
use solana_account::Account;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{GENESIS_HASH, World, key};

/// The system program refuses to create an account that exists.
pub const ACCOUNT_IN_USE: u32 = 0;
pub const RECEIVER: Pubkey = Pubkey::new_from_array(abi::ids::PYTH_RECEIVER);
pub const RECEIVER_2: Pubkey = Pubkey::new_from_array(abi::ids::PYTH_RECEIVER_2);
pub const FEED_ID: [u8; 32] = [9; 32];
/// 156.79769099 with 0.16197271, as a real update once had it.
pub const PRICE: i64 = 15_679_769_099;
pub const CONFIDENCE: u64 = 16_197_271;
pub const PRICE_E6: u64 = 156_797_690;
pub const MAX_AGE_S: i64 = 30;

pub struct Fixture {
    pub world: World,
    pub authority: Keypair,
    pub config: Pubkey,
    pub source: Pubkey,
    pub symbol: [u8; 16],
    pub feed: Pubkey,
}

impl Fixture {
    /// The oracle as deployed, and a source account that publishes now.
    pub fn bare() -> Self {
        Self::over(World::new())
    }

    fn over(mut world: World) -> Self {
        let symbol = addresses::symbol("SOL/USDC").expect("a short symbol");
        let mut fixture = Self {
            authority: world.rich("deployer"),
            world,
            config: addresses::config(&calls::ID),
            source: key("pyth SOL/USD"),
            symbol,
            feed: addresses::feed(&symbol),
        };
        let update = fixture.update();
        fixture.publish(&update);
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
        let instructions = [self.config_init(), self.feed_create(self.terms())];
        self.world.ok(&instructions, &[&self.authority]);
        self
    }

    /// A second feed over its own source, both real.
    pub fn other_feed(&mut self) -> (Pubkey, Pubkey) {
        let symbol = addresses::symbol("ETH/USDC").expect("a short symbol");
        let (feed, source) = (addresses::feed(&symbol), key("pyth ETH/USD"));
        let account = self.world.account(&self.source).expect("the source");
        self.world.set_account(&source, account);
        let mut create = self.feed_create(calls::FeedCreateArgs { symbol, source_address: source, ..self.terms() });
        (create.accounts[3].pubkey, create.accounts[4].pubkey) = (source, feed);
        self.world.ok(&[create], &[&self.authority]);
        (feed, source)
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

    /// What the feed is created with.
    pub fn terms(&self) -> calls::FeedCreateArgs {
        calls::FeedCreateArgs {
            symbol: self.symbol,
            source_owner: RECEIVER,
            source_address: self.source,
            feed_id: FEED_ID,
            max_age_s: u32::try_from(MAX_AGE_S).expect("small"),
            max_confidence_bps: 100,
        }
    }

    pub fn feed_create(&self, terms: calls::FeedCreateArgs) -> Instruction {
        let accounts = calls::FeedCreate {
            payer: self.world.payer(),
            authority: self.authority.pubkey(),
            config: self.config,
            source: self.source,
            feed: addresses::feed(&terms.symbol),
        };
        accounts.instruction(terms)
    }

    pub fn feed_refresh(&self) -> Instruction {
        calls::FeedRefresh { feed: self.feed, source: self.source }.instruction()
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

    /// A fully verified update, published now.
    pub fn update(&mut self) -> PriceUpdate {
        let clock = self.world.clock();
        PriceUpdate {
            write_authority: key("pyth writer").to_bytes(),
            feed_id: FEED_ID,
            price: PRICE,
            confidence: CONFIDENCE,
            exponent: -8,
            published_unix_s: clock.unix_timestamp,
            previous_published_unix_s: clock.unix_timestamp - 1,
            ema_price: PRICE,
            ema_confidence: CONFIDENCE,
            posted_slot: clock.slot,
        }
    }

    pub fn publish(&mut self, update: &PriceUpdate) {
        self.publish_bytes(price_update_bytes(update).to_vec(), RECEIVER);
    }

    pub fn publish_bytes(&mut self, data: Vec<u8>, owner: Pubkey) {
        let account = Account { lamports: 10_000_000, data, owner, ..Account::default() };
        self.world.set_account(&self.source, account);
    }

    /// Publishes `price_e6` now and takes it into the feed.
    pub fn price(&mut self, price_e6: u64) {
        let price = i64::try_from(price_e6).expect("a price");
        let update = PriceUpdate { price, confidence: 0, exponent: -6, ..self.update() };
        self.publish(&update);
        self.world.ok(&[self.feed_refresh()], &[]);
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
