//! What goes on by itself: both feeds' sources publish about twice a second, and the feeds are refreshed from them.

use crate::arena::SPOT_E6;
use crate::ground::PATIENCE;
use crate::probe::name;
use client::feeds::feed_refresh;
use solana_pubkey::Pubkey;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};
use testkit::{Failure, Outcome, Publication, SourceAccount, World, keypair};

const PERIOD: Duration = Duration::from_millis(300);
/// How far each source is off the price, in hundredths of a basis point: none agrees with another to the atom.
const SPREAD: [i64; 3] = [0, 400, -700];

/// What the first market's sources say; the second's stand at one price.
#[derive(Clone, Copy)]
pub struct Says {
    pub price_e6: u64,
    /// Prices of single sources that have left the others, by index.
    pub lies: [Option<u64>; 3],
    /// Whether the price swings by a few percent with every update.
    pub wild: bool,
}

pub const CALM: Says = Says { price_e6: SPOT_E6, lies: [None; 3], wild: false };

impl Says {
    /// What the source at this place publishes in this round.
    pub fn price_of(&self, at: usize, round: u64) -> u64 {
        let swing = if self.wild && round % 2 == 0 { self.price_e6 / 25 } else { 0 };
        let price = self.lies[at].unwrap_or(self.price_e6 + swing);
        let off = i64::try_from(price).expect("a price") / 1_000_000 * SPREAD[at];
        price.checked_add_signed(off).expect("a price")
    }
}

pub struct Keeper {
    desk: Arc<Desk>,
    thread: Option<JoinHandle<()>>,
}

/// What the keeper's thread and the drills share.
struct Desk {
    says: Mutex<Says>,
    stop: AtomicBool,
    /// Updates of each feed that landed.
    landed: [AtomicU64; 2],
    /// Why the last update of the first feed that did not land was refused.
    refused: Mutex<Option<String>>,
}

impl Keeper {
    pub fn start(url: &str, feeds: [(Pubkey, [SourceAccount; 3]); 2]) -> Self {
        let desk = Arc::new(Desk {
            says: Mutex::new(CALM),
            stop: AtomicBool::new(false),
            landed: [AtomicU64::new(0), AtomicU64::new(0)],
            refused: Mutex::new(None),
        });
        let thread = spawn({
            let (desk, mut world) = (desk.clone(), World::remote(url));
            move || {
                while !desk.stop.load(Relaxed) {
                    desk.round(&mut world, &feeds);
                    sleep(PERIOD);
                }
            }
        });
        Self { desk, thread: Some(thread) }
    }

    /// From now on the first market's sources say this.
    pub fn say(&self, says: Says) {
        *self.desk.says.lock().expect("a whole lock") = says;
    }

    /// Waits until the sources of both feeds have spoken a few times more.
    pub fn settle(&self, world: &mut World) {
        let began = Instant::now();
        let until = self.desk.landed().map(|landed| landed + 3);
        while self.desk.landed().iter().zip(until).any(|(landed, until)| *landed < until) {
            assert!(self.thread.as_ref().is_some_and(|thread| !thread.is_finished()), "the keeper has died");
            assert!(began.elapsed() < PATIENCE, "{}", self.report());
            sleep(PERIOD);
        }
        world.clock();
    }

    /// What became of its updates, for a drill that found the feed standing still.
    pub fn report(&self) -> String {
        let [first, second] = self.desk.landed();
        let refused = self.desk.refused.lock().expect("a whole lock").clone();
        let refused = refused.unwrap_or_else(|| "none was refused".to_owned());
        let ended = self.thread.as_ref().is_none_or(JoinHandle::is_finished);
        let lives = if ended { "the keeper has died" } else { "the keeper runs" };
        format!("{lives}; {first} and {second} updates of the feeds landed; of the first's, {refused}")
    }
}

impl Desk {
    fn landed(&self) -> [u64; 2] {
        self.landed.each_ref().map(|landed| landed.load(Relaxed))
    }

    /// One update of each feed. A lost one does not matter; why it was lost is kept.
    fn round(&self, world: &mut World, feeds: &[(Pubkey, [SourceAccount; 3]); 2]) {
        let now = *self.says.lock().expect("a whole lock");
        for ((at, says), feed) in [now, CALM].into_iter().enumerate().zip(feeds) {
            match publish(world, feed, says, self.landed[at].load(Relaxed)) {
                Ok(_) => {
                    self.landed[at].fetch_add(1, Relaxed);
                }
                Err(failure) if at == 0 => {
                    let last = failure.logs.last().map(|line| format!(" ({line})")).unwrap_or_default();
                    let refused = format!("the last refusal was {}{last}", name(&failure));
                    *self.refused.lock().expect("a whole lock") = Some(refused);
                }
                Err(_) => {}
            }
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.desk.stop.store(true, Relaxed);
        if let Some(thread) = self.thread.take() {
            // A keeper that died has said why.
            let _ = thread.join();
        }
    }
}

/// All of a feed's sources and its refresh, in one transaction.
fn publish(
    world: &mut World,
    (feed, sources): &(Pubkey, [SourceAccount; 3]),
    says: Says,
    round: u64,
) -> Result<Outcome, Box<Failure>> {
    let mut instructions = vec![];
    for (at, source) in sources.iter().enumerate() {
        let publication = Publication::now(world, says.price_of(at, round));
        instructions.extend(world.publish_instructions(source, &publication));
    }
    instructions.push(feed_refresh(*feed, sources.map(|source| source.address)));
    world.send(&instructions, &[&keypair("pyth writer")])
}
