//! Standard margin and the prices it looks at.

use super::{
    Answer, File,
    answer::{Contingencies, Scenario, UNIT, quote},
};
use crate::{decimal, input::InputError};
use risk::{
    CashError,
    payoff::{Book, Position},
    portfolio::PortfolioError,
    standard::{self, Holdings, INITIAL_TOP_BPS, MAINTENANCE_TOP_BPS, within_bounds},
};
use units::{PriceE6, QuoteAtoms};

/// A price that standard margin looks at.
struct Node {
    name: String,
    price: PriceE6,
    /// Whether initial margin looks at it; the nearer top is maintenance margin's only.
    initial: bool,
}

/// The size that the programs accept from an account in standard mode. Error: `NotionalAboveStandard`.
pub(super) fn check(file: &File) -> Result<(), InputError> {
    for (index, leg) in file.legs.iter().enumerate() {
        if !within_bounds(leg.lots, leg.strike, file.market.spot, file.market.scale) {
            let path = format!("positions[{index}].lots");
            return Err(InputError::NotionalAboveStandard { path, lots: leg.lots.0 });
        }
    }
    Ok(())
}

/// `mtm` is the portfolio's at its marks, as in the other mode. Error: `Portfolio`.
pub(super) fn answer(file: &File, mtm: QuoteAtoms) -> Result<Answer, InputError> {
    let (spot, scale) = (file.market.spot, file.market.scale);
    let compute = || -> Result<Answer, PortfolioError> {
        let book = book(file)?;
        let holdings = Holdings { quote: file.quote, base: file.base, book: &book };
        let im = standard::initial_margin(&holdings, spot, scale)?;
        let mm = standard::maintenance_margin(&holdings, spot, scale)?;
        let nodes = nodes(file)?;
        let values = nodes
            .iter()
            .map(|node| standard::value_floor(&holdings, node.price, scale))
            .collect::<Result<Vec<_>, _>>()?;
        let scenarios = nodes.iter().zip(&values).map(|(node, value)| {
            let loss = value.checked_sub(mtm).ok_or(PortfolioError::Overflow);
            loss.map(|loss| Scenario { name: node.name.clone(), value: quote(*value), loss: quote(loss) })
        });
        let worst = nodes.iter().zip(&values).filter(|(node, _)| node.initial).min_by_key(|(_, value)| **value);
        Ok(Answer {
            mode: "standard",
            unit: UNIT,
            mtm: quote(mtm),
            im: quote(im),
            mm: quote(mm),
            scenarios: scenarios.collect::<Result<_, PortfolioError>>()?,
            worst: worst.map(|(node, _)| node.name.clone()).unwrap_or_default(),
            contingencies: Contingencies::default(),
        })
    };
    compute().map_err(|reason| InputError::Portfolio { path: "the portfolio as a whole".to_owned(), reason })
}

fn book(file: &File) -> Result<Book, PortfolioError> {
    let mut book = Book::EMPTY;
    for leg in &file.legs {
        let expiry = *file.times.get(leg.expiry).ok_or(PortfolioError::ExpiryUnknown)?;
        book.push(Position { expiry, strike: leg.strike, kind: leg.kind, lots: leg.lots })?;
    }
    Ok(book)
}

fn nodes(file: &File) -> Result<Vec<Node>, CashError> {
    let node = |name: String, price: PriceE6| Node { name, price, initial: true };
    let mut strikes: Vec<PriceE6> = file.legs.iter().map(|leg| leg.strike).collect();
    strikes.sort_unstable();
    strikes.dedup();
    let mut nodes = vec![node("zero".to_owned(), PriceE6::ZERO)];
    nodes
        .extend(strikes.iter().map(|strike| node(format!("strike {}", decimal::trimmed(strike.0.into(), 6)), *strike)));
    let top = |bps| standard::top(file.market.spot, bps);
    nodes.push(Node { initial: false, ..node("spot +50% (mm)".to_owned(), top(MAINTENANCE_TOP_BPS)?) });
    nodes.push(node("spot +100% (im)".to_owned(), top(INITIAL_TOP_BPS)?));
    Ok(nodes)
}
