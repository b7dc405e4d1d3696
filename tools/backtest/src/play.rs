//! One mandate over the whole history: weekly epochs, one bidder who pays what he is assumed to pay, a turn after each.

use crate::history::History;
use pricing::Svi;
use risk::average::RunningAverage;
use risk::payoff::{Kind, Position};
use risk::portfolio::Expiry;
use risk::vault::{
    Entry, Holdings, Mandate, Queue, Sight, Unit, VaultKind, clear, cover_ceil, escrow_ceil, offered_lots_floor, turn,
};
use units::{Lots, PriceE6, UnixSeconds, VolE9};

pub const WEEK: usize = 7;
/// Above realised volatility, in the case that bidders pay by it: five points.
pub const SPREAD: f64 = 0.05;
const SECONDS: i64 = 7 * 86_400;
/// A lot is a thousandth of a bitcoin; base has eight decimals.
const UNIT: Unit = Unit { lots_per_unit: 1_000, base_unit_atoms: 100_000_000 };
/// What each vault begins with: 100 BTC, or 10,000,000 USD.
const BASE: u64 = 100 * 100_000_000;
const QUOTE: u64 = 10_000_000_000_000;
const STRIKES: i64 = 60;
/// What of its capital a vault of spreads puts up in a week.
pub const SPREAD_COVER_BPS: u16 = 1_000;

/// What the bidder pays.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Premium {
    /// The reserve price at the mandate's least volatility, whatever the market does.
    Floor,
    /// The price at realised volatility and a spread, where that is above the reserve; nothing otherwise.
    Realised,
}

pub struct Week {
    pub date: String,
    pub share_price: f64,
    pub sold: bool,
    pub exercised: bool,
}

pub struct Run {
    pub kind: VaultKind,
    pub premium: Premium,
    pub weeks: Vec<Week>,
    /// Premium received over what was at risk, a week, on average.
    pub yield_week: f64,
}

/// The mandate that is played.
pub fn mandate(kind: VaultKind) -> Mandate {
    Mandate {
        delta_min_bps: 500,
        delta_max_bps: 2_000,
        distance_bps: 5_000,
        discount_bps: 1_000,
        open_interest_bps: 10_000,
        width_bps: if kind == VaultKind::PutSpread { 1_500 } else { 0 },
        management_bps: 100,
        performance_bps: 1_000,
        escrow_multiple: 10,
        // One bad week costs a spread all that backs it.
        cover_bps: if kind == VaultKind::PutSpread { SPREAD_COVER_BPS } else { 10_000 },
        vol_min: VolE9(400_000_000),
        auction_s: 3_600,
        epoch_s: 604_800,
        deposit_min: 1,
        capacity: u64::MAX,
    }
}

pub fn play(history: &History, kind: VaultKind, premium: Premium) -> Result<Run, String> {
    let mandate = mandate(kind);
    mandate.check(kind, 1).map_err(|broken| format!("{broken:?}"))?;
    let mut holdings = Holdings { base_atoms: 0, quote_atoms: 0, shares: 0, high_water_e12: 0 };
    let deposit = if kind.holds_base() { BASE } else { QUOTE };
    let queue = Queue { deposit_atoms: deposit, withdraw_shares: 0 };
    let first = turned(&mut holdings, &queue, &mandate, kind, PriceE6(1_000_000))?;
    if kind.holds_base() {
        holdings.base_atoms = deposit
    } else {
        holdings.quote_atoms = deposit
    }
    debug_assert!((first - 1.0).abs() < 1e-9, "a share begins at one");
    let (mut weeks, mut yields) = (vec![], 0.0);
    let mut at = 31;
    while at + WEEK < history.days.len() {
        let (now, then) = (price(history.days[at].close), price(history.days[at + WEEK].close));
        let vol = if premium == Premium::Floor { 0.4 } else { (history.realised(at) + SPREAD).clamp(0.06, 4.9) };
        let sale = sell(&holdings, &mandate, kind, now, vol, premium);
        let mut exercised = false;
        if let Some(Sale { lots, premium_atoms, strike, hedge }) = sale {
            let held = if kind.holds_base() { value(holdings.base_atoms, now) } else { holdings.quote_atoms as f64 };
            yields += premium_atoms as f64 / held;
            let owed = payoff(kind.sells(), strike, lots, then)? - hedge_payoff(kind, hedge, lots, then)?;
            exercised = owed > 0;
            let quote = i128::from(holdings.quote_atoms) + i128::from(premium_atoms) - i128::from(owed);
            cure(&mut holdings, quote, then)?;
        }
        let share_price = turned(&mut holdings, &Queue { deposit_atoms: 0, withdraw_shares: 0 }, &mandate, kind, then)?;
        let date = history.days[at + WEEK].date.clone();
        weeks.push(Week { date, share_price, sold: sale.is_some(), exercised });
        at += WEEK;
    }
    let sold = weeks.iter().filter(|week| week.sold).count().max(1);
    Ok(Run { kind, premium, weeks, yield_week: yields / sold as f64 })
}

