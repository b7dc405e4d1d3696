//! Days on which something is wrong, or somebody is up to something.
use crate::fixture::*;
use abi::margin::{KIND_CALL, KIND_PUT, MODE_PORTFOLIO, POSITIONS};
use abi::oracle::Settlement;
use abi::quote::{SIDE_BUY, SIDE_SELL};
use client::{WithRemaining, addresses, breaker, margin, oracle};
use solana_instruction::Instruction;
use testkit::{Offer, Publication, Quote, SOL, Token, USDC, World};

const HOUR_S: i64 = 3_600;

fn desk() -> Desk {
    Desk::on(World::lite())
}

fn mode_set(desk: &Desk, mode: u8) -> Instruction {
    let accounts = margin::ModeSet {
        owner: desk.taker.key(),
        market: desk.protocol.market,
        account: desk.taker.account,
        custody: desk.protocol.custody,
        feed: desk.protocol.feed,
    };
    accounts.instruction(margin::ModeSetArgs { mode })
}

/// The oracle itself averages half an hour of prices that swing around a strike, and margin settles on it.
///
/// INVARIANT(M-7)
#[test]
fn pin_at_expiry_settles_on_the_average_whoever_pushes_last() {
    let mut desk = desk();
    for (nonce, kind) in [(1, KIND_CALL), (2, KIND_PUT)] {
        desk.filled(Offer { kind, nonce, max_lots: 37, ..desk.offer() }, 37);
    }
    let end = desk.expiry_unix_s;
    desk.world.set_unix_s(end - 1_830);
    // Half a dollar to either side, in turn; in the last minute somebody pushes with all that a normal price allows.
    while desk.world.unix_s() < end {
        let at = desk.world.unix_s();
        let wobble = if at % 20 < 10 { SPOT - USDC / 2 } else { SPOT + USDC / 2 };
        let price_e6 = if at >= end - 60 { SPOT + 14 * USDC } else { wobble };
        desk.protocol.price(&mut desk.world, price_e6);
        desk.world.advance_s(10);
    }
    desk.world.set_unix_s(end);
    desk.protocol.price(&mut desk.world, SPOT + 14 * USDC);
    let (feed, settlement) = (desk.protocol.feed, addresses::settlement(&desk.protocol.feed, end));
    let finalise = oracle::SettlementFinalise { payer: desk.world.payer(), feed, settlement };
    let finalise = finalise.instruction(oracle::SettlementFinaliseArgs { expiry_unix_s: end });
    let settle = desk.expiry_settle();
    desk.world.ok(&[finalise, settle.clone()], &[]);
    desk.check_books();

    // A push of 14 dollars for one minute of thirty moves the average by less than half a dollar.
    let price: u64 = desk.world.read::<Settlement>(abi::ids::ORACLE, &settlement).price_e6.get();
    assert!(price.abs_diff(SPOT) < USDC / 2 + USDC / 10, "{price}");
    assert_eq!(desk.expiry_state().settlement_price_e6.get(), price);

    // Prices that come later change nothing, nor does asking again.
    desk.protocol.stand_s(&mut desk.world, SPOT * 2, 60);
    desk.world.fail(&[settle], &[], error("AlreadySettled"));
    let before = [desk.taker_state().quote_atoms.get(), desk.maker_state().quote_atoms.get()];
    for account in [desk.maker.account, desk.taker.account] {
        let settle = desk.account_settle(account);
        desk.world.ok(&[settle], &[]);
        desk.check_books();
    }
    let after = [desk.taker_state().quote_atoms.get(), desk.maker_state().quote_atoms.get()];
    let intrinsic = price.abs_diff(SPOT) * 37;
    let paid = i64::try_from(intrinsic / 10).unwrap();
    assert_eq!(after[0] - before[0], paid, "the long side receives the floor");
    assert_eq!(
        before[1] - after[1],
        paid + i64::from(!intrinsic.is_multiple_of(10)),
        "the short side owes the ceiling"
    );
}

