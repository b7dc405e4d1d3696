#!/usr/bin/env python3
"""Writes the reference vectors of crates/pricing, from the formulas alone, at 50 digits (mpmath).

    tools/python.sh vectors vectors/generate.py [--check]

Seeded: the same versions write the same bytes; `--check` compares instead of writing. Nothing here is derived from the Rust code.
A sample of every file is held to QuantLib and py_vollib, and arbitrage labels come from numerical derivatives on dense grids.
"""
import pathlib
import random
import sys
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import QuantLib as ql
from mpmath import exp, log, mp, mpf, ncdf, nint, npdf, nstr, sqrt
from vollib.black import black as vollib_black
from vollib.black.greeks.analytical import delta as vollib_delta, vega as vollib_vega

mp.dps = 50
HERE = pathlib.Path(__file__).resolve().parent
YEAR = 365 * 86_400
VOL = (50_000_000, 5_000_000_000)
SECONDS = (60, 2 * YEAR)
PRICE = (100, 10**13)
CROSS_CHECKED = 2_000


def log_uniform(rng, low, high):
    """An integer whose logarithm is uniform."""
    return min(high, max(low, int(round(float(exp(rng.uniform(float(log(low)), float(log(high)))))))))


def clip(x, bounds):
    return min(bounds[1], max(bounds[0], int(x)))


def black(forward, strike, vol, seconds):
    """Black (1976), eq. 16, undiscounted: (call, put, d1, d2) of integers in e6, e9, s; the smaller option is not a difference."""
    F, K = mpf(forward) / 10**6, mpf(strike) / 10**6
    w = mpf(vol) / 10**9 * sqrt(mpf(seconds) / YEAR)
    d1 = log(F / K) / w + w / 2
    d2 = d1 - w
    if K >= F:
        call = F * ncdf(d1) - K * ncdf(d2)
        return call, call - F + K, d1, d2
    put = K * ncdf(-d2) - F * ncdf(-d1)
    return put + F - K, put, d1, d2


