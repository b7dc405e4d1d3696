//! What raises a level, and how it comes down: proofs that anybody brings, guardians, and time.

use crate::arena::{Arena, GUARDIANS, MONITOR, SPOT_E6};
use crate::drills::{Played, Row};
use crate::ground::Ground;
use crate::keeper::{CALM, Says};
use crate::probe::{claim_newest, probe, tried};
use crate::trips::{self, TRIP_SLOTS, protocol_level, prove};
use policy::Level;
use solana_instruction::Instruction;
use std::time::{Duration, Instant};
use testkit::keypair;

/// Hours of calm before the spike: the day's variance is then the mean of so many minutes that one wild one stands out.
const CALM_HOURS: i64 = 12;

impl Played {
    /// A trip of the first market by proof: what it did, what still worked, and that the second market is as it was.
    pub fn market_trip(
        &mut self,
        arena: &mut Arena,
        drill: &'static str,
        says: Says,
        proof: (&str, Instruction),
        to: Level,
    ) {
        let before = arena.other_market();
        arena.say(says);
        match prove(arena, &proof.1) {
            Err(error) => self.findings.push(format!("{drill}: {} was never taken: {error}", proof.0)),
            Ok(slots) => {
                self.expect_level(arena, drill, 0, to);
                self.expect_level(arena, drill, 1, Level::Normal);
                // INVARIANT(G-17): not a byte of the other market.
                let untouched = before == arena.other_market();
                self.expect(untouched, || format!("{drill}: the other market's accounts changed"));
                arena.say(CALM);
                self.settled(arena);
                let works = probe(arena, &mut self.waiting);
                self.expect_works(drill, to, &works);
                let outcome = format!("{}: market to {}, the other untouched", proof.0, to.name());
                self.rows.push(Row {
                    drill,
                    ground: arena.ground.name(),
                    outcome,
                    slots: Some(slots),
                    works: Some(works),
                });
            }
        }
    }

    /// Waits until the first market's feed is one that margin trades on again.
    pub fn settled(&mut self, arena: &mut Arena) {
        let feed = arena.markets[0].protocol.feed;
        let began = Instant::now();
        while arena.world.read::<abi::oracle::Feed>(abi::ids::ORACLE, &feed).severity != 0 {
            if began.elapsed() > Duration::from_secs(30) {
                self.findings.push("the feed did not become normal again within 30 s".to_owned());
                return;
            }
            arena.pass();
        }
    }

    /// Calm hours, then a price that swings by 4 %: the hour's volatility stands out against the day's.
    pub fn volatility(&mut self, arena: &mut Arena) {
        let drill = "volatility spike";
        if let Ground::Vm(vm) = &mut arena.ground {
            vm.calm(&mut arena.world, CALM_HOURS);
        }
        self.settlement_fix(arena);
        let calm = trips::trip_volatility(arena);
        let answer = tried(arena, &[calm], &[]);
        self.expect(answer == "VolatilityNotHigh", || format!("{drill}: in the calm: {answer}"));
        let proof = ("trip_volatility", trips::trip_volatility(arena));
        self.market_trip(arena, drill, Says { wild: true, ..CALM }, proof, Level::Throttle);
        let slots = self.rows.iter().find(|row| row.drill == drill).and_then(|row| row.slots);
        self.expect(slots.is_some_and(|slots| slots <= TRIP_SLOTS), || {
            format!("{drill}: {slots:?} slots to the trip, not within {TRIP_SLOTS}")
        });
    }

    /// On a network that has only just begun there were no calm hours, and the same swing proves nothing.
    pub fn volatility_young(&mut self, arena: &mut Arena) {
        let drill = "volatility without a calm day";
        arena.say(Says { wild: true, ..CALM });
        arena.settle();
        let proof = trips::trip_volatility(arena);
        let answer = tried(arena, &[proof], &[]);
        self.expect(answer == "VolatilityNotHigh", || format!("{drill}: {answer}"));
        arena.say(CALM);
        self.settled(arena);
        let outcome = "no trip: trip_volatility is refused (VolatilityNotHigh)".to_owned();
        self.rows.push(Row { drill, ground: arena.ground.name(), outcome, slots: None, works: None });
    }

