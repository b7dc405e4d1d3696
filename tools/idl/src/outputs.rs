//! The files a run would write: written, or compared with what is committed.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

pub struct Files {
    root: PathBuf,
    texts: BTreeMap<String, String>,
}

impl Files {
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), texts: BTreeMap::new() }
    }

    /// `path` is relative to the repository.
    pub fn add(&mut self, path: String, text: String) {
        self.texts.insert(path, text);
    }

    pub fn write(&self) -> Result<()> {
        for (path, text) in &self.texts {
            let path = self.root.join(path);
            // An unchanged file keeps its time stamp, so that nothing depending on it is rebuilt.
            if fs::read_to_string(&path).is_ok_and(|committed| committed == *text) {
                continue;
            }
            fs::create_dir_all(path.parent().context("a file has a directory")?)?;
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
            eprintln!("wrote {}", path.display());
        }
        Ok(())
    }

    pub fn stale(&self) -> Vec<String> {
        let differs = |(path, text): &(&String, &String)| {
            !fs::read_to_string(self.root.join(path)).is_ok_and(|committed| committed == **text)
        };
        self.texts.iter().filter(differs).map(|(path, _)| path.clone()).collect()
    }
}
