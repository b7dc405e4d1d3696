//! What proves a trip: the conditions of the triggers, on numbers read from raw accounts.

use crate::scaled;
use units::{mul_div_ceil, mul_div_floor};

/// Volatility of the last hour, in multiples of the last day's, that throttles.
pub const VOLATILITY_RATIO: u64 = 3;
/// Distance of the price from its five-minute mean that closes a market to new risk.
pub const DEVIATION_BPS: u64 = 1_000;
/// `Feed::severity` from which a feed is no price to trade on: stale, and down.
pub const SEVERITY: u8 = 2;
/// A feed that nobody has refreshed for this long counts as down.
pub const FEED_SILENT_S: i64 = 600;
/// Fall of a market's insurance below its mark that freezes the market.
pub const INSURANCE_BPS: u64 = 3_000;
/// A mark serves this long, and is then taken anew.
pub const INSURANCE_MARK_S: i64 = 24 * 3600;
/// Silence of all monitors that closes the protocol to new risk.
pub const HEARTBEAT_S: i64 = 3600;

const BPS: u64 = 10_000;

/// Whether the last hour's volatility is [`VOLATILITY_RATIO`] times the last day's or more, from variances at one scale.
///
/// A day without variance has seen no price move, and proves nothing.
pub const fn is_volatile(variance_hour: u64, variance_day: u64) -> bool {
    // BOUND: 9 times a 64-bit value fits 128 bits.
    let bar =
        (variance_day as u128).saturating_mul((VOLATILITY_RATIO as u128).saturating_mul(VOLATILITY_RATIO as u128));
    variance_day > 0 && variance_hour as u128 >= bar
}

/// Whether `price` is further than [`DEVIATION_BPS`] from `mean`. A mean of nothing proves nothing.
pub fn is_deviant(price: u64, mean: u64) -> bool {
    mean > 0 && mul_div_floor(mean, DEVIATION_BPS, BPS).is_some_and(|band| price.abs_diff(mean) > band)
}

/// Whether a feed gives no price to trade on.
pub fn is_severe(severity: u8, refreshed_unix_s: i64, now_unix_s: i64, time_divisor: u32) -> bool {
    severity >= SEVERITY || now_unix_s.saturating_sub(refreshed_unix_s) > scaled(FEED_SILENT_S, time_divisor)
}

/// Whether insurance has lost more than [`INSURANCE_BPS`] of its mark.
pub fn is_drawn_down(insurance_atoms: u64, mark_atoms: u64) -> bool {
    let kept = mul_div_ceil(mark_atoms, BPS.saturating_sub(INSURANCE_BPS), BPS);
    kept.is_some_and(|kept| insurance_atoms < kept)
}

/// Whether a mark of `marked_unix_s` still serves.
pub fn mark_serves(marked_unix_s: i64, now_unix_s: i64, time_divisor: u32) -> bool {
    marked_unix_s != 0 && now_unix_s.saturating_sub(marked_unix_s) <= scaled(INSURANCE_MARK_S, time_divisor)
}

/// Whether the monitors have been silent for longer than [`HEARTBEAT_S`].
pub fn is_silent(heartbeat_unix_s: i64, now_unix_s: i64, time_divisor: u32) -> bool {
    now_unix_s.saturating_sub(heartbeat_unix_s) > scaled(HEARTBEAT_S, time_divisor)
}

/// What a market's books owe in its base token and in its quote token, queued withdrawals apart.
///
/// INVARIANT(M-1): with them, it is what the vaults hold.
pub fn booked(market: &abi::margin::Market) -> [i128; 2] {
    let quote = [
        i128::from(market.quote_balances_atoms.get()),
        i128::from(market.insurance_atoms.get()),
        i128::from(market.fees_atoms.get()),
        i128::from(market.clearing_atoms.get()),
    ];
    // BOUND: four 64-bit values fit 128 bits.
    [i128::from(market.base_balances_atoms.get()), quote.into_iter().fold(0, i128::saturating_add)]
}

/// Whether a vault holds what books and queue owe. Books that owe less than nothing are broken too.
pub fn is_covered(tokens_atoms: u64, booked_atoms: i128, queued_atoms: u64) -> bool {
    booked_atoms >= 0 && booked_atoms.saturating_add(i128::from(queued_atoms)) <= i128::from(tokens_atoms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volatility_trips_at_three_times_the_days() {
        assert!(is_volatile(900, 100) && !is_volatile(899, 100));
        assert!(!is_volatile(u64::MAX, 0) && !is_volatile(u64::MAX, u64::MAX) && !is_volatile(0, 1));
    }

    #[test]
    fn deviation_trips_beyond_a_tenth_either_way() {
        for (price, deviant) in [(1_100, false), (1_101, true), (900, false), (899, true), (0, true), (u64::MAX, true)]
        {
            assert_eq!(is_deviant(price, 1_000), deviant, "{price}");
        }
        assert!(!is_deviant(5, 0));
    }

    #[test]
    fn severity_trips_on_a_bad_feed_or_a_silent_one() {
        for (severity, severe) in [(0, false), (1, false), (2, true), (3, true), (u8::MAX, true)] {
            assert_eq!(is_severe(severity, 0, FEED_SILENT_S, 1), severe, "{severity}");
        }
        assert!(is_severe(0, 0, FEED_SILENT_S + 1, 1) && is_severe(0, 0, 11, 60));
    }

    #[test]
    fn insurance_trips_below_seven_tenths_of_a_mark_that_serves() {
        assert!(!is_drawn_down(700, 1_000) && is_drawn_down(699, 1_000) && !is_drawn_down(0, 0));
        assert!(
            mark_serves(1, INSURANCE_MARK_S, 1) && !mark_serves(1, INSURANCE_MARK_S + 2, 1) && !mark_serves(0, 0, 1)
        );
    }

    #[test]
    fn heartbeat_is_lost_after_an_hour() {
        assert!(!is_silent(10, 10 + HEARTBEAT_S, 1) && is_silent(10, 11 + HEARTBEAT_S, 1) && is_silent(10, 71, 60));
    }

    #[test]
    fn books_are_covered_to_the_atom() {
        let mut market: abi::margin::Market = bytemuck::Zeroable::zeroed();
        market.base_balances_atoms = 7.into();
        market.quote_balances_atoms = 60.into();
        market.insurance_atoms = 25.into();
        market.fees_atoms = 5.into();
        market.clearing_atoms = (-10).into();
        let [base, quote] = booked(&market);
        assert_eq!((base, quote), (7, 80));
        assert!(is_covered(100, quote, 20) && !is_covered(99, quote, 20));
        assert!(is_covered(0, 0, 0) && !is_covered(100, -1, 0) && !is_covered(u64::MAX, i128::MAX, u64::MAX));
    }
}
