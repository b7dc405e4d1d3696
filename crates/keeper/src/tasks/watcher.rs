//! Watches for what trips the breaker, and trips it. The program judges each proof: what it would take in a simulation is sent.
//!
//! A proof that holds renews its level, which need not be done every round: only when the last evidence is older than `renew_s`.

use super::Period;
use crate::drive::{Ground, RunError, Task, TaskError};
use client::addresses;
use client::breaker::{
    Heartbeat, MarketRelax, Relax, TripDeviation, TripHeartbeat, TripInsurance, TripInvariant, TripOi, TripRestart,
    TripSeverity, TripVolatility,
};
use policy::{Level, custody_level};
use serde::Deserialize;
use services::keypair_load;
use services::market::View;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pub period_ms: Period,
    /// Evidence for a level that is younger than this is not renewed; divided like the breaker's own periods.
    pub renew_s: i64,
    /// Brings levels down when the program says that they may.
    pub relax: bool,
    /// A monitor's key: if it is given, its heartbeat is sent.
    pub monitor: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { period_ms: Period::seconds(5), renew_s: 600, relax: true, monitor: None }
    }
}

pub struct Watcher {
    settings: Settings,
    monitor: Option<Keypair>,
}

impl Watcher {
    pub fn new(settings: Settings) -> Result<Self, RunError> {
        let monitor = settings.monitor.as_deref().map(keypair_load).transpose()?;
        Ok(Self { settings, monitor })
    }

    /// Whether evidence is old enough to be renewed.
    fn is_old(&self, evidence_unix_s: i64, now: i64, time_divisor: u32) -> bool {
        let renew_s =
            self.settings.renew_s.checked_div(i64::from(time_divisor)).unwrap_or(self.settings.renew_s).max(1);
        now.saturating_sub(evidence_unix_s) >= renew_s
    }

    async fn protocol(&self, ground: &Ground, view: &View) -> Result<(), TaskError> {
        let (brake, now) = (addresses::brake(), view.clock.unix_s);
        let divisor = view.brake.time_divisor.get();
        if let Some(monitor) = &self.monitor {
            let beat = Heartbeat { monitor: monitor.pubkey(), brake };
            ground.attempt("heartbeat", &[beat.instruction()], &[monitor]).await?;
        }
        let is_normal = view.protocol_level() == Level::Normal;
        if is_normal || self.is_old(view.brake.evidence_unix_s.get(), now, divisor) {
            for (what, proof) in [
                ("trip_restart", TripRestart { brake }.instruction()),
                ("trip_heartbeat", TripHeartbeat { brake }.instruction()),
            ] {
                trip(ground, what, proof).await?;
            }
        }
        if self.settings.relax && !is_normal {
            ground.attempt("relax", &[Relax { brake }.instruction()], &[]).await?;
        }
        Ok(())
    }

    async fn market(&self, ground: &Ground, view: &View) -> Result<(), TaskError> {
        let level = custody_level(&view.custody, view.clock.unix_s);
        let divisor = view.market.time_divisor.get();
        if level == Level::Normal || self.is_old(view.custody.evidence_unix_s.get(), view.clock.unix_s, divisor) {
            for (what, proof) in proofs(view) {
                trip(ground, what, proof).await?;
            }
        }
        if self.settings.relax && level != Level::Normal {
            let (custody, market, feed) = (view.market.custody.into(), view.address, view.feed_address());
            ground.attempt("market_relax", &[MarketRelax { custody, market, feed }.instruction()], &[]).await?;
        }
        Ok(())
    }
}

impl Task for Watcher {
    const NAME: &'static str = "watcher";

    fn period(&self) -> Duration {
        self.settings.period_ms.duration()
    }

    async fn round(&mut self, ground: &Ground, market: Pubkey) -> Result<(), TaskError> {
        let view = View::read(&ground.wallet.rpc, market).await?;
        // The protocol's part is every market's, and looked at with the first.
        if ground.markets.first() == Some(&market) {
            self.protocol(ground, &view).await?;
        }
        self.market(ground, &view).await
    }
}

async fn trip(ground: &Ground, what: &'static str, proof: Instruction) -> Result<(), TaskError> {
    if ground.attempt(what, &[proof], &[]).await? {
        tracing::warn!(what, "the breaker was tripped");
        metrics::counter!("keeper_trips_total", "what" => what).increment(1);
    }
    Ok(())
}

/// Everything that can be proved of a market.
fn proofs(view: &View) -> [(&'static str, Instruction); 6] {
    let (custody, market, feed) = (view.market.custody.into(), view.address, view.feed_address());
    let invariant = TripInvariant {
        custody,
        market,
        base_tokens: view.market.base_tokens.into(),
        quote_tokens: view.market.quote_tokens.into(),
    };
    [
        ("trip_invariant", invariant.instruction()),
        ("trip_insurance", TripInsurance { custody, market }.instruction()),
        ("trip_severity", TripSeverity { custody, market, feed }.instruction()),
        ("trip_deviation", TripDeviation { custody, market, feed }.instruction()),
        ("trip_volatility", TripVolatility { custody, market, feed }.instruction()),
        ("trip_oi", TripOi { custody, market }.instruction()),
    ]
}
