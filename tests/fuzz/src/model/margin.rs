//! Margin, prices and levels, as the programs must find them.

use crate::chain::Chain;
use abi::margin::{Expiry, MARKET_DELISTED, MODE_PORTFOLIO, MarginAccount, Market};
use client::addresses;
use invariants::value::{self, Figures, Need, Surroundings, Unvalued, figures};
use policy::{Action, Level, Permission, Throttle, ThrottleError, permission};
use risk::feed::{Published, Purpose};
use risk::payoff::Position;
use solana_instruction::AccountMeta;
use units::{PriceE6, QuoteAtoms, Slot, UnixSeconds};

/// Every expiry that the accounts hold and its surface: what a margin check must be given.
pub fn held_reads(chain: &Chain, accounts: &[&MarginAccount], besides: &[i64]) -> Vec<AccountMeta> {
    let held = accounts.iter().flat_map(|account| &account.positions).filter(|position| position.kind != 0);
    let mut times: Vec<i64> =
        held.map(|position| position.expiry_unix_s.get()).chain(besides.iter().copied()).collect();
    times.sort_unstable();
    times.dedup();
    let feed = chain.stage.protocol.feed;
    let metas = times.into_iter().flat_map(|at| {
        let writable = besides.contains(&at);
        let expiry = AccountMeta { pubkey: chain.expiry_key(at), is_signer: false, is_writable: writable };
        [expiry, AccountMeta::new_readonly(addresses::surface(&feed, at), false)]
    });
    metas.collect()
}

/// The price for a purpose: both ends of its range.
pub fn spot(chain: &Chain, purpose: Purpose) -> Option<(PriceE6, PriceE6)> {
    Published::from(chain.feed()).rely(purpose, UnixSeconds(chain.unix_s), Slot(chain.slot)).ok()
}

/// What there is beside the chain's accounts while an action has changed some of them already.
pub struct Ahead<'a> {
    pub market: &'a Market,
    pub expiries: &'a [Expiry],
    /// An expiry that margin checks do not find, because the instruction names it apart.
    pub named: Option<i64>,
}

/// Initial margin of an account, possibly as it is about to be.
pub fn initial(
    chain: &Chain,
    account: &MarginAccount,
    ahead: &Ahead<'_>,
    (spot, need): (PriceE6, Need),
) -> Result<QuoteAtoms, &'static str> {
    of(chain, account, ahead, (spot, need)).map(|found| found.im)
}

/// Value and both margins of an account, possibly as it is about to be.
pub fn of(
    chain: &Chain,
    account: &MarginAccount,
    ahead: &Ahead<'_>,
    (spot, need): (PriceE6, Need),
) -> Result<Figures, &'static str> {
    around(chain, ahead, |around| figures(account, around, spot, need)).map_err(name)
}

/// Initial and maintenance margin of an account as it stands, for whoever keeps it.
pub fn both(chain: &Chain, account: &MarginAccount, spot: PriceE6) -> Result<Figures, &'static str> {
    let ahead = Ahead { market: chain.market(), expiries: &[], named: None };
    of(chain, account, &ahead, (spot, Need::Keep))
}

/// What the program calls it.
const fn name(why: Unvalued) -> &'static str {
    match why {
        Unvalued::ExpiryMissing => "ExpiryMissing",
        Unvalued::SurfaceMissing => "SurfaceMissing",
        Unvalued::SurfaceStale => "SurfaceStale",
        Unvalued::QuoteFeedMissing => "QuoteFeedMissing",
        Unvalued::QuoteFeedStale => "QuoteFeedStale",
        Unvalued::Uncomputable => "MarginUncomputable",
        Unvalued::Cash(_) | Unvalued::Malformed => "NotionalTooLarge",
    }
}

/// The model's price of a series.
pub fn mark(chain: &Chain, ahead: &Ahead<'_>, spot: PriceE6, of: &Position) -> Option<PriceE6> {
    around(chain, ahead, |around| value::mark(around, spot, of))
}

fn around<T>(chain: &Chain, ahead: &Ahead<'_>, ask: impl FnOnce(&Surroundings<'_>) -> T) -> T {
    let mut expiries = chain.expiries();
    expiries.retain(|expiry| ahead.named != Some(expiry.expiry_unix_s.get()));
    for changed in ahead.expiries {
        if let Some(place) = expiries.iter_mut().find(|expiry| expiry.expiry_unix_s == changed.expiry_unix_s) {
            *place = changed;
        }
    }
    ask(&Surroundings {
        market: ahead.market,
        feed: chain.feed(),
        quote_feed: None,
        expiries: &expiries,
        surfaces: &chain.surfaces(),
        now_unix_s: chain.unix_s,
    })
}

/// What an account must still hold once collateral has left it. `None`: it does.
pub fn collateral(chain: &Chain, account: &MarginAccount, market: &Market) -> Option<&'static str> {
    if account.quote_atoms.get() < 0 {
        return Some("QuoteBalanceTooLow");
    }
    // INVARIANT(M-9): whoever is flat needs no price.
    if is_flat(account) {
        return None;
    }
    let Some((low, high)) = spot(chain, Purpose::Withdraw) else { return Some("FeedStale") };
    let ahead = Ahead { market, expiries: &[], named: None };
    [low, high].into_iter().find_map(|spot| match initial(chain, account, &ahead, (spot, Need::NewRisk)) {
        Ok(margin) if margin.0 >= 0 => None,
        Ok(_) => Some("InitialMarginNegative"),
        Err(why) => Some(why),
    })
}

pub fn is_flat(account: &MarginAccount) -> bool {
    account.positions.iter().all(|position| position.kind == 0)
}

pub fn is_portfolio(account: &MarginAccount) -> bool {
    account.mode == MODE_PORTFOLIO
}

/// Takes `lots` of new risk into the market. `Err`: what forbids it.
pub fn new_risk(chain: &Chain, market: &mut Market, lots: u64) -> Result<(), &'static str> {
    if market.state == MARKET_DELISTED {
        return Err("MarketDelisted");
    }
    match permission(chain.level(), Action::NewRisk) {
        Permission::Allowed => Ok(()),
        Permission::Limited => {
            let throttle = Throttle {
                since_unix_s: market.throttle_since_unix_s.get(),
                opened_lots: market.throttle_opened_lots.get(),
            };
            let cap = chain.custody().limits.open_interest_cap_lots.get();
            let taken = throttle.take(lots, cap, chain.unix_s, 1).map_err(|why| match why {
                ThrottleError::FillTooLarge => "FillThrottled",
                ThrottleError::RateExceeded => "RateThrottled",
            })?;
            market.throttle_since_unix_s = taken.since_unix_s.into();
            market.throttle_opened_lots = taken.opened_lots.into();
            Ok(())
        }
        Permission::Queued | Permission::Refused => Err("LevelForbids"),
    }
}

/// Whether the protocol's level refuses what no market's own level does.
pub fn brake_refuses(chain: &Chain, action: Action) -> bool {
    permission(chain.brake_level(), action) == Permission::Refused
}

/// Whether the level in force refuses.
pub fn level_refuses(level: Level, action: Action) -> bool {
    !policy::allows(level, action)
}
