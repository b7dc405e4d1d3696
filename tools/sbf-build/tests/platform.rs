//! The platform route, with a stand-in for `cargo-build-sbf` that writes down
//! what it was called with.

use std::{env, fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

const STAND_IN: &str = r#"#!/bin/bash
while (($#)); do
  case $1 in --sbf-out-dir) out=$2 ;; --features) features=$2 ;; --arch) arch=$2 ;; --manifest-path) manifest=$2 ;; esac
  shift
done
printf '%s|%s|%s|%s' "$arch" "${manifest##*/programs/}" "${features:-}" "${RUSTUP_TOOLCHAIN:-}" > "$out/adder.so"
"#;

#[test]
fn platform_tools_are_used_when_they_are_on_path() {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("platform");
    fs::create_dir_all(&place).expect("a directory");
    let tool = place.join("cargo-build-sbf");
    fs::write(&tool, STAND_IN).expect("a script");
    fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).expect("permissions");
    let path = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([place.clone()].into_iter().chain(env::split_paths(&path))).expect("a path");

    let status = Command::new(env!("CARGO_BIN_EXE_sbf-build"))
        .env("PATH", path)
        .env("RUSTUP_TOOLCHAIN", "of-a-surrounding-cargo")
        .env("CARGO_TARGET_DIR", place.join("target"))
        .args(["--arch", "v0", "--manifest"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tree/programs/Cargo.toml"))
        .status()
        .expect("it runs");
    assert!(status.success());
    let made = |name: &str| fs::read_to_string(place.join("target/deploy").join(name)).expect("an output");
    assert_eq!(made("adder.so"), "v0|adder/Cargo.toml||");
    assert_eq!(made("variants/twin.so"), "v0|adder/Cargo.toml|twin|");
}
