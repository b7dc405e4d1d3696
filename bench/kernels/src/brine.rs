//! brine-fp: 1e18 in 192 bits.

use brine_fp::{SignedNumeric, UnsignedNumeric};

use crate::kinds::{input, kind};
use crate::{e12, measured, Inputs};

#[inline(never)]
pub fn run(kernel: u8, inputs: &Inputs) -> Option<bool> {
    let real = inputs[input::REAL] as i64;
    let x = UnsignedNumeric::from_scaled_u128(e12(inputs[input::REAL]).unsigned_abs() * 1_000_000);
    match kernel {
        kind::BRINE_LN => measured!(x, |x: &UnsignedNumeric| x.log()),
        kind::BRINE_EXP => {
            let mut signed = x.signed();
            if real < 0 {
                signed = signed.negate();
            }
            measured!(signed, |x: &SignedNumeric| x.exp())
        }
        kind::BRINE_SQRT => measured!(x, |x: &UnsignedNumeric| x.sqrt()),
        _ => None,
    }
}
