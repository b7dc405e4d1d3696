//! What a drill stands on: a network with a keeper and a clock of its own, or a VM whose clock and sysvars the drill moves.

use crate::arena::SPOT_E6;
use crate::keeper::{CALM, Keeper, Says};
use client::feeds::feed_refresh;
use localnet::Localnet;
use solana_account::Account;
use solana_pubkey::Pubkey;
use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::{Publication, SourceAccount, World};

const POLL: Duration = Duration::from_millis(30);
/// A trip that takes longer than this on a network, by its clock, has failed.
const PATIENCE_S: i64 = 60;
/// How much slower than the wall's clock the clock of a network on a loaded machine may run.
const LAG: u32 = 6;
/// A network that shows nothing for this long by the wall's clock stands still.
pub const PATIENCE: Duration = Duration::from_secs(360);
/// A slot of the VM's.
const SLOT_MS: i64 = 400;
/// How often the VM's keeper speaks.
const BEAT_S: i64 = 2;
const CALM_BEAT_S: i64 = 30;
const SETTLE_BEATS: usize = 20;

pub enum Ground {
    Network(Box<Network>),
    Vm(Box<Vm>),
}

/// Fields are dropped in this order: the keeper talks to the network.
pub struct Network {
    pub keeper: Keeper,
    _net: Localnet,
}

impl Network {
    pub const fn new(keeper: Keeper, net: Localnet) -> Self {
        Self { keeper, _net: net }
    }
}

/// When something was begun, by the wall's clock and by the cluster's.
pub struct Since {
    began: Instant,
    pub slot: u64,
    unix_s: i64,
}

impl Ground {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Network(_) => "network",
            Self::Vm(_) => "VM",
        }
    }

    pub fn say(&mut self, says: Says) {
        match self {
            Self::Network(network) => network.keeper.say(says),
            Self::Vm(vm) => vm.says = says,
        }
    }

    pub fn pass(&mut self, world: &mut World) {
        match self {
            Self::Network(_) => sleep(POLL),
            Self::Vm(vm) => vm.beat(world, BEAT_S),
        }
    }

    pub fn settle(&mut self, world: &mut World) {
        match self {
            Self::Network(network) => network.keeper.settle(world),
            Self::Vm(vm) => vm.settle(world),
        }
    }

    /// What the keeper has to say of a feed that does not move: in the VM an update that is refused stops the drill at once.
    pub fn keeper_report(&self) -> Option<String> {
        match self {
            Self::Network(network) => Some(network.keeper.report()),
            Self::Vm(_) => None,
        }
    }

    /// The slot at which the cluster restarts, now; `None` where the drill cannot move the sysvar that says so.
    pub fn restart(&self, world: &mut World) -> Option<u64> {
        match self {
            Self::Network(_) => None,
            Self::Vm(_) => Some(restarted(world)),
        }
    }

    /// Whether whoever tries since then may give up: on a network after a minute, in the VM after `slots`.
    pub fn is_late(&self, since: &Since, world: &mut World, slots: u64) -> bool {
        match self {
            Self::Network(_) => since.is_over(world, PATIENCE_S),
            Self::Vm(_) => world.clock().slot.saturating_sub(since.slot) > slots,
        }
    }
}

impl Since {
    pub fn now(world: &mut World) -> Self {
        let clock = world.clock();
        Self { began: Instant::now(), slot: clock.slot, unix_s: clock.unix_timestamp }
    }

    /// Whether so many seconds have passed by the cluster's clock, which a loaded machine holds back; or far more by the wall's.
    pub fn is_over(&self, world: &mut World, seconds: i64) -> bool {
        let wall_s = u64::try_from(seconds).expect("forwards") * u64::from(LAG);
        world.unix_s() - self.unix_s > seconds || self.began.elapsed() > Duration::from_secs(wall_s)
    }
}

/// The keeper of a world whose time passes only when it is told to.
pub struct Vm {
    feeds: [(Pubkey, [SourceAccount; 3]); 2],
    says: Says,
    round: u64,
}

impl Vm {
    pub const fn new(feeds: [(Pubkey, [SourceAccount; 3]); 2]) -> Self {
        Self { feeds, says: CALM, round: 0 }
    }

    /// Writes all sources, as of now.
    pub fn publish(&self, world: &mut World) {
        for (says, (_, sources)) in [self.says, CALM].iter().zip(&self.feeds) {
            for (at, source) in sources.iter().enumerate() {
                let publication = Publication::now(world, says.price_of(at, self.round));
                source.publish(world, &publication);
            }
        }
    }

    /// Time passes; then all sources speak and both feeds are refreshed.
    fn beat(&mut self, world: &mut World, seconds: i64) {
        world.advance_s(seconds);
        world.advance_slots(u64::try_from(seconds * 1_000 / SLOT_MS).expect("forwards"));
        self.round += 1;
        self.publish(world);
        for (feed, sources) in &self.feeds {
            world.ok(&[feed_refresh(*feed, sources.map(|source| source.address))], &[]);
        }
    }

    pub fn settle(&mut self, world: &mut World) {
        for _ in 0..SETTLE_BEATS {
            self.beat(world, BEAT_S);
        }
    }

    /// Hours in which the price moves by a basis point a minute, as no price stands still.
    pub fn calm(&mut self, world: &mut World, hours: i64) {
        for _ in 0..hours * 3_600 / CALM_BEAT_S {
            let minute = world.unix_s().div_euclid(60);
            let step = if minute % 2 == 0 { 0 } else { SPOT_E6 / 10_000 };
            self.says = Says { price_e6: SPOT_E6 + step, ..CALM };
            self.beat(world, CALM_BEAT_S);
        }
        self.says = CALM;
    }
}

/// The cluster restarted at this very slot.
fn restarted(world: &mut World) -> u64 {
    let slot = world.clock().slot;
    let sysvar = Account {
        lamports: 1_000_000,
        data: slot.to_le_bytes().to_vec(),
        owner: solana_sdk_ids::sysvar::ID,
        ..Account::default()
    };
    world.set_account(&Pubkey::new_from_array(abi::ids::SYSVAR_LAST_RESTART_SLOT), sysvar);
    slot
}
