//! The protocol's own formulas for JavaScript, so that none is written twice: a thin shell over `policy`, `pricing` and `risk`.
//!
//! Numbers cross as 64-bit integers in the units that accounts hold. Positions and account bytes go in through [`input`], results come out through
//! [`output`]. Every function returns 0, or 1 where there is no answer: an input outside the formula's domain.
//!
//! Positions are records of four words: expiry (unix s), strike (e6), lots (positive long), kind (1 call, 2 put).
#![no_std]

mod brake;
mod buffer;
mod council;
mod portfolio;
mod vault;

use abi::margin::{KIND_CALL, KIND_PUT};
pub use brake::{feed_rely, level_of_brake, level_of_market, permission};
use buffer::{answer, positions};
pub use buffer::{input, output, region, region_len};
pub use council::{canary_step, council_class, rollout_terms};
pub use portfolio::{balance_now, portfolio_margin};
use pricing::{Premium, PriceE12, Svi, Terms};
use risk::average::RunningAverage;
use risk::fill::{FillTerms, fill_cash};
use risk::mark::{forward_floor, vol_floor};
use risk::payoff::{Book, Kind, Position};
use risk::portfolio::Expiry;
use risk::standard::{Holdings, Scale, initial_margin, maintenance_margin, value_floor};
use units::{BaseAtoms, PriceE6, QuoteAtoms, VolE9};
pub use vault::vault_bid;

/// The VM that runs this aborts the call; nothing here is meant to panic.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

fn kind(raw: u64) -> Option<Kind> {
    match u8::try_from(raw).ok()? {
        KIND_CALL => Some(Kind::Call),
        KIND_PUT => Some(Kind::Put),
        _ => None,
    }
}

fn book(count: u32) -> Option<Book> {
    let mut book = Book::EMPTY;
    for position in positions(count) {
        book.push(position?).ok()?;
    }
    Some(book)
}

fn scale(lots_per_unit: u32, base_unit_atoms: u64) -> Scale {
    Scale { lots_per_unit, base_unit_atoms }
}

/// Initial and maintenance margin in standard mode, in quote atoms.
#[unsafe(no_mangle)]
pub extern "C" fn standard_margin(
    count: u32,
    quote_atoms: i64,
    base_atoms: u64,
    spot_e6: u64,
    lots_per_unit: u32,
    base_unit_atoms: u64,
) -> u32 {
    answer(|| {
        let (scale, spot) = (scale(lots_per_unit, base_unit_atoms), PriceE6(spot_e6));
        let book = book(count)?;
        let holdings = Holdings { quote: QuoteAtoms(quote_atoms), base: BaseAtoms(base_atoms), book: &book };
        let initial = initial_margin(&holdings, spot, scale).ok()?;
        Some([initial.0, maintenance_margin(&holdings, spot, scale).ok()?.0])
    })
}

/// What standard margin values an account at if the underlying stands at `price_e6`, and the positions' payoffs alone.
#[unsafe(no_mangle)]
pub extern "C" fn value_at(
    count: u32,
    quote_atoms: i64,
    base_atoms: u64,
    price_e6: u64,
    lots_per_unit: u32,
    base_unit_atoms: u64,
) -> u32 {
    answer(|| {
        let price = PriceE6(price_e6);
        let book = book(count)?;
        let holdings = Holdings { quote: QuoteAtoms(quote_atoms), base: BaseAtoms(base_atoms), book: &book };
        let value = value_floor(&holdings, price, scale(lots_per_unit, base_unit_atoms)).ok()?;
        let payoff =
            |sum: QuoteAtoms, position: &Position| sum.checked_add(position.payoff_floor(price, lots_per_unit).ok()?);
        Some([value.0, book.positions().iter().try_fold(QuoteAtoms::ZERO, payoff)?.0])
    })
}

/// The taker's cash of one leg of a fill (premium and fee, negative is paid), its premium and its fee, in quote atoms.
#[unsafe(no_mangle)]
pub extern "C" fn fill(
    price_e6: u64,
    lots: u64,
    lots_per_unit: u32,
    spot_e6: u64,
    taker_buys: u32,
    taker_fee_bps: u32,
    maker_fee_bps: u32,
) -> u32 {
    answer(|| {
        let terms = FillTerms {
            price: PriceE6(price_e6),
            lots,
            lots_per_unit,
            spot: PriceE6(spot_e6),
            taker_buys: taker_buys != 0,
            taker_fee_bps: u16::try_from(taker_fee_bps).ok()?,
            maker_fee_bps: u16::try_from(maker_fee_bps).ok()?,
        };
        let cash = fill_cash(&terms).ok()?;
        Some([cash.taker.0, cash.premium.0, cash.taker_fee.0])
    })
}

/// The forward of a time, at a rate of the surface.
#[unsafe(no_mangle)]
pub extern "C" fn forward(spot_e6: u64, rate_e9: i64, seconds: i64) -> u32 {
    answer(|| Some([forward_floor(PriceE6(spot_e6), rate_e9, seconds).ok()?.0.cast_signed()]))
}

/// The volatility that a surface gives a strike, 1e-9.
#[unsafe(no_mangle)]
#[expect(clippy::too_many_arguments, reason = "a surface's parameters are what its account holds, one word each")]
pub extern "C" fn surface_vol(
    forward_e6: u64,
    strike_e6: u64,
    seconds: i64,
    reference_s: u64,
    a_e9: i64,
    b_e9: i64,
    rho_e9: i64,
    m_e9: i64,
    sigma_e9: i64,
) -> u32 {
    answer(|| {
        let svi = Svi { a_e9, b_e9, rho_e9, m_e9, sigma_e9 };
        let average = RunningAverage::NOT_BEGUN;
        let expiry = Expiry { forward: PriceE6(forward_e6), seconds, svi, reference_s, average };
        Some([vol_floor(&expiry, PriceE6(strike_e6)).ok()?.0.cast_signed()])
    })
}

/// Black-76: call and put (1e-12), call's delta, gamma, vega, theta (all 1e-9; the last three as parts of the forward).
#[unsafe(no_mangle)]
pub extern "C" fn greeks(forward_e6: u64, strike_e6: u64, vol_e9: u64, seconds: u64) -> u32 {
    answer(|| {
        let terms = Terms { forward: PriceE6(forward_e6), strike: PriceE6(strike_e6), vol: VolE9(vol_e9), seconds };
        let greeks = pricing::greeks(&terms).ok()?;
        let (call, put) = (greeks.price.call.0.cast_signed(), greeks.price.put.0.cast_signed());
        let delta = i64::from(greeks.price.call_delta_e9);
        Some([call, put, delta, greeks.gamma_e9.cast_signed(), greeks.vega_e9.cast_signed(), greeks.theta_e9])
    })
}

/// The volatility of a premium (1e-12 a unit), 1e-9.
#[unsafe(no_mangle)]
pub extern "C" fn implied_vol(forward_e6: u64, strike_e6: u64, seconds: u64, kind_raw: u64, premium_e12: u64) -> u32 {
    answer(|| {
        let kind = match kind(kind_raw)? {
            Kind::Call => pricing::Kind::Call,
            Kind::Put => pricing::Kind::Put,
        };
        let premium = PriceE12(premium_e12);
        let (forward, strike) = (PriceE6(forward_e6), PriceE6(strike_e6));
        Some([pricing::implied_vol(&Premium { forward, strike, seconds, kind, premium }).ok()?.0.cast_signed()])
    })
}
