//! What a run has seen: every instruction, how often it landed, and how often it was refused for what.

use std::collections::BTreeMap;
use std::fmt;

/// Counts by instruction.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    pub seen: BTreeMap<String, Counts>,
    pub actions: u64,
    pub lives: u64,
}

/// One instruction's.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    pub landed: u64,
    pub refused: BTreeMap<String, u64>,
    /// Most compute units that one transaction with it took.
    pub units: u64,
}

impl Coverage {
    pub fn landed(&mut self, name: &str, units: u64) {
        let counts = self.seen.entry(name.to_owned()).or_default();
        counts.landed += 1;
        counts.units = counts.units.max(units);
    }

    pub fn refused(&mut self, name: &str, error: &str) {
        *self.seen.entry(name.to_owned()).or_default().refused.entry(error.to_owned()).or_default() += 1;
    }

    pub fn merge(&mut self, other: &Self) {
        self.actions += other.actions;
        self.lives += other.lives;
        for (name, theirs) in &other.seen {
            let ours = self.seen.entry(name.clone()).or_default();
            ours.landed += theirs.landed;
            ours.units = ours.units.max(theirs.units);
            for (error, count) in &theirs.refused {
                *ours.refused.entry(error.clone()).or_default() += count;
            }
        }
    }

    /// What landed less often than it must, of all that must: `least` times, or as often as `others` says.
    pub fn blind<'a>(&self, must: impl Iterator<Item = &'a str>, least: u64, others: &[(&str, u64)]) -> Vec<&'a str> {
        let landed = |name: &str| self.seen.get(name).map_or(0, |counts| counts.landed);
        let least = |name: &str| others.iter().find(|(other, _)| *other == name).map_or(least, |(_, least)| *least);
        must.filter(|name| landed(name) < least(name)).collect()
    }
}

impl Coverage {
    /// Instructions that were never refused, of those that must be.
    pub fn unrefused(&self, must: &[&'static str]) -> Vec<&'static str> {
        let refused = |name: &str| self.seen.get(name).is_some_and(|counts| !counts.refused.is_empty());
        must.iter().copied().filter(|name| !refused(name)).collect()
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<30} {:>8} {:>8} {:>9}  refused for", "instruction", "landed", "refused", "units")?;
        for (name, counts) in &self.seen {
            let refused: u64 = counts.refused.values().sum();
            let mut why: Vec<_> = counts.refused.iter().collect();
            why.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
            let why: Vec<_> = why.iter().map(|(error, count)| format!("{error} {count}")).collect();
            writeln!(f, "{name:<30} {:>8} {refused:>8} {:>9}  {}", counts.landed, counts.units, why.join(", "))?;
        }
        write!(f, "{} actions in {} lives", self.actions, self.lives)
    }
}
