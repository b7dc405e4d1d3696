//! Watches the margin of every account, opens the liquidation of those without maintenance margin, bids for slices within limits, and
//! finishes what is restored.
//!
//! Margin is computed here from what was read, by the formulas that the program calls: only what would be taken is sent.

mod offer;
#[cfg(test)]
mod tests;

use super::Period;
use crate::book::{self, Book, Buyers, liquidation_price};
use crate::drive::{Ground, RunError, Task, TaskError};
use abi::margin::{Liquidation as Open, MarginAccount};
use client::margin::{LiquidationBid, LiquidationBidArgs, LiquidationFinish, LiquidationStart};
use client::{WithRemaining, addresses};
use invariants::value::{Figures, Need};
pub use offer::elapsed_s;
use offer::{is_current, offer};
use policy::{Action, allows};
use serde::Deserialize;
use services::market::View;
use solana_pubkey::Pubkey;
use std::time::Duration;

/// Most of an insolvent account's shortfall that insurance pays beyond it, in basis points.
const INSOLVENT_EDGE_MAX_BPS: u16 = 500;
const EDGE_MAX_BPS: u16 = 10_000;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    #[serde(default = "period")]
    pub period_ms: Period,
    /// The margin accounts that buy and are paid for opening, one of each market that is served: the keeper's key owns them or may trade
    /// for them.
    pub accounts: Vec<String>,
    /// Most quote atoms that one slice may cost.
    pub spend_max_atoms: u64,
    /// A slice costs at least this much less than it is worth, in basis points.
    #[serde(default = "edge")]
    pub edge_bps: u16,
    /// What insurance pays for an insolvent account is at least this much more than its shortfall.
    #[serde(default = "insolvent_edge")]
    pub insolvent_edge_bps: u16,
    /// Initial margin that the bidder's account keeps.
    #[serde(default)]
    pub reserve_atoms: u64,
}

const fn period() -> Period {
    Period::seconds(2)
}

const fn edge() -> u16 {
    300
}

const fn insolvent_edge() -> u16 {
    100
}

pub struct Liquidation {
    settings: Settings,
    buyers: Buyers,
}

/// One account of the market, and what is known of its liquidation.
struct Case<'a> {
    address: Pubkey,
    account: &'a MarginAccount,
    valued: Figures,
    open: Option<Open>,
}

impl Liquidation {
    pub fn new(settings: Settings) -> Result<Self, RunError> {
        let fail = |reason: &str| RunError::Settings { section: "liquidation", reason: reason.to_owned() };
        let buyers = Buyers::read("liquidation", &settings.accounts)?;
        if settings.edge_bps > EDGE_MAX_BPS || settings.insolvent_edge_bps > INSOLVENT_EDGE_MAX_BPS {
            return Err(fail(
                "edge_bps is at most 10,000, insolvent_edge_bps at most 500, which is all that insurance pays",
            ));
        }
        Ok(Self { settings, buyers })
    }
}

impl Task for Liquidation {
    const NAME: &'static str = "liquidation";

    fn period(&self) -> Duration {
        self.settings.period_ms.duration()
    }

    async fn round(&mut self, ground: &Ground, market: Pubkey) -> Result<(), TaskError> {
        let view = View::read(&ground.wallet.rpc, market).await?;
        let Some(spot) = liquidation_price(&view) else { return Ok(()) };
        let book = Book::read(ground, &view, spot).await?;
        let accounts = book::accounts(ground, market).await?;
        let (bidder_address, bidder) = self.buyers.find(market, &accounts)?;
        let desk = Desk { ground, book: &book, settings: &self.settings, bidder_address, bidder };
        let cases = desk.cases(&accounts).await?;
        let short = cases.iter().filter(|case| case.valued.mm.0 < 0).count();
        let label = market.to_string();
        metrics::gauge!("keeper_accounts_below_maintenance", "market" => label)
            .set(f64::from(u32::try_from(short).unwrap_or(u32::MAX)));
        for case in &cases {
            desk.handle(case).await?;
        }
        Ok(())
    }
}

/// Who bids, in one market at one moment.
struct Desk<'a> {
    ground: &'a Ground,
    book: &'a Book<'a>,
    settings: &'a Settings,
    bidder_address: Pubkey,
    bidder: &'a MarginAccount,
}

