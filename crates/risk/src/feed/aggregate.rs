//! One price out of up to three sources.
//!
//! Three: the middle one, whoever is dropped. Two: their mean while they agree, else the one near the feed's own average. One: itself, if
//! it is near that average. A median weighted by 1/max(c, 5 bps), no weight above one half, is the middle of three and the mean of two;
//! so the weights move the half width alone.

use super::{Quote, Refusal, Severity};
use units::{BPS, PriceE6};

/// Sources that are aggregated at most.
pub const SOURCES: usize = 3;
/// Sources agree within this share of their price, or within the sum of their half widths if that is more.
const AGREE_PARTS: u64 = 100;
/// A source alone counts within this share of the average; a price further than that other share from it is not normal.
const ALONE_PARTS: u64 = 20;
const FAR_PARTS: u64 = 10;
/// A source's weight is as if its half width were at least this share of the price.
const WEIGHT_WIDTH_PARTS: u64 = 2_000;
/// No source weighs more than half.
const WEIGHT_MAX_BPS: u64 = 5_000;

/// Bits that say why a price is not normal.
pub mod flag {
    /// Fewer sources than the feed asks for are fit for new risk.
    pub const FEW: u8 = 1;
    /// The accepted sources are further apart than they claim to be wide.
    pub const DIVERGED: u8 = 2;
    /// More than 10 % from the feed's own average: the breaker's volatility trigger.
    pub const FAR: u8 = 4;
    /// Far from the average, and a source that was dropped says otherwise: no price is taken.
    pub const CONTESTED: u8 = 8;
}

/// What a source that can be used is fit for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    NewRisk,
    Margin,
}

/// A source's quote that is neither too old nor too wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fresh {
    pub quote: Quote,
    pub tier: Tier,
}

/// What reading one source gave.
pub type Reading = Result<Fresh, Refusal>;

/// A source's part in the outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Why it was not used.
    pub refusal: Option<Refusal>,
    /// Its share of the half width.
    pub weight_bps: u16,
}

/// What a set of readings amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aggregate {
    /// `Normal`, `Degraded`, or `Stale` where no price could be taken.
    pub severity: Severity,
    pub flags: u8,
    pub price: Option<Quote>,
    /// The price that the feed's average may follow: enough agreeing sources fit for new risk, far from that average or not, if no source
    /// that was dropped contests the move.
    pub sample: Option<PriceE6>,
    /// Sources that the price rests on.
    pub accepted: u8,
    pub places: [Place; SOURCES],
}

/// A usable source and its place.
#[derive(Clone, Copy, Debug, Default)]
struct Candidate {
    place: usize,
    quote: Quote,
}

impl Candidate {
    const fn price(&self) -> u64 {
        self.quote.price.0
    }

    const fn distance(&self, price: u64) -> u64 {
        self.price().abs_diff(price)
    }

    /// Within 1 % of their mean, or within the sum of the half widths.
    const fn agrees(&self, other: &Self) -> bool {
        let apart = self.distance(other.price());
        // BOUND: prices in bounds are below 2^44, and accepted half widths below their prices.
        let both = self.price().saturating_add(other.price());
        let width = self.quote.half_width.0.saturating_add(other.quote.half_width.0);
        apart <= width || apart.saturating_mul(AGREE_PARTS.saturating_mul(2)) <= both
    }
}

/// What the candidates say, before the feed's own average is asked.
struct Verdict {
    price: Option<Quote>,
    agreed: bool,
    /// Places that were dropped as outliers or for diverging.
    dropped: [Option<Refusal>; SOURCES],
    accepted: u8,
}

/// Aggregates `readings`; `average` is the feed's own, if it is recent, and `min_sources` how many a normal price needs.
///
/// INVARIANT(O-2): the price lies within [min - c, max + c] of the accepted sources. INVARIANT(O-3): with three sources that count it
/// lies between the other two, whatever any one of them says.
pub fn aggregate(readings: &[Reading; SOURCES], average: Option<PriceE6>, min_sources: u8) -> Aggregate {
    let enough = usize::from(min_sources.max(1));
    let full = readings.iter().filter(|reading| fit(reading)).count() >= enough;
    let mut chosen = Chosen::of(readings, full);
    // Where those fit for new risk contradict each other, or lead far away from the average, one fit for margin has its say too.
    let unsure = chosen.contradictory() || chosen.leads_far(average);
    if full && unsure && readings.iter().flatten().count() > chosen.count {
        chosen = Chosen::of(readings, false);
    }
    let Chosen { mut places, candidates, count } = chosen;
    let Verdict { price, agreed, dropped, accepted } = match candidates.get(..count) {
        Some([one]) => alone(one, full, average),
        Some([a, b]) => pair(a, b, average),
        Some([a, b, c]) => three(*a, *b, *c),
        _ => Verdict { price: None, agreed: false, dropped: [None; SOURCES], accepted: 0 },
    };
    for (place, refusal) in places.iter_mut().zip(dropped) {
        place.refusal = place.refusal.or(refusal);
    }
    let contested = dropped.contains(&Some(Refusal::Outlier));
    let price = price.map(|price| Quote { half_width: widened(price, &candidates, count, &mut places), ..price });
    let used = readings.iter().zip(&places).filter(|(_, place)| place.refusal.is_none());
    let full = used.filter(|(reading, _)| fit(reading)).count() >= enough;
    finish(price, average, Standing { full, agreed, contested, accepted }, places)
}

