// Reading many accounts: by address, and all of a kind.

import { getBase58Decoder, getBase64Encoder, type Address, type Base58EncodedBytes, type ReadonlyUint8Array } from '@solana/kit';
import type { Connection } from './connection.js';

/** The most accounts that a node reads in one call. */
const READ_MAX = 100;

export type FoundAccount = { address: Address; data: ReadonlyUint8Array };

/** The accounts that are there, by address. More than a hundred are read at several slots. */
export async function readAccounts({ rpc }: Pick<Connection, 'rpc'>, addresses: readonly Address[]): Promise<Map<Address, ReadonlyUint8Array>> {
  const read = new Map<Address, ReadonlyUint8Array>();
  for (let from = 0; from < addresses.length; from += READ_MAX) {
    const asked = addresses.slice(from, from + READ_MAX);
    const { value } = await rpc.getMultipleAccounts(asked, { encoding: 'base64', commitment: 'confirmed' }).send();
    value.forEach((account, at) => account && read.set(asked[at]!, getBase64Encoder().encode(account.data[0])));
  }
  return read;
}

/** What an account of a kind names: an address `at` bytes after its discriminator. */
export type Named = { at: number; address: Address };

/** A program's accounts of one kind, in the order of their addresses; `named` narrows them. */
export async function findAccounts(
  { rpc }: Pick<Connection, 'rpc'>,
  program: Address,
  discriminator: ReadonlyUint8Array,
  named: readonly Named[] = [],
): Promise<FoundAccount[]> {
  const bytes58 = (bytes: string) => bytes as Base58EncodedBytes;
  const kind = { memcmp: { offset: 0n, bytes: bytes58(getBase58Decoder().decode(discriminator)), encoding: 'base58' as const } };
  const names = named.map(({ at, address }) => ({
    memcmp: { offset: BigInt(discriminator.length + at), bytes: bytes58(address), encoding: 'base58' as const },
  }));
  const found = await rpc
    .getProgramAccounts(program, { encoding: 'base64', commitment: 'confirmed', filters: [kind, ...names] })
    .send();
  return found
    .map(({ pubkey, account }) => ({ address: pubkey, data: getBase64Encoder().encode(account.data[0]) }))
    .sort((left, right) => (left.address < right.address ? -1 : 1));
}
