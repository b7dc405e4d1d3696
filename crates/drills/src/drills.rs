//! The drills, in the order in which they are played.

use crate::arena::{Arena, GUARDIANS, HOUR_BPS, MONITOR, SPOT_E6, guardians_set};
use crate::ground::Ground;
use crate::hostile::{self, Vault};
use crate::keeper::{CALM, Says};
use crate::probe::{Waiting, Works, claim, claim_newest, name, probe, ticket, tried};
use crate::trips::{self, TRIP_SLOTS, level, protocol_level, prove, relax};
use abi::margin::Market;
use policy::Level;
use solana_instruction::Instruction;
use std::time::{Duration, Instant};
use testkit::{SOL, USDC, keypair};

/// Hours of calm before the spike: the day's variance is then the mean of so many minutes that one wild one stands out.
const CALM_HOURS: i64 = 12;
const BPS: u64 = 10_000;

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

pub struct Played {
    pub rows: Vec<Row>,
    pub findings: Findings,
    waiting: Waiting,
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
pub const VM: [Drill; 5] = [
    ("outflow in one transaction", Played::outflow_burst),
    ("volatility spike", Played::volatility),
    ("price off its mean", Played::deviation),
    ("cluster restart", Played::restart),
    ("guardian's freeze", Played::freeze),
];

pub fn play(arena: &mut Arena, drills: &[Drill], progress: &dyn Fn(&str)) -> Played {
    let mut played = Played { rows: vec![], findings: vec![], waiting: Waiting::default() };
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
    fn expect(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if !holds {
            self.findings.push(otherwise());
        }
    }

    fn expect_level(&mut self, arena: &mut Arena, drill: &str, market: usize, wanted: Level) {
        let found = level(arena, market);
        self.expect(found == wanted, || {
            format!("{drill}: market {market} is at {}, not at {}", found.name(), wanted.name())
        });
    }

    /// What every exit must be at `level`.
    fn expect_works(&mut self, drill: &str, level: Level, works: &Works) {
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

    /// A trip of the first market by proof: what it did, what still worked, and that the second market is as it was.
    fn market_trip(
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
    fn settled(&mut self, arena: &mut Arena) {
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
    fn volatility(&mut self, arena: &mut Arena) {
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
    fn volatility_young(&mut self, arena: &mut Arena) {
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
    fn deviation(&mut self, arena: &mut Arena) {
        let proof = ("trip_deviation", trips::trip_deviation(arena));
        let says = Says { price_e6: SPOT_E6 / 5 * 6, ..CALM };
        self.market_trip(arena, "price off its mean", says, proof, Level::CloseOnly);
    }

    fn depeg(&mut self, arena: &mut Arena) {
        let proof = ("trip_severity", trips::trip_severity(arena));
        let lies = [None, Some(SPOT_E6 / 10 * 9), Some(SPOT_E6 / 10 * 11)];
        self.market_trip(arena, "two sources depegged", Says { lies, ..CALM }, proof, Level::CloseOnly);
    }

    /// A whale asks for more than the hour's window in one transaction.
    fn outflow_burst(&mut self, arena: &mut Arena) {
        let drill = "outflow in one transaction";
        let quote = Vault { market: 0, quote: true };
        let held = quote.held(arena);
        let window = held / BPS * u64::from(HOUR_BPS);
        let market = &arena.markets[0];
        let (mint, whale) = (market.protocol.quote.mint, market.whale.keypair.insecure_clone());
        let asked = [(1, window - 20_000 * USDC), (2, 21_000 * USDC), (3, 5_000 * USDC), (4, 5_000 * USDC)];
        let withdraws: Vec<_> = asked
            .iter()
            .map(|(number, amount)| market.protocol.withdraw_ticket(&market.whale, mint, *amount, *number))
            .collect();
        let answer = tried(arena, &withdraws, &[&whale]);
        let paid = held - quote.held(arena);
        let queued: Vec<u64> =
            asked.iter().map(|(number, _)| *number).filter(|number| ticket(arena, *number).is_some()).collect();
        self.expect(answer == "yes", || format!("{drill}: {answer}"));
        self.expect(paid == asked[0].1 && paid <= window, || {
            format!("{drill}: {paid} atoms were paid, the window is {window}")
        });
        self.expect(queued == [2, 3, 4], || format!("{drill}: tickets {queued:?}"));
        self.expect_level(arena, drill, 0, Level::Normal);
        self.waiting.tickets = queued;
        let outcome = format!(
            "no trip: {} of {} USDC paid, the rest queued in {} tickets; the hour's window is {}",
            paid / USDC,
            asked.iter().map(|(_, amount)| amount / USDC).sum::<u64>(),
            self.waiting.tickets.len(),
            window / USDC
        );
        self.rows.push(Row { drill, ground: arena.ground.name(), outcome, slots: None, works: None });
    }

    /// The same of the base vault, a little in every slot.
    fn outflow_drip(&mut self, arena: &mut Arena) {
        let drill = "outflow over slots";
        let base = Vault { market: 0, quote: false };
        let held = base.held(arena);
        let window = held / BPS * u64::from(HOUR_BPS);
        let market = &arena.markets[0];
        let (mint, whale) = (market.protocol.base.mint, market.whale.keypair.insecure_clone());
        let withdraws: Vec<_> =
            (1..=15).map(|number| market.protocol.withdraw_ticket(&market.whale, mint, 10 * SOL, number)).collect();
        let from = arena.world.clock().slot;
        for withdraw in withdraws {
            let answer = tried(arena, &[withdraw], &[&whale]);
            self.expect(answer == "yes", || format!("{drill}: {answer}"));
        }
        let slots = arena.world.clock().slot - from;
        let paid = held - base.held(arena);
        self.expect(paid <= window, || format!("{drill}: {paid} atoms were paid, the window is {window}"));
        self.expect_level(arena, drill, 0, Level::Normal);
        let outcome = format!(
            "no trip: {} of 150 SOL paid over {slots} slots, the rest queued; the hour's window is {}",
            paid / SOL,
            window / SOL
        );
        self.rows.push(Row { drill, ground: arena.ground.name(), outcome, slots: None, works: None });
        // By now the line has come to the first ticket of the burst.
        let claimed = self.claim_soon(arena);
        self.expect(claimed == "paid", || format!("{drill}: a served ticket: {claimed}"));
    }

    /// Claims the oldest ticket once it is served.
    fn claim_soon(&mut self, arena: &mut Arena) -> String {
        let began = Instant::now();
        loop {
            let answer = claim(arena, &mut self.waiting);
            if answer != "TicketNotServed" || began.elapsed() > Duration::from_secs(150) {
                return answer;
            }
            std::thread::sleep(Duration::from_millis(300));
        }
    }

    fn monitors_dead(&mut self, arena: &mut Arena) {
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
    fn settlement_fix(&mut self, arena: &mut Arena) {
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
    fn restart(&mut self, arena: &mut Arena) {
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
    fn freeze(&mut self, arena: &mut Arena) {
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
    fn rogue(&mut self, arena: &mut Arena) {
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

    /// The worst upgrade there is, against every vault there is.
    fn hostile_margin(&mut self, arena: &mut Arena) {
        let drill = "hostile margin program";
        let deployer = arena.deployer();
        let armed = tried(arena, &[guardians_set(&deployer)], &[&deployer]);
        self.expect(armed == "yes", || format!("{drill}: re-arming the guardians: {armed}"));
        let wallets = Vault::ALL.map(|vault| wallet(arena, vault));
        let held = Vault::ALL.map(|vault| vault.held(arena));
        hostile::deploy(arena, "hostile");
        // The second market's books are forged first, so that no sum of theirs shows the theft.
        let books = arena.markets[1].protocol.market;
        let honest = arena.world.account(&books).expect("a market").data;
        let forged = forge_books(arena, 1);
        self.expect(forged == "yes", || format!("{drill}: forging the books: {forged}"));
        let from = arena.world.clock().slot;
        let mut number = 50_000;
        for (vault, wallet) in Vault::ALL.into_iter().zip(wallets) {
            // As much as there is, again and again, by halves: what does not fit a window becomes a ticket, so the thief asks first.
            for share in [10, 20, 40, 80, 160] {
                number += 1;
                let held = vault.held(arena);
                let steal = hostile::steal(arena, vault, wallet, held / share, number);
                let _ = arena.world.send(&[steal], &[]);
            }
        }
        // One market's books show it: anybody may prove that. The other's do not: a guardian freezes it.
        let proved = prove(arena, &trips::trip_invariant(arena, 0));
        let hidden = tried(arena, &[trips::trip_invariant(arena, 1)], &[]);
        let guardian = keypair(GUARDIANS[1]);
        let raised = tried(arena, &[trips::market_raise(arena, GUARDIANS[1], 1, Level::Frozen)], &[&guardian]);
        let slots = arena.world.clock().slot - from;
        self.expect(proved.is_ok(), || format!("{drill}: trip_invariant was never taken: {proved:?}"));
        self.expect(hidden == "InvariantHolds", || format!("{drill}: forged books: {hidden}"));
        self.expect(raised == "yes", || format!("{drill}: a guardian's freeze: {raised}"));
        self.expect_level(arena, drill, 0, Level::Frozen);
        self.expect_level(arena, drill, 1, Level::Frozen);
        let frozen = Vault::ALL.map(|vault| vault.held(arena));
        for (vault, wallet) in Vault::ALL.into_iter().zip(wallets) {
            number += 1;
            let held = vault.held(arena);
            let steal = hostile::steal(arena, vault, wallet, held / 2, number);
            let after = arena.world.send(&[steal], &[]).err().map(|failure| name(&failure));
            self.expect(after.is_none(), || format!("{drill}: a release under the freeze is queued, not {after:?}"));
            let claimed = self.claim_stolen(arena, vault, wallet, number);
            let held_back = ["TicketHeld", "TicketNotServed"].contains(&claimed.as_str());
            self.expect(held_back, || format!("{drill}: a thief's ticket: {claimed}"));
        }
        let mut shares = vec![];
        for ((at, vault), held) in Vault::ALL.into_iter().enumerate().zip(held) {
            let left = vault.held(arena);
            let stolen = held - left;
            let window = held.div_ceil(BPS) * u64::from(HOUR_BPS);
            // The very figure: no vault lost more than one hour's window, and nothing since the freeze. Where others wait, nothing at all.
            self.expect(stolen <= window, || {
                format!("{drill}: {stolen} of {held} left {vault:?}, the window is {window}")
            });
            self.expect(left == frozen[at], || format!("{drill}: {vault:?} paid under the freeze"));
            shares.push(stolen.saturating_mul(1_000) / held);
        }
        self.expect(shares.iter().any(|share| *share > 0), || format!("{drill}: nothing was stolen: no attack at all"));
        let mended = self.mend(arena, &honest);
        let most = shares.iter().max().copied().unwrap_or_default();
        let outcome = format!(
            "each vault lost at most {}.{} %, one window, and none after the freeze; after the mend: {mended}",
            most / 10,
            most % 10
        );
        self.rows.push(Row { drill, ground: arena.ground.name(), outcome, slots: Some(slots), works: None });
    }

    fn claim_stolen(&mut self, arena: &mut Arena, vault: Vault, wallet: solana_pubkey::Pubkey, number: u64) -> String {
        let tokens = vault.tokens(arena);
        let claim = client::breaker::TicketClaim {
            custody: arena.markets[vault.market].protocol.custody,
            brake: client::addresses::brake(),
            ticket: client::addresses::ticket(&tokens, number),
            payer: arena.world.payer(),
            tokens,
            mint: vault.mint(arena),
            destination: wallet,
        };
        tried(arena, &[claim.instruction()], &[])
    }

    /// The books as they were, and margin's own code again: people get out, through the queue.
    fn mend(&mut self, arena: &mut Arena, honest: &[u8]) -> String {
        let books = arena.markets[1].protocol.market;
        let parts: Vec<_> =
            honest.chunks(200).enumerate().map(|(at, bytes)| hostile::forge(books, at * 200, bytes)).collect();
        for part in parts {
            let restored = tried(arena, &[part], &[]);
            self.expect(restored == "yes", || format!("restoring the books: {restored}"));
        }
        hostile::deploy(arena, "mended");
        let works = probe(arena, &mut self.waiting);
        let out = [
            ("a deposit", &works.deposit, "yes"),
            ("a withdrawal", &works.withdraw, "queued"),
            ("closing", &works.close, "yes"),
        ];
        for (exit, answer, wanted) in out {
            self.expect(answer == wanted, || format!("hostile margin program: {exit} after the mend: {answer}"));
        }
        format!("deposit {}, close {}, withdrawal {}", works.deposit, works.close, works.withdraw)
    }
}

/// Sets every sum of a market's books to zero.
fn forge_books(arena: &mut Arena, market: usize) -> String {
    let address = arena.markets[market].protocol.market;
    let mut data = arena.world.account(&address).expect("a market").data;
    let before = data.clone();
    let books: &mut Market = abi::read_mut(&mut data).expect("a market");
    books.quote_balances_atoms = 0.into();
    books.base_balances_atoms = 0.into();
    books.insurance_atoms = 0.into();
    books.fees_atoms = 0.into();
    books.clearing_atoms = 0.into();
    let changed = before.iter().zip(&data).enumerate().filter(|(_, (old, new))| old != new);
    let forges: Vec<_> = changed.map(|(at, (_, new))| hostile::forge(address, at, &[*new])).collect();
    forges
        .chunks(10)
        .map(|chunk| tried(arena, chunk, &[]))
        .find(|answer| answer != "yes")
        .unwrap_or_else(|| "yes".to_owned())
}

/// A wallet of the thief's for a vault's token.
fn wallet(arena: &mut Arena, vault: Vault) -> solana_pubkey::Pubkey {
    let Arena { world, markets, .. } = arena;
    let protocol = &markets[vault.market].protocol;
    let token = if vault.quote { &protocol.quote } else { &protocol.base };
    token.account(world, &testkit::key("thief"), "loot", 0)
}
