//! A protocol in use: configs, mints, one feed and one market, and actors with margin accounts.

use crate::tokens::with_token_programs;
use crate::{GENESIS_HASH, Publication, SourceAccount, Token, World, keypair};
use abi::oracle::Feed;
use client::{addresses, breaker, margin, oracle};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

/// One whole SOL and one whole USDC in atoms.
pub const SOL: u64 = 1_000_000_000;
pub const USDC: u64 = 1_000_000;
/// Lots in one SOL.
pub const LOTS_PER_UNIT: u32 = 10;
/// Sources that the feed asks for.
const MIN_SOURCES: u8 = 2;
const STRIKE_TICK_E6: u64 = 5_000_000;
const TAKER_FEE_BPS: u16 = 3;
const MAKER_FEE_BPS: u16 = 1;
/// A tenth of a vault an hour and a quarter a day, but floors above what any suite deposits: it is the suites of windows and queue that
/// lower them.
pub const LIMITS: margin::CustodyLimits = margin::CustodyLimits {
    hour_bps: 1_000,
    day_bps: 2_500,
    open_interest_cap_lots: 1_000_000_000,
    base_floor_atoms: 1_000_000 * SOL,
    quote_floor_atoms: 1_000_000_000 * USDC,
};

/// What every suite of margin, vault and bench starts from.
pub struct Protocol {
    /// Upgrade authority and, until handed over, authority of every config.
    pub deployer: Keypair,
    pub base: Token,
    pub quote: Token,
    pub symbol: [u8; 16],
    /// The accounts that the feed reads, one of each kind.
    pub sources: [SourceAccount; 3],
    pub feed: Pubkey,
    pub market: Pubkey,
    pub custody: Pubkey,
    pub base_tokens: Pubkey,
    pub quote_tokens: Pubkey,
}

/// Somebody with a margin account and token accounts of both mints.
pub struct Actor {
    pub keypair: Keypair,
    pub account: Pubkey,
    pub base_tokens: Pubkey,
    pub quote_tokens: Pubkey,
}

impl Actor {
    pub fn key(&self) -> Pubkey {
        self.keypair.pubkey()
    }
}

impl Protocol {
    /// Configs of oracle, breaker and margin, two mints, the feed "SOL/USDC" at `price_e6` and its market.
    pub fn new(world: &mut World, price_e6: u64) -> Self {
        let (base, quote) = (Token::new(world, "SOL", 9), Token::new(world, "USDC", 6));
        Self::with_tokens(world, price_e6, base, quote)
    }

    /// As [`Protocol::new`], with these tokens: base of nine decimals, quote of six.
    pub fn with_tokens(world: &mut World, price_e6: u64, base: Token, quote: Token) -> Self {
        let deployer = world.rich("deployer");
        let symbol = addresses::symbol("SOL/USDC").expect("a short symbol");
        let market = addresses::market(&symbol);
        let protocol = Self {
            sources: SourceAccount::three("SOL/USD"),
            feed: addresses::feed(&symbol),
            market,
            custody: addresses::custody(&market),
            base_tokens: addresses::tokens(&market, &base.mint),
            quote_tokens: addresses::tokens(&market, &quote.mint),
            deployer,
            base,
            quote,
            symbol,
        };
        protocol.publish(world, price_e6);
        let configs = protocol.configs(world);
        world.ok(&configs, &[&protocol.deployer]);
        world.ok(&[protocol.feed_create(world)], &[&protocol.deployer]);
        protocol.refresh(world);
        world.ok(&[protocol.market_create(world)], &[&protocol.deployer]);
        protocol
    }

