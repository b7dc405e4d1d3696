use super::*;
use proptest::prelude::*;

const NOW: i64 = 1_800_000_000;
const LIMITS: Limits = Limits { hour_bps: 1_000, day_bps: 2_500, floor_atoms: 0, time_divisor: 1 };

fn release(outflow: Outflow, level: Level, amount: u64, tokens: u64, now: i64) -> (Outflow, Released) {
    outflow.release(level, amount, tokens, now, &LIMITS).unwrap()
}

fn queued(amount: u64, tokens: u64) -> (Outflow, Place) {
    match release(Outflow::default(), Level::Frozen, amount, tokens, NOW) {
        (outflow, Released::Queued(place)) => (outflow, place),
        other => panic!("{other:?}"),
    }
}

#[test]
fn release_within_the_windows_is_paid_at_levels_0_to_2() {
    for level in [Level::Normal, Level::Throttle, Level::CloseOnly] {
        let (outflow, released) = release(Outflow::default(), level, 100, 1_000, NOW);
        assert_eq!(released, Released::Now, "{level:?}");
        assert_eq!((outflow.hour.current_atoms, outflow.day.current_atoms), (100, 100));
    }
}

#[test]
fn release_beyond_a_window_is_queued_whole() {
    let (outflow, released) = release(Outflow::default(), Level::Normal, 101, 1_000, NOW);
    assert_eq!(released, Released::Queued(Place { amount: 101, end_atoms: 101, issued_unix_s: NOW }));
    assert_eq!((outflow.hour.current_atoms, outflow.queue.rate_atoms, outflow.queue.unpaid_atoms), (0, 250, 101));
    // Whoever comes later waits too, however little they ask for.
    let (_, released) = release(outflow, Level::Normal, 1, 1_000, NOW);
    assert_eq!(released, Released::Queued(Place { amount: 1, end_atoms: 102, issued_unix_s: NOW }));
}

#[test]
fn release_of_the_days_last_part_is_bounded_by_the_day() {
    let mut outflow = Outflow::default();
    let mut tokens = 1_000;
    for hour in 0..2 {
        outflow = release(outflow, Level::Normal, 90, tokens, NOW + hour * 2 * HOUR_S).0;
        tokens -= 90;
    }
    assert_eq!(outflow.room_floor(tokens, NOW + 4 * HOUR_S, &LIMITS), 70);
}

#[test]
fn release_refusals_name_their_reason() {
    let refuse = |level, amount| Outflow::default().release(level, amount, 1_000, NOW, &LIMITS).unwrap_err();
    assert_eq!(refuse(Level::Normal, 0), OutflowError::AmountZero);
    assert_eq!(refuse(Level::Migrating, 1), OutflowError::Refused);
    assert_eq!(refuse(Level::Normal, 1_001), OutflowError::Illiquid);
    assert_eq!(refuse(Level::Frozen, 1_001), OutflowError::Illiquid);
    // What is owed to the queue is nobody else's.
    let (outflow, _) = queued(900, 1_000);
    assert_eq!(outflow.release(Level::Frozen, 101, 1_000, NOW, &LIMITS), Err(OutflowError::Illiquid));
}

#[test]
fn claim_waits_for_the_line() {
    let (outflow, place) = queued(500, 1_000);
    let claim = |level, now| outflow.claim(level, &place, now, &LIMITS);
    // 500 at 250 a day.
    assert_eq!(outflow.queue.done_unix_s_ceil(place.end_atoms, LIMITS.day_s()), Some(NOW + 2 * DAY_S));
    assert_eq!(claim(Level::Normal, NOW + 2 * DAY_S - 1), Err(OutflowError::NotServed));
    assert_eq!(claim(Level::Normal, NOW + 2 * DAY_S).unwrap().queue.unpaid_atoms, 0);
    assert_eq!(claim(Level::Migrating, NOW + 2 * DAY_S), Err(OutflowError::Refused));
}

