//! Creates a market of one underlying in one quote token, with its custody.
use crate::custody::{self, BreakerProgram};
use crate::errors::MarginError;
use crate::events::{MarketCreated, Stamp};
use crate::guard::{level_require, BRAKE};
use crate::state::{Config, Market, PortfolioParams, MIN_READER, VERSION};
use abi::margin::MARKET_SEED;
use abi::oracle::Feed;
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use anchor_spl::token_interface::{Mint, TokenInterface};
use breaker::LimitTerms;
use policy::Action;
use risk::fees::FEE_BPS_MAX;
use risk::portfolio::MarginParams;
use units::PriceE6;

/// Settlement rules that markets created now start with.
const RULES_VERSION: u8 = 1;
/// Prices are quote atoms at six decimals.
pub(super) const QUOTE_DECIMALS: u8 = 6;
const BASE_DECIMALS_MAX: u8 = 12;
const LOTS_PER_UNIT_MAX: u32 = 1_000_000;

pub struct MarketCreateArgs {
    pub symbol: [u8; 16],
    pub lots_per_unit: u32,
    pub strike_tick_e6: u64,
    pub taker_fee_bps: u16,
    pub maker_fee_bps: u16,
    pub limits: CustodyLimits,
}

/// What the breaker holds the market to: its own to check.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, IdlType)]
pub struct CustodyLimits {
    /// What may leave a token vault in an hour and in a day, in basis points of what it holds.
    pub hour_bps: u16,
    pub day_bps: u16,
    /// Open interest above this closes the market to new risk.
    pub open_interest_cap_lots: u64,
    /// No window is narrower than this: of the base vault, and of the quote vault.
    pub base_floor_atoms: u64,
    pub quote_floor_atoms: u64,
}

impl From<CustodyLimits> for LimitTerms {
    fn from(limits: CustodyLimits) -> Self {
        Self {
            hour_bps: limits.hour_bps,
            day_bps: limits.day_bps,
            open_interest_cap_lots: limits.open_interest_cap_lots,
            base_floor_atoms: limits.base_floor_atoms,
            quote_floor_atoms: limits.quote_floor_atoms,
        }
    }
}

#[derive(Accounts)]
#[instruction(symbol: [u8; 16])]
pub struct MarketCreate {
    pub authority: Signer,
    /// `dup`: a signer's view gives no access to data, so the authority may pay.
    #[account(unsafe(dup))]
    pub payer: Signer,
    #[account(mut, constraint = address_eq(&config.authority, authority.address()) @ MarginError::NotAuthority)]
    pub config: Account<Config>,
    #[account(init, payer = payer, seeds = [MARKET_SEED, symbol.as_ref()], bump)]
    pub market: Account<Market>,
    /// Checked in `validate`: the oracle's feed of the same symbol.
    pub feed: UncheckedAccount,
    /// The breaker counts the custody in it.
    #[account(mut, address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    /// Read in `mint_decimals`: the framework's own wrapper would refuse a foreign mint without saying why.
    #[account(constraint = base_mint.account().owned_by(token_program.address()) @ MarginError::MintOfAnotherProgram)]
    pub base_mint: UncheckedAccount,
    #[account(
        constraint = quote_mint.account().owned_by(quote_token_program.address()) @ MarginError::MintOfAnotherProgram
    )]
    pub quote_mint: UncheckedAccount,
    /// These three are created by the breaker, which derives and checks their addresses.
    #[account(mut)]
    pub custody: UncheckedAccount,
    #[account(mut)]
    pub base_tokens: UncheckedAccount,
    #[account(mut)]
    pub quote_tokens: UncheckedAccount,
    /// Of the base token; SPL Token or Token-2022, as the next one.
    pub token_program: Interface<'static, TokenInterface>,
    pub quote_token_program: Interface<'static, TokenInterface>,
    pub breaker_program: Program<BreakerProgram>,
    pub system_program: Program<System>,
}

impl MarketCreate {
    /// Authority: the config's authority.
    /// Effects: market, custody and two empty token vaults; the config counts the market.
    /// Errors: `NotAuthority`, `SymbolMismatch`, `FeedUnreadable`, `MintOfAnotherProgram`, `MintsEqual`, `QuoteDecimalsNotSix`, `BaseDecimalsTooMany`,
    /// `LotsPerUnitOutOfBounds`, `StrikeTickOutOfBounds`, `FeeOutOfBounds`, `LevelForbids`; the breaker's for the limits.
    fn validate(&self, args: &MarketCreateArgs, stamp: &Stamp) -> Result<()> {
        level_require(self.brake.account(), Action::Listing, stamp.unix_s)?;
        let feed = shared::read::<Feed, _>(self.feed.account(), &abi::ids::ORACLE, |_| MarginError::FeedUnreadable)?;
        require!(feed.symbol == args.symbol && args.symbol != [0; 16], MarginError::SymbolMismatch);
        require!(!address_eq(self.base_mint.address(), self.quote_mint.address()), MarginError::MintsEqual);
        require!(mint_decimals(&self.quote_mint)? == QUOTE_DECIMALS, MarginError::QuoteDecimalsNotSix);
        require!(mint_decimals(&self.base_mint)? <= BASE_DECIMALS_MAX, MarginError::BaseDecimalsTooMany);
        require!((1..=LOTS_PER_UNIT_MAX).contains(&args.lots_per_unit), MarginError::LotsPerUnitOutOfBounds);
        require!(PriceE6(args.strike_tick_e6).in_bounds(), MarginError::StrikeTickOutOfBounds);
        require!(args.taker_fee_bps <= FEE_BPS_MAX && args.maker_fee_bps <= FEE_BPS_MAX, MarginError::FeeOutOfBounds);
        Ok(())
    }

    pub fn market_create(&mut self, args: &MarketCreateArgs, bumps: &MarketCreateBumps) -> Result<()> {
        let stamp = Stamp::now()?;
        self.validate(args, &stamp)?;
        let markets = self.config.markets.get().checked_add(1).ok_or(MarginError::AmountOverflow)?;
        self.config.markets = markets.into();
        self.config.root_opened()?;
        self.market.version = VERSION;
        self.market.min_reader = MIN_READER;
        self.market.bump = bumps.market;
        self.market.rules_version = RULES_VERSION;
        self.market.base_decimals = mint_decimals(&self.base_mint)?;
        self.market.quote_decimals = QUOTE_DECIMALS;
        self.market.taker_fee_bps = args.taker_fee_bps.into();
        self.market.maker_fee_bps = args.maker_fee_bps.into();
        self.market.lots_per_unit = args.lots_per_unit.into();
        self.market.symbol = args.symbol;
        self.market.base_mint = *self.base_mint.address();
        self.market.quote_mint = *self.quote_mint.address();
        self.market.feed = *self.feed.address();
        self.market.custody = *self.custody.address();
        self.market.base_tokens = *self.base_tokens.address();
        self.market.quote_tokens = *self.quote_tokens.address();
        self.market.genesis_hash = self.config.genesis_hash;
        self.market.strike_tick_e6 = args.strike_tick_e6.into();
        self.market.time_divisor = self.config.time_divisor;
        self.market.portfolio = PortfolioParams::new(&MarginParams::DEFAULT);
        emit!(MarketCreated {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            market: *self.market.address(),
            symbol: args.symbol,
        });
        custody::open(self, args.limits.into(), bumps.market)
    }
}

pub(super) fn mint_decimals(mint: &UncheckedAccount) -> Result<u8> {
    Ok(Account::<Mint>::load(*mint.account())?.decimals())
}
