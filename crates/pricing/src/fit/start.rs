//! The quasi-explicit start: a two-dimensional search, the other three parameters in closed form.

use super::problem::Problem;
use super::raw::{M_MAX, RHO_MAX, Raw, SIGMA, WING_MAX};
use super::refine::Penalty;

/// Widths of the grid, in parts of the quotes' span.
const WIDTHS: [f64; 9] = [0.015_625, 0.031_25, 0.062_5, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0];
/// Places of the minimum, in parts of the span from the middle.
const PLACES: [f64; 9] = [-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0];
/// Steps of the compass search, each at least a half of the one before.
const STEPS: usize = 200;

/// The best slice of the grid, improved by the compass; what it violates counts by `penalty`.
pub(super) fn start(problem: &Problem<'_>, penalty: Penalty) -> Raw {
    let at = |m: f64, sigma: f64| {
        let (cost, raw) = solve(problem, m, sigma);
        (cost + penalty.cost(problem, &raw), raw)
    };
    let mut best = at(problem.centre, problem.span);
    let keep = |m: f64, sigma: f64, best: &mut (f64, Raw)| {
        let next = at(m, sigma);
        let better = next.0 < best.0;
        if better {
            *best = next;
        }
        better
    };
    for place in PLACES {
        for width in WIDTHS {
            keep(problem.centre + place * problem.span, width * problem.span, &mut best);
        }
    }
    let mut step = 0.25;
    for _ in 0..STEPS {
        let Raw { m, sigma, .. } = best.1;
        let aside = step * (sigma + problem.span) / 2.0;
        let mut better = keep(m - aside, sigma, &mut best);
        better |= keep(m + aside, sigma, &mut best);
        better |= keep(m, sigma * (1.0 + step), &mut best);
        better |= keep(m, sigma / (1.0 + step), &mut best);
        if !better {
            step /= 2.0;
        }
        if step < 1e-7 {
            break;
        }
    }
    best.1
}

/// Weighted least squares in (a, d, c) at one (m, sigma) over c + |d| <= 2 sigma, |d| <= c, and the sum of squares.
fn solve(problem: &Problem<'_>, m: f64, sigma: f64) -> (f64, Raw) {
    let (m, sigma) = (m.clamp(-M_MAX, M_MAX), sigma.clamp(SIGMA.0, SIGMA.1));
    let place = |k: f64| {
        let y = (k - m) / sigma;
        (y, (y * y + 1.0).sqrt())
    };
    let (mut whole, mut y_mean, mut z_mean, mut w_mean) = (0.0, 0.0, 0.0, 0.0);
    for point in &problem.points {
        let (y, z) = place(point.k);
        whole += point.weight;
        y_mean += point.weight * y;
        z_mean += point.weight * z;
        w_mean += point.weight * point.w;
    }
    (y_mean, z_mean, w_mean) = (y_mean / whole, z_mean / whole, w_mean / whole);
    let mut squares = Squares::default();
    for point in &problem.points {
        let (y, z) = place(point.k);
        squares.add(point.weight, y - y_mean, z - z_mean, point.w - w_mean);
    }
    let ridge = problem.prior / (problem.level * problem.level);
    squares.yy += ridge;
    squares.zz += ridge;
    let (d, c) = squares.least(WING_MAX * sigma);
    let free = w_mean - d * y_mean - c * z_mean;
    // The least variance is not negative.
    let a = free.max(-(c * c - d * d).max(0.0).sqrt());
    let away = (m - problem.centre) * (m - problem.centre) + (sigma - problem.span) * (sigma - problem.span);
    let cost =
        squares.at(d, c) + whole * (a - free) * (a - free) + problem.prior * away / (problem.span * problem.span);
    (cost, Raw { a, d, c, m, sigma })
}

/// Second moments about the means; a is eliminated.
#[derive(Default)]
struct Squares {
    yy: f64,
    yz: f64,
    zz: f64,
    yw: f64,
    zw: f64,
    ww: f64,
}

impl Squares {
    fn add(&mut self, weight: f64, y: f64, z: f64, w: f64) {
        self.yy += weight * y * y;
        self.yz += weight * y * z;
        self.zz += weight * z * z;
        self.yw += weight * y * w;
        self.zw += weight * z * w;
        self.ww += weight * w * w;
    }

    fn at(&self, d: f64, c: f64) -> f64 {
        self.ww - 2.0 * (d * self.yw + c * self.zw) + d * d * self.yy + 2.0 * d * c * self.yz + c * c * self.zz
    }

    /// The least value over the polygon: its inside if the free minimum lies there, else the best of the four edges.
    fn least(&self, top: f64) -> (f64, f64) {
        let determinant = self.yy * self.zz - self.yz * self.yz;
        if determinant > 1e-14 * self.yy * self.zz {
            let d = (self.yw * self.zz - self.zw * self.yz) / determinant;
            let c = (self.zw * self.yy - self.yw * self.yz) / determinant;
            if d.abs() <= RHO_MAX * c && c + d.abs() <= top {
                return (d, c);
            }
        }
        let side = top / (1.0 + RHO_MAX);
        let corners = [(0.0, 0.0), (RHO_MAX * side, side), (0.0, top), (-RHO_MAX * side, side)];
        let mut best = (self.at(0.0, 0.0), (0.0, 0.0));
        for (from, to) in corners.iter().zip(corners.iter().cycle().skip(1)) {
            let place = self.along(*from, *to);
            let value = self.at(place.0, place.1);
            if value < best.0 {
                best = (value, place);
            }
        }
        best.1
    }

    /// The least value on a segment.
    fn along(&self, from: (f64, f64), to: (f64, f64)) -> (f64, f64) {
        let (d, c) = (to.0 - from.0, to.1 - from.1);
        let bend = d * d * self.yy + 2.0 * d * c * self.yz + c * c * self.zz;
        let pull =
            d * (self.yw - from.0 * self.yy - from.1 * self.yz) + c * (self.zw - from.0 * self.yz - from.1 * self.zz);
        let part = if bend > 0.0 { (pull / bend).clamp(0.0, 1.0) } else { 0.0 };
        (from.0 + part * d, from.1 + part * c)
    }
}
