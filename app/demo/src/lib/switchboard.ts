/** Pull feeds of Switchboard on-demand, byte for byte. */
import { createHash } from 'node:crypto';
import { address, getAddressEncoder, type Address } from '@solana/kit';
import { int128 } from './numbers.js';

export const SWITCHBOARD = address('SBondMDrcV3K4kxZR1HNVT7osZxAHVHgYXL5Ze1oMUv');
export const PULL_FEED_LEN = 3_208;
/** The queue and the hash of the real SOL/USD feed. */
export const SOL_USD_QUEUE = fromHex('86807068432f186a147cf0b13a30067d386204ea9d6c8b04743ac2ef010b0752');
export const SOL_USD_HASH = fromHex('4c935636f2523f6aeeb6dc7b7dab0e86a13ff2c794f7895fc78851d69fdb593b');

export const DISCRIMINATOR = createHash('sha256').update('account:PullFeedAccountData').digest().subarray(0, 8);
/** Everything between the oracles' submissions and the history: who may write, what it is, and the result. */
export const HEAD_AT = 2_056;
/** Where that begins which a new result changes. */
export const UPDATED_AT = 2_216;
const HEAD_LEN = 344;
const SAMPLES = 2;
const MAX_STALENESS_SLOTS = 250;

/** A result; value, deviation and range times 10^18. */
export interface PullFeed {
  readonly authority: Address;
  readonly queue: Uint8Array;
  readonly feedHash: Uint8Array;
  readonly updatedUnixS: bigint;
  readonly value: bigint;
  readonly deviation: bigint;
  readonly slot: bigint;
}

/** The bytes from `HEAD_AT` on; what the feed's oracles said before, around them, is all zeros here. */
export function pullFeedHead(feed: PullFeed): Uint8Array {
  const bytes = new Uint8Array(HEAD_LEN);
  const view = new DataView(bytes.buffer);
  bytes.set(getAddressEncoder().encode(feed.authority), 0);
  bytes.set(feed.queue, 2_088 - HEAD_AT);
  bytes.set(feed.feedHash, 2_120 - HEAD_AT);
  view.setBigInt64(UPDATED_AT - HEAD_AT, feed.updatedUnixS, true);
  // Of two samples: their range is twice their deviation.
  const results = [feed.value, feed.deviation, feed.value, feed.deviation * 2n, feed.value, feed.value];
  results.forEach((result, at) => bytes.set(int128(result), 2_264 + 16 * at - HEAD_AT));
  bytes[2_360 - HEAD_AT] = SAMPLES;
  view.setBigUint64(2_368 - HEAD_AT, feed.slot, true);
  view.setBigUint64(2_376 - HEAD_AT, feed.slot, true);
  view.setUint32(2_392 - HEAD_AT, MAX_STALENESS_SLOTS, true);
  return bytes;
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'));
}
