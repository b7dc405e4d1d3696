//! What goes on by itself: both feeds' sources publish about twice a second, and the feeds are refreshed from them.

use crate::arena::SPOT_E6;
use client::feeds::feed_refresh;
use solana_pubkey::Pubkey;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::Duration;
use testkit::{Publication, SourceAccount, World, keypair};

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
    says: Arc<Mutex<Says>>,
    stop: Arc<AtomicBool>,
    rounds: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    pub fn start(url: &str, feeds: [(Pubkey, [SourceAccount; 3]); 2]) -> Self {
        let says = Arc::new(Mutex::new(CALM));
        let (stop, rounds) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let thread = spawn({
            let (says, stop, rounds, mut world) = (says.clone(), stop.clone(), rounds.clone(), World::remote(url));
            move || {
                while !stop.load(Relaxed) {
                    let now = *says.lock().expect("a whole lock");
                    let round = rounds.load(Relaxed);
                    let sent =
                        [now, CALM].into_iter().zip(&feeds).map(|(says, feed)| publish(&mut world, feed, says, round));
                    // One lost update does not matter.
                    if sent.filter(|sent| *sent).count() > 0 {
                        rounds.fetch_add(1, Relaxed);
                    }
                    sleep(PERIOD);
                }
            }
        });
        Self { says, stop, rounds, thread: Some(thread) }
    }

    /// From now on the first market's sources say this.
    pub fn say(&self, says: Says) {
        *self.says.lock().expect("a whole lock") = says;
    }

    /// Waits until the sources have spoken a few times more.
    pub fn settle(&self, world: &mut World) {
        let until = self.rounds.load(Relaxed) + 3;
        while self.rounds.load(Relaxed) < until {
            assert!(self.thread.as_ref().is_some_and(|thread| !thread.is_finished()), "the keeper has died");
            sleep(PERIOD);
        }
        world.clock();
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.stop.store(true, Relaxed);
        if let Some(thread) = self.thread.take() {
            // A keeper that died has said why.
            let _ = thread.join();
        }
    }
}

/// All of a feed's sources and its refresh, in one transaction.
fn publish(world: &mut World, (feed, sources): &(Pubkey, [SourceAccount; 3]), says: Says, round: u64) -> bool {
    let mut instructions = vec![];
    for (at, source) in sources.iter().enumerate() {
        let publication = Publication::now(world, says.price_of(at, round));
        instructions.extend(world.publish_instructions(source, &publication));
    }
    instructions.push(feed_refresh(*feed, sources.map(|source| source.address)));
    world.send(&instructions, &[&keypair("pyth writer")]).is_ok()
}
