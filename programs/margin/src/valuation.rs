//! INVARIANT(M-5): an account's margin, in either mode: from what it holds and what the oracle says, and nothing that was computed before.
use crate::errors::MarginError;
use crate::portfolio_reads::{Need, PortfolioReads};
use crate::state::{Earlier, MarginAccount, Market};
use abi::margin::MODE_PORTFOLIO;
use anchor_lang::prelude::*;
use core::cell::OnceCell;
use risk::payoff::{Book, Position};
use risk::portfolio::{assess, Assessment, Portfolio, PortfolioError, Table};
use risk::standard::{initial_margin, maintenance_margin, Holdings};
use risk::CashError;
use units::{BaseAtoms, PriceE6, QuoteAtoms};

/// What an account is valued in: one market at one moment, and the accounts that the caller passed beyond the named ones.
pub struct Surroundings<'a> {
    pub market: &'a Market,
    pub market_address: &'a Address,
    /// Checked by the caller to be the market's.
    pub feed: &'a AccountView,
    /// The feed's price, as the caller read it.
    pub spot: PriceE6,
    pub others: &'a [AccountView],
    pub now_unix_s: i64,
    /// Built once for however many accounts are valued.
    table: OnceCell<Table>,
}

impl<'a> Surroundings<'a> {
    /// The market as an instruction holds it, with the accounts beyond its named ones.
    pub fn new(market: &'a Account<Market>, feed: &'a AccountView, others: &'a [AccountView]) -> Self {
        let (spot, now_unix_s) = (PriceE6::ZERO, 0);
        Self { market, market_address: market.address(), feed, spot, others, now_unix_s, table: OnceCell::new() }
    }

    pub fn at(self, spot: PriceE6, now_unix_s: i64) -> Self {
        Self { spot, now_unix_s, ..self }
    }

    /// The market's scenario table. Error: `MarginUncomputable`, if what is stored was never checked.
    #[inline(never)]
    pub fn table(&self) -> Result<&Table> {
        if self.table.get().is_none() {
            let table = Table::of_checked(&self.market.portfolio.to_risk());
            // The cell is empty, so nothing is refused.
            let _ = self.table.set(table.map_err(|_| MarginError::MarginUncomputable)?);
        }
        self.table.get().ok_or_else(|| MarginError::MarginUncomputable.into())
    }
}

/// Value, initial and maintenance margin of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    pub mtm: QuoteAtoms,
    pub im: QuoteAtoms,
    pub mm: QuoteAtoms,
}

/// The part of an account that margin depends on, now or as it was.
struct Held {
    quote: QuoteAtoms,
    base: BaseAtoms,
    positions: Vec<Position>,
}

impl MarginAccount {
    /// Initial margin. `instead`: as it was before a fill.
    pub fn initial_margin(
        &self,
        around: &Surroundings<'_>,
        need: Need,
        instead: Option<&Earlier>,
    ) -> Result<QuoteAtoms> {
        let held = self.held_at(around.market, instead)?;
        if self.mode == MODE_PORTFOLIO {
            return Ok(held.assess(around, need)?.im);
        }
        held.with_holdings(|holdings| initial_margin(holdings, around.spot, around.market.scale()))
    }

    /// Everything that a liquidation, or a reader, asks for.
    #[inline(never)]
    pub fn figures(&self, around: &Surroundings<'_>, need: Need) -> Result<Figures> {
        let held = self.held_at(around.market, None)?;
        if self.mode == MODE_PORTFOLIO {
            let Assessment { mtm, im, mm, .. } = held.assess(around, need)?;
            return Ok(Figures { mtm, im, mm });
        }
        held.standard(around)
    }

    /// As [`Self::figures`] in standard mode, whatever the account's.
    #[inline(never)]
    pub fn standard_figures(&self, around: &Surroundings<'_>) -> Result<Figures> {
        self.held_at(around.market, None)?.standard(around)
    }

    /// Shows `view` the account as portfolio margin reads it, whatever its mode.
    #[inline(never)]
    pub fn portfolio_view(
        &self,
        around: &Surroundings<'_>,
        view: impl FnOnce(&Portfolio<'_>, &risk::portfolio::Market) -> core::result::Result<(), PortfolioError>,
    ) -> Result<()> {
        let held = self.held_at(around.market, None)?;
        let reads = PortfolioReads::of(&held.positions, around, Need::Keep)?;
        let portfolio = Portfolio { quote: held.quote, base: held.base, expiries: &reads.expiries, legs: &reads.legs };
        view(&portfolio, &reads.market).map_err(|_| MarginError::MarginUncomputable.into())
    }

    fn held_at(&self, market: &Market, instead: Option<&Earlier>) -> Result<Held> {
        let quote = match instead {
            Some(earlier) => earlier.quote,
            None => self.quote_now(market)?,
        };
        Ok(Held { quote, base: BaseAtoms(self.base_atoms.get()), positions: self.positions_at(instead)? })
    }
}

impl Held {
    /// A book is larger than a frame of the VM likes to hold twice.
    #[inline(never)]
    fn with_holdings(
        &self,
        value: impl Fn(&Holdings<'_>) -> core::result::Result<QuoteAtoms, CashError>,
    ) -> Result<QuoteAtoms> {
        let mut book = Book::EMPTY;
        for position in &self.positions {
            book.push(*position).map_err(MarginError::from)?;
        }
        let holdings = Holdings { quote: self.quote, base: self.base, book: &book };
        Ok(value(&holdings).map_err(MarginError::from)?)
    }

    fn standard(&self, around: &Surroundings<'_>) -> Result<Figures> {
        let scale = around.market.scale();
        let im = self.with_holdings(|holdings| initial_margin(holdings, around.spot, scale))?;
        let mm = self.with_holdings(|holdings| maintenance_margin(holdings, around.spot, scale))?;
        Ok(Figures { mtm: self.intrinsic(around).ok_or(MarginError::NotionalTooLarge)?, im, mm })
    }

    #[inline(never)]
    fn assess(&self, around: &Surroundings<'_>, need: Need) -> Result<Assessment> {
        let reads = PortfolioReads::of(&self.positions, around, need)?;
        let portfolio = Portfolio { quote: self.quote, base: self.base, expiries: &reads.expiries, legs: &reads.legs };
        assess(&portfolio, &reads.market, around.table()?).map_err(|_| MarginError::MarginUncomputable.into())
    }

    /// Collateral and intrinsic values at spot: what a standard account is worth without any volatility.
    fn intrinsic(&self, around: &Surroundings<'_>) -> Option<QuoteAtoms> {
        let scale = around.market.scale();
        let mut value = self.quote.checked_add(around.spot.value_floor(self.base, scale.base_unit_atoms)?)?;
        for position in &self.positions {
            value = value.checked_add(position.payoff_floor(around.spot, scale.lots_per_unit).ok()?)?;
        }
        Some(value)
    }
}