const fn fit(reading: &Reading) -> bool {
    matches!(reading, Ok(Fresh { tier: Tier::NewRisk, .. }))
}

/// The readings that are aggregated.
struct Chosen {
    places: [Place; SOURCES],
    candidates: [Candidate; SOURCES],
    count: usize,
}

impl Chosen {
    /// Every reading that can be used, or only those fit for new risk.
    fn of(readings: &[Reading; SOURCES], new_risk_only: bool) -> Self {
        let mut chosen =
            Self { places: [Place::default(); SOURCES], candidates: [Candidate::default(); SOURCES], count: 0 };
        for (at, (reading, place)) in readings.iter().zip(&mut chosen.places).enumerate() {
            place.refusal = match reading {
                Err(refusal) => Some(*refusal),
                Ok(fresh) if new_risk_only && fresh.tier == Tier::Margin => Some(Refusal::Outranked),
                Ok(fresh) => {
                    if let Some(slot) = chosen.candidates.get_mut(chosen.count) {
                        *slot = Candidate { place: at, quote: fresh.quote };
                        chosen.count = chosen.count.saturating_add(1);
                    }
                    None
                }
            };
        }
        chosen
    }

    /// Two that do not agree.
    fn contradictory(&self) -> bool {
        matches!(self.candidates.get(..self.count), Some([a, b]) if !a.agrees(b))
    }

    /// Whether any of them is further from the average than a normal price may be.
    fn leads_far(&self, average: Option<PriceE6>) -> bool {
        let mut candidates = self.candidates.iter().take(self.count);
        average.is_some_and(|average| candidates.any(|candidate| is_far(candidate.quote.price, average)))
    }
}

/// What decides the severity of a price.
struct Standing {
    full: bool,
    agreed: bool,
    contested: bool,
    accepted: u8,
}

fn finish(price: Option<Quote>, average: Option<PriceE6>, standing: Standing, places: [Place; SOURCES]) -> Aggregate {
    let far = price.zip(average).is_some_and(|(quote, average)| is_far(quote.price, average));
    let contested = far && standing.contested;
    let flags = [
        (!standing.full, flag::FEW),
        (!standing.agreed && standing.accepted > 0, flag::DIVERGED),
        (far, flag::FAR),
        (contested, flag::CONTESTED),
    ];
    // Two that agree against a third do not lead the average: within minutes they could take it, and the price, anywhere.
    let sample = price.filter(|_| standing.full && standing.agreed && !contested).map(|quote| quote.price);
    let price = price.filter(|_| !contested);
    let severity = match (price, sample) {
        (None, _) => Severity::Stale,
        (Some(_), Some(_)) if !far => Severity::Normal,
        (Some(_), _) => Severity::Degraded,
    };
    let flags = flags.iter().filter(|(set, _)| *set).fold(0, |flags, (_, bit)| flags | bit);
    Aggregate { severity, flags, price, sample, accepted: standing.accepted, places }
}

/// One source: enough only where the feed asks for no more, or near the feed's own average.
fn alone(one: &Candidate, full: bool, average: Option<PriceE6>) -> Verdict {
    let near = average.is_some_and(|average| within(one.quote.price, average, ALONE_PARTS));
    let mut dropped = [None; SOURCES];
    if !full && !near {
        drop_place(&mut dropped, one, Refusal::Alone);
        return Verdict { price: None, agreed: true, dropped, accepted: 0 };
    }
    Verdict { price: Some(one.quote), agreed: true, dropped, accepted: 1 }
}

/// Two sources: the mean while they agree; else the one nearer to the average, if it is near enough to count alone.
fn pair(a: &Candidate, b: &Candidate, average: Option<PriceE6>) -> Verdict {
    let mut dropped = [None; SOURCES];
    if a.agrees(b) {
        // BOUND: two prices below 2^44.
        let price = PriceE6(a.price().midpoint(b.price()));
        let quote = Quote { price, half_width: PriceE6::ZERO };
        return Verdict { price: Some(quote), agreed: true, dropped, accepted: 2 };
    }
    let Some(average) = average else {
        drop_place(&mut dropped, a, Refusal::Diverged);
        drop_place(&mut dropped, b, Refusal::Diverged);
        return Verdict { price: None, agreed: false, dropped, accepted: 0 };
    };
    let (nearer, other) = if a.distance(average.0) <= b.distance(average.0) { (a, b) } else { (b, a) };
    drop_place(&mut dropped, other, Refusal::Diverged);
    if !within(nearer.quote.price, average, ALONE_PARTS) {
        drop_place(&mut dropped, nearer, Refusal::Diverged);
        return Verdict { price: None, agreed: false, dropped, accepted: 0 };
    }
    // As wide as the disagreement, so that the adverse bound covers both.
    let half_width = PriceE6(nearer.distance(other.price()));
    Verdict { price: Some(Quote { half_width, ..nearer.quote }), agreed: false, dropped, accepted: 1 }
}

