//! Calls pass five registers. A function that needs more is inlined instead.

use std::collections::BTreeSet;

use super::ir::{bracketed, leading_type, registers, split_arguments};

pub const MAX_ARGUMENT_REGISTERS: u32 = 5;

pub struct Definition<'a> {
    pub name: &'a str,
    returns: &'a str,
    arguments: &'a str,
    tail: &'a str,
}

impl<'a> Definition<'a> {
    /// Reads `define ... TYPE @name(ARGUMENTS) ... {`.
    pub fn parse(line: &'a str) -> Option<Self> {
        let rest = line.strip_prefix("define ")?;
        let at = rest.find(" @")?;
        let quoted = rest[at + 2..].strip_prefix('"').and_then(|n| n.find('"')).map_or(0, |end| end + 2);
        let open = at + 2 + quoted + rest[at + 2 + quoted..].find('(')?;
        let (arguments, tail) = bracketed(rest, open)?;
        Some(Self { name: &rest[at + 2..open], returns: trailing_type(&rest[..at]), arguments, tail })
    }

    /// Registers that a call takes, with the hidden pointer through which the
    /// back end returns what does not fit in one register.
    pub fn registers(&self) -> u32 {
        let arguments = split_arguments(self.arguments)
            .iter()
            .filter_map(|argument| leading_type(argument))
            .map(|(ty, _)| registers(ty))
            .sum::<u32>();
        arguments + u32::from(registers(self.returns) > 1)
    }
}

/// `noundef range(i64 0, 2) { i64, i64 }` -> `{ i64, i64 }`
fn trailing_type(prefix: &str) -> &str {
    let Some(last) = prefix.chars().next_back() else { return prefix };
    if !matches!(last, '}' | ']' | '>') {
        return prefix.rsplit(' ').next().unwrap_or(prefix);
    }
    let mut depth = 0i32;
    for (at, ch) in prefix.char_indices().rev() {
        match ch {
            '}' | ']' | '>' | ')' => depth += 1,
            '{' | '[' | '<' | '(' => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            return &prefix[at..];
        }
    }
    prefix
}

/// Whether a program's own `#[inline(never)]` stands. Lifting it makes programs
/// smaller and cheaper; but it is also how they keep large frames apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noinline {
    Lifted,
    Kept,
}

/// Marks the functions that must be inlined.
pub fn force_inline(lines: &mut Vec<String>, noinline: Noinline) {
    let mut copied = BTreeSet::new();
    let mut forced = BTreeSet::new();
    let offset = free_group(lines);
    for line in lines.iter_mut() {
        let Some(definition) = Definition::parse(line) else { continue };
        if definition.registers() <= MAX_ARGUMENT_REGISTERS {
            continue;
        }
        let head = line.len() - definition.tail.len();
        let tail = match group(definition.tail) {
            Some(number) => {
                copied.insert(number);
                definition.tail.replacen(&format!(" #{number} "), &format!(" #{} ", number + offset), 1)
            }
            None => {
                let (address, rest) = split_unnamed_addr(definition.tail);
                format!("{address} alwaysinline{rest}")
            }
        };
        forced.insert(definition.name.to_owned());
        *line = format!("{}{tail}", &line[..head]);
    }
    for line in lines.iter_mut() {
        if called(line).is_some_and(|name| forced.contains(name)) {
            *line = without_group(line);
        }
    }
    if noinline == Noinline::Lifted {
        for line in lines.iter_mut().filter(|line| group_definition(line).is_some()) {
            *line = without(&without(line, "noinline"), "optnone");
        }
    }
    let inlining: Vec<String> = lines
        .iter()
        .filter_map(|line| {
            let number = group_definition(line).filter(|number| copied.contains(number))?;
            let (_, body) = line.split_once(" = {")?;
            let body = without(&without(body, "noinline"), "optnone");
            Some(format!(
                "attributes #{} = {{{} alwaysinline }}",
                number + offset,
                body.trim_end_matches('}').trim_end()
            ))
        })
        .collect();
    lines.extend(inlining);
}

/// Function attributes come after `unnamed_addr`.
fn split_unnamed_addr(tail: &str) -> (&str, &str) {
    let end =
        [" unnamed_addr", " local_unnamed_addr"].iter().find(|word| tail.starts_with(**word)).map_or(0, |w| w.len());
    tail.split_at(end)
}

fn group(tail: &str) -> Option<u32> {
    let (_, after) = tail.split_once(" #")?;
    after.split(' ').next()?.parse().ok()
}

fn group_definition(line: &str) -> Option<u32> {
    line.strip_prefix("attributes #")?.split(' ').next()?.parse().ok()
}

/// The function that a line calls by name.
fn called(line: &str) -> Option<&str> {
    let (_, call) = line.split_once("call ")?;
    let (_, name) = call.split_once(" @")?;
    let quoted = name.strip_prefix('"').and_then(|rest| rest.find('"')).map_or(0, |end| end + 2);
    Some(&name[..quoted + name[quoted..].find('(')?])
}

/// A call without its attributes: rustc repeats a function's `noinline` at every call of it.
fn without_group(line: &str) -> String {
    let Some((before, after)) = line.rsplit_once(" #") else { return line.to_owned() };
    let rest = after.trim_start_matches(|ch: char| ch.is_ascii_digit());
    if rest.len() == after.len() { line.to_owned() } else { format!("{before}{rest}") }
}

/// An offset past every attribute group of the module.
fn free_group(lines: &[String]) -> u32 {
    lines.iter().filter_map(|line| group_definition(line)).max().map_or(0, |last| last + 1)
}

fn without(line: &str, attribute: &str) -> String {
    line.replace(&format!(" {attribute} "), " ")
}
