"""Lemmas of the 64-bit kernels of crates/pricing and of the 128-bit divisions of pricing and risk, on integers: a word is an integer with
its bounds, and that nothing leaves its word is a claim of its own. Division is by its definition, as in `kernels.Identity`.
"""
from z3 import And, BitVec, Extract, FreshInt, If, Implies, Int, LShR, Not, Or

from lemmas import Goal, lemma

E6, E9, E18 = 10**6, 10**9, 10**18
PRICE = 10**13
SECONDS = 2 * 365 * 86_400


class Words:
    """Operands with their bounds, what divisions of them are, and what must fit."""

    def __init__(self):
        self.facts, self.musts = [], []

    def word(self, name, most, least=0):
        x = Int(name)
        self.facts += [least <= x, x <= most]
        return x

    def divide(self, x, d):
        """(x / d, x mod d), rounded down."""
        q, r = FreshInt("q"), FreshInt("r")
        self.facts += [x == q * d + r, 0 <= r, r < d]
        return q, r

    def split(self, x, bits):
        """(x >> bits, the bits shifted out)"""
        return self.divide(x, 2**bits)

    def fits(self, x, bits=64):
        self.musts.append(And(0 <= x, x < 2**bits))
        return x

    def fits_signed(self, x, bits=128):
        self.musts.append(And(-(2 ** (bits - 1)) <= x, x < 2 ** (bits - 1)))
        return x

    def given(self, *facts):
        self.facts += facts


def proved(name, says, words, claims, false_claim):
    """Each claim and each word that must fit is a goal of its own."""
    entry = lemma(name, says)
    given = And(*words.facts)
    entry.goals = [Goal(str(i), 64, Implies(given, claim), "words") for i, claim in enumerate([*words.musts, *claims])]
    # Refuted: the false claim, and that the facts contradict each other.
    entry.controls = [Goal("", 64, claim, "words") for claim in (Implies(given, false_claim), Not(given))]


def floor(q, x, d):
    return [q * d <= x, x < (q + 1) * d]


def fixed_point():
    k = Words()
    a, p = k.word("a", 2**38), k.word("p", 2**38)
    high, low = k.split(a, 14)
    middle, _ = k.split(k.fits(low * p), 14)
    k.fits(high * p)
    result, _ = k.split(k.fits(high * p + middle), 24)
    # a in its two parts, so that the product is a sum of products.
    product = (high * 2**14 + low) * p
    proved("mul_q38_is_floor", "a, p <= 1 in Q38: floor(a p), no word overflows", k, floor(result, product, 2**38), result * 2**38 == product)

    k = Words()
    a, b = k.word("a", 2**44 - 1), k.word("b", 2**44 - 1, 1)
    k.given(a < b * 2**26)
    head, rest = k.divide(k.fits(a * 2**20), b)
    tail, _ = k.divide(k.fits(rest * 2**18), b)
    k.fits(head * 2**18)
    result = head * 2**18 + tail
    claims = [tail < 2**18, *floor(result, a * 2**38, b)]
    says = "a, b < 2^44, a / b < 2^26: floor(a / b) in Q38, the halves do not overlap, no word overflows"
    proved("ratio_q38_is_floor", says, k, claims, result * b == a * 2**38)


def prices():
    k = Words()
    price, fraction = k.word("price", PRICE), k.word("fraction", 2**38)
    high, low = k.split(fraction, 19)
    carried, lowest = k.split(k.fits(price * low), 19)
    whole, middle = k.split(k.fits(price * high + carried), 19)
    rest = k.fits(middle * 2**19 + lowest)
    small, _ = k.split(k.fits(rest * 15_625), 32)
    result = k.fits(whole * E6 + small)
    product = price * (high * 2**19 + low) * E6
    says = "price <= 1e13, fraction <= 1 in Q38: floor(price fraction 1e6), no word overflows"
    proved("scaled_price_is_floor", says, k, floor(result, product, 2**38), result * 2**38 == product)

    k = Words()
    vol, high, low = k.word("vol", 5 * E9), k.word("high", 2**31 - 1), k.word("low", 2**8 - 1)
    carried, _ = k.split(k.fits(vol * low), 8)
    result = k.fits(vol * high + carried)
    product = vol * (high * 2**8 + low)
    says = "vol <= 500 %, root of time below 2^39: floor(vol root / 2^8) before the last shift, no word overflows"
    proved("total_vol_is_floor", says, k, floor(result, product, 2**8), result * 2**8 == product)

    k = Words()
    larger = k.word("larger", PRICE * E6, 1)
    value = k.word("value", PRICE * E6)
    k.given(value < larger)
    half, _ = k.split(larger, 1)
    result, _ = k.divide(k.fits(value * 2**38 + half, 128), larger)
    k.fits(result)
    off = 2 * (value * 2**38 - result * larger)
    says = "a premium's time value as a part of the larger price, Q38: the nearest, below 2^128 on the way, 64 bits after"
    proved("premium_fraction_is_nearest", says, k, [off <= larger, -off <= larger], off == 0)


