//! Plays a script and looks at every refresh.

use super::accounts::liquidated;
use super::feed::{Feed, Refresh};
use super::market::{Dice, Market};
use super::scenario::{Chapter, Fault, NAMES};
use risk::feed::{Held, Moment, Published, Purpose, Severity, State, flag};
use units::{PriceE6, Slot, UnixSeconds};

/// 2026-01-02 00:00:00 UTC, and a price of July 2024.
pub const START_UNIX_S: i64 = 1_767_312_000;
pub const START_SLOT: u64 = 1_000_000_000;
const START_E6: u64 = 156_797_690;
/// A keeper misses one second in so many.
const MISSED: u64 = 33;
/// Seconds from a restart of the cluster to the sources' first publications.
const RESTART_S: i64 = 5;

/// A change of severity.
pub struct Transition {
    at_s: i64,
    chapter: usize,
    severity: Severity,
    flags: u8,
    price: PriceE6,
}

pub struct Day {
    chapters: Vec<Chapter>,
    transitions: Vec<Transition>,
    /// By chapter and source: why it was not used, each reason once.
    refusals: Vec<[Vec<String>; 3]>,
    pub refreshes: usize,
    pub liar_checks: usize,
}

/// Plays `chapters` with one seed, and shows `each` refresh as it was made. Panics at the first that breaks a rule.
pub fn play(seed: u64, chapters: &[Chapter], mut each: impl FnMut(&Market, &Feed, &Refresh, Moment)) -> Day {
    let mut day = Day {
        chapters: chapters.to_vec(),
        transitions: Vec::new(),
        refusals: vec![Default::default(); chapters.len()],
        refreshes: 0,
        liar_checks: 0,
    };
    let (mut market, mut feed) = (Market::new(seed, START_E6, START_UNIX_S, START_SLOT), Feed::new());
    let mut keeper = Dice::new(!seed);
    let end_s = chapters.last().unwrap().to_s;
    let mut at = 0;
    for at_s in 0..end_s {
        while chapters.get(at + 1).is_some_and(|next| next.begun(at_s)) {
            at += 1;
        }
        let chapter = &chapters[at];
        if at_s == chapter.to_s {
            market.resume();
        }
        match at_s - chapter.from_s {
            since if since >= 0 && since < chapter.halt_s => {
                market.halt(at_s, chapter);
                continue;
            }
            since if chapter.halt_s > 0 && since >= 0 && since < chapter.halt_s + RESTART_S => {}
            _ => market.step(at_s, chapter),
        }
        if keeper.once_in(MISSED) {
            continue;
        }
        let moment = Moment { now: UnixSeconds(market.unix_s(at_s)), slot: Slot(market.slot(at_s)) };
        let before = (feed.state, feed.held);
        let refresh = feed.refresh(market.sources.each_ref().map(|source| &source.bytes[..]), moment);
        check(&before, &feed, &refresh, moment);
        each(&market, &feed, &refresh, moment);
        day.look(at, at_s, &feed, &refresh, moment);
    }
    day
}

/// What holds of every refresh, whatever happens.
fn check(before: &(State, [Held; 3]), feed: &Feed, refresh: &Refresh, moment: Moment) {
    let (state, found) = (&feed.state, &refresh.found);
    // O-1: no publish time goes back, and no source's price changes without a later one.
    for (held, was) in feed.held.iter().zip(&before.1) {
        assert!(held.published >= was.published && (held.published > was.published || held == was), "{moment:?}");
    }
    let used = || refresh.readings.iter().zip(&found.places).filter(|(_, place)| place.refusal.is_none());
    let quotes = || used().map(|(reading, _)| reading.unwrap().quote);
    match found.price {
        // O-2: the price lies within [min - c, max + c] of the accepted sources.
        Some(quote) => {
            let low = quotes().map(|quote| quote.price.0 - quote.half_width.0).min().unwrap();
            let high = quotes().map(|quote| quote.price.0 + quote.half_width.0).max().unwrap();
            assert!((low..=high).contains(&quote.price.0), "{quote:?} outside {low}..={high} at {moment:?}");
            assert_eq!((state.quote, state.refreshed), (quote, moment.now));
            assert!(state.severity <= Severity::Degraded);
            let weights: u16 = found.places.iter().map(|place| place.weight_bps).sum();
            assert!((9_990..=10_000).contains(&weights), "weights sum to {weights} at {moment:?}");
        }
        None => {
            assert_eq!((state.quote, state.refreshed), (before.0.quote, before.0.refreshed));
            assert!(state.severity >= Severity::Stale);
        }
    }
    if state.severity == Severity::Normal {
        assert!(used().count() >= usize::from(super::feed::MIN_SOURCES) && found.flags == 0, "{found:?}");
        assert!(state.quote.price.0.abs_diff(state.average.0) * 10 <= state.average.0, "{state:?}");
    }
    // The stable price never outruns 3 basis points a second, and only normal prices move it.
    let (was, stable) = (before.0.stable.0, state.stable.0);
    let seconds = u64::try_from(moment.now.0 - before.0.checked.0).unwrap();
    assert!(was == 0 || stable.abs_diff(was) * 10_000 <= was * 3 * seconds, "{was} -> {stable} in {seconds} s");
    assert!(stable == was || was == 0 || before.0.severity == Severity::Normal);
}

