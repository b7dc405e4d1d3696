/** `make demo`: the whole life of the protocol on a local network of its own, and then the page on that network. */
import { setTimeout as sleep } from 'node:timers/promises';
import { networkStart, type Network } from './lib/network.js';
import { Problem } from './lib/problem.js';
import { Report } from './lib/report.js';
import { accounts } from './steps/accounts.js';
import { brake } from './steps/brake.js';
import { feedCreate } from './steps/feed.js';
import { marketCreate } from './steps/market.js';
import { programsDeploy } from './steps/network.js';
import { page } from './steps/page.js';
import { prices } from './steps/prices.js';
import { settlement } from './steps/settlement.js';
import { trades } from './steps/trades.js';
import { upgrade } from './steps/upgrade.js';
import { vaultEpoch } from './steps/vault-epoch.js';

const STEPS = 11;
const EXIT_INTERRUPTED = 130;
const DEATH_MS = 1_000;

/** From the listing to the expiry, and the vault's epoch, on a machine of this pace. */
const LIFE_S = 170;
const EPOCH_S = 110;
/** Setting up takes about this long on an idle machine; one that is slower gets more time for the rest. */
const SETUP_MS = 30_000;
const PACE_MAX = 3;
const DONE = 'the whole life of the protocol, every token accounted for';

async function play(report: Report, network: Network): Promise<void> {
  const began = Date.now();
  const scene = await programsDeploy(report, network);
  const priced = await feedCreate(scene);
  try {
    const pace = Math.min(PACE_MAX, Math.max(1, (Date.now() - began) / SETUP_MS));
    const trading = await marketCreate(priced, Math.ceil(LIFE_S * pace));
    await trades(trading);
    const vaulted = await vaultEpoch(trading, Math.ceil(EPOCH_S * pace));
    await prices(vaulted);
    await brake(vaulted);
    await upgrade(vaulted);
    await settlement(vaulted);
    await accounts(vaulted);
    await page(vaulted, network, DONE);
  } finally {
    await priced.keeper.stop();
  }
}

async function main(): Promise<number> {
  const report = new Report(STEPS);
  let network: Network | undefined;
  let interrupted = false;
  const interrupt = (signal: string) => {
    interrupted = true;
    report.failure(`interrupted by ${signal}`, 'run again: it starts over cleanly');
    void (network?.stop() ?? Promise.resolve()).then(() => process.exit(EXIT_INTERRUPTED));
  };
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    network = await networkStart('demo');
    await play(report, network);
    return 0;
  } catch (error) {
    // A dead validator shows first as some call that got no answer.
    const death = await Promise.race([network?.died, sleep(DEATH_MS, undefined)]);
    const cause = death ?? error;
    const remedy =
      cause instanceof Problem
        ? cause.remedy
        : `read the validator’s log (${network?.log ?? 'not started'}), then run again`;
    if (!interrupted) {
      report.failure(reason(cause), remedy);
    }
    return interrupted ? EXIT_INTERRUPTED : 1;
  } finally {
    await network?.stop();
  }
}

function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return `${error instanceof Error ? error.message : String(error)}${cause}`;
}

process.exit(await main());
