//! What a market's own level does to new risk in it: the throttle at 1, the end at 2; and what it leaves.
use crate::fixture::*;
use abi::breaker::Custody;
use testkit::{Offer, USDC};

const HOUR_S: i64 = 3_600;

/// The market throttled, under a cap of 1,000 lots of open interest.
fn throttled() -> Desk {
    let mut desk = Desk::new();
    let custody = desk.protocol.custody;
    desk.world.edit::<Custody>(&custody, |custody| custody.limits.open_interest_cap_lots = 1_000.into());
    desk.market_level(1);
    desk
}

fn offer(desk: &Desk, nonce: u64) -> Offer {
    Offer { nonce, ..desk.offer() }
}

fn refused(desk: &mut Desk, nonce: u64, lots: u64, name: &str) {
    let offer = offer(desk, nonce);
    let fill = desk.fill(offer, lots);
    desk.world.fail(&fill, &[&desk.taker.keypair], error(name));
}

#[test]
fn quote_fill_while_throttled_takes_a_hundredth_of_the_cap_at_most() {
    let mut desk = throttled();
    refused(&mut desk, 1, 11, "FillThrottled");
    let offer = offer(&desk, 1);
    desk.filled(offer, 10);
    let market = desk.market();
    let now = desk.world.unix_s();
    assert_eq!((market.throttle_since_unix_s.get(), market.throttle_opened_lots.get()), (now, 10));
}

#[test]
fn quote_fill_while_throttled_takes_a_twentieth_of_the_cap_in_an_hour() {
    let mut desk = throttled();
    for nonce in 1..=5 {
        let offer = offer(&desk, nonce);
        desk.filled(offer, 10);
    }
    refused(&mut desk, 6, 1, "RateThrottled");
    desk.world.advance_s(HOUR_S - 1);
    desk.protocol.price(&mut desk.world, SPOT);
    refused(&mut desk, 6, 1, "RateThrottled");
    desk.world.advance_s(1);
    let offer = offer(&desk, 6);
    desk.filled(offer, 1);
}

#[test]
fn quote_fill_that_reduces_is_neither_throttled_nor_closed() {
    let mut desk = Desk::new();
    desk.filled(desk.offer(), 50);
    let custody = desk.protocol.custody;
    desk.world.edit::<Custody>(&custody, |custody| custody.limits.open_interest_cap_lots = 1_000.into());
    for (level, nonce) in [(1, 2), (2, 3), (3, 4)] {
        desk.market_level(level);
        let back = Offer { side: abi::quote::SIDE_BUY, nonce, ..desk.offer() };
        desk.filled(back, 16);
    }
}

#[test]
fn new_risk_and_listings_end_at_the_markets_level_2_and_no_other_market_feels_it() {
    let mut desk = Desk::new();
    let elsewhere = Elsewhere::new(&mut desk);
    desk.market_level(2);
    refused(&mut desk, 1, 1, "LevelForbids");
    let at = desk.protocol.expiry_unix_s(&mut desk.world, 2);
    let create = |protocol: &testkit::Protocol, desk: &Desk| {
        let accounts = client::margin::ExpiryCreate {
            payer: desk.world.payer(),
            market: protocol.market,
            expiry: client::addresses::expiry(&protocol.market, at),
            custody: protocol.custody,
            feed: protocol.feed,
        };
        accounts.instruction(client::margin::ExpiryCreateArgs { expiry_unix_s: at })
    };
    let here = create(&desk.protocol, &desk);
    desk.world.fail(&[here], &[], error("LevelForbids"));
    let there = create(&elsewhere.protocol, &desk);
    desk.world.ok(&[there], &[]);
    let deposit = desk.protocol.deposit(&desk.taker, desk.protocol.quote.mint, USDC);
    desk.world.ok(&[deposit], &[&desk.taker.keypair]);
}

#[test]
fn quote_fill_with_an_unreadable_custody_fails_custody_unreadable() {
    let mut desk = Desk::new();
    let custody = desk.protocol.custody;
    let mut account = desk.world.account(&custody).expect("the custody");
    account.owner = testkit::key("another breaker");
    desk.world.set_account(&custody, account);
    refused(&mut desk, 1, 1, "CustodyUnreadable");
}
