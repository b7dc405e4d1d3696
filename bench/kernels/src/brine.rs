//! brine-fp: 1e18 in 192 bits.

use core::hint::black_box;

use brine_fp::UnsignedNumeric;

use crate::kinds::{input, kind};
use crate::{e12, measured, Inputs};

#[inline(never)]
pub fn run(kernel: u8, inputs: &Inputs) -> Option<bool> {
    let real = inputs[input::REAL] as i64;
    let x = black_box(UnsignedNumeric::from_scaled_u128(e12(inputs[input::REAL]).unsigned_abs() * 1_000_000));
    match kernel {
        kind::BRINE_LN => measured!(x.log()),
        kind::BRINE_EXP => {
            let mut signed = x.signed();
            if real < 0 {
                signed = signed.negate();
            }
            let signed = black_box(signed);
            measured!(signed.exp())
        }
        kind::BRINE_SQRT => measured!(x.sqrt()),
        _ => None,
    }
}
