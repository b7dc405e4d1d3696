use crate::fixture::{ALICE, AUCTION_S, CALL_E6, CALLS, HEDGE_E6, PUT_E6, PUTS, SHARES, SPOT_E6, SPREADS, Stage, code};
use abi::oracle::Surface;
use abi::vault::{EPOCH_AUCTION, VaultMandate};
use client::addresses;
use client::vault;
use solana_instruction::error::InstructionError;
use testkit::{SOL, Substitutions};

/// Strikes from deltas, size from what is held, reserve and escrow from the surface.
#[test]
fn auction_open_fixes_the_terms_of_each_kind() {
    for (kind, strike, hedge, lots) in
        [(CALLS, CALL_E6, 0, 35), (PUTS, PUT_E6, 0, 39), (SPREADS, PUT_E6, HEDGE_E6, 355)]
    {
        let mut stage = Stage::funded_of(kind);
        stage.do_open();
        let (epoch, now) = (stage.epoch(), stage.world.unix_s());
        assert_eq!((epoch.strike_e6.get(), epoch.hedge_strike_e6.get()), (strike, hedge), "kind {kind}");
        assert_eq!((epoch.state, epoch.offered_lots.get(), epoch.spot_e6.get()), (EPOCH_AUCTION, lots, SPOT_E6));
        assert_eq!(
            (epoch.commit_ends_unix_s.get(), epoch.reveal_ends_unix_s.get()),
            (now + AUCTION_S, now + 2 * AUCTION_S)
        );
        let (reserve, escrow) = (epoch.reserve_price_e6.get(), epoch.escrow_price_e6.get());
        assert_eq!(escrow, (10 * reserve).min(if kind == SPREADS { strike - hedge } else { u64::MAX }));
        // A week of 60 % a year at a strike of 1.1 sigma, a tenth off: some half a percent of spot.
        assert!((SPOT_E6 / 500..SPOT_E6 / 80).contains(&reserve), "kind {kind}: {reserve}");
        assert_eq!(epoch.expiry, stage.expiry.to_bytes());
        stage.check();
    }
}

#[test]
fn auction_open_never_asks_for_less_than_the_least_volatility() {
    let mut stage = Stage::funded();
    stage.do_open();
    let low = stage.epoch().reserve_price_e6.get();
    let mut stage = Stage::funded();
    let vault = stage.vault.vault;
    stage.edit::<abi::vault::Vault>(&vault, |vault| vault.mandate.vol_min_e9 = 1_200_000_000.into());
    stage.do_open();
    assert!(stage.epoch().reserve_price_e6.get() > 3 * low);
}

#[test]
fn auction_open_offers_no_more_than_its_share_of_open_interest() {
    let mut stage = Stage::funded();
    let custody = stage.protocol.custody;
    stage.edit::<abi::breaker::Custody>(&custody, |custody| custody.limits.open_interest_cap_lots = 70.into());
    stage.do_open();
    assert_eq!(stage.epoch().offered_lots.get(), 7);
}

/// What an epoch can lose is a share of what there is: half of the lots that all of it would cover.
#[test]
fn auction_open_backs_an_epoch_with_the_mandates_share_of_what_is_held() {
    for (kind, lots) in [(CALLS, 17), (PUTS, 19), (SPREADS, 177)] {
        let mut stage = Stage::funded_of(kind);
        let vault = stage.vault.vault;
        stage.edit::<abi::vault::Vault>(&vault, |vault| vault.mandate.cover_bps = 5_000.into());
        stage.do_open();
        assert_eq!(stage.epoch().offered_lots.get(), lots, "kind {kind}");
        stage.check();
    }
}

fn mandated(change: impl FnOnce(&mut VaultMandate)) -> Stage {
    let mut stage = Stage::funded();
    let vault = stage.vault.vault;
    stage.edit::<abi::vault::Vault>(&vault, |vault| change(&mut vault.mandate));
    stage.surface();
    stage
}

