//! A market with a maker and a taker, and the checks that every step must leave true.

use abi::breaker::{Brake, Custody};
use abi::margin::{Expiry, KIND_CALL, MODE_PORTFOLIO, MarginAccount, Market, QuoteState, Wrapped};
use abi::oracle::Feed;
use abi::quote::SIDE_SELL;
use abi::{Layout, ids};
use client::{WithRemaining, addresses, margin};
use invariants::{Account as Raw, Books, Scope};
use solana_account::Account;
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;
use testkit::{Actor, Offer, Outcome, Protocol, Quote, SOL, Token, USDC, World, key, keypair};
pub use testkit::{settlement_write, surface_write};

/// The price of every world here, and the strike at it.
pub const SPOT: u64 = 150 * USDC;

/// A market, one expiry, and two traders with 1,000 SOL and 1,000,000 USDC each.
pub struct Desk {
    pub world: World,
    pub protocol: Protocol,
    pub expiry_unix_s: i64,
    pub expiry: Pubkey,
    pub taker: Actor,
    pub maker: Actor,
    /// Further expiries.
    pub later: Vec<Pubkey>,
    /// Every account whose balances count towards the market's sums.
    pub accounts: Vec<Pubkey>,
    /// Every wrapped series that was opened.
    pub wrapped: Vec<Pubkey>,
}

impl Desk {
    pub fn new() -> Self {
        Self::on(World::new())
    }

    pub fn on(mut world: World) -> Self {
        let protocol = Protocol::new(&mut world, SPOT);
        Self::of(world, protocol)
    }

    pub fn of(mut world: World, protocol: Protocol) -> Self {
        let expiry_unix_s = protocol.expiry_unix_s(&mut world, 1);
        let expiry = protocol.expiry(&mut world, expiry_unix_s);
        let taker = protocol.actor(&mut world, "taker", 1_000 * SOL, 1_000_000 * USDC);
        let maker = protocol.actor(&mut world, "maker", 1_000 * SOL, 1_000_000 * USDC);
        let accounts = vec![taker.account, maker.account];
        Self { world, protocol, expiry_unix_s, expiry, taker, maker, later: vec![], accounts, wrapped: vec![] }
    }

    /// Lists another expiry, `days` days from now.
    pub fn list(&mut self, days: i64) -> i64 {
        let expiry_unix_s = self.protocol.expiry_unix_s(&mut self.world, days);
        let expiry = self.protocol.expiry(&mut self.world, expiry_unix_s);
        self.later.push(expiry);
        expiry_unix_s
    }

    /// Puts a surface of every listed expiry where the oracle would: 60 % at the money, with a smile, posted now.
    pub fn surfaces_put(&mut self) {
        for expiry in [self.expiry].into_iter().chain(self.later.clone()) {
            let listed: Expiry = self.world.read(ids::MARGIN, &expiry);
            surface_write(&mut self.world, &self.protocol.feed, listed.expiry_unix_s.get());
        }
    }

    /// Every listed expiry and its surface: what margin checks of portfolio accounts read.
    pub fn reads(&mut self) -> Vec<AccountMeta> {
        let mut metas = vec![];
        for expiry in [self.expiry].into_iter().chain(self.later.clone()) {
            let listed: Expiry = self.world.read(ids::MARGIN, &expiry);
            let surface = addresses::surface(&self.protocol.feed, listed.expiry_unix_s.get());
            metas.extend([AccountMeta::new(expiry, false), AccountMeta::new_readonly(surface, false)]);
        }
        metas
    }

    /// As [`Self::fill`], with everything that portfolio accounts need.
    pub fn fill_reading(&mut self, offer: Offer, lots: u64) -> [Instruction; 2] {
        let reads = self.reads();
        let [signature, mut fill] = self.fill(offer, lots);
        fill.accounts.truncate(margin::QuoteFill::ACCOUNTS.len());
        [signature, fill.with_remaining(reads)]
    }

