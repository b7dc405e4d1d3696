// Accounts as they change: one read of each, then every change that the node tells of, again after a lost connection.

import { getBase64Encoder, type Address, type ReadonlyUint8Array } from '@solana/kit';
import type { Connection } from './connection.js';

export type AccountChange = { address: Address; data: ReadonlyUint8Array | undefined; slot: bigint };

export type WatchOptions = {
  abortSignal: AbortSignal;
  /** Told when the subscription is lost, and again when it stands. */
  state?: (state: 'open' | 'lost') => void;
};

const [RETRY_MS, RETRY_MAX_MS] = [500, 8_000];

/** Calls `changed` with every account's present state, and again whenever one changes, until aborted. */
export function watchAccounts(
  connection: Pick<Connection, 'rpc' | 'rpcSubscriptions'>,
  addresses: readonly Address[],
  changed: (change: AccountChange) => void,
  { abortSignal, state }: WatchOptions,
): void {
  // The newest slot seen of each: a read and a notification may cross.
  const newest = new Map<Address, bigint>();
  const tell = (change: AccountChange) => {
    if (abortSignal.aborted || change.slot < (newest.get(change.address) ?? 0n)) return;
    newest.set(change.address, change.slot);
    changed(change);
  };
  void follow(connection, addresses, tell, { abortSignal, ...(state ? { state } : {}) });
}

async function follow(
  connection: Pick<Connection, 'rpc' | 'rpcSubscriptions'>,
  addresses: readonly Address[],
  tell: (change: AccountChange) => void,
  { abortSignal, state }: WatchOptions,
): Promise<void> {
  for (let delayMs = RETRY_MS; !abortSignal.aborted; delayMs = Math.min(delayMs * 2, RETRY_MAX_MS)) {
    const round = new AbortController();
    const stop = () => round.abort();
    abortSignal.addEventListener('abort', stop, { once: true });
    try {
      const streams = await Promise.all(addresses.map((address) => subscribe(connection, address, round.signal)));
      await readAll(connection, addresses, tell, round.signal);
      state?.('open');
      delayMs = RETRY_MS;
      // The first stream that ends or fails ends the round.
      await Promise.race(streams.map((stream, at) => pass(stream, addresses[at]!, tell)));
    } catch {
      // Whatever it was, the answer is the same: try again.
    } finally {
      round.abort();
      abortSignal.removeEventListener('abort', stop);
    }
    if (abortSignal.aborted) return;
    state?.('lost');
    await new Promise((resolve) => setTimeout(resolve, delayMs));
  }
}

const subscribe = ({ rpcSubscriptions }: Pick<Connection, 'rpcSubscriptions'>, address: Address, abortSignal: AbortSignal) =>
  rpcSubscriptions.accountNotifications(address, { commitment: 'confirmed', encoding: 'base64' }).subscribe({ abortSignal });

async function pass(
  stream: Awaited<ReturnType<typeof subscribe>>,
  address: Address,
  tell: (change: AccountChange) => void,
): Promise<void> {
  for await (const { context, value } of stream) {
    const data = value.lamports === 0n ? undefined : getBase64Encoder().encode(value.data[0]);
    tell({ address, data, slot: context.slot });
  }
}

async function readAll(
  { rpc }: Pick<Connection, 'rpc'>,
  addresses: readonly Address[],
  tell: (change: AccountChange) => void,
  abortSignal: AbortSignal,
): Promise<void> {
  const { context, value } = await rpc
    .getMultipleAccounts([...addresses], { commitment: 'confirmed', encoding: 'base64' })
    .send({ abortSignal });
  value.forEach((account, at) => {
    const data = account ? getBase64Encoder().encode(account.data[0]) : undefined;
    tell({ address: addresses[at]!, data, slot: context.slot });
  });
}
