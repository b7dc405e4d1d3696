"""The lemmas of crates/units, by name. Each name is also a property test in crates/units/tests/lemmas.rs."""
from dataclasses import dataclass, field

from z3 import And, BitVec, BitVecVal, Bool, Extract, If, Implies, Not, Or, SignExt, ULE, ULT

from kernels import Checked, Identity, Machine, mul_div, quote, round_up, to, unsigned_abs

WORD = 64
# Width at which the kernel is proved with the division instruction itself, by bit-blasting.
NARROW = 6


@dataclass
class Sizes:
    """Widths and constants that the conversions depend on."""

    word: int = WORD
    lots_per_unit: int = 32
    bps: int = 16
    bps_whole: int = 10_000
    notional_max: int = 2**60

    @property
    def signed_max(self):
        return 2 ** (self.word - 1) - 1


REAL = Sizes()
# The same proportions in words short enough for a false statement to be refuted by bits at once.
SMALL = Sizes(word=8, lots_per_unit=4, bps=6, bps_whole=20, notional_max=2**4)


@dataclass
class Goal:
    label: str
    width: int
    claim: object
    # "integers": z3 translates the words to integers modulo 2^w. "bits": to a propositional formula. "words": integers from the start.
    by: str = "integers"


@dataclass
class Lemma:
    name: str
    says: str
    goals: list = field(default_factory=list)
    # False statements beside the lemma: proving one would mean that the lemma says nothing.
    controls: list = field(default_factory=list)


LEMMAS: list[Lemma] = []


def lemma(name, says, statement=None):
    """`statement(sizes)` gives the claim and a false one beside it."""
    entry = Lemma(name, says)
    if statement:
        entry.goals = [Goal("", WORD, statement(REAL)[0])]
        entry.controls = [statement(SMALL)[1]]
    LEMMAS.append(entry)
    return entry


def words(names, w):
    return [BitVec(name, w) for name in names.split()]


def num(value, bits):
    return BitVecVal(value, bits)


class Exact:
    """a x b against multiples of d, in words too long to overflow."""

    def __init__(self, a, b, d):
        self.bits = 2 * max(a.size(), b.size(), d.size()) + 2
        self.product = to(a, self.bits) * to(b, self.bits)
        self.d = to(d, self.bits)

    def times(self, value):
        value = num(value, self.bits) if isinstance(value, int) else to(value, self.bits)
        return value * self.d

    def floor(self, x):
        """x <= a b / d < x + 1"""
        return And(ULE(self.times(x), self.product), ULT(self.product, self.times(x) + self.d))

    def ceil(self, x):
        """x - 1 < a b / d <= x"""
        return And(ULE(self.product, self.times(x)), ULT(self.times(x), self.product + self.d))

    def exact(self, x):
        return self.times(x) == self.product

    def floor_fits(self, maximum):
        return And(self.d != 0, ULT(self.product, self.times(maximum + 1)))

    def ceil_fits(self, maximum):
        return And(self.d != 0, ULE(self.product, self.times(maximum)))


# What the kernels stand on.

def standing():
    def product_fits(sizes):
        w, bits = sizes.word, 2 * sizes.word + 2
        a, b = (to(x, bits) for x in words("a b", w))
        most = num((2**w - 1) ** 2, bits)
        return ULE(a * b, most), ULT(a * b, most)

    def unique(sizes):
        bits = 2 * sizes.word + 2
        q, r, q2, r2, d = (to(x, bits) for x in words("q r q2 r2 d", sizes.word))
        same = And(d != 0, ULT(r, d), q * d + r == q2 * d + r2)
        return Implies(And(same, ULT(r2, d)), And(q == q2, r == r2)), Implies(same, q == q2)

    def split(sizes):
        bits = 2 * sizes.word + 2
        a, b, d, whole, rest, parts, over = (to(x, bits) for x in words("a b d whole rest parts over", sizes.word))
        given = And(d != 0, b == whole * d + rest, ULT(rest, d), a * rest == parts * d + over, ULT(over, d))
        sum_of_parts = (a * whole + parts) * d
        return Implies(given, a * b == sum_of_parts + over), Implies(given, a * b == sum_of_parts)

    lemma("word_product_fits_two_words", "a b <= (2^64 - 1)^2 < 2^128: the product of divide_wide cannot overflow", product_fits)
    lemma("division_identity_is_unique", "q d + r = q' d + r', r < d, r' < d: q = q' and r = r'", unique)
    lemma("mul_div_split_is_exact", "b = whole d + rest, a rest = parts d + over: a b = (a whole + parts) d + over", split)