    /// The feed's price, as if it had come there slowly.
    pub fn price_set(&mut self, price_e6: u64) {
        let (now, slot) = (self.world.unix_s(), self.world.clock().slot);
        self.world.edit::<Feed>(&self.protocol.feed, |feed| {
            (feed.price_e6, feed.stable_e6, feed.confidence_e6) = (price_e6.into(), price_e6.into(), 0.into());
            (feed.refreshed_unix_s, feed.refreshed_slot, feed.severity) = (now.into(), slot.into(), 0);
        });
    }

    /// Puts an account into portfolio mode, whatever its margin.
    pub fn portfolio(&mut self, account: Pubkey) {
        self.world.edit::<MarginAccount>(&account, |held| held.mode = MODE_PORTFOLIO);
    }

    /// A call at the money that the maker sells at 10 USDC, up to 100 lots.
    pub fn offer(&self) -> Offer {
        Offer {
            expiry_unix_s: self.expiry_unix_s,
            strike_e6: SPOT,
            kind: KIND_CALL,
            side: SIDE_SELL,
            price_e6: 10 * USDC,
            max_lots: 100,
            nonce: 1,
        }
    }

    pub fn quote(&mut self, offer: Offer) -> Quote {
        Quote::new(&mut self.world, &self.protocol, &self.maker, offer)
    }

    /// Signature and fill of `lots` of an offer by the taker.
    pub fn fill(&mut self, offer: Offer, lots: u64) -> [Instruction; 2] {
        let quote = self.quote(offer);
        quote.fill(&self.protocol, &self.taker, &self.maker, lots)
    }

    /// Fills `lots` of an offer and checks the books.
    pub fn filled(&mut self, offer: Offer, lots: u64) -> Outcome {
        let fill = self.fill(offer, lots);
        let outcome = self.world.ok(&fill, &[&self.taker.keypair]);
        self.check_books();
        outcome
    }

    /// Opens `count` positions in both accounts: calls sold by the maker, one strike after another.
    pub fn positions_open(&mut self, count: u64) {
        for at in 0..count {
            let offer = Offer { strike_e6: SPOT + at * 5 * USDC, nonce: 1_000 + at, ..self.offer() };
            self.filled(offer, 10);
        }
    }

    pub fn market(&mut self) -> Market {
        self.world.read(ids::MARGIN, &self.protocol.market)
    }

    pub fn expiry_state(&mut self) -> Expiry {
        self.world.read(ids::MARGIN, &self.expiry)
    }

    pub fn account(&mut self, account: Pubkey) -> MarginAccount {
        self.world.read(ids::MARGIN, &account)
    }

    pub fn taker_state(&mut self) -> MarginAccount {
        self.account(self.taker.account)
    }

    pub fn maker_state(&mut self) -> MarginAccount {
        self.account(self.maker.account)
    }

    pub fn quote_state(&mut self, nonce: u64) -> QuoteState {
        self.world.read(ids::MARGIN, &addresses::quote_state(&self.maker.account, nonce))
    }

    /// Sets the breaker's level as the council's doing, without an end.
    pub fn level(&mut self, level: u8) {
        self.world.edit::<Brake>(&addresses::brake(), |brake| (brake.level, brake.cause) = (level, 2));
    }

    /// Sets the market's own level, without an end.
    pub fn market_level(&mut self, level: u8) {
        let custody = self.protocol.custody;
        self.world.edit::<Custody>(&custody, |custody| (custody.level, custody.cause) = (level, 2));
    }

    /// Lets time pass to the expiry and puts the oracle's settlement where the oracle would.
    pub fn settlement_put(&mut self, price_e6: u64) -> Pubkey {
        let now = self.expiry_unix_s.max(self.world.unix_s());
        self.world.set_unix_s(now);
        settlement_write(&mut self.world, &self.protocol.feed, self.expiry_unix_s, price_e6)
    }

    pub fn expiry_settle(&self) -> Instruction {
        expiry_settle(&self.protocol, self.expiry_unix_s)
    }