def surfaces():
    k = Words()
    value, seconds = k.word("value", 50 * E9, -50 * E9), k.word("seconds", SECONDS, 60)
    reference = k.word("reference", SECONDS, 60)
    product, divisor = k.fits_signed(value * 2**56 * seconds), k.fits(reference * E9)
    size, _ = k.divide(If(product < 0, -product, product), divisor)
    quotient = If(product < 0, -size, size)
    k.musts.append(divisor > 0)
    claims = [size * divisor <= If(product < 0, -product, product), Or(quotient == 0, (quotient < 0) == (value < 0))]
    says = "|value| <= 50, 60 s..2 years: value scaled in time fits 128 bits, rounds towards zero, keeps its sign"
    proved("svi_scaling_fits_and_keeps_its_sign", says, k, claims, quotient > 0)

    k = Words()
    a, b, sigma = k.word("a", 50 * E9, -50 * E9), k.word("b", 4 * E9), k.word("sigma", 10**10)
    rho, root = k.word("rho", E9 - 1), k.word("root", E9)
    k.given(root * root <= E18 - rho * rho, E18 - rho * rho < (root + 1) * (root + 1))
    bulge = k.fits_signed(b * sigma * root)
    sum_e27 = k.fits_signed(a * E18 + bulge)
    # The true root is root + part, part in 0..1: what passes with the root rounded down passes with the root.
    part = k.word("part_e9", E9)
    says = "a 1e18 + b sigma floor(sqrt(1 - rho^2)) fits 128 bits, and what passes with the root rounded down passes with the root"
    claims = [Implies(sum_e27 >= 0, a * E18 * E9 + b * sigma * (root * E9 + part) >= 0)]
    proved("svi_least_variance_is_conservative", says, k, claims, sum_e27 >= 0)


def averages():
    k = Words()
    spot, width, mean = k.word("spot", PRICE, 100), k.word("width", PRICE), k.word("mean", PRICE)
    factor = k.word("factor", 11 * E9)
    fixed, remaining = k.word("fixed", SECONDS), k.word("remaining", SECONDS)
    k.given(width <= spot, fixed + remaining > 0)
    moved, apart = k.fits(spot * factor, 128), k.fits(width * E9, 128)
    held, whole = k.fits(mean * fixed * E9, 128), k.fits((fixed + remaining) * E9, 128)
    top = k.fits(moved + apart, 128)
    sum_high = k.fits(held + k.fits(top * remaining, 128), 128)
    high, over = k.divide(sum_high, whole)
    ceiling = k.fits(If(over == 0, high, high + 1))
    bottom = If(moved < apart, 0, moved - apart)
    sum_low = k.fits(held + k.fits(bottom * remaining, 128), 128)
    low, _ = k.divide(sum_low, whole)
    k.fits(low)
    claims = [ceiling * whole >= sum_high, (ceiling - 1) * whole < sum_high, low * whole <= sum_low, sum_low < (low + 1) * whole]
    says = "the ends of an average's range: low rounded down, high up, below 2^128 on the way, 64 bits after, so never None in the domain"
    proved("average_range_is_outward_and_fits", says, k, claims, ceiling == high)


def feeds():
    k = Words()
    value, first, second = k.word("value", 2**96 - 1), k.word("first", 2**32 - 1, 1), k.word("second", 2**32 - 1, 1)
    high, low = k.split(value, 32)
    top, carried = k.divide(k.fits(high), first)
    rest = k.fits(carried * 2**32 + low)
    bottom, _ = k.divide(rest, first)
    k.musts.append(bottom < 2**32)
    once = top * 2**32 + bottom
    twice, _ = k.divide(once, second)
    claims = [*floor(once, value, first), *floor(twice, value, first * second)]
    says = "value < 2^96, divisors < 2^32: division word by word is the floor, and the floor of a floor is that of the product"
    proved("long_division_by_words_is_floor", says, k, claims, once * first == value)


def liquidations():
    k = Words()
    value, shortfall = k.word("value", 2**63 - 1, 500 * E6), k.word("shortfall", 2**63, 1)
    buffer, after_fee = k.word("buffer", 10_000), k.word("after_fee", 10_000)
    parts, whole = k.word("parts", 2**27 - 1), k.word("whole", 2**27 - 1, 1)
    k.given(parts <= whole)
    wanted = k.fits((value + shortfall) * (10_000 + buffer), 127)
    deficit = k.fits(wanted - value * 10_000, 127)
    proceeds, _ = k.divide(k.fits(value * k.fits(parts * after_fee), 127), whole)
    everything = k.fits(deficit + proceeds, 127)
    fraction, _ = k.divide(k.fits(deficit * E9, 127), everything)
    claims = [everything > 0, fraction <= E9, *floor(fraction, deficit * E9, everything)]
    says = "value >= 500 units, IM < 0: the slice is a fraction in 0..=1, rounded down, below 2^127 on the way, nothing divides by zero"
    proved("slice_fraction_is_floor_and_fits", says, k, claims, fraction < E9)


def normalisation():
    """64 bits, all values, by bits."""
    entry = lemma("normalise_sets_the_top_bit_and_loses_none", "x != 0: x << shift has its top bit set, shift < 64, and shifting back gives x")
    x = BitVec("x", 64)

    def count(byte):
        """Leading zeros of eight bits, as the table has them."""
        zeros = BitVec("none", 64) * 0 + 8
        for bit in range(8):
            zeros = If(Extract(bit, bit, byte) == 1, 7 - bit, zeros)
        return zeros

    full, shift = x, BitVec("none", 64) * 0
    for _ in range(7):
        again = Extract(63, 56, full) == 0
        full, shift = If(again, full << 8, full), If(again, shift + 8, shift)
    zeros = count(Extract(63, 56, full))
    full, shift = full << zeros, shift + zeros
    given = x != 0
    claim = And(Extract(63, 63, full) == 1, Extract(63, 6, shift) == 0, x << shift == full, LShR(full, shift) == x)
    entry.goals = [Goal("", 64, Implies(given, claim), "bits")]
    entry.controls = [claim, Implies(given, shift == 0)]


fixed_point()
prices()
surfaces()
averages()
feeds()
liquidations()
normalisation()
