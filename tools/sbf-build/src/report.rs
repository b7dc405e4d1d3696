//! The table at the end.

use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::{Built, layout::Layout};

pub fn print(layout: &Layout, built: &[Built], total: Duration) {
    let width = built.iter().map(|b| b.output.len()).chain([7]).max().unwrap_or(7);
    println!("{:width$}  {:>9}  {:16}  {:>7}", "program", "bytes", "sha256", "time");
    for Built { output, elf, changed, took } in built {
        let note = if *changed { "" } else { "  unchanged" };
        println!("{output:width$}  {:>9}  {}  {:>6.1}s{note}", elf.len(), digest(elf), took.as_secs_f64());
    }
    println!("{} programs in {}, {:.1}s", built.len(), layout.out.display(), total.as_secs_f64());
}

/// The first 16 hexadecimal digits.
fn digest(elf: &[u8]) -> String {
    Sha256::digest(elf).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
