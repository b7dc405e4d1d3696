//! Posts quotes to relays. One that does not answer costs its own quotes and nobody else's.

use serde::Deserialize;
use serde_json::{Value, json};
use services::Backoff;
use std::time::{Duration, Instant};

/// Quotes of one post, by the relay's limit.
const BATCH: usize = 64;
const TIMEOUT: Duration = Duration::from_secs(2);

pub struct Relay {
    url: String,
    http: reqwest::Client,
    backoff: Backoff,
    not_before: Instant,
}

#[derive(Deserialize)]
struct Answer {
    results: Vec<Value>,
}

impl Relay {
    pub fn new(url: &str) -> Result<Self, reqwest::Error> {
        Ok(Self {
            url: url.trim_end_matches('/').to_owned(),
            http: reqwest::Client::builder().timeout(TIMEOUT).build()?,
            backoff: Backoff::new(Duration::from_millis(500), Duration::from_secs(30)),
            not_before: Instant::now(),
        })
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Posts them; how many it took. A relay that failed lately is left alone for a while.
    pub async fn post(&mut self, quotes: &[Value]) -> Option<usize> {
        if Instant::now() < self.not_before {
            return None;
        }
        let mut taken = 0usize;
        for batch in quotes.chunks(BATCH) {
            match self.post_batch(batch).await {
                Ok(count) => taken = taken.saturating_add(count),
                Err(error) => {
                    let wait = self.backoff.failed();
                    tracing::warn!(relay = %self.url, %error, wait_ms = wait.as_millis(), "the relay does not take quotes");
                    self.not_before = Instant::now().checked_add(wait).unwrap_or_else(Instant::now);
                    return None;
                }
            }
        }
        self.backoff.succeeded();
        Some(taken)
    }

    async fn post_batch(&self, batch: &[Value]) -> Result<usize, reqwest::Error> {
        let url = format!("{}/v1/quotes/batch", self.url);
        let response = self.http.post(url).json(&json!({ "quotes": batch })).send().await?.error_for_status()?;
        let answer: Answer = response.json().await?;
        for refusal in answer.results.iter().filter_map(|result| result.get("error")) {
            let code = refusal.get("code").and_then(Value::as_str).unwrap_or("unknown").to_owned();
            tracing::debug!(relay = %self.url, code, "a quote was refused");
            metrics::counter!("maker_quotes_refused_total", "code" => code).increment(1);
        }
        Ok(answer.results.iter().filter(|result| result.get("id").is_some()).count())
    }
}
