//! Runs a model to the end and says what was seen.

use stateright::{Checker, Expectation, HasDiscoveries, Model};
use std::collections::BTreeSet;
use std::fmt::{self, Debug};
use std::hash::Hash;
use std::time::{Duration, Instant};

/// Cores that every machine of ours has.
const THREADS: usize = 2;

/// A model whose every reachable state was visited and whose every property holds.
#[derive(Clone, Debug)]
pub struct Explored {
    pub name: &'static str,
    /// States, each counted once.
    pub states: usize,
    /// Steps taken between them.
    pub steps: usize,
    /// Most steps from the start to a state, on the shortest way.
    pub depth: usize,
    pub took: Duration,
    /// Properties, and how many of them.
    pub properties: Vec<&'static str>,
}

impl fmt::Display for Explored {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, states, steps, depth, took, properties } = self;
        let seconds = took.as_millis().checked_div(100).unwrap_or_default();
        let (whole, tenth) = (seconds.checked_div(10).unwrap_or_default(), seconds.checked_rem(10).unwrap_or_default());
        writeln!(
            formatter,
            "{name}: {states} states explored in {steps} steps, depth {depth}, {whole}.{tenth} s; these hold in all of them:"
        )?;
        properties.iter().try_for_each(|property| writeln!(formatter, "  {property}"))
    }
}

/// Why a run did not show what it was to show.
#[derive(Clone, Debug)]
pub struct Failed(pub String);

impl fmt::Display for Failed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Visits every state. Fails with the path to the first state that breaks an `always` or `eventually` property, and for a `sometimes`
/// property that no state has: what was to be reached was not, so the rest means little.
pub fn explore<M>(name: &'static str, model: M) -> Result<Explored, Failed>
where
    M: Model + Send + Sync + 'static,
    M::State: Clone + Debug + Hash + PartialEq + Send + Sync + 'static,
    M::Action: Clone + Debug + PartialEq + Send + Sync,
{
    let properties = model.properties();
    let began = Instant::now();
    let checker = model.checker().threads(THREADS).spawn_bfs().join();
    for property in &properties {
        match (checker.discovery(property.name), &property.expectation) {
            (Some(path), Expectation::Always | Expectation::Eventually) => {
                let steps: Vec<_> =
                    path.into_vec().into_iter().map(|(state, action)| format!("{state:?}\n    {action:?}")).collect();
                return Err(Failed(format!("{name}: `{}` is broken by\n{}", property.name, steps.join("\n"))));
            }
            (None, Expectation::Sometimes) => {
                return Err(Failed(format!("{name}: nothing reaches `{}`", property.name)));
            }
            _ => {}
        }
    }
    if !checker.is_done() {
        return Err(Failed(format!("{name}: the walk ended early")));
    }
    Ok(Explored {
        name,
        states: checker.unique_state_count(),
        steps: checker.state_count(),
        depth: checker.max_depth(),
        took: began.elapsed(),
        properties: properties.into_iter().map(|property| property.name).collect(),
    })
}

/// A fault put in on purpose, as the walk found it.
#[derive(Clone, Debug)]
pub struct Found {
    pub model: &'static str,
    pub fault: String,
    /// The property that it breaks, and in how many steps.
    pub property: &'static str,
    pub steps: usize,
}

impl fmt::Display for Found {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { model, fault, property, steps } = self;
        writeln!(formatter, "{model}, wrong on purpose ({fault}): `{property}` breaks in {steps} steps")
    }
}

/// Walks a model that `fault` makes wrong until `property` breaks. Fails if it does not: then the check could not fail either.
pub fn counterexample<M>(
    name: &'static str,
    model: M,
    fault: impl Debug,
    property: &'static str,
) -> Result<Found, Failed>
where
    M: Model + Send + Sync + 'static,
    M::State: Clone + Debug + Hash + PartialEq + Send + Sync + 'static,
    M::Action: Clone + Debug + PartialEq + Send + Sync,
{
    let finish = HasDiscoveries::AllOf(BTreeSet::from([property]));
    let checker = model.checker().threads(THREADS).finish_when(finish).spawn_bfs().join();
    let fault = format!("{fault:?}");
    match checker.discovery(property) {
        Some(path) => Ok(Found { model: name, fault, property, steps: path.into_actions().len() }),
        None => Err(Failed(format!("{name}: {fault} was put in, and `{property}` was not seen to break"))),
    }
}
