//! Creates the global insurance fund of a quote token, with a custody of its own.
use super::market_create::{mint_decimals, QUOTE_DECIMALS};
use crate::custody::{self, BreakerProgram};
use crate::errors::MarginError;
use crate::events::{FundCreated, Stamp};
use crate::guard::{level_require, BRAKE};
use crate::state::{Config, Fund, MIN_READER, VERSION};
use abi::margin::FUND_SEED;
use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use breaker::LimitTerms;
use policy::Action;

/// The program's config, its PDA.
const CONFIG: Address = Address::new_from_array(abi::ids::MARGIN_CONFIG);

/// The same for every fund, as nobody administers one: wide enough for a day's draws and the stakers who leave beside them.
const LIMITS: LimitTerms = LimitTerms {
    hour_bps: 5_000,
    day_bps: 10_000,
    open_interest_cap_lots: 1,
    base_floor_atoms: 0,
    quote_floor_atoms: 0,
};

#[derive(Accounts)]
pub struct FundCreate {
    #[account(mut)]
    pub payer: Signer,
    /// Read in `mint_decimals`: the framework's own wrapper would refuse a foreign mint without saying why.
    #[account(constraint = mint.account().owned_by(token_program.address()) @ MarginError::MintOfAnotherProgram)]
    pub mint: UncheckedAccount,
    /// Counts the fund.
    #[account(mut, address = CONFIG @ MarginError::NotConfig)]
    pub config: Account<Config>,
    #[account(init, payer = payer, seeds = [FUND_SEED, mint.address().as_ref()], bump)]
    pub fund: Account<Fund>,
    /// The breaker counts the custody in it.
    #[account(mut, address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    /// These two are created by the breaker, which derives and checks their addresses.
    #[account(mut)]
    pub custody: UncheckedAccount,
    #[account(mut)]
    pub tokens: UncheckedAccount,
    pub token_program: Interface<'static, TokenInterface>,
    pub breaker_program: Program<BreakerProgram>,
    pub system_program: Program<System>,
}

impl FundCreate {
    /// Authority: anyone; a fund has no authority, and there is one for each token.
    /// Effects: an empty fund and its custody.
    /// Errors: `LevelForbids`, `MintOfAnotherProgram`, `QuoteDecimalsNotSix`; the address is taken (system program).
    pub fn fund_create(&mut self, bumps: &FundCreateBumps) -> Result<()> {
        let stamp = Stamp::now()?;
        level_require(self.brake.account(), Action::Listing, stamp.unix_s)?;
        require!(mint_decimals(&self.mint)? == QUOTE_DECIMALS, MarginError::QuoteDecimalsNotSix);
        self.config.root_opened()?;
        self.fund.version = VERSION;
        self.fund.min_reader = MIN_READER;
        self.fund.bump = bumps.fund;
        self.fund.mint = *self.mint.address();
        self.fund.custody = *self.custody.address();
        self.fund.tokens = *self.tokens.address();
        emit!(FundCreated {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.fund.next_seq()?,
            fund: *self.fund.address(),
            mint: self.fund.mint,
        });
        custody::fund_open(self, LIMITS, bumps.fund)
    }
}
