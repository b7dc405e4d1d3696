//! The breaker's instructions as drills send them, and the levels as every reader sees them.

use crate::arena::{Arena, MONITOR};
use crate::ground::Since;
use crate::probe::name;
use abi::breaker::{Brake, Custody};
use abi::oracle::Feed;
use client::{addresses, breaker};
use policy::{Level, brake_level, market_level, trip};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{key, keypair};

/// In the VM a trip that takes longer than two minutes of 400 ms slots has failed: a move shows in the variance once its minute is over.
pub const TRIP_SLOTS: u64 = 300;

pub fn brake(arena: &mut Arena) -> Brake {
    arena.world.read(abi::ids::BREAKER, &addresses::brake())
}

/// The level in force in a market.
pub fn level(arena: &mut Arena, market: usize) -> Level {
    let custody = arena.markets[market].protocol.custody;
    let custody: Custody = arena.world.read(abi::ids::BREAKER, &custody);
    let (brake, now) = (brake(arena), arena.world.unix_s());
    market_level(&brake, &custody, now)
}

pub fn protocol_level(arena: &mut Arena) -> Level {
    let (brake, now) = (brake(arena), arena.world.unix_s());
    brake_level(&brake, now)
}

/// What a market's feed must show before a proof of it is worth sending.
pub struct Proof {
    pub name: &'static str,
    pub instruction: Instruction,
    pub holds: fn(&Feed) -> bool,
}

/// Waits until the feed shows what the proof is about, and sends the proof. One that is sent at any other time could be taken for
/// another reason: where minutes are milliseconds, a keeper that a loaded machine holds up is a silent feed.
pub fn feed_prove(arena: &mut Arena, proof: &Proof) -> Result<u64, String> {
    let since = Since::now(&mut arena.world);
    let feed = arena.markets[0].protocol.feed;
    while !(proof.holds)(&arena.world.read(abi::ids::ORACLE, &feed)) {
        if arena.ground.is_late(&since, &mut arena.world, TRIP_SLOTS) {
            return Err(reported(arena, "the feed never showed it"));
        }
        arena.pass();
    }
    prove_since(arena, &since, &proof.instruction)
}

/// Sends a proof until it is taken, as a monitor would: slots from now until it was, or why it never was.
pub fn prove(arena: &mut Arena, proof: &Instruction) -> Result<u64, String> {
    let since = Since::now(&mut arena.world);
    prove_since(arena, &since, proof)
}

fn reported(arena: &Arena, what: &str) -> String {
    let report = arena.ground.keeper_report().map(|report| format!(" ({report})"));
    format!("{what}{}", report.unwrap_or_default())
}

fn prove_since(arena: &mut Arena, since: &Since, proof: &Instruction) -> Result<u64, String> {
    loop {
        match arena.world.send(std::slice::from_ref(proof), &[]) {
            Ok(_) => return Ok(arena.world.clock().slot - since.slot),
            Err(failure) if arena.ground.is_late(since, &mut arena.world, TRIP_SLOTS) => {
                return Err(reported(arena, &name(&failure)));
            }
            Err(_) => arena.pass(),
        }
    }
}

pub fn trip_volatility(arena: &Arena) -> Proof {
    let (custody, market, feed) = parts(arena);
    let instruction = breaker::TripVolatility { custody, market, feed }.instruction();
    let holds = |feed: &Feed| trip::is_volatile(feed.variance_1h_e12.get(), feed.variance_24h_e12.get());
    Proof { name: "trip_volatility", instruction, holds }
}

pub fn trip_deviation(arena: &Arena) -> Proof {
    let (custody, market, feed) = parts(arena);
    let instruction = breaker::TripDeviation { custody, market, feed }.instruction();
    let holds = |feed: &Feed| trip::is_deviant(feed.price_e6.get(), feed.ema_e6.get());
    Proof { name: "trip_deviation", instruction, holds }
}

pub fn trip_severity(arena: &Arena) -> Proof {
    let (custody, market, feed) = parts(arena);
    let instruction = breaker::TripSeverity { custody, market, feed }.instruction();
    Proof { name: "trip_severity", instruction, holds: |feed| feed.severity >= trip::SEVERITY }
}

fn parts(arena: &Arena) -> (Pubkey, Pubkey, Pubkey) {
    let protocol = &arena.markets[0].protocol;
    (protocol.custody, protocol.market, protocol.feed)
}

pub fn trip_invariant(arena: &Arena, market: usize) -> Instruction {
    let protocol = &arena.markets[market].protocol;
    let accounts = breaker::TripInvariant {
        custody: protocol.custody,
        market: protocol.market,
        base_tokens: protocol.base_tokens,
        quote_tokens: protocol.quote_tokens,
    };
    accounts.instruction()
}

pub fn trip_heartbeat() -> Instruction {
    breaker::TripHeartbeat { brake: addresses::brake() }.instruction()
}

pub fn trip_restart() -> Instruction {
    breaker::TripRestart { brake: addresses::brake() }.instruction()
}

pub fn heartbeat() -> Instruction {
    breaker::Heartbeat { monitor: key(MONITOR), brake: addresses::brake() }.instruction()
}

pub fn guardian_raise(guardian: &str, level: Level) -> Instruction {
    let accounts = breaker::GuardianRaise { guardian: key(guardian), brake: addresses::brake() };
    accounts.instruction(breaker::GuardianRaiseArgs { level: level.byte() })
}

pub fn market_raise(arena: &Arena, guardian: &str, market: usize, level: Level) -> Instruction {
    let custody = arena.markets[market].protocol.custody;
    let accounts = breaker::MarketRaise { guardian: key(guardian), brake: addresses::brake(), custody };
    accounts.instruction(breaker::MarketRaiseArgs { level: level.byte() })
}

/// The council lowers a market's level, and the protocol's: where there is nothing to lower, that is as well.
pub fn relax(arena: &mut Arena) {
    let deployer = keypair("deployer");
    let (authority, config) = (deployer.pubkey(), addresses::config(&breaker::ID));
    for market in &arena.markets {
        let protocol = &market.protocol;
        let accounts = breaker::MarketLevelRelax {
            authority,
            config,
            custody: protocol.custody,
            market: protocol.market,
            base_tokens: protocol.base_tokens,
            quote_tokens: protocol.quote_tokens,
        };
        let relax = accounts.instruction(breaker::MarketLevelRelaxArgs { level: 0 });
        let _ = arena.world.send(&[relax], &[&deployer]);
    }
    for level in [2, 0] {
        let accounts = breaker::LevelRelax { authority, config, brake: addresses::brake() };
        let _ = arena.world.send(&[accounts.instruction(breaker::LevelRelaxArgs { level })], &[&deployer]);
    }
}
