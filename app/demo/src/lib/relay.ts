/** The quote relay. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Daemon } from './daemon.js';
import { NETWORKS_DIR } from './paths.js';
import { Problem } from './problem.js';

const START_MS = 60_000;
const POLL_MS = 100;
/** The one maker here quotes many series at once; all requests come from one address. */
const LIMITS = ['--maker-quotes-max', '4096', '--maker-rate', '400', '--maker-burst', '2000', '--address-rate', '1000'];

export interface RelayOptions {
  readonly name?: string;
  /** Any free port if it is not said. */
  readonly listen?: string;
  /** Go on with the store that an earlier one of this name has left. */
  readonly keep?: boolean;
}

/** Starts one for the cluster behind `rpcUrl`, and waits until it has seen it. */
export async function relayStart(rpcUrl: string, options: RelayOptions = {}): Promise<Daemon> {
  const { name = 'relay', listen = '127.0.0.1:0', keep = false } = options;
  mkdirSync(NETWORKS_DIR, { recursive: true });
  const store = join(NETWORKS_DIR, `${name}.redb`);
  if (!keep) rmSync(store, { force: true });
  const relay = await Daemon.start('relay', name, ['--url', rpcUrl, '--listen', listen, '--store', store, ...LIMITS]);
  for (let waited = 0; waited < START_MS; waited += POLL_MS) {
    if (await relay.isHealthy()) return relay;
    await sleep(POLL_MS);
  }
  await relay.kill();
  throw new Problem('the quote relay does not see the cluster', `read target/localnet/${name}.log, then run again`);
}
