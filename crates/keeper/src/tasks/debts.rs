//! Buys base, within limits, from accounts whose quote balance is negative: what settlement, liquidation and fees leave behind.

mod offer;
#[cfg(test)]
mod tests;

use super::Period;
use crate::book::{self, Book, Buyers, liquidation_price};
use crate::drive::{Ground, RunError, Task, TaskError};
use client::WithRemaining;
use client::margin::{BaseAuctionBid, BaseAuctionBidArgs};
use offer::offer;
use policy::{Action, allows};
use serde::Deserialize;
use services::market::View;
use solana_pubkey::Pubkey;
use std::time::Duration;

const EDGE_MAX_BPS: u16 = 2_000;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    #[serde(default = "period")]
    pub period_ms: Period,
    /// The margin accounts that buy, one of each market that is served: the keeper's key owns them or may trade for them.
    pub accounts: Vec<String>,
    /// Most quote atoms that one purchase may cost.
    pub spend_max_atoms: u64,
    /// A unit costs at least this much less than the feed's price, in basis points.
    #[serde(default = "edge")]
    pub edge_bps: u16,
    /// Initial margin that the buying account keeps.
    #[serde(default)]
    pub reserve_atoms: u64,
}

const fn period() -> Period {
    Period::seconds(5)
}

const fn edge() -> u16 {
    100
}

pub struct Debts {
    settings: Settings,
    buyers: Buyers,
}

impl Debts {
    pub fn new(settings: Settings) -> Result<Self, RunError> {
        let buyers = Buyers::read("debts", &settings.accounts)?;
        if settings.edge_bps > EDGE_MAX_BPS {
            let reason = "edge_bps is at most 2,000: base never costs less than 80 % of its price".to_owned();
            return Err(RunError::Settings { section: "debts", reason });
        }
        Ok(Self { settings, buyers })
    }
}

impl Task for Debts {
    const NAME: &'static str = "debts";

    fn period(&self) -> Duration {
        self.settings.period_ms.duration()
    }

    async fn round(&mut self, ground: &Ground, market: Pubkey) -> Result<(), TaskError> {
        let view = View::read(&ground.wallet.rpc, market).await?;
        let Some(spot) = liquidation_price(&view) else { return Ok(()) };
        if !allows(view.protocol_level(), Action::Liquidate) {
            return Ok(());
        }
        let book = Book::read(ground, &view, spot).await?;
        let accounts = book::accounts(ground, market).await?;
        let (bidder_address, bidder) = self.buyers.find(market, &accounts)?;
        for (address, account) in accounts.iter().filter(|(_, account)| account.owner != bidder.owner) {
            let offer = match offer(&self.settings, &book, bidder, account) {
                Ok(offer) => offer,
                Err(why) => {
                    tracing::trace!(account = %address, ?why, "no purchase");
                    continue;
                }
            };
            let bid = BaseAuctionBid {
                bidder_authority: ground.wallet.key(),
                market,
                account: *address,
                bidder: bidder_address,
                feed: view.feed_address(),
            };
            let (base_atoms, limit_e6) = (offer.base.0, offer.limit.0);
            tracing::info!(account = %address, base_atoms, limit_e6, "buying base");
            let bid = bid.instruction(BaseAuctionBidArgs { base_atoms, limit_e6 });
            let bid = bid.with_remaining(book.reads(&[account, bidder], false));
            if ground.attempt("base_auction_bid", &[bid], &[]).await? {
                metrics::counter!("keeper_debts_bought_total").increment(1);
                // What the buyer holds has changed: the others are looked at in the next round.
                return Ok(());
            }
        }
        Ok(())
    }
}