    pub fn account_settle(&self, account: Pubkey) -> Instruction {
        let accounts = margin::AccountSettle { market: self.protocol.market, expiry: self.expiry, account };
        accounts.instruction()
    }

    /// Expiry reached, price fixed.
    pub fn settled(&mut self, price_e6: u64) {
        self.settlement_put(price_e6);
        let settle = self.expiry_settle();
        self.world.ok(&[settle], &[]);
        self.check_books();
    }

    /// INVARIANT(M-1) and INVARIANT(M-2), to the atom and the lot: what `invariants` says of the raw bytes of every account that counts.
    pub fn check_books(&mut self) {
        let (market, custody) = (self.protocol.market, self.protocol.custody);
        let scope = Scope { market: market.to_bytes(), custody: custody.to_bytes() };
        let mut counted = self.accounts.clone();
        counted.extend(self.accounts.iter().map(addresses::liquidation));
        counted.extend(&self.wrapped);
        let mut books = Books::new(scope);
        for address in counted {
            let Some(found) = self.world.account(&address) else { continue };
            let raw = Raw { address: address.to_bytes(), owner: found.owner.to_bytes(), data: &found.data };
            books.add(&raw).unwrap_or_else(|why| panic!("{address}: {why}"));
        }
        let custody: Custody = self.world.read(ids::BREAKER, &custody);
        // Tickets are held to their queue in the suites that issue them: here the queue's word is taken.
        books.queued_atoms = custody.vaults.map(|vault| vault.queue.unpaid_atoms.get().into());
        let tokens = [self.protocol.base_tokens, self.protocol.quote_tokens];
        let tokens_atoms = tokens.map(|tokens| Token::balance(&mut self.world, &tokens));
        let listed: Vec<Pubkey> = [self.expiry].into_iter().chain(self.later.clone()).collect();
        let listed: Vec<Pubkey> = listed
            .into_iter()
            .filter(|expiry| self.world.account(expiry).is_some_and(|held| held.lamports > 0))
            .collect();
        let expiries: Vec<Expiry> = listed.iter().map(|expiry| self.world.read(ids::MARGIN, expiry)).collect();
        let expiries: Vec<&Expiry> = expiries.iter().collect();
        let market = self.market();
        let held = invariants::Market { market: &market, custody: &custody, tokens_atoms, expiries: &expiries };
        assert_eq!(held.check(&books).unwrap_or_else(|broken| panic!("{broken}")), [0, 0], "tokens that nobody owns");
        self.check_supplies();
    }

    /// Holders may have burnt some of their tokens, and never hold more than the lots behind them.
    fn check_supplies(&mut self) {
        for address in self.wrapped.clone() {
            if self.world.account(&address).is_none_or(|held| held.lamports == 0) {
                continue;
            }
            let wrapped: Wrapped = self.world.read(ids::MARGIN, &address);
            let supply = Token::supply_of(&mut self.world, &Pubkey::from(wrapped.mint));
            assert!(supply <= wrapped.lots.get(), "{supply} tokens of {} lots", wrapped.lots.get());
        }
    }
}

impl Desk {
    /// Makes an account what a vault's escrow is: it takes no positions, and haircuts pass it by.
    pub fn segregate(&mut self, account: Pubkey) {
        let held = self.account(account).quote_atoms.get().max(0).unsigned_abs();
        self.world.edit::<MarginAccount>(&account, |account| account.segregated = 1);
        let market = self.protocol.market;
        self.world.edit::<Market>(&market, |market| {
            market.positive_balances_atoms = (market.positive_balances_atoms.get() - held).into();
        });
    }
}