/// Publishers fall silent for an hour while the feed goes on.
#[test]
fn surface_dead_for_an_hour_stops_risk_and_withdrawals_but_no_exit() {
    let mut desk = desk();
    desk.surfaces_put();
    for account in desk.accounts.clone() {
        desk.portfolio(account);
    }
    let open = desk.fill_reading(desk.offer(), 50);
    desk.world.ok(&open, &[&desk.taker.keypair]);
    desk.protocol.stand_s(&mut desk.world, SPOT, HOUR_S);

    let more = desk.fill_reading(desk.offer(), 1);
    desk.world.fail(&more, &[&desk.taker.keypair], error("SurfaceStale"));
    let reads = desk.reads();
    let withdraw = desk.protocol.withdraw(&desk.taker, desk.protocol.quote.mint, USDC).with_remaining(reads);
    desk.world.fail(&[withdraw.clone()], &[&desk.taker.keypair], error("SurfaceStale"));

    // Both sides shrink: the last surface does. Deposits never needed one, and whoever is in standard mode never looks.
    let back = desk.fill_reading(Offer { side: SIDE_BUY, nonce: 2, ..desk.offer() }, 20);
    desk.world.ok(&back, &[&desk.taker.keypair]);
    let deposit = desk.protocol.deposit(&desk.taker, desk.protocol.quote.mint, USDC);
    desk.world.ok(&[deposit], &[&desk.taker.keypair]);
    desk.check_books();
    let standard = desk.protocol.actor(&mut desk.world, "standard", 100 * SOL, 1_000 * USDC);
    desk.accounts.push(standard.account);
    let offer = Offer { nonce: 3, ..desk.offer() };
    let quote = Quote::new(&mut desk.world, &desk.protocol, &standard, offer);
    let other = desk.protocol.actor(&mut desk.world, "another standard", 0, 1_000 * USDC);
    desk.accounts.push(other.account);
    let fill = quote.fill(&desk.protocol, &other, &standard, 10);
    desk.world.ok(&fill, &[&other.keypair]);
    desk.check_books();

    desk.surfaces_put();
    desk.protocol.price(&mut desk.world, SPOT);
    desk.world.ok(&more, &[&desk.taker.keypair]);
    desk.world.ok(&[withdraw], &[&desk.taker.keypair]);
    desk.check_books();
}

/// Two of three sources fall silent, later all of them.
#[test]
fn feed_degraded_closes_to_new_risk_and_dead_feed_holds_nobody_who_is_flat() {
    let mut desk = desk();
    desk.filled(desk.offer(), 50);
    // One source goes on alone for two minutes: a price, but none to open at.
    for _ in 0..12 {
        desk.world.advance_s(10);
        let publication = Publication::now(&mut desk.world, SPOT);
        desk.protocol.sources[0].publish(&mut desk.world, &publication);
        desk.protocol.refresh(&mut desk.world);
    }
    let feed: abi::oracle::Feed = desk.world.read(abi::ids::ORACLE, &desk.protocol.feed);
    assert_eq!(feed.severity, 1, "degraded");
    let open = desk.fill(desk.offer(), 1);
    desk.world.fail(&open, &[&desk.taker.keypair], error("FeedStale"));
    desk.filled(Offer { side: SIDE_BUY, nonce: 2, ..desk.offer() }, 20);
    let deposit = desk.protocol.deposit(&desk.taker, desk.protocol.quote.mint, USDC);
    desk.world.ok(&[deposit], &[&desk.taker.keypair]);
    let withdraw = desk.protocol.withdraw(&desk.taker, desk.protocol.quote.mint, USDC);
    desk.world.ok(&[withdraw], &[&desk.taker.keypair]);
    desk.check_books();

    // The last one dies, too: nothing is valued any more. INVARIANT(M-9): whoever holds no position leaves with everything.
    let flat = desk.protocol.actor(&mut desk.world, "flat", 3 * SOL, 700 * USDC);
    desk.accounts.push(flat.account);
    desk.world.advance_s(HOUR_S);
    desk.protocol.refresh(&mut desk.world);
    let back = desk.fill(Offer { side: SIDE_BUY, nonce: 3, ..desk.offer() }, 1);
    desk.world.fail(&back, &[&desk.taker.keypair], error("FeedStale"));
    let withdraw = desk.protocol.withdraw(&desk.taker, desk.protocol.quote.mint, USDC);
    desk.world.fail(&[withdraw], &[&desk.taker.keypair], error("FeedStale"));
    let leave = [(desk.protocol.base.mint, 3 * SOL), (desk.protocol.quote.mint, 700 * USDC)];
    for (mint, atoms) in leave {
        let withdraw = desk.protocol.withdraw(&flat, mint, atoms);
        desk.world.ok(&[withdraw], &[&flat.keypair]);
    }
    desk.check_books();
    let close = margin::AccountClose { owner: flat.key(), market: desk.protocol.market, account: flat.account };
    desk.world.ok(&[close.instruction()], &[&flat.keypair]);
    desk.accounts.retain(|account| *account != flat.account);
    desk.check_books();
}

