//! What is out there: quotes that have been signed, and may fill until their last slot or a higher nonce floor.

use crate::Quoting;
use crate::desk::package::{PricedLeg, Proposal, edge_e6, half_e6};
use crate::desk::{Found, Inventory, Series, room};

/// One signed quote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub nonce: u64,
    pub legs: Vec<PricedLeg>,
    pub packages: u64,
    pub expiry_slot: u64,
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
        for order in &self.live {
            for PricedLeg { leg, .. } in order.legs.iter().filter(|priced| priced.leg.series == *series) {
                let side = if leg.buys { &mut inventory.buying } else { &mut inventory.selling };
                *side = side.saturating_add(order.packages.saturating_mul(leg.ratio.into()));
            }
        }
        inventory
    }

    /// The packages that may be on offer without a series passing its limit, should everything else on offer fill too.
    pub fn room(&self, params: &Quoting, found: &Found, proposal: &Proposal) -> u64 {
        let of = |PricedLeg { leg, .. }: &PricedLeg| {
            let lots = found.get(&leg.series).map_or(0, |now| now.held);
            let inventory = Inventory { lots, ..self.offered(&leg.series) };
            room(params, &inventory, leg.buys).checked_div(leg.ratio.into()).unwrap_or_default()
        };
        proposal.legs.iter().map(of).min().unwrap_or_default().min(proposal.packages)
    }

    /// Whether anything out there has lost its edge: it would buy near or above what it is worth now, or sell near or below. What is no longer
    /// priced counts as lost.
    pub fn are_off(&self, params: &Quoting, found: &Found) -> bool {
        self.live.iter().any(|order| {
            let now = edge_e6(found, &order.legs).zip(half_e6(params, found, &order.legs));
            now.is_none_or(|(edge, half)| edge.saturating_mul(100) < percent(half, params.edge_percent))
        })
    }

    /// Proposals that nothing out there stands for: no live quote of the same legs near the price, with a third of its life left.
    pub fn wanted(&self, params: &Quoting, found: &Found, proposals: Vec<Proposal>, slot: u64) -> Vec<Proposal> {
        let soon = slot.saturating_add(params.life_slots.div_ceil(3));
        let stands = |proposal: &Proposal| {
            let half = half_e6(params, found, &proposal.legs).unwrap_or_default();
            let near = |order: &&Order| {
                let off = off_e6(&order.legs, &proposal.legs);
                off.is_some_and(|off| off.saturating_mul(100) <= percent(half, params.edge_percent))
            };
            self.live.iter().filter(|order| order.expiry_slot >= soon).any(|order| near(&order))
        };
        proposals.into_iter().filter(|proposal| !stands(proposal)).collect()
    }
}

/// How far the prices of the same legs are apart; `None` where the legs differ.
fn off_e6(legs: &[PricedLeg], others: &[PricedLeg]) -> Option<i128> {
    if legs.len() != others.len() {
        return None;
    }
    legs.iter().zip(others).try_fold(0i128, |sum, (one, other)| {
        let apart = i128::from(one.price.0.abs_diff(other.price.0)).saturating_mul(one.leg.ratio.into());
        (one.leg == other.leg).then_some(sum.saturating_add(apart))
    })
}

/// So many percent of it, times a hundred.
fn percent(half_e6: i128, percent: u64) -> i128 {
    half_e6.saturating_mul(percent.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::desk::package::{Leg, proposals};
    use crate::desk::{Side, TwoSided};
    use units::PriceE6;

    const SERIES: Series = Series { expiry_unix_s: 1, strike_e6: 100, kind: 1 };

    fn found(fair: u64, half_e6: u64) -> Found {
        let side = |price| Some(Side { price: PriceE6(price), lots: 5 });
        let now = TwoSided {
            fair: PriceE6(fair),
            half_e6,
            vega_e6: half_e6,
            move_e6: 0,
            held: 0,
            delta_e9: 0,
            bid: side(fair - half_e6),
            ask: side(fair + half_e6),
        };
        Found::from([(SERIES, now)])
    }

    fn order(nonce: u64, buys: bool, price: u64) -> Order {
        let leg = Leg { series: SERIES, buys, ratio: 1 };
        Order { nonce, legs: vec![PricedLeg { leg, price: PriceE6(price) }], packages: 5, expiry_slot: 150 }
    }

    fn orders() -> Orders {
        let mut orders = Orders::default();
        orders.add(order(1, true, 900));
        orders.add(order(2, false, 1_100));
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
        assert!(orders.are_off(&params, &Found::new()), "what is not priced any more");
        assert!(!Orders::default().are_off(&params, &Found::new()));
    }

    #[test]
    fn orders_want_what_does_not_stand_or_ends_soon() {
        let (mut orders, params) = (orders(), Quoting::default());
        let sides = |orders: &Orders, fair: u64, slot: u64| {
            let found = found(fair, 100);
            let wanted = orders.wanted(&params, &found, proposals(&params, &found, &[]), slot);
            wanted.iter().map(|wanted| wanted.legs[0].leg.buys).collect::<Vec<_>>()
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

    #[test]
    fn room_counts_every_leg_of_everything_on_offer_by_its_ratio() {
        let (mut orders, params, found) = (Orders::default(), Quoting::default(), found(1_000, 100));
        let leg = Leg { series: SERIES, buys: true, ratio: 30 };
        let proposal = Proposal { legs: vec![PricedLeg { leg, price: PriceE6(900) }], packages: 10 };
        assert_eq!(orders.room(&params, &found, &proposal), 6, "200 lots by thirties");
        orders.add(order(1, true, 900));
        orders.add(Order { packages: 3, ..Order { legs: proposal.legs.clone(), ..order(2, true, 900) } });
        assert_eq!(orders.offered(&SERIES).buying, 95);
        assert_eq!(orders.room(&params, &found, &proposal), 3);
        let other = Leg { buys: false, ..leg };
        let selling = Proposal { legs: vec![PricedLeg { leg: other, price: PriceE6(1_100) }], packages: 2 };
        assert_eq!(orders.room(&params, &found, &selling), 2, "what is bought takes no room of what is sold");
    }
}
