//! Accounts in portfolio mode: the program's margin against the pure code's, what it reads, and what it costs.
use crate::fixture::*;
use abi::margin::{Expiry, KIND_CALL, KIND_PUT, MarginAccount};
use abi::oracle::{Feed, Surface};
use abi::quote::SIDE_BUY;
use client::{WithRemaining, addresses, margin};
use pricing::Svi;
use risk::average::RunningAverage;
use risk::mark::{forward_floor, price_floor};
use risk::payoff::Kind;
use risk::portfolio::{Leg, MarginParams, Market, PEG, Portfolio, Report, Table, report, sort};
use risk::scenario::stale_minutes;
use risk::standard::Scale;
use testkit::{LOTS_PER_UNIT, Offer, SOL, USDC};
use units::{BaseAtoms, Lots, PriceE6, QuoteAtoms};

/// One expiry as the program must read it.
fn expiry(desk: &mut Desk, time: i64) -> (risk::portfolio::Expiry, u64) {
    let surface: Surface = desk.world.read(abi::ids::ORACLE, &addresses::surface(&desk.protocol.feed, time));
    let seconds = time - desk.world.unix_s();
    let svi = Svi {
        a_e9: surface.a_e9.get(),
        b_e9: surface.b_e9.get(),
        rho_e9: surface.rho_e9.get(),
        m_e9: surface.m_e9.get(),
        sigma_e9: surface.sigma_e9.get(),
    };
    let feed: Feed = desk.world.read(abi::ids::ORACLE, &desk.protocol.feed);
    let forward = forward_floor(PriceE6(feed.price_e6.get()), surface.rate_e9.get(), seconds).unwrap();
    let age = u64::try_from(desk.world.unix_s() - surface.posted_unix_s.get()).unwrap();
    let reference_s = surface.reference_s.get();
    let average = RunningAverage::NOT_BEGUN;
    (risk::portfolio::Expiry { forward, seconds, svi, reference_s, average }, stale_minutes(age))
}

/// What the pure code takes of an account, read here from raw bytes.
pub struct Inputs {
    pub market: Market,
    pub expiries: Vec<risk::portfolio::Expiry>,
    pub times: Vec<i64>,
    pub legs: Vec<Leg>,
    quote: QuoteAtoms,
    base: BaseAtoms,
}

impl Inputs {
    pub fn portfolio(&self) -> Portfolio<'_> {
        Portfolio { quote: self.quote, base: self.base, expiries: &self.expiries, legs: &self.legs }
    }
}

pub fn inputs_of(desk: &mut Desk, account: &MarginAccount) -> Inputs {
    let (mut expiries, mut times, mut legs, mut stale) = (vec![], vec![], vec![], 0);
    for held in account.positions.iter().filter(|held| held.kind != 0) {
        let time = held.expiry_unix_s.get();
        let at = times.iter().position(|known| *known == time).unwrap_or_else(|| {
            let (expiry, minutes) = expiry(desk, time);
            expiries.push(expiry);
            times.push(time);
            stale = minutes.max(stale);
            times.len() - 1
        });
        let listed: Expiry = desk.world.read(abi::ids::MARGIN, &addresses::expiry(&desk.protocol.market, time));
        let strike = listed.strikes_e6.iter().position(|strike| *strike == held.strike_e6).unwrap();
        legs.push(Leg {
            expiry: at,
            strike: PriceE6(held.strike_e6.get()),
            kind: if held.kind == KIND_CALL { Kind::Call } else { Kind::Put },
            lots: Lots(held.lots.get()),
            open_interest: Some(listed.open_lots[2 * strike + usize::from(held.kind == KIND_PUT)].get()),
        });
    }
    sort(&mut legs);
    let feed: Feed = desk.world.read(abi::ids::ORACLE, &desk.protocol.feed);
    let spot = PriceE6(feed.price_e6.get());
    let market = Market {
        spot,
        stable: if feed.stable_e6.get() == 0 { spot } else { PriceE6(feed.stable_e6.get()) },
        half_width: PriceE6(feed.confidence_e6.get()),
        quote_price: PEG,
        stale_minutes: stale,
        scale: Scale { lots_per_unit: LOTS_PER_UNIT, base_unit_atoms: SOL },
    };
    let (quote, base) = (QuoteAtoms(account.quote_atoms.get()), BaseAtoms(account.base_atoms.get()));
    Inputs { market, expiries, times, legs, quote, base }
}

/// Margin and ladder by the pure code alone.
pub fn report_of(desk: &mut Desk, account: &MarginAccount) -> Report {
    let inputs = inputs_of(desk, account);
    report(&inputs.portfolio(), &inputs.market, &Table::new(&MarginParams::DEFAULT).unwrap()).unwrap()
}

