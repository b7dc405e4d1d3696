/** What the breaker and the oracle allow now, and the reason in words where they do not. */
import { ACTIONS, type Action, type Engine, type Permission } from '@bastion/client';
import { duration } from './format';
import type { Snapshot } from './snapshot';

export const LEVEL_NAMES = ['Normal', 'Throttle', 'Close only', 'Frozen', 'Migrating'] as const;

export const ACTION_NAMES: Readonly<Record<Action, string>> = {
  newRisk: 'Open or enlarge a position',
  auction: 'Auction: open, bid, clear',
  listing: 'List a market or an expiry',
  reduceRisk: 'Shrink a position',
  cancel: 'Cancel',
  deposit: 'Deposit',
  withdraw: 'Withdraw',
  settle: 'Settle, redeem',
  liquidate: 'Bid for a liquidation',
  priceRecord: 'Record prices',
};

export const CAUSES: Readonly<Record<number, string>> = {
  1: 'a guardian',
  2: 'the council',
  3: 'volatility',
  4: 'a price far from its mean',
  5: 'the state of the price feed',
  6: 'open interest above its cap',
  7: 'a restart of the cluster',
  8: 'a loss of insurance',
  9: 'silence of the monitors',
  10: 'a broken invariant',
  11: 'a migration',
};

export type Levels = { protocol: number; market: number; inForce: number };

/** What is not understood counts as the worst. */
const WORST = LEVEL_NAMES.length - 1;

export function levelsOf(engine: Engine, { brakeBytes, custodyBytes, unixS }: Snapshot): Levels {
  const protocol = engine.levelOfBrake(brakeBytes, unixS) ?? WORST;
  const market = engine.levelOfMarket(custodyBytes, unixS) ?? WORST;
  return { protocol, market, inForce: Math.max(protocol, market) };
}

export const permissionOf = (engine: Engine, snapshot: Snapshot, action: Action): Permission =>
  engine.permission(levelsOf(engine, snapshot).inForce, action) ?? 'no';

/** Why an action is refused now; undefined if it is not. */
export function refusalOf(engine: Engine, snapshot: Snapshot, action: Action): string | undefined {
  const levels = levelsOf(engine, snapshot);
  if (engine.permission(levels.inForce, action) !== 'no') return undefined;
  const ofMarket = levels.market > levels.protocol;
  const { cause, expiresUnixS } = ofMarket ? snapshot.custody : snapshot.brake;
  const until = expiresUnixS > snapshot.unixS ? `, for another ${duration(expiresUnixS - snapshot.unixS)} at most` : '';
  const who = CAUSES[cause];
  return (
    `${ofMarket ? 'This market' : 'The protocol'} is at level ${levels.inForce} (${LEVEL_NAMES[levels.inForce]?.toLowerCase()})` +
    `${who === undefined ? '' : `, raised by ${who}`}${until}. ${allowedNow(engine, levels.inForce)}`
  );
}

function allowedNow(engine: Engine, level: number): string {
  const open = (['reduceRisk', 'withdraw', 'deposit'] as const).filter((action) => engine.permission(level, action) !== 'no');
  return open.length === 0 ? 'Only settlement prices are recorded now.' : `Still open: ${open.map((action) => ACTION_NAMES[action].toLowerCase()).join(', ')}.`;
}

export const SEVERITIES = ['Normal', 'Degraded', 'Stale', 'Down'] as const;

/** Why the price is not good enough to open at, or to close at; undefined if it is. */
export function priceRefusal(engine: Engine, { feed, slot, unixS }: Snapshot, closing: boolean): string | undefined {
  if (engine.feedServes(feed, closing ? 'reduceRisk' : 'newRisk', { unixS, slot })) return undefined;
  const age = unixS > feed.refreshedUnixS ? unixS - feed.refreshedUnixS : 0n;
  const severity = (SEVERITIES[feed.severity] ?? 'Down').toLowerCase();
  return `The price feed is ${severity}, last refreshed ${duration(age)} ago: too little to ${closing ? 'trade' : 'open a position'} at. It opens again by itself once the sources agree.`;
}

export { ACTIONS };
