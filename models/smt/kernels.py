"""crates/units in bit-vectors, statement by statement; every value is a word of w bits unless it says otherwise.

Division is a parameter: `machine` is the instruction, `identity` a fresh quotient and remainder with q x d + r = x, r < d.
"""
from dataclasses import dataclass

from z3 import And, BitVecRef, BitVecSort, BitVecVal, BoolRef, BoolVal, Extract, FreshConst, If, Implies, Not, Or, UDiv, ULE, ULT, URem, ZeroExt


def to(x: BitVecRef, bits: int) -> BitVecRef:
    """The same number in a longer word."""
    return ZeroExt(bits - x.size(), x) if bits > x.size() else x


def low(x: BitVecRef, bits: int) -> BitVecRef:
    return Extract(bits - 1, 0, x)


@dataclass
class Checked:
    """Rust's Option: `value` means something only where `some` holds."""

    some: BoolRef
    value: BitVecRef
    exact: BoolRef = BoolVal(True)


class Machine:
    """bvudiv and bvurem."""

    def known(self):
        return []

    def divide(self, x, d):
        return UDiv(x, d), URem(x, d)

    def split(self, *_):
        """Needs no help."""


class Identity:
    """The definition of division instead of the instruction (lemma `division_identity_is_unique`)."""

    def __init__(self):
        self.facts = []

    def known(self):
        """The facts of the divisions since the last call."""
        facts, self.facts = self.facts, []
        return facts

    def divide(self, x, d):
        n = x.size()
        q, r = FreshConst(BitVecSort(n), "q"), FreshConst(BitVecSort(n), "r")
        bits = 2 * n + 1
        self.facts.append(Implies(d != 0, And(to(q, bits) * to(d, bits) + to(r, bits) == to(x, bits), ULT(r, d))))
        return q, r

    def split(self, a, b, d, whole, parts, over, fits):
        """Lemma `mul_div_split_is_exact`, whose conditions are the facts of these divisions."""
        a, b, d, whole, parts, over = (to(x, 2 * a.size() + 2) for x in (a, b, d, whole, parts, over))
        self.facts.append(Implies(And(d != 0, fits), a * b == (a * whole + parts) * d + over))


def checked_mul(a, b) -> Checked:
    w = a.size()
    product = to(a, 2 * w) * to(b, 2 * w)
    return Checked(ULE(product, BitVecVal(2**w - 1, 2 * w)), low(product, w))


def checked_add(a, b) -> Checked:
    w = a.size()
    total = to(a, w + 1) + to(b, w + 1)
    return Checked(Extract(w, w, total) == 0, low(total, w))


def mul_div(a, b, d, division):
    """`wide::mul_div`, one result for each of its routes: (name, condition of the route with the facts of its divisions, result)."""
    w = a.size()
    product = checked_mul(a, b)
    quotient, rest = division.divide(product.value, d)
    short = Checked(d != 0, quotient, rest == 0)
    short_facts = division.known()

    whole, over = division.divide(b, d)
    remaining = checked_mul(a, over)
    wholes = checked_mul(a, whole)
    parts, rest = division.divide(remaining.value, d)
    division.split(a, b, d, whole, parts, rest, remaining.some)
    total = checked_add(wholes.value, parts)
    split = Checked(And(d != 0, wholes.some, total.some), total.value, rest == 0)
    split_facts = division.known()

    quotient, rest = division.divide(to(a, 2 * w) * to(b, 2 * w), to(d, 2 * w))
    long = Checked(And(d != 0, ULE(quotient, BitVecVal(2**w - 1, 2 * w))), low(quotient, w), rest == 0)

    apart = And(Not(product.some), Or(d == 0, remaining.some))
    return [
        ("short", And(product.some, *short_facts), short),
        ("split, whole part too long", And(apart, d != 0, Not(wholes.some), *split_facts), split),
        ("split", And(apart, Or(d == 0, wholes.some), *split_facts), split),
        ("long", And(Not(product.some), d != 0, Not(remaining.some), *division.known()), long),
    ]


def round_up(floor: Checked) -> Checked:
    """`wide::mul_div_ceil` after `mul_div`."""
    up = checked_add(floor.value, BitVecVal(1, floor.value.size()))
    return Checked(And(floor.some, Or(floor.exact, up.some)), If(floor.exact, floor.value, up.value))


def quote(x: Checked) -> Checked:
    """`units::quote`: what an i64 holds."""
    w = x.value.size()
    return Checked(And(x.some, Extract(w - 1, w - 1, x.value) == 0), x.value)


def unsigned_abs(x):
    """i64::unsigned_abs: the magnitude of a two's complement word."""
    w = x.size()
    return If(Extract(w - 1, w - 1, x) == 1, -x, x)