/// Initial margin by the pure code alone.
fn initial_margin(desk: &mut Desk, account: &MarginAccount) -> i64 {
    report_of(desk, account).assessment.im.0
}

/// Both traders in portfolio mode, with surfaces of two expiries.
pub fn traders() -> Desk {
    let mut desk = Desk::new();
    desk.list(8);
    desk.surfaces_put();
    for account in desk.accounts.clone() {
        desk.portfolio(account);
    }
    desk
}

/// Eight positions over both expiries, calls and puts, bought and sold.
pub fn eight(desk: &mut Desk) {
    let times = [desk.expiry_unix_s, desk.expiry_unix_s + 7 * 86_400];
    for at in 0..8u64 {
        let offer = Offer {
            expiry_unix_s: times[usize::from(at >= 4)],
            strike_e6: SPOT - 10 * USDC + at % 4 * 10 * USDC,
            kind: if at % 2 == 0 { KIND_CALL } else { KIND_PUT },
            side: if at % 3 == 0 { SIDE_BUY } else { 1 },
            nonce: 500 + at,
            ..desk.offer()
        };
        let fill = desk.fill_reading(offer, 10);
        desk.world.ok(&fill, &[&desk.taker.keypair]);
        desk.check_books();
    }
}

/// INVARIANT(M-5): to the atom, the figure of the pure code, which the vectors hold to 50 digits.
#[test]
fn quote_fill_in_portfolio_mode_is_held_to_the_pure_code_s_margin() {
    let mut desk = traders();
    eight(&mut desk);
    // The maker without base, with just the cash that one more short call leaves it at zero margin.
    let maker = desk.maker.account;
    let base = desk.maker_state().base_atoms.get();
    let withdraw = desk.protocol.withdraw(&desk.maker, desk.protocol.base.mint, base).with_remaining(desk.reads());
    desk.world.ok(&[withdraw], &[&desk.maker.keypair]);
    let more = Offer { nonce: 2, ..desk.offer() };
    let fill = desk.fill_reading(more, 50);
    let trial = desk.world.account(&maker).unwrap();
    let books: Vec<_> = [desk.protocol.market, desk.expiry, desk.taker.account, addresses::quote_state(&maker, 2)]
        .map(|address| (address, desk.world.account(&address)))
        .into_iter()
        .collect();
    desk.world.ok(&fill, &[&desk.taker.keypair]);
    let after = desk.maker_state();
    let spare = initial_margin(&mut desk, &after);
    assert!(spare > 0, "{spare}");
    // Back to before the trial, less what was spare.
    desk.world.set_account(&maker, trial);
    for (address, account) in books {
        desk.world.set_account(&address, account.unwrap_or_default());
    }
    let cash = desk.maker_state().quote_atoms.get();
    quote_set(&mut desk, true, cash - spare - 1);
    desk.world.fail(&fill, &[&desk.taker.keypair], error("InitialMarginNegative"));
    quote_set(&mut desk, true, cash - spare);
    desk.world.ok(&fill, &[&desk.taker.keypair]);
    let after = desk.maker_state();
    assert_eq!(initial_margin(&mut desk, &after), 0);
}

#[test]
fn quote_fill_in_portfolio_mode_asks_less_than_standard_margin() {
    let mut desk = traders();
    let maker = desk.maker.account;
    let put = Offer { kind: KIND_PUT, ..desk.offer() };
    let base = desk.maker_state().base_atoms.get();
    let withdraw = desk.protocol.withdraw(&desk.maker, desk.protocol.base.mint, base);
    desk.world.ok(&[withdraw], &[&desk.maker.keypair]);
    quote_set(&mut desk, true, 100 * USDC as i64);
    let fill = desk.fill_reading(put, 10);
    desk.world.edit::<MarginAccount>(&maker, |held| held.mode = 0);
    desk.world.fail(&fill, &[&desk.taker.keypair], error("InitialMarginNegative"));
    desk.portfolio(maker);
    desk.world.ok(&fill, &[&desk.taker.keypair]);
}

#[test]
fn quote_fill_on_a_stale_surface_only_lands_if_it_shrinks() {
    let mut desk = traders();
    let offer = Offer { side: SIDE_BUY, ..desk.offer() };
    let fill = desk.fill_reading(offer, 10);
    desk.world.ok(&fill, &[&desk.taker.keypair]);
    desk.world.advance_s(20 * 60);
    desk.protocol.price(&mut desk.world, SPOT);
    let fill = desk.fill_reading(Offer { nonce: 2, ..offer }, 10);
    desk.world.ok(&fill, &[&desk.taker.keypair]);
    desk.world.advance_s(1);
    let fill = desk.fill_reading(Offer { nonce: 3, ..offer }, 10);
    desk.world.fail(&fill, &[&desk.taker.keypair], error("SurfaceStale"));
    let withdraw = desk.protocol.withdraw(&desk.taker, desk.protocol.quote.mint, 1).with_remaining(desk.reads());
    desk.world.fail(&[withdraw], &[&desk.taker.keypair], error("SurfaceStale"));
    // The taker's short and the maker's long both shrink.
    let back = desk.fill_reading(Offer { side: 1, nonce: 4, ..desk.offer() }, 10);
    desk.world.ok(&back, &[&desk.taker.keypair]);
    desk.check_books();
    // A surface posted anew opens the market again.
    desk.surfaces_put();
    desk.world.ok(&fill, &[&desk.taker.keypair]);
}

