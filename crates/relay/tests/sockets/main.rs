//! A relay over real sockets: makers post, pages hear, and the cluster has the last word.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod cluster;
mod site;

use cluster::{Cluster, MARKET, Maker};
use serde_json::{Value, json};
use site::{Site, ids};
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use tempfile::tempdir;

fn gone(seq: u64, id: &str, reason: &str) -> Value {
    json!({ "type": "gone", "seq": seq, "id": id, "reason": reason })
}

#[tokio::test]
async fn stream_tells_a_quotes_whole_life() {
    let (cluster, folder) = (Cluster::start().await, tempdir().unwrap());
    let maker = Maker::new(&cluster, 1);
    let site = Site::start(&cluster, folder.path(), &[]).await;
    let first = maker.quote(1, 500);
    assert_eq!(site.post(&first).await, (201, json!({ "id": maker.id(1) })));
    assert_eq!(site.post(&first).await, (200, json!({ "id": maker.id(1) })), "the same again");

    let mut stream = site.stream("").await;
    let as_sent = |nonce: u64, quote: &relay::SignedJson| {
        let mut sent = json!(quote);
        sent["id"] = json!(maker.id(nonce));
        sent["filledPackages"] = json!("0");
        sent
    };
    let genesis = Pubkey::from(cluster::GENESIS).to_string();
    let snapshot =
        json!({ "type": "snapshot", "seq": 1, "slot": 100, "genesisHash": genesis, "quotes": [as_sent(1, &first)] });
    stream.expect(snapshot.clone()).await;
    assert_eq!(site.request("/v1/quotes", None).await, (200, snapshot));
    assert_eq!(site.request(&format!("/v1/quotes/{}", maker.id(1)), None).await, (200, as_sent(1, &first)));

    let others: Vec<_> = (2..=6).map(|nonce| maker.quote(nonce, 500 + nonce)).collect();
    for (nonce, quote) in (2..).zip(&others) {
        assert_eq!(site.post(quote).await.0, 201);
        stream.expect(json!({ "type": "quote", "seq": nonce, "quote": as_sent(nonce, quote) })).await;
    }
    cluster.state(&maker.account, 2, &maker.message(2, 502, MARKET), 4);
    stream.expect(json!({ "type": "filled", "seq": 7, "id": maker.id(2), "filledPackages": "4" })).await;
    cluster.state(&maker.account, 2, &maker.message(2, 502, MARKET), 10);
    stream.expect(gone(8, &maker.id(2), "filled")).await;
    cluster.state(&maker.account, 3, b"another message", 0);
    stream.expect(gone(9, &maker.id(3), "nonce_used")).await;
    cluster.with(|chain| chain.slot = 501);
    stream.expect(gone(10, &maker.id(1), "expired")).await;
    cluster.account(&maker.account, |account| account.nonce_floor = 5.into());
    stream.expect(gone(11, &maker.id(4), "superseded")).await;
    cluster.account(&maker.account, |account| account.owner = [9; 32]);
    stream.expect(gone(12, &maker.id(5), "unauthorised")).await;
    stream.expect(gone(13, &maker.id(6), "unauthorised")).await;
    assert_eq!(site.quotes().await, Vec::<String>::new());
    site.stop().await;
    assert_eq!(stream.next().await, None, "a relay that stops closes its streams");
}

#[tokio::test]
async fn stream_of_one_market_hears_nothing_of_another() {
    let (cluster, folder) = (Cluster::start().await, tempdir().unwrap());
    let (maker, other) = (Maker::new(&cluster, 1), Maker::new(&cluster, 2));
    cluster.account(&other.account, |account| account.market = [4; 32]);
    let site = Site::start(&cluster, folder.path(), &[]).await;
    let mut stream = site.stream(&format!("?market={}", Pubkey::from(MARKET))).await;
    assert_eq!(ids(&stream.next().await.unwrap()), Vec::<String>::new());
    assert_eq!(site.post(&other.sign(&other.message(1, 500, [4; 32]))).await.0, 201);
    assert_eq!(site.post(&maker.quote(1, 500)).await.0, 201);
    let frame = stream.next().await.unwrap();
    assert_eq!(
        (&frame["type"], &frame["seq"], &frame["quote"]["id"]),
        (&json!("quote"), &json!(2), &json!(maker.id(1)))
    );
    cluster.with(|chain| chain.accounts.remove(&other.account.to_string()));
    cluster.account(&maker.account, |account| account.nonce_floor = 2.into());
    let frame = stream.next().await.unwrap();
    assert_eq!((&frame["type"], &frame["id"]), (&json!("gone"), &json!(maker.id(1))));
    site.stop().await;
}

