//! What a council's decisions need, and what a rollout waits for.

use crate::buffer::answer;
use policy::{Class, rollout};

/// Approvals that a class needs in a council of so many members, and its least delay in seconds of an unscaled clock.
#[unsafe(no_mangle)]
pub extern "C" fn council_class(class: u32, members: u32) -> u32 {
    answer(|| {
        let class = Class::from_byte(u8::try_from(class).ok()?)?;
        let threshold = class.threshold_ceil(u8::try_from(members).ok()?);
        Some([i64::from(threshold), i64::from(class.delay_floor_s())])
    })
}

/// Of every canary step: clean checks and stay in seconds of an unscaled clock; and how long a verification may take.
#[unsafe(no_mangle)]
pub extern "C" fn rollout_terms() -> u32 {
    answer(|| Some([i64::from(rollout::CHECKS), i64::from(rollout::DWELL_S), i64::from(rollout::VERIFY_S)]))
}

/// Share of the caps that a canary step lets in, in basis points; no answer beyond the last step.
#[unsafe(no_mangle)]
pub extern "C" fn canary_step(step: u32) -> u32 {
    answer(|| {
        let bps = rollout::CANARY_BPS.get(usize::try_from(step).ok()?)?;
        Some([i64::from(*bps)])
    })
}
