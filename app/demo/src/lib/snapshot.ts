/** Every account of a program as bytes, and what differs between two moments. */
import type { Address } from '@solana/kit';
import { sha256 } from './buffer.js';
import type { Chain } from './chain.js';
import { hex } from './numbers.js';

export interface Print {
  readonly address: Address;
  readonly data: Uint8Array;
  readonly sha256: string;
}

/** Fingerprints of all accounts that a program owns, by address. */
export async function snapshot(chain: Chain, program: Address): Promise<Map<Address, Print>> {
  const accounts = await chain.accountsOf(program, []);
  return new Map(accounts.map(({ address, data }) => [address, { address, data, sha256: hex(sha256(data)) }]));
}

/** Addresses whose account appeared, went or has other bytes. */
export function changed(before: ReadonlyMap<Address, Print>, after: ReadonlyMap<Address, Print>): Address[] {
  const all = new Set([...before.keys(), ...after.keys()]);
  return [...all].filter((address) => before.get(address)?.sha256 !== after.get(address)?.sha256);
}
