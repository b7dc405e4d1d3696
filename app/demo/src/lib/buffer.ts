/** New code on its way to the council: a loader buffer, filled by its author. */
import { createHash } from 'node:crypto';
import { getCreateAccountInstruction } from '@solana-program/system';
import {
  AccountRole,
  address,
  type Address,
  type Instruction,
  type KeyPairSigner,
  type TransactionSigner,
} from '@solana/kit';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Chain } from './chain.js';
import { Problem } from './problem.js';

const LOADER = address('BPFLoaderUpgradeab1e11111111111111111111111');
const BUFFER_HEADER_LEN = 37;

/** Bytes of code that fit beside a write's addresses and signature in one transaction. */
const CHUNK_LEN = 960;
const IN_FLIGHT = 24;
const ROUND_MS = 2_500;
const ROUNDS = 40;

const INITIALIZE_BUFFER = 0;
const WRITE = 1;

export const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

/** Writes `elf` into a new buffer of the author's; `progress` hears how much of it has arrived. */
export async function bufferWrite(
  chain: Chain,
  author: TransactionSigner,
  buffer: KeyPairSigner,
  elf: Uint8Array,
  progress: (done: number, total: number) => void,
): Promise<void> {
  const space = BUFFER_HEADER_LEN + elf.length;
  await chain.send(author, [
    getCreateAccountInstruction({
      payer: author,
      newAccount: buffer,
      lamports: await chain.rent(space),
      space,
      programAddress: LOADER,
    }),
    loader(u32(INITIALIZE_BUFFER), [writable(buffer.address), readonly(author.address)]),
  ]);
  const offsets = Array.from({ length: Math.ceil(elf.length / CHUNK_LEN) }, (_, index) => index * CHUNK_LEN);
  let missing = offsets;
  // The buffer itself says what has arrived; what has not is sent again.
  for (let round = 0; missing.length > 0; round += 1) {
    if (round === ROUNDS) {
      throw new Problem(
        'writing the new code into its buffer does not get on',
        'the machine may be overloaded: run again',
      );
    }
    await writesPost(chain, author, buffer.address, elf, missing);
    const deadline = Date.now() + ROUND_MS;
    do {
      await sleep(150);
      const written = (await chain.bytes(buffer.address)).subarray(BUFFER_HEADER_LEN);
      missing = offsets.filter(
        (offset) =>
          Buffer.compare(written.subarray(offset, offset + CHUNK_LEN), elf.subarray(offset, offset + CHUNK_LEN)) !== 0,
      );
      progress(offsets.length - missing.length, offsets.length);
    } while (missing.length > 0 && Date.now() < deadline);
  }
}

async function writesPost(
  chain: Chain,
  author: TransactionSigner,
  buffer: Address,
  elf: Uint8Array,
  offsets: readonly number[],
): Promise<void> {
  const lifetime = await chain.lifetime();
  const queue = [...offsets];
  const work = async () => {
    for (let offset = queue.shift(); offset !== undefined; offset = queue.shift()) {
      const chunk = elf.subarray(offset, offset + CHUNK_LEN);
      const data = Buffer.concat([u32(WRITE), u32(offset), u64(chunk.length), chunk]);
      await chain.post(author, [loader(data, [writable(buffer), signer(author)])], lifetime);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
}

function loader(data: Uint8Array, accounts: NonNullable<Instruction['accounts']>): Instruction {
  return { programAddress: LOADER, data, accounts };
}

const writable = (at: Address) => ({ address: at, role: AccountRole.WRITABLE });
const readonly = (at: Address) => ({ address: at, role: AccountRole.READONLY });
const signer = (key: TransactionSigner) => ({ address: key.address, role: AccountRole.READONLY_SIGNER, signer: key });

function u32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
