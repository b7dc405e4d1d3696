//! HTTP: routes, and how a relay is started and stopped.

use crate::refusal::{BATCH_MAX, BODY_MAX};
use crate::relay::{BLIND_AFTER, Relay};
use crate::store::{Store, StoreError};
use crate::{Config, QuoteId, Refusal, SignedJson, chain, stream};
use abi::Address;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, Query, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use services::{Backoff, Health, Rpc, RpcError, Stop};
use solana_pubkey::Pubkey;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tower_http::cors::{Any, CorsLayer};

const RPC_TIMEOUT: Duration = Duration::from_secs(5);
const RETRY: Duration = Duration::from_millis(500);
const RETRY_MOST: Duration = Duration::from_secs(10);

#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Rpc(#[from] RpcError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("cannot listen on {address}: {source}")]
    Listen { address: SocketAddr, source: std::io::Error },
    #[error("stopped before the cluster answered")]
    Stopped,
    #[error("the server ended: {0}")]
    Server(std::io::Error),
}

/// A relay that serves.
pub struct Running {
    pub address: SocketAddr,
    server: JoinHandle<std::io::Result<()>>,
    watch: JoinHandle<()>,
}

impl Running {
    /// Returns once it has stopped, with the store written.
    pub async fn wait(self) -> Result<(), RunError> {
        // A panic of either has been printed; the process then ends with what the other says.
        let _ = self.watch.await;
        self.server.await.unwrap_or(Ok(())).map_err(RunError::Server)
    }
}

/// Starts a relay: learns which cluster it is on, reads its store, listens. `operations` are the routes of health and metrics.
pub async fn start(config: Config, operations: Router, health: &Health, stop: Stop) -> Result<Running, RunError> {
    let rpc = Rpc::new(&config.url, RPC_TIMEOUT)?;
    let genesis_hash = genesis_learn(&rpc, &stop).await?;
    let (store, stored) = Store::open(&config.store, &genesis_hash)?;
    let listen = |source| RunError::Listen { address: config.listen, source };
    let listener = TcpListener::bind(config.listen).await.map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    let relay = Arc::new(Relay::new(config.clone(), rpc, genesis_hash, store, stored));
    let watch = tokio::spawn(chain::watch(relay.clone(), health.part("chain", BLIND_AFTER), stop.clone()));
    let router = routes(relay, stop.clone()).merge(operations);
    let server = tokio::spawn(services::serve(listener, router, stop));
    Ok(Running { address, server, watch })
}

/// Asks until the cluster answers.
async fn genesis_learn(rpc: &Rpc, stop: &Stop) -> Result<[u8; 32], RunError> {
    let mut backoff = Backoff::new(RETRY, RETRY_MOST);
    loop {
        match rpc.genesis_hash().await {
            Ok(hash) => return Ok(hash),
            Err(error) => tracing::warn!(%error, "waiting for the cluster"),
        }
        if !stop.sleep(backoff.failed()).await {
            return Err(RunError::Stopped);
        }
    }
}

/// What every request has at hand.
#[derive(Clone)]
pub struct Served {
    pub relay: Arc<Relay>,
    pub stop: Stop,
}

fn routes(relay: Arc<Relay>, stop: Stop) -> Router {
    let served = Served { relay, stop };
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::CONTENT_TYPE]);
    Router::new()
        .route("/v1/quotes", post(quote_post).get(quotes_get))
        .route("/v1/quotes/batch", post(batch_post))
        .route("/v1/quotes/{account}/{nonce}", get(quote_get))
        .route("/v1/stream", get(stream::open))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(from_fn_with_state(served.clone(), admit))
        .layer(cors)
        .with_state(served)
}

async fn admit(
    State(served): State<Served>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    match served.relay.address_admit(address.ip()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

fn body_read<T: DeserializeOwned>(body: Result<Bytes, BytesRejection>) -> Result<T, Refusal> {
    // The one reason, other than a client that left, for which a body is not read.
    let body = body.map_err(|_| Refusal::BodyTooLarge)?;
    serde_json::from_slice(&body).map_err(|error| Refusal::Malformed(error.to_string()))
}

async fn quote_post(State(served): State<Served>, body: Result<Bytes, BytesRejection>) -> Result<Response, Refusal> {
    let (id, new) = served.relay.post(&body_read::<SignedJson>(body)?).await?;
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(json!({ "id": id.to_string() }))).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Batch {
    quotes: Vec<SignedJson>,
}

async fn batch_post(State(served): State<Served>, body: Result<Bytes, BytesRejection>) -> Result<Response, Refusal> {
    let Batch { quotes } = body_read(body)?;
    if quotes.is_empty() || quotes.len() > BATCH_MAX {
        return Err(Refusal::BatchSize(quotes.len()));
    }
    let mut results = Vec::with_capacity(quotes.len());
    for quote in &quotes {
        results.push(match served.relay.post(quote).await {
            Ok((id, _)) => json!({ "id": id.to_string() }),
            Err(refusal) => {
                metrics::counter!("relay_refusals_total", "code" => refusal.code()).increment(1);
                refusal.json()
            }
        });
    }
    Ok(Json(json!({ "results": results })).into_response())
}

/// The market that a request is about, if it names one.
pub fn market_of(query: &HashMap<String, String>) -> Result<Option<Address>, Refusal> {
    let parsed = query.get("market").map(|text| text.parse::<Pubkey>().map_err(|_| Refusal::MarketInvalid));
    Ok(parsed.transpose()?.map(|market| market.to_bytes()))
}

async fn quotes_get(
    State(served): State<Served>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Refusal> {
    let market = market_of(&query)?;
    let _permit = served.relay.snapshots.acquire().await.map_err(|_| Refusal::ChainUnseen)?;
    let text = served.relay.snapshot(market);
    Ok(([(header::CONTENT_TYPE, "application/json")], text.as_str().to_owned()).into_response())
}

async fn quote_get(
    State(served): State<Served>,
    Path((account, nonce)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let id = || Some(QuoteId { account: account.parse::<Pubkey>().ok()?.to_bytes(), nonce: nonce.parse().ok()? });
    let quote = id().and_then(|id| served.relay.quote(&id)).ok_or(Refusal::NotFound)?;
    Ok(Json(quote).into_response())
}
