//! The margin checks of `crates/risk`.

use core::hint::black_box;

use risk::average::RunningAverage;
use risk::payoff::Kind;
use risk::portfolio::{assess, sort, Expiry, Leg, MarginParams, Market, Portfolio, Table, PEG};
use risk::standard::Scale;
use units::{BaseAtoms, Lots, PriceE6, QuoteAtoms, VolE9};

use crate::kinds::{input, kind};
use crate::surface::svi;
use crate::{measured, Inputs};

/// Expiries, and the most positions.
const EXPIRIES: usize = 4;
const LEGS: usize = 32;

/// An account and its market.
struct Account {
    market: Market,
    expiries: [Expiry; EXPIRIES],
    legs: [Leg; LEGS],
    held: usize,
}

#[inline(never)]
pub fn run(kernel: u8, inputs: &Inputs) -> Option<bool> {
    let params = black_box(MarginParams::SOL);
    match kernel {
        kind::TABLE => measured!(params, |params: &MarginParams| Table::of_checked(params).ok().map(|table| {
            black_box(&table);
        })),
        kind::MARGIN_FLAT => measured!(account(inputs, 0, 1), |account: &Account| margin(account, &params)),
        kind::MARGIN_8 => measured!(account(inputs, 8, 1), |account: &Account| margin(account, &params)),
        kind::MARGIN_8_OF_4 => measured!(account(inputs, 8, 4), |account: &Account| margin(account, &params)),
        kind::MARGIN_32 => measured!(account(inputs, 32, 4), |account: &Account| margin(account, &params)),
        _ => None,
    }
}

#[inline(never)]
fn margin(account: &Account, params: &MarginParams) -> Option<i64> {
    let table = Table::of_checked(params).ok()?;
    let portfolio = Portfolio {
        quote: QuoteAtoms(5_000_000_000),
        base: BaseAtoms(3_000_000_000),
        expiries: &account.expiries,
        legs: account.legs.get(..account.held)?,
    };
    let found = assess(&portfolio, &account.market, &table).ok()?;
    Some(found.im.0 ^ found.mm.0)
}

/// Positions of different strikes, 0.6..1.6 forwards, calls and puts, long and short, over as many expiries as wanted: the given time to
/// expiry and its multiples.
#[inline(never)]
fn account(inputs: &Inputs, held: usize, expiries: usize) -> Account {
    let forward = inputs[input::FORWARD];
    let expiry = |index: usize| {
        let seconds = inputs[input::SECONDS] * (index as u64 + 1) / 2;
        Expiry {
            forward: PriceE6(forward + forward / 200 * index as u64),
            seconds: seconds as i64,
            svi: svi(VolE9(inputs[input::VOL]), seconds),
            reference_s: seconds + 3_600,
            average: RunningAverage::NOT_BEGUN,
        }
    };
    let leg = |index: usize| {
        let step = forward / 32 * ((index * 7) as u64 % 32) + index as u64;
        let size = 5 + (index as i64 * 13) % 40;
        Leg {
            expiry: index % expiries,
            strike: PriceE6(forward / 10 * 6 + step),
            kind: if index % 3 == 1 { Kind::Put } else { Kind::Call },
            lots: Lots(if index % 2 == 0 { -size } else { size }),
            open_interest: (index % 4 != 3).then_some(300),
        }
    };
    let mut legs = core::array::from_fn(leg);
    sort(&mut legs[..held]);
    black_box(Account {
        market: Market {
            spot: PriceE6(forward),
            stable: PriceE6(forward - forward / 100),
            half_width: PriceE6(forward / 1_000),
            quote_price: PriceE6(PEG.0 - 500),
            stale_minutes: 0,
            scale: Scale { lots_per_unit: 10, base_unit_atoms: 1_000_000_000 },
        },
        expiries: core::array::from_fn(expiry),
        legs,
        held,
    })
}
