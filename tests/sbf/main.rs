//! What the sBPF build made of the arithmetic, on the VM, against big integers:
//! every integer type, every operation, corner operands by all corner operands
//! and random ones. `sbf-build` replaces what the back end cannot lower by its
//! own expansions; these are their proof.

#[path = "../../programs/mocks/arith/src/kinds.rs"]
mod kinds;
mod model;
mod operands;
#[path = "../../programs/mocks/arith/src/shapes.rs"]
mod shapes;
mod vm;

use kinds::kind;
use model::Type;
use operands::Operands;
use vm::Vm;

const RANDOM_PAIRS: usize = 600;
const EDGE_PAIRS: usize = 300;

/// All typed operations of one type. Returns how many results were compared.
fn check_type(ty: Type) -> usize {
    let vm = Vm::new();
    let mut pairs = Operands::corner_pairs();
    let mut operands = Operands::new(u64::from(ty.code()));
    pairs.extend(operands.random_pairs(RANDOM_PAIRS));
    pairs.extend(operands.edge_pairs(ty.limit(), EDGE_PAIRS));
    // And with each factor negative.
    let edges = operands.edge_pairs(ty.limit(), EDGE_PAIRS);
    pairs.extend(edges.into_iter().enumerate().map(|(i, (a, b))| match i % 3 {
        0 => (a.wrapping_neg(), b),
        1 => (a, b.wrapping_neg()),
        _ => (a.wrapping_neg(), b.wrapping_neg()),
    }));
    let mut compared = 0;
    for operation in 0..kind::TYPED {
        for batch in pairs.chunks(kinds::PAIRS_MAX) {
            let results = vm.compute(operation, ty.code(), batch).expect("no panic is in these operations");
            assert_eq!(results.len(), batch.len());
            for (&(a, b), (value, overflow)) in batch.iter().zip(results) {
                let got = (ty.relevant(operation, value), overflow);
                assert_eq!(got, model::expected(operation, ty, a, b), "kind {operation} of {ty:?} on {a:#x}, {b:#x}");
                compared += 1;
            }
        }
    }
    compared
}

macro_rules! arithmetic {
    ($($test:ident: $bits:literal $signed:literal;)*) => {$(
        #[test]
        fn $test() {
            let compared = check_type(Type { bits: $bits, signed: $signed });
            assert!(compared >= 5_000, "{compared}");
        }
    )*};
}

arithmetic! {
    u8_arithmetic_matches_big_integers: 8 false;
    u16_arithmetic_matches_big_integers: 16 false;
    u32_arithmetic_matches_big_integers: 32 false;
    u64_arithmetic_matches_big_integers: 64 false;
    u128_arithmetic_matches_big_integers: 128 false;
    i8_arithmetic_matches_big_integers: 8 true;
    i16_arithmetic_matches_big_integers: 16 true;
    i32_arithmetic_matches_big_integers: 32 true;
    i64_arithmetic_matches_big_integers: 64 true;
    i128_arithmetic_matches_big_integers: 128 true;
}

/// Calls of many registers, wide results, closed loops, memory and vectors,
/// against the same source compiled for this machine.
#[test]
fn calls_and_memory_match_the_host() {
    let vm = Vm::new();
    let pairs = Operands::new(99).random_pairs(RANDOM_PAIRS);
    let shapes = [kind::MANY_ARGUMENTS, kind::PAIR_RESULT, kind::SERIES, kind::MEMORY, kind::GROW];
    for operation in shapes {
        // `GROW` allocates and never frees: few to an instruction.
        for batch in pairs.chunks(8) {
            let results = vm.compute(operation, 0, batch).expect("no panic is in these operations");
            for (&(a, b), result) in batch.iter().zip(results) {
                let expected = shapes::evaluate(operation, &a.to_le_bytes(), &b.to_le_bytes());
                assert_eq!(Some(result), expected, "kind {operation} on {a:#x}, {b:#x}");
            }
        }
    }
}

#[test]
fn overflow_panics_and_only_overflow() {
    let vm = Vm::new();
    let mut seen = [0usize; 2];
    for (a, b) in Operands::new(7).random_pairs(RANDOM_PAIRS) {
        let (x, y) = (u64::try_from(a & u128::from(u64::MAX)), u64::try_from(b & u128::from(u64::MAX)));
        let product = x.ok().zip(y.ok()).and_then(|(x, y)| x.checked_mul(y));
        let result = vm.compute(kind::MUL_OR_PANIC, 0, &[(a, b)]);
        assert_eq!(result.is_some(), product.is_some(), "{a:#x}, {b:#x}");
        if let (Some(results), Some(product)) = (result, product) {
            assert_eq!(results, [(u128::from(product), false)]);
        }
        seen[usize::from(product.is_some())] += 1;
    }
    assert!(seen.iter().all(|&count| count > 10), "{seen:?}");
}

#[test]
fn index_out_of_bounds_panics() {
    let vm = Vm::new();
    let bytes = u128::from_le_bytes(std::array::from_fn(|i| i as u8 + 1));
    for index in 0..16 {
        assert_eq!(vm.compute(kind::INDEX_OR_PANIC, 0, &[(index, bytes)]), Some(vec![(index + 1, false)]));
    }
    for index in [16, 17, 255, u128::from(u64::MAX)] {
        assert_eq!(vm.compute(kind::INDEX_OR_PANIC, 0, &[(index, bytes)]), None);
    }
}
