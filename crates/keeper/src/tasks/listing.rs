//! Keeps expiries listed: for each horizon, some expiry about so far away.

use super::Period;
use crate::drive::{Ground, Task, TaskError};
use client::addresses;
use client::margin::{ExpiryCreate, ExpiryCreateArgs};
use policy::{Action, allows};
use risk::listing::expiry_check;
use serde::Deserialize;
use services::market::View;
use solana_pubkey::Pubkey;
use std::time::Duration;
use units::UnixSeconds;

/// Where schedules may begin: on public clusters a day, in builds for local networks ten seconds.
const STEPS_S: [(i64, i64); 2] = [(DAY_S, 8 * 3_600), (10, 0)];
const DAY_S: i64 = 86_400;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pub period_ms: Period,
    /// Seconds from now, ascending.
    pub horizons_s: Vec<i64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { period_ms: Period::seconds(30), horizons_s: vec![DAY_S, 2 * DAY_S, 7 * DAY_S, 14 * DAY_S, 28 * DAY_S] }
    }
}

pub struct Listing {
    settings: Settings,
}

impl Listing {
    pub const fn new(settings: Settings) -> Self {
        Self { settings }
    }
}

impl Task for Listing {
    const NAME: &'static str = "listing";

    fn period(&self) -> Duration {
        self.settings.period_ms.duration()
    }

    async fn round(&mut self, ground: &Ground, market: Pubkey) -> Result<(), TaskError> {
        let view = View::read(&ground.wallet.rpc, market).await?;
        if !allows(view.level(), Action::Listing) {
            return Ok(());
        }
        let listed: Vec<_> = view.listed.iter().map(|listed| listed.expiry.expiry_unix_s.get()).collect();
        let divisor = view.market.time_divisor.get();
        for expiry_unix_s in missing(&self.settings.horizons_s, &listed, view.clock.unix_s, divisor) {
            let accounts = ExpiryCreate {
                payer: ground.wallet.key(),
                market,
                expiry: addresses::expiry(&market, expiry_unix_s),
                custody: view.market.custody.into(),
                feed: view.feed_address(),
            };
            let create = accounts.instruction(ExpiryCreateArgs { expiry_unix_s });
            ground.attempt("expiry_create", &[create], &[]).await?;
        }
        Ok(())
    }
}

/// Expiries to list, on the schedule: one for each horizon that has none between half of it and half again.
fn missing(horizons_s: &[i64], listed: &[i64], now: i64, time_divisor: u32) -> Vec<i64> {
    let mut there = listed.to_vec();
    let mut missing = vec![];
    for horizon in horizons_s {
        let half = horizon.checked_div(2).unwrap_or_default();
        let near = now.saturating_add(half)..=now.saturating_add(*horizon).saturating_add(half);
        if there.iter().any(|expiry| near.contains(expiry)) {
            continue;
        }
        let on_schedule = |(step, offset): (i64, i64)| {
            let due = now.saturating_add(*horizon).saturating_sub(offset);
            let steps = due.checked_add(step.checked_sub(1)?)?.checked_div_euclid(step)?;
            let expiry = steps.checked_mul(step)?.checked_add(offset)?;
            expiry_check(UnixSeconds(expiry), UnixSeconds(now), time_divisor).ok().map(|()| expiry)
        };
        // The coarser schedule is on the finer one as well.
        let [daily, scaled] = STEPS_S;
        let order = if time_divisor > 1 { [scaled, daily] } else { [daily, scaled] };
        if let Some(expiry) = order.into_iter().find_map(on_schedule) {
            there.push(expiry);
            missing.push(expiry);
        }
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;
    /// 2026-01-02 09:00 UTC.
    const NOW: i64 = 1_767_344_400;

    #[test]
    fn missing_of_a_bare_market_is_one_expiry_for_each_horizon_on_the_schedule() {
        let found = missing(&[DAY, 7 * DAY], &[], NOW, 1);
        assert_eq!(found.len(), 2);
        for (expiry, horizon) in found.iter().zip([DAY, 7 * DAY]) {
            assert_eq!(expiry % DAY, 8 * 3_600);
            assert!((horizon..horizon + DAY).contains(&(expiry - NOW)));
        }
        let local = missing(&[900, 3_600], &[], NOW + 3, 60);
        assert_eq!(local, [NOW + 910, NOW + 3_610]);
    }

    #[test]
    fn missing_leaves_out_horizons_that_have_an_expiry() {
        assert_eq!(missing(&[900, 3_600], &[NOW + 500], NOW, 60), [NOW + 3_600]);
        assert_eq!(missing(&[900, 3_600], &[NOW + 449], NOW, 60), [NOW + 900, NOW + 3_600], "too near by now");
        assert_eq!(missing(&[900], &[NOW + 1_350], NOW, 60), [0; 0]);
        assert_eq!(missing(&[1_000, 1_200], &[], NOW, 60), [NOW + 1_000], "one expiry may stand for two horizons");
    }
}
