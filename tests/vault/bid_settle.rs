use crate::fixture::{
    CALL_E6, CALLS, CAROL, DAVE, DAVES, HEDGE_E6, PUT_E6, PUTS, SPOT_E6, SPREADS, Stage, code, framework_code,
    margin_code,
};
use abi::ids;
use abi::margin::{KIND_CALL, KIND_PUT, MODE_PORTFOLIO, MarginAccount};
use abi::vault::BID_SETTLED;
use client::vault;
use solana_instruction::error::InstructionError;
use solana_pubkey::Pubkey;
use testkit::Substitutions;

/// Lots of a series that an account holds.
fn lots_of(stage: &mut Stage, account: Pubkey, kind: u8, strike_e6: u64) -> i64 {
    let (expiry, account): (i64, MarginAccount) = (stage.expiry_unix_s, stage.world.read(ids::MARGIN, &account));
    let is_it = |position: &&abi::margin::Position| {
        position.kind == kind && position.strike_e6.get() == strike_e6 && position.expiry_unix_s.get() == expiry
    };
    account.positions.iter().find(is_it).map_or(0, |position| position.lots.get())
}

/// INVARIANT(V-4): premium + refund = escrow; and everybody pays the one price.
#[test]
fn bid_settle_delivers_and_takes_the_premium() {
    for (kind, option, strike) in [(CALLS, KIND_CALL, CALL_E6), (PUTS, KIND_PUT, PUT_E6), (SPREADS, KIND_PUT, PUT_E6)] {
        let mut stage = Stage::auction_over_of(kind);
        stage.do_clear();
        let (price, held) = (stage.epoch().clearing_price_e6.get(), stage.at_risk());
        assert_eq!(price, stage.price(DAVES));
        let carol = stage.actor(CAROL).account;
        let escrow = stage.bid(CAROL).escrow_atoms.get();
        stage.do_settle(CAROL);
        let (bid, premium) = (stage.bid(CAROL), (price * 20).div_ceil(10));
        assert_eq!((bid.state, bid.filled_lots.get(), bid.escrow_atoms.get()), (BID_SETTLED, 20, escrow - premium));
        assert_eq!(stage.epoch().premium_atoms.get(), premium);
        assert_eq!(stage.trading().quote_atoms.get() as u64, premium + if kind == CALLS { 0 } else { held });
        let trading = stage.vault.trading;
        let pair = |stage: &mut Stage, strike| {
            (lots_of(stage, trading, option, strike), lots_of(stage, carol, option, strike))
        };
        assert_eq!(pair(&mut stage, strike), (-20, 20));
        assert_eq!(pair(&mut stage, HEDGE_E6), if kind == SPREADS { (20, -20) } else { (0, 0) });
        stage.do_settle(DAVE);
        let sold = if kind == CALLS { 35 } else { stage.epoch().offered_lots.get().min(50) };
        assert_eq!((stage.epoch().sold_lots.get(), stage.epoch().bids_unsettled), (sold, 0));
    }
}

/// A bond for every bid that stays sealed.
#[test]
fn bid_settle_of_a_sealed_bid_takes_a_tenth_of_its_escrow() {
    let mut stage = Stage::revealing();
    stage.do_reveal(DAVE, DAVES);
    stage.end_auction();
    stage.do_clear();
    let escrow = stage.bid(CAROL).escrow_atoms.get();
    stage.do_settle(CAROL);
    let bond = escrow.div_ceil(10);
    assert_eq!((stage.bid(CAROL).escrow_atoms.get(), stage.epoch().forfeited_atoms.get()), (escrow - bond, bond));
    assert_eq!(stage.trading().quote_atoms.get() as u64, bond);
    assert_eq!(stage.bid(CAROL).filled_lots.get(), 0);
}

/// A bid is no option to walk away.
#[test]
fn bid_settle_to_a_holder_who_takes_no_delivery_keeps_the_premium() {
    let full = |account: &mut MarginAccount| {
        for (slot, position) in account.positions.iter_mut().enumerate() {
            (position.kind, position.lots) = (KIND_CALL, 1.into());
            position.strike_e6 = (1_000_000 + slot as u64).into();
        }
    };
    let many_expiries = |account: &mut MarginAccount| {
        for (position, expiry) in account.positions.iter_mut().zip(1i64..=4) {
            (position.kind, position.lots, position.expiry_unix_s) = (KIND_CALL, 1.into(), expiry.into());
        }
    };
    let huge = |account: &mut MarginAccount| account.positions[0].lots = 1_000_000_000.into();
    let changes: [(u8, Box<dyn Fn(&mut MarginAccount)>); 4] = [
        (CALLS, Box::new(full)),
        (CALLS, Box::new(many_expiries)),
        (CALLS, Box::new(huge)),
        (SPREADS, Box::new(|account| account.mode = MODE_PORTFOLIO)),
    ];
    for (at, (kind, change)) in changes.into_iter().enumerate() {
        let mut stage = Stage::auction_over_of(kind);
        stage.do_clear();
        let (holder, expiry) = (stage.actor(CAROL).account, stage.expiry_unix_s);
        stage.edit::<MarginAccount>(&holder, |account| {
            if at == 0 {
                account.positions.iter_mut().for_each(|position| position.expiry_unix_s = expiry.into());
            }
            if at == 2 {
                let position = &mut account.positions[0];
                (position.kind, position.expiry_unix_s, position.strike_e6) =
                    (KIND_CALL, expiry.into(), CALL_E6.into());
            }
            change(account);
        });
        let settle = stage.bid_settle(CAROL);
        stage.world.ok(&[settle], &[]);
        let (bid, premium) = (stage.bid(CAROL), stage.epoch().premium_atoms.get());
        assert_eq!(bid.filled_lots.get(), 0, "case {at}");
        assert_eq!(premium, (stage.epoch().clearing_price_e6.get() * 20).div_ceil(10));
        assert_eq!(stage.epoch().sold_lots.get(), 0);
    }
}

