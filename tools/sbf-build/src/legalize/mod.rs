//! Rewrites what the BPF back end cannot lower, in textual IR.
//!
//! - 128-bit multiplication, division, remainder, variable shift and rotation,
//!   multiplication with an overflow flag, signed division and remainder of any
//!   width: calls of the always-inline functions of `runtime/expansions.ll`.
//! - Functions that need more registers than a call has: forced inline.
//! - `sret`, which says no more here than that a pointer is the first argument,
//!   and which the back end takes for a return that it does not have: dropped.
//!
//! What has no rewriting is reported by name rather than left to the back end,
//! whose messages do not say where it happened.

mod expansions;
mod functions;
mod ir;
mod operations;

use std::collections::BTreeSet;

pub use functions::Noinline;

pub struct Legalized {
    pub text: String,
    pub illegal: Vec<String>,
}

/// One pass over a module. `round` keeps the names that it adds apart from
/// those of an earlier pass.
pub fn legalize(module: &str, round: usize, noinline: Noinline) -> Legalized {
    let mut lines = Vec::new();
    let mut called = BTreeSet::new();
    let mut illegal = Vec::new();
    let mut function = "";
    for (number, original) in module.lines().enumerate() {
        if let Some(definition) = functions::Definition::parse(original) {
            function = definition.name;
        }
        let line = ir::without_attribute(original, "sret");
        match operations::rewrite(&line, &format!("sbf.{round}.{number}")) {
            operations::Verdict::Legal => lines.push(line),
            operations::Verdict::Rewritten { text, callee } => {
                called.insert(callee);
                lines.push(text);
            }
            operations::Verdict::Illegal(what) => {
                illegal.push(format!("{what} in {function}"));
                lines.push(line);
            }
        }
    }
    functions::force_inline(&mut lines, noinline);
    let mut text = lines.join("\n");
    text.push('\n');
    text.push_str(&expansions::needed(&called, module));
    Legalized { text, illegal }
}

/// What is left in a module that the back end would refuse.
pub fn remaining(module: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut function = "";
    for line in module.lines() {
        if let Some(definition) = functions::Definition::parse(line) {
            function = definition.name;
            if definition.registers() > functions::MAX_ARGUMENT_REGISTERS {
                found.push(format!(
                    "{function} takes more than {} registers and could not be inlined (it is recursive or called \
                     through a pointer): pass a reference to a struct",
                    functions::MAX_ARGUMENT_REGISTERS
                ));
            }
        }
        match operations::rewrite(line, "sbf") {
            operations::Verdict::Legal => {}
            operations::Verdict::Rewritten { callee, .. } => found.push(format!("{callee} in {function}")),
            operations::Verdict::Illegal(what) => found.push(format!("{what} in {function}")),
        }
    }
    found
}

#[cfg(test)]
mod tests;
