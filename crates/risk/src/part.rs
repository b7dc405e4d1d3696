//! Parts of amounts.

const BILLION: u64 = 1_000_000_000;

/// floor(size x part), 1e9 = all of it; a part above that only of sizes below 2^60.
#[inline(always)]
pub(crate) const fn part_e9_floor(size: u64, part_e9: u32) -> u64 {
    let (quotient, _) = divided(size, part_e9);
    quotient
}

/// As [`part_e9_floor`], rounded up.
#[inline(always)]
pub(crate) const fn part_e9_ceil(size: u64, part_e9: u32) -> u64 {
    let (quotient, exact) = divided(size, part_e9);
    // BOUND: below 2^63.
    if exact { quotient } else { quotient.wrapping_add(1) }
}

/// Rounded down, and whether it is exact.
///
/// In two steps of a long division: a product of 128 bits and its division would cost ten times as much.
#[inline(always)]
const fn divided(size: u64, part_e9: u32) -> (u64, bool) {
    const HALF: u32 = 31;
    let part = part_e9 as u64;
    // BOUND: size <= 2^63, so the high half is at most 2^32 and the low one below 2^31; a part is below 2^30, or 2^32 with a high half below
    // 2^29: products below 2^63. The remainder is below 2^30, so its shift is below 2^61.
    let high = (size >> HALF).wrapping_mul(part);
    let low = (size & 0x7fff_ffff).wrapping_mul(part);
    let (Some(quotient), Some(rest)) = (high.checked_div(BILLION), high.checked_rem(BILLION)) else {
        return (0, true);
    };
    let rest = (rest << HALF).wrapping_add(low);
    match (rest.checked_div(BILLION), rest.checked_rem(BILLION)) {
        (Some(tail), Some(left)) => ((quotient << HALF).wrapping_add(tail), left == 0),
        _ => (0, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn parts_match_their_definition(bits in 1_u32..64, size: u64, part_e9 in 0_u32..=1_000_000_000) {
            let size = size >> bits;
            let product = u128::from(size) * u128::from(part_e9);
            prop_assert_eq!(u128::from(part_e9_floor(size, part_e9)), product / 1_000_000_000);
            prop_assert_eq!(u128::from(part_e9_ceil(size, part_e9)), product.div_ceil(1_000_000_000));
        }

        #[test]
        fn larger_parts_of_smaller_sizes_match_too(size in 0_u64..1 << 60, part_e9: u32) {
            let product = u128::from(size) * u128::from(part_e9);
            prop_assert_eq!(u128::from(part_e9_floor(size, part_e9)), product / 1_000_000_000);
        }
    }
}
