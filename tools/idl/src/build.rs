//! One program's IDL, by running the print tests that Anchor generates under its `idl-build` feature.

use std::path::Path;

use anchor_lang_idl::{build::IdlBuilder, types::Idl};
use anyhow::{Context, Result, ensure};

use crate::canonical;

pub fn idl(root: &Path, program: &str) -> Result<Idl> {
    let path = root.join("programs").join(program);
    ensure!(path.join("Cargo.toml").exists(), "{} has no Cargo.toml", path.display());
    // A target directory of its own: the builder sets RUSTFLAGS, which would evict everyone else's artifacts.
    let target_dir = root.join("target/idl").display().to_string();
    let cargo_args = ["--lib", "--locked", "--target-dir", &target_dir].map(str::to_owned).to_vec();
    let mut idl = IdlBuilder::new()
        .program_path(path)
        .skip_lint(true)
        .cargo_args(cargo_args)
        .build()
        .with_context(|| format!("the IDL of {program} cannot be built"))?;
    canonical::normalise(&mut idl)?;
    Ok(idl)
}