impl Day {
    fn look(&mut self, at: usize, at_s: i64, feed: &Feed, refresh: &Refresh, moment: Moment) {
        self.refreshes += 1;
        let state = &feed.state;
        let changed = self.transitions.last().is_none_or(|last| last.severity != state.severity || last.chapter != at);
        if changed {
            let (severity, flags, price) = (state.severity, state.flags, state.quote.price);
            self.transitions.push(Transition { at_s, chapter: at, severity, flags, price });
        }
        for (refusals, place) in self.refusals[at].iter_mut().zip(&refresh.found.places) {
            let name = place.refusal.map(|refusal| format!("{refusal:?}"));
            if let Some(name) = name.filter(|name| !refusals.contains(name)) {
                refusals.push(name);
            }
        }
        self.look_at_liars(at, at_s, feed, refresh, moment);
    }

    /// O-3: while one source lies and the two others can be used, the price lies between those two, and liquidates nobody who keeps his
    /// margin at theirs. Two that lie together move it by no more than the tenth that the feed's average allows.
    fn look_at_liars(&mut self, at: usize, at_s: i64, feed: &Feed, refresh: &Refresh, moment: Moment) {
        let chapter = &self.chapters[at];
        let lies = |source: usize| matches!(chapter.faults[source], Some(Fault::Lie(_)));
        let (liars, honest): (Vec<usize>, Vec<usize>) = (0..3).partition(|source| lies(*source));
        let prices: Vec<_> = honest.iter().filter_map(|source| refresh.readings[*source].ok()).collect();
        if at_s >= chapter.to_s {
            return;
        }
        if let ([_, _], [third]) = (&liars[..], &prices[..]) {
            // A tenth, and what the two are apart by noise.
            let reach = third.quote.price.0 / 10 + third.quote.half_width.0;
            let apart = feed.state.quote.price.0.abs_diff(third.quote.price.0);
            assert!(apart <= reach, "two liars moved the price to {:?} in {}", feed.state.quote, chapter.name);
        }
        if liars.len() != 1 || prices.len() != 2 {
            return;
        }
        let low = prices.iter().map(|fresh| fresh.quote.price).min().unwrap();
        let high = prices.iter().map(|fresh| fresh.quote.price).max().unwrap();
        let Published { quote, .. } = published(&feed.state);
        let relied = published(&feed.state).rely(Purpose::Liquidate, moment.now, moment.slot);
        let (price, _) = relied.unwrap_or((quote.price, quote.price));
        assert!((low..=high).contains(&price), "{price:?} outside {low:?}..={high:?} in {}", chapter.name);
        let (lost, asked) = liquidated(PriceE6(START_E6), low, high, price);
        assert_eq!(lost, 0, "{lost} of {asked} accounts liquidated at {price:?} in {}", chapter.name);
        self.liar_checks += asked;
    }

    /// Each chapter's severities and refusals are the script's.
    pub fn check(&self) {
        for (at, chapter) in self.chapters.iter().enumerate() {
            let (seen, script) = (self.severities(at), &chapter.severities);
            assert!(matches(script, &seen), "{}: {script:?} was {seen:?}", chapter.name);
            for (source, seen) in self.refusals[at].iter().enumerate() {
                let expected = &chapter.refusals[source];
                if expected.iter().any(|refusal| refusal == "*") {
                    continue;
                }
                let (name, faulty) = (NAMES[source], chapter.faults[source].is_some() || chapter.halt_s > 0);
                let missing: Vec<_> = expected.iter().filter(|refusal| !seen.contains(refusal)).collect();
                assert!(missing.is_empty(), "{name} was never {missing:?} in {}, but {seen:?}", chapter.name);
                assert!(faulty || seen.len() == expected.len(), "{name} was {seen:?} in {}", chapter.name);
            }
        }
    }

    fn severities(&self, at: usize) -> Vec<String> {
        let of_chapter = self.transitions.iter().filter(|transition| transition.chapter == at);
        of_chapter.map(|transition| format!("{:?}", transition.severity).to_lowercase()).collect()
    }

    /// For people.
    pub fn table(&self) -> String {
        let mut out = format!("{:>8}  {:<9}  {:>10}  {:<18}  {}\n", "time", "severity", "price", "why", "what happens");
        for Transition { at_s, chapter, severity, flags, price } in &self.transitions {
            let time = format!("{:02}:{:02}:{:02}", at_s / 3_600, at_s / 60 % 60, at_s % 60);
            let words =
                [(flag::FEW, "few"), (flag::DIVERGED, "diverged"), (flag::FAR, "far"), (flag::CONTESTED, "contested")];
            let why: Vec<_> = words.iter().filter(|(bit, _)| flags & bit != 0).map(|(_, word)| *word).collect();
            let price = format!("{}.{:02}", price.0 / 1_000_000, price.0 / 10_000 % 100);
            let (severity, name) = (format!("{severity:?}").to_lowercase(), &self.chapters[*chapter].name);
            out += &format!("{time:>8}  {severity:<9}  {price:>10}  {:<18}  {name}\n", why.join(", "));
        }
        out + &format!("{} refreshes, {} accounts held to a liar's price\n", self.refreshes, self.liar_checks)
    }
}

/// Whether the severities are the script's.
fn matches(script: &[String], seen: &[String]) -> bool {
    match script.split_first() {
        None => seen.is_empty(),
        Some((word, rest)) if word == "*" => (0..=seen.len()).any(|skipped| matches(rest, &seen[skipped..])),
        Some((word, rest)) => seen.first() == Some(word) && matches(rest, &seen[1..]),
    }
}

fn published(state: &State) -> Published {
    Published {
        severity: state.severity,
        quote: state.quote,
        refreshed: state.refreshed,
        refreshed_slot: state.refreshed_slot,
    }
}
