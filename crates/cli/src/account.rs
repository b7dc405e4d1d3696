//! `bastion account`: a margin account's balances, positions, margin, Greeks, and how far the price is from liquidating it.

use crate::market::{Distance, Inputs, Market, bps, kind};
use crate::{Error, decimal, table::Table, time};
use abi::margin::{KIND_CALL, MODE_PORTFOLIO, MarginAccount};
use core::fmt;
use risk::portfolio::{Greeks, LegGreeks, base_greeks};
use serde::Serialize;
use solana_pubkey::Pubkey;
use units::{PriceE6, QuoteAtoms};

/// An account at one moment. Amounts are quote units, prices quote units of one unit of the underlying, as decimal strings.
#[derive(Clone, Debug, Serialize)]
pub struct AccountView {
    pub account: String,
    pub market: String,
    pub owner: String,
    pub index: u64,
    pub mode: &'static str,
    pub spot: String,
    pub quote: String,
    pub base: String,
    pub nonce_floor: u64,
    pub delegate: Option<String>,
    pub positions: Vec<PositionView>,
    pub margin: Figures,
    /// Why there is no figure of portfolio margin, where there is none.
    pub unvalued: Option<String>,
    pub greeks: Option<GreeksView>,
    pub liquidation: LiquidationView,
}

#[derive(Clone, Debug, Serialize)]
pub struct PositionView {
    pub expiry_unix_s: i64,
    pub strike: String,
    pub kind: &'static str,
    pub lots: i64,
    pub mark: Option<String>,
    pub volatility: Option<String>,
    pub delta: Option<String>,
    /// Of the position: lots times mark.
    pub value: Option<String>,
}

/// Margin in both modes; the account's own is the one that counts.
#[derive(Clone, Debug, Serialize)]
pub struct Figures {
    pub value: Option<String>,
    pub portfolio_im: Option<String>,
    pub portfolio_mm: Option<String>,
    pub standard_im: String,
    pub standard_mm: String,
}

/// Of the whole account, base included.
#[derive(Clone, Debug, Serialize)]
pub struct GreeksView {
    /// For forwards and base up by 100 %.
    pub delta: String,
    pub gamma: String,
    /// For volatilities up by 1 (100 points).
    pub vega: String,
    /// For a day.
    pub theta: String,
}

/// Prices at which maintenance margin is negative, and their distance in basis points; `null` where there is none within reach.
#[derive(Clone, Debug, Serialize)]
pub struct LiquidationView {
    pub below: Option<String>,
    pub below_bps: Option<i64>,
    pub above: Option<String>,
    pub above_bps: Option<i64>,
}

/// Everything of `account` at `market`'s moment. Error: `Unvalued`, where standard margin has no figure either.
pub fn view(market: &Market, address: &Pubkey, account: &MarginAccount) -> Result<AccountView, Error> {
    let inputs = market.inputs(account, market.spot());
    let (im, mm) = market.standard(account, market.spot())?;
    let report = inputs.as_ref().ok().map(Inputs::report).transpose()?;
    let unvalued = inputs.as_ref().err().map(|error| match error {
        Error::Unvalued { reason } => reason.clone(),
        other => other.to_string(),
    });
    let inputs = inputs.ok();
    let figures = report.map(|report| report.assessment);
    Ok(AccountView {
        account: address.to_string(),
        market: market.symbol(),
        owner: Pubkey::from(account.owner).to_string(),
        index: account.index.get(),
        mode: if account.mode == MODE_PORTFOLIO { "portfolio" } else { "standard" },
        spot: price(market.spot()),
        quote: amount(QuoteAtoms(account.quote_atoms.get())),
        base: decimal::full(account.base_atoms.get().into(), market.market.base_decimals.into()),
        nonce_floor: account.nonce_floor.get(),
        delegate: (account.delegate_rights != 0).then(|| Pubkey::from(account.delegate).to_string()),
        positions: positions(market, account, inputs.as_ref()),
        margin: Figures {
            value: figures.map(|figures| amount(figures.mtm)),
            portfolio_im: figures.map(|figures| amount(figures.im)),
            portfolio_mm: figures.map(|figures| amount(figures.mm)),
            standard_im: amount(im),
            standard_mm: amount(mm),
        },
        unvalued,
        greeks: inputs.as_ref().and_then(greeks),
        liquidation: liquidation(market.distance(account), market.spot()),
    })
}

fn positions(market: &Market, account: &MarginAccount, inputs: Option<&Inputs>) -> Vec<PositionView> {
    let held = account.positions.iter().filter(|held| held.kind != 0);
    held.map(|held| {
        let priced = inputs.and_then(|inputs| {
            let leg = inputs.legs.iter().find(|leg| {
                let time = inputs.times.get(leg.expiry);
                let same = leg.strike.0 == held.strike_e6.get() && leg.kind == kind(held.kind);
                same && time == Some(&held.expiry_unix_s.get())
            })?;
            inputs.greeks(leg).ok()
        });
        let value = |greeks: &LegGreeks| {
            let lots = i128::from(held.lots.get()).saturating_mul(i128::from(greeks.series.mark.0));
            decimal::full(lots.div_euclid(i128::from(market.market.lots_per_unit.get()).max(1)), 6)
        };
        PositionView {
            expiry_unix_s: held.expiry_unix_s.get(),
            strike: price(PriceE6(held.strike_e6.get())),
            kind: if held.kind == KIND_CALL { "call" } else { "put" },
            lots: held.lots.get(),
            mark: priced.map(|greeks| price(greeks.series.mark)),
            volatility: priced
                .filter(|greeks| greeks.series.vol.0 > 0)
                .map(|greeks| decimal::full(greeks.series.vol.0.into(), 9)),
            delta: priced.map(|greeks| decimal::full(greeks.series.delta_e9.into(), 9)),
            value: priced.as_ref().map(value),
        }
    })
    .collect()
}

