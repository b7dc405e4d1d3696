use super::*;
use proptest::prelude::*;

const NOW: i64 = 1_800_000_000;
const HOUR: WindowLimit = WindowLimit { period_s: 3_600, bps: 1_000, floor_atoms: 0 };

#[test]
fn first_bucket_opens_at_first_use_with_its_part_of_the_vault() {
    let window = Window::default().rolled(1_000, NOW, &HOUR);
    assert_eq!((window.start_unix_s, window.opening_atoms, window.capacity_atoms), (NOW, 1_000, 100));
    assert_eq!(window.room_floor(1_000, NOW, &HOUR), 100);
    assert_eq!(window.spent(60).room_floor(940, NOW, &HOUR), 40);
}

#[test]
fn bucket_before_is_forgotten_as_time_passes_and_not_at_once() {
    let spent = Window::default().rolled(1_000, NOW, &HOUR).spent(100);
    assert_eq!(spent.rolled(900, NOW + 3_599, &HOUR), spent);
    let next = spent.rolled(1_000, NOW + 3_600, &HOUR);
    assert_eq!((next.start_unix_s, next.previous_atoms, next.current_atoms), (NOW + 3_600, 100, 0));
    let room = |after_s| next.room_floor(1_000, NOW + 3_600 + after_s, &HOUR);
    assert_eq!([room(0), room(36), room(1_800), room(3_599)], [0, 1, 50, 99]);
}

#[test]
fn floor_lets_a_small_vault_go_at_once() {
    let limit = WindowLimit { floor_atoms: 500, ..HOUR };
    assert_eq!(Window::default().rolled(300, NOW, &limit).room_floor(300, NOW, &limit), 500);
}

#[test]
fn deposits_widen_a_running_bucket_by_half_at_most() {
    let window = Window::default().rolled(1_000, NOW, &HOUR);
    assert_eq!(window.room_floor(1_030, NOW, &HOUR), 130);
    assert_eq!(window.room_floor(1_000_000, NOW, &HOUR), 150);
}

#[test]
fn deposit_before_a_bucket_doubles_it_at_most() {
    let window = Window::default().rolled(1_000, NOW, &HOUR);
    assert_eq!(window.rolled(1_000_000, NOW + 3_600, &HOUR).capacity_atoms, 200);
    assert_eq!(window.rolled(1_000_000, NOW + 3 * 3_600, &HOUR).capacity_atoms, 800);
    assert_eq!(window.rolled(1_000_000, NOW + 1_000 * 3_600, &HOUR).capacity_atoms, 100_000);
}

#[test]
fn clock_that_goes_back_gives_no_room() {
    let spent = Window::default().rolled(1_000, NOW, &HOUR).spent(100);
    assert_eq!(spent.rolled(900, NOW - 10, &HOUR).room_floor(900, NOW - 10, &HOUR), 0);
}

proptest! {
    /// Over any hour, whenever it begins, what leaves is at most three capacities: two buckets, each wider by half for deposits.
    #[test]
    fn no_hour_lets_out_more_than_three_capacities(
        steps in prop::collection::vec((0_i64..2_400, 0_u64..400, 0_u64..2_000), 1..120),
        floor_atoms in 0_u64..50,
    ) {
        let limit = WindowLimit { floor_atoms, ..HOUR };
        let (mut window, mut now, mut held) = (Window::default(), NOW, 10_000_u64);
        let mut left: Vec<(i64, u64)> = Vec::new();
        let mut widest = 0;
        for (wait_s, ask, deposit) in steps {
            now += wait_s;
            window = window.rolled(held, now, &limit);
            widest = widest.max(window.capacity_atoms);
            held += deposit;
            let amount = ask.min(window.room_floor(held, now, &limit)).min(held);
            window = window.spent(amount);
            held -= amount;
            left.push((now, amount));
            let hour: u64 = left.iter().filter(|(at, _)| *at > now - 3_600).map(|(_, atoms)| atoms).sum();
            prop_assert!(hour <= 3 * widest + 2, "{hour} of {widest}");
        }
    }
}
