//! The documents say what the tree holds.

use policy::{Action, Level, Permission, permission};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the repository").to_owned()
}

/// Text of every Rust file below a folder, with its path.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = vec![];
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap_or_else(|error| panic!("{}: {error}", next.display())) {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a text file");
                found.push((path, text));
            }
        }
    }
    found
}

fn is_test(path: &Path) -> bool {
    let path = path.strip_prefix(root()).unwrap_or(path);
    path.components().any(|part| part.as_os_str() == "tests") || path.ends_with("tests.rs")
}

/// IDs in the first column of INVARIANTS.md.
fn ids() -> Vec<String> {
    let text = fs::read_to_string(root().join("INVARIANTS.md")).expect("INVARIANTS.md");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| "));
    let ids = rows.filter_map(|row| row.split(" |").next()).filter(|id| id.contains('-') && !id.contains(' '));
    ids.map(str::to_owned).collect()
}

#[test]
fn every_invariant_is_kept_by_code_and_attacked_by_a_suite() {
    let ids = ids();
    assert!(ids.len() > 20, "the table was not read: {ids:?}");
    let code: Vec<_> = ["programs", "crates"].iter().flat_map(|name| sources(&root().join(name))).collect();
    let suites = sources(&root().join("tests"));
    for id in ids {
        let mark = format!("INVARIANT({id})");
        let kept = code.iter().any(|(path, text)| !is_test(path) && text.contains(&mark));
        assert!(kept, "no code says it keeps {id}: a comment `{mark}` belongs where it is kept");
        let tests = code.iter().filter(|(path, _)| is_test(path)).chain(&suites);
        let attacked = tests.into_iter().any(|(_, text)| text.contains(&mark));
        assert!(attacked, "no suite says it attacks {id}: a comment `{mark}` belongs at the assertion");
    }
}

#[test]
fn every_mark_in_the_code_is_in_the_table() {
    let ids = ids();
    for (path, text) in ["programs", "crates", "tests"].iter().flat_map(|name| sources(&root().join(name))) {
        for rest in text.split("INVARIANT(").skip(1) {
            let id = rest.split(')').next().unwrap_or_default();
            let named = id.split('-').count() == 2 && id.ends_with(|last: char| last.is_ascii_digit());
            assert!(!named || ids.iter().any(|known| known == id), "{}: {id} is not in INVARIANTS.md", path.display());
        }
    }
}

/// The action matrix as the table that ARCHITECTURE.md shows.
fn matrix() -> String {
    let mut table = String::from(
        "| action | L0 normal | L1 throttle | L2 close only | L3 frozen | L4 migrating |\n|---|---|---|---|---|---|\n",
    );
    for action in Action::ALL {
        let name = match action {
            Action::NewRisk => "new risk",
            Action::Auction => "auction: open, bid, clear",
            Action::Listing => "list a market or an expiry",
            Action::ReduceRisk => "shrink a position",
            Action::Cancel => "cancel",
            Action::Deposit => "deposit",
            Action::Withdraw => "withdraw",
            Action::Settle => "settle, redeem",
            Action::Liquidate => "bid for a liquidation",
            Action::PriceRecord => "record prices",
        };
        write!(table, "| {name} |").expect("a string takes any text");
        for level in Level::ALL {
            let answer = match permission(level, action) {
                Permission::Allowed => "yes",
                Permission::Limited => "limited",
                Permission::Queued => "queued",
                Permission::Refused => "no",
            };
            write!(table, " {answer} |").expect("a string takes any text");
        }
        table.push('\n');
    }
    table
}

#[test]
fn the_matrix_in_the_documents_is_the_one_in_the_code() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let table = matrix();
    assert!(text.contains(&table), "ARCHITECTURE.md must hold this table:\n{table}");
}
