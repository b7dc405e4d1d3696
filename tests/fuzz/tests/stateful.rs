//! Two hundred thousand actions, the same in every run.

use fuzz::{Config, LEAST, LEAST_OF, REACHED, SEEN, UNREFUSED, run};
use std::io::Write;

const CONFIG: Config = Config { seed: 1, actions: 200_000, life: 2_500 };

/// INVARIANT(M-1), INVARIANT(M-2), INVARIANT(M-3), INVARIANT(M-4), INVARIANT(M-5), INVARIANT(M-6), INVARIANT(M-7), INVARIANT(M-9),
/// INVARIANT(M-8), INVARIANT(M-10), INVARIANT(V-1), INVARIANT(V-2), INVARIANT(V-3), INVARIANT(V-4), INVARIANT(V-5), INVARIANT(V-6),
/// INVARIANT(V-7), INVARIANT(G-7), INVARIANT(G-8), INVARIANT(G-9), INVARIANT(G-17)
#[test]
fn random_lives_keep_every_invariant() {
    let report = run(CONFIG);
    // Past the test harness, which would swallow it: what was covered is part of the result.
    let _ = writeln!(std::io::stdout(), "{}", report.coverage);
    if let Some(failure) = report.failure {
        panic!("{failure}");
    }
    assert!(report.coverage.actions >= CONFIG.actions);
    let blind = report.coverage.blind(REACHED.iter().chain(SEEN).copied(), LEAST, LEAST_OF);
    assert!(blind.is_empty(), "landed too seldom: {blind:?}");
    let unrefused = report.coverage.unrefused(REACHED);
    let unrefused: Vec<_> = unrefused.into_iter().filter(|name| !UNREFUSED.contains(name)).collect();
    assert!(unrefused.is_empty(), "never refused: {unrefused:?}");
}
