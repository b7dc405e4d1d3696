//! The distribution's tools: found, checked to belong together, or listed as
//! missing with what installs them.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::process;

/// Its cargo takes a target description, its rustc aborts at a panic's place.
const RUSTC_MINIMUM: (u32, u32) = (1, 96);
const SBPF_LINKER: &str = "0.2.6";
/// Named when nothing says which LLVM the distribution's rustc has.
const LLVM_ASSUMED: u32 = 22;

#[derive(Debug)]
pub struct Toolchain {
    pub rustc: PathBuf,
    pub cargo: PathBuf,
    pub llvm_link: PathBuf,
    pub opt: PathBuf,
    pub sbpf_linker: PathBuf,
    /// Every version that the bytes of a program depend on.
    pub versions: String,
}

/// Where to look.
pub struct Places {
    /// Holds the distribution's rustc and cargo. Rustup's, which may come
    /// first on PATH, have neither the targets nor the sources.
    pub system: PathBuf,
    pub path: Vec<PathBuf>,
}

impl Places {
    pub fn of_this_machine() -> Self {
        let mut path: Vec<PathBuf> = env::var_os("PATH").iter().flat_map(env::split_paths).collect();
        let home = env::var_os("HOME").map(PathBuf::from);
        path.extend(
            env::var_os("CARGO_HOME").map(PathBuf::from).or(home.map(|h| h.join(".cargo"))).map(|c| c.join("bin")),
        );
        path.push("/usr/bin".into());
        Self { system: "/usr/bin".into(), path }
    }

    fn find(&self, name: &str) -> Option<PathBuf> {
        self.path.iter().map(|dir| dir.join(name)).find(|path| path.is_file())
    }
}

/// A cargo for reading metadata.
pub fn any_cargo() -> PathBuf {
    let system = Path::new("/usr/bin/cargo");
    if system.is_file() { system.to_owned() } else { "cargo".into() }
}

/// What rustc says of itself.
#[derive(Debug, PartialEq, Eq)]
struct RustcVersion {
    release: (u32, u32),
    llvm: u32,
}

impl Toolchain {
    pub fn find(places: &Places) -> Result<Self> {
        let mut missing = Vec::new();
        let (rustc, cargo) = (places.system.join("rustc"), places.system.join("cargo"));
        let mut versions = String::new();
        let mut llvm = None;
        if rustc.is_file() {
            let text = said(Command::new(&rustc).arg("-vV"))?;
            let version = RustcVersion::parse(&text).with_context(|| format!("{} -vV", rustc.display()))?;
            let (major, minor) = version.release;
            if version.release < RUSTC_MINIMUM {
                let (least, at) = RUSTC_MINIMUM;
                missing
                    .push(format!("{} {major}.{minor}: {least}.{at} or newer is needed (rustc-web)", rustc.display()));
            }
            versions.push_str(&text);
            llvm = Some(version.llvm);
            let sysroot = PathBuf::from(said(Command::new(&rustc).args(["--print", "sysroot"]))?.trim());
            let rustlib = sysroot.join("lib/rustlib");
            for (place, package) in [
                ("src/rust/library/std/Cargo.toml", "rust-web-src"),
                ("bpfel-unknown-none/lib", "libstd-rust-web-dev-bpf"),
            ] {
                let path = rustlib.join(place);
                if !path.exists() {
                    missing.push(format!("{} ({package})", path.display()));
                }
            }
        } else {
            missing.push(format!("{} (rustc-web)", rustc.display()));
        }
        if !cargo.is_file() {
            missing.push(format!("{} (cargo-web)", cargo.display()));
        }
        let major = llvm.unwrap_or(LLVM_ASSUMED);
        let mut tool = |name: &str| {
            let name = format!("{name}-{major}");
            places.find(&name).unwrap_or_else(|| {
                missing.push(format!("{name}, for the LLVM {major} of {} (llvm-{major})", rustc.display()));
                PathBuf::new()
            })
        };
        let (llvm_link, opt) = (tool("llvm-link"), tool("opt"));
        let sbpf_linker = places.find("sbpf-linker").unwrap_or_default();
        if sbpf_linker.as_os_str().is_empty() {
            missing.push(format!("sbpf-linker (crate sbpf-linker {SBPF_LINKER})"));
        } else {
            let text = said(Command::new(&sbpf_linker).arg("--version"))?;
            match linker_llvm(&text) {
                Some(of) if of == major => versions.push_str(&text),
                of => missing.push(format!(
                    "sbpf-linker for LLVM {major}: {} is for LLVM {}",
                    sbpf_linker.display(),
                    of.map_or_else(|| "unknown".to_owned(), |of| of.to_string())
                )),
            }
        }
        if !missing.is_empty() {
            bail!("{}", complaint(&missing, major));
        }
        versions.push_str(&said(Command::new(&opt).arg("--version"))?);
        Ok(Self { rustc, cargo, llvm_link, opt, sbpf_linker, versions })
    }
}

