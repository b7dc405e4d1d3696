/** Calls of margin in quick succession, all through the client's connection; each must succeed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { configAddress, margin } from '@bastion/client';
import {
  AccountRole,
  generateKeyPairSigner,
  getAddressEncoder,
  getU32Decoder,
  type Instruction,
  type KeyPairSigner,
} from '@solana/kit';
import { scene } from './scene.js';

/** Between two calls, and how long they go on before and after: dense enough for slots of 60 ms. */
const PACE_MS = 15;
const MARGIN_MS = 500;

export interface Counts {
  readonly calls: number;
  /** Transactions sent for them: more than calls where the connection tried again. */
  readonly attempts: number;
}

export class Storm {
  private running = true;
  private attempts = 0;

  /** Keeps calling from shortly before `action` until shortly after it. */
  static async around(people: readonly KeyPairSigner[], action: () => Promise<unknown>): Promise<Counts> {
    const storm = new Storm();
    const mark = Buffer.from(getAddressEncoder().encode(await configAddress('margin')));
    const fetch = globalThis.fetch;
    // The one place where every attempt shows. Of all transactions here only these calls name margin's config.
    globalThis.fetch = (input, init) => {
      storm.attempts += sentTransaction(init)?.includes(mark) ? 1 : 0;
      return fetch(input, init);
    };
    try {
      const calls = storm.run(people);
      await sleep(MARGIN_MS);
      await action();
      await sleep(MARGIN_MS);
      storm.running = false;
      return { calls: await calls, attempts: storm.attempts };
    } finally {
      storm.running = false;
      globalThis.fetch = fetch;
    }
  }

  /** Starts calls at a steady pace, whether or not earlier ones are confirmed: waiting would tie them to the slots. */
  private async run(people: readonly KeyPairSigner[]): Promise<number> {
    const calls: Promise<unknown>[] = [];
    while (this.running) {
      const person = people[calls.length % people.length]!;
      const call = versionCall().then((instruction) => scene().chain.send(person, [instruction]));
      // A failure is reported below, with all the others.
      call.catch(() => undefined);
      calls.push(call);
      await sleep(PACE_MS);
    }
    await Promise.all(calls);
    return calls.length;
  }
}

/** What margin says of its own version. */
export async function codeVersion(): Promise<number> {
  const { chain, cast } = scene();
  const view = margin.getVersionViewInstruction({ config: await configAddress('margin') });
  return getU32Decoder().decode(await chain.view(cast.keeper, view));
}

/** A call without effect; an account that nobody reads makes each transaction a different one. */
async function versionCall(): Promise<Instruction> {
  const view = margin.getVersionViewInstruction({ config: await configAddress('margin') });
  const { address } = await generateKeyPairSigner();
  return { ...view, accounts: [...view.accounts, { address, role: AccountRole.READONLY }] };
}

/** The bytes of a transaction that a request sends. */
function sentTransaction(request?: RequestInit): Buffer | undefined {
  const body = JSON.parse(String(request?.body ?? '{}')) as { method?: string; params?: [string] };
  return body.method === 'sendTransaction' ? Buffer.from(body.params?.[0] ?? '', 'base64') : undefined;
}
