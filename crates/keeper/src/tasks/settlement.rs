//! Settles what has expired: has the oracle fix the price, then the market, then every account that holds something.

use super::Pace;
use crate::drive::{Ground, Task, TaskError};
use abi::Layout;
use abi::margin::{EXPIRY_SETTLED, MarginAccount};
use abi::oracle::{SETTLEMENT_FINAL, Settlement as Price};
use client::addresses;
use client::margin::{AccountSettle, ExpirySettle};
use client::oracle::{SettlementFinalise, SettlementFinaliseArgs};
use policy::{Action, allows};
use services::market::{Listed, MARKET_AT, View, read_if};
use solana_pubkey::Pubkey;
use std::time::Duration;

/// Accounts settled by one transaction.
const BATCH: usize = 6;

pub struct Settlement {
    pace: Pace,
}

impl Settlement {
    pub const fn new(pace: Pace) -> Self {
        Self { pace }
    }
}

impl Task for Settlement {
    const NAME: &'static str = "settlement";

    fn period(&self) -> Duration {
        self.pace.period_ms.duration()
    }

    async fn round(&mut self, ground: &Ground, market: Pubkey) -> Result<(), TaskError> {
        let view = View::read(&ground.wallet.rpc, market).await?;
        let due = |listed: &&Listed| {
            let settled = listed.expiry.state == EXPIRY_SETTLED && listed.expiry.unsettled_lots.get() == 0;
            listed.expiry.expiry_unix_s.get() <= view.clock.unix_s && !settled
        };
        for listed in view.listed.iter().filter(due) {
            settle(ground, &view, listed).await?;
        }
        Ok(())
    }
}

/// Takes an expiry as far as it goes now.
async fn settle(ground: &Ground, view: &View, listed: &Listed) -> Result<(), TaskError> {
    let (market, expiry_unix_s) = (view.address, listed.expiry.expiry_unix_s.get());
    let settlement = addresses::settlement(&view.feed_address(), expiry_unix_s);
    let price = ground.wallet.rpc.account(&settlement).await?;
    let price = read_if::<Price>(&abi::ids::ORACLE, price.as_ref());
    if price.is_none_or(|price| price.state != SETTLEMENT_FINAL) {
        let accounts = SettlementFinalise { payer: ground.wallet.key(), feed: view.feed_address(), settlement };
        let finalise = accounts.instruction(SettlementFinaliseArgs { expiry_unix_s });
        if !ground.attempt("settlement_finalise", &[finalise], &[]).await? {
            return Ok(());
        }
    }
    if !allows(view.protocol_level(), Action::Settle) {
        return Ok(());
    }
    if listed.expiry.state != EXPIRY_SETTLED {
        let accounts = ExpirySettle { market, expiry: listed.address, settlement };
        if !ground.attempt("expiry_settle", &[accounts.instruction()], &[]).await? {
            return Ok(());
        }
    }
    let holders = holders(ground, market, expiry_unix_s).await?;
    for batch in holders.chunks(BATCH) {
        let one = |account: &Pubkey| AccountSettle { market, expiry: listed.address, account: *account }.instruction();
        ground.attempt("account_settle", &batch.iter().map(one).collect::<Vec<_>>(), &[]).await?;
    }
    Ok(())
}

/// Accounts of the market with a position in this expiry.
async fn holders(ground: &Ground, market: Pubkey, expiry_unix_s: i64) -> Result<Vec<Pubkey>, TaskError> {
    let filters: [(usize, &[u8]); 2] = [(0, &MarginAccount::DISCRIMINATOR), (MARKET_AT, market.as_ref())];
    let accounts = ground.wallet.rpc.program_accounts(&abi::ids::MARGIN.into(), &filters).await?;
    let holds = |account: &MarginAccount| {
        let mut positions = account.positions.iter();
        positions.any(|position| position.kind != 0 && position.expiry_unix_s.get() == expiry_unix_s)
    };
    let holder = |(address, account): &(Pubkey, services::Account)| {
        read_if::<MarginAccount>(&abi::ids::MARGIN, Some(account)).filter(holds).map(|_| *address)
    };
    Ok(accounts.iter().filter_map(holder).collect())
}
