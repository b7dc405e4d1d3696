//! Many lives, on as many threads as there are cores; and what a failing one comes down to.

use crate::action::Action;
use crate::chain::Chain;
use crate::coverage::Coverage;
use crate::draw::draw;
use crate::life::Life;
use crate::rng::Rng;
use crate::stage::Stage;
use std::fmt::Write;
use std::rc::Rc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How much to do.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    pub seed: u64,
    pub actions: u64,
    /// Of one life.
    pub life: u64,
}

/// What came of it: everything seen, and the first life that failed, told from its shortest beginning.
pub struct Report {
    pub coverage: Coverage,
    pub failure: Option<String>,
}

/// Where every life begins.
pub fn beginning() -> Chain {
    let (stage, world) = Stage::new();
    Chain::new(Rc::new(stage), world)
}

pub fn run(config: Config) -> Report {
    let lives = config.actions.div_ceil(config.life);
    let (next, failed) = (AtomicU64::new(0), AtomicBool::new(false));
    let report = Mutex::new(Report { coverage: Coverage::default(), failure: None });
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let beginning = beginning();
                loop {
                    let life = next.fetch_add(1, Ordering::Relaxed);
                    if life >= lives || failed.load(Ordering::Relaxed) {
                        return;
                    }
                    let (coverage, failure) = live(&beginning, config, life);
                    let stop = failure.is_some();
                    failed.fetch_or(stop, Ordering::Relaxed);
                    let failure = failure.map(|failure| tell(&beginning, config.seed, life, failure));
                    let mut report = report.lock().expect("no thread has panicked");
                    report.coverage.merge(&coverage);
                    report.failure = report.failure.take().or(failure);
                }
            });
        }
    });
    report.into_inner().expect("no thread has panicked")
}

/// A life that failed: what happened, and what was found.
type Failed = (Vec<Action>, String);

fn live(beginning: &Chain, config: Config, life: u64) -> (Coverage, Option<Failed>) {
    let mut rng = Rng::new(config.seed.wrapping_mul(0x9e37_79b9).wrapping_add(life));
    let mut done = vec![];
    let mut run = Life::new(beginning.fork());
    for _ in 0..config.life {
        done.push(draw(&run.chain, &mut rng));
        if let Err(why) = run.step(&done[done.len() - 1]) {
            return (run.coverage, Some((done, why)));
        }
    }
    let whole = run.whole();
    (run.coverage, whole.err().map(|why| (done, why)))
}

/// Replays actions from the beginning. An error says what does not hold.
pub fn replay(beginning: &Chain, actions: &[Action]) -> Result<Coverage, String> {
    let mut life = Life::new(beginning.fork());
    for action in actions {
        life.step(action)?;
    }
    life.whole()?;
    Ok(life.coverage)
}

/// The shortest list of actions that still fails: pieces are taken out, large ones first, for as long as anything still goes wrong.
/// Source: Zeller, Hildebrandt: Simplifying and Isolating Failure-Inducing Input, 2002.
pub fn shrink(beginning: &Chain, actions: Vec<Action>) -> Vec<Action> {
    let mut actions = actions;
    let mut piece = actions.len().div_ceil(2).max(1);
    loop {
        let mut from = 0;
        let mut shorter = false;
        while from < actions.len() {
            let to = (from + piece).min(actions.len());
            let rest: Vec<Action> = actions[..from].iter().chain(&actions[to..]).cloned().collect();
            if replay(beginning, &rest).is_err() {
                actions = rest;
                shorter = true;
            } else {
                from = to;
            }
        }
        if piece == 1 && !shorter {
            return actions;
        }
        piece = (piece / 2).max(1);
    }
}

fn tell(beginning: &Chain, seed: u64, life: u64, (actions, why): Failed) -> String {
    let drawn = actions.len();
    // Shortening takes a while; what is to be shortened need not wait for it.
    eprintln!("seed {seed}, life {life}, action {drawn}: {why}");
    let short = shrink(beginning, actions);
    let found = replay(beginning, &short).err().unwrap_or_else(|| "the shortened list does not fail".into());
    let mut told = format!("seed {seed}, life {life}, action {drawn}: {why}\n\nThe shortest list that fails:\n");
    for action in &short {
        let _ = writeln!(told, "    {action:?},");
    }
    let _ = write!(told, "which comes to: {found}");
    told
}
