//! The command line.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;

pub const HELP: &str = "\
sbf-build: builds programs to sBPF

    sbf-build [options] [PROGRAM[+feature,feature][=OUTPUT]]...

PROGRAM is a package of the workspace, or an output of its standard set (`[workspace.metadata.sbf]` of the
manifest). With none named, the standard set is built.

    --arch v3|v0        sBPF version of the ELFs                             [v3]
    --out DIR           where OUTPUT.so goes                                 [deploy in the target directory]
    --manifest PATH     the programs' workspace                              [programs/Cargo.toml, here or above]
    --route ROUTE       auto: cargo-build-sbf if it is on PATH; platform: require it; distribution: do without
    --locked            fail rather than change the lock file
    -h, --help
";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arch {
    V0,
    V3,
}

impl Arch {
    pub fn name(self) -> &'static str {
        match self {
            Self::V0 => "v0",
            Self::V3 => "v3",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    Auto,
    Platform,
    Distribution,
}

/// `PROGRAM[+feature,feature][=OUTPUT]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub program: String,
    pub features: Vec<String>,
    pub output: Option<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    pub arch: Arch,
    pub route: Route,
    pub out: Option<PathBuf>,
    pub locked: bool,
    manifest: Option<PathBuf>,
    pub programs: Vec<Request>,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Parsed {
    Help,
    Build(Options),
}

pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Parsed> {
    let mut parser = lexopt::Parser::from_args(arguments);
    let mut options =
        Options { arch: Arch::V3, route: Route::Auto, out: None, locked: false, manifest: None, programs: Vec::new() };
    while let Some(argument) = parser.next()? {
        match argument {
            Long("arch") => {
                options.arch = match parser.value()?.string()?.as_str() {
                    "v0" => Arch::V0,
                    "v3" => Arch::V3,
                    other => bail!("--arch is v0 or v3, not {other}"),
                }
            }
            Long("route") => {
                options.route = match parser.value()?.string()?.as_str() {
                    "auto" => Route::Auto,
                    "platform" => Route::Platform,
                    "distribution" => Route::Distribution,
                    other => bail!("--route is auto, platform or distribution, not {other}"),
                }
            }
            Long("out") => options.out = Some(parser.value()?.into()),
            Long("manifest" | "manifest-path") => options.manifest = Some(parser.value()?.into()),
            Long("locked") => options.locked = true,
            Short('h') | Long("help") => return Ok(Parsed::Help),
            Value(program) => options.programs.push(Request::parse(&program.string()?)?),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Parsed::Build(options))
}

impl Request {
    fn parse(text: &str) -> Result<Self> {
        let (left, output) = match text.split_once('=') {
            Some((left, output)) => (left, Some(output.to_owned())),
            None => (text, None),
        };
        let (program, features) = left.split_once('+').unwrap_or((left, ""));
        let mut features: Vec<String> = features.split(',').filter(|f| !f.is_empty()).map(str::to_owned).collect();
        features.sort();
        features.dedup();
        if program.is_empty() || output.as_deref() == Some("") {
            bail!("'{text}' is not PROGRAM[+feature,feature][=OUTPUT]");
        }
        Ok(Self { program: program.to_owned(), features, output })
    }
}

impl Options {
    /// The named manifest, or the nearest `programs/Cargo.toml` upwards.
    pub fn manifest(&self) -> Result<PathBuf> {
        let here = std::env::current_dir()?;
        match &self.manifest {
            Some(path) => std::path::absolute(path).context("--manifest"),
            None => here
                .ancestors()
                .map(|dir| dir.join("programs/Cargo.toml"))
                .find(|path| Path::is_file(path))
                .context("no programs/Cargo.toml here or above: name one with --manifest"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(words: &[&str]) -> Result<Options> {
        match parse(words.iter().map(OsString::from))? {
            Parsed::Build(options) => Ok(options),
            Parsed::Help => bail!("help"),
        }
    }

    #[test]
    fn programs_carry_features_and_outputs() -> Result<()> {
        let parsed = options(&["--arch", "v0", "margin", "governor+twin,localnet=localnet/governor_twin"])?;
        let request = |program: &str, features: &[&str], output: Option<&str>| Request {
            program: program.to_owned(),
            features: features.iter().map(|f| (*f).to_owned()).collect(),
            output: output.map(str::to_owned),
        };
        assert_eq!(parsed.arch, Arch::V0);
        assert_eq!(
            parsed.programs,
            [request("margin", &[], None), request("governor", &["localnet", "twin"], Some("localnet/governor_twin")),]
        );
        Ok(())
    }

    #[test]
    fn malformed_words_are_refused() {
        for words in [&["--arch", "v2"][..], &["--route", "x"], &["+twin"], &["margin="], &["--unknown"]] {
            assert!(options(words).is_err(), "{words:?}");
        }
    }
}