#[derive(Clone, Copy)]
struct Sale {
    lots: u64,
    premium_atoms: u64,
    strike: PriceE6,
    hedge: PriceE6,
}

/// One auction, as the program holds it: offer, a book of one bid for all of it, clearing, premium rounded up. Holdings are not changed.
fn sell(
    holdings: &Holdings,
    mandate: &Mandate,
    kind: VaultKind,
    spot: PriceE6,
    vol: f64,
    premium: Premium,
) -> Option<Sale> {
    let years = SECONDS as f64 / 31_536_000.0;
    let a_e9 = (vol * vol * years * 1e9) as i64;
    let svi = Svi { a_e9, b_e9: 0, rho_e9: 0, m_e9: 0, sigma_e9: 1_000_000 };
    let average = RunningAverage::NOT_BEGUN;
    let expiry = Expiry { forward: spot, seconds: SECONDS, svi, reference_s: SECONDS.unsigned_abs(), average };
    let sight = Sight { expiry: &expiry, time_scale: 1 };
    let offer = sight.offer(kind, mandate, &strikes(spot)).ok()?;
    let held = if kind.holds_base() { holdings.base_atoms } else { holdings.quote_atoms };
    let offered =
        offered_lots_floor(kind, mandate.cover_floor(held), &offer, UNIT, u64::MAX).ok().filter(|lots| *lots > 0)?;
    let bid = match premium {
        Premium::Floor => offer.reserve,
        Premium::Realised => {
            let fair = Mandate { discount_bps: 0, vol_min: VolE9::MIN, ..*mandate };
            sight.offer(kind, &fair, &strikes(spot)).ok()?.reserve
        }
    };
    let bid = Some(bid.min(offer.escrow)).filter(|bid| *bid >= offer.reserve)?;
    let mut book = [Entry { lots: offered, price: bid }];
    let clearing = clear(&mut book, offered, offer.reserve);
    let escrow = escrow_ceil(offer.escrow, offered, UNIT.lots_per_unit)?;
    let fill = clearing.fill(&book[0], escrow, UNIT.lots_per_unit)?;
    let covered = cover_ceil(kind, fill.lots, offer.strike, offer.hedge, UNIT)? <= held;
    assert!(covered, "V-5: more was sold than is held");
    Some(Sale { lots: fill.lots, premium_atoms: fill.premium, strike: offer.strike, hedge: offer.hedge })
}

/// Listed strikes: steps of 2.5 % of spot, on a tick of a dollar.
fn strikes(spot: PriceE6) -> Vec<PriceE6> {
    let step = |at: i64| (spot.0 as f64 * (1.0 + at as f64 * 0.025) / 1e6).round().max(1.0) as u64 * 1_000_000;
    let mut strikes: Vec<_> = (-35..=STRIKES).map(|at| PriceE6(step(at))).collect();
    strikes.dedup();
    strikes
}

fn payoff(kind: Kind, strike: PriceE6, lots: u64, then: PriceE6) -> Result<i64, String> {
    let lots = Lots(-i64::try_from(lots).map_err(|error| error.to_string())?);
    let short = Position { expiry: UnixSeconds(0), strike, kind, lots };
    let paid = short.payoff_floor(then, UNIT.lots_per_unit).map_err(|error| format!("{error:?}"))?;
    Ok(-paid.0)
}