fn greeks(inputs: &Inputs) -> Option<GreeksView> {
    let mut all: Greeks = base_greeks(&inputs.portfolio(), &inputs.market)?;
    for leg in &inputs.legs {
        all = all.plus(&inputs.greeks(leg).ok()?.greeks)?;
    }
    let text = |atoms: i64| decimal::full(atoms.into(), 6);
    Some(GreeksView { delta: text(all.delta), gamma: text(all.gamma), vega: text(all.vega), theta: text(all.theta) })
}

fn liquidation(distance: Distance, spot: PriceE6) -> LiquidationView {
    LiquidationView {
        below: distance.down.map(price),
        below_bps: distance.down.map(|at| bps(at, spot)),
        above: distance.up.map(price),
        above_bps: distance.up.map(|at| bps(at, spot)),
    }
}

pub(crate) fn price(price: PriceE6) -> String {
    decimal::full(price.0.into(), 6)
}

pub(crate) fn amount(atoms: QuoteAtoms) -> String {
    decimal::full(atoms.0.into(), 6)
}

/// Two decimals of six, for eyes.
fn brief(text: &str) -> String {
    decimal::parse(text, 6).map_or_else(|_| text.to_owned(), |number| decimal::rounded(number, 6, 2))
}

fn or_dash(text: Option<&String>, show: impl Fn(&str) -> String) -> String {
    text.map_or_else(|| "-".to_owned(), |text| show(text))
}

impl fmt::Display for AccountView {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}  {}  {} margin", self.account, self.market, self.mode)?;
        writeln!(formatter, "owner {}  registry index {}", self.owner, self.index)?;
        if let Some(delegate) = &self.delegate {
            writeln!(formatter, "delegate {delegate}")?;
        }
        writeln!(
            formatter,
            "quote {}  base {}  spot {}\n",
            brief(&self.quote),
            trimmed(&self.base),
            brief(&self.spot)
        )?;
        if self.positions.is_empty() {
            writeln!(formatter, "no positions\n")?;
        } else {
            let mut table = Table::new(["expiry", "strike", "kind", "lots", "mark", "vol", "delta", "value"]);
            for column in [1, 3, 4, 5, 6, 7] {
                table = table.numeric(column);
            }
            for at in &self.positions {
                let nine = |text: &str, places, shown| {
                    decimal::parse(text, 9)
                        .map_or_else(|_| text.to_owned(), |number| decimal::rounded(number, places, shown))
                };
                table.row([
                    time::utc(at.expiry_unix_s),
                    trimmed(&at.strike),
                    at.kind.to_owned(),
                    at.lots.to_string(),
                    or_dash(at.mark.as_ref(), brief),
                    or_dash(at.volatility.as_ref(), |vol| format!("{}%", nine(vol, 7, 1))),
                    or_dash(at.delta.as_ref(), |delta| nine(delta, 9, 3)),
                    or_dash(at.value.as_ref(), brief),
                ]);
            }
            writeln!(formatter, "{table}")?;
        }
        let mut table = Table::new(["margin", "portfolio", "standard"]).numeric(1).numeric(2);
        let own = &self.margin;
        table.row(["initial".to_owned(), or_dash(own.portfolio_im.as_ref(), brief), brief(&own.standard_im)]);
        table.row(["maintenance".to_owned(), or_dash(own.portfolio_mm.as_ref(), brief), brief(&own.standard_mm)]);
        write!(formatter, "{table}")?;
        if let Some(value) = &own.value {
            writeln!(formatter, "value {}", brief(value))?;
        }
        if let Some(why) = &self.unvalued {
            writeln!(formatter, "portfolio margin has no figure: {why}")?;
        }
        if let Some(greeks) = &self.greeks {
            writeln!(
                formatter,
                "delta {}  gamma {}  vega {} a point  theta {} a day",
                brief(&greeks.delta),
                brief(&greeks.gamma),
                decimal::parse(&greeks.vega, 6)
                    .map_or_else(|_| greeks.vega.clone(), |vega| decimal::rounded(vega, 8, 2)),
                brief(&greeks.theta),
            )?;
        }
        let side = |name: &str, at: &Option<String>, bps: Option<i64>| match (at, bps) {
            (Some(at), Some(bps)) => format!("{name} {} ({}%)", brief(at), decimal::rounded(bps.into(), 2, 2)),
            _ => format!("none {name} within reach"),
        };
        let liquidation = &self.liquidation;
        writeln!(
            formatter,
            "liquidation price: {}, {}",
            side("below", &liquidation.below, liquidation.below_bps),
            side("above", &liquidation.above, liquidation.above_bps),
        )
    }
}

fn trimmed(text: &str) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
}
