//! The drills, in the order in which they are played.

use crate::arena::{Arena, MONITOR};
use crate::keeper::CALM;
use crate::probe::{Waiting, Works, tried};
use crate::trips::{self, level, relax};
use policy::Level;
use testkit::keypair;

/// What a drill showed.
pub struct Row {
    pub drill: &'static str,
    /// Where it was played.
    pub ground: &'static str,
    /// What tripped, and to which level; or what held without a trip.
    pub outcome: String,
    /// Slots from the first bad thing on chain to the trip.
    pub slots: Option<u64>,
    pub works: Option<Works>,
}

/// Expectations that were not met.
pub type Findings = Vec<String>;

#[derive(Default)]
pub struct Played {
    pub rows: Vec<Row>,
    pub findings: Findings,
    pub waiting: Waiting,
}

/// A drill's name and how it is played.
type Drill = (&'static str, fn(&mut Played, &mut Arena));

/// Those that a network shows.
pub const NETWORK: [Drill; 9] = [
    ("outflow in one transaction", Played::outflow_burst),
    ("outflow over slots", Played::outflow_drip),
    ("dead monitors", Played::monitors_dead),
    ("volatility without a calm day", Played::volatility_young),
    ("two sources depegged", Played::depeg),
    ("price off its mean", Played::deviation),
    ("cluster restart", Played::restart),
    ("rogue guardian", Played::rogue),
    ("hostile margin program", Played::hostile_margin),
];

/// Those that need hours of quiet, and what they need before them.
pub const VM: [Drill; 8] = [
    ("outflow in one transaction", Played::outflow_burst),
    ("volatility spike", Played::volatility),
    ("one source depegged", Played::depeg_one),
    ("sources that contradict each other", Played::depeg_apart),
    ("two sources depegged", Played::depeg),
    ("price off its mean", Played::deviation),
    ("cluster restart", Played::restart),
    ("guardian's freeze", Played::freeze),
];

pub fn play(arena: &mut Arena, drills: &[Drill], progress: &dyn Fn(&str)) -> Played {
    let mut played = Played::default();
    let monitor = keypair(MONITOR);
    let heard = tried(arena, &[trips::heartbeat()], &[&monitor]);
    played.expect(heard == "yes", || format!("a monitor's report was refused: {heard}"));
    let mut seen = 0;
    for (drill, run) in drills {
        progress(&format!("{}: {drill}", arena.ground.name()));
        run(&mut played, arena);
        arena.say(CALM);
        relax(arena);
        played.findings.iter().skip(seen).for_each(|finding| progress(&format!("NOT AS IT MUST BE: {finding}")));
        seen = played.findings.len();
    }
    played
}

impl Played {
    pub fn expect(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if !holds {
            self.findings.push(otherwise());
        }
    }

    pub fn expect_level(&mut self, arena: &mut Arena, drill: &str, market: usize, wanted: Level) {
        let found = level(arena, market);
        self.expect(found == wanted, || {
            format!("{drill}: market {market} is at {}, not at {}", found.name(), wanted.name())
        });
    }

    /// What every exit must be at `level`.
    pub fn expect_works(&mut self, drill: &str, level: Level, works: &Works) {
        let new_risk =
            if level < Level::CloseOnly { works.new_risk == "yes" } else { works.new_risk == "LevelForbids" };
        self.expect(new_risk, || format!("{drill}: new risk at {}: {}", level.name(), works.new_risk));
        for (exit, answer) in [("closing", &works.close), ("a deposit", &works.deposit), ("settling", &works.settle)] {
            self.expect(answer == "yes", || format!("{drill}: {exit} at {}: {answer}", level.name()));
        }
        // At once where the level pays, unless somebody waits in line already.
        let waits = !self.waiting.tickets.is_empty();
        let paid = match works.withdraw.as_str() {
            "queued" => level == Level::Frozen || waits,
            answer => level < Level::Frozen && answer == "paid",
        };
        self.expect(paid, || format!("{drill}: a withdrawal at {}: {}", level.name(), works.withdraw));
    }
}
