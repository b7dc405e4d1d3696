use super::*;
use abi::margin::PortfolioParams;
use units::VolE9;

/// Every field of the stored parameters, changed by one either way: at most one way is tighter.
#[test]
fn a_change_of_one_field_is_tighter_one_way_at_most() {
    let present = MarginParams::DEFAULT;
    let bytes = |params: &MarginParams| bytes_of(&PortfolioParams::from(params));
    let stored = bytes(&present);
    let (mut one_way, mut none) = (0, 0);
    for (at, len) in fields() {
        let mut ways = [1_i64, -1].map(|step| {
            let mut changed = stored;
            let mut wide = [0_u8; 8];
            wide[..len].copy_from_slice(&stored[at..at + len]);
            let value = if len == 8 {
                i64::from_le_bytes(wide)
            } else {
                i64::from(u32::from_le_bytes([wide[0], wide[1], wide[2], wide[3]]))
            };
            changed[at..at + len].copy_from_slice(&(value + step).to_le_bytes()[..len]);
            let params = MarginParams::from(&from_bytes(&changed));
            assert_ne!(params, present, "field at {at}");
            params.within(&present)
        });
        ways.sort_unstable();
        match ways {
            [false, true] => one_way += 1,
            [false, false] => none += 1,
            _ => panic!("the field at {at} is tighter both ways"),
        }
    }
    // All but the two powers have a direction.
    assert_eq!((one_way, none), (33, 2));
    assert!(present.within(&present));
}

#[test]
fn what_is_tighter_in_one_and_looser_in_another_waits() {
    let present = MarginParams::DEFAULT;
    let tighter = MarginParams { net_short_im_e9: present.net_short_im_e9 + 1, ..present };
    assert!(tighter.within(&present) && !present.within(&tighter));
    let mixed = MarginParams { concentration_e9: present.concentration_e9 - 1, ..tighter };
    assert!(!mixed.within(&present));
    assert!(MarginParams::SOL.within(&present) && !present.within(&MarginParams::SOL));
    let mut turned = present;
    turned.scenarios.tail[0].move_e9 = -turned.scenarios.tail[0].move_e9;
    assert!(!turned.within(&present));
    let mut lower = present;
    lower.scenarios.vol.down_floor = VolE9(lower.scenarios.vol.down_floor.0 - 1);
    assert!(lower.within(&present));
}

/// Offset and length of each number, in the order of the layout.
fn fields() -> Vec<(usize, usize)> {
    let lens = [vec![4; 3], vec![8; 8], vec![4; 8], vec![4; 4], vec![8; 2], vec![4; 10]].concat();
    let mut at = 0;
    lens.into_iter()
        .map(|len| {
            at += len;
            (at - len, len)
        })
        .collect()
}

const LEN: usize = size_of::<PortfolioParams>();

fn bytes_of(params: &PortfolioParams) -> [u8; LEN] {
    bytemuck::bytes_of(params).try_into().unwrap()
}

fn from_bytes(bytes: &[u8; LEN]) -> PortfolioParams {
    bytemuck::pod_read_unaligned(bytes)
}