/// Three sources: the middle one, so that a liar can move the price no further than to one of the other two.
fn three(a: Candidate, b: Candidate, c: Candidate) -> Verdict {
    let (low, high) = if a.price() <= b.price() { (a, b) } else { (b, a) };
    let (low, mid, high) = match c.price() {
        price if price < low.price() => (c, low, high),
        price if price > high.price() => (low, high, c),
        _ => (low, c, high),
    };
    let (low_mid, mid_high, low_high) = (low.agrees(&mid), mid.agrees(&high), low.agrees(&high));
    let outlier = match (low_mid, mid_high, low_high) {
        (false, true, false) => Some(low),
        (true, false, false) => Some(high),
        _ => None,
    };
    let mut dropped = [None; SOURCES];
    if let Some(outlier) = &outlier {
        drop_place(&mut dropped, outlier, Refusal::Outlier);
    }
    let price = Quote { price: mid.quote.price, half_width: PriceE6::ZERO };
    let accepted = if outlier.is_some() { 2 } else { 3 };
    Verdict { price: Some(price), agreed: outlier.is_some() || low_high, dropped, accepted }
}

fn drop_place(dropped: &mut [Option<Refusal>; SOURCES], candidate: &Candidate, refusal: Refusal) {
    if let Some(place) = dropped.get_mut(candidate.place) {
        *place = Some(refusal);
    }
}

/// Half width of `price`: the weighted half width of the accepted, or the distance to the furthest of them. Writes their weights.
///
/// ROUNDING: up.
fn widened(price: Quote, candidates: &[Candidate; SOURCES], count: usize, places: &mut [Place; SOURCES]) -> PriceE6 {
    let mut inverses = [0_u64; SOURCES];
    let mut total = 0_u64;
    let accepted = || candidates.iter().take(count);
    for candidate in accepted() {
        let used = places.get(candidate.place).is_some_and(|place| place.refusal.is_none());
        if let (true, Some(inverse)) = (used, inverses.get_mut(candidate.place)) {
            let least = candidate.price().div_ceil(WEIGHT_WIDTH_PARTS);
            // BOUND: a price below 2^44 times 2^16; the quotient is at most 2,000 x 2^16.
            let width = candidate.quote.half_width.0.max(least).max(1);
            *inverse = (candidate.price() << 16).checked_div(width).unwrap_or(0).max(1);
            total = total.saturating_add(*inverse);
        }
    }
    // At most one of them is above half: it is brought to half, and the others share the rest.
    let heaviest = inverses.iter().copied().max().unwrap_or(0);
    let capped = heaviest.saturating_mul(2) > total && heaviest < total;
    let share = |inverse: u64| {
        let weight = match (capped, inverse == heaviest) {
            (true, true) => Some(WEIGHT_MAX_BPS),
            (true, false) => inverse.saturating_mul(WEIGHT_MAX_BPS).checked_div(total.saturating_sub(heaviest)),
            (false, _) => inverse.saturating_mul(BPS).checked_div(total),
        };
        weight.unwrap_or(0)
    };
    let (mut sum, mut furthest) = (0_u64, 0_u64);
    for candidate in accepted() {
        let inverse = inverses.get(candidate.place).copied().unwrap_or(0);
        if let (true, Some(place)) = (inverse > 0, places.get_mut(candidate.place)) {
            let weight = share(inverse);
            place.weight_bps = u16::try_from(weight).unwrap_or(0);
            // BOUND: half widths below 2^44 times 10^4.
            sum = sum.saturating_add(candidate.quote.half_width.0.saturating_mul(weight));
            furthest = furthest.max(candidate.distance(price.price.0));
        }
    }
    PriceE6(sum.div_ceil(BPS).max(furthest).max(price.half_width.0))
}

/// Whether a price is further than 10 % from the feed's own average: what blocks new risk, and the breaker's deviation trigger asks.
pub const fn is_far(price: PriceE6, average: PriceE6) -> bool {
    !within(price, average, FAR_PARTS)
}

/// |price - average| <= average / parts.
const fn within(price: PriceE6, average: PriceE6, parts: u64) -> bool {
    // BOUND: prices below 2^44.
    price.0.abs_diff(average.0).saturating_mul(parts) <= average.0
}
