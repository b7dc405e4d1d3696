"""Portfolio margin to 50 digits, written from the design's words and docs/adr/0006, never from the Rust.

Every quantity is a ball of Arb at 170 bits (51 digits), so that the rounding of the reference itself is bounded, not assumed; `--mpmath N`
computes the first N portfolios once more with mpmath at 50 digits and stops if any figure differs by more than 1e-30 of gross notional.

    tools/python.sh models/reference models/reference/margin.py --write     # vectors/portfolios.csv: 20,000 portfolios, deterministic
    tools/python.sh models/reference models/reference/margin.py --check     # the committed file is what this computes
    tools/python.sh models/reference models/reference/margin.py --mpmath 1000
"""

import argparse
import random
import sys
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from pathlib import Path

import mpmath
from flint import arb, ctx, fmpq

ctx.prec = 170
mpmath.mp.dps = 50

VECTORS = Path(__file__).resolve().parents[2] / "vectors/portfolios.csv"
PORTFOLIOS = 20_000
SEED = 20_260_301
YEAR_S = 365 * 86_400
DAY_S = 86_400

# ---- what the design states ---------------------------------------------------------------------------------------------------------

F = Fraction
TAIL = [
    (F(-66, 100), F(21, 100)), (F(-33, 100), F(42, 100)), (F(50, 100), F(2772, 10_000)), (F(100, 100), F(1386, 10_000)),
    (F(200, 100), F(693, 10_000)), (F(300, 100), F(462, 10_000)), (F(400, 100), F(3465, 100_000)), (F(500, 100), F(2772, 100_000)),
]
MULTIPLIER = [F(1), F(5, 4)]  # a market, and SOL
VOL_LOW, VOL_HIGH = F(5, 100), F(5)
UP, DOWN, UP_FLOOR, DOWN_FLOOR = F(50, 100), F(30, 100), F(40, 100), F(5, 100)
SKEW_SLOPE, SKEW_CAP = F(1), F(25, 100)
STALE_PER_MINUTE = F(2, 100)
LEAST_MULTIPLIER = F(1, 16)
NET_SHORT_IM, NET_SHORT_MM = F(5, 1000), F(3, 1000)
BASIS_ADD, BASIS_PER_YEAR = F(1, 2), F(2)
OPEN_INTEREST_SHARE, CONCENTRATION = F(10, 100), F(1, 100)
MM_LOSS = F(8, 10)
AVERAGING_S, INTRINSIC_S = 1800, 60


def nodes(market):
    """(move, vol, weight) of the 33 nodes in their order: core by move and vol, the two wide ones, tail, skew."""
    m = MULTIPLIER[market]
    out = []
    for step in (0, 1, -1, 2, -2, 3, -3):
        for vol in ("up", "flat", "down"):
            out.append((m * step * F(45, 1000), vol, F(1)))
    out += [(m * F(18, 100), "up", F(1)), (m * F(-18, 100), "up", F(1))]
    out += [(m * move, "up", weight) for move, weight in TAIL]
    out += [(F(0), "tilt_up", F(1)), (F(0), "tilt_down", F(1))]
    assert len(out) == 33
    return out


NODES = [nodes(0), nodes(1)]
CENTRE = next(i for i, n in enumerate(NODES[0]) if n[0] == 0 and n[1] == "flat")

# ---- two arithmetics ----------------------------------------------------------------------------------------------------------------


class Arb:
    HALF_ROOT = (arb(1) / 2).sqrt()

    @staticmethod
    def num(x):
        x = Fraction(x)
        return arb(fmpq(x.numerator, x.denominator))

    @classmethod
    def cdf(cls, d):
        return (-d * cls.HALF_ROOT).erfc() / 2

    ln = staticmethod(lambda x: x.log())
    sqrt = staticmethod(lambda x: x.sqrt())
    power = staticmethod(lambda x, p: x**p)
    order = staticmethod(lambda x: x.mid())

    @staticmethod
    def tenths(x):
        assert x.rad() < arb("1e-12"), x
        return int((x * 10 + arb("0.5")).mid().floor().unique_fmpz())


