//! Levels up and down.

use crate::action::{Action, Proof};
use crate::chain::Chain;
use crate::rng::Rng;
use crate::stage::{GUARDIANS, MONITORS};
use policy::{Level, trip};

pub fn brake(chain: &Chain, rng: &mut Rng) -> Action {
    let right = !rng.once_in(8);
    match rng.below(40) {
        0..2 => Action::GuardianRaise { guardian: rng.below(4) as u8, level: rng.range(0, 5) as u8 },
        2..5 => Action::MarketRaise { guardian: rng.below(4) as u8, level: rng.range(0, 5) as u8 },
        5..15 => {
            let proof = *rng.pick(&Proof::ALL).unwrap_or(&Proof::Deviation);
            Action::Trip { proof }
        }
        15..17 => Action::Relax,
        17..19 => Action::MarketRelax,
        19..21 => limits(chain, rng, true),
        21 => Action::LevelRelax { level: rng.below(6) as u8, right },
        22 => Action::MarketLevelRelax { level: rng.below(6) as u8, right },
        23 => Action::LevelSet { level: *rng.pick(&[0, 2, 3, 4, 4, 5]).unwrap_or(&4), right },
        24..29 => Action::Heartbeat { monitor: rng.below(3) as u8 },
        29..32 => Action::InsuranceMark,
        32 => {
            let count = if rng.once_in(6) { 9 } else { GUARDIANS };
            Action::GuardiansSet { count, right }
        }
        33 => {
            let count = if rng.once_in(6) { rng.below(7) as u8 } else { MONITORS };
            Action::MonitorsSet { count, right }
        }
        34..36 => limits(chain, rng, right),
        36 => Action::Restart,
        _ => Action::LimitsApply,
    }
}

/// A proof that holds now, if there is one.
pub fn proof(chain: &Chain, rng: &mut Rng) -> Action {
    let feed = chain.feed();
    let looked = feed.checked_unix_s.get().max(feed.refreshed_unix_s.get());
    let full = chain.market().open_interest_lots.get() > chain.custody().limits.open_interest_cap_lots.get();
    let holds = [
        (Proof::OpenInterest, full),
        (Proof::Deviation, trip::is_deviant(feed.price_e6.get(), feed.ema_e6.get())),
        (Proof::Severity, trip::is_severe(feed.severity, looked, chain.unix_s, 1)),
        (Proof::Volatility, trip::is_volatile(feed.variance_1h_e12.get(), feed.variance_24h_e12.get())),
        (Proof::Restart, chain.restart_slot > chain.brake().restart_slot.get()),
        (Proof::Heartbeat, trip::is_silent(chain.brake().heartbeat_unix_s.get(), chain.unix_s, 1)),
    ];
    let holds: Vec<Proof> = holds.into_iter().filter(|(_, holds)| *holds).map(|(proof, _)| proof).collect();
    match rng.pick(&holds) {
        Some(proof) => Action::Trip { proof: *proof },
        None if chain.custody().pending_unix_s.get() != 0 => Action::LimitsApply,
        None => Action::Heartbeat { monitor: 0 },
    }
}

/// Tighter or looser than those at the start, now and then nonsense; what waits is left to wait, most of the time.
fn limits(chain: &Chain, rng: &mut Rng, right: bool) -> Action {
    if chain.custody().pending_unix_s.get() != 0 && !rng.once_in(6) {
        return Action::LimitsApply;
    }
    if rng.once_in(2) {
        return Action::LimitsSet { hour_bps: 1_000, day_bps: 2_500, cap_lots: 200_000, right };
    }
    let open = chain.market().open_interest_lots.get();
    let hour_bps = if rng.once_in(8) { rng.below(12_000) } else { rng.range(500, 1_000) };
    let day_bps = if rng.once_in(8) { rng.below(12_000) } else { rng.range(1_500, 2_500) };
    let cap_lots = if rng.once_in(3) { open / 2 } else { rng.range(100_000, 400_000) };
    Action::LimitsSet { hour_bps: hour_bps as u16, day_bps: day_bps as u16, cap_lots, right }
}

/// What brings the level in force down.
pub fn lower(chain: &Chain, rng: &mut Rng) -> Action {
    if chain.brake_level() >= chain.level() {
        if chain.brake_level() == Level::Migrating {
            return Action::LevelSet { level: 2, right: true };
        }
        return match rng.below(8) {
            0 => Action::Wait { seconds: rng.range(1_800, 7_200) as i64, slots: 10 },
            1..3 => Action::Heartbeat { monitor: 0 },
            3..6 => Action::Relax,
            _ => Action::LevelRelax { level: if rng.once_in(2) { 2 } else { 0 }, right: true },
        };
    }
    match rng.below(3) {
        0 => Action::MarketRelax,
        1 => Action::MarketLevelRelax { level: rng.below(2) as u8, right: true },
        _ => Action::Wait { seconds: rng.range(1_800, 7_200) as i64, slots: 10 },
    }
}
