//! `runtime/expansions.ll`, by function.

use std::collections::BTreeSet;

const TEXT: &str = include_str!("../../runtime/expansions.ll");
const DIVISION: &str = "declare void @sbf_udivrem128(ptr, i64, i64, i64, i64)\n";

/// The expansions that `called` needs, with those that they call in turn,
/// except what `module` has from an earlier pass.
pub fn needed(called: &BTreeSet<String>, module: &str) -> String {
    let mut wanted: Vec<String> = called.iter().cloned().collect();
    let mut seen = BTreeSet::new();
    let mut text = String::new();
    while let Some(name) = wanted.pop() {
        if !seen.insert(name.clone()) || module_has(module, &name) {
            continue;
        }
        let Some(body) = definition(&name) else { continue };
        for callee in callees(body) {
            if callee == "sbf_udivrem128" {
                if seen.insert(callee.to_owned()) && !module_has(module, callee) {
                    text.push_str(DIVISION);
                }
            } else {
                wanted.push(callee.to_owned());
            }
        }
        text.push_str(body);
    }
    text
}

/// Whether `module` defines or declares a function.
fn module_has(module: &str, name: &str) -> bool {
    let symbol = format!(" @{name}(");
    module.lines().any(|line| (line.starts_with("define ") || line.starts_with("declare ")) && line.contains(&symbol))
}

/// A function's text, with the line break after its closing brace.
fn definition(name: &str) -> Option<&'static str> {
    let symbol = format!(" @{name}(");
    let from = TEXT
        .match_indices("\ndefine ")
        .map(|(at, _)| &TEXT[at + 1..])
        .find(|text| text.lines().next().is_some_and(|line| line.contains(&symbol)))?;
    Some(&from[..from.find("\n}\n")? + 3])
}

fn callees(body: &str) -> impl Iterator<Item = &str> {
    body.lines().skip(1).filter_map(|line| {
        let (_, callee) = line.split_once('@')?;
        callee.split('(').next()
    })
}
