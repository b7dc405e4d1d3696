import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getAddressDecoder, getBase64Decoder, type Address } from '@solana/kit';
import { readAccounts, type Connection } from '../src/index.js';

const addresses = Array.from({ length: 205 }, (_, at) => getAddressDecoder().decode(new Uint8Array(32).fill(at + 1)));

test('readAccounts_asks_for_a_hundred_at_once_and_leaves_out_what_is_not_there', async () => {
  const asked: number[] = [];
  const rpc = {
    getMultipleAccounts: (of: Address[]) => ({
      send: async () => {
        asked.push(of.length);
        // Every second one is there, and holds its own number.
        return { value: of.map((at) => (addresses.indexOf(at) % 2 === 0 ? { data: [getBase64Decoder().decode(Uint8Array.of(addresses.indexOf(at)))] } : null)) };
      },
    }),
  } as unknown as Connection['rpc'];
  const read = await readAccounts({ rpc }, addresses);
  assert.deepEqual(asked, [100, 100, 5]);
  assert.equal(read.size, 103);
  assert.deepEqual(read.get(addresses[204]!), Uint8Array.of(204));
  assert.equal(read.get(addresses[1]!), undefined);
});
