//! A cluster's RPC as a relay sees it, over a real socket: what it says is what a test sets.

use abi::margin::{KIND_CALL, MarginAccount, QuoteState};
use abi::quote::{HEADER_LEN, LEG_LEN, QUOTE_DOMAIN, QuoteHeader, QuoteLeg};
use abi::{Address, Layout};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use bytemuck::{Zeroable, bytes_of};
use client::addresses;
use relay::SignedJson;
use serde_json::{Value, json};
use services::base64_of;
use sha2::{Digest, Sha256};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

pub const GENESIS: [u8; 32] = [7; 32];
pub const MARKET: Address = [3; 32];

#[derive(Default)]
pub struct Chain {
    pub slot: u64,
    pub dead: bool,
    pub accounts: HashMap<String, Vec<u8>>,
}

#[derive(Clone, Default)]
pub struct Cluster {
    pub chain: Arc<Mutex<Chain>>,
    pub url: String,
}

impl Cluster {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let cluster = Self { url: format!("http://{}", listener.local_addr().unwrap()), ..Self::default() };
        cluster.chain.lock().unwrap().slot = 100;
        let router = Router::new().route("/", post(answer)).with_state(cluster.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        cluster
    }

    pub fn with<T>(&self, act: impl FnOnce(&mut Chain) -> T) -> T {
        act(&mut self.chain.lock().unwrap())
    }

    /// Changes a margin account, which need not exist before.
    pub fn account(&self, address: &Pubkey, act: impl FnOnce(&mut MarginAccount)) {
        self.layout(address, act);
    }

    pub fn state(&self, account: &Pubkey, nonce: u64, message: &[u8], filled_packages: u64) {
        self.layout(&addresses::quote_state(account, nonce), |state: &mut QuoteState| {
            state.digest = Sha256::digest(message).into();
            state.filled_packages = filled_packages.into();
        });
    }

    fn layout<T: Layout>(&self, address: &Pubkey, act: impl FnOnce(&mut T)) {
        self.with(|chain| {
            let data = chain.accounts.entry(address.to_string()).or_insert_with(|| {
                let mut data = vec![0; T::SPACE];
                data[..8].copy_from_slice(&T::DISCRIMINATOR);
                data[8] = 1;
                data[9] = 1;
                data
            });
            act(abi::read_mut(data).unwrap());
        });
    }
}

async fn answer(State(cluster): State<Cluster>, Json(request): Json<Value>) -> Result<Json<Value>, StatusCode> {
    let chain = cluster.chain.lock().unwrap();
    if chain.dead {
        return Err(StatusCode::BAD_GATEWAY);
    }
    let account = |key: &Value| {
        chain.accounts.get(key.as_str().unwrap()).map_or(Value::Null, |data| {
            json!({ "owner": Pubkey::from(abi::ids::MARGIN).to_string(), "lamports": 1, "data": [base64_of(data), "base64"] })
        })
    };
    let result = match request["method"].as_str().unwrap() {
        "getGenesisHash" => json!(Pubkey::from(GENESIS).to_string()),
        "getSlot" => json!(chain.slot),
        "getMultipleAccounts" => {
            let keys = request["params"][0].as_array().unwrap();
            assert!(keys.len() <= 100);
            json!({ "context": { "slot": chain.slot }, "value": keys.iter().map(account).collect::<Vec<_>>() })
        }
        other => panic!("a relay does not ask for {other}"),
    };
    Ok(Json(json!({ "jsonrpc": "2.0", "id": 1, "result": result })))
}

/// A maker with a margin account on the cluster.
pub struct Maker {
    pub key: Keypair,
    pub account: Pubkey,
}

impl Maker {
    pub fn new(cluster: &Cluster, seed: u8) -> Self {
        let key = Keypair::new_from_array([seed; 32]);
        let account = Pubkey::from([seed.wrapping_add(100); 32]);
        cluster.account(&account, |data| {
            data.market = MARKET;
            data.owner = key.pubkey().to_bytes();
        });
        Self { key, account }
    }

    pub fn message(&self, nonce: u64, expiry_slot: u64, market: Address) -> Vec<u8> {
        let mut header = QuoteHeader::zeroed();
        header.domain = QUOTE_DOMAIN;
        header.program = abi::ids::MARGIN;
        header.genesis_hash = GENESIS;
        header.market = market;
        header.maker_account = self.account.to_bytes();
        header.nonce = nonce.into();
        header.max_packages = 10.into();
        header.min_fill_packages = 1.into();
        header.expiry_slot = expiry_slot.into();
        header.leg_count = 1;
        let mut leg = QuoteLeg::zeroed();
        leg.expiry_unix_s = 2_000_000_000.into();
        leg.strike_e6 = 100_000_000.into();
        leg.price_e6 = 5_000_000.into();
        leg.kind = KIND_CALL;
        leg.ratio = 1.into();
        let message = [bytes_of(&header), bytes_of(&leg)].concat();
        assert_eq!(message.len(), HEADER_LEN + LEG_LEN);
        message
    }

    pub fn sign(&self, message: &[u8]) -> SignedJson {
        SignedJson {
            maker: self.key.pubkey().to_string(),
            message: base64_of(message),
            signature: base64_of(self.key.sign_message(message).as_ref()),
        }
    }

    pub fn quote(&self, nonce: u64, expiry_slot: u64) -> SignedJson {
        self.sign(&self.message(nonce, expiry_slot, MARKET))
    }

    pub fn id(&self, nonce: u64) -> String {
        format!("{}/{nonce}", self.account)
    }
}
