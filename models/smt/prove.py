"""Proves every lemma, refutes every control, and holds the names to the property tests. Any failure is a non-zero exit."""
import re
import sys
import time
from pathlib import Path

from z3 import Context, Not, SimpleSolver, Solver, sat, simplify, unsat

import pricing  # noqa: F401, its lemmas join the list
from lemmas import LEMMAS, Goal

ROOT = Path(__file__).resolve().parents[2]
TESTS = [ROOT / "crates/units/tests/lemmas.rs", ROOT / "crates/pricing/src/lemmas.rs", ROOT / "crates/risk/tests/lemmas.rs"]
# z3's own count of steps: unlike a time, the same on a busy machine. Every goal passes with 20 million.
STEPS = 100_000_000


def solve(claim, by):
    """Whether the negation of the claim can be satisfied. In a context of its own: the search depends on nothing asked before."""
    context = Context()
    claim = claim.translate(context)
    solver = SimpleSolver(ctx=context) if by == "integers" else Solver(ctx=context)
    if by == "integers":
        solver.set("bv.solver", 2)
    solver.set("rlimit", STEPS)
    # As sums of products, so that products of sums are seen to be equal.
    solver.add(simplify(Not(claim), som=True) if by == "words" else Not(claim))
    return solver.check()


def prove(lemma):
    failed = []
    for goal in lemma.goals:
        answer = solve(goal.claim, goal.by)
        if answer != unsat:
            failed.append(f"{goal.width} bits {goal.label}: {'refuted' if answer == sat else 'no answer'}")
    for place, control in enumerate(lemma.controls):
        claim, by = (control.claim, control.by) if isinstance(control, Goal) else (control, "bits")
        if solve(claim, by) != sat:
            failed.append(f"control {place} was not refuted")
    return failed


def unmatched():
    """Lemmas without a test of that name, and tests without a lemma."""
    tests = [name for file in TESTS for name in re.findall(r"#\[test\]\s*fn (\w+)\(", file.read_text())]
    return sorted(set(tests) ^ {lemma.name for lemma in LEMMAS})


def main():
    start = time.process_time()
    failures = [f"{name} is not both a lemma and a test" for name in unmatched()]
    print(f"{'lemma':<48} {'bits':<6} {'proved':<6} {'s':>5}  claim")
    for lemma in LEMMAS:
        before = time.process_time()
        failed = prove(lemma)
        widths = "+".join(str(w) for w in sorted({goal.width for goal in lemma.goals}, reverse=True))
        spent = time.process_time() - before
        print(f"{lemma.name:<48} {widths:<6} {'NO' if failed else 'yes':<6} {spent:5.1f}  {lemma.says}", flush=True)
        failures += [f"{lemma.name}: {reason}" for reason in failed]
    for failure in failures:
        print(f"not proved: {failure}", file=sys.stderr)
    print(f"{len(LEMMAS)} lemmas, {time.process_time() - start:.0f} s of processor time")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