#[test]
fn claim_under_a_freeze_waits_twelve_hours_from_issue() {
    let (outflow, place) = queued(10, 1_000);
    let claim = |level, now| outflow.claim(level, &place, now, &LIMITS).map(|_| ());
    assert_eq!(claim(Level::Frozen, NOW + TICKET_HOLD_S - 1), Err(OutflowError::Held));
    assert_eq!(claim(Level::Frozen, NOW + TICKET_HOLD_S), Ok(()));
    assert_eq!(claim(Level::CloseOnly, NOW + HOUR_S), Ok(()));
}

#[test]
fn cancel_waits_for_the_line_so_that_nobody_lengthens_it_for_nothing() {
    let (outflow, first) = queued(300, 1_000);
    let (outflow, second) = match release(outflow, Level::Frozen, 200, 1_000, NOW) {
        (outflow, Released::Queued(place)) => (outflow, place),
        other => panic!("{other:?}"),
    };
    let served = outflow.queue.done_unix_s_ceil(first.end_atoms, LIMITS.day_s()).unwrap();
    let cancel = |level, now| outflow.cancel(level, &first, now, &LIMITS);
    assert_eq!(cancel(Level::CloseOnly, served - 1), Err(OutflowError::NotServed));
    assert_eq!(cancel(Level::Migrating, served), Err(OutflowError::Refused));
    let cancelled = cancel(Level::Normal, served).unwrap();
    assert_eq!(cancel(Level::Frozen, NOW), Ok(cancelled));
    assert_eq!(cancelled.queue.unpaid_atoms, 200);
    let done = |outflow: &Outflow| outflow.queue.done_unix_s_ceil(second.end_atoms, LIMITS.day_s());
    assert_eq!(done(&cancelled), done(&outflow));
}

#[test]
fn cancel_of_the_last_ticket_under_a_freeze_ends_the_line() {
    // What a hostile controller queued and took back, again and again, must not stand before those who come later.
    let mut outflow = Outflow::default();
    for _ in 0..100 {
        let (next, released) = release(outflow, Level::Frozen, 1_000, 1_000, NOW);
        let Released::Queued(place) = released else { panic!("{released:?}") };
        outflow = next.cancel(Level::Frozen, &place, NOW, &LIMITS).unwrap();
    }
    assert_eq!(release(outflow, Level::Normal, 100, 1_000, NOW).1, Released::Now);
    let (outflow, released) = release(outflow, Level::Frozen, 500, 1_000, NOW);
    let Released::Queued(place) = released else { panic!("{released:?}") };
    assert_eq!(outflow.queue.done_unix_s_ceil(place.end_atoms, LIMITS.day_s()), Some(NOW + 2 * DAY_S));
}

#[test]
fn tighter_limits_narrow_windows_that_run() {
    let tight = Limits { hour_bps: 500, day_bps: 600, ..LIMITS };
    let (outflow, _) = release(Outflow::default(), Level::Normal, 10, 1_000, NOW);
    assert_eq!(outflow.room_floor(990, NOW, &tight), 90);
    let outflow = outflow.tightened(&tight);
    assert_eq!((outflow.hour.capacity_atoms, outflow.day.capacity_atoms), (50, 60));
    assert_eq!(outflow.room_floor(990, NOW, &tight), 40);
    assert_eq!(outflow.tightened(&LIMITS), outflow);
    assert_eq!(Outflow::default().tightened(&tight), Outflow::default());
}

#[test]
fn time_divisor_shortens_windows_queue_and_hold() {
    let limits = Limits { time_divisor: 60, ..LIMITS };
    let (outflow, released) = Outflow::default().release(Level::Frozen, 250, 1_000, NOW, &limits).unwrap();
    let Released::Queued(place) = released else { panic!("{released:?}") };
    assert_eq!(outflow.claim(Level::Frozen, &place, NOW + 719, &limits), Err(OutflowError::Held));
    assert_eq!(outflow.claim(Level::Normal, &place, NOW + 1_439, &limits), Err(OutflowError::NotServed));
    assert!(outflow.claim(Level::Normal, &place, NOW + 1_440, &limits).is_ok());
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Wait(i64),
    Deposit(u64),
    Release(u64),
    /// Claims the ticket of this number.
    Claim(usize),
    Level(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..8 * HOUR_S).prop_map(Step::Wait),
        (0..5_000_u64).prop_map(Step::Deposit),
        (1..4_000_u64).prop_map(Step::Release),
        (0..20_usize).prop_map(Step::Claim),
        (0..4_usize).prop_map(Step::Level),
    ]
}

