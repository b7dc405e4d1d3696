//! What raises a level, and how it comes down: proofs that anybody brings, guardians, and time.

use crate::arena::{Arena, GUARDIANS, MONITOR, SPOT_E6, Trader};
use crate::drills::{Played, Row};
use crate::ground::{Ground, Since};
use crate::keeper::{CALM, Says};
use crate::probe::{claim_newest, probe, tried};
use crate::trips::{self, Proof, TRIP_SLOTS, protocol_level, prove};
use abi::oracle::Feed;
use abi::quote::{SIDE_BUY, SIDE_SELL};
use policy::Level;
use risk::feed::{Refusal, Severity};
use testkit::keypair;

/// Hours of calm before the spike: the day's variance is then the mean of so many minutes that one wild one stands out.
const CALM_HOURS: i64 = 12;
/// What a feed, and a settlement, may take to become what it must.
const FEED_S: i64 = 30;
const SETTLEMENT_S: i64 = 150;

impl Played {
    /// A trip of the first market by proof: what it did, what still worked, and that the second market is as it was.
    pub fn market_trip(&mut self, arena: &mut Arena, drill: &'static str, says: Says, proof: Proof, to: Level) {
        self.settled(arena);
        let before = arena.other_market();
        arena.say(says);
        match trips::feed_prove(arena, &proof) {
            Err(error) => self.findings.push(format!("{drill}: {} was never taken: {error}", proof.name)),
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
                let outcome = format!("{}: market to {}, the other untouched", proof.name, to.name());
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
        let since = Since::now(&mut arena.world);
        while feed(arena).severity != Severity::Normal.byte() {
            if since.is_over(&mut arena.world, FEED_S) {
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
        let calm = trips::trip_volatility(arena).instruction;
        let answer = tried(arena, &[calm], &[]);
        self.expect(answer == "VolatilityNotHigh", || format!("{drill}: in the calm: {answer}"));
        let proof = trips::trip_volatility(arena);
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
        let answer = tried(arena, &[proof.instruction], &[]);
        self.expect(answer == "VolatilityNotHigh", || format!("{drill}: {answer}"));
        arena.say(CALM);
        self.settled(arena);
        let outcome = "no trip: trip_volatility is refused (VolatilityNotHigh)".to_owned();
        self.rows.push(Row { drill, ground: arena.ground.name(), outcome, slots: None, works: None });
    }

    /// All sources agree on a price a fifth above the feed's own mean.
    pub fn deviation(&mut self, arena: &mut Arena) {
        let proof = trips::trip_deviation(arena);
        let says = Says { price_e6: SPOT_E6 / 5 * 6, ..CALM };
        self.market_trip(arena, "price off its mean", says, proof, Level::CloseOnly);
    }

    /// Two sources agree on a price a fifth below what the third and the feed's own mean say: no price is taken.
    pub fn depeg(&mut self, arena: &mut Arena) {
        let proof = trips::trip_severity(arena);
        let lies = [None, Some(SPOT_E6 / 10 * 8), Some(SPOT_E6 / 10 * 8)];
        self.market_trip(arena, "two sources depegged", Says { lies, ..CALM }, proof, Level::CloseOnly);
    }

    /// One source of three: it is passed over, and everything goes on.
    pub fn depeg_one(&mut self, arena: &mut Arena) {
        let drill = "one source depegged";
        let feed = self.untripped(arena, drill, [None, Some(SPOT_E6 / 10 * 8), None]);
        let outlier = feed.sources[1].refusal == Refusal::Outlier as u8;
        let normal = feed.severity == Severity::Normal.byte() && feed.price_e6.get().abs_diff(SPOT_E6) < SPOT_E6 / 100;
        self.expect(outlier && normal, || {
            let (price, severity) = (feed.price_e6.get(), feed.severity);
            format!("{drill}: price {price}, severity {severity}, refusal {}", feed.sources[1].refusal)
        });
        let answers = self.trades(arena);
        self.expect(answers == ["yes", "yes"], || format!("{drill}: opening and closing: {answers:?}"));
        let outcome = "no trip: passed over as an outlier, the price stands, opening and closing go on".to_owned();
        self.rows.push(Row { drill, ground: arena.ground.name(), outcome, slots: None, works: None });
    }

    /// No two agree: the middle one is good enough to close at, and for nothing else. The feed itself refuses new risk.
    pub fn depeg_apart(&mut self, arena: &mut Arena) {
        let drill = "sources that contradict each other";
        let feed = self.untripped(arena, drill, [None, Some(SPOT_E6 / 10 * 9), Some(SPOT_E6 / 10 * 11)]);
        let degraded = feed.severity == Severity::Degraded.byte();
        self.expect(degraded, || format!("{drill}: severity {}", feed.severity));
        let [open, close] = self.trades(arena);
        self.expect(open == "FeedStale" && close == "yes", || format!("{drill}: opening: {open}, closing: {close}"));
        let outcome = format!("no trip: the feed is degraded; opening is refused ({open}), closing goes on");
        self.rows.push(Row { drill, ground: arena.ground.name(), outcome, slots: None, works: None });
    }

    /// The feed after its sources have said this for a while, and no proof about it is taken.
    fn untripped(&mut self, arena: &mut Arena, drill: &str, lies: [Option<u64>; 3]) -> Feed {
        arena.say(Says { lies, ..CALM });
        arena.settle();
        let proofs =
            [(trips::trip_severity(arena), "FeedNotSevere"), (trips::trip_deviation(arena), "PriceNotDeviant")];
        for (proof, wanted) in proofs {
            let answer = tried(arena, &[proof.instruction], &[]);
            self.expect(answer == wanted, || format!("{drill}: {}: {answer}", proof.name));
        }
        self.expect_level(arena, drill, 0, Level::Normal);
        feed(arena)
    }

    /// What opening a position and closing one meet.
    fn trades(&self, arena: &mut Arena) -> [String; 2] {
        let far = arena.markets[0].far_unix_s;
        let taker = arena.actor(0, Trader::Taker).keypair.insecure_clone();
        [SIDE_SELL, SIDE_BUY].map(|side| {
            let fill = arena.fill(0, Trader::Taker, far, side, 1);
            tried(arena, &fill, &[&taker])
        })
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
        let since = Since::now(&mut arena.world);
        let settlement = client::addresses::settlement(&feed, near);
        let finalise = client::oracle::SettlementFinalise { payer: arena.world.payer(), feed, settlement }
            .instruction(client::oracle::SettlementFinaliseArgs { expiry_unix_s: near });
        let fix = client::margin::ExpirySettle { market, expiry: client::addresses::expiry(&market, near), settlement };
        loop {
            let answer = tried(arena, std::slice::from_ref(&finalise), &[]);
            if answer == "yes" {
                break;
            }
            if since.is_over(&mut arena.world, SETTLEMENT_S) {
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
        let since = Since::now(&mut arena.world);
        while arena.world.unix_s() < over_unix_s && !since.is_over(&mut arena.world, SETTLEMENT_S) {
            arena.pass();
        }
        self.expect_level(arena, drill, 0, Level::CloseOnly);
        self.expect_level(arena, drill, 1, Level::CloseOnly);
        let fell = arena.world.clock().slot - from;
        let outcome =
            format!("3 raises, the 4th GuardiansDisabled; L3 for {fell} slots (6 h, scaled), then L2 by itself");
        self.rows.push(Row { drill, ground: arena.ground.name(), outcome, slots: Some(slots), works: Some(works) });
    }
}

/// The first market's.
fn feed(arena: &mut Arena) -> Feed {
    let feed = arena.markets[0].protocol.feed;
    arena.world.read(abi::ids::ORACLE, &feed)
}
