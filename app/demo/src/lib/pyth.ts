/** Price accounts of the Pyth receiver, byte for byte. */
import { createHash } from 'node:crypto';
import { address, getAddressEncoder, type Address } from '@solana/kit';

export const PYTH_RECEIVER = address('rec5EKMGg6MxZYaMdyBfgwp4d5rB9T1VQH5pJv5LtFJ');
export const PRICE_UPDATE_LEN = 134;
/** Pyth's id of SOL/USD. */
export const SOL_USD = Uint8Array.from(
  Buffer.from('ef0d8b6fda2ceba41da15d4095d1da392a0d2f8ed0c6c7bc0f4cfac8c280b56d', 'hex'),
);

const DISCRIMINATOR = createHash('sha256').update('account:PriceUpdateV2').digest().subarray(0, 8);
const VERIFICATION_FULL = 1;

/** A fully verified `PriceUpdateV2`; prices times 10^exponent. */
export interface PriceUpdate {
  readonly writeAuthority: Address;
  readonly feedId: Uint8Array;
  readonly price: bigint;
  readonly confidence: bigint;
  readonly exponent: number;
  readonly publishedUnixS: bigint;
  readonly previousPublishedUnixS: bigint;
  readonly emaPrice: bigint;
  readonly emaConfidence: bigint;
  readonly postedSlot: bigint;
}

/** What the SOL/USD account held on 16 July 2024, when one SOL was 156.79 dollars. */
export const JULY_2024: PriceUpdate = {
  writeAuthority: address('7UVimffxr9ow1uXYxsr4LHAcV58mLzhmwaeKvJ1pjLiE'),
  feedId: SOL_USD,
  price: 15_679_769_099n,
  confidence: 16_197_271n,
  exponent: -8,
  publishedUnixS: 1_721_133_402n,
  previousPublishedUnixS: 1_721_133_401n,
  emaPrice: 15_660_921_800n,
  emaConfidence: 15_919_247n,
  postedSlot: 277_875_167n,
};

/** sha256 of that account's 134 bytes, as they stood on mainnet. */
export const JULY_2024_SHA256 = '70c39df98fe93e4af91a8616fe5125e787d6d11457d475da83a5142508a8b232';

export function priceUpdateBytes(update: PriceUpdate): Uint8Array {
  const bytes = new Uint8Array(PRICE_UPDATE_LEN);
  const view = new DataView(bytes.buffer);
  bytes.set(DISCRIMINATOR, 0);
  bytes.set(getAddressEncoder().encode(update.writeAuthority), 8);
  bytes[40] = VERIFICATION_FULL;
  bytes.set(update.feedId, 41);
  view.setBigInt64(73, update.price, true);
  view.setBigUint64(81, update.confidence, true);
  view.setInt32(89, update.exponent, true);
  view.setBigInt64(93, update.publishedUnixS, true);
  view.setBigInt64(101, update.previousPublishedUnixS, true);
  view.setBigInt64(109, update.emaPrice, true);
  view.setBigUint64(117, update.emaConfidence, true);
  view.setBigUint64(125, update.postedSlot, true);
  return bytes;
}
