//! A day of one feed over three sources at steps of one second: `scenario.csv` says what goes wrong and what must come of it.
//!
//! `cargo test -p risk --test day -- --nocapture` prints the transitions.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::integer_division,
    clippy::unwrap_used,
    reason = "a test may"
)]

mod accounts;
mod feed;
mod market;
mod play;
mod scenario;

use accounts::liquidated;
use play::{Day, play};
use proptest::prelude::*;
use risk::feed::{Fresh, Quote, Tier, aggregate};
use units::PriceE6;

const SCRIPT: &str = include_str!("scenario.csv");
const SEED: u64 = 20_261_120;
/// Days of other seeds.
const DAYS: u32 = 3;

#[test]
fn day_goes_as_the_scenario_says() {
    let day = play(SEED, &scenario::read(SCRIPT), |_, _, _, _| {});
    print!("{}", day.table());
    day.check();
    let Day { refreshes, liar_checks, .. } = day;
    assert!(refreshes > 75_000, "{refreshes} refreshes");
    assert!(liar_checks > 10_000, "{liar_checks} accounts were held to a liar's price");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: DAYS, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn day_of_any_seed_goes_as_the_scenario_says(seed: u64) {
        play(seed, &scenario::read(SCRIPT), |_, _, _, _| {}).check();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever one of three says, no account that keeps its margin at every price between those of the two others is liquidated.
    #[test]
    fn one_liar_of_three_liquidates_nobody(
        honest in prop::array::uniform2(90_000_000_u64..110_000_000), lie in 100_u64..10_000_000_000_000, liar in 0_usize..3,
        sold_at in 60_000_000_u64..160_000_000, average in prop::option::of(80_000_000_u64..120_000_000),
    ) {
        let mut others = honest.into_iter();
        let prices = [0, 1, 2].map(|at| if at == liar { lie } else { others.next().unwrap() });
        let fresh = |price| Ok(Fresh { quote: Quote { price: PriceE6(price), half_width: PriceE6(0) }, tier: Tier::NewRisk });
        let found = aggregate(&prices.map(fresh), average.map(PriceE6), 2);
        let (low, high) = (honest[0].min(honest[1]), honest[0].max(honest[1]));
        if let Some(quote) = found.price {
            let (lost, asked) = liquidated(PriceE6(sold_at), PriceE6(low), PriceE6(high), quote.price);
            prop_assert_eq!((lost, asked), (0, 15));
        }
    }
}
