//! What can be measured. The runner reads this same file.

macro_rules! kernels {
    ($($name:ident = $code:literal, $owner:literal, $label:literal;)*) => {
        /// One byte of the instruction.
        #[allow(dead_code, reason = "the runner goes by the list")]
        pub mod kind { $(pub const $name: u8 = $code;)* }
        /// Code, whose it is, what it computes.
        pub const KERNELS: &[(u8, &str, &str)] = &[$(($code, $owner, $label)),*];
    };
}

kernels! {
    LN = 1, "pricing", "ln";
    EXP = 2, "pricing", "exp";
    SQRT = 3, "pricing", "sqrt";
    CDF = 4, "pricing", "normal cdf";
    PDF = 5, "pricing", "normal pdf";
    PRICE = 6, "pricing", "price and delta";
    GREEKS = 7, "pricing", "price and all Greeks";
    IMPLIED = 8, "pricing", "implied vol";
    SVI = 9, "pricing", "SVI total vol";
    ROW = 10, "pricing", "row of 33 nodes";
    SURFACE = 11, "pricing", "16 strikes x 33 nodes";
    ROW_NEAR = 17, "pricing", "row of 33 nodes, minutes to expiry";
    ROW_FAR = 18, "pricing", "row of 33 nodes, strike at 40 forwards";
    TABLE = 12, "risk", "scenario table";
    MARGIN_FLAT = 13, "risk", "margin check, no position";
    MARGIN_8 = 14, "risk", "margin check, 8 positions, 1 expiry";
    MARGIN_8_OF_4 = 15, "risk", "margin check, 8 positions, 4 expiries";
    MARGIN_32 = 16, "risk", "margin check, 32 positions, 4 expiries";
    SOLMATH_LN = 20, "solmath", "ln";
    SOLMATH_EXP = 21, "solmath", "exp";
    SOLMATH_CDF = 22, "solmath", "normal cdf";
    SOLMATH_PDF = 23, "solmath", "normal pdf";
    SOLMATH_PRICE = 24, "solmath", "price and delta";
    SOLMATH_GREEKS = 25, "solmath", "price and all Greeks";
    SOLMATH_ROW = 27, "solmath", "row of 33 nodes";
    SOLMATH_ROW_HOISTED = 28, "solmath (primitives)", "row of 33 nodes";
    BRINE_LN = 30, "brine-fp", "ln";
    BRINE_EXP = 31, "brine-fp", "exp";
    BRINE_SQRT = 32, "brine-fp", "sqrt";
    DECIMAL_LN = 40, "rust_decimal", "ln";
    DECIMAL_EXP = 41, "rust_decimal", "exp";
    DECIMAL_SQRT = 42, "rust_decimal", "sqrt";
    DECIMAL_CDF = 43, "rust_decimal", "normal cdf";
    DECIMAL_PDF = 44, "rust_decimal", "normal pdf";
    DECIMAL_PRICE = 45, "rust_decimal", "price and delta";
}

/// Measures nothing: what the measuring itself costs.
pub const NOTHING: u8 = 0;
/// Custom error of a kernel that refused its inputs.
pub const NO_RESULT: u32 = 1;
/// An instruction is a kernel and its inputs, all of them, whichever it uses.
pub const INPUTS: usize = 6;
/// forward e6, strike e6, vol e9, seconds, premium of the call e12, a real number in Q38 (signed).
pub mod input {
    pub const FORWARD: usize = 0;
    pub const STRIKE: usize = 1;
    pub const VOL: usize = 2;
    pub const SECONDS: usize = 3;
    pub const PREMIUM: usize = 4;
    pub const REAL: usize = 5;
}