    /// `config_init` of oracle, breaker and margin.
    pub fn configs(&self, world: &World) -> Vec<Instruction> {
        let payer = world.payer();
        let upgrade_authority = self.deployer.pubkey();
        let genesis_hash = GENESIS_HASH;
        let authority = upgrade_authority;
        let oracle = oracle::ConfigInit {
            payer,
            upgrade_authority,
            program_data: addresses::program_data(&oracle::ID),
            config: addresses::config(&oracle::ID),
        };
        let breaker = breaker::ConfigInit {
            payer,
            upgrade_authority,
            program_data: addresses::program_data(&breaker::ID),
            config: addresses::config(&breaker::ID),
            brake: addresses::brake(),
        };
        let margin = margin::ConfigInit {
            payer,
            upgrade_authority,
            program_data: addresses::program_data(&margin::ID),
            config: addresses::config(&margin::ID),
        };
        vec![
            oracle.instruction(oracle::ConfigInitArgs { genesis_hash, authority }),
            breaker.instruction(breaker::ConfigInitArgs { genesis_hash, authority }),
            margin.instruction(margin::ConfigInitArgs { genesis_hash, authority }),
        ]
    }

    pub fn feed_create(&self, world: &World) -> Instruction {
        let accounts = oracle::FeedCreate {
            payer: world.payer(),
            authority: self.deployer.pubkey(),
            config: addresses::config(&oracle::ID),
            feed: self.feed,
        };
        let sources = self.sources.map(|source| (source.address, source.feed_id));
        client::feeds::feed_create(&accounts, self.symbol, MIN_SOURCES, sources)
    }

    pub fn market_create(&self, world: &World) -> Instruction {
        let accounts = margin::MarketCreate {
            authority: self.deployer.pubkey(),
            payer: world.payer(),
            config: addresses::config(&margin::ID),
            market: self.market,
            feed: self.feed,
            base_mint: self.base.mint,
            quote_mint: self.quote.mint,
            custody: self.custody,
            base_tokens: self.base_tokens,
            quote_tokens: self.quote_tokens,
            breaker_program: breaker::ID,
        };
        let create = accounts.instruction(margin::MarketCreateArgs {
            symbol: self.symbol,
            lots_per_unit: LOTS_PER_UNIT,
            strike_tick_e6: STRIKE_TICK_E6,
            taker_fee_bps: TAKER_FEE_BPS,
            maker_fee_bps: MAKER_FEE_BPS,
            limits: LIMITS,
        });
        with_token_programs(create, &[&self.base, &self.quote])
    }

    /// Writes the source accounts as their programs would, published now.
    pub fn publish(&self, world: &mut World, price_e6: u64) {
        let publication = Publication::now(world, price_e6);
        for source in &self.sources {
            source.publish(world, &publication);
        }
    }

    pub fn feed_refresh(&self) -> Instruction {
        client::feeds::feed_refresh(self.feed, self.sources.map(|source| source.address))
    }

    pub fn refresh(&self, world: &mut World) {
        world.ok(&[self.feed_refresh()], &[]);
    }

    /// A new price, published and recorded now, as if the feed's average had had the time to follow it.
    pub fn price(&self, world: &mut World, price_e6: u64) {
        self.publish(world, price_e6);
        world.edit(&self.feed, |feed: &mut Feed| feed.ema_e6 = price_e6.into());
        self.refresh(world);
    }

    /// The price stands for `seconds`, refreshed every ten.
    pub fn stand_s(&self, world: &mut World, price_e6: u64, seconds: i64) {
        let mut left = seconds;
        while left > 0 {
            let step = left.min(10);
            world.advance_s(step);
            self.price(world, price_e6);
            left -= step;
        }
    }

    /// 08:00 UTC, `days` days after the day the world's clock shows.
    pub fn expiry_unix_s(&self, world: &mut World, days: i64) -> i64 {
        let day = world.unix_s().div_euclid(86_400);
        (day + days) * 86_400 + 8 * 3_600
    }

