//! A market as the breaker reads one: raw accounts of margin and oracle, whose numbers the tests set.

use crate::fixture::Fixture;
use abi::Layout;
use abi::margin::Market;
use abi::oracle::Feed;
use client::{addresses, breaker as calls};
use solana_account::Account;
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{Token, World, key, keypair};

/// A custody with a base and a quote vault, its market and the market's feed, all as they should be.
pub struct Listed {
    pub custody: Pubkey,
    pub market: Pubkey,
    pub feed: Pubkey,
    pub base_tokens: Pubkey,
    pub quote_tokens: Pubkey,
}

/// An account of `program` that holds the layout `T` as `fill` leaves it.
fn raw<T: Layout>(world: &mut World, address: Pubkey, program: abi::Address, fill: impl FnOnce(&mut T)) {
    let mut data = vec![0; T::SPACE];
    data[..8].copy_from_slice(&T::DISCRIMINATOR);
    fill(abi::read_mut(&mut data).expect("an account of this layout"));
    world.set_account(&address, Account { lamports: 100_000_000, data, owner: program.into(), ..Account::default() });
}

impl Fixture {
    /// The market of this name: 1,000 base atoms and 1,000 quote atoms held, 1,000 and 900 owed; its feed is good.
    pub fn listed(&mut self, name: &str) -> Listed {
        let base = self.custody(name, &format!("base of {name}"));
        let quote = Token::new(&mut self.world, &format!("quote of {name}"), 6);
        let market = base.controller.pubkey();
        let open = self.tokens_open(market, quote.mint);
        self.world.ok(&[open], &[]);
        let quote_tokens = addresses::tokens(&market, &quote.mint);
        quote.mint_to(&mut self.world, &quote_tokens, 1_000);
        let (feed, now) = (key(&format!("feed of {name}")), self.world.unix_s());
        raw::<Market>(&mut self.world, market, abi::ids::MARGIN, |market| {
            (market.version, market.min_reader, market.feed) = (1, 1, feed.to_bytes());
            market.base_balances_atoms = 1_000.into();
            market.quote_balances_atoms = 800.into();
            market.insurance_atoms = 100.into();
            market.open_interest_lots = 1_000.into();
        });
        raw::<Feed>(&mut self.world, feed, abi::ids::ORACLE, |feed| {
            (feed.version, feed.min_reader) = (1, 1);
            (feed.price_e6, feed.ema_e6) = (1_000.into(), 1_000.into());
            (feed.variance_1h_e12, feed.variance_24h_e12) = (100.into(), 100.into());
            feed.refreshed_unix_s = now.into();
            feed.normal_samples = 10.into();
        });
        let (custody, base_tokens) = (base.address, base.tokens);
        Listed { custody, market, feed, base_tokens, quote_tokens }
    }

    pub fn market_edit(&mut self, listed: &Listed, change: impl FnOnce(&mut Market)) {
        self.world.edit::<Market>(&listed.market, change);
    }

    /// Changes the feed, as looked at now.
    pub fn feed_edit(&mut self, listed: &Listed, change: impl FnOnce(&mut Feed)) {
        let now = self.world.unix_s();
        self.world.edit::<Feed>(&listed.feed, |feed| {
            feed.refreshed_unix_s = now.into();
            change(feed);
        });
    }

    /// The market's own level now.
    pub fn market_level(&mut self, listed: &Listed) -> u8 {
        let (custody, now) = (self.custody_state(&listed.custody), self.world.unix_s());
        policy::custody_level(&custody, now).byte()
    }

    /// Puts the market at a level by an edit: what a council's relaxation would have left.
    pub fn market_level_put(&mut self, listed: &Listed, level: u8) {
        let now = self.world.unix_s();
        self.world.edit::<abi::breaker::Custody>(&listed.custody, |custody| {
            (custody.level, custody.cause, custody.expires_unix_s) = (level, 2, 0.into());
            (custody.tripped_unix_s, custody.evidence_unix_s) = (now.into(), now.into());
        });
    }

    /// Bytes of everything there is of a market.
    pub fn market_bytes(&mut self, listed: &Listed) -> Vec<Option<Account>> {
        let all = [listed.custody, listed.market, listed.feed, listed.base_tokens, listed.quote_tokens];
        all.map(|address| self.world.account(&address)).to_vec()
    }
}

/// A guardian's key that signs in the tests.
pub const GUARDIANS: [&str; 2] = ["guardian 0", "guardian 1"];

/// `trip_severity` of a market, the simplest proof to make and unmake.
pub fn trip_severity(listed: &Listed) -> Instruction {
    calls::TripSeverity { custody: listed.custody, market: listed.market, feed: listed.feed }.instruction()
}

pub fn guardian(number: usize) -> solana_keypair::Keypair {
    keypair(GUARDIANS[number])
}