fn hedge_payoff(kind: VaultKind, hedge: PriceE6, lots: u64, then: PriceE6) -> Result<i64, String> {
    if hedge == PriceE6::ZERO {
        return Ok(0);
    }
    let lots = Lots(i64::try_from(lots).map_err(|error| error.to_string())?);
    let long = Position { expiry: UnixSeconds(0), strike: hedge, kind: kind.sells(), lots };
    let got = long.payoff_floor(then, UNIT.lots_per_unit).map_err(|error| format!("{error:?}"))?;
    Ok(got.0)
}

/// A covered call's debt is paid by selling base at the settlement price, as margin's base auction does at best.
fn cure(holdings: &mut Holdings, quote: i128, then: PriceE6) -> Result<(), String> {
    if quote >= 0 {
        holdings.quote_atoms = u64::try_from(quote).map_err(|error| error.to_string())?;
        return Ok(());
    }
    let sold = (quote.unsigned_abs() * u128::from(UNIT.base_unit_atoms)).div_ceil(u128::from(then.0));
    let sold = u64::try_from(sold).map_err(|error| error.to_string())?;
    holdings.base_atoms = holdings.base_atoms.checked_sub(sold).ok_or("V-5: a debt that the base does not cover")?;
    holdings.quote_atoms = 0;
    Ok(())
}

/// A turn; returns the share price in the vault's token, from 1.
fn turned(
    holdings: &mut Holdings,
    queue: &Queue,
    mandate: &Mandate,
    kind: VaultKind,
    price: PriceE6,
) -> Result<f64, String> {
    let terms = (mandate, UNIT, kind.holds_base());
    let done =
        turn(holdings, queue, terms, Some(price), SECONDS.unsigned_abs()).map_err(|error| format!("{error:?}"))?;
    (holdings.shares, holdings.high_water_e12) = (done.shares, done.high_water_e12);
    Ok(done.share_price_e12 as f64 / 1e9)
}

fn price(close: f64) -> PriceE6 {
    PriceE6((close * 1e6).round() as u64)
}

fn value(base_atoms: u64, spot: PriceE6) -> f64 {
    base_atoms as f64 * spot.0 as f64 / UNIT.base_unit_atoms as f64
}

impl Run {
    pub fn name(&self) -> String {
        let kind = match self.kind {
            VaultKind::CoveredCall => "covered call",
            VaultKind::CashSecuredPut => "cash-secured put",
            VaultKind::PutSpread => "put spread",
        };
        let premium = match self.premium {
            Premium::Floor => "at the vol floor",
            Premium::Realised => "at realised vol + 5 points",
        };
        format!("{kind}, {premium}")
    }

    /// Growth a year, in the vault's own token.
    pub fn growth_year(&self) -> f64 {
        let years = self.weeks.len() as f64 * WEEK as f64 / 365.25;
        self.weeks.last().map_or(0.0, |week| week.share_price.powf(1.0 / years) - 1.0)
    }

    pub fn drawdown(&self) -> f64 {
        let mut peak = 1.0f64;
        let falls = self.weeks.iter().map(|week| {
            peak = peak.max(week.share_price);
            1.0 - week.share_price / peak
        });
        falls.fold(0.0, f64::max)
    }

    pub fn worst(&self) -> (f64, String) {
        let mut before = 1.0;
        let mut worst = (0.0, String::new());
        for week in &self.weeks {
            let change = week.share_price / before - 1.0;
            if change < worst.0 {
                worst = (change, week.date.clone());
            }
            before = week.share_price;
        }
        worst
    }

    pub fn sold(&self) -> f64 {
        self.weeks.iter().filter(|week| week.sold).count() as f64 / self.weeks.len() as f64
    }

    pub fn exercised(&self) -> f64 {
        let sold = self.weeks.iter().filter(|week| week.sold).count().max(1);
        self.weeks.iter().filter(|week| week.exercised).count() as f64 / sold as f64
    }

    pub fn line(&self) -> String {
        let (worst, date) = self.worst();
        format!(
            "{:<46} a year {:>7.2} %, drawdown {:>6.2} %, worst week {:>7.2} % ({date}), exercised {:>5.2} % of {:.1} %",
            self.name(),
            100.0 * self.growth_year(),
            100.0 * self.drawdown(),
            100.0 * worst,
            100.0 * self.exercised(),
            100.0 * self.sold(),
        )
    }
}