    /// Lists an expiry around the current price.
    pub fn expiry(&self, world: &mut World, expiry_unix_s: i64) -> Pubkey {
        let expiry = addresses::expiry(&self.market, expiry_unix_s);
        let accounts = margin::ExpiryCreate {
            payer: world.payer(),
            market: self.market,
            expiry,
            custody: self.custody,
            feed: self.feed,
        };
        world.ok(&[accounts.instruction(margin::ExpiryCreateArgs { expiry_unix_s })], &[]);
        expiry
    }

    /// An actor with an open margin account holding these atoms, and as many again in their wallet.
    pub fn actor(&self, world: &mut World, name: &str, base_atoms: u64, quote_atoms: u64) -> Actor {
        world.rich(name);
        let keypair = keypair(name);
        let owner = keypair.pubkey();
        let account = addresses::margin_account(&self.market, &owner, 0);
        let open = margin::AccountOpen { owner, payer: world.payer(), market: self.market, account };
        world.ok(&[open.instruction(margin::AccountOpenArgs { subaccount: 0 })], &[&keypair]);
        let actor = Actor {
            account,
            base_tokens: self.base.account(world, &owner, "wallet", base_atoms * 2),
            quote_tokens: self.quote.account(world, &owner, "wallet", quote_atoms * 2),
            keypair,
        };
        for (mint, atoms) in [(self.base.mint, base_atoms), (self.quote.mint, quote_atoms)] {
            if atoms > 0 {
                world.ok(&[self.deposit(&actor, mint, atoms)], &[&actor.keypair]);
            }
        }
        actor
    }

    /// `account_deposit` from the actor's wallet.
    pub fn deposit(&self, actor: &Actor, mint: Pubkey, amount: u64) -> Instruction {
        let accounts = margin::AccountDeposit {
            authority: actor.key(),
            market: self.market,
            account: actor.account,
            mint,
            source: self.wallet(actor, mint),
            tokens: addresses::tokens(&self.market, &mint),
        };
        with_token_programs(accounts.instruction(margin::AccountDepositArgs { amount }), &[self.token(mint)])
    }

    /// `account_withdraw` to the actor's wallet; what has to wait gets ticket number 1.
    pub fn withdraw(&self, actor: &Actor, mint: Pubkey, amount: u64) -> Instruction {
        self.withdraw_ticket(actor, mint, amount, 1)
    }

    /// As [`Protocol::withdraw`], with another ticket number.
    pub fn withdraw_ticket(&self, actor: &Actor, mint: Pubkey, amount: u64, ticket_id: u64) -> Instruction {
        let tokens = addresses::tokens(&self.market, &mint);
        let accounts = margin::AccountWithdraw {
            owner: actor.key(),
            market: self.market,
            account: actor.account,
            feed: self.feed,
            mint,
            custody: self.custody,
            tokens,
            destination: self.wallet(actor, mint),
            payer: actor.key(),
            ticket: addresses::ticket(&tokens, ticket_id),
            breaker_program: breaker::ID,
        };
        with_token_programs(
            accounts.instruction(margin::AccountWithdrawArgs { amount, ticket_id }),
            &[self.token(mint)],
        )
    }

    /// `ticket_claim` of the actor's ticket of this number, by anybody.
    pub fn ticket_claim(&self, actor: &Actor, mint: Pubkey, ticket_id: u64) -> Instruction {
        let tokens = addresses::tokens(&self.market, &mint);
        let accounts = breaker::TicketClaim {
            custody: self.custody,
            brake: addresses::brake(),
            ticket: addresses::ticket(&tokens, ticket_id),
            payer: actor.key(),
            tokens,
            mint,
            destination: self.wallet(actor, mint),
        };
        with_token_programs(accounts.instruction(), &[self.token(mint)])
    }

    fn token(&self, mint: Pubkey) -> &Token {
        if mint == self.base.mint { &self.base } else { &self.quote }
    }

    fn wallet(&self, actor: &Actor, mint: Pubkey) -> Pubkey {
        if mint == self.base.mint { actor.base_tokens } else { actor.quote_tokens }
    }
}