# The kernels. At 64 bits: the floor's lemmas route by route, with division by its definition; the ceiling's from the floor's. Then all
# of it, as compiled, at a narrow width.

def floor_contract(e, w):
    """What the lemmas on the floor say of it, and nothing more."""
    floor = Checked(Bool("floor_some"), BitVec("floor", w), Bool("exact"))
    known = And(e.floor(floor.value), floor.exact == e.exact(floor.value))
    return floor, And(floor.some == e.floor_fits(2**w - 1), Implies(floor.some, known))


def kernel(name, says, claims, false_claim, from_floor=True):
    """`claims` gives the parts of the claim, each a goal of its own."""
    entry = lemma(name, says)

    def add(width, route, by, given, *values):
        entry.goals += [Goal(route, width, Implies(given, claim), by) for claim in claims(*values, width)]

    def premises(width):
        """What is assumed at full width: of the floor, or of the divisions of each route."""
        a, b, d = words("a b d", width)
        e = Exact(a, b, d)
        if from_floor:
            floor, given = floor_contract(e, width)
            return e, [("from the floor", given, floor)]
        return e, mul_div(a, b, d, Identity())

    e, cases = premises(WORD)
    for route, given, floor in cases:
        add(WORD, route, "integers", given, e, floor, round_up(floor))
    # Premises that contradict themselves would prove anything.
    entry.controls += [Not(given) for _, given, _ in premises(NARROW)[1]]

    a, b, d = words("a b d", NARROW)
    e = Exact(a, b, d)
    routes = mul_div(a, b, d, Machine())
    entry.goals.append(Goal("one route or another", NARROW, Or(*[taken for _, taken, _ in routes]), "bits"))
    for route, taken, floor in routes:
        add(NARROW, route, "bits", taken, e, floor, round_up(floor))
    entry.controls.append(And(*[Implies(taken, false_claim(e, floor, round_up(floor), NARROW)) for _, taken, floor in routes]))


def both_ways(some, fits):
    return [Implies(some, fits), Implies(Not(some), Not(fits))]


def kernels():
    kernel(
        "mul_div_floor_encloses",
        "floor <= a b / d < floor + 1, and the remainder is known to be zero or not",
        lambda e, f, c, w: [Implies(f.some, e.floor(f.value)), Implies(f.some, f.exact == e.exact(f.value))],
        lambda e, f, c, w: Implies(f.some, e.exact(f.value)),
        from_floor=False,
    )
    kernel(
        "mul_div_floor_is_none_exactly_on_overflow",
        "None where d = 0 or floor(a b / d) >= 2^64, and nowhere else",
        lambda e, f, c, w: both_ways(f.some, e.floor_fits(2**w - 1)),
        lambda e, f, c, w: f.some,
        from_floor=False,
    )
    kernel(
        "mul_div_ceil_encloses",
        "ceil - 1 < a b / d <= ceil",
        lambda e, f, c, w: [Implies(c.some, e.ceil(c.value))],
        lambda e, f, c, w: Implies(c.some, e.exact(c.value)),
    )
    kernel(
        "mul_div_ceil_is_none_exactly_on_overflow",
        "None where d = 0 or ceil(a b / d) >= 2^64, and nowhere else",
        lambda e, f, c, w: both_ways(c.some, e.ceil_fits(2**w - 1)),
        lambda e, f, c, w: c.some,
    )
    kernel(
        "mul_div_directions_differ_by_at_most_one",
        "ceil - floor is 0 where d divides a b and 1 elsewhere",
        lambda e, f, c, w: [
            Implies(c.some, f.some),
            Implies(c.some, to(c.value, w + 1) == to(f.value, w + 1) + If(e.exact(f.value), num(0, w + 1), num(1, w + 1))),
        ],
        lambda e, f, c, w: Implies(c.some, c.value == f.value),
    )


# The conversions, on any kernel that keeps the lemmas above.

