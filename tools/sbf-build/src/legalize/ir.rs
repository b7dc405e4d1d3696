//! The little of LLVM's textual IR that the rewriting reads.

/// Splits at commas outside brackets and quotes.
pub fn split_arguments(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start, mut quoted) = (Vec::new(), 0i32, 0, false);
    for (at, ch) in text.char_indices() {
        match ch {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' | '<' => depth += 1,
            ')' | ']' | '}' | '>' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    let last = text[start..].trim();
    if !last.is_empty() {
        parts.push(last);
    }
    parts
}

/// The text inside the bracket that opens at byte `open`, and what follows it.
pub fn bracketed(text: &str, open: usize) -> Option<(&str, &str)> {
    let (mut depth, mut quoted) = (0i32, false);
    for (at, ch) in text[open..].char_indices() {
        match ch {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' | '<' => depth += 1,
            ')' | ']' | '}' | '>' => {
                depth -= 1;
                if depth == 0 {
                    return Some((&text[open + 1..open + at], &text[open + at + 1..]));
                }
            }
            _ => {}
        }
    }
    None
}

/// The type at the start of `text`, and what follows it.
pub fn leading_type(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let end = if text.starts_with(['<', '[', '{']) {
        let (_, after) = bracketed(text, 0)?;
        text.len() - after.len()
    } else {
        text.find(|ch: char| ch.is_whitespace() || ch == ',' || ch == ')').unwrap_or(text.len())
    };
    Some((&text[..end], text[end..].trim_start()))
}

/// The bits of `iN`.
pub fn integer_bits(ty: &str) -> Option<u32> {
    ty.strip_prefix('i')?.parse().ok()
}

/// The bits of N in `<K x iN>`.
pub fn vector_bits(ty: &str) -> Option<u32> {
    integer_bits(ty.strip_prefix('<')?.strip_suffix('>')?.rsplit(' ').next()?)
}

/// How many 64-bit registers a value of this type takes as an argument.
pub fn registers(ty: &str) -> u32 {
    if ty == "void" {
        0
    } else if let Some(bits) = integer_bits(ty) {
        bits.div_ceil(64)
    } else if let Some(inner) = ty.strip_prefix('{').and_then(|t| t.strip_suffix('}')) {
        split_arguments(inner).iter().map(|member| registers(member)).sum()
    } else if let Some((count, element)) =
        ty.strip_prefix(['[', '<']).and_then(|t| t.strip_suffix([']', '>'])).and_then(|t| t.split_once(" x "))
    {
        count.trim().parse::<u32>().unwrap_or(1).saturating_mul(registers(element.trim()))
    } else {
        1
    }
}

/// Takes every ` name(...)` out of a line.
pub fn without_attribute(line: &str, name: &str) -> String {
    let opening = format!(" {name}(");
    let mut text = line.to_owned();
    while let Some(at) = text.find(&opening) {
        let Some((_, after)) = bracketed(&text, at + opening.len() - 1) else { break };
        text = format!("{}{after}", &text[..at]);
    }
    text
}
