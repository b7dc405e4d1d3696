/**
 * Standard margin as a preview for people. The rule's home is `crates/risk/src/standard.rs`; the end-to-end suite holds this
 * copy to the program: the program lets an account withdraw exactly down to this figure and not one atom further.
 */

export interface Position {
  readonly expiryUnixS: bigint;
  readonly strikeE6: bigint;
  readonly isCall: boolean;
  /** Positive long, negative short. */
  readonly lots: bigint;
}

export interface Holdings {
  readonly quoteAtoms: bigint;
  readonly baseAtoms: bigint;
  readonly positions: readonly Position[];
}

export interface Scale {
  readonly lotsPerUnit: bigint;
  /** 10 ^ decimals of the base token. */
  readonly baseUnitAtoms: bigint;
}

/** What is left in the worst case of the standard nodes, in quote atoms; negative refuses new risk. */
export function initialMargin(holdings: Holdings, spotE6: bigint, scale: Scale): bigint {
  const nodes = [0n, spotE6 * 2n, ...holdings.positions.map((position) => position.strikeE6)];
  return nodes.map((price) => value(holdings, price, scale)).reduce((worst, at) => (at < worst ? at : worst));
}

/** Cash and payoffs if everything expired at this price, base aside. */
export function settledAt({ quoteAtoms, positions }: Holdings, priceE6: bigint, scale: Scale): bigint {
  return positions.reduce((sum, position) => sum + payoff(position, priceE6, scale.lotsPerUnit), quoteAtoms);
}

function value(holdings: Holdings, priceE6: bigint, scale: Scale): bigint {
  const byExpiry = new Map<bigint, bigint>();
  for (const position of holdings.positions) {
    const sum = byExpiry.get(position.expiryUnixS) ?? 0n;
    byExpiry.set(position.expiryUnixS, sum + payoff(position, priceE6, scale.lotsPerUnit));
  }
  // Longs of one expiry never offset shorts of another, and long-option value is never margin.
  const debts = [...byExpiry.values()].reduce((total, sum) => (sum < 0n ? total + sum : total), 0n);
  return holdings.quoteAtoms + (holdings.baseAtoms * priceE6) / scale.baseUnitAtoms + debts;
}

/** Cash to the holder, rounded down whatever its sign. */
function payoff(position: Position, priceE6: bigint, lotsPerUnit: bigint): bigint {
  const above = position.isCall ? priceE6 - position.strikeE6 : position.strikeE6 - priceE6;
  const size = position.lots < 0n ? -position.lots : position.lots;
  const product = above > 0n ? above * size : 0n;
  return position.lots < 0n ? -((product + lotsPerUnit - 1n) / lotsPerUnit) : product / lotsPerUnit;
}