/// Somebody spends atoms to be in the way.
#[test]
fn dust_griefing_costs_the_griefer_and_stops_nobody() {
    let mut desk = desk();
    let victim = desk.protocol.actor(&mut desk.world, "victim", 0, 10 * USDC);
    desk.accounts.push(victim.account);
    let all = desk.protocol.withdraw(&victim, desk.protocol.quote.mint, 10 * USDC);
    desk.world.ok(&[all], &[&victim.keypair]);

    // An atom in an account that is to be closed: its owner takes it along and closes, in one transaction.
    let owner = testkit::Actor { account: victim.account, ..desk.protocol.actor(&mut desk.world, "griefer", 0, USDC) };
    desk.accounts.push(addresses::margin_account(&desk.protocol.market, &owner.key(), 0));
    let dust = desk.protocol.deposit(&owner, desk.protocol.quote.mint, 1);
    desk.world.ok(&[dust], &[&owner.keypair]);
    let close = margin::AccountClose { owner: victim.key(), market: desk.protocol.market, account: victim.account };
    let close = close.instruction();
    desk.world.fail(&[close.clone()], &[&victim.keypair], error("AccountNotEmpty"));
    let take = desk.protocol.withdraw(&victim, desk.protocol.quote.mint, 1);
    desk.world.ok(&[take, close], &[&victim.keypair]);
    desk.accounts.retain(|account| *account != victim.account);
    desk.check_books();

    // Fills of one lot: each pays at least an atom of fee and its fill state's rent, and a least size keeps them away.
    let offer = Offer { price_e6: 100, max_lots: 100, ..desk.offer() };
    let before = desk.market();
    desk.filled(offer, 1);
    let after = desk.market();
    assert!(
        after.insurance_atoms.get() + after.fees_atoms.get() > before.insurance_atoms.get() + before.fees_atoms.get()
    );
    let mut quote = desk.quote(Offer { nonce: 2, ..offer });
    quote.header.min_fill_packages = 50.into();
    let fill = quote.fill(&desk.protocol, &desk.taker, &desk.maker, 1);
    desk.world.fail(&fill, &[&desk.taker.keypair], error("QuoteBelowMinFill"));

    // Tokens sent to a vault without a deposit are nobody's balance, and prove nothing against the market.
    let tokens = desk.protocol.quote_tokens;
    desk.protocol.quote.mint_to(&mut desk.world, &tokens, 1);
    let proof = breaker::TripInvariant {
        custody: desk.protocol.custody,
        market: desk.protocol.market,
        base_tokens: desk.protocol.base_tokens,
        quote_tokens: tokens,
    };
    desk.world.fail(&[proof.instruction()], &[], breaker_error("InvariantHolds"));
    let held = Token::balance(&mut desk.world, &tokens);
    let sums = desk.market();
    let owed =
        sums.quote_balances_atoms.get() + i64::try_from(sums.insurance_atoms.get() + sums.fees_atoms.get()).unwrap();
    assert_eq!(i64::try_from(held).unwrap(), owed + 1);
}

/// A cancellation and a fill meet in one slot: whichever comes first stands, and what comes second finds it so.
///
/// INVARIANT(M-10)
#[test]
fn maker_cancels_in_the_same_slot() {
    let mut desk = desk();
    let slot = desk.world.clock().slot;
    let bump = |desk: &Desk, floor| {
        let accounts = margin::NonceBump { authority: desk.maker.key(), account: desk.maker.account };
        accounts.instruction(margin::NonceBumpArgs { floor })
    };
    // Signed: the fill first, for a part; the rest is gone.
    desk.filled(desk.offer(), 40);
    let cancel = bump(&desk, 2);
    desk.world.ok(&[cancel], &[&desk.maker.keypair]);
    let rest = desk.fill(desk.offer(), 60);
    desk.world.fail(&rest, &[&desk.taker.keypair], error("QuoteCancelled"));
    // The cancellation first, in one transaction with the fill: all of it is refused, the cancellation too.
    let offer = Offer { nonce: 5, ..desk.offer() };
    let [signature, fill] = desk.fill(offer, 10);
    let cancel = bump(&desk, 6);
    let both = [signature, cancel, fill];
    desk.world.fail(&both, &[&desk.maker.keypair, &desk.taker.keypair], error("QuoteCancelled"));
    assert_eq!(desk.maker_state().nonce_floor.get(), 2);
    desk.filled(offer, 10);

    // Posted: once it is taken back there is nothing to fill, and what was filled stays counted under its nonce.
    let quote = desk.quote(Offer { nonce: 7, ..desk.offer() });
    let post = quote.post(&desk.protocol, &desk.maker);
    desk.world.ok(&[post.clone()], &[&desk.maker.keypair]);
    let fill = quote.fill_posted(&desk.protocol, &desk.taker, &desk.maker, 30);
    desk.world.ok(&[fill.clone()], &[&desk.taker.keypair]);
    let cancel = margin::QuoteCancel {
        authority: desk.maker.key(),
        market: desk.protocol.market,
        account: desk.maker.account,
        payer: desk.maker.key(),
        posted: addresses::posted_quote(&desk.maker.account, 7),
    };
    desk.world.ok(&[cancel.instruction()], &[&desk.maker.keypair]);
    desk.world.fail(&[fill], &[&desk.taker.keypair], error("QuoteSourceWrong"));
    desk.world.ok(&[post], &[&desk.maker.keypair]);
    let most = quote.fill_posted(&desk.protocol, &desk.taker, &desk.maker, 71);
    desk.world.fail(&[most], &[&desk.taker.keypair], error("QuoteOverfilled"));
    desk.check_books();
    assert_eq!(desk.world.clock().slot, slot);
}

