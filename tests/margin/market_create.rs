use crate::fixture::{ADDRESS_IN_USE, Desk, NOT_A_PROGRAM, SPOT, breaker_error, error};
use abi::breaker::Custody;
use abi::margin::Market;
use abi::oracle::Feed;
use client::{addresses, breaker, margin};
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_program_pack::Pack;
use solana_pubkey::Pubkey;
use spl_token_interface::state;
use testkit::{GENESIS_HASH, Protocol, Substitutions, Token, World, key, keypair};

/// A protocol whose market "BTC/USDC" has a feed, and is yet to be created.
struct Listing {
    desk: Desk,
    new: Protocol,
}

impl Listing {
    fn new() -> Self {
        let mut desk = Desk::new();
        let symbol = addresses::symbol("BTC/USDC").unwrap();
        let (base, quote) = (Token::new(&mut desk.world, "BTC", 8), Token::new(&mut desk.world, "USD", 6));
        let market = addresses::market(&symbol);
        let new = Protocol {
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
        new.publish(&mut desk.world, SPOT);
        desk.world.ok(&[new.feed_create(&desk.world)], &[&new.deployer]);
        Self { desk, new }
    }

    fn world(&mut self) -> &mut World {
        &mut self.desk.world
    }

    fn args(&self) -> margin::MarketCreateArgs {
        margin::MarketCreateArgs {
            symbol: self.new.symbol,
            lots_per_unit: 1_000,
            strike_tick_e6: 1_000_000,
            taker_fee_bps: 3,
            maker_fee_bps: 1,
            limits: testkit::LIMITS,
        }
    }

    /// The call with other mints than the listing's.
    fn create(&self, base_mint: Pubkey, quote_mint: Pubkey, args: margin::MarketCreateArgs) -> Instruction {
        let accounts = margin::MarketCreate {
            authority: key("deployer"),
            payer: self.desk.world.payer(),
            config: addresses::config(&margin::ID),
            market: addresses::market(&args.symbol),
            feed: self.new.feed,
            base_mint,
            quote_mint,
            custody: self.new.custody,
            base_tokens: addresses::tokens(&self.new.market, &base_mint),
            quote_tokens: addresses::tokens(&self.new.market, &quote_mint),
            breaker_program: breaker::ID,
        };
        accounts.instruction(args)
    }

    fn with(&self, args: margin::MarketCreateArgs) -> Instruction {
        self.create(self.new.base.mint, self.new.quote.mint, args)
    }

    fn fail(&mut self, create: Instruction, name: &str) {
        self.world().fail(&[create], &[&keypair("deployer")], error(name));
    }
}

#[test]
fn market_create_opens_custody_and_vaults() {
    let mut listing = Listing::new();
    let create = listing.with(listing.args());
    listing.world().ok(&[create], &[&keypair("deployer")]);
    let (market, custody) = (listing.new.market, listing.new.custody);
    let state: Market = listing.world().read(abi::ids::MARGIN, &market);
    assert_eq!((state.version, state.min_reader, state.rules_version), (1, 1, 1));
    assert_eq!((state.base_decimals, state.quote_decimals), (8, 6));
    assert_eq!((state.lots_per_unit.get(), state.strike_tick_e6.get()), (1_000, 1_000_000));
    assert_eq!((state.taker_fee_bps.get(), state.maker_fee_bps.get()), (3, 1));
    assert_eq!((state.genesis_hash, state.time_divisor.get()), (GENESIS_HASH, 1));
    assert_eq!(state.feed, listing.new.feed.to_bytes());
    assert_eq!(
        (state.base_mint, state.quote_mint),
        (listing.new.base.mint.to_bytes(), listing.new.quote.mint.to_bytes())
    );
    assert_eq!((state.quote_balances_atoms.get(), state.base_balances_atoms.get(), state.seq.get()), (0, 0, 1));

    let controlled: Custody = listing.world().read(abi::ids::BREAKER, &custody);
    assert_eq!(controlled.controller, market.to_bytes());
    for (tokens, mint) in [(state.base_tokens, state.base_mint), (state.quote_tokens, state.quote_mint)] {
        let vault = listing.world().account(&tokens.into()).expect("a token vault");
        let vault = state::Account::unpack(&vault.data).unwrap();
        assert_eq!((vault.owner.to_bytes(), vault.mint.to_bytes(), vault.amount), (custody.to_bytes(), mint, 0));
    }
}

#[test]
fn market_create_twice_fails() {
    let mut listing = Listing::new();
    let create = listing.with(listing.args());
    listing.world().ok(std::slice::from_ref(&create), &[&keypair("deployer")]);
    listing.world().fail(&[create], &[&keypair("deployer")], ADDRESS_IN_USE);
}

#[test]
fn market_create_out_of_bounds_fails_by_name() {
    let mut listing = Listing::new();
    let good = listing.args();
    let cases = [
        (margin::MarketCreateArgs { lots_per_unit: 0, ..good.clone() }, "LotsPerUnitOutOfBounds"),
        (margin::MarketCreateArgs { lots_per_unit: 1_000_001, ..good.clone() }, "LotsPerUnitOutOfBounds"),
        (margin::MarketCreateArgs { strike_tick_e6: 0, ..good.clone() }, "StrikeTickOutOfBounds"),
        (margin::MarketCreateArgs { strike_tick_e6: u64::MAX, ..good.clone() }, "StrikeTickOutOfBounds"),
        (margin::MarketCreateArgs { taker_fee_bps: 101, ..good.clone() }, "FeeOutOfBounds"),
        (margin::MarketCreateArgs { maker_fee_bps: 101, ..good.clone() }, "FeeOutOfBounds"),
        (margin::MarketCreateArgs { symbol: addresses::symbol("ETH/USDC").unwrap(), ..good.clone() }, "SymbolMismatch"),
    ];
    for (args, name) in cases {
        let create = listing.with(args);
        listing.fail(create, name);
    }
    let limits = testkit::LIMITS;
    let cases = [
        (margin::CustodyLimits { hour_bps: 0, ..limits.clone() }, "WindowOutOfBounds"),
        (margin::CustodyLimits { day_bps: 999, ..limits.clone() }, "WindowOutOfBounds"),
        (margin::CustodyLimits { hour_bps: 100, day_bps: 2_401, ..limits.clone() }, "WindowOutOfBounds"),
        (margin::CustodyLimits { day_bps: 10_001, ..limits.clone() }, "WindowOutOfBounds"),
        (margin::CustodyLimits { open_interest_cap_lots: 0, ..limits }, "OpenInterestCapZero"),
    ];
    for (limits, name) in cases {
        let create = listing.with(margin::MarketCreateArgs { limits, ..listing.args() });
        listing.world().fail(&[create], &[&keypair("deployer")], breaker_error(name));
    }
}

#[test]
fn market_create_with_unsuitable_mints_fails_by_name() {
    let mut listing = Listing::new();
    let args = listing.args();
    let (base, quote) = (listing.new.base.mint, listing.new.quote.mint);
    let fine = Token::new(listing.world(), "13 decimals", 13).mint;
    let mut same = listing.create(base, base, args.clone());
    // Two vaults at one address would be refused before the program looks at the mints.
    same.accounts[10].pubkey = listing.new.quote_tokens;
    listing.fail(same, "MintsEqual");
    let cases = [(quote, base, "QuoteDecimalsNotSix"), (fine, quote, "BaseDecimalsTooMany")];
    for (base_mint, quote_mint, name) in cases {
        let create = listing.create(base_mint, quote_mint, args.clone());
        listing.fail(create, name);
    }
    // The same bytes under another program.
    let mut mint = listing.world().account(&base).unwrap();
    mint.owner = key("another token program");
    listing.world().set_account(&key("foreign mint"), mint);
    let create = listing.create(key("foreign mint"), quote, args);
    listing.fail(create, "MintOfAnotherProgram");
}

#[test]
fn market_create_with_unnamed_feed_fails_symbol_mismatch() {
    let mut listing = Listing::new();
    let feed = listing.new.feed;
    listing.world().edit::<Feed>(&feed, |feed| feed.symbol = [0; 16]);
    let create = listing.with(margin::MarketCreateArgs { symbol: [0; 16], ..listing.args() });
    listing.fail(create, "SymbolMismatch");
}

#[test]
fn market_create_at_close_only_fails_level_forbids() {
    let mut listing = Listing::new();
    listing.desk.level(2);
    let create = listing.with(listing.args());
    listing.fail(create, "LevelForbids");
}

#[test]
fn market_create_with_wrong_accounts_fails() {
    let mut listing = Listing::new();
    let create = listing.with(listing.args());
    let first = &listing.desk.protocol;
    let mut fake = listing.desk.world.account(&listing.new.feed).unwrap();
    fake.owner = key("another oracle");
    listing.desk.world.set_account(&key("fake feed"), fake);
    let forged = addresses::config(&breaker::ID);
    Substitutions::of(create, margin::MarketCreate::ACCOUNTS, &[&keypair("deployer")])
        .stranger("authority", error("NotAuthority"))
        .any("payer", "whoever signs may pay")
        .stranger("config", InstructionError::AccountDataTooSmall)
        .wrong("config", forged, InstructionError::IllegalOwner)
        .stranger("market", InstructionError::InvalidSeeds)
        .stranger("feed", error("FeedUnreadable"))
        .wrong("feed", key("fake feed"), error("FeedUnreadable"))
        .wrong("feed", first.feed, error("SymbolMismatch"))
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("base_mint", error("MintOfAnotherProgram"))
        .wrong("base_mint", first.base_tokens, InstructionError::InvalidAccountData)
        .stranger("quote_mint", error("MintOfAnotherProgram"))
        .stranger("custody", InstructionError::InvalidSeeds)
        .wrong("custody", first.custody, InstructionError::InvalidSeeds)
        .stranger("base_tokens", InstructionError::InvalidSeeds)
        .wrong("base_tokens", first.base_tokens, InstructionError::InvalidSeeds)
        .stranger("quote_tokens", InstructionError::InvalidSeeds)
        .wrong("quote_tokens", first.quote_tokens, InstructionError::InvalidSeeds)
        .stranger("token_program", NOT_A_PROGRAM)
        .wrong("token_program", abi::ids::BREAKER.into(), InstructionError::IncorrectProgramId)
        .wrong("token_program", abi::ids::TOKEN_2022.into(), error("MintOfAnotherProgram"))
        .stranger("quote_token_program", NOT_A_PROGRAM)
        .wrong("quote_token_program", abi::ids::BREAKER.into(), InstructionError::IncorrectProgramId)
        .wrong("quote_token_program", abi::ids::TOKEN_2022.into(), error("MintOfAnotherProgram"))
        .stranger("breaker_program", NOT_A_PROGRAM)
        .wrong("breaker_program", abi::ids::TOKEN.into(), InstructionError::IncorrectProgramId)
        .stranger("system_program", NOT_A_PROGRAM)
        .wrong("system_program", abi::ids::TOKEN.into(), InstructionError::IncorrectProgramId)
        .run(&mut listing.desk.world);
}
