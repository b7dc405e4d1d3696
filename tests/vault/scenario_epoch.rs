//! Whole epochs with two depositors and three bidders: conservation to the atom at each step, and nobody's result by anyone's discretion.

use crate::fixture::{ALICE, BOB, CAROL, DAVE, ERIN, SPOT_E6, Stage};
use testkit::{SOL, USDC};

/// Sends a step and checks every sum.
macro_rules! step {
    ($stage:ident, $instruction:expr $(, $who:expr)?) => {{
        let instruction = $instruction;
        $stage.world.ok(&[instruction], &[$(&$stage.actors[$who].keypair)?]);
        $stage.check_conserved();
    }};
}

#[test]
fn whole_epoch_conserves_every_atom() {
    let mut stage = Stage::new();
    stage.check_conserved();
    let wallets =
        |stage: &mut Stage| [ALICE, BOB, CAROL, DAVE, ERIN].map(|who| (stage.base_of(who), stage.quote_of(who)));
    let start = wallets(&mut stage);

    step!(stage, stage.deposit(ALICE, 0, 2 * SOL), ALICE);
    step!(stage, stage.deposit(BOB, 0, 5 * SOL), BOB);
    step!(stage, stage.deposit_cancel(BOB), BOB);
    step!(stage, stage.deposit(BOB, 0, 1_550_000_007), BOB);
    step!(stage, stage.auction_open());
    step!(stage, stage.bid_place(CAROL, 40, 1_200_000), CAROL);
    step!(stage, stage.bid_place(DAVE, 10, 900_001), DAVE);
    step!(stage, stage.bid_place(ERIN, 35, 1_200_000), ERIN);
    stage.end_auction();
    // Forty lots are no better than the thirty-five on offer, and Carol came first.
    step!(stage, stage.auction_clear(Some(CAROL)));
    step!(stage, stage.bid_refund(DAVE));

    stage.protocol.price(&mut stage.world, 2 * SPOT_E6);
    stage.check_conserved();
    stage.expire(110_700_001);
    stage.check_conserved();
    for account in [stage.vault.trading, stage.actor(CAROL).account] {
        step!(stage, stage.account_settle(account));
    }
    step!(stage, stage.epoch_settle());
    step!(stage, stage.bid_refund(ERIN));
    step!(stage, stage.claim(BOB), BOB);
    step!(stage, stage.bid_refund(CAROL));
    step!(stage, stage.claim(ALICE), ALICE);

    let end = wallets(&mut stage);
    let bases = start.iter().zip(&end).all(|(before, after)| before.0 == after.0);
    assert!(bases, "a covered call pays in quote: every base atom is back");
    // 35 lots: premium 4.2, payoff 0.700001 a SOL: 2.450004 rounded up for the short, 2.450003 down for the long.
    assert_eq!(end[CAROL].1, start[CAROL].1 - 4_200_000);
    let carol = stage.actor(CAROL).account;
    let carol: abi::margin::MarginAccount = stage.world.read(abi::ids::MARGIN, &carol);
    assert_eq!(carol.quote_atoms.get(), (1_000 * USDC + 2_450_003) as i64);
    assert_eq!((end[DAVE].1, end[ERIN].1), (start[DAVE].1, start[ERIN].1));
    let paid = end[ALICE].1 + end[BOB].1;
    let dust = stage.escrow().quote_atoms.get().unsigned_abs();
    assert_eq!(paid + dust, 4_200_000 - 2_450_004);
    assert!(dust < 2, "less than an atom a depositor");
}

#[test]
fn idle_epoch_returns_every_deposit_exactly() {
    let mut stage = Stage::deposited();
    let open = stage.auction_open();
    let start = [ALICE, BOB].map(|who| stage.base_of(who));
    step!(stage, open);
    stage.end_auction();
    step!(stage, stage.auction_clear(None));
    step!(stage, stage.epoch_settle());
    step!(stage, stage.claim(ALICE), ALICE);
    step!(stage, stage.claim(BOB), BOB);
    assert_eq!(stage.base_of(ALICE), start[ALICE] + 2 * SOL);
    assert_eq!(stage.base_of(BOB), start[BOB] + 1_550_000_007);
    assert_eq!(stage.escrow().base_atoms.get(), 0);
}