impl Desk<'_> {
    /// Accounts without maintenance margin, and those in liquidation, but for the bidder's own: nobody trades with himself.
    async fn cases<'a>(&self, accounts: &'a [(Pubkey, MarginAccount)]) -> Result<Vec<Case<'a>>, TaskError> {
        let mut cases = vec![];
        for (address, account) in accounts.iter().filter(|(_, account)| account.owner != self.bidder.owner) {
            let is_bare = account.quote_atoms.get() >= 0 && account.positions.iter().all(|position| position.kind == 0);
            if account.in_liquidation == 0 && is_bare {
                continue;
            }
            match self.book.value(account, Need::Keep) {
                Ok(valued) if account.in_liquidation == 0 && valued.mm.0 >= 0 => {}
                Ok(valued) => cases.push(Case { address: *address, account, valued, open: None }),
                Err(why) => {
                    tracing::warn!(account = %address, ?why, "margin cannot be computed");
                    metrics::counter!("keeper_accounts_unvalued_total").increment(1);
                }
            }
        }
        let keys: Vec<_> = cases.iter().map(|case| case.address).collect();
        for (case, open) in cases.iter_mut().zip(book::liquidations(self.ground, &keys).await?) {
            case.open = open;
        }
        Ok(cases)
    }

    async fn handle(&self, case: &Case<'_>) -> Result<(), TaskError> {
        let view = self.book.view;
        let bids = allows(view.protocol_level(), Action::Liquidate);
        match &case.open {
            None if bids => self.start(case).await,
            // The clock stands still while bids are not allowed, if somebody says so when that begins and when it ends.
            Some(open) if (open.running != 0) != bids => self.start(case).await,
            Some(open) if case.valued.im.0 >= 0 => self.finish(case, open).await,
            // It begins anew for an account that has become insolvent, or is so no longer, once somebody says so.
            Some(open) if !is_current(open, case.valued.mtm) => self.start(case).await,
            Some(open) if bids => self.bid(case, open).await,
            _ => Ok(()),
        }
    }

    async fn start(&self, case: &Case<'_>) -> Result<(), TaskError> {
        let accounts = LiquidationStart {
            payer: self.ground.wallet.key(),
            market: self.book.view.address,
            account: case.address,
            opener: self.bidder_address,
            liquidation: addresses::liquidation(&case.address),
            feed: self.book.view.feed_address(),
        };
        let start = accounts.instruction().with_remaining(self.book.reads(&[case.account], false));
        self.attempt("liquidation_start", start, case).await
    }

    async fn bid(&self, case: &Case<'_>, open: &Open) -> Result<(), TaskError> {
        let view = self.book.view;
        let elapsed = elapsed_s(open, case.valued.mtm, view.clock.unix_s, view.market.time_divisor.get());
        let found = offer(self.settings, self.book, self.bidder, (case.account, &case.valued), elapsed);
        let offer = match found {
            Ok(offer) => offer,
            Err(why) => {
                tracing::debug!(account = %case.address, worth = case.valued.mtm.0, elapsed, ?why, "no bid");
                return Ok(());
            }
        };
        let accounts = LiquidationBid {
            bidder_authority: self.ground.wallet.key(),
            market: view.address,
            account: case.address,
            bidder: self.bidder_address,
            liquidation: addresses::liquidation(&case.address),
            feed: view.feed_address(),
        };
        let (fraction_e9, limit_atoms) = (offer.fraction_e9, offer.limit_atoms);
        tracing::info!(account = %case.address, fraction_e9, limit_atoms, elapsed, "bidding");
        let bid = accounts.instruction(LiquidationBidArgs { fraction_e9, limit_atoms });
        let bid = bid.with_remaining(self.book.reads(&[case.account, self.bidder], true));
        self.attempt("liquidation_bid", bid, case).await
    }

    async fn finish(&self, case: &Case<'_>, open: &Open) -> Result<(), TaskError> {
        let accounts = LiquidationFinish {
            market: self.book.view.address,
            account: case.address,
            opener: open.opener.into(),
            payer: open.payer.into(),
            liquidation: addresses::liquidation(&case.address),
            feed: self.book.view.feed_address(),
        };
        let finish = accounts.instruction().with_remaining(self.book.reads(&[case.account], false));
        self.attempt("liquidation_finish", finish, case).await
    }

    async fn attempt(
        &self,
        what: &'static str,
        instruction: solana_instruction::Instruction,
        case: &Case<'_>,
    ) -> Result<(), TaskError> {
        if self.ground.attempt(what, &[instruction], &[]).await? {
            tracing::info!(what, account = %case.address, worth = case.valued.mtm.0, "liquidation");
            metrics::counter!("keeper_liquidations_total", "what" => what).increment(1);
        }
        Ok(())
    }
}