/// Both accounts hold 32 positions over four expiries, in portfolio mode: everything still fits, and what it costs is recorded.
///
/// INVARIANT(M-11)
#[test]
fn accounts_of_32_positions_do_everything_within_their_units() {
    let mut desk = desk();
    let times: Vec<i64> = [desk.expiry_unix_s].into_iter().chain([2, 3, 4].map(|days| desk.list(days))).collect();
    desk.surfaces_put();
    for account in desk.accounts.clone() {
        desk.portfolio(account);
    }
    for (nonce, expiry_unix_s) in (10..).zip(&times) {
        let leg = |at: u64| Offer {
            expiry_unix_s: *expiry_unix_s,
            strike_e6: SPOT - 20 * USDC + at * 5 * USDC,
            kind: if at % 2 == 0 { KIND_CALL } else { KIND_PUT },
            side: if at % 3 == 0 { SIDE_BUY } else { SIDE_SELL },
            nonce,
            ..desk.offer()
        };
        let legs: Vec<(Offer, u16)> = (0..8).map(|at| (leg(at), 1)).collect();
        let quote = Quote::package(&mut desk.world, &desk.protocol, &desk.maker, legs[0].0, &legs);
        let mut fill = quote.fill(&desk.protocol, &desk.taker, &desk.maker, 20);
        fill[1].accounts.truncate(margin::QuoteFill::ACCOUNTS.len());
        let reads = desk.reads();
        fill[1].accounts.extend(reads);
        desk.world.ok(&fill, &[&desk.taker.keypair]);
        desk.check_books();
    }
    let held = desk.taker_state();
    assert_eq!(held.positions.iter().filter(|position| position.kind != 0).count(), POSITIONS);

    // A 33rd series has no place; lots of a series that is held do, both margins in full.
    let new = desk.fill_reading(Offer { strike_e6: SPOT + 40 * USDC, nonce: 50, ..desk.offer() }, 1);
    desk.world.fail(&new, &[&desk.taker.keypair], error("PositionsFull"));
    let margin_id = margin::ID;
    let more = desk.fill_reading(Offer { strike_e6: SPOT - 20 * USDC, side: SIDE_BUY, nonce: 51, ..desk.offer() }, 1);
    let filled = desk.world.ok(&more, &[&desk.taker.keypair]).units_of(&margin_id);
    let reads = desk.reads();
    let withdraw = desk.protocol.withdraw(&desk.taker, desk.protocol.quote.mint, USDC).with_remaining(reads.clone());
    let withdrawn = desk.world.ok(&[withdraw], &[&desk.taker.keypair]).units_of(&margin_id);
    // To standard mode and back: the harder of the two is the way back.
    let standard = mode_set(&desk, 0).with_remaining(reads.clone());
    let portfolio = mode_set(&desk, MODE_PORTFOLIO).with_remaining(reads);
    desk.world.ok(&[standard], &[&desk.taker.keypair]);
    let switched = desk.world.ok(&[portfolio], &[&desk.taker.keypair]).units_of(&margin_id);
    desk.settled(SPOT + USDC);
    let settle = desk.account_settle(desk.taker.account);
    let settled = desk.world.ok(&[settle], &[]).units_of(&margin_id);
    desk.check_books();
    // Two margin checks of 32 positions at the design's bar, and a fill's own; one check and a withdrawal's; eight positions settled.
    for (what, units, most) in [
        ("quote_fill", filled, 2 * 105_000 + 75_000),
        ("account_withdraw", withdrawn, 105_000 + 50_000),
        ("mode_set", switched, 105_000 + 10_000),
        ("account_settle", settled, 8_000),
    ] {
        assert!(units <= most, "{what} of 32 positions takes {units} units, at most {most}");
    }
}
