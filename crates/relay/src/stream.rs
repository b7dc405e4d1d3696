//! WebSocket: a snapshot, then every change. Whoever is too slow for the changes is sent a snapshot again, and whoever takes nothing at all
//! is let go.

use crate::Refusal;
use crate::event::Event;
use crate::server::{Served, market_of};
use abi::Address;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::time::timeout;

/// A client that takes a frame no faster is gone.
const SEND_LIMIT: Duration = Duration::from_secs(10);
/// What a client may say at most; all of it is ignored.
const HEARD_MAX: usize = 1_024;

pub async fn open(
    State(served): State<Served>,
    Query(query): Query<HashMap<String, String>>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Refusal> {
    let market = market_of(&query)?;
    let permit = served.relay.streams.clone().try_acquire_owned().map_err(|_| Refusal::StreamsFull)?;
    let upgrade = upgrade.max_message_size(HEARD_MAX).max_frame_size(HEARD_MAX);
    Ok(upgrade
        .on_upgrade(move |socket| async move {
            metrics::gauge!("relay_streams").increment(1.0);
            run(socket, &served, market).await;
            metrics::gauge!("relay_streams").decrement(1.0);
            drop(permit);
        })
        .into_response())
}

async fn run(mut socket: WebSocket, served: &Served, market: Option<Address>) {
    let Some(mut events) = begin(&mut socket, served, market).await else { return };
    loop {
        tokio::select! {
            () = served.stop.wait() => {
                let frame = CloseFrame { code: close_code::RESTART, reason: "the relay stops".into() };
                // Whether it is heard or not, the stream ends here.
                let _ = timeout(SEND_LIMIT, socket.send(Message::Close(Some(frame)))).await;
                return;
            }
            heard = socket.recv() => if !matches!(heard, Some(Ok(_))) { return },
            event = events.recv() => match event {
                Ok(event) if is_for(&event, market) => if !send(&mut socket, event.text).await { return },
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => {
                    metrics::counter!("relay_streams_lagged_total").increment(1);
                    let Some(anew) = begin(&mut socket, served, market).await else { return };
                    events = anew;
                }
                Err(RecvError::Closed) => return,
            },
        }
    }
}

/// Sends a snapshot; what comes after it, or nothing if the client is gone.
async fn begin(socket: &mut WebSocket, served: &Served, market: Option<Address>) -> Option<Receiver<Event>> {
    let _permit = served.relay.snapshots.acquire().await.ok()?;
    let (snapshot, events) = served.relay.subscribe(market);
    send(socket, snapshot).await.then_some(events)
}

fn is_for(event: &Event, market: Option<Address>) -> bool {
    event.market.is_none() || market.is_none() || event.market == market
}

async fn send(socket: &mut WebSocket, text: Utf8Bytes) -> bool {
    matches!(timeout(SEND_LIMIT, socket.send(Message::Text(text))).await, Ok(Ok(())))
}
