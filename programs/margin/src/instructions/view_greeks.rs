//! An account's Greeks, by position, by expiry and in all, as return data.
use super::view_margin::LastPrice;
use crate::errors::MarginError;
use crate::events::Stamp;
use crate::state::{MarginAccount, Market};
use crate::valuation::Surroundings;
use crate::wire::{ExpiryGreeks, Greeks, GreeksView, PositionGreeks, VERSION};
use abi::margin::{EXPIRIES, POSITIONS};
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use risk::payoff::Position;
use risk::portfolio::{base_greeks, leg_greeks, priced_forward, Leg, LegGreeks, Portfolio, PortfolioError};

#[derive(Accounts)]
pub struct ViewGreeks {
    pub market: Account<Market>,
    #[account(constraint = address_eq(&account.market, market.address()) @ MarginError::AccountOfAnotherMarket)]
    pub account: Account<MarginAccount>,
    #[account(address = market.feed @ MarginError::FeedOfAnotherMarket)]
    pub feed: UncheckedAccount,
}

/// Sums that grow position by position.
struct Sums {
    account: risk::portfolio::Greeks,
    expiries: [risk::portfolio::Greeks; EXPIRIES],
}

impl ViewGreeks {
    /// Authority: anyone; meant for simulation. Takes the accounts that a fill of a portfolio account would take.
    /// Effects: none. Returns a `GreeksView`, at the feed's last price, however old.
    /// Errors: `FeedUnreadable`, `FeedStale` before the feed's first price, those of `PortfolioReads`, `MarginUncomputable`.
    pub fn view_greeks(&self, others: &[AccountView]) -> Result<GreeksView> {
        let stamp = Stamp::now()?;
        let price = LastPrice::of(self.feed.account())?;
        let around = Surroundings::new(&self.market, self.feed.account(), others).at(price.spot, stamp.unix_s);
        let mut view = GreeksView {
            version: VERSION,
            severity: price.severity,
            stale_minutes: 0,
            spot_e6: price.spot.0,
            refreshed_unix_s: price.refreshed_unix_s,
            account: Greeks::default(),
            expiries: [ExpiryGreeks::default(); EXPIRIES],
            positions: [PositionGreeks::default(); POSITIONS],
        };
        let places = self.account.places()?;
        self.account.portfolio_view(&around, |portfolio, market| {
            view.stale_minutes = u32::try_from(market.stale_minutes).unwrap_or(u32::MAX);
            fill(&mut view, portfolio, market, &places)
        })?;
        Ok(view)
    }
}

#[inline(never)]
fn fill(
    view: &mut GreeksView,
    portfolio: &Portfolio<'_>,
    market: &risk::portfolio::Market,
    places: &[(usize, Position)],
) -> core::result::Result<(), PortfolioError> {
    let zero = risk::portfolio::Greeks::ZERO;
    let base = base_greeks(portfolio, market).ok_or(PortfolioError::Overflow)?;
    let mut sums = Sums { account: base, expiries: [zero; EXPIRIES] };
    // Expiries stand in the order in which positions first name them.
    let mut times: Vec<i64> = Vec::with_capacity(EXPIRIES);
    for (slot, held) in places {
        let at = times.iter().position(|time| *time == held.expiry.0).unwrap_or_else(|| {
            times.push(held.expiry.0);
            times.len().saturating_sub(1)
        });
        let expiry = portfolio.expiries.get(at).ok_or(PortfolioError::ExpiryUnknown)?;
        let leg = Leg { expiry: at, strike: held.strike, kind: held.kind, lots: held.lots, open_interest: None };
        let greeks = leg_greeks(&leg, expiry, market)?;
        sums.add(at, &greeks).ok_or(PortfolioError::Overflow)?;
        if let Some(place) = view.positions.get_mut(*slot) {
            *place = position(&greeks);
        }
        if let Some(place) = view.expiries.get_mut(at) {
            (place.expiry_unix_s, place.forward_e6) = (held.expiry.0, priced_forward(expiry)?.0);
        }
    }
    view.account = Greeks::from(&sums.account);
    for (place, greeks) in view.expiries.iter_mut().zip(&sums.expiries) {
        place.greeks = Greeks::from(greeks);
    }
    Ok(())
}

fn position(greeks: &LegGreeks) -> PositionGreeks {
    let series = &greeks.series;
    PositionGreeks {
        mark_e6: series.mark.0,
        // BOUND: a volatility is at most 5e9, a delta at most 1e9 in size.
        vol_e6: u32::try_from(series.vol.0.div_euclid(1_000)).unwrap_or(u32::MAX),
        delta_e6: i32::try_from(series.delta_e9.div_euclid(1_000)).unwrap_or(0),
    }
}

impl Sums {
    fn add(&mut self, at: usize, greeks: &LegGreeks) -> Option<()> {
        self.account = self.account.plus(&greeks.greeks)?;
        let expiry = self.expiries.get_mut(at)?;
        *expiry = expiry.plus(&greeks.greeks)?;
        Some(())
    }
}
