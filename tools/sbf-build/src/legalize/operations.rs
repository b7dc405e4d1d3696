//! One instruction at a time: which need an expansion, and which one.

use super::ir::{integer_bits, leading_type, split_arguments, vector_bits};

const WORD: u32 = 64;
const DOUBLE: u32 = 128;

pub enum Verdict {
    Legal,
    Rewritten { text: String, callee: String },
    Illegal(String),
}

/// `prefix` makes the names of the values that a widening adds unique.
pub fn rewrite(line: &str, prefix: &str) -> Verdict {
    let Some((name, instruction)) = assignment(line) else { return Verdict::Legal };
    let (op, rest) = instruction.split_once(' ').unwrap_or((instruction, ""));
    match op {
        "mul" | "udiv" | "urem" | "sdiv" | "srem" | "shl" | "lshr" | "ashr" => binary(name, op, rest, prefix),
        "call" | "tail" | "musttail" | "notail" => intrinsic(line),
        _ => Verdict::Legal,
    }
}

/// `  %name = instruction`
fn assignment(line: &str) -> Option<(&str, &str)> {
    let body = line.trim_start();
    if !body.starts_with('%') || body.len() == line.len() {
        return None;
    }
    let quoted_end = match body.strip_prefix("%\"") {
        Some(name) => name.find('"')? + 3,
        None => 0,
    };
    let equals = quoted_end + body[quoted_end..].find(" = ")?;
    Some((&body[..equals], &body[equals + 3..]))
}

fn binary(name: &str, op: &str, rest: &str, prefix: &str) -> Verdict {
    let mut rest = rest;
    while let Some(after) = ["nuw ", "nsw ", "exact "].iter().find_map(|flag| rest.strip_prefix(flag)) {
        rest = after;
    }
    let Some((ty, operands)) = leading_type(rest) else { return Verdict::Legal };
    let parts = split_arguments(operands);
    let [left, right, attachments @ ..] = parts.as_slice() else { return Verdict::Legal };
    let shift = matches!(op, "shl" | "lshr" | "ashr");
    let signed_division = matches!(op, "sdiv" | "srem");

    let Some(bits) = integer_bits(ty) else {
        let constant_shift = shift && (right.starts_with('<') || right.starts_with("splat"));
        let wide = vector_bits(ty).is_some_and(|bits| bits > WORD);
        return match signed_division || (wide && !constant_shift) {
            true => Verdict::Illegal(format!("{op} {ty}")),
            false => Verdict::Legal,
        };
    };
    let constant_shift = shift && right.parse::<u128>().is_ok();
    if bits <= WORD && !signed_division || constant_shift {
        return Verdict::Legal;
    }
    let wide = if bits <= WORD { WORD } else { DOUBLE };
    let callee = format!("sbf.{op}.i{wide}");
    let attachments: String = attachments.iter().map(|a| format!(", {a}")).collect();
    if bits > DOUBLE {
        return Verdict::Illegal(format!("{op} {ty}"));
    }
    if bits == wide {
        let text = format!("  {name} = call {ty} @{callee}({ty} {left}, {ty} {right}){attachments}");
        return Verdict::Rewritten { text, callee };
    }
    // A narrower type: extend, operate, truncate. Shift amounts are unsigned.
    let extend = if signed_division || op == "ashr" { "sext" } else { "zext" };
    let extend_right = if shift { "zext" } else { extend };
    let (a, b, r) = (format!("%{prefix}.a"), format!("%{prefix}.b"), format!("%{prefix}.r"));
    let text = [
        format!("  {a} = {extend} {ty} {left} to i{wide}{attachments}"),
        format!("  {b} = {extend_right} {ty} {right} to i{wide}{attachments}"),
        format!("  {r} = call i{wide} @{callee}(i{wide} {a}, i{wide} {b}){attachments}"),
        format!("  {name} = trunc i{wide} {r} to {ty}{attachments}"),
    ]
    .join("\n");
    Verdict::Rewritten { text, callee }
}

/// Overflow-checked multiplication keeps its shape: only the callee's name
/// changes.
fn intrinsic(line: &str) -> Verdict {
    let Some(at) = line.find("@llvm.") else { return Verdict::Legal };
    let Some(open) = line[at..].find('(').map(|offset| at + offset) else { return Verdict::Legal };
    let callee = &line[at + 1..open];
    let Some((family, ty)) = callee.rsplit_once('.') else { return Verdict::Legal };
    let bits = integer_bits(ty);
    let expansion = match family {
        "llvm.umul.with.overflow" => "umulo",
        "llvm.smul.with.overflow" => "smulo",
        "llvm.fshl" | "llvm.fshr" if bits.is_some_and(|bits| bits > WORD && bits != DOUBLE) => {
            return Verdict::Illegal(callee.to_owned());
        }
        _ => return Verdict::Legal,
    };
    match bits {
        Some(bits) if bits <= WORD / 2 => Verdict::Legal,
        Some(WORD | DOUBLE) => {
            let callee = format!("sbf.{expansion}.{ty}");
            Verdict::Rewritten { text: format!("{}@{callee}{}", &line[..at], &line[open..]), callee }
        }
        _ => Verdict::Illegal(callee.to_owned()),
    }
}