def option(rng, region):
    """(forward, strike, vol, seconds) of a region."""
    forward = log_uniform(rng, 10_000_000, 200_000_000_000)
    if region == "core":
        return forward, clip(forward * rng.uniform(0.5, 2), PRICE), rng.randint(200_000_000, 2_000_000_000), log_uniform(rng, 86_400, YEAR)
    if region == "wide":
        return forward, clip(forward * 10 ** rng.uniform(-1, 1), PRICE), log_uniform(rng, *VOL), log_uniform(rng, *SECONDS)
    if region == "high_vol":
        return forward, clip(forward * 10 ** rng.uniform(-1, 1), PRICE), rng.randint(2_000_000_000, VOL[1]), log_uniform(rng, YEAR // 12, SECONDS[1])
    if region == "expiring":
        vol, seconds = log_uniform(rng, *VOL), log_uniform(rng, 60, 3_600)
        w = vol / 1e9 * (seconds / YEAR) ** 0.5
        return forward, clip(forward * float(exp(rng.gauss(0, 2) * w)), PRICE), vol, seconds
    if region == "wing":
        vol, seconds = log_uniform(rng, *VOL), log_uniform(rng, *SECONDS)
        w = vol / 1e9 * (seconds / YEAR) ** 0.5
        moneyness = rng.choice((-1, 1)) * min(rng.uniform(3, 9) * w, 2.3)
        return forward, clip(forward * float(exp(moneyness)), PRICE), vol, seconds
    if region == "far":
        forward = log_uniform(rng, 10**5, 10**10)
        return forward, clip(forward * 10 ** (rng.choice((-1, 1)) * rng.uniform(1, 3)), PRICE), log_uniform(rng, *VOL), log_uniform(rng, *SECONDS)
    if region == "extreme":
        return log_uniform(rng, *PRICE), log_uniform(rng, *PRICE), log_uniform(rng, *VOL), log_uniform(rng, *SECONDS)
    raise ValueError(region)


def corners():
    """All combinations of bounds and of values beside them."""
    for forward in (100, 10**6, 150_500_000, 10**11, 10**12):
        for ratio in (0.1, 0.5, 0.999999, 1, 1.000001, 2, 10):
            for vol in (VOL[0], VOL[0] + 1, 650_000_000, VOL[1] - 1, VOL[1]):
                for seconds in (60, 61, 604_800, SECONDS[1] - 1, SECONDS[1]):
                    yield forward, clip(round(forward * ratio), PRICE), vol, seconds


def options(rng, sizes):
    for region, count in sizes.items():
        for _ in range(count):
            yield (region, *option(rng, region))
    for corner in corners():
        yield ("corner", *corner)


def digits(x, n=20):
    return nstr(x, n, min_fixed=1, max_fixed=0) if x else "0"


def prices(rng):
    sizes = {"core": 6_000, "wide": 6_000, "high_vol": 2_000, "expiring": 2_500, "wing": 2_000, "far": 1_000, "extreme": 500}
    rows = []
    for i, (region, *terms) in enumerate(options(rng, sizes)):
        call, put, *_ = black(*terms)
        forward, strike, vol, seconds = terms
        F, K, w = forward / 1e6, strike / 1e6, vol / 1e9 * (seconds / YEAR) ** 0.5
        if i % 7 == 0:
            for kind, flag, value in ((ql.Option.Call, "c", call), (ql.Option.Put, "p", put)):
                agree(ql.blackFormula(kind, K, F, w), value, 1e-13 * max(F, K), ("QuantLib", terms))
                agree(vollib_black(flag, F, K, seconds / YEAR, 0.0, vol / 1e9), value, 1e-13 * max(F, K), ("py_vollib", terms))
        rows.append((region, *terms, digits(call), digits(put)))
    return ("region", "forward_e6", "strike_e6", "vol_e9", "seconds", "call", "put"), rows


def greeks(rng):
    sizes = {"core": 2_500, "wide": 1_500, "high_vol": 500, "expiring": 500, "wing": 300}
    rows = []
    for i, (region, *terms) in enumerate(options(rng, sizes)):
        forward, strike, vol, seconds = terms
        _, _, d1, d2 = black(*terms)
        sigma, years = mpf(vol) / 10**9, mpf(seconds) / YEAR
        root = sqrt(years)
        pdf = npdf(d1)
        delta, gamma, vega = ncdf(d1), pdf / (sigma * root), pdf * root
        theta = -pdf * sigma / (2 * root) / 365
        vanna, volga = -pdf * d2 / sigma, pdf * root * d1 * d2 / sigma
        if i % 3 == 0:
            # py_vollib's vega is for one point of volatility.
            F, K = forward / 1e6, strike / 1e6
            agree(vollib_delta("c", F, K, seconds / YEAR, 0.0, vol / 1e9), delta, 1e-9, ("py_vollib delta", terms))
            agree(vollib_vega("c", F, K, seconds / YEAR, 0.0, vol / 1e9) * 100 / F, vega, 1e-9, ("py_vollib vega", terms))
            # Third check: differences of the price itself.
            step = mpf(10) ** -12
            bumped = [price_of(forward, strike, sigma + s * step, years) for s in (-1, 0, 1)]
            agree(float((bumped[2] - bumped[0]) / (2 * step)), vega, 1e-12, ("difference vega", terms))
            agree(float((bumped[2] - 2 * bumped[1] + bumped[0]) / step**2), volga, 1e-9, ("difference volga", terms))
        rows.append((region, *terms, *(digits(x, 16) for x in (delta, gamma, vega, theta, vanna, volga))))
    return ("region", "forward_e6", "strike_e6", "vol_e9", "seconds", "delta", "gamma", "vega", "theta", "vanna", "volga"), rows


def price_of(forward, strike, sigma, years):
    """Call / F of real volatility and time."""
    x = log(mpf(forward) / strike)
    w = sigma * sqrt(years)
    return ncdf(x / w + w / 2) - mpf(strike) / forward * ncdf(x / w - w / 2)


def implied_vols(rng):
    """A premium rounded to 1e-12, and the exact root for that rounded premium, by Newton from the volatility that made it."""
    sizes = ("core",) * 5 + ("wide",) * 2 + ("expiring", "high_vol")
    rows = []
    checked = 0
    while len(rows) < 5_400:
        region = rng.choice(sizes)
        forward, strike, vol, seconds = option(rng, region)
        kind = rng.choice(("call", "put"))
        call, put, d1, _ = black(forward, strike, vol, seconds)
        F, K, years = mpf(forward) / 10**6, mpf(strike) / 10**6, mpf(seconds) / YEAR
        vega = npdf(d1) * sqrt(years)
        # Where a premium fixes its volatility: at least 1e-7 of time value, and 1e-5 for a whole unit of volatility.
        if min(call, put) < F / 10**7 or vega < mpf(10) ** -5:
            continue
        premium = int(nint((call if kind == "call" else put) * 10**12))
        wanted = mpf(premium) / 10**12 if kind == "call" else mpf(premium) / 10**12 + F - K
        sigma = mpf(vol) / 10**9
        for _ in range(3):
            w = sigma * sqrt(years)
            slope = npdf(log(F / K) / w + w / 2) * sqrt(years)
            sigma -= (price_of(forward, strike, sigma, years) - wanted / F) / slope
        if not mpf(VOL[0]) / 10**9 < sigma < mpf(VOL[1]) / 10**9:
            continue
        if region == "core" and checked < CROSS_CHECKED:
            checked += 1
            flag = ql.Option.Call if kind == "call" else ql.Option.Put
            found = ql.blackFormulaImpliedStdDev(flag, float(K), float(F), premium / 1e12, 1.0, 0.0, float(w), 1e-14, 500)
            agree(found / float(sqrt(years)), sigma, 1e-9 / float(vega), ("QuantLib implied", forward, strike, seconds, premium))
        rows.append((region, forward, strike, seconds, kind, premium, digits(sigma, 18), digits(vega, 8)))
    return ("region", "forward_e6", "strike_e6", "seconds", "kind", "premium_e12", "vol", "vega"), rows


GRID = np.linspace(-1.5, 1.5, 6_001)


def total_variance(k, a, b, rho, m, sigma):
    """Gatheral & Jacquier (2014), eq. 3.1."""
    return a + b * (rho * (k - m) + np.sqrt((k - m) ** 2 + sigma**2))


def label(a, b, rho, m, sigma):
    """What a slice violates on [-1.5, 1.5], from numerical derivatives, and how clearly (0: too close to say)."""
    slope = max(abs(total_variance(np.array(s * 1e7), a, b, rho, m, sigma) / 1e7) for s in (-1, 1))
    if abs(slope - 2) < 1e-4:
        return "unclear", 0.0
    lowest = total_variance(np.linspace(m - 60 * sigma, m + 60 * sigma, 200_001), a, b, rho, m, sigma).min()
    if abs(lowest) < 1e-5:
        return "unclear", 0.0
    if lowest < 0:
        return "negative", lowest
    if slope > 2:
        return "wing", slope
    h = min(1e-3, sigma / 50)
    w, up, down = (total_variance(GRID + s * h, a, b, rho, m, sigma) for s in (0, 1, -1))
    first, second = (up - down) / (2 * h), (up - 2 * w + down) / h**2
    g = (1 - GRID * first / (2 * w)) ** 2 - first**2 / 4 * (1 / w + 0.25) + second / 2
    least = g.min()
    if abs(least) < 2e-3:
        return "unclear", 0.0
    return ("clean", least) if least > 0 else ("butterfly", least)


def svi(rng):
    """Slices of each label, with total variance at three strikes."""
    wanted = {"clean": 1_300, "butterfly": 500, "wing": 200, "negative": 200}
    rows, counts = [], dict.fromkeys(wanted, 0)
    while counts != wanted:
        scale = 10 ** rng.uniform(-3, 0.3)
        e9 = [
            int(1e9 * x)
            for x in (
                scale * rng.uniform(-0.3, 1),
                min(3.9, scale * 10 ** rng.uniform(-1, 1)),
                rng.uniform(-0.98, 0.98),
                rng.gauss(0, 0.1),
                10 ** rng.uniform(-2, 0),
            )
        ]
        found, measure = label(*(x / 1e9 for x in e9))
        if found not in wanted or counts[found] == wanted[found]:
            continue
        counts[found] += 1
        points = []
        for _ in range(3):
            k = rng.randint(-(1 << 38), 1 << 38)
            a, b, rho, m, sigma = (mpf(x) / 10**9 for x in e9)
            y = mpf(k) / 2**38 - m
            points += [k, digits(a + b * (rho * y + sqrt(y * y + sigma * sigma)), 16)]
        rows.append((found, *e9, f"{measure:.4g}", *points))
    return ("label", "a_e9", "b_e9", "rho_e9", "m_e9", "sigma_e9", "measure", "k1_q38", "w1", "k2_q38", "w2", "k3_q38", "w3"), rows


def agree(theirs, ours, tolerance, what):
    if not abs(mpf(theirs) - ours) <= tolerance:
        sys.exit(f"{what}: {theirs} against {nstr(ours, 17)}")


FILES = (("prices", 1, prices), ("greeks", 2, greeks), ("implied_vols", 3, implied_vols), ("svi", 4, svi))


def render(file):
    name, seed, make = file
    header, rows = make(random.Random(seed))
    return name, len(rows), "\n".join(",".join(map(str, row)) for row in (header, *rows)) + "\n"


def main():
    stale = []
    with ProcessPoolExecutor() as pool:
        for name, rows, text in pool.map(render, FILES):
            file = HERE / f"{name}.csv"
            if "--check" in sys.argv[1:]:
                if not file.exists() or file.read_text() != text:
                    stale.append(file.name)
            else:
                file.write_text(text)
            print(f"{file.name}: {rows} rows")
    if stale:
        sys.exit(f"not what generate.py writes: {', '.join(stale)}")


if __name__ == "__main__":
    main()
