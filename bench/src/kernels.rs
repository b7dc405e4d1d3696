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

/// A bar of the design.
pub struct Bar {
    pub name: &'static str,
    pub units: u64,
    /// Above it the build fails, whatever the budget says. Where it is not held, docs/adr/0007 says why.
    held: bool,
}

const fn bar(name: &'static str, units: u64, held: bool) -> Bar {
    Bar { name, units, held }
}

const BARS: [Bar; 8] = [
    bar("pricing::price and delta", 300, true),
    bar("pricing::price and all Greeks", 800, true),
    bar("pricing::implied vol", 5_000, true),
    bar("pricing::row of 33 nodes", 3_000, true),
    bar("pricing::16 strikes x 33 nodes", 60_000, true),
    bar("risk::margin check, 8 positions, 1 expiry", 27_000, true),
    bar("risk::margin check, 8 positions, 4 expiries", 27_000, false),
    bar("risk::margin check, 32 positions, 4 expiries", 105_000, true),
];

/// Crates of ours; the others are peers.
const OURS: [&str; 2] = ["pricing", "risk"];

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
    pub fn is_ours(&self) -> bool {
        OURS.contains(&self.owner)
    }

    fn name(&self) -> String {
        format!("{}::{}", self.owner, self.label)
    }
}

/// Measures the kernels of one owner, or of all.
pub fn run(root: &Path, write: bool, only: Option<&str>) -> Result<(), String> {
    let deploy = root.join("../target/deploy");
    let mut measured = Vec::new();
    for owner in owners().into_iter().filter(|owner| only.is_none_or(|only| only == *owner)) {
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
    if only.is_some() {
        return Ok(());
    }
    let above: Vec<_> = BARS
        .iter()
        .filter(|bar| bar.held)
        .filter_map(|Bar { name, units, .. }| {
            let most = measured.iter().find(|kernel| kernel.name() == *name).map_or(u64::MAX, |kernel| kernel.most);
            (most > *units).then(|| format!("{name}: {most} above the bar of {units}"))
        })
        .collect();
    if !above.is_empty() {
        return Err(above.join("; "));
    }
    let ours: BTreeMap<_, _> =
        measured.iter().filter(|kernel| kernel.is_ours()).map(|kernel| (kernel.name(), kernel.most)).collect();
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
    if OURS.contains(&owner) && units.len() < RUNS {
        return Err(format!("{owner} {label}: {} of {RUNS} inputs gave no result", RUNS - units.len()));
    }
    Ok(Measured { owner, label, results: units.len(), least, median, most })
}
