use super::nodes::FULL_MOVES;
use super::*;
use proptest::prelude::*;

fn node(params: &ScenarioParams, index: usize) -> Node {
    Node::of(params, index).unwrap()
}

#[test]
fn the_table_is_the_designs() {
    let params = ScenarioParams::DEFAULT;
    assert_eq!(params.check(), Ok(()));
    assert_eq!(ScenarioParams::SOL.check(), Ok(()));
    let nodes: Vec<Node> = (0..NODES).map(|index| node(&params, index)).collect();
    assert_eq!(Node::of(&params, NODES), None);
    let of = |vol: VolMove| nodes.iter().filter(move |node| node.vol == vol);
    let full = |vol| of(vol).filter(|node| node.weight_e9 == 1_000_000_000).map(|node| node.move_e9 / 5_000_000);
    let core = [0, 9, -9, 18, -18, 27, -27];
    assert!(full(VolMove::Flat).eq(core) && full(VolMove::Down).eq(core));
    assert!(full(VolMove::Up).eq(core.into_iter().chain([36, -36])));
    assert_eq!(of(VolMove::Up).count() - FULL_MOVES, 8);
    assert_eq!(nodes[CENTRE], Node { move_e9: 0, vol: VolMove::Flat, weight_e9: 1_000_000_000 });
    assert_eq!((nodes[TILT_UP].vol, nodes[TILT_DOWN].vol), (VolMove::TiltUp, VolMove::TiltDown));
    assert!(NEAR.iter().all(|near| nodes[*near].move_e9.abs() == 45_000_000));
    assert_eq!(nodes.iter().filter(|node| node.move_e9.abs() == 45_000_000).count(), NEAR.len());
    assert_eq!(nodes.iter().filter(|node| node.weight_e9 == 1_000_000_000).count(), 25);
}

#[test]
fn every_move_of_sol_is_a_quarter_wider() {
    for index in 0..NODES {
        let (narrow, wide) = (node(&ScenarioParams::DEFAULT, index), node(&ScenarioParams::SOL, index));
        assert_eq!(wide.move_e9 * 4, narrow.move_e9 * 5);
        assert_eq!((wide.vol, wide.weight_e9), (narrow.vol, narrow.weight_e9));
    }
}

#[test]
fn a_node_is_written_as_people_say_it() {
    let text = |index| node(&ScenarioParams::SOL, index).to_string();
    assert_eq!(text(1), "+5.625% vol_up");
    assert_eq!(text(9), "-82.5% vol_up");
    assert_eq!(text(CENTRE), "+0% vol_flat");
    assert_eq!(text(TILT_DOWN), "+0% tilt_down");
}

#[test]
fn every_parameter_out_of_bounds_has_its_own_error() {
    use ScenarioError::*;
    let broken = |change: &dyn Fn(&mut ScenarioParams), error| {
        let mut params = ScenarioParams::DEFAULT;
        change(&mut params);
        assert_eq!(params.check(), Err(error));
    };
    broken(&|p| p.multiplier_e9 = 99_999_999, Multiplier);
    broken(&|p| p.step_e9 = 200_000_001, Step);
    broken(&|p| p.wide_e9 = 134_999_999, Wide);
    broken(&|p| p.tail[3].weight_e9 = 0, TailWeight);
    broken(&|p| p.tail[0].move_e9 = -960_000_000, MoveOutOfRange);
    broken(&|p| p.multiplier_e9 = 1_500_000_000, MoveOutOfRange);
    broken(&|p| p.vol.up_e9 = 2_000_000_001, VolUp);
    broken(&|p| p.vol.down_e9 = 1, VolDown);
    broken(&|p| p.vol.power_long_e9 = 500_000_001, VolPower);
    broken(&|p| p.vol.up_floor = VolE9(49_999_999), VolFloor);
    broken(&|p| p.vol.tilt_e9 = 4_000_000_001, Tilt);
    broken(&|p| p.vol.tilt_max_e9 = 900_000_001, TiltMax);
    broken(&|p| p.vol.stale_e9 = 1_000_000_001, Stale);
}

/// Multiplier in Q32 as parts of 1e9.
fn e9(multiplier_q32: i64) -> i64 {
    i64::try_from((i128::from(multiplier_q32) * 1_000_000_000 + (1 << 31)) >> 32).unwrap()
}

#[test]
fn shocks_follow_the_term_structure() {
    let vol = &ScenarioParams::DEFAULT.vol;
    let at = |days_tenths: u64| {
        let shocks = Shocks::new(vol, days_tenths * 8_640, 0);
        (e9(shocks.up_q32), e9(shocks.down_q32))
    };
    // (30 / days)^p to ten digits: 30^0.3 = 2.774191115, 3^0.3 = 1.390389170
    assert_eq!(at(300), (1_500_000_000, 700_000_000));
    assert_eq!(at(100), (1_695_194_585, 582_883_249));
    assert_eq!(at(10), (2_387_095_557, 167_742_666));
    assert_eq!(at(1), at(10));
}

#[test]
fn a_stale_surface_widens_shocks_to_twice_at_most() {
    assert_eq!([stale_minutes(0), stale_minutes(1_200), stale_minutes(1_201), stale_minutes(1_261)], [0, 0, 1, 2]);
    let vol = &ScenarioParams::DEFAULT.vol;
    let up = |minutes| e9(Shocks::new(vol, 30 * 86_400, minutes).up_q32);
    assert_eq!(
        [up(0), up(1), up(10), up(25), up(26), up(u64::MAX)].map(|up| up / 10_000_000),
        [150, 152, 170, 200, 200, 200]
    );
    // A shock down never takes more than fifteen sixteenths.
    assert_eq!(Shocks::new(vol, 86_400, u64::MAX).down_q32, 1 << 28);
}

proptest! {
    #[test]
    fn arbitrary_shocks_stay_within_what_rows_take(seconds: u64, minutes: u64, up: u32, power: u32, stale: u32) {
        let vol = VolParams { up_e9: up, power_short_e9: power, stale_e9: stale, ..ScenarioParams::DEFAULT.vol };
        let shocks = Shocks::new(&vol, seconds, minutes);
        prop_assert!((1 << 32..=8 << 32).contains(&shocks.up_q32));
        prop_assert!((1 << 28..=1 << 32).contains(&shocks.down_q32));
        let params = ScenarioParams { multiplier_e9: up, step_e9: power, wide_e9: stale, vol, ..ScenarioParams::DEFAULT };
        let _ = params.check();
        let _ = Node::of(&params, 5).map(|node| node.to_string());
    }
}
