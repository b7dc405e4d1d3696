//! Runs tasks: each at its own pace, with a backoff, a pulse and metrics of its own.

use crate::Config;
use crate::tasks::{
    debts::Debts, feeds::Feeds, liquidation::Liquidation, listing::Listing, localnet::Sources, losses::Losses,
    settlement::Settlement, surfaces::Surfaces, vaults::Vaults, watcher::Watcher,
};
use services::market::ReadFailure;
use services::{Backoff, Health, KeyError, Rpc, RpcError, SendError, Stop, Wallet, keypair_load};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const RPC_TIMEOUT: Duration = Duration::from_secs(10);
const RETRY_MOST: Duration = Duration::from_secs(30);
/// A task is late when it has not had a good round for so many of its periods, and at least for so long.
const LATE_PERIODS: u32 = 10;
const LATE_LEAST: Duration = Duration::from_secs(60);

#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    #[error(transparent)]
    Rpc(#[from] RpcError),
    #[error(transparent)]
    Read(#[from] ReadFailure),
    #[error(transparent)]
    Send(#[from] SendError),
}

#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Rpc(#[from] RpcError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("`markets` has no address: {0}")]
    Market(String),
    #[error("`markets` names no market")]
    NoMarket,
    #[error("no task is switched on: add a section, such as [feeds]")]
    NoTask,
    #[error("`{section}`: {reason}")]
    Settings { section: &'static str, reason: String },
}

/// What every task has at hand.
pub struct Ground {
    pub wallet: Wallet,
    pub markets: Vec<Pubkey>,
}

impl Ground {
    /// Sends, and says whether it landed. A program's refusal is no failure: somebody was first, or it is not time yet.
    pub async fn attempt(
        &self,
        what: &'static str,
        instructions: &[Instruction],
        signers: &[&Keypair],
    ) -> Result<bool, TaskError> {
        match self.wallet.send(what, instructions, signers).await {
            Ok(sent) => {
                tracing::info!(what, signature = %sent.signature, slot = sent.slot, "done");
                Ok(true)
            }
            Err(SendError::Refused { refused, .. }) => {
                tracing::debug!(what, refusal = refused.name, message = refused.message, "not now");
                Ok(false)
            }
            // Whether it was needed shows at the next look.
            Err(SendError::NotLanded { signature, .. }) => {
                tracing::warn!(what, %signature, "did not land");
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Work that is done again and again.
pub trait Task: Send + 'static {
    const NAME: &'static str;

    fn period(&self) -> Duration;

    /// Looks at one market, and does what is due there.
    fn round(&mut self, ground: &Ground, market: Pubkey) -> impl Future<Output = Result<(), TaskError>> + Send;
}

/// Runs every task that is switched on, until the stop. What a task has begun when it comes, it finishes.
pub async fn run(config: Config, health: &Health, stop: &Stop) -> Result<(), RunError> {
    let markets = config.markets.iter().map(|text| text.parse().map_err(|_| RunError::Market(text.clone())));
    let markets = markets.collect::<Result<Vec<Pubkey>, _>>()?;
    if markets.is_empty() {
        return Err(RunError::NoMarket);
    }
    let wallet = Wallet::new(Rpc::new(&config.url, RPC_TIMEOUT)?, keypair_load(&config.keypair)?, config.fees);
    let ground = Arc::new(Ground { wallet, markets });
    let mut driver = Driver { ground, health, stop, running: JoinSet::new() };
    if let Some(settings) = config.localnet {
        driver.add(Sources::new(settings)?);
    }
    if let Some(settings) = config.feeds {
        driver.add(Feeds::new(settings));
    }
    if let Some(settings) = config.listing {
        driver.add(Listing::new(settings));
    }
    if let Some(settings) = config.surfaces {
        driver.add(Surfaces::new(settings)?);
    }
    if let Some(settings) = config.settlement {
        driver.add(Settlement::new(settings));
    }
    if let Some(settings) = config.vaults {
        driver.add(Vaults::new(settings));
    }
    if let Some(settings) = config.liquidation {
        driver.add(Liquidation::new(settings)?);
    }
    if let Some(pace) = config.losses {
        driver.add(Losses::new(pace));
    }
    if let Some(settings) = config.debts {
        driver.add(Debts::new(settings)?);
    }
    if let Some(settings) = config.watcher {
        driver.add(Watcher::new(settings)?);
    }
    if driver.running.is_empty() {
        return Err(RunError::NoTask);
    }
    // A task that panicked has said so; the others go on, and its pulse stops.
    while driver.running.join_next().await.is_some() {}
    Ok(())
}

struct Driver<'a> {
    ground: Arc<Ground>,
    health: &'a Health,
    stop: &'a Stop,
    running: JoinSet<()>,
}

impl Driver<'_> {
    fn add<T: Task>(&mut self, task: T) {
        let late_after = task.period().saturating_mul(LATE_PERIODS).max(LATE_LEAST);
        let pulse = self.health.part(T::NAME, late_after);
        let (ground, stop) = (self.ground.clone(), self.stop.clone());
        self.running.spawn(drive(task, ground, pulse, stop));
        tracing::info!(task = T::NAME, "started");
    }
}

async fn drive<T: Task>(mut task: T, ground: Arc<Ground>, pulse: services::Pulse, stop: Stop) {
    let mut backoff = Backoff::new(task.period(), RETRY_MOST.max(task.period()));
    loop {
        let began = Instant::now();
        let mut done = Ok(());
        for market in &ground.markets {
            // What fails in one market is not to be missed in the others.
            if let Err(error) = task.round(&ground, *market).await {
                tracing::warn!(task = T::NAME, %market, %error, "a round failed");
                done = Err(error);
            }
        }
        metrics::histogram!("keeper_round_seconds", "task" => T::NAME).record(began.elapsed().as_secs_f64());
        let outcome = if done.is_ok() { "good" } else { "failed" };
        metrics::counter!("keeper_rounds_total", "task" => T::NAME, "outcome" => outcome).increment(1);
        let wait = match done {
            Ok(()) => {
                backoff.succeeded();
                pulse.good();
                task.period()
            }
            Err(error) => {
                pulse.bad(&error);
                backoff.failed()
            }
        };
        if !stop.sleep(wait).await {
            tracing::info!(task = T::NAME, "stopped");
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use services::FeeLimits;
    use std::sync::Mutex;

    /// Fails in every market, and stops once it has seen the last.
    struct Failing {
        seen: Arc<Mutex<Vec<Pubkey>>>,
        stop: Stop,
    }

    impl Task for Failing {
        const NAME: &'static str = "failing";

        fn period(&self) -> Duration {
            Duration::from_millis(1)
        }

        async fn round(&mut self, ground: &Ground, market: Pubkey) -> Result<(), TaskError> {
            self.seen.lock().unwrap().push(market);
            if ground.markets.last() == Some(&market) {
                self.stop.set();
            }
            Err(ReadFailure::Missing { what: "market", address: market }.into())
        }
    }

    #[tokio::test]
    async fn round_that_fails_in_one_market_is_had_in_the_others() {
        let rpc = Rpc::new("http://127.0.0.1:1", RPC_TIMEOUT).unwrap();
        let wallet = Wallet::new(rpc, Keypair::new_from_array([1; 32]), FeeLimits::default());
        let markets: Vec<_> = (1..=4).map(|at| Pubkey::new_from_array([at; 32])).collect();
        let ground = Arc::new(Ground { wallet, markets: markets.clone() });
        let (health, stop, seen) = (Health::default(), Stop::new(), Arc::default());
        let task = Failing { seen: Arc::clone(&seen), stop: stop.clone() };
        drive(task, ground, health.part(Failing::NAME, LATE_LEAST), stop).await;
        assert_eq!(*seen.lock().unwrap(), markets);
        let parts = health.report();
        let error = parts[Failing::NAME].error.clone().unwrap();
        assert!(error.contains(&markets[3].to_string()), "what failed last: {error}");
    }
}
