//! The documents say what the tree holds.

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

#[test]
fn the_matrix_in_the_documents_is_the_one_in_the_code() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let table = policy::matrix_table();
    assert!(text.contains(&table), "ARCHITECTURE.md must hold this table:\n{table}");
}

#[test]
fn every_instruction_has_a_walk_over_wrong_accounts() {
    let suites = sources(&root().join("tests"));
    let text: String = suites.iter().flat_map(|(_, text)| text.split_whitespace()).collect();
    for program in client::PROGRAMS {
        for instruction in program.instructions {
            let words = instruction.name.split('_').map(|word| word[..1].to_uppercase() + &word[1..]);
            let walk = format!("{}::ACCOUNTS", words.collect::<String>());
            assert!(
                text.contains(&walk),
                "no suite walks over the accounts of {}'s {}",
                program.name,
                instruction.name
            );
        }
    }
}

/// Rows of SECURITY.md's table of attacks: the test's name, and the errors.
fn attacks() -> Vec<(String, Vec<String>)> {
    let text = fs::read_to_string(root().join("SECURITY.md")).expect("SECURITY.md");
    let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let rows = text.lines().filter(|line| line.starts_with("| ")).map(|line| line.split('|').collect::<Vec<_>>());
    rows.filter_map(|row| Some((quoted(row.get(2)?).pop()?, quoted(row.get(3)?)))).collect()
}

#[test]
fn every_attack_in_the_table_is_a_test_that_expects_its_errors() {
    let files = ["attacks.rs", "ballot_attacks.rs"].map(|name| root().join("tests/governor").join(name));
    let text = files.map(|file| fs::read_to_string(file).expect("the attacks")).concat();
    let tests: Vec<_> = text.split("#[test]\nfn ").skip(1).collect();
    let attacks = attacks();
    assert_eq!(tests.len(), attacks.len(), "as many tests as rows");
    for (name, errors) in attacks {
        let body = tests.iter().find(|test| test.starts_with(&format!("{name}()")));
        let body = body.unwrap_or_else(|| panic!("no attack is called {name}"));
        assert!(!errors.is_empty(), "{name}: by what is it refused?");
        for error in errors {
            let expected = [format!("\"{error}\""), format!("InstructionError::{error}")];
            // What a helper expects bears the helper's name.
            let helper = error == "DurableNonce" && body.contains("durable_nonce_refused");
            assert!(helper || expected.iter().any(|form| body.contains(form)), "{name} does not expect {error}");
        }
    }
}
