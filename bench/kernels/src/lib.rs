//! Runs one kernel on inputs that the runner sends, and has the VM log the units that remain before and after it. Never deployed.

#[cfg(feature = "brine-fp")]
mod brine;
#[cfg(feature = "rust_decimal")]
mod decimal;
pub mod kinds;
#[cfg(feature = "margin")]
mod margin;
#[cfg(feature = "ours")]
mod ours;
#[cfg(feature = "solmath")]
mod peer_solmath;
#[cfg(any(feature = "ours", feature = "margin"))]
mod surface;

use kinds::{INPUTS, NOTHING, NO_RESULT};
use pinocchio::{error::ProgramError, AccountView, Address, ProgramResult};

/// A Q38 number in 1e12, the peers' scale.
#[cfg(any(feature = "solmath", feature = "brine-fp", feature = "rust_decimal"))]
pub fn e12(real: u64) -> i128 {
    (i128::from(real as i64) * 1_000_000_000_000) >> 38
}

/// The inputs of one run.
pub type Inputs = [u64; INPUTS];

/// Has the VM log the units that remain.
pub fn log_units() {
    #[cfg(target_os = "solana")]
    // SAFETY: a syscall without arguments.
    unsafe {
        solana_define_syscall::definitions::sol_log_compute_units_();
    }
}

/// Logs the units before and after a function of some inputs; true if it gives a result. Inputs and result are opaque to the compiler
/// between the two, so that it can move nothing across.
#[macro_export]
macro_rules! measured {
    ($inputs:expr, $kernel:expr) => {{
        let inputs = $inputs;
        $crate::log_units();
        let result = core::hint::black_box($kernel(core::hint::black_box(&inputs)));
        $crate::log_units();
        Some(result.is_some())
    }};
}

pub fn process_instruction(_: &Address, _: &mut [AccountView], instruction: &[u8]) -> ProgramResult {
    match run(instruction) {
        Some(true) => Ok(()),
        Some(false) => Err(ProgramError::Custom(NO_RESULT)),
        None => Err(ProgramError::InvalidInstructionData),
    }
}

fn run(instruction: &[u8]) -> Option<bool> {
    let (&kernel, rest) = instruction.split_first()?;
    let mut inputs = [0u64; INPUTS];
    for (input, bytes) in inputs.iter_mut().zip(rest.chunks_exact(8)) {
        *input = u64::from_le_bytes(bytes.try_into().ok()?);
    }
    let inputs = core::hint::black_box(inputs);
    if kernel == NOTHING {
        return measured!((), |_: &()| Some(()));
    }
    let found = None;
    #[cfg(feature = "ours")]
    let found = found.or_else(|| ours::run(kernel, &inputs));
    #[cfg(feature = "margin")]
    let found = found.or_else(|| margin::run(kernel, &inputs));
    #[cfg(feature = "solmath")]
    let found = found.or_else(|| peer_solmath::run(kernel, &inputs));
    #[cfg(feature = "brine-fp")]
    let found = found.or_else(|| brine::run(kernel, &inputs));
    #[cfg(feature = "rust_decimal")]
    let found = found.or_else(|| decimal::run(kernel, &inputs));
    found
}

#[cfg(not(feature = "no-entrypoint"))]
mod entrypoint {
    #[cfg(target_os = "solana")]
    pinocchio::program_entrypoint!(crate::process_instruction, 1);
    #[cfg(target_os = "solana")]
    pinocchio::default_allocator!();
    #[cfg(target_os = "solana")]
    pinocchio::default_panic_handler!();
}