#[test]
fn quote_fill_without_the_surface_of_an_expiry_held_fails_surface_missing() {
    let mut desk = traders();
    eight(&mut desk);
    let later = addresses::surface(&desk.protocol.feed, desk.expiry_unix_s + 7 * 86_400);
    let [signature, fill] = desk.fill_reading(desk.offer(), 1);
    let mut without = fill.clone();
    without.accounts.retain(|meta| meta.pubkey != later);
    desk.world.fail(&[signature.clone(), without], &[&desk.taker.keypair], error("SurfaceMissing"));
    // Nor does another feed's, or another program's account of the same bytes.
    let elsewhere = Elsewhere::new(&mut desk);
    surface_write(&mut desk.world, &elsewhere.protocol.feed, desk.expiry_unix_s + 7 * 86_400);
    let mut faked = desk.world.account(&later).unwrap();
    faked.owner = testkit::key("another oracle");
    desk.world.set_account(&testkit::key("fake surface"), faked);
    let foreign = addresses::surface(&elsewhere.protocol.feed, desk.expiry_unix_s + 7 * 86_400);
    for wrong in [foreign, testkit::key("fake surface")] {
        let mut fill = fill.clone();
        for meta in fill.accounts.iter_mut().filter(|meta| meta.pubkey == later) {
            meta.pubkey = wrong;
        }
        desk.world.fail(&[signature.clone(), fill], &[&desk.taker.keypair], error("SurfaceMissing"));
    }
    let mut without = fill.clone();
    without.accounts.retain(|meta| meta.pubkey != desk.later[0]);
    desk.world.fail(&[signature.clone(), without], &[&desk.taker.keypair], error("ExpiryMissing"));
    desk.world.ok(&[signature, fill], &[&desk.taker.keypair]);
}

#[test]
fn quote_fill_in_portfolio_mode_against_eight_positions_a_side_stays_within_its_units() {
    let mut desk = traders();
    eight(&mut desk);
    let fill = desk.fill_reading(Offer { nonce: 2, ..desk.offer() }, 1);
    let units = desk.world.ok(&fill, &[&desk.taker.keypair]).units_of(&margin::ID);
    println!("one leg, eight positions a side, portfolio margin: {units} units");
    let sold = Offer { side: SIDE_BUY, nonce: 3, ..desk.offer() };
    let fill = desk.fill_reading(sold, 20);
    desk.world.ok(&fill, &[&desk.taker.keypair]);
    // The taker's short shrinks near the model's price.
    let time = desk.expiry_unix_s;
    let (expiry, _) = expiry(&mut desk, time);
    let model = price_floor(&expiry, PriceE6(SPOT), Kind::Call).unwrap().0;
    let back = Offer { price_e6: model, nonce: 4, ..desk.offer() };
    let fill = desk.fill_reading(back, 1);
    let reducing = desk.world.ok(&fill, &[&desk.taker.keypair]).units_of(&margin::ID);
    println!("the same, taker and maker shrinking: {reducing} units");
    // The design's bars. Two checks of eight positions over two expiries are most of the first.
    assert!(units <= 75_000, "{units} units");
    assert!(reducing <= 45_000, "{reducing} units");
}

#[test]
fn quote_fill_in_the_last_minute_counts_intrinsic_values_without_a_surface() {
    let mut desk = traders();
    let fill = desk.fill_reading(desk.offer(), 10);
    desk.world.ok(&fill, &[&desk.taker.keypair]);
    desk.world.set_unix_s(desk.expiry_unix_s - 30 * 60);
    desk.protocol.price(&mut desk.world, SPOT);
    desk.protocol.stand_s(&mut desk.world, SPOT, 29 * 60 + 30);
    let [signature, mut fill] = desk.fill_reading(Offer { nonce: 2, ..desk.offer() }, 10);
    let surface = addresses::surface(&desk.protocol.feed, desk.expiry_unix_s);
    fill.accounts.retain(|meta| meta.pubkey != surface);
    desk.world.ok(&[signature, fill], &[&desk.taker.keypair]);
    desk.check_books();
}
