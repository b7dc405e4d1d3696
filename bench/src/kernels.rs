//! `bench kernels`: runs every kernel of `bench/kernels`, ours and the peers', on the VM with the same random inputs, holds ours to
//! `bench/budgets.json` and to the design's bars, and with `--write` renders `bench/README.md` and the budgets.

mod inputs;
#[path = "../kernels/src/kinds.rs"]
mod kinds;
mod report;
mod vm;

use std::collections::BTreeMap;
use std::path::Path;

use crate::budgets::Budgets;
use kinds::{KERNELS, NOTHING};
use vm::Vm;

/// Inputs a kernel.
const RUNS: usize = 300;

/// Bars of the design: above them the build fails, whatever the budget says.
const BARS: [(&str, u64); 5] = [
    ("pricing::price and delta", 300),
    ("pricing::price and all Greeks", 800),
    ("pricing::implied vol", 5_000),
    ("pricing::row of 33 nodes", 3_000),
    ("pricing::16 strikes x 33 nodes", 60_000),
];

/// Units of one kernel over all inputs.
pub struct Measured {
    pub owner: &'static str,
    pub label: &'static str,
    /// Inputs that gave a result; units of the others are not counted.
    pub results: usize,
    pub least: u64,
    pub median: u64,
    pub most: u64,
}

impl Measured {
    fn name(&self) -> String {
        format!("{}::{}", self.owner, self.label)
    }
}

pub fn run(root: &Path, write: bool) -> Result<(), String> {
    let deploy = root.join("../target/deploy");
    let mut measured = Vec::new();
    for owner in owners() {
        // One program to a crate, whatever way of using it is measured.
        let library = owner.split(' ').next().unwrap_or(owner).replace('-', "_");
        let vm = Vm::new(&deploy.join(format!("kernels_{library}.so")))?;
        let nothing = vm.units(NOTHING, &[0; kinds::INPUTS])?.ok_or("measuring nothing gave nothing")?;
        for &(code, _, label) in KERNELS.iter().filter(|kernel| kernel.1 == owner) {
            measured.push(measure(&vm, nothing, code, owner, label)?);
        }
    }
    print!("{}", report::table(&measured));
    if write {
        report::write(root, &measured, &BARS)?;
    }
    let above: Vec<_> = BARS
        .iter()
        .filter_map(|(name, bar)| {
            let most = measured.iter().find(|kernel| kernel.name() == *name).map_or(u64::MAX, |kernel| kernel.most);
            (most > *bar).then(|| format!("{name}: {most} above the bar of {bar}"))
        })
        .collect();
    if !above.is_empty() {
        return Err(above.join("; "));
    }
    let ours: BTreeMap<_, _> =
        measured.iter().filter(|kernel| kernel.owner == "pricing").map(|kernel| (kernel.name(), kernel.most)).collect();
    let mut budgets = Budgets::read(root)?;
    if write {
        budgets.kernels = ours;
        return budgets.write(root);
    }
    budgets.compare_kernels(&ours)
}

fn owners() -> Vec<&'static str> {
    let mut owners: Vec<_> = KERNELS.iter().map(|kernel| kernel.1).collect();
    owners.dedup();
    owners
}

fn measure(vm: &Vm, nothing: u64, code: u8, owner: &'static str, label: &'static str) -> Result<Measured, String> {
    let mut units = Vec::with_capacity(RUNS);
    for inputs in inputs::random(RUNS, label) {
        if let Some(spent) =
            vm.units(code, &inputs).map_err(|error| format!("{owner} {label} of {inputs:?}: {error}"))?
        {
            units.push(spent.saturating_sub(nothing));
        }
    }
    units.sort_unstable();
    let (Some(&least), Some(&median), Some(&most)) = (units.first(), units.get(units.len() / 2), units.last()) else {
        return Err(format!("{owner} {label}: no input gave a result"));
    };
    if owner == "pricing" && units.len() < RUNS {
        return Err(format!("{owner} {label}: {} of {RUNS} inputs gave no result", RUNS - units.len()));
    }
    Ok(Measured { owner, label, results: units.len(), least, median, most })
}
