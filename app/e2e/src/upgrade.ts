import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROGRAMS, configAddress, margin } from '@bastion/client';
import { bufferWrite, sha256 } from '@bastion/demo/lib/buffer';
import { Council } from '@bastion/demo/lib/council';
import { localKey } from '@bastion/demo/lib/keys';
import { hex } from '@bastion/demo/lib/numbers';
import { ELF_DIR, built } from '@bastion/demo/lib/paths';
import { refused } from '@bastion/demo/lib/refusal';
import { changed, snapshot } from '@bastion/demo/lib/snapshot';
import {
  AccountRole,
  generateKeyPairSigner,
  getAddressEncoder,
  getU32Decoder,
  type KeyPairSigner,
  type ReadonlyUint8Array,
} from '@solana/kit';
import { scene } from './scene.js';

const APPROVALS = 5;
/** Calls in flight for each person, and how long they go on before and after: dense enough for a slot of 60 ms. */
const LANES = 4;
const STORM_MS = 500;

describe('upgrade', () => {
  test('upgrade_execute_keeps_every_account_and_calls_in_its_slot_are_retried', async () => {
    const { chain, cast } = scene();
    const council = new Council(chain, cast.council);
    const elf = readFileSync(built(join(ELF_DIR, 'margin_next.so')));
    const elfHash = sha256(elf);
    const buffer = await localKey(`buffer-${hex(elfHash)}`);
    await bufferWrite(chain, council.proposer, buffer, elf, () => undefined);
    await refused('BufferHashMismatch', () =>
      council.upgradePropose(PROGRAMS.margin, buffer.address, sha256(elfHash), elf.length),
    );
    await refused('BufferLengthMismatch', () =>
      council.upgradePropose(PROGRAMS.margin, buffer.address, elfHash, elf.length - 1),
    );
    const proposal = await council.upgradePropose(PROGRAMS.margin, buffer.address, elfHash, elf.length);
    const execute = await council.upgradeExecuteInstruction(proposal, PROGRAMS.margin, buffer.address);
    await refused('ProposalNotQueued', () => chain.send(cast.keeper, [execute]));
    await council.approve(proposal, APPROVALS);
    const ready = await council.queue(proposal, cast.keeper);
    await refused('SecondsRemain', () => chain.send(cast.keeper, [execute]));
    assert.equal(await codeVersion(), 1);
    await chain.until(ready);

    const before = await snapshot(chain, PROGRAMS.margin);
    const storm = await Storm.of([cast.maker, cast.alice, cast.bob, cast.carol, ...cast.council]);
    storm.start();
    await sleep(STORM_MS);
    await chain.send(cast.keeper, [execute]);
    await sleep(STORM_MS);
    const { sent, attempts } = await storm.stop();
    assert.deepEqual(changed(before, await snapshot(chain, PROGRAMS.margin)), []);
    assert.equal(await codeVersion(), 2);
    assert.ok(attempts > sent, `none of ${sent} calls met the upgrade's slot`);
  });
});

/** Calls of margin from many people at once, until told to stop; each must succeed. */
class Storm {
  private readonly people: readonly KeyPairSigner[];
  private readonly mark: Uint8Array;
  private running = true;
  private sent = 0;
  private attempts = 0;
  private calls: Promise<void>[] = [];
  private readonly fetch = globalThis.fetch;

  private constructor(people: readonly KeyPairSigner[], mark: ReadonlyUint8Array) {
    this.people = people;
    this.mark = mark as Uint8Array;
  }

  static async of(people: readonly KeyPairSigner[]): Promise<Storm> {
    return new Storm(people, getAddressEncoder().encode(await configAddress('margin')));
  }

  start(): void {
    // The one place where every attempt shows, also those that the connection repeats. Only these calls name margin's config.
    globalThis.fetch = (input, init) => {
      if (sentTransaction(init)?.includes(Buffer.from(this.mark))) {
        this.attempts += 1;
      }
      return this.fetch(input, init);
    };
    this.calls = Array.from({ length: LANES }, () => this.people.map((person) => this.call(person))).flat();
  }

  async stop(): Promise<{ sent: number; attempts: number }> {
    this.running = false;
    try {
      await Promise.all(this.calls);
    } finally {
      globalThis.fetch = this.fetch;
    }
    return { sent: this.sent, attempts: this.attempts };
  }

  private async call(person: KeyPairSigner): Promise<void> {
    while (this.running) {
      this.sent += 1;
      await scene().chain.send(person, [await versionView()]);
    }
  }
}

/** The bytes of a transaction that a request sends. */
function sentTransaction(request?: RequestInit): Buffer | undefined {
  const body = JSON.parse(String(request?.body ?? '{}')) as { method?: string; params?: [string] };
  return body.method === 'sendTransaction' ? Buffer.from(body.params?.[0] ?? '', 'base64') : undefined;
}

/** A call without effect; an account that nobody reads makes each transaction a different one. */
async function versionView() {
  const view = margin.getVersionViewInstruction({ config: await configAddress('margin') });
  const { address } = await generateKeyPairSigner();
  return { ...view, accounts: [...view.accounts, { address, role: AccountRole.READONLY }] };
}

async function codeVersion(): Promise<number> {
  const { chain, cast } = scene();
  return getU32Decoder().decode(
    await chain.view(cast.keeper, margin.getVersionViewInstruction({ config: await configAddress('margin') })),
  );
}
