//! Health: each part of a daemon says when it last did its work, and is late after a time of its own.

use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The health of all parts.
#[derive(Clone, Debug, Default)]
pub struct Health {
    parts: Arc<Mutex<BTreeMap<String, Part>>>,
}

#[derive(Debug)]
struct Part {
    late_after: Duration,
    last: Option<Instant>,
    error: Option<String>,
}

/// What is said of one part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PartHealth {
    pub healthy: bool,
    /// Milliseconds since its last success; absent before the first.
    pub age_ms: Option<u64>,
    pub late_after_ms: u64,
    /// What failed last, since its last success.
    pub error: Option<String>,
}

/// One part's side.
#[derive(Clone, Debug)]
pub struct Pulse {
    health: Health,
    name: String,
}

impl Health {
    /// A new part, unhealthy until its first success.
    pub fn part(&self, name: &str, late_after: Duration) -> Pulse {
        let part = Part { late_after, last: None, error: None };
        self.with(|parts| parts.insert(name.to_owned(), part));
        Pulse { health: self.clone(), name: name.to_owned() }
    }

    /// Every part, by name.
    pub fn report(&self) -> BTreeMap<String, PartHealth> {
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.with(|parts| {
            let said = |part: &Part| {
                let age = part.last.map(|last| last.elapsed());
                PartHealth {
                    healthy: age.is_some_and(|age| age <= part.late_after),
                    age_ms: age.map(millis),
                    late_after_ms: millis(part.late_after),
                    error: part.error.clone(),
                }
            };
            parts.iter().map(|(name, part)| (name.clone(), said(part))).collect()
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut BTreeMap<String, Part>) -> T) -> T {
        act(&mut self.parts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Pulse {
    pub fn good(&self) {
        self.health.with(|parts| {
            if let Some(part) = parts.get_mut(&self.name) {
                part.last = Some(Instant::now());
                part.error = None;
            }
        });
    }

    pub fn bad(&self, error: &dyn std::fmt::Display) {
        self.health.with(|parts| {
            if let Some(part) = parts.get_mut(&self.name) {
                part.error = Some(error.to_string());
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn health_of_a_part_follows_its_successes() {
        let health = Health::default();
        let (quick, slow) = (health.part("quick", Duration::ZERO), health.part("slow", Duration::from_secs(3_600)));
        assert!(health.report().values().all(|part| !part.healthy && part.age_ms.is_none()));
        quick.good();
        slow.good();
        slow.bad(&"no answer");
        std::thread::sleep(Duration::from_millis(2));
        let report = health.report();
        assert!(!report["quick"].healthy && report["quick"].age_ms.is_some());
        assert!(report["slow"].healthy && report["slow"].error.as_deref() == Some("no answer"));
        slow.good();
        assert_eq!(health.report()["slow"].error, None);
    }
}