def contract(a, b, d):
    """What the kernel lemmas say of (floor, ceil) of a b / d, and nothing more."""
    e, w = Exact(a, b, d), a.size()
    floor, facts = floor_contract(e, w)
    ceil = Checked(Bool("ceil_some"), BitVec("ceil", w))
    return e, floor, ceil, And(facts, ceil.some == e.ceil_fits(2**w - 1), Implies(ceil.some, e.ceil(ceil.value)))


def directed(e, up, result, facts, maximum):
    """Rounded to its side and at most `maximum`, or None exactly because it would pass that. The false claim: nothing is rounded."""
    rounded = e.ceil(result.value) if up else e.floor(result.value)
    fits = e.ceil_fits(maximum) if up else e.floor_fits(maximum)
    claim = And(result.some == fits, Implies(result.some, And(rounded, ULE(result.value, num(maximum, result.value.size())))))
    return Implies(facts, claim), Implies(And(facts, result.some), e.exact(result.value))


def premium(sizes):
    price, lots = words("price lots", sizes.word)
    return contract(price, lots, to(BitVec("lots_per_unit", sizes.lots_per_unit), sizes.word))


def value(sizes):
    return contract(*words("price base base_unit_atoms", sizes.word))


def bps(sizes):
    amount, part = BitVec("amount", sizes.word), to(BitVec("bps", sizes.bps), sizes.word)
    e, floor, ceil, facts = contract(amount, part, num(sizes.bps_whole, sizes.word))
    return e, floor, ceil, And(facts, Extract(sizes.word - 1, sizes.word - 1, amount) == 0)


def conversions():
    for name, operands in (("premium", premium), ("value", value), ("bps", bps)):
        for direction, up in (("floor", False), ("ceil", True)):

            def rounded(sizes, operands=operands, up=up):
                e, floor, ceil, facts = operands(sizes)
                return directed(e, up, quote(ceil if up else floor), facts, sizes.signed_max)

            bound = "x - 1 < exact <= x" if up else "x <= exact < x + 1"
            of = " (of a non-negative amount)" if name == "bps" else ""
            lemma(f"{name}_{direction}_is_directed_or_none", f"{bound}; None exactly where x passes 63 bits or nothing divides{of}", rounded)

    def base(sizes):
        unit, per_unit = BitVec("base_unit_atoms", sizes.word), to(BitVec("lots_per_unit", sizes.lots_per_unit), sizes.word)
        e, _, ceil, facts = contract(unsigned_abs(BitVec("lots", sizes.word)), unit, per_unit)
        return directed(e, True, ceil, facts, 2**sizes.word - 1)

    def magnitude(sizes):
        lots = BitVec("lots", sizes.word)
        wide, absolute = SignExt(2, lots), unsigned_abs(lots)
        claim = And(Implies(wide >= 0, to(absolute, sizes.word + 2) == wide), Implies(wide < 0, to(absolute, sizes.word + 2) == -wide))
        return claim, absolute >= 0

    def notional(sizes):
        e, floor, ceil, facts = premium(sizes)
        both = And(*[And(quote(x).some, ULE(x.value, num(sizes.notional_max, sizes.word))) for x in (floor, ceil)])
        given = And(facts, e.d != 0)
        return Implies(And(given, ULE(e.product, e.times(sizes.notional_max))), both), Implies(given, both)

    def at_most_a_whole(sizes):
        _, floor, ceil, facts = bps(sizes)
        amount, part = BitVec("amount", sizes.word), to(BitVec("bps", sizes.bps), sizes.word)
        claim = And(quote(floor).some, quote(ceil).some, ULE(floor.value, ceil.value), ULE(ceil.value, amount))
        return Implies(And(facts, ULE(part, num(sizes.bps_whole, sizes.word))), claim), Implies(facts, claim)

    lemma("base_ceil_is_directed_or_none", "x - 1 < exact <= x; None exactly where x passes 64 bits or nothing divides", base)
    lemma("lots_magnitude_is_exact", "unsigned_abs is |lots| for every i64, the least included", magnitude)
    lemma("premium_within_the_notional_bound_fits", "price lots / lots_per_unit <= 2^60: neither direction is None or passes 2^60", notional)
    lemma("bps_up_to_a_whole_never_exceed_the_amount", "bps <= 10,000, amount >= 0: never None, 0 <= floor <= ceil <= amount", at_most_a_whole)


standing()
kernels()
conversions()
