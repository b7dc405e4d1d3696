/** Each position at the model's price, with its sensitivities in money. */
import type { Engine, Holdings, Position } from '@bastion/client';
import type { ExpiryView, Snapshot } from '../../chain/snapshot';
import { modelOf } from '../chain/series';

export type Row = {
  position: Position;
  expiry: ExpiryView | undefined;
  /** Of one unit. Undefined where no surface gives one. */
  markE6: bigint | undefined;
  valueAtoms: bigint | undefined;
  /** In units of the underlying; in USDC a point of volatility, and a day. */
  greeks: { delta: number; gamma: number; vega: number; theta: number } | undefined;
  settled: boolean;
  expired: boolean;
};

export function bookOf(engine: Engine, snapshot: Snapshot, held: Holdings): Row[] {
  return held.positions.map((position) => rowOf(engine, snapshot, position));
}

function rowOf(engine: Engine, snapshot: Snapshot, position: Position): Row {
  const expiry = snapshot.expiries.find(({ expiryUnixS }) => expiryUnixS === position.expiryUnixS);
  const expired = position.expiryUnixS <= snapshot.unixS;
  const scale = { lotsPerUnit: snapshot.market.lotsPerUnit, baseUnitAtoms: 1n };
  const settlement = expiry?.settlementPriceE6;
  if (settlement !== undefined || expired) {
    // Past its expiry a position is worth its payoff: at the settlement price, or at the present one until that is fixed.
    const at = engine.valueAt({ quoteAtoms: 0n, baseAtoms: 0n, positions: [position] }, settlement ?? snapshot.feed.priceE6, scale);
    return { position, expiry, markE6: undefined, valueAtoms: at?.payoff, greeks: undefined, settled: settlement !== undefined, expired };
  }
  const model = expiry && modelOf(engine, expiry, position.strikeE6, { spotE6: snapshot.feed.priceE6, unixS: snapshot.unixS });
  if (model === undefined) return { position, expiry, markE6: undefined, valueAtoms: undefined, greeks: undefined, settled: false, expired };
  const premium = position.isCall ? model.callE12 : model.putE12;
  const units = Number(position.lots) / snapshot.market.lotsPerUnit;
  const forward = Number(model.forwardE6) / 1e6;
  return {
    position,
    expiry,
    markE6: premium / 1_000_000n,
    valueAtoms: (premium * position.lots) / (1_000_000n * BigInt(snapshot.market.lotsPerUnit)),
    greeks: {
      delta: units * (Number(model.callDeltaE9) / 1e9 - (position.isCall ? 0 : 1)),
      gamma: (units * (Number(model.gammaE9) / 1e9)) / forward,
      vega: (units * forward * (Number(model.vegaE9) / 1e9)) / 100,
      theta: units * forward * (Number(model.thetaE9) / 1e9),
    },
    settled: false,
    expired,
  };
}
