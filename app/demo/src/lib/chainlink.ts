/** Feeds of Chainlink's store, byte for byte. */
import { createHash } from 'node:crypto';
import { address, getAddressEncoder, type Address } from '@solana/kit';
import { int128 } from './numbers.js';

export const CHAINLINK = address('HEvSKofvBgfaexv23kMabbYqxasxU3mQ4ibBMEmJWHny');
export const FEED_LEN = 248;
export const DECIMALS = 8;
/** Where the live round begins. */
export const ROUND_AT = 200;

const DISCRIMINATOR = createHash('sha256').update('account:Transmissions').digest().subarray(0, 8);
const VERSION = 2;
const DESCRIPTION_LEN = 32;

/** A header and its live round; the answer times 10^8. */
export interface Round {
  readonly writer: Address;
  readonly description: Uint8Array;
  readonly slot: bigint;
  readonly timestampUnixS: bigint;
  readonly answer: bigint;
}

/** A description as the header holds it. */
export function description(text: string): Uint8Array {
  const bytes = new Uint8Array(DESCRIPTION_LEN);
  bytes.set(new TextEncoder().encode(text));
  return bytes;
}

export function roundBytes(round: Round): Uint8Array {
  const bytes = new Uint8Array(FEED_LEN);
  const view = new DataView(bytes.buffer);
  bytes.set(DISCRIMINATOR, 0);
  bytes[8] = VERSION;
  bytes.set(getAddressEncoder().encode(round.writer), 74);
  bytes.set(round.description, 106);
  bytes[138] = DECIMALS;
  // The round's id, and the one round that the live part holds.
  view.setUint32(143, 1, true);
  view.setUint32(148, 1, true);
  view.setBigUint64(ROUND_AT, round.slot, true);
  view.setUint32(208, Number(round.timestampUnixS), true);
  bytes.set(int128(round.answer), 216);
  return bytes;
}
