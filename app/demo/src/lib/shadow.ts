/** `bastion shadow`: what new code would have made of what is sent meanwhile. */
import { bastion } from './deploy.js';

/** It ends with the transactions that it waits for, and at the latest then. */
const LISTEN_S = 60;

export interface ShadowRun {
  readonly accounts: number;
  readonly replayed: readonly { readonly same: boolean }[];
  readonly reproduced: number;
  readonly differing: number;
  readonly checks: readonly { readonly holds: boolean }[];
  readonly root: string;
}

/** Clones the network into a VM, and replays what `meanwhile` sends, so many transactions at least, under both codes. */
export async function shadowRun(
  rpcUrl: string,
  proposal: bigint,
  transactions: number,
  meanwhile: () => Promise<void>,
  progress: (line: string) => void,
): Promise<ShadowRun> {
  let hear: () => void = () => undefined;
  const listening = new Promise<void>((resolve) => (hear = resolve));
  const listen = ['--seconds', `${LISTEN_S}`, '--transactions', `${transactions}`];
  const run = bastion(['--url', rpcUrl, '--json', 'shadow', `${proposal}`, ...listen], (line) => {
    if (line.includes('listening')) {
      hear();
    }
    progress(line);
  });
  await Promise.race([listening, run]);
  await meanwhile();
  return JSON.parse(await run) as ShadowRun;
}
