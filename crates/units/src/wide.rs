//! Multiply-then-divide through 128 bits, never without a direction.

/// floor(a x b / d). `None` when `d` is zero or the quotient exceeds 64 bits.
pub fn mul_div_floor(a: u64, b: u64, d: u64) -> Option<u64> {
    // BOUND: a product of two 64-bit values fits 128 bits.
    let product = u128::from(a).checked_mul(u128::from(b))?;
    u64::try_from(product.checked_div(u128::from(d))?).ok()
}

/// ceil(a x b / d). `None` when `d` is zero or the quotient exceeds 64 bits.
pub fn mul_div_ceil(a: u64, b: u64, d: u64) -> Option<u64> {
    let product = u128::from(a).checked_mul(u128::from(b))?;
    let divisor = u128::from(d);
    let quotient = product.checked_div(divisor)?;
    let exact = quotient.checked_mul(divisor)? == product;
    u64::try_from(if exact { quotient } else { quotient.checked_add(1)? }).ok()
}
