/** `bastion feeds`: what every feed holds, and what each of its sources says, as the command-line client reads it from the network. */
import { bastion } from './deploy.js';
import { decimal, showPrice } from './numbers.js';
import type { Column } from './table.js';

export interface SourceLook {
  readonly kind: string;
  readonly address: string;
  readonly age_s: number | null;
  readonly age_slots: number | null;
  readonly price_e6: number | null;
  readonly confidence_e6: number | null;
  readonly deviation_bps: number | null;
  readonly weight_bps: number;
  readonly refusal: string | null;
  readonly reason: string | null;
}

export interface FeedLook {
  readonly symbol: string;
  readonly address: string;
  readonly recorded: { readonly price_e6: number; readonly severity: string; readonly flags: readonly string[] };
  readonly now: { readonly price_e6: number | null; readonly severity: string; readonly accepted: number };
  readonly sources: readonly SourceLook[];
}

/** One look at every feed. */
export async function feedsLook(rpcUrl: string): Promise<FeedLook[]> {
  return (JSON.parse(await bastion(['--url', rpcUrl, '--json', 'feeds'])) as { feeds: FeedLook[] }).feeds;
}

const right = (name: string): Column => ({ name, align: 'right' });

export const SOURCE_COLUMNS: Column[] = [
  { name: 'source' },
  right('age'),
  right('price'),
  right('+/-'),
  right('off'),
  right('weight'),
  { name: 'not used because' },
];

export function sourceRow(source: SourceLook): string[] {
  const price = (e6: number | null) => (e6 === null ? '-' : showPrice(BigInt(e6), 4));
  const percent = (bps: number | null) => (bps === null ? '-' : `${decimal(BigInt(bps), 2)} %`);
  return [
    source.kind,
    source.age_s === null ? '-' : `${source.age_s} s`,
    price(source.price_e6),
    price(source.confidence_e6),
    percent(source.deviation_bps),
    percent(source.weight_bps),
    source.reason ?? '',
  ];
}