fn said(command: &mut Command) -> Result<String> {
    Ok(String::from_utf8_lossy(&process::output(command)?).into_owned())
}

fn complaint(missing: &[String], llvm: u32) -> String {
    format!(
        "cannot build without the platform tools (cargo-build-sbf), and the distribution's are incomplete. Missing:\n  \
         - {}\nInstall them with:\n  make setup\nwhich runs:\n  \
         apt-get install rustc-web cargo-web rust-web-src libstd-rust-web-dev-bpf llvm-{llvm} llvm-{llvm}-dev zlib1g-dev \
         libzstd-dev\n  LLVM_SYS_{llvm}1_PREFIX=/usr/lib/llvm-{llvm} LIBRARY_PATH=/usr/lib/llvm-{llvm}/lib cargo install \
         sbpf-linker@{SBPF_LINKER} --locked --force --no-default-features --features bpf-linker/llvm-{llvm}",
        missing.join("\n  - ")
    )
}

impl RustcVersion {
    /// Reads `rustc -vV`.
    fn parse(text: &str) -> Option<Self> {
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let mut release = field("release")?.split('.').map(leading_number);
        Some(Self { release: (release.next()??, release.next()??), llvm: leading_number(field("LLVM version")?)? })
    }
}

/// Reads `sbpf-linker --version`.
fn linker_llvm(text: &str) -> Option<u32> {
    text.lines().find_map(|line| leading_number(line.strip_prefix("LLVM ")?))
}

fn leading_number(text: &str) -> Option<u32> {
    text.split(|ch: char| !ch.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn llvm_major_is_read_from_rustc_and_from_the_linker() {
        let text = "rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)\nbinary: rustc\nrelease: 1.96.0\nLLVM version: 22.1.8\n";
        assert_eq!(RustcVersion::parse(text), Some(RustcVersion { release: (1, 96), llvm: 22 }));
        assert_eq!(RustcVersion::parse("release: 1.97.0-nightly\nLLVM version: 23.0\n").map(|v| v.llvm), Some(23));
        assert_eq!(RustcVersion::parse("rustc 1.96.0\n"), None);
        assert_eq!(linker_llvm("sbpf-linker 0.2.6\nLLVM 22.1.8\n"), Some(22));
        assert_eq!(linker_llvm("sbpf-linker 0.2.6\n"), None);
    }

    #[test]
    fn empty_machine_is_told_everything_at_once() {
        let nowhere = PathBuf::from("/nonexistent");
        let error = Toolchain::find(&Places { system: nowhere.clone(), path: vec![nowhere] }).err();
        let text = error.map(|e| e.to_string()).unwrap_or_default();
        for part in ["rustc-web", "cargo-web", "llvm-link-22", "opt-22", "sbpf-linker", "make setup", "apt-get install"]
        {
            assert!(text.contains(part), "{part} is not in: {text}");
        }
    }

    #[test]
    fn commands_name_the_llvm_of_rustc() {
        let text = complaint(&["opt-23".to_owned()], 23);
        assert!(
            text.contains("llvm-23-dev") && text.contains("LLVM_SYS_231_PREFIX") && text.contains("bpf-linker/llvm-23")
        );
    }
}