#[tokio::test]
async fn post_of_what_the_cluster_refuses_says_why() {
    let (cluster, folder) = (Cluster::start().await, tempdir().unwrap());
    let (maker, other) = (Maker::new(&cluster, 1), Maker::new(&cluster, 2));
    cluster.account(&maker.account, |account| account.nonce_floor = 5.into());
    let site = Site::start(&cluster, folder.path(), &["--maker-quotes-max", "2", "--quotes-max", "3"]).await;
    let code = |status: u16, code: &str| (status, code.to_owned());

    assert_eq!(site.refused(&maker.quote(5, 99)).await, code(410, "expired"));
    assert_eq!(site.refused(&maker.quote(5, 9_101)).await, code(400, "expiry_too_far"));
    assert_eq!(site.refused(&maker.quote(4, 500)).await, code(410, "superseded"));
    let of_other = other.message(1, 500, MARKET);
    assert_eq!(site.refused(&maker.sign(&of_other)).await, code(403, "maker_unauthorised"));
    assert_eq!(site.refused(&maker.sign(&maker.message(5, 500, [4; 32]))).await, code(422, "market_wrong"));
    let unknown = Maker { key: maker.key.insecure_clone(), account: Pubkey::from([1; 32]) };
    assert_eq!(site.refused(&unknown.quote(1, 500)).await, code(422, "account_unknown"));
    let mut forged = maker.quote(5, 500);
    forged.maker = other.key.pubkey().to_string();
    assert_eq!(site.refused(&forged).await, code(400, "signature_wrong"));
    assert_eq!(site.quotes().await, Vec::<String>::new(), "none of them was taken in");

    assert_eq!(site.post(&maker.quote(5, 500)).await.0, 201);
    assert_eq!(site.refused(&maker.quote(5, 501)).await, code(409, "nonce_taken"));
    assert_eq!(site.post(&maker.quote(6, 500)).await.0, 201);
    assert_eq!(site.refused(&maker.quote(7, 500)).await, code(429, "maker_full"));
    // A delegate with the right to trade is a key of its own.
    cluster.account(&other.account, |account| {
        account.delegate = maker.key.pubkey().to_bytes();
        account.delegate_rights = 2;
    });
    assert_eq!(site.refused(&maker.sign(&other.message(2, 500, MARKET))).await, code(403, "maker_unauthorised"));
    assert_eq!(site.post(&other.quote(1, 500)).await.0, 201);
    assert_eq!(site.refused(&other.quote(2, 500)).await, code(503, "relay_full"));
    site.stop().await;
}

