//! A clean stop: everything that waits, waits for this too.

use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Becomes true once, and stays so.
#[derive(Clone, Debug)]
pub struct Stop {
    sender: watch::Sender<bool>,
}

impl Stop {
    #[expect(clippy::new_without_default, reason = "a stop that nobody holds is of no use")]
    pub fn new() -> Self {
        Self { sender: watch::Sender::new(false) }
    }

    /// One that SIGINT or SIGTERM sets.
    pub fn on_signals() -> std::io::Result<Self> {
        let stop = Self::new();
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let setter = stop.clone();
        tokio::spawn(async move {
            let name = tokio::select! {
                _ = interrupt.recv() => "SIGINT",
                _ = terminate.recv() => "SIGTERM",
            };
            tracing::info!(signal = name, "stopping");
            setter.set();
        });
        Ok(stop)
    }

    pub fn set(&self) {
        self.sender.send_replace(true);
    }

    pub fn is_set(&self) -> bool {
        *self.sender.borrow()
    }

    /// Returns once it is set.
    pub async fn wait(&self) {
        let mut receiver = self.sender.subscribe();
        // The sender is ours, so the channel is open.
        let _ = receiver.wait_for(|set| *set).await;
    }

    /// Waits so long, or less if it is set meanwhile; whether to go on.
    pub async fn sleep(&self, time: Duration) -> bool {
        tokio::select! {
            () = tokio::time::sleep(time) => !self.is_set(),
            () = self.wait() => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn stop_ends_a_sleep_and_every_later_one() {
        let stop = Stop::new();
        assert!(stop.sleep(Duration::from_millis(1)).await);
        let setter = stop.clone();
        let sleeper = tokio::spawn(async move { stop.sleep(Duration::from_secs(3_600)).await });
        setter.set();
        assert!(!sleeper.await.unwrap());
        assert!(!setter.sleep(Duration::from_secs(3_600)).await && setter.is_set());
    }
}
