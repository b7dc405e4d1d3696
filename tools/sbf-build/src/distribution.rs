//! The route through distribution packages: cargo makes an archive of each
//! program's bitcode, std included, and `link` makes an ELF of it.
//!
//! Programs are built one at a time, never together: cargo would unify the
//! features of what they share, and a program's bytes would depend on which
//! others were asked for. Linking, the longer part, goes on beside it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, mpsc},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::{
    Built,
    cli::Options,
    layout::{self, Layout},
    link::Linker,
    plan::{Program, Workspace},
    process, roles,
    toolchain::{Places, Toolchain},
};

const TARGET: &str = include_str!("../runtime/sbpf-solana.json");
const FLAGS: [&str; 7] = [
    "-Zunstable-options",
    "-Cpanic=immediate-abort",
    "-Crelocation-model=static",
    "-Cno-vectorize-loops",
    "-Cno-vectorize-slp",
    "-Aexplicit_builtin_cfgs_in_flags",
    // Messages to people keep the paths that they can open.
    "--remap-path-scope=object",
];

pub fn build(options: &Options, workspace: &Workspace, layout: &Layout, programs: &[Program]) -> Result<Vec<Built>> {
    let tools = Toolchain::find(&Places::of_this_machine())?;
    let linker = Linker::new(&tools, layout, options.arch)?;
    let cargo = Cargo::new(&tools, workspace, layout, options.locked)?;
    let workers = thread::available_parallelism().map_or(1, usize::from).min(programs.len());

    let (jobs, queue) = mpsc::channel::<(usize, Duration, PathBuf)>();
    let queue = Mutex::new(queue);
    let (results, finished) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..workers {
            let (results, queue, linker) = (results.clone(), &queue, &linker);
            scope.spawn(move || {
                loop {
                    let job = queue.lock().map(|queue| queue.recv());
                    let Ok(Ok((at, compiling, archive))) = job else { break };
                    let started = Instant::now();
                    let elf = linker.link(&archive);
                    if results.send((at, compiling + started.elapsed(), archive, elf)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(results);
        let compiled = programs.iter().enumerate().try_for_each(|(at, program)| -> Result<()> {
            let started = Instant::now();
            let archive = cargo.archive(program).with_context(|| program.label())?;
            jobs.send((at, started.elapsed(), archive)).context("no worker is left")
        });
        drop(jobs);
        let mut built = Vec::new();
        for (at, took, archive, elf) in finished {
            let Some(program) = programs.get(at) else { continue };
            let elf = elf.with_context(|| program.label())?;
            fs::remove_file(&archive)?;
            let changed = layout.install(&program.output, &elf)?;
            built.push((at, Built { output: program.output.clone(), elf, changed, took }));
        }
        compiled?;
        built.sort_by_key(|(at, _)| *at);
        Ok(built.into_iter().map(|(_, built)| built).collect())
    })
}

struct Cargo<'a> {
    tools: &'a Toolchain,
    workspace: &'a Workspace,
    layout: &'a Layout,
    locked: bool,
    target: PathBuf,
    bin: PathBuf,
    archives: PathBuf,
}

impl<'a> Cargo<'a> {
    fn new(tools: &'a Toolchain, workspace: &'a Workspace, layout: &'a Layout, locked: bool) -> Result<Self> {
        let target = layout.work.join("sbpf-solana.json");
        if fs::read(&target).ok().as_deref() != Some(TARGET.as_bytes()) {
            layout::write(&target, TARGET.as_bytes())?;
        }
        let bin = layout.dir("bin")?;
        roles::install(&bin)?;
        Ok(Self { tools, workspace, layout, locked, target, bin, archives: layout.scratch("archive")? })
    }

    /// Compiles a program to a static library. Its file is named by features
    /// as well, unlike that of a dynamic one, so that variants do not pass for
    /// one another.
    fn archive(&self, program: &Program) -> Result<PathBuf> {
        let package = self.workspace.package(program)?;
        let library = package.program().unwrap_or_default();
        eprintln!("   Compiling {}", program.label());
        let mut command = self.command()?;
        command.args(["-p", &package.name]);
        if !program.features.is_empty() {
            command.args(["--features", &program.features.join(",")]);
        }
        let _lock = self.layout.lock()?;
        let messages = process::output_with_progress(&mut command)?;
        let archive = archive_of(&messages, &package.manifest_path, library).context("cargo named no archive")?;
        let name = format!("{}-{}.a", program.output.replace('/', "-"), std::process::id());
        let kept = self.archives.join(name);
        fs::remove_file(&kept).or_else(|error| if kept.exists() { Err(error) } else { Ok(()) })?;
        fs::hard_link(&archive, &kept).with_context(|| archive.display().to_string())?;
        Ok(kept)
    }

    fn command(&self) -> Result<Command> {
        let mut command = Command::new(&self.tools.cargo);
        process::clean(&mut command);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(std::iter::once(self.bin.clone()).chain(std::env::split_paths(&path)))?;
        command
            .current_dir(&self.workspace.root)
            .env("PATH", path)
            .env("RUSTC", &self.tools.rustc)
            .env("RUSTC_WRAPPER", self.bin.join(roles::RUSTC))
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTC_BOOTSTRAP_SYNTHETIC_TARGET", "1")
            .env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\x1f"))
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "false")
            .args(["rustc", "--lib", "--crate-type", "staticlib", "--release", "--quiet"])
            .args(["-Zbuild-std=std", "-Zbuild-std-features=", "-Zjson-target-spec"])
            .args(["--message-format", "json-render-diagnostics", "--target"])
            .arg(&self.target)
            .arg("--target-dir")
            .arg(&self.layout.work)
            .arg("--manifest-path")
            .arg(&self.workspace.manifest);
        if self.locked {
            command.arg("--locked");
        }
        Ok(command)
    }
}

/// What is read of cargo's messages.
#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Message {
    CompilerArtifact {
        manifest_path: PathBuf,
        target: ArtifactTarget,
        filenames: Vec<PathBuf>,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct ArtifactTarget {
    name: String,
}

fn archive_of(messages: &[u8], manifest: &Path, library: &str) -> Option<PathBuf> {
    String::from_utf8_lossy(messages).lines().rev().find_map(|line| match serde_json::from_str(line).ok()? {
        Message::CompilerArtifact { manifest_path, target, filenames }
            if manifest_path == manifest && target.name == library =>
        {
            filenames.into_iter().find(|file| file.extension().is_some_and(|ext| ext == "a"))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archive_is_that_of_the_program_asked_for() {
        let messages = br#"{"reason":"compiler-artifact","manifest_path":"/p/margin/Cargo.toml","target":{"name":"margin"},"filenames":["/t/libmargin.rlib"]}
{"reason":"compiler-artifact","manifest_path":"/p/vault/Cargo.toml","target":{"name":"vault"},"filenames":["/t/libvault.a"]}
{"reason":"build-finished","success":true}
"#;
        let find = |manifest: &str, library| archive_of(messages, Path::new(manifest), library);
        assert_eq!(find("/p/vault/Cargo.toml", "vault"), Some(PathBuf::from("/t/libvault.a")));
        assert_eq!(find("/p/margin/Cargo.toml", "margin"), None);
    }
}
