//! Runs a model to the end and says what was seen.

use stateright::{Checker, Expectation, Model};
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

/// The number of steps of a path by which a model that is wrong on purpose breaks `property`. Fails if it does not.
pub fn counterexample<M>(name: &'static str, model: M, property: &'static str) -> Result<usize, Failed>
where
    M: Model + Send + Sync + 'static,
    M::State: Clone + Debug + Hash + PartialEq + Send + Sync + 'static,
    M::Action: Clone + Debug + PartialEq + Send + Sync,
{
    let wanted = std::collections::BTreeSet::from([property]);
    let finish = stateright::HasDiscoveries::AllOf(wanted);
    let checker = model.checker().threads(THREADS).finish_when(finish).spawn_bfs().join();
    let path = checker.discovery(property);
    let path =
        path.ok_or_else(|| Failed(format!("{name}: wrong on purpose, and `{property}` was not seen to break")))?;
    Ok(path.into_actions().len())
}