proptest! {
    /// Over any history: what is owed is held (conservation), tickets are served in the order of issue, every ticket by the time that was
    /// told at its issue and within 10,000 / bps days, and in any day no more leaves or falls due than three windows and a day's queue.
    #[test]
    fn histories_conserve_serve_in_order_and_complete(steps in prop::collection::vec(step(), 1..120)) {
        let (mut outflow, mut now, mut tokens, mut level) = (Outflow::default(), NOW, 20_000_u64, Level::Normal);
        let mut tickets: Vec<(Place, i64)> = Vec::new();
        let mut unpaid: Vec<usize> = Vec::new();
        let mut paid_at_once: Vec<(i64, u64)> = Vec::new();
        let mut most_held = tokens;
        for step in steps {
            match step {
                Step::Wait(seconds) => now += seconds,
                Step::Deposit(atoms) => tokens += atoms,
                Step::Level(to) => level = Level::ALL[to],
                Step::Release(amount) => match outflow.release(level, amount, tokens, now, &LIMITS) {
                    Ok((next, Released::Now)) => {
                        prop_assert!(level < Level::Frozen);
                        prop_assert!(outflow.queue.is_served(now, LIMITS.day_s()), "nobody overtakes the queue");
                        tokens -= amount;
                        paid_at_once.push((now, amount));
                        outflow = next;
                    }
                    Ok((next, Released::Queued(place))) => {
                        let done = next.queue.done_unix_s_ceil(place.end_atoms, LIMITS.day_s()).unwrap();
                        prop_assert!(done <= now + 4 * DAY_S + 1, "{} s", done - now);
                        unpaid.push(tickets.len());
                        tickets.push((place, done));
                        outflow = next;
                    }
                    Err(why) => prop_assert_eq!((why, amount > outflow.free_atoms(tokens)), (OutflowError::Illiquid, true)),
                },
                Step::Claim(number) => {
                    let Some(position) = unpaid.get(number % unpaid.len().max(1)).copied() else { continue };
                    let (place, done) = tickets[position];
                    match outflow.claim(level, &place, now, &LIMITS) {
                        Ok(next) => {
                            tokens -= place.amount;
                            unpaid.retain(|other| *other != position);
                            outflow = next;
                        }
                        Err(OutflowError::NotServed) => prop_assert!(now < done, "served when it was told"),
                        Err(why) => prop_assert_eq!((why, level), (OutflowError::Held, Level::Frozen)),
                    }
                }
            }
            most_held = most_held.max(tokens);
            let owed: u64 = unpaid.iter().map(|at| tickets[*at].0.amount).sum();
            prop_assert_eq!(outflow.queue.unpaid_atoms, owed);
            prop_assert!(owed <= tokens);
            let served = outflow.queue.served_floor(now, LIMITS.day_s());
            let in_line = unpaid.iter().map(|at| tickets[*at].0.end_atoms).collect::<Vec<_>>();
            prop_assert!(in_line.is_sorted() && served <= outflow.queue.entered_atoms);
            let day: u64 = paid_at_once.iter().filter(|(at, _)| *at > now - DAY_S).map(|(_, atoms)| atoms).sum();
            prop_assert!(day <= 3 * (most_held.div_ceil(4) + 1), "{day} of {most_held}");
        }
    }
}

#[test]
fn limits_bound_the_parts_of_a_vault() {
    let bounds = |hour_bps, day_bps| Limits { hour_bps, day_bps, ..LIMITS }.in_bounds();
    assert!(bounds(1, 1) && bounds(1, 24) && bounds(10_000, 10_000) && bounds(1_000, 2_500));
    assert!(!bounds(0, 1) && !bounds(1, 25) && !bounds(2, 1) && !bounds(10_001, 10_001) && !bounds(9_000, 10_001));
    assert!(LIMITS.within(&LIMITS) && !Limits { floor_atoms: 1, ..LIMITS }.within(&LIMITS));
}