    /// All sources agree on a price a fifth above the feed's own mean.
    pub fn deviation(&mut self, arena: &mut Arena) {
        let proof = ("trip_deviation", trips::trip_deviation(arena));
        let says = Says { price_e6: SPOT_E6 / 5 * 6, ..CALM };
        self.market_trip(arena, "price off its mean", says, proof, Level::CloseOnly);
    }

    pub fn depeg(&mut self, arena: &mut Arena) {
        let proof = ("trip_severity", trips::trip_severity(arena));
        let lies = [None, Some(SPOT_E6 / 10 * 9), Some(SPOT_E6 / 10 * 11)];
        self.market_trip(arena, "two sources depegged", Says { lies, ..CALM }, proof, Level::CloseOnly);
    }

    pub fn monitors_dead(&mut self, arena: &mut Arena) {
        let drill = "dead monitors";
        let alive = keypair(MONITOR);
        let answer = tried(arena, &[trips::heartbeat()], &[&alive]);
        self.expect(answer == "yes", || format!("{drill}: a report: {answer}"));
        let early = tried(arena, &[trips::trip_heartbeat()], &[]);
        self.expect(early == "MonitorsAlive", || format!("{drill}: a trip at once: {early}"));
        match prove(arena, &trips::trip_heartbeat()) {
            Err(error) => self.findings.push(format!("{drill}: trip_heartbeat was never taken: {error}")),
            Ok(slots) => {
                self.settlement_fix(arena);
                let found = protocol_level(arena);
                self.expect(found == Level::CloseOnly, || format!("{drill}: the protocol is at {}", found.name()));
                let works = probe(arena, &mut self.waiting);
                self.expect_works(drill, Level::CloseOnly, &works);
                let outcome =
                    "trip_heartbeat: protocol to L2 close only, an hour (scaled) after the last report".to_owned();
                self.rows.push(Row {
                    drill,
                    ground: arena.ground.name(),
                    outcome,
                    slots: Some(slots),
                    works: Some(works),
                });
            }
        }
        let again = tried(arena, &[trips::heartbeat()], &[&alive]);
        self.expect(again == "yes", || format!("{drill}: a report after the trip: {again}"));
    }

    /// Fixes the first expiry's price, so that every drill from here on can settle somebody.
    pub fn settlement_fix(&mut self, arena: &mut Arena) {
        let (feed, market) = (arena.markets[0].protocol.feed, arena.markets[0].protocol.market);
        let near = arena.markets[0].near_unix_s;
        let began = Instant::now();
        let settlement = client::addresses::settlement(&feed, near);
        let finalise = client::oracle::SettlementFinalise { payer: arena.world.payer(), feed, settlement }
            .instruction(client::oracle::SettlementFinaliseArgs { expiry_unix_s: near });
        let fix = client::margin::ExpirySettle { market, expiry: client::addresses::expiry(&market, near), settlement };
        loop {
            let answer = tried(arena, std::slice::from_ref(&finalise), &[]);
            if answer == "yes" {
                break;
            }
            if began.elapsed() > Duration::from_secs(150) {
                self.findings.push(format!("the first expiry's price was never fixed: {answer}"));
                return;
            }
            arena.pass();
        }
        let answer = tried(arena, &[fix.instruction()], &[]);
        self.expect(answer == "yes", || format!("expiry_settle: {answer}"));
    }

