//! Where things go. Nothing is written into the source tree.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::plan::Workspace;

pub struct Layout {
    /// Finished ELFs.
    pub out: PathBuf,
    /// Work files, cargo's among them.
    pub work: PathBuf,
}

impl Layout {
    pub fn new(workspace: &Workspace, out: Option<&Path>) -> Result<Self> {
        let out = match out {
            Some(dir) => std::path::absolute(dir)?,
            None => workspace.target_dir.join("deploy"),
        };
        let work = workspace.target_dir.join("sbf");
        make_dir(&work)?;
        Ok(Self { out, work })
    }

    /// A directory below the work directory, made if absent.
    pub fn dir(&self, name: &str) -> Result<PathBuf> {
        let dir = self.work.join(name);
        make_dir(&dir)?;
        Ok(dir)
    }

    /// A directory of work files named `...-PID` or `...-PID.EXT`, without what
    /// earlier processes left behind.
    pub fn scratch(&self, name: &str) -> Result<PathBuf> {
        let dir = self.dir(name)?;
        for entry in fs::read_dir(&dir)?.flatten() {
            let path = entry.path();
            let owner = path.file_stem().and_then(|stem| stem.to_str()?.rsplit('-').next()?.parse::<u32>().ok());
            if owner.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists()) {
                let _ = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            }
        }
        Ok(dir)
    }

    /// Held while cargo's outputs are taken: its own lock ends with it, and a
    /// second build may replace them with another variant's.
    pub fn lock(&self) -> Result<File> {
        let path = self.work.join(".sbf-build-lock");
        let file = File::create(&path).with_context(|| path.display().to_string())?;
        if file.try_lock().is_err() {
            eprintln!("sbf-build: waiting for another build in {}", self.work.display());
            file.lock()?;
        }
        Ok(file)
    }

    pub fn elf(&self, output: &str) -> PathBuf {
        self.out.join(format!("{output}.so"))
    }

    /// Writes a finished ELF. Returns whether it differs from what was there.
    pub fn install(&self, output: &str, elf: &[u8]) -> Result<bool> {
        let path = self.elf(output);
        if fs::read(&path).is_ok_and(|present| present == elf) {
            return Ok(false);
        }
        write(&path, elf)?;
        Ok(true)
    }
}

fn make_dir(dir: &Path) -> Result<()> {
    fs::create_dir_all(dir).with_context(|| dir.display().to_string())
}

/// Writes a file whole or not at all, for readers at the same moment.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(parent) = path.parent() {
        make_dir(parent)?;
    }
    let partial = path.with_extension(format!("partial-{}", std::process::id()));
    fs::write(&partial, bytes).and_then(|()| fs::rename(&partial, path)).with_context(|| path.display().to_string())
}
