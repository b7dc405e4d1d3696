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

use play::{Day, play};
use proptest::prelude::*;

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
