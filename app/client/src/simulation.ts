// What a transaction would do, asked of a node before anything is signed.

import {
  appendTransactionMessageInstructions,
  compileTransaction,
  createTransactionMessage,
  getBase64Encoder,
  getBase64EncodedWireTransaction,
  getSolanaErrorFromTransactionError,
  pipe,
  setTransactionMessageFeePayer,
  setTransactionMessageLifetimeUsingBlockhash,
  type Address,
  type Blockhash,
  type Instruction,
  type ReadonlyUint8Array,
} from '@solana/kit';
import type { Connection } from './connection.js';
import { InstructionRefused, programErrorOf } from './errors.js';

export type Simulation = {
  unitsConsumed: bigint;
  logs: readonly string[];
  /** What the last program that returned something returned. */
  returned: ReadonlyUint8Array | undefined;
  /** The accounts that were asked for as they would be; undefined where there would be none. */
  accounts: ReadonlyMap<Address, ReadonlyUint8Array | undefined>;
};

/** A stand-in: the node puts its own latest in. */
const NO_BLOCKHASH = { blockhash: '11111111111111111111111111111111' as Blockhash, lastValidBlockHeight: 0n };

/** Runs the instructions on the node's latest state without signatures. Throws `InstructionRefused`, or the cluster's own error. */
export async function simulate(
  { rpc }: Pick<Connection, 'rpc'>,
  payer: Address,
  instructions: readonly Instruction[],
  watch: readonly Address[] = [],
): Promise<Simulation> {
  const message = pipe(
    createTransactionMessage({ version: 0 }),
    (empty) => setTransactionMessageFeePayer(payer, empty),
    (paid) => setTransactionMessageLifetimeUsingBlockhash(NO_BLOCKHASH, paid),
    (timed) => appendTransactionMessageInstructions(instructions, timed),
  );
  const { value } = await rpc
    .simulateTransaction(getBase64EncodedWireTransaction(compileTransaction(message)), {
      encoding: 'base64',
      commitment: 'confirmed',
      sigVerify: false,
      replaceRecentBlockhash: true,
      accounts: { encoding: 'base64', addresses: [...watch] },
    })
    .send();
  if (value.err !== null) {
    const error = getSolanaErrorFromTransactionError(value.err);
    const refused = programErrorOf(error);
    throw refused === undefined ? error : new InstructionRefused(refused, error);
  }
  const bytes = (base64: string) => getBase64Encoder().encode(base64);
  const returned = value.returnData?.data[0];
  return {
    unitsConsumed: value.unitsConsumed ?? 0n,
    logs: value.logs ?? [],
    returned: returned === undefined ? undefined : bytes(returned),
    accounts: new Map(watch.map((address, at) => {
      const account = value.accounts?.[at];
      return [address, account ? bytes(account.data[0]) : undefined];
    })),
  };
}
