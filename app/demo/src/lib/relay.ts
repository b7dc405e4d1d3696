/** The quote relay, as a process of its own that ends with this one. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NETWORKS_DIR, ROOT, built } from './paths.js';
import { Problem } from './problem.js';
import { close, listen } from './site.js';

const BINARY = process.env['BASTION_RELAY'] ?? join(ROOT, 'target/services/debug/bastion-relay');
const START_MS = 60_000;
const POLL_MS = 100;
/** The one maker here quotes many series at once; all requests come from one address. */
const LIMITS = ['--maker-quotes-max', '4096', '--maker-rate', '400', '--maker-burst', '2000', '--address-rate', '1000'];

export class Relay {
  readonly url: string;
  private readonly child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.child = child;
  }

  /** A relay with an empty store for the cluster behind `rpcUrl`. */
  static async start(rpcUrl: string): Promise<Relay> {
    const port = await portFind();
    const store = join(NETWORKS_DIR, `relay-${port}.redb`);
    rmSync(store, { force: true });
    const options = ['--url', rpcUrl, '--listen', `127.0.0.1:${port}`, '--store', store, ...LIMITS];
    const child = spawn(built(BINARY), options, { stdio: ['ignore', 'pipe', 'pipe'] });
    const log = createWriteStream(join(NETWORKS_DIR, 'relay.log'));
    child.stdout.pipe(log);
    child.stderr.pipe(log);
    process.once('exit', () => child.kill('SIGKILL'));
    const relay = new Relay(`http://127.0.0.1:${port}`, child);
    await relay.ready();
    return relay;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await Promise.race([ended, sleep(5_000).then(() => this.child.kill('SIGKILL'))]);
  }

  /** It answers once it has seen the cluster. */
  private async ready(): Promise<void> {
    for (let waited = 0; waited < START_MS && this.child.exitCode === null; waited += POLL_MS) {
      const answer = await fetch(`${this.url}/health`).catch(() => undefined);
      if (answer?.ok === true) return;
      await sleep(POLL_MS);
    }
    this.child.kill('SIGKILL');
    throw new Problem('the quote relay did not start', 'read target/localnet/relay.log, then run again');
  }
}

async function portFind(): Promise<number> {
  const server = createServer();
  const port = await listen(server, 0);
  await close(server);
  return port;
}
