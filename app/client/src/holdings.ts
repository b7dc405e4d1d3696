// An account as formulas see it, and what trades would make of it.

import { getMarginAccountDecoder, type MarginAccount } from './generated/margin/index.js';
import type { Engine, FillCash, Holdings, Position, Scale } from './engine.js';
import type { QuoteLeg } from './quote.js';

export const KIND_CALL = 1;

/** The holdings in a margin account. */
export function holdingsOf(account: Pick<MarginAccount, 'quoteAtoms' | 'baseAtoms' | 'positions'>): Holdings {
  const positions = account.positions
    .filter(({ kind }) => kind !== 0)
    .map(({ expiryUnixS, strikeE6, kind, lots }) => ({ expiryUnixS, strikeE6, isCall: kind === KIND_CALL, lots }));
  return { quoteAtoms: account.quoteAtoms, baseAtoms: account.baseAtoms, positions };
}

/** The holdings in a margin account's bytes. */
export const holdingsOfBytes = (bytes: Uint8Array): Holdings => holdingsOf(getMarginAccountDecoder().decode(bytes));

export const isSameSeries = (left: Omit<Position, 'lots'>, right: Omit<Position, 'lots'>) =>
  left.expiryUnixS === right.expiryUnixS && left.strikeE6 === right.strikeE6 && left.isCall === right.isCall;

/** Positions after others are added: one for each series, none of no lots. */
export function positionsPlus(held: readonly Position[], added: readonly Position[]): Position[] {
  const all = held.map((position) => ({ ...position }));
  for (const position of added) {
    const same = all.find((candidate) => isSameSeries(candidate, position));
    if (same === undefined) all.push({ ...position });
    else same.lots += position.lots;
  }
  return all.filter(({ lots }) => lots !== 0n);
}

/** What the taker holds of a quote's legs after a fill of `packages`: a leg that its maker sells is bought. */
export function takerPositions(legs: readonly QuoteLeg[], packages: bigint): Position[] {
  return legs.map(({ expiryUnixS, strikeE6, kind, side, ratio }) => {
    const lots = BigInt(ratio) * packages;
    return { expiryUnixS, strikeE6, isCall: kind === 'call', lots: side === 'sell' ? lots : -lots };
  });
}

export type FillSetting = { spotE6: bigint; lotsPerUnit: number; takerFeeBps: number; makerFeeBps: number };

/** The taker's cash of a whole fill: premiums and fees of all legs. */
export function takerCash(engine: Engine, legs: readonly QuoteLeg[], packages: bigint, setting: FillSetting): FillCash | undefined {
  const sum = { takerAtoms: 0n, premiumAtoms: 0n, takerFeeAtoms: 0n };
  for (const { priceE6, side, ratio } of legs) {
    const cash = engine.fillCash({ ...setting, priceE6, lots: BigInt(ratio) * packages, takerBuys: side === 'sell' });
    if (cash === undefined) return undefined;
    sum.takerAtoms += cash.takerAtoms;
    // Signed as the taker sees it: paid for what is bought.
    sum.premiumAtoms += side === 'sell' ? cash.premiumAtoms : cash.takerAtoms * -1n - cash.takerFeeAtoms;
    sum.takerFeeAtoms += cash.takerFeeAtoms;
  }
  return sum;
}

export type PayoffPoint = { priceE6: bigint; payoffAtoms: bigint };

/** Cash at expiry over a range of prices of the underlying, less what the positions cost. */
export function payoffCurve(
  engine: Engine,
  positions: readonly Position[],
  costAtoms: bigint,
  range: { fromE6: bigint; toE6: bigint; steps: number },
  scale: Scale,
): PayoffPoint[] {
  const { fromE6, toE6, steps } = range;
  const even = Array.from({ length: steps + 1 }, (_, at) => fromE6 + ((toE6 - fromE6) * BigInt(at)) / BigInt(steps));
  // A payoff bends at strikes and nowhere else: with them the polyline is exact.
  const bends = positions.map(({ strikeE6 }) => strikeE6).filter((strike) => strike > fromE6 && strike < toE6);
  const prices = [...new Set([...even, ...bends])].sort((left, right) => (left < right ? -1 : 1));
  const holdings = { quoteAtoms: 0n, baseAtoms: 0n, positions };
  return prices.flatMap((priceE6) => {
    const at = engine.valueAt(holdings, priceE6, scale);
    return at === undefined ? [] : [{ priceE6, payoffAtoms: at.payoff - costAtoms }];
  });
}

/** Where a payoff crosses zero, to the nearest unit of the price. */
export function breakEvens(curve: readonly PayoffPoint[]): bigint[] {
  const found: bigint[] = [];
  curve.forEach((point, at) => {
    const next = curve[at + 1];
    if (next === undefined || point.payoffAtoms < 0n === next.payoffAtoms < 0n) return;
    const [run, rise] = [next.priceE6 - point.priceE6, next.payoffAtoms - point.payoffAtoms];
    found.push(point.priceE6 - (point.payoffAtoms * run) / rise);
  });
  return found;
}