class Mp:
    @staticmethod
    def num(x):
        x = Fraction(x)
        return mpmath.mpf(x.numerator) / x.denominator

    cdf = staticmethod(mpmath.ncdf)
    ln = staticmethod(mpmath.log)
    sqrt = staticmethod(mpmath.sqrt)
    power = staticmethod(mpmath.power)
    order = staticmethod(lambda x: x)
    tenths = staticmethod(lambda x: int(mpmath.floor(x * 10 + mpmath.mpf("0.5"))))


# ---- one expiry ---------------------------------------------------------------------------------------------------------------------


def shocks(A, seconds, stale_s):
    """Relative vol shocks up and down: the term structure of the design, widened while the surface is stale, at most doubled."""
    days = max(A.num(F(seconds, DAY_S)), A.num(1), key=A.order)
    power = F(30, 100) if F(seconds, DAY_S) < 30 else F(13, 100)
    scale = A.power(A.num(30) / days, A.num(power))
    widening = A.num(STALE_PER_MINUTE * -(-stale_s // 60))
    out = []
    for size in (UP, DOWN):
        shock = A.num(size) * scale
        out.append(min(shock + widening, shock * 2, key=A.order))
    return out


def outward_e9(move):
    size = -(-abs(move) * 10**9 // 1)
    return F(size if move >= 0 else -size, 10**9)


def node_vols(A, vol, k, up, down):
    tilt = A.num(SKEW_SLOPE) * k
    cap = A.num(SKEW_CAP)
    tilt = min(max(tilt, -cap, key=A.order), cap, key=A.order)
    floor = A.num(DOWN_FLOOR)
    return {
        "up": max(vol * (1 + up), A.num(UP_FLOOR), key=A.order),
        "flat": vol,
        "down": max(vol * max(1 - down, A.num(LEAST_MULTIPLIER), key=A.order), floor, key=A.order),
        "tilt_up": max(vol * (1 + tilt), floor, key=A.order),
        "tilt_down": max(vol * (1 - tilt), floor, key=A.order),
    }


def smile_vol(A, svi, reference_s, k):
    """Raw SVI total variance at the reference time, scaled linearly to any other: the same vol at all times."""
    a, b, rho, m, sigma = (A.num(F(x, 10**9)) for x in svi)
    w = a + b * (rho * (k - m) + A.sqrt((k - m) * (k - m) + sigma * sigma))
    if A.order(w) <= 0:
        return A.num(VOL_LOW)
    vol = A.sqrt(w * YEAR_S / reference_s)
    return min(max(vol, A.num(VOL_LOW), key=A.order), A.num(VOL_HIGH), key=A.order)


class Expiry:
    """Values of one unit at every node, and the delta to the forward, of the series of one expiry."""

    def __init__(self, A, market, stale_s, row):
        (forward, self.seconds, self.reference_s, *rest) = row
        self.svi, (mean, fixed_s, remaining_s) = rest[:5], rest[5:]
        self.A, self.market = A, market
        if self.seconds < AVERAGING_S:
            total = fixed_s + remaining_s
            self.fixed = mean * fixed_s // total if total else 0
            self.variable = forward * remaining_s // total if total else 0
        else:
            self.fixed, self.variable = 0, forward
        self.forward = self.fixed + self.variable
        # Only the variable part moves: the move of the whole is rounded away from zero to 1e-9.
        self.moves = [self.forward * (1 + outward_e9(move * F(self.variable, self.forward))) for move, _, _ in NODES[market]]
        self.up, self.down = shocks(A, max(self.seconds, 0), stale_s)
        self.root = A.sqrt(A.num(F(max(self.seconds, 0), YEAR_S)))
        self.log_moves = {move: A.ln(A.num(move / self.forward)) for move in set(self.moves)}
        self.cache = {}

    def row(self, strike):
        """(call at every node, call delta to the forward)."""
        if strike in self.cache:
            return self.cache[strike]
        A = self.A
        k = A.ln(A.num(F(strike, self.forward)))
        vols = node_vols(A, smile_vol(A, self.svi, self.reference_s, k), k, self.up, self.down)
        widths = {name: vol * self.root for name, vol in vols.items()}
        K = A.num(strike)
        out = []
        for forward, (_, vol, _) in zip(self.moves, NODES[self.market]):
            w = widths[vol]
            d1 = (self.log_moves[forward] - k) / w + w / 2
            out.append(A.num(forward) * A.cdf(d1) - K * A.cdf(d1 - w))
        w = widths["flat"]
        self.cache[strike] = (out, A.cdf(-k / w + w / 2))
        return self.cache[strike]

    def values(self, strike, call):
        calls, delta = self.row(strike)
        if call:
            return calls, delta
        return [c - self.A.num(f - strike) for c, f in zip(calls, self.moves)], delta - 1


class LastMinute:
    """Below 60 s, and until settled: adverse intrinsic over the hull of the running mean and the projected average."""

    def __init__(self, A, market, spot, half_width, row):
        (_, self.seconds, _, *rest) = row
        mean, fixed_s, remaining_s = rest[5:]
        total = fixed_s + remaining_s
        self.share = F(remaining_s, total) if total else F(1)
        self.ranges = []
        for move, _, _ in NODES[market]:
            low = (mean * (1 - self.share) + max(spot * (1 + move) - half_width, 0) * self.share).__floor__()
            high = (mean * (1 - self.share) + (spot * (1 + move) + half_width) * self.share).__ceil__()
            if fixed_s:
                low, high = min(low, mean), max(high, mean)
            self.ranges.append((low, high))
        self.A = A

    def values(self, strike, call, long):
        out = []
        for low, high in self.ranges:
            at = [max(x - strike, 0) if call else max(strike - x, 0) for x in (low, high)]
            out.append(self.A.num(min(at) if long else max(at)))
        return out


# ---- a portfolio --------------------------------------------------------------------------------------------------------------------

FIELDS = ["mtm", "im", "mm", "loss_im", "loss_mm", "net_short_im", "net_short_mm", "forward_basis", "oracle_confidence",
          "concentration", "quote_depeg", "gross_notional"]


def evaluate(A, p):
    market = p["market"]
    zero = A.num(0)
    lots_per_unit, spot = p["lots_per_unit"], p["spot"]
    options = [zero] * 33
    by_expiry = []
    net_short = concentration = F(0)
    exposure = A.num(F(p["base"], p["base_unit"]) * spot)  # of base, in quote atoms for a move of 100 % of spot
    gross = F(p["base"], p["base_unit"]) * spot
    for index, row in enumerate(p["expiries"]):
        legs = [leg for leg in p["legs"] if leg[0] == index]
        if not legs:
            continue
        last = row[1] < INTRINSIC_S
        series = LastMinute(A, market, spot, p["half_width"], row) if last else Expiry(A, market, p["stale_s"], row)
        values = [zero] * 33
        delta = zero
        for _, strike, call, lots, open_interest in legs:
            units = A.num(F(lots, lots_per_unit))
            notional = F(abs(lots) * spot, lots_per_unit)
            gross += F(abs(lots) * row[0], lots_per_unit)
            if last:
                prices = series.values(strike, call, lots > 0)
                delta += A.num(notional * series.share)
            else:
                prices, leg_delta = series.values(strike, call)
                delta += units * leg_delta * series.variable
            values = [v + units * price for v, price in zip(values, prices)]
            if lots < 0:
                net_short += notional
            if open_interest is not None:
                excess = max(abs(lots) - OPEN_INTEREST_SHARE * open_interest, 0)
                concentration += CONCENTRATION * excess * F(spot, lots_per_unit)
        by_expiry.append((max(row[1], 0), values))
        options = [o + v for o, v in zip(options, values)]
        exposure += abs(delta)

    base = A.num(F(p["base"], p["base_unit"]))
    low = min(spot, p["stable"])
    mtm = A.num(p["quote"]) + base * spot + options[CENTRE]
    losses_im, losses_mm = [zero], [zero]
    for i, (move, vol, weight) in enumerate(NODES[market]):
        change = options[i] - options[CENTRE]
        if vol.startswith("tilt"):
            up, down = len(options) - 2, len(options) - 1
            change = zero
            for _, values in by_expiry:
                change += min(values[up], values[down], key=A.order) - values[CENTRE]
        gain = low if move > 0 else spot
        losses_mm.append(A.num(weight) * (change + base * A.num(spot * move)))
        losses_im.append(A.num(weight) * (change + base * A.num(gain * move)))
    loss_im, loss_mm = min(losses_im, key=A.order), min(losses_mm, key=A.order)

    step = MULTIPLIER[market] * F(45, 1000)
    near = [i for i, node in enumerate(NODES[market]) if abs(node[0]) == step]
    basis = zero
    for seconds, values in by_expiry:
        worst = max([zero] + [values[CENTRE] - values[i] for i in near], key=A.order)
        basis += A.num(BASIS_ADD + BASIS_PER_YEAR * F(seconds, YEAR_S)) * worst
    confidence = exposure * A.num(F(p["half_width"], spot))
    depeg = exposure * A.num(F(abs(p["quote_price"] - 10**6), 10**6))
    concentration = A.num(concentration)
    short_im, short_mm = A.num(net_short * NET_SHORT_IM), A.num(net_short * NET_SHORT_MM)
    shared = basis + confidence + concentration + depeg
    im = mtm - base * (spot - low) + loss_im - short_im - shared
    mm = mtm + A.num(MM_LOSS) * loss_mm - short_mm - shared
    return dict(zip(FIELDS, [mtm, im, mm, loss_im, loss_mm, short_im, short_mm, basis, confidence, concentration, depeg, A.num(gross)]))


# ---- random portfolios --------------------------------------------------------------------------------------------------------------


def log_uniform(rng, low, high):
    return low * (high / low) ** rng.random()


def random_expiry(rng, spot):
    kind = rng.random()
    if kind < 0.05:
        seconds = rng.randrange(-600, 60)
    elif kind < 0.12:
        seconds = rng.randrange(60, 1800)
    elif kind < 0.17:
        seconds = rng.choice([60, 1799, 1800, 86_399, 86_400, 30 * 86_400 - 1, 30 * 86_400, 2 * YEAR_S])
    else:
        seconds = int(log_uniform(rng, 1800, 2 * YEAR_S))
    reference_s = min(max(int(max(seconds, 60) * log_uniform(rng, 1, 1.2)), 60), 2 * YEAR_S)
    rate = rng.uniform(-0.3, 0.3)
    forward = max(100, round(spot * 2.718281828459045 ** (rate * max(seconds, 0) / YEAR_S)))
    vol = log_uniform(rng, 0.06, 4.5) if rng.random() < 0.15 else log_uniform(rng, 0.25, 1.5)
    years = reference_s / YEAR_S
    w = vol * vol * years
    rho, sigma = rng.uniform(-0.8, 0.6), log_uniform(rng, 0.05, 0.5)
    b = min(w * rng.uniform(0.0, 0.8) / sigma * 0.5, 1.9 / (1 + abs(rho)))
    m = rng.uniform(-0.1, 0.1)
    a = w - b * (rho * -m + (m * m + sigma * sigma) ** 0.5)
    svi = [round(x * 10**9) for x in (a, b, rho, m, sigma)]
    mean = fixed_s = 0
    remaining_s = 1800
    if seconds < 1800:
        remaining_s = max(seconds, 0)
        fixed_s = 1800 - remaining_s if rng.random() < 0.8 else rng.randrange(0, 1800 - remaining_s + 1)
        mean = round(spot * rng.uniform(0.95, 1.05)) if fixed_s else 0
        if fixed_s + remaining_s == 0:
            remaining_s = 60
    return [forward, seconds, reference_s, *svi, mean, fixed_s, remaining_s]


def random_portfolio(rng):
    market = rng.randrange(2)
    spot = round(log_uniform(rng, 10**6, 2 * 10**11))
    lots_per_unit = rng.choice([10, 1000])
    expiries = [random_expiry(rng, spot) for _ in range(rng.randrange(1, 5))]
    wanted = 1 + int(32 * rng.random() ** 5)
    size = log_uniform(rng, 1, 10**6)
    legs = {}
    while len(legs) < min(wanted, 32):
        e = rng.randrange(len(expiries))
        forward = expiries[e][0]
        ratio = log_uniform(rng, 0.1, 10) if rng.random() < 0.1 else log_uniform(rng, 0.6, 1.6)
        strike = max(100, round(forward * ratio))
        digits = 10 ** max(len(str(strike)) - 3, 0)
        if ratio > 0.11 and ratio < 9.0:
            strike = max(100, strike // digits * digits)
        call = rng.randrange(2)
        lots = round(rng.choice([-1, 1]) * max(1, size * log_uniform(rng, 0.01, 1)))
        open_interest = None if rng.random() < 0.5 else round(abs(lots) * log_uniform(rng, 0.5, 100))
        legs[(e, strike, call)] = (e, strike, call, lots, open_interest)
        # Half of the time the other side of the same strike as well, so that rows are shared.
        if len(legs) < wanted and rng.random() < 0.25:
            legs[(e, strike, 1 - call)] = (e, strike, 1 - call, -lots if rng.random() < 0.5 else lots, None)
    used = sorted({leg[0] for leg in legs.values()})
    expiries = [expiries[e] for e in used]
    legs = [(used.index(leg[0]), *leg[1:]) for leg in legs.values()]
    notional = sum(abs(leg[3]) for leg in legs) * spot / lots_per_unit
    base_unit = rng.choice([10**8, 10**9])
    return {
        "market": market,
        "quote": round(notional * rng.uniform(-0.2, 1)),
        "base": round(notional / spot * base_unit * rng.uniform(0, 1)) if rng.random() < 0.5 else 0,
        "spot": spot,
        "stable": round(spot * rng.uniform(0.9, 1.1)),
        "half_width": round(spot * rng.uniform(0, 0.02)) if rng.random() < 0.7 else 0,
        "quote_price": round(10**6 * rng.uniform(0.97, 1.03)) if rng.random() < 0.3 else 10**6,
        "stale_s": rng.randrange(0, 7200) if rng.random() < 0.2 else 0,
        "lots_per_unit": lots_per_unit,
        "base_unit": base_unit,
        "expiries": expiries,
        "legs": legs,
    }


def portfolios(count):
    rng = random.Random(SEED)
    return (random_portfolio(rng) for _ in range(count))


# ---- output -------------------------------------------------------------------------------------------------------------------------

INPUTS = ["market", "quote", "base", "spot", "stable", "half_width", "quote_price", "stale_s", "lots_per_unit", "base_unit"]


def line(p):
    result = evaluate(Arb, p)
    expiries = "|".join(":".join(map(str, row)) for row in p["expiries"])
    legs = "|".join(":".join("" if x is None else str(x) for x in leg) for leg in p["legs"])
    return ",".join([*(str(p[key]) for key in INPUTS), expiries, legs, *(str(Arb.tenths(result[key])) for key in FIELDS)])


def lines():
    yield ",".join([*INPUTS, "expiries", "legs", *(f"{key}_tenths" for key in FIELDS)])
    with ProcessPoolExecutor() as pool:
        yield from pool.map(line, portfolios(PORTFOLIOS), chunksize=250)


def write():
    with open(VECTORS, "w", newline="\n") as out:
        out.writelines(f"{text}\n" for text in lines())


def check():
    """Stops at the first line that differs."""
    committed = VECTORS.read_text().split("\n")
    if committed.pop() or len(committed) != PORTFOLIOS + 1:
        sys.exit(f"{VECTORS.name}: not {PORTFOLIOS} portfolios and a header")
    for number, (ours, theirs) in enumerate(zip(lines(), committed), 1):
        if ours != theirs:
            sys.exit(f"{VECTORS.name}, line {number}: not what margin.py writes:\n{ours}\n{theirs}")
    print(f"{VECTORS.name}: {PORTFOLIOS} portfolios, each figure what the reference computes")


def compare(count):
    worst = mpmath.mpf(0)
    for p in portfolios(count):
        ours, theirs = evaluate(Arb, p), evaluate(Mp, p)
        for key in FIELDS:
            text = ours[key].mid().str(60, radius=False)
            worst = max(worst, abs(mpmath.mpf(text) - theirs[key]) / max(theirs["gross_notional"], 1))
    print(f"{count} portfolios, largest difference of any figure between Arb and mpmath: {mpmath.nstr(worst, 3)} of gross notional")
    if worst > mpmath.mpf("1e-30"):
        sys.exit("the two arithmetics disagree")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write the vectors")
    parser.add_argument("--check", action="store_true", help="fail if the committed vectors are not what this computes")
    parser.add_argument("--mpmath", type=int, default=0, metavar="N", help="compute N portfolios with mpmath too")
    args = parser.parse_args()
    if args.write:
        write()
    if args.mpmath:
        compare(args.mpmath)
    if args.check:
        check()


if __name__ == "__main__":
    main()