#[test]
fn bid_settle_after_the_expiry_gives_everything_back() {
    let mut stage = Stage::cleared();
    stage.world.set_unix_s(stage.expiry_unix_s);
    for who in [CAROL, DAVE] {
        let escrow = stage.bid(who).escrow_atoms.get();
        stage.do_settle(who);
        assert_eq!((stage.bid(who).escrow_atoms.get(), stage.bid(who).filled_lots.get()), (escrow, 0));
    }
    assert_eq!((stage.epoch().premium_atoms.get(), stage.trading().quote_atoms.get()), (0, 0));
}

#[test]
fn bid_settle_at_the_wrong_time_fails_by_name() {
    let mut stage = Stage::auction_over();
    let settle = stage.bid_settle(CAROL);
    stage.refused(settle.clone(), None, code("EpochNotLive"));
    stage.do_clear();
    stage.brake(2);
    stage.refused(settle.clone(), None, margin_code("LevelForbids"));
    stage.brake(0);
    stage.world.advance_s(11);
    stage.refused(settle.clone(), None, code("FeedStale"));
    stage.protocol.price(&mut stage.world, SPOT_E6);
    stage.step(settle.clone(), None);
    stage.refused(settle, None, code("BidSettled"));
}

/// INVARIANT(V-5): nothing is written uncovered.
#[test]
fn bid_settle_beyond_what_is_held_fails_not_covered() {
    let mut stage = Stage::cleared();
    let trading = stage.vault.trading;
    stage.do_settle(CAROL);
    stage.edit::<MarginAccount>(&trading, |account| account.base_atoms = 3_499_999_999.into());
    let settle = stage.bid_settle(DAVE);
    stage.refused(settle, None, code("NotCovered"));
}

#[test]
fn bid_settle_with_a_wrong_account_is_refused() {
    let mut stage = Stage::cleared();
    let market = stage.other_market();
    let other = stage.other;
    let (other_epoch, past) = (client::addresses::epoch(&other.vault, 0), stage.epoch_key(0));
    let (trading, escrow) = (stage.vault.trading, stage.vault.escrow);
    let (daves_bid, daves_account) = (stage.bid_key(DAVE), stage.actor(DAVE).account);
    let foreign = stage.twin(stage.bid_key(CAROL), "foreign bid");
    stage.edit::<abi::vault::Bid>(&foreign, |bid| bid.epoch = other_epoch.to_bytes());
    let later = stage.protocol.expiry_unix_s(&mut stage.world, 8);
    let later = stage.protocol.expiry(&mut stage.world, later);
    let other_feed = stage.twin(stage.protocol.feed, "other feed");
    let base_mint = stage.protocol.base.mint;
    Substitutions::of(stage.bid_settle(CAROL), vault::BidSettle::ACCOUNTS, &[])
        .stranger("vault", InstructionError::AccountDataTooSmall)
        .wrong("vault", other.vault, InstructionError::InvalidSeeds)
        .stranger("epoch", InstructionError::AccountDataTooSmall)
        .wrong("epoch", other_epoch, InstructionError::InvalidSeeds)
        .wrong("epoch", past, InstructionError::InvalidSeeds)
        .stranger("bid", InstructionError::AccountDataTooSmall)
        .wrong("bid", foreign, code("WrongBid"))
        .wrong("bid", daves_bid, code("WrongHolder"))
        .stranger("holder", code("WrongHolder"))
        .wrong("holder", daves_account, code("WrongHolder"))
        .stranger("market", code("WrongMarket"))
        .wrong("market", market, code("WrongMarket"))
        .stranger("trading_account", code("WrongTradingAccount"))
        .wrong("trading_account", other.trading, code("WrongTradingAccount"))
        .wrong("trading_account", escrow, framework_code("ConstraintDuplicateMutableAccount"))
        .stranger("escrow_account", code("WrongEscrowAccount"))
        .wrong("escrow_account", other.escrow, code("WrongEscrowAccount"))
        .wrong("escrow_account", trading, framework_code("ConstraintDuplicateMutableAccount"))
        .stranger("expiry", code("WrongExpiry"))
        .wrong("expiry", later, code("WrongExpiry"))
        .stranger("quote_mint", code("WrongQuoteMint"))
        .wrong("quote_mint", base_mint, code("WrongQuoteMint"))
        .stranger("feed", code("WrongFeed"))
        .wrong("feed", other_feed, code("WrongFeed"))
        .stranger("custody", margin_code("CustodyOfAnotherMarket"))
        .stranger("brake", code("BrakeUnreadable"))
        .stranger("margin_program", code("WrongMarginProgram"))
        .run(&mut stage.world);
}