#[tokio::test]
async fn requests_that_are_none_each_have_an_error_of_their_own() {
    let (cluster, folder) = (Cluster::start().await, tempdir().unwrap());
    let maker = Maker::new(&cluster, 1);
    let site =
        Site::start(&cluster, folder.path(), &["--maker-burst", "3", "--maker-rate", "1", "--streams-max", "1"]).await;
    let quote = || json!(maker.quote(1, 500));
    let batch = |count: usize| json!({ "quotes": vec![quote(); count] }).to_string();
    for (path, body, status, code) in [
        ("/v1/quotes", Some("{".to_owned()), 400, "malformed"),
        ("/v1/quotes", Some(r#"{"maker":"a","message":"b"}"#.to_owned()), 400, "malformed"),
        ("/v1/quotes", Some(" ".repeat(65_537)), 413, "body_too_large"),
        ("/v1/quotes/batch", Some(batch(0)), 400, "batch_size"),
        ("/v1/quotes/batch", Some(batch(65)), 400, "batch_size"),
        ("/v1/quotes?market=x", None, 400, "market_invalid"),
        ("/v1/quotes/x/1", None, 404, "not_found"),
    ] {
        let (found, answer) = site.request(path, body).await;
        assert_eq!((found, answer["error"]["code"].as_str()), (status, Some(code)), "{path}");
        assert!(answer["error"]["message"].as_str().is_some_and(|message| message.len() > 10));
    }
    let _held = site.stream("").await;
    let second = tokio_tungstenite::connect_async(format!("ws://{}/v1/stream", site.address)).await.unwrap_err();
    assert!(matches!(second, tokio_tungstenite::tungstenite::Error::Http(answer) if answer.status() == 503));

    // Each quote of a batch has its own answer, and a key its rate.
    let mut quotes: Vec<_> = (1..=5).map(|nonce| json!(maker.quote(nonce, 500))).collect();
    quotes[1]["signature"] = json!("");
    let (status, answer) = site.request("/v1/quotes/batch", Some(json!({ "quotes": quotes }).to_string())).await;
    assert_eq!(status, 200);
    let said: Vec<_> = answer["results"].as_array().unwrap().iter().map(|one| one["error"]["code"].clone()).collect();
    assert_eq!(said, [json!(null), json!("signature_encoding"), json!(null), json!(null), json!("maker_too_fast")]);
    site.stop().await;
}

#[tokio::test]
async fn addresses_that_ask_too_fast_are_told_so() {
    let (cluster, folder) = (Cluster::start().await, tempdir().unwrap());
    let site = Site::start(&cluster, folder.path(), &["--address-rate", "1"]).await;
    let mut codes = vec![];
    for _ in 0..40 {
        let (status, answer) = site.request("/v1/quotes", None).await;
        codes.push((status, answer["error"]["code"].as_str().unwrap_or_default().to_owned()));
    }
    assert!(codes[..10].iter().all(|(status, _)| *status == 200), "a burst of ten");
    assert!(codes.contains(&(429, "address_too_fast".to_owned())));
    site.stop().await;
}

#[tokio::test]
async fn restart_keeps_quotes_that_still_fill() {
    let (cluster, folder) = (Cluster::start().await, tempdir().unwrap());
    let maker = Maker::new(&cluster, 1);
    let site = Site::start(&cluster, folder.path(), &[]).await;
    for (nonce, expiry_slot) in [(1, 500), (2, 200), (3, 500)] {
        assert_eq!(site.post(&maker.quote(nonce, expiry_slot)).await.0, 201);
    }
    site.stop().await;
    // What happened while it was away: one expired, one was cancelled.
    cluster.with(|chain| chain.slot = 300);
    cluster.account(&maker.account, |account| account.nonce_floor = 3.into());
    let site = Site::start(&cluster, folder.path(), &[]).await;
    let left = || async { site.quotes().await };
    assert_eq!(left().await, [maker.id(3)]);
    site.stop().await;
}

#[tokio::test]
async fn cluster_that_is_gone_is_said_and_its_return_noticed() {
    let (cluster, folder) = (Cluster::start().await, tempdir().unwrap());
    let maker = Maker::new(&cluster, 1);
    let site = Site::start(&cluster, folder.path(), &[]).await;
    assert_eq!(site.post(&maker.quote(1, 500)).await.0, 201);
    cluster.with(|chain| chain.dead = true);
    let newcomer = Maker::new(&cluster, 2);
    assert_eq!(site.refused(&newcomer.quote(1, 500)).await, (503, "chain_unseen".to_owned()));
    while site.health.report()["chain"].error.is_none() {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(site.quotes().await, [maker.id(1)], "it still tells what it knows");
    cluster.with(|chain| chain.dead = false);
    while site.health.report()["chain"].error.is_some() {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(site.post(&newcomer.quote(1, 500)).await.0, 201);
    site.stop().await;
}
