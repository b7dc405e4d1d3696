//! Builds the programs to sBPF: `sbf-build --help`.
//!
//! The same executable plays two parts for the distribution route, under the
//! names that `roles` gives it: a wrapper around rustc, and the linker.

mod cli;
mod distribution;
mod layout;
mod legalize;
mod link;
mod plan;
mod platform;
mod process;
mod report;
mod roles;
mod toolchain;

use std::{
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::Result;

use crate::{
    cli::{Options, Parsed, Route},
    layout::Layout,
    plan::Workspace,
};

/// What became of one program.
pub struct Built {
    pub output: String,
    pub elf: Vec<u8>,
    pub changed: bool,
    pub took: Duration,
}

fn main() -> ExitCode {
    let mut arguments = std::env::args_os();
    let called_as = arguments.next().unwrap_or_default();
    let name = Path::new(&called_as).file_name().and_then(|n| n.to_str()).unwrap_or_default();
    let outcome = match name {
        roles::RUSTC => roles::rustc(arguments),
        roles::LINKER => roles::linker(arguments),
        _ => match cli::parse(arguments) {
            Ok(Parsed::Help) => {
                print!("{}", cli::HELP);
                Ok(ExitCode::SUCCESS)
            }
            Ok(Parsed::Build(options)) => build(&options).map(|()| ExitCode::SUCCESS),
            Err(error) => Err(error),
        },
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("sbf-build: {error:#}");
        ExitCode::FAILURE
    })
}

fn build(options: &Options) -> Result<()> {
    let started = Instant::now();
    let manifest = options.manifest()?;
    let workspace = Workspace::load(&manifest)?;
    let programs = workspace.select(&options.programs)?;
    let layout = Layout::new(&workspace, options.out.as_deref())?;
    let platform = match options.route {
        Route::Platform => true,
        Route::Distribution => false,
        Route::Auto => platform::present(),
    };
    let built = if platform {
        platform::build(options, &workspace, &layout, &programs)?
    } else {
        distribution::build(options, &workspace, &layout, &programs)?
    };
    report::print(&layout, &built, started.elapsed());
    Ok(())
}
