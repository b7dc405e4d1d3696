//! The kernels of `crates/pricing`.

use core::hint::black_box;

use pricing::{Kind, Level, Move, Premium, PriceE12, RootTime, Row, Slice, Svi, Terms, VolScale};
use units::{PriceE6, VolE9};

use crate::kinds::{input, kind};
use crate::surface::svi;
use crate::{measured, Inputs};

/// The nodes of 33 scenarios: core, its wide pair, tail, skew.
const CORE: [u64; 7] = [865, 910, 955, 1_000, 1_045, 1_090, 1_135];
const WIDE: [u64; 2] = [820, 1_180];
const TAIL: [u64; 8] = [340, 670, 1_500, 2_000, 3_000, 4_000, 5_000, 6_000];
const NODES: usize = 33;

#[inline(never)]
pub fn run(kernel: u8, inputs: &Inputs) -> Option<bool> {
    let real = inputs[input::REAL] as i64;
    let terms = Terms {
        forward: PriceE6(inputs[input::FORWARD]),
        strike: PriceE6(inputs[input::STRIKE]),
        vol: VolE9(inputs[input::VOL]),
        seconds: inputs[input::SECONDS],
    };
    match kernel {
        kind::LN => measured!(real.unsigned_abs(), |x: &_| Some(pricing::ln_q38(*x))),
        kind::EXP => measured!(real, |x: &_| Some(pricing::exp_q38(*x))),
        kind::SQRT => measured!(real.unsigned_abs(), |x: &_| Some(pricing::sqrt_q38(*x))),
        kind::CDF => measured!(real, |x: &_| Some(pricing::cdf_q38(*x))),
        kind::PDF => measured!(real, |x: &_| Some(pricing::pdf_q38(*x))),
        kind::PRICE => measured!(terms, |terms| pricing::price(terms).ok()),
        kind::GREEKS => measured!(terms, |terms| pricing::greeks(terms).ok()),
        kind::IMPLIED => {
            let premium = Premium {
                forward: terms.forward,
                strike: terms.strike,
                seconds: terms.seconds,
                kind: Kind::Call,
                premium: PriceE12(inputs[input::PREMIUM]),
            };
            measured!(premium, |premium| pricing::implied_vol(premium).ok())
        }
        _ => scenarios(kernel, &terms),
    }
}

fn moves<const N: usize>(factors_e3: [u64; N]) -> Option<[Move; N]> {
    let flat = Move::new(1_000_000_000).ok()?;
    let mut moves = [flat; N];
    for (node, factor) in moves.iter_mut().zip(factors_e3) {
        *node = Move::new(factor * 1_000_000).ok()?;
    }
    Some(moves)
}

#[inline(never)]
fn scenarios(kernel: u8, terms: &Terms) -> Option<bool> {
    let (core, flat) = (moves(CORE)?, moves([1_000])?);
    let mut up = [flat[0]; CORE.len() + WIDE.len() + TAIL.len()];
    for (place, node) in up.iter_mut().zip(core.iter().chain(&moves(WIDE)?).chain(&moves(TAIL)?)) {
        *place = *node;
    }
    let time = RootTime::new(terms.seconds).ok()?;
    let (high, low) = (time.total(VolE9(400_000_000)).ok()?, time.total(VolE9::MIN).ok()?);
    let level = |scale, floor, moves| Some(Level::new(VolScale::new(scale).ok()?, floor, moves));
    let levels = black_box([
        level(3 << 31, high, &up[..])?,
        level(1 << 32, low, &core[..])?,
        level(7 << 29, low, &core[..])?,
        level(9 << 29, low, &flat[..])?,
        level(7 << 29, low, &flat[..])?,
    ]);
    let svi = svi(terms.vol, terms.seconds);
    match kernel {
        kind::SVI => {
            let slice = black_box(Slice::new(&svi, terms.seconds, terms.seconds).ok()?);
            let k = black_box(Row::new(terms.forward, terms.strike).ok()?.moneyness_q38());
            measured!((slice, k), |(slice, k): &(Slice, i64)| Some(slice.total_vol(*k)))
        }
        kind::ROW => {
            let mut calls = [0u64; NODES];
            measured!(*terms, |terms| row(terms, &time, &levels, &mut calls))
        }
        // 5 % to 25 % over one to five minutes, strikes within 0.2 % of the forward: total volatility below 2^-9.
        kind::ROW_NEAR => {
            let (seconds, vol) = (60 + terms.seconds % 240, VolE9(50_000_000 + terms.vol.0 / 10));
            let strike = PriceE6(terms.forward.0 + terms.strike.0 % (terms.forward.0 / 500));
            let time = RootTime::new(seconds).ok()?;
            let mut calls = [0u64; NODES];
            let low = time.total(VolE9::MIN).ok()?;
            let levels = black_box([
                level(3 << 31, low, &up[..])?,
                level(1 << 32, low, &core[..])?,
                level(7 << 29, low, &core[..])?,
                level(9 << 29, low, &flat[..])?,
                level(7 << 29, low, &flat[..])?,
            ]);
            measured!(Terms { strike, vol, seconds, ..*terms }, |terms| row(terms, &time, &levels, &mut calls))
        }
        kind::ROW_FAR => {
            let mut calls = [0u64; NODES];
            let strike = PriceE6(terms.forward.0 * 40);
            measured!(Terms { strike, ..*terms }, |terms| row(terms, &time, &levels, &mut calls))
        }
        kind::SURFACE => {
            let mut calls = [0u64; NODES];
            measured!((*terms, svi), |(terms, svi): &(Terms, Svi)| surface(terms, svi, &levels, &mut calls))
        }
        _ => None,
    }
}

/// One strike from its volatility: validation, total volatility, 33 nodes.
#[inline(never)]
fn row(terms: &Terms, time: &RootTime, levels: &[Level], calls: &mut [u64; NODES]) -> Option<usize> {
    let w = time.total(terms.vol).ok()?;
    let count = Row::new(terms.forward, terms.strike).ok()?.calls(w, levels, calls).ok()?;
    black_box(calls);
    (count == NODES).then_some(count)
}

/// Sixteen strikes around the forward, from posted parameters.
#[inline(never)]
fn surface(terms: &Terms, svi: &Svi, levels: &[Level], calls: &mut [u64; NODES]) -> Option<usize> {
    let slice = Slice::new(svi, terms.seconds, terms.seconds).ok()?;
    let mut strike = terms.forward.0 >> 1;
    let step = terms.forward.0 >> 4;
    for _ in 0..16 {
        let row = Row::new(terms.forward, PriceE6(strike)).ok()?;
        row.calls(slice.total_vol(row.moneyness_q38()), levels, calls).ok()?;
        black_box(&mut *calls);
        strike += step;
    }
    Some(16)
}
