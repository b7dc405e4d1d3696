//! The margin accounts of a market, valued as the margin program values them: by `invariants`, which is `risk` over accounts' bytes.

use crate::drive::{Ground, RunError, TaskError};
use abi::Layout;
use abi::margin::{Expiry, Liquidation, MarginAccount};
use abi::oracle::{Feed, Surface};
use client::addresses;
use invariants::value::{Figures, Need, Surroundings, Unvalued, figures};
use risk::feed::{Published, Purpose};
use services::market::{Listed, MARKET_AT, ReadFailure, View, read_if};
use solana_instruction::AccountMeta;
use solana_pubkey::Pubkey;
use units::{PriceE6, Slot, UnixSeconds};

/// A market as margin reads it.
pub struct Book<'a> {
    pub view: &'a View,
    /// What the accounts are valued at.
    pub spot: PriceE6,
    quote_feed: Option<Feed>,
}

/// Every margin account of a market.
pub async fn accounts(ground: &Ground, market: Pubkey) -> Result<Vec<(Pubkey, MarginAccount)>, TaskError> {
    let filters: [(usize, &[u8]); 2] = [(0, &MarginAccount::DISCRIMINATOR), (MARKET_AT, market.as_ref())];
    let found = ground.wallet.rpc.program_accounts(&abi::ids::MARGIN.into(), &filters).await?;
    Ok(found
        .iter()
        .filter_map(|(address, account)| Some((*address, read_if(&abi::ids::MARGIN, Some(account))?)))
        .collect())
}

/// The price that liquidations, losses and debts are settled at. `None` while there is none that may be relied on.
pub fn liquidation_price(view: &View) -> Option<PriceE6> {
    let (now, slot) = (UnixSeconds(view.clock.unix_s), Slot(view.clock.slot));
    let relied = Published::from(&*view.feed).rely(Purpose::Liquidate, now, slot);
    relied.map(|(spot, _)| spot).map_err(|why| tracing::debug!(market = %view.address, ?why, "no price")).ok()
}

/// The open liquidation of each of these accounts.
pub async fn liquidations(ground: &Ground, accounts: &[Pubkey]) -> Result<Vec<Option<Liquidation>>, TaskError> {
    let keys: Vec<_> = accounts.iter().map(addresses::liquidation).collect();
    let found = ground.wallet.rpc.accounts(&keys).await?;
    Ok(found.iter().map(|account| read_if(&abi::ids::MARGIN, account.as_ref())).collect())
}

/// The margin accounts that a task buys for, one of each market that is served.
pub struct Buyers(Vec<Pubkey>);

impl Buyers {
    /// From the `accounts` of a section.
    pub fn read(section: &'static str, texts: &[String]) -> Result<Self, RunError> {
        let fail = |reason: &str| RunError::Settings { section, reason: reason.to_owned() };
        let accounts = texts.iter().map(|text| text.parse().map_err(|_| fail("`accounts` has no address")));
        let accounts = accounts.collect::<Result<Vec<Pubkey>, _>>()?;
        if accounts.is_empty() {
            return Err(fail("`accounts` names no margin account"));
        }
        Ok(Self(accounts))
    }

    /// The one among these, which are a market's.
    pub fn find<'a>(
        &self,
        market: Pubkey,
        accounts: &'a [(Pubkey, MarginAccount)],
    ) -> Result<(Pubkey, &'a MarginAccount), TaskError> {
        let mut named = self.0.iter().filter_map(|at| accounts.iter().find(|(address, _)| address == at));
        let missing = ReadFailure::Missing { what: "margin account of `accounts` in the market", address: market };
        named.next().map(|(address, account)| (*address, account)).ok_or_else(|| missing.into())
    }
}

impl<'a> Book<'a> {
    /// The market of `view`, at this price.
    pub async fn read(ground: &Ground, view: &'a View, spot: PriceE6) -> Result<Self, TaskError> {
        let address = view.market.quote_feed;
        let quote_feed = if address == [0; 32] {
            None
        } else {
            read_if(&abi::ids::ORACLE, ground.wallet.rpc.account(&address.into()).await?.as_ref())
        };
        Ok(Self::of(view, spot, quote_feed))
    }

    pub const fn of(view: &'a View, spot: PriceE6, quote_feed: Option<Feed>) -> Self {
        Self { view, spot, quote_feed }
    }

    pub fn value(&self, account: &MarginAccount, need: Need) -> Result<Figures, Unvalued> {
        let expiries: Vec<&Expiry> = self.view.listed.iter().map(|listed| &listed.expiry).collect();
        let surfaces: Vec<&Surface> = self.view.listed.iter().filter_map(|listed| listed.surface.as_ref()).collect();
        let around = Surroundings {
            market: &self.view.market,
            feed: &self.view.feed,
            quote_feed: self.quote_feed.as_ref(),
            expiries: &expiries,
            surfaces: &surfaces,
            now_unix_s: self.view.clock.unix_s,
        };
        figures(account, &around, self.spot, need)
    }

    /// What the margin program takes beyond an instruction's named accounts to value these: the expiries they hold, those that a bid changes
    /// writable, with their surfaces, and the quote token's feed.
    pub fn reads(&self, accounts: &[&MarginAccount], writes_expiries: bool) -> Vec<AccountMeta> {
        let is_held = |listed: &&Listed| {
            let mut positions = accounts.iter().flat_map(|account| &account.positions);
            positions.any(|position| position.kind != 0 && position.expiry_unix_s == listed.expiry.expiry_unix_s)
        };
        let mut metas = vec![];
        for listed in self.view.listed.iter().filter(is_held) {
            let expiry = if writes_expiries { AccountMeta::new } else { AccountMeta::new_readonly };
            metas.push(expiry(listed.address, false));
            if listed.surface.is_some() {
                let address = addresses::surface(&self.view.feed_address(), listed.expiry.expiry_unix_s.get());
                metas.push(AccountMeta::new_readonly(address, false));
            }
        }
        if self.quote_feed.is_some() {
            metas.push(AccountMeta::new_readonly(self.view.market.quote_feed.into(), false));
        }
        metas
    }
}