    /// Without a restart there is nothing to prove, which is all that a network shows: a validator of one's own cannot move the sysvar.
    pub fn restart(&mut self, arena: &mut Arena) {
        let (drill, ground) = ("cluster restart", arena.ground.name());
        let answer = tried(arena, &[trips::trip_restart()], &[]);
        self.expect(answer == "NotRestarted", || format!("{drill}: without a restart: {answer}"));
        let Some(restarted_slot) = arena.restart() else {
            let outcome = "no restart, no trip: trip_restart is refused (NotRestarted)".to_owned();
            self.rows.push(Row { drill, ground, outcome, slots: None, works: None });
            return;
        };
        // One transaction, the first one, is all that it takes.
        let answer = tried(arena, &[trips::trip_restart()], &[]);
        if answer != "yes" {
            self.findings.push(format!("{drill}: trip_restart: {answer}"));
            return;
        }
        let slots = arena.world.clock().slot.saturating_sub(restarted_slot);
        let found = protocol_level(arena);
        self.expect(found == Level::CloseOnly, || format!("{drill}: the protocol is at {}", found.name()));
        let again = tried(arena, &[trips::trip_restart()], &[]);
        self.expect(again == "NotRestarted", || format!("{drill}: a second trip on one restart: {again}"));
        let works = probe(arena, &mut self.waiting);
        self.expect_works(drill, Level::CloseOnly, &works);
        let outcome = "trip_restart, one transaction: protocol to L2 close only, once for each restart".to_owned();
        self.rows.push(Row { drill, ground: arena.ground.name(), outcome, slots: Some(slots), works: Some(works) });
    }

    /// One market frozen: withdrawals queue, and a ticket waits even where its turn has come.
    pub fn freeze(&mut self, arena: &mut Arena) {
        let drill = "guardian's freeze";
        let guardian = keypair(GUARDIANS[1]);
        let raise = trips::market_raise(arena, GUARDIANS[1], 0, Level::Frozen);
        let answer = tried(arena, &[raise], &[&guardian]);
        self.expect(answer == "yes", || format!("{drill}: {answer}"));
        self.expect_level(arena, drill, 0, Level::Frozen);
        self.expect_level(arena, drill, 1, Level::Normal);
        let mut works = probe(arena, &mut self.waiting);
        self.expect_works(drill, Level::Frozen, &works);
        works.claim = claim_newest(arena, &self.waiting);
        self.expect(works.claim == "TicketHeld", || format!("{drill}: a claim under the freeze: {}", works.claim));
        let outcome = "market_raise: market to L3 frozen, the other at L0; a claim finds TicketHeld".to_owned();
        self.rows.push(Row { drill, ground: arena.ground.name(), outcome, slots: Some(0), works: Some(works) });
    }

    /// A guardian that trips whatever it can, as often as it can, and never comes back.
    pub fn rogue(&mut self, arena: &mut Arena) {
        let drill = "rogue guardian";
        let rogue = keypair(GUARDIANS[0]);
        let from = arena.world.clock().slot;
        let raises = [0, 1].map(|market| trips::market_raise(arena, GUARDIANS[0], market, Level::Frozen));
        let all = trips::guardian_raise(GUARDIANS[0], Level::CloseOnly);
        let answers: Vec<_> =
            raises.iter().chain([&all]).map(|raise| tried(arena, std::slice::from_ref(raise), &[&rogue])).collect();
        let slots = arena.world.clock().slot - from;
        self.expect(answers == ["yes", "yes", "yes"], || format!("{drill}: three trips: {answers:?}"));
        let fourth = trips::guardian_raise(GUARDIANS[0], Level::Frozen);
        let answer = tried(arena, &[fourth], &[&rogue]);
        self.expect(answer == "GuardiansDisabled", || format!("{drill}: a fourth trip: {answer}"));
        let mut works = probe(arena, &mut self.waiting);
        self.expect_works(drill, Level::Frozen, &works);
        works.claim = claim_newest(arena, &self.waiting);
        self.expect(works.claim == "TicketHeld", || format!("{drill}: a claim under the freeze: {}", works.claim));
        // INVARIANT(G-8): by time alone both markets fall to L2, and no further.
        // By the cluster's clock, which a loaded machine holds back.
        let over_unix_s = trips::brake(arena).expires_unix_s.get() + 1;
        let began = Instant::now();
        while arena.world.unix_s() < over_unix_s && began.elapsed() < Duration::from_secs(240) {
            std::thread::sleep(Duration::from_millis(200));
        }
        self.expect_level(arena, drill, 0, Level::CloseOnly);
        self.expect_level(arena, drill, 1, Level::CloseOnly);
        let fell = arena.world.clock().slot - from;
        let outcome =
            format!("3 raises, the 4th GuardiansDisabled; L3 for {fell} slots (6 h, scaled), then L2 by itself");
        self.rows.push(Row { drill, ground: arena.ground.name(), outcome, slots: Some(slots), works: Some(works) });
    }
}