/// Sets the quote balance of an account, and the sums with it, to a state that is long to reach.
pub fn quote_set(desk: &mut Desk, maker: bool, atoms: i64) {
    let account = if maker { desk.maker.account } else { desk.taker.account };
    let change = atoms - desk.account(account).quote_atoms.get();
    desk.world.edit::<MarginAccount>(&account, |held| held.quote_atoms = atoms.into());
    let market = desk.protocol.market;
    let before = atoms - change;
    desk.world.edit::<Market>(&market, |market| {
        market.quote_balances_atoms = (market.quote_balances_atoms.get() + change).into();
        let positive =
            market.positive_balances_atoms.get() + atoms.max(0).unsigned_abs() - before.max(0).unsigned_abs();
        market.positive_balances_atoms = positive.into();
    });
}

/// What a view of margin returned.
pub fn returned<T: bytemuck::Pod>(outcome: &Outcome) -> T {
    bytemuck::pod_read_unaligned(&outcome.returned_by(&margin::ID))
}

/// Code of a named error of margin.
pub fn error(name: &str) -> u32 {
    of(margin::ERRORS, name)
}

/// Code of a named error of the breaker.
pub fn breaker_error(name: &str) -> u32 {
    of(client::breaker::ERRORS, name)
}

/// The system program's code for an address that holds an account already.
pub const ADDRESS_IN_USE: u32 = 0;

/// SPL Token's own codes.
pub const TOKEN_INSUFFICIENT_FUNDS: u32 = 1;
pub const TOKEN_MINT_MISMATCH: u32 = 3;
pub const TOKEN_OWNER_MISMATCH: u32 = 4;

/// The framework's codes for a writable account passed twice, and for a program account that is none.
pub const DUPLICATE: u32 = 2040;
pub const NOT_A_PROGRAM: u32 = 2007;

fn of(errors: &[(u32, &str, &str)], name: &str) -> u32 {
    errors.iter().find(|(_, known, _)| *known == name).unwrap_or_else(|| panic!("no error {name}")).0
}

/// A second market of the same program, with a feed, an expiry and an account of its own: genuine, and wrong in every call of the first.
pub struct Elsewhere {
    pub protocol: Protocol,
    pub expiry: Pubkey,
    pub actor: Actor,
}

impl Elsewhere {
    pub fn new(desk: &mut Desk) -> Self {
        let world = &mut desk.world;
        let symbol = addresses::symbol("BTC/USDC").unwrap();
        let (base, quote) = (Token::new(world, "BTC", 8), Token::new(world, "USDC of BTC", 6));
        let market = addresses::market(&symbol);
        let protocol = Protocol {
            deployer: keypair("deployer"),
            symbol,
            sources: testkit::SourceAccount::three("BTC/USD"),
            feed: addresses::feed(&symbol),
            market,
            custody: addresses::custody(&market),
            base_tokens: addresses::tokens(&market, &base.mint),
            quote_tokens: addresses::tokens(&market, &quote.mint),
            base,
            quote,
        };
        protocol.publish(world, SPOT);
        world.ok(&[protocol.feed_create(world)], &[&protocol.deployer]);
        protocol.refresh(world);
        world.ok(&[protocol.market_create(world)], &[&protocol.deployer]);
        let expiry = protocol.expiry(world, desk.expiry_unix_s);
        let actor = protocol.actor(world, "elsewhere", 0, 1_000 * USDC);
        Self { protocol, expiry, actor }
    }
}

/// An account of the program, as long as a margin account, with the discriminator of another kind.
pub fn imposter(world: &mut World) -> Pubkey {
    let mut data = vec![0; MarginAccount::SPACE];
    data[..8].copy_from_slice(&Expiry::DISCRIMINATOR);
    let account = Account { lamports: 100_000_000, data, owner: ids::MARGIN.into(), ..Account::default() };
    world.set_account(&key("imposter"), account);
    key("imposter")
}

pub fn expiry_settle(protocol: &Protocol, expiry_unix_s: i64) -> Instruction {
    let accounts = margin::ExpirySettle {
        market: protocol.market,
        expiry: addresses::expiry(&protocol.market, expiry_unix_s),
        settlement: addresses::settlement(&protocol.feed, expiry_unix_s),
    };
    accounts.instruction()
}
