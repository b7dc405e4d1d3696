/** How far the price can move before maintenance margin is gone, by the protocol's own formula. */
import type { Engine, Holdings } from '@bastion/client';
import { MODE_STANDARD, scaleOf } from '../../chain/account';
import type { Snapshot } from '../../chain/snapshot';

const STEPS = 44;
/** As far as is looked: to a tenth and to ten times the price. */
const FAR = 10n;

/** The nearest prices below and above at which maintenance margin turns negative; undefined where it does not. */
export function liquidationPrices(engine: Engine, snapshot: Snapshot, held: Holdings): [bigint | undefined, bigint | undefined] {
  const scale = scaleOf(snapshot);
  const spot = snapshot.feed.priceE6;
  if (snapshot.holder?.account?.mode !== MODE_STANDARD || held.positions.length === 0) return [undefined, undefined];
  const holds = (price: bigint) => {
    const margin = engine.standardMargin(held, price, scale);
    return margin !== undefined && margin.maintenance >= 0n;
  };
  if (!holds(spot)) return [spot, spot];
  return [edge(holds, spot, spot / FAR), edge(holds, spot, spot * FAR)];
}

/** Standard margin is concave in the price, so what holds at both ends holds between, and one edge lies on each side. */
function edge(holds: (price: bigint) => boolean, from: bigint, to: bigint): bigint | undefined {
  if (holds(to)) return undefined;
  let [good, bad] = [from, to];
  for (let step = 0; step < STEPS && (good > bad ? good - bad : bad - good) > 1n; step += 1) {
    const middle = (good + bad) / 2n;
    if (holds(middle)) good = middle;
    else bad = middle;
  }
  return bad;
}
