/** Standard margin as a preview for people: the programs' own formula, which the client carries. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Engine, type Holdings, type Position, type Scale } from '@bastion/client';

export type { Holdings, Position, Scale };

export const engine = await Engine.load(await readFile(fileURLToPath(import.meta.resolve('@bastion/client/engine.wasm'))));

/** What is left in the worst case of the standard nodes, in quote atoms; negative refuses new risk. */
export function initialMargin(holdings: Holdings, spotE6: bigint, scale: Scale): bigint {
  const margin = engine.standardMargin(holdings, spotE6, scale);
  if (margin === undefined) {
    throw new RangeError('these holdings have no standard margin: a price or a size is out of bounds');
  }
  return margin.initial;
}

/** Cash and payoffs if everything expired at this price, base aside. */
export function settledAt(holdings: Holdings, priceE6: bigint, scale: Scale): bigint {
  const at = engine.valueAt(holdings, priceE6, scale);
  if (at === undefined) {
    throw new RangeError('these holdings have no value: a price or a size is out of bounds');
  }
  return holdings.quoteAtoms + at.payoff;
}
