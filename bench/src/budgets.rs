//! `bench/budgets.json`: what instructions and kernels may cost.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// Percent that another compiler may add.
const OTHER_COMPILER_PERCENT: u64 = 3;

#[derive(Default, Serialize, Deserialize)]
pub struct Budgets {
    /// What built the programs that were measured.
    pub compiler: String,
    /// Largest compute units of one top-level call over all suites, by "program::instruction".
    #[serde(default)]
    pub units: BTreeMap<String, u64>,
    /// Largest compute units of one call of a pricing kernel, by "crate::kernel".
    #[serde(default)]
    pub kernels: BTreeMap<String, u64>,
}

impl Budgets {
    /// Those that are checked in; empty before the first are.
    pub fn read(root: &Path) -> Result<Self, String> {
        let file = root.join("budgets.json");
        match std::fs::read_to_string(&file) {
            Ok(text) => serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Ok(Self { compiler: compiler(), ..Self::default() })
            }
            Err(error) => Err(format!("{}: {error}", file.display())),
        }
    }

    pub fn write(&self, root: &Path) -> Result<(), String> {
        let file = root.join("budgets.json");
        let text = serde_json::to_string_pretty(self).map_err(|error| error.to_string())?;
        std::fs::write(&file, text + "\n").map_err(|error| format!("{}: {error}", file.display()))?;
        println!("{} budgets written to {}", self.units.len() + self.kernels.len(), file.display());
        Ok(())
    }

    pub fn compare_units(&self, measured: &BTreeMap<String, u64>) -> Result<(), String> {
        self.compare("instruction", &self.units, measured)
    }

    pub fn compare_kernels(&self, measured: &BTreeMap<String, u64>) -> Result<(), String> {
        self.compare("kernel", &self.kernels, measured)
    }

    /// Prints every measured one beside its budget; fails if any is above.
    fn compare(
        &self,
        what: &str,
        budgets: &BTreeMap<String, u64>,
        measured: &BTreeMap<String, u64>,
    ) -> Result<(), String> {
        let compiler = compiler();
        let same = self.compiler == compiler;
        if !same {
            println!(
                "measured with {compiler}, budgets with {}: up to {OTHER_COMPILER_PERCENT} % more passes",
                self.compiler
            );
        }
        println!("{what:<36} {:>9} {:>9}  change", "budget", "measured");
        let mut rises = 0;
        for (name, units) in measured {
            let budget = budgets.get(name).copied();
            let limit = budget.map(|budget| if same { budget } else { budget + budget * OTHER_COMPILER_PERCENT / 100 });
            let verdict = match (budget, limit) {
                (Some(_), Some(limit)) if *units > limit => "ABOVE BUDGET",
                (Some(budget), _) if *units < budget => "below: lower the budget with `make bench`",
                (Some(_), _) => "",
                (None, _) => "NO BUDGET",
            };
            rises += usize::from(verdict == "ABOVE BUDGET" || verdict == "NO BUDGET");
            let budget = budget.map_or_else(|| "-".to_owned(), |budget| budget.to_string());
            println!("{name:<36} {budget:>9} {units:>9}  {verdict}");
        }
        match rises {
            0 => Ok(()),
            _ => Err(format!(
                "{rises} {what}s cost more than their budget; make them cheaper, or `make bench` and say why"
            )),
        }
    }
}

/// The first line of the compiler that builds the programs.
pub fn compiler() -> String {
    let version = std::process::Command::new("/usr/bin/rustc").arg("--version").output();
    version.map_or_else(|_| "unknown".to_owned(), |found| String::from_utf8_lossy(&found.stdout).trim().to_owned())
}
