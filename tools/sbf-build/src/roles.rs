//! The parts that this executable plays for cargo and rustc, by the name that
//! it is called by.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File, FileTimes},
    os::unix::{fs::symlink, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::SystemTime,
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

pub const RUSTC: &str = "sbf-rustc";
pub const LINKER: &str = "sbf-ld";

/// Lend std an allocator shim and a minimum alignment for a target that it
/// does not know. They reach no other crate.
const STD_CFGS: [&str; 2] = ["target_os=\"zkvm\"", "target_arch=\"m68k\""];

/// Makes this executable available under both names.
pub fn install(dir: &Path) -> Result<()> {
    let this = std::env::current_exe()?;
    for name in [RUSTC, LINKER] {
        let (link, fresh) = (dir.join(name), dir.join(format!("{name}-{}", std::process::id())));
        symlink(&this, &fresh).and_then(|()| fs::rename(&fresh, &link)).with_context(|| link.display().to_string())?;
    }
    Ok(())
}

/// Cargo calls `sbf-rustc RUSTC ARGUMENTS...`.
///
/// Cargo derives `-C metadata` from absolute paths, and symbols, their order
/// and so the program's bytes derive from it. It is replaced by a digest of
/// what identifies the crate; source paths are mapped to the crate's name.
pub fn rustc(mut arguments: impl Iterator<Item = OsString>) -> Result<ExitCode> {
    let compiler = arguments.next().context("called without a compiler")?;
    let mut arguments: Vec<OsString> = arguments.collect();
    let version = std::env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let package = std::env::var("CARGO_PKG_NAME").unwrap_or_default();
    let identity = identity(&package, &version, &arguments);
    for argument in &mut arguments {
        if argument.to_str().is_some_and(|text| text.starts_with("metadata=")) {
            *argument = format!("metadata={identity}").into();
        }
    }
    // Of two prefixes that match, rustc takes the later.
    for (variable, place) in [("CARGO_MANIFEST_DIR", ""), ("OUT_DIR", "/out")] {
        if let Ok(dir) = std::env::var(variable) {
            arguments.push(format!("--remap-path-prefix={dir}=/{package}-{version}{place}").into());
        }
    }
    if package == "std" && arguments.iter().any(|argument| argument == "force-unstable-if-unmarked") {
        arguments.extend(STD_CFGS.iter().flat_map(|cfg| ["--cfg".into(), OsString::from(cfg)]));
    }
    Err(Command::new(&compiler).args(arguments).exec()).with_context(|| format!("running {}", compiler.display()))
}

/// Name, version, kind and features of a crate. Two crates that agree in all
/// of these never meet in one program.
fn identity(package: &str, version: &str, arguments: &[OsString]) -> String {
    let kept = ["--crate-name", "--crate-type", "--cfg", "--edition"];
    let mut parts: Vec<&str> = Vec::new();
    for pair in arguments.windows(2) {
        if let [flag, value] = pair
            && let (Some(flag), Some(value)) = (flag.to_str(), value.to_str())
            && kept.contains(&flag)
        {
            parts.push(value);
        }
    }
    parts.sort_unstable();
    let mut digest = Sha256::new();
    for part in [package, version].iter().chain(&parts) {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// rustc links no program: we take an archive of it instead. But a program
/// that is another's dependency has its own library linked by the way; nothing
/// reads it, so it is left empty, and old enough never to look newer to cargo
/// than the crates that it was made of.
pub fn linker(arguments: impl Iterator<Item = OsString>) -> Result<ExitCode> {
    let arguments: Vec<OsString> = arguments.collect();
    let output = output_argument(&arguments).context("called without -o")?;
    let file = File::create(&output).with_context(|| output.display().to_string())?;
    file.set_times(FileTimes::new().set_modified(SystemTime::UNIX_EPOCH))?;
    Ok(ExitCode::SUCCESS)
}

fn output_argument(arguments: &[OsString]) -> Option<PathBuf> {
    arguments.windows(2).find_map(|pair| match pair {
        [flag, output] if flag == OsStr::new("-o") => Some(PathBuf::from(output)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<OsString> {
        text.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn identity_depends_on_features_and_not_on_paths() {
        let of = |text| identity("margin", "0.1.0", &words(text));
        let plain = of("--crate-name margin /a/src/lib.rs --crate-type lib -C metadata=1 --out-dir /a");
        assert_eq!(plain, of("--crate-name margin /b/src/lib.rs --crate-type lib -C metadata=2 --out-dir /b"));
        assert_ne!(plain, of("--crate-name margin /a/src/lib.rs --crate-type lib --cfg feature=\"x\""));
        assert_ne!(plain, identity("margin", "0.2.0", &words("--crate-name margin --crate-type lib")));
    }

    #[test]
    fn linker_output_is_the_word_after_the_flag() {
        assert_eq!(output_argument(&words("a.o -o out/x.so --cpu v2")), Some(PathBuf::from("out/x.so")));
        assert_eq!(output_argument(&words("a.o")), None);
    }
}
