//! What is out there: quotes that have been signed, and may fill until their last slot or a higher nonce floor.

use crate::Quoting;
use crate::desk::{Inventory, Series, Side, TwoSided};
use std::collections::BTreeMap;
use units::PriceE6;

/// One signed quote of one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    pub nonce: u64,
    pub series: Series,
    pub buys: bool,
    pub price: PriceE6,
    pub lots: u64,
    pub expiry_slot: u64,
}

/// A side to be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub series: Series,
    pub buys: bool,
    pub side: Side,
}

#[derive(Debug, Default)]
pub struct Orders {
    live: Vec<Order>,
}

impl Orders {
    pub fn live(&self) -> &[Order] {
        &self.live
    }

    pub fn add(&mut self, order: Order) {
        self.live.push(order);
    }

    /// All of them are cancelled.
    pub fn clear(&mut self) {
        self.live.clear();
    }

    pub fn expire(&mut self, slot: u64) {
        self.live.retain(|order| order.expiry_slot >= slot);
    }

    /// Lots of this series that may be bought and sold yet. What has filled counts until its quote ends: too much rather than too little.
    pub fn offered(&self, series: &Series) -> Inventory {
        let mut inventory = Inventory::default();
        for order in self.live.iter().filter(|order| order.series == *series) {
            let side = if order.buys { &mut inventory.buying } else { &mut inventory.selling };
            *side = side.saturating_add(order.lots);
        }
        inventory
    }

    /// Whether anything out there has lost its edge: it would buy near or above what the series is worth now, or sell near or below. What is
    /// no longer priced counts as lost.
    pub fn are_off(&self, params: &Quoting, found: &BTreeMap<Series, TwoSided>) -> bool {
        self.live.iter().any(|order| {
            let Some(now) = found.get(&order.series) else { return true };
            let edge = if order.buys {
                i128::from(now.fair.0).saturating_sub(order.price.0.into())
            } else {
                i128::from(order.price.0).saturating_sub(now.fair.0.into())
            };
            edge.saturating_mul(100) < share(now.half_e6, params.edge_percent)
        })
    }

    /// Sides that nothing out there stands for: no live quote near the price, with a third of its life left.
    pub fn wanted(&self, params: &Quoting, found: &BTreeMap<Series, TwoSided>, slot: u64) -> Vec<Wanted> {
        let third = params.life_slots.div_ceil(3);
        let mut wanted = vec![];
        for (series, now) in found {
            for (buys, side) in [(true, now.bid), (false, now.ask)] {
                let Some(side) = side else { continue };
                let stands = self.live.iter().any(|order| {
                    let off = i128::from(order.price.0.abs_diff(side.price.0)).saturating_mul(100);
                    order.series == *series
                        && order.buys == buys
                        && off <= share(now.half_e6, params.edge_percent)
                        && order.expiry_slot >= slot.saturating_add(third)
                });
                if !stands {
                    wanted.push(Wanted { series: *series, buys, side });
                }
            }
        }
        wanted
    }
}

/// So many percent of it, times a hundred.
fn share(half_e6: u64, percent: u64) -> i128 {
    i128::from(half_e6).saturating_mul(percent.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERIES: Series = Series { expiry_unix_s: 1, strike_e6: 100, kind: 1 };

    fn found(fair: u64, half_e6: u64) -> BTreeMap<Series, TwoSided> {
        let side = |price| Some(Side { price: PriceE6(price), lots: 5 });
        let now = TwoSided {
            fair: PriceE6(fair),
            half_e6,
            delta_e9: 0,
            bid: side(fair - half_e6),
            ask: side(fair + half_e6),
        };
        BTreeMap::from([(SERIES, now)])
    }

    fn orders() -> Orders {
        let mut orders = Orders::default();
        for (nonce, buys, price) in [(1, true, 900), (2, false, 1_100)] {
            let price = PriceE6(price);
            orders.add(Order { nonce, series: SERIES, buys, price, lots: 5, expiry_slot: 150 });
        }
        orders
    }

    #[test]
    fn orders_are_off_once_the_price_has_taken_three_quarters_of_their_edge() {
        let (orders, params) = (orders(), Quoting::default());
        assert!(!orders.are_off(&params, &found(1_000, 100)));
        assert!(!orders.are_off(&params, &found(1_075, 100)), "25 of 100 are left to the seller");
        assert!(orders.are_off(&params, &found(1_076, 100)));
        assert!(!orders.are_off(&params, &found(925, 100)));
        assert!(orders.are_off(&params, &found(924, 100)), "now the buyer");
        assert!(orders.are_off(&params, &BTreeMap::new()), "what is not priced any more");
        assert!(!Orders::default().are_off(&params, &BTreeMap::new()));
    }

    #[test]
    fn orders_want_what_does_not_stand_or_ends_soon() {
        let (mut orders, params) = (orders(), Quoting::default());
        let sides = |orders: &Orders, fair: u64, slot: u64| {
            let wanted = orders.wanted(&params, &found(fair, 100), slot);
            wanted.iter().map(|wanted| wanted.buys).collect::<Vec<_>>()
        };
        assert_eq!(sides(&Orders::default(), 1_000, 0), [true, false]);
        assert_eq!(sides(&orders, 1_000, 100), [false; 0], "a third of 150 slots is left");
        assert_eq!(sides(&orders, 1_000, 101), [true, false]);
        assert_eq!(sides(&orders, 1_025, 0), [false; 0]);
        assert_eq!(sides(&orders, 1_026, 0), [true, false]);
        assert_eq!(orders.offered(&SERIES), Inventory { buying: 5, selling: 5, ..Inventory::default() });
        orders.expire(151);
        assert_eq!(orders.live(), []);
    }
}
