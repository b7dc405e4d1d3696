/** Sealed bids as this browser keeps them: the price and the salt that open them are nowhere else. */
import type { SealedBid } from '@bastion/client';
import type { Address } from '@solana/kit';

const storedAt = (bid: Address) => `bastion.bid.${bid}`;

/** What opens a bid, as text that people can keep: lots, price (e6), salt in hexadecimal. */
export const bidText = ({ lots, priceE6, salt }: SealedBid): string => `${lots}/${priceE6}/${[...salt].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;

export function bidOfText(text: string): SealedBid | undefined {
  const match = /^(\d{1,19})\/(\d{1,19})\/([0-9a-f]{64})$/.exec(text.trim());
  if (match === null) return undefined;
  const [, lots = '', priceE6 = '', salt = ''] = match;
  return { lots: BigInt(lots), priceE6: BigInt(priceE6), salt: Uint8Array.from(salt.match(/../g) ?? [], (byte) => parseInt(byte, 16)) };
}

/** Kept before it is sent: a bid whose key is lost loses its bond. */
export const bidKeep = (bid: Address, sealed: SealedBid) => localStorage.setItem(storedAt(bid), bidText(sealed));

export const bidKept = (bid: Address): SealedBid | undefined => bidOfText(localStorage.getItem(storedAt(bid)) ?? '');