#[test]
fn auction_open_of_what_the_mandate_rules_out_fails_by_name() {
    // Between 0.20 and 0.25 no listed strike has its delta; three sigma away none has one in the band.
    let mut stage = mandated(|mandate| mandate.delta_min_bps = 2_000.into());
    let open = stage.auction_open();
    stage.refused(open, None, code("NoStrike"));
    let mut stage = mandated(|mandate| mandate.distance_bps = 30_000.into());
    let open = stage.auction_open();
    stage.refused(open, None, code("NoStrike"));
    let mut stage = mandated(|mandate| mandate.escrow_multiple = 0.into());
    let open = stage.auction_open();
    stage.refused(open, None, code("Worthless"));
    for epoch_s in [200_000, 2_000_000] {
        let mut stage = mandated(|mandate| mandate.epoch_s = epoch_s.into());
        let open = stage.auction_open();
        stage.refused(open, None, code("ExpiryOutOfRange"));
    }
    let mut stage = Stage::funded_of(SPREADS);
    let vault = stage.vault.vault;
    stage.edit::<abi::vault::Vault>(&vault, |vault| vault.mandate.width_bps = 1.into());
    stage.surface();
    let open = stage.auction_open();
    stage.refused(open, None, code("NoHedge"));
}

#[test]
fn auction_open_with_nothing_to_sell_fails_nothing_to_offer() {
    let mut stage = Stage::deposited();
    stage.surface();
    let open = stage.auction_open();
    stage.refused(open, None, code("NothingToOffer"));
}

#[test]
fn auction_open_at_the_wrong_time_fails_by_name() {
    let mut stage = Stage::auctioning();
    let open = stage.auction_open();
    stage.refused(open, None, code("EpochNotOpen"));
    let mut stage = Stage::funded();
    stage.surface();
    stage.brake(2);
    let open = stage.auction_open();
    stage.refused(open.clone(), None, code("BrakeEngaged"));
    stage.brake(0);
    stage.world.advance_s(11);
    stage.refused(open, None, code("FeedStale"));
    stage.world.advance_s(20 * 60);
    stage.protocol.price(&mut stage.world, SPOT_E6);
    let open = stage.auction_open();
    stage.refused(open, None, code("SurfaceStale"));
}

#[test]
fn auction_open_on_a_surface_without_sense_fails_unvalued() {
    let mut stage = Stage::funded();
    let surface = stage.surface();
    stage.edit::<Surface>(&surface, |surface| surface.b_e9 = (-1).into());
    let open = stage.auction_open();
    stage.refused(open, None, code("Unvalued"));
}

/// Deposits and withdrawals that wait do not change what is offered.
#[test]
fn auction_open_offers_what_is_at_risk_whoever_waits() {
    let mut stage = Stage::funded();
    stage.do_deposit(ALICE, SOL);
    stage.do_withdraw(ALICE, SOL * SHARES);
    stage.do_open();
    assert_eq!(stage.epoch().offered_lots.get(), 35);
}

#[test]
fn auction_open_with_a_wrong_account_is_refused() {
    let mut stage = Stage::funded();
    stage.surface();
    let market = stage.other_market();
    let other = stage.other;
    let other_epoch = addresses::epoch(&other.vault, 0);
    let escrow = stage.vault.escrow;
    let other_feed = stage.twin(stage.protocol.feed, "other feed");
    let later_unix_s = stage.protocol.expiry_unix_s(&mut stage.world, 8);
    let later = testkit::surface_write(&mut stage.world, &stage.protocol.feed, later_unix_s);
    let foreign = testkit::surface_write(&mut stage.world, &other_feed, stage.expiry_unix_s);
    let feed = stage.protocol.feed;
    Substitutions::of(stage.auction_open(), vault::AuctionOpen::ACCOUNTS, &[])
        .stranger("vault", InstructionError::AccountDataTooSmall)
        .wrong("vault", other.vault, InstructionError::InvalidSeeds)
        .stranger("epoch", InstructionError::AccountDataTooSmall)
        .wrong("epoch", other_epoch, InstructionError::InvalidSeeds)
        .stranger("market", code("WrongMarket"))
        .wrong("market", market, code("WrongMarket"))
        .wrong("trading_account", escrow, code("WrongTradingAccount"))
        .wrong("trading_account", other.trading, code("WrongTradingAccount"))
        .stranger("expiry", code("WrongExpiry"))
        .wrong("expiry", feed, code("WrongExpiry"))
        .stranger("surface", code("WrongSurface"))
        .wrong("surface", later, code("WrongSurface"))
        .wrong("surface", foreign, code("WrongSurface"))
        .stranger("feed", code("WrongFeed"))
        .wrong("feed", other_feed, code("WrongFeed"))
        .stranger("brake", code("BrakeUnreadable"))
        .stranger("custody", code("WrongCustody"))
        .run(&mut stage.world);
}
