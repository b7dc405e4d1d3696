//! Multiply-then-divide through 128 bits, never without a direction.

/// floor(a x b / d). `None` when `d` is zero or the quotient exceeds 64 bits.
pub const fn mul_div_floor(a: u64, b: u64, d: u64) -> Option<u64> {
    match mul_div(a, b, d) {
        Some((quotient, _)) => Some(quotient),
        None => None,
    }
}

/// ceil(a x b / d). `None` when `d` is zero or the quotient exceeds 64 bits.
pub const fn mul_div_ceil(a: u64, b: u64, d: u64) -> Option<u64> {
    match mul_div(a, b, d) {
        Some((quotient, true)) => Some(quotient),
        Some((quotient, false)) => quotient.checked_add(1),
        None => None,
    }
}

/// Quotient rounded down, and whether it is exact.
///
/// Division by a 128-bit value is a subroutine of about a thousand units on the VM, so it is the last resort: almost every product
/// of the protocol fits 64 bits, and most of the rest do once the whole part of `b / d` is taken out.
const fn mul_div(a: u64, b: u64, d: u64) -> Option<(u64, bool)> {
    if let Some(product) = product(a, b) {
        return divide(product, d);
    }
    let (Some(whole), Some(rest)) = (b.checked_div(d), b.checked_rem(d)) else {
        return None;
    };
    if let Some(product) = product(a, rest) {
        // a x b / d = a x whole + a x rest / d, exactly.
        let (Some(wholes), Some((parts, exact))) = (self::product(a, whole), divide(product, d)) else {
            return None;
        };
        return match wholes.checked_add(parts) {
            Some(quotient) => Some((quotient, exact)),
            None => None,
        };
    }
    divide_wide(a, b, d)
}

/// a x b where it fits. Short operands need no check, which would cost more than all the rest.
const fn product(a: u64, b: u64) -> Option<u64> {
    if (a | b) >> 32 == 0 { Some(a.wrapping_mul(b)) } else { a.checked_mul(b) }
}

const fn divide(product: u64, d: u64) -> Option<(u64, bool)> {
    match (product.checked_div(d), product.checked_rem(d)) {
        (Some(quotient), Some(rest)) => Some((quotient, rest == 0)),
        _ => None,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "BOUND: compared with u64::MAX on the line above")]
const fn divide_wide(a: u64, b: u64, d: u64) -> Option<(u64, bool)> {
    // BOUND: a product of two 64-bit values fits 128 bits.
    let (Some(product), divisor) = ((a as u128).checked_mul(b as u128), d as u128) else {
        return None;
    };
    let (Some(quotient), Some(rest)) = (product.checked_div(divisor), product.checked_rem(divisor)) else {
        return None;
    };
    if quotient > u64::MAX as u128 {
        return None;
    }
    Some((quotient as u64, rest == 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, through 128 bits only.
    fn reference(a: u64, b: u64, d: u64) -> Option<(u64, u64)> {
        let product = u128::from(a) * u128::from(b);
        let floor = product.checked_div(u128::from(d))?;
        let ceil = product.div_ceil(u128::from(d));
        Some((u64::try_from(floor).ok()?, u64::try_from(ceil).unwrap_or(u64::MAX)))
    }

    /// Operands of every size, so that each of the three routes is taken.
    fn operand() -> impl Strategy<Value = u64> {
        (0u32..=64, any::<u64>()).prop_map(|(bits, value)| value.checked_shr(bits).unwrap_or(0))
    }

    proptest! {
        #[test]
        fn mul_div_matches_the_definition(a in operand(), b in operand(), d in operand()) {
            match reference(a, b, d) {
                Some((floor, ceil)) => {
                    prop_assert_eq!(mul_div_floor(a, b, d), Some(floor));
                    if floor < u64::MAX {
                        prop_assert_eq!(mul_div_ceil(a, b, d), Some(ceil));
                    }
                }
                None => {
                    prop_assert_eq!(mul_div_floor(a, b, d), None);
                    prop_assert_eq!(mul_div_ceil(a, b, d), None);
                }
            }
        }
    }

    #[test]
    fn mul_div_corners() {
        assert_eq!(mul_div_floor(u64::MAX, u64::MAX, u64::MAX), Some(u64::MAX));
        assert_eq!(mul_div_ceil(u64::MAX, u64::MAX, u64::MAX), Some(u64::MAX));
        assert_eq!(mul_div_floor(1, 1, 0), None);
        assert_eq!(mul_div_floor(u64::MAX, u64::MAX, 0), None);
        assert_eq!(mul_div_floor(u64::MAX, 2, 1), None);
        assert_eq!(mul_div_ceil(1, 1, 3), Some(1));
        assert_eq!(mul_div_floor(1, 1, 3), Some(0));
    }
}
