//! The distribution route on a small workspace in two places.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A copy of the fixture, whose target directory outlives the run.
struct Tree(PathBuf);

impl Tree {
    fn at(place: &str) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(place);
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tree"), &root);
        Self(root)
    }

    fn build(&self, programs: &[&str]) -> Result<(), String> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sbf-build"));
        command.current_dir(&self.0).env_remove("CARGO_TARGET_DIR");
        let output = command.args(["--route", "distribution", "--locked"]).args(programs).output();
        let output = output.map_err(|error| error.to_string())?;
        match output.status.success() {
            true => Ok(()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }

    fn elf(&self, output: &str) -> Vec<u8> {
        let path = self.0.join("target/deploy").join(output);
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    fn replace(&self, file: &str, from: &str, to: &str) {
        let path = self.0.join(file);
        let text = fs::read_to_string(&path).expect("a source file");
        assert!(text.contains(from));
        fs::write(&path, text.replace(from, to)).expect("a writable file");
    }
}

/// Files that are as they should be keep their time, so that cargo finds its
/// work of an earlier run done.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("the fixture") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else if fs::read(&target).ok() != fs::read(&path).ok() {
            fs::copy(&path, &target).expect("a copy");
        }
    }
}

fn contains(elf: &[u8], text: &str) -> bool {
    elf.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn same_bytes_in_two_places_and_no_variant_passes_for_another() {
    let (near, far) = (Tree::at("a"), Tree::at("some/longer place/b"));
    near.build(&[]).expect("it builds");
    far.build(&["variants/twin", "adder"]).expect("it builds in any order");
    let (plain, twin) = (near.elf("adder.so"), near.elf("variants/twin.so"));
    assert_ne!(plain, twin);
    assert!(plain == far.elf("adder.so") && twin == far.elf("variants/twin.so"), "the place of a build shows");
    // The program keeps paths: those of crates, not of this machine.
    assert!(contains(&plain, "adder/src/lib.rs") && contains(&plain, "/helper-0.1.0/src/lib.rs"));
    assert!(!contains(&plain, env!("CARGO_TARGET_TMPDIR")));

    // A change below both variants reaches both, whichever is built first.
    near.replace("crates/helper/src/lib.rs", "SECRET: u64 = 3", "SECRET: u64 = 300");
    near.build(&["adder+twin"]).expect("it builds");
    near.build(&["adder"]).expect("it builds");
    assert!(near.elf("variants/twin.so") != twin && near.elf("adder.so") != plain, "a stale variant");
    assert_ne!(near.elf("variants/twin.so"), near.elf("adder.so"));
}

#[test]
fn what_cannot_run_is_refused_with_its_reason() {
    let tree = Tree::at("c");
    for (program, reason) in [
        ("subtracter", "no package subtracter"),
        ("adder+frame", "passes the VM's 4,096 bytes"),
        ("adder+recursive", "takes more than 5 registers"),
        ("adder+float", "floating point"),
    ] {
        let message = tree.build(&[program]).expect_err(program);
        assert!(message.contains(reason), "{program}: {message}");
    }
    // Two frames that fit apart, once they are kept apart.
    tree.build(&["adder+frames"]).expect("it builds");
}
