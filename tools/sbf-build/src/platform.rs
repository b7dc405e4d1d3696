//! The route through the official platform tools.

use std::{env, fs, process::Command, time::Instant};

use anyhow::{Context, Result};

use crate::{
    Built,
    cli::Options,
    layout::Layout,
    plan::{Program, Workspace},
    process,
};

const TOOL: &str = "cargo-build-sbf";

pub fn present() -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|dir| dir.join(TOOL).is_file())
}

pub fn build(options: &Options, workspace: &Workspace, layout: &Layout, programs: &[Program]) -> Result<Vec<Built>> {
    programs.iter().map(|program| one(options, workspace, layout, program).with_context(|| program.label())).collect()
}

/// Each set of features has its own target directory: the tools name a
/// program's file by its library alone, and variants would pass for another.
fn one(options: &Options, workspace: &Workspace, layout: &Layout, program: &Program) -> Result<Built> {
    let started = Instant::now();
    let package = workspace.package(program)?;
    let library = package.program().unwrap_or_default();
    let variant = std::iter::once(options.arch.name()).chain(program.features.iter().map(String::as_str));
    let variant = format!("platform-{}", variant.collect::<Vec<_>>().join("-"));
    let target = layout.dir(&variant)?;
    let out = layout.dir(&format!("{variant}/deploy"))?;
    eprintln!("   Compiling {} ({TOOL})", program.label());
    let mut command = Command::new(TOOL);
    process::clean(&mut command);
    command.current_dir(&workspace.root).env("CARGO_TARGET_DIR", &target);
    command.args(["--arch", options.arch.name(), "--sbf-out-dir"]).arg(&out);
    command.arg("--manifest-path").arg(&package.manifest_path);
    if !program.features.is_empty() {
        command.args(["--features", &program.features.join(",")]);
    }
    if options.locked {
        command.args(["--", "--locked"]);
    }
    process::output_with_progress(&mut command)
        .with_context(|| format!("{TOOL}: install the platform tools, or use --route distribution"))?;
    let made = out.join(format!("{library}.so"));
    let elf = fs::read(&made).with_context(|| made.display().to_string())?;
    let changed = layout.install(&program.output, &elf)?;
    Ok(Built { output: program.output.clone(), elf, changed, took: started.elapsed() })
}
