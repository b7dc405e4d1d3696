//! A relay that runs in the test's process, and its clients, over real sockets.

use crate::cluster::Cluster;
use clap::Parser;
use futures_util::StreamExt;
use relay::{Config, Running, SignedJson, start};
use serde_json::{Value, json};
use services::{Health, Stop};
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// A frame that has not come by now does not come.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Site {
    pub address: SocketAddr,
    pub health: Health,
    pub stop: Stop,
    running: Running,
    http: reqwest::Client,
}

pub struct Stream(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Site {
    pub async fn start(cluster: &Cluster, folder: &Path, more: &[&str]) -> Self {
        let store = folder.join("relay.redb");
        let store = store.to_str().unwrap();
        let own = ["relay", "--url", &cluster.url, "--listen", "127.0.0.1:0", "--store", store, "--poll-ms", "100"];
        let config = Config::try_parse_from(own.iter().chain(more)).unwrap();
        let (health, stop) = (Health::default(), Stop::new());
        let running = start(config, axum::Router::new(), &health, stop.clone()).await.unwrap();
        let site = Self { address: running.address, health, stop, running, http: reqwest::Client::new() };
        // It takes nothing in before it has seen the cluster.
        while !site.health.report()["chain"].healthy {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        site
    }

    pub async fn stop(self) {
        self.stop.set();
        self.running.wait().await.unwrap();
    }

    pub async fn request(&self, path: &str, body: Option<String>) -> (u16, Value) {
        let url = format!("http://{}{path}", self.address);
        let request = match body {
            Some(body) => self.http.post(url).body(body),
            None => self.http.get(url),
        };
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, serde_json::from_str(&response.text().await.unwrap()).unwrap())
    }

    pub async fn post(&self, quote: &SignedJson) -> (u16, Value) {
        self.request("/v1/quotes", Some(json!(quote).to_string())).await
    }

    /// Posts, and returns the status and the error's code.
    pub async fn refused(&self, quote: &SignedJson) -> (u16, String) {
        let (status, answer) = self.post(quote).await;
        (status, answer["error"]["code"].as_str().unwrap_or_default().to_owned())
    }

    pub async fn quotes(&self) -> Vec<String> {
        ids(&self.request("/v1/quotes", None).await.1)
    }

    pub async fn stream(&self, query: &str) -> Stream {
        Stream(connect_async(format!("ws://{}/v1/stream{query}", self.address)).await.unwrap().0)
    }
}

/// The ids in a snapshot.
pub fn ids(snapshot: &Value) -> Vec<String> {
    snapshot["quotes"].as_array().unwrap().iter().map(|quote| quote["id"].as_str().unwrap().to_owned()).collect()
}

impl Stream {
    /// The next frame that is not of a slot; `None` at the end.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            let text = match timeout(PATIENCE, self.0.next()).await.expect("a frame in time") {
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(Message::Close(_))) | None => return None,
                other => panic!("not a frame of text: {other:?}"),
            };
            let frame: Value = serde_json::from_str(&text).unwrap();
            if frame["type"] != "slot" {
                return Some(frame);
            }
        }
    }

    pub async fn expect(&mut self, frame: Value) {
        assert_eq!(self.next().await, Some(frame));
    }
}
