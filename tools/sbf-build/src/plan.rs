//! Which programs there are, and what each is built with.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::{cli::Request, process, toolchain};

/// One ELF: a package, its features, and its name below the output directory.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Program {
    pub package: String,
    #[serde(default)]
    pub features: Vec<String>,
    #[serde(default)]
    pub output: String,
}

/// `[workspace.metadata.sbf]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Declared {
    target_dir: Option<PathBuf>,
    #[serde(default)]
    programs: Vec<Program>,
}

#[derive(Debug)]
pub struct Workspace {
    pub root: PathBuf,
    pub manifest: PathBuf,
    pub target_dir: PathBuf,
    packages: Vec<Package>,
    standard: Vec<Program>,
}

/// What is read of `cargo metadata`.
#[derive(Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    packages: Vec<Package>,
    metadata: Option<WorkspaceMetadata>,
}

#[derive(Default, Deserialize)]
struct WorkspaceMetadata {
    sbf: Option<Declared>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Package {
    pub name: String,
    pub manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Clone, Debug, Deserialize)]
struct Target {
    name: String,
    crate_types: Vec<String>,
}

impl Package {
    /// The name of the library that becomes the program.
    pub fn program(&self) -> Option<&str> {
        self.targets.iter().find(|t| t.crate_types.iter().any(|kind| kind == "cdylib")).map(|t| t.name.as_str())
    }
}

impl Workspace {
    pub fn load(manifest: &Path) -> Result<Self> {
        let mut command = Command::new(toolchain::any_cargo());
        command.args(["metadata", "--no-deps", "--format-version", "1", "--manifest-path"]).arg(manifest);
        process::clean(&mut command);
        let metadata: Metadata = serde_json::from_slice(&process::output(&mut command)?)
            .with_context(|| format!("[workspace.metadata.sbf] of {}", manifest.display()))?;
        let declared = metadata.metadata.unwrap_or_default().sbf.unwrap_or_default();
        let standard = declared.programs.into_iter().map(Program::named).collect();
        let target_dir = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(dir) => std::path::absolute(dir)?,
            None => normal(&metadata.workspace_root.join(declared.target_dir.unwrap_or_else(|| "target".into()))),
        };
        let packages = metadata.packages;
        Ok(Self { root: metadata.workspace_root, manifest: manifest.to_owned(), target_dir, packages, standard })
    }

    /// The programs asked for, or the standard set.
    pub fn select(&self, requests: &[Request]) -> Result<Vec<Program>> {
        let programs: Vec<Program> = match requests {
            [] if self.standard.is_empty() => {
                bail!("{} declares no [workspace.metadata.sbf] programs: name one", self.manifest.display())
            }
            [] => self.standard.clone(),
            _ => requests.iter().map(|request| self.resolve(request)).collect(),
        };
        for program in &programs {
            self.package(program)?;
        }
        for (at, program) in programs.iter().enumerate() {
            if programs.iter().take(at).any(|earlier| earlier.output == program.output) {
                bail!("two programs would be written to {}.so", program.output);
            }
        }
        Ok(programs)
    }

    /// An output of the standard set by name, or a package with features.
    fn resolve(&self, request: &Request) -> Program {
        let Request { program, features, output } = request;
        if let Some(declared) = self.standard.iter().find(|p| p.output == *program && features.is_empty()) {
            let output = output.clone().unwrap_or_else(|| declared.output.clone());
            return Program { output, ..declared.clone() };
        }
        let asked = Program { package: program.clone(), features: features.clone(), output: String::new() };
        let declared = self.standard.iter().find(|p| p.package == *program && p.features == *features);
        let named = declared.cloned().unwrap_or_else(|| asked.named());
        Program { output: output.clone().unwrap_or(named.output), ..named }
    }

    pub fn package(&self, program: &Program) -> Result<&Package> {
        let package = self.packages.iter().find(|p| p.name == program.package).with_context(|| {
            let names: Vec<&str> = self.packages.iter().filter(|p| p.program().is_some()).map(|p| &*p.name).collect();
            format!("no package {} in {}; programs: {}", program.package, self.manifest.display(), names.join(", "))
        })?;
        package.program().with_context(|| format!("{} has no cdylib: it is not a program", package.name))?;
        Ok(package)
    }
}

impl Program {
    /// Sorts the features and gives the output its default name.
    fn named(mut self) -> Self {
        self.features.sort();
        self.features.dedup();
        if self.output.is_empty() {
            self.output = std::iter::once(&self.package).chain(&self.features).cloned().collect::<Vec<_>>().join("_");
        }
        self
    }

    /// `package+feature,feature`
    pub fn label(&self) -> String {
        match self.features.as_slice() {
            [] => self.package.clone(),
            features => format!("{}+{}", self.package, features.join(",")),
        }
    }
}

/// Resolves `..` without touching the file system.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        if component == std::path::Component::ParentDir {
            normal.pop();
        } else {
            normal.push(component);
        }
    }
    normal
}
