/** How far the price can move before maintenance margin is gone, by the protocol's own formula of the account's mode. */
import type { Engine, Holdings } from '@bastion/client';
import { MODE_PORTFOLIO, marginOf } from '../../chain/account';
import type { Snapshot } from '../../chain/snapshot';

const STEPS = 44;
/** As far as is looked: to a tenth and to ten times the price. */
const FAR = 10n;
/** Portfolio margin may turn more than once: it is looked at this many places on either side, evenly in the price's logarithm. */
const PLACES = 90;

/** The nearest prices below and above at which maintenance margin turns negative; undefined where it does not. */
export function liquidationPrices(engine: Engine, snapshot: Snapshot, held: Holdings): [bigint | undefined, bigint | undefined] {
  const spot = snapshot.feed.priceE6;
  if (held.positions.length === 0) return [undefined, undefined];
  const mode = snapshot.holder?.account?.mode ?? 0;
  const holds = (spotE6: bigint) => {
    const margin = marginOf(engine, snapshot, held, { mode, spotE6 });
    return margin !== undefined && margin.maintenance >= 0n;
  };
  if (!holds(spot)) return [spot, spot];
  const towards = (to: bigint) => (mode === MODE_PORTFOLIO ? walk(holds, spot, to) : edge(holds, spot, to));
  return [towards(spot / FAR), towards(spot * FAR)];
}

/** The first place that does not hold, and then the edge before it. */
function walk(holds: (price: bigint) => boolean, from: bigint, to: bigint): bigint | undefined {
  let good = from;
  for (let place = 1; place <= PLACES; place += 1) {
    const next = BigInt(Math.round(Number(from) * (Number(to) / Number(from)) ** (place / PLACES)));
    if (!holds(next)) return edge(holds, good, next);
    good = next;
  }
  return undefined;
}

/** Between a price that holds and one that does not. Standard margin is concave in the price: what holds at both ends holds between. */
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
