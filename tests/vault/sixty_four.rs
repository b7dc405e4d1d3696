//! A full book: sixty-four bids committed, revealed, cleared in one step and settled in pages of several to a transaction. What it costs
//! is what the meter records of these instructions.

use crate::fixture::{ALICE, AUCTION_S, BOB, Stage};
use testkit::{SOL, USDC};

const BIDS: usize = 64;
/// Settlements that fit one transaction's units.
const PAGE: usize = 4;

#[test]
fn sixty_four_bids_are_cleared_at_once_and_settled_in_pages() {
    let mut stage = Stage::new();
    let wallet = stage.actor(ALICE).base_tokens;
    stage.protocol.base.mint_to(&mut stage.world, &wallet, 100 * SOL);
    stage.do_deposit(ALICE, 100 * SOL);
    stage.do_deposit(BOB, 20 * SOL);
    stage.do_turn();
    stage.do_open();
    let offered = stage.epoch().offered_lots.get();
    assert_eq!(offered, 1_200);
    let first = stage.actors.len();
    for number in 0..BIDS {
        let name = format!("bidder {number}");
        let actor = stage.protocol.actor(&mut stage.world, &name, 0, 200 * USDC);
        stage.actors.push(actor);
    }
    let bidders = first..first + BIDS;
    // Six prices, so that the lowest accepted one is shared by several.
    let percent = |who: usize| 110 + 10 * (who % 6) as u64;
    let mut prices = vec![];
    for who in bidders.clone() {
        let price_e6 = stage.price(percent(who));
        prices.push(price_e6);
        let commit = stage.bid_commit(who, 25 + who as u64 % 3, price_e6);
        stage.world.ok(&[commit], &[&stage.actors[who].keypair]);
    }
    stage.world.advance_s(AUCTION_S);
    for (who, price_e6) in bidders.clone().zip(&prices) {
        let reveal = stage.bid_reveal(who, *price_e6);
        stage.world.ok(&[reveal], &[]);
    }
    stage.end_auction();
    stage.do_clear();
    let (epoch, cleared) = (stage.epoch(), stage.epoch().clearing_price_e6.get());
    assert_eq!((epoch.bids_committed, epoch.bids_revealed), (64, 64));
    let all: Vec<_> = bidders.clone().collect();
    for page in all.chunks(PAGE) {
        let settles: Vec<_> = page.iter().map(|who| stage.bid_settle(*who)).collect();
        stage.world.ok(&settles, &[]);
    }
    stage.check();
    let epoch = stage.epoch();
    assert_eq!((epoch.bids_unsettled, epoch.sold_lots.get()), (0, epoch.cleared_lots.get()));
    assert!(offered - epoch.sold_lots.get() < BIDS as u64, "only dust stays unsold");
    for (who, price_e6) in bidders.zip(prices) {
        let bid = stage.bid(who);
        assert_eq!(bid.filled_lots.get() > 0, price_e6 >= cleared);
        assert!(price_e6 <= cleared || bid.filled_lots == bid.lots, "above the price everybody is served whole");
    }
}
