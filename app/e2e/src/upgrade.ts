import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { PROGRAMS } from '@bastion/client';
import { bufferWrite, sha256 } from '@bastion/demo/lib/buffer';
import { Council, type Proposal } from '@bastion/demo/lib/council';
import { localKey } from '@bastion/demo/lib/keys';
import { ELF_DIR, built } from '@bastion/demo/lib/paths';
import { refused } from '@bastion/demo/lib/refusal';
import { changed, snapshot } from '@bastion/demo/lib/snapshot';
import type { Address } from '@solana/kit';
import { scene } from './scene.js';
import { Storm, codeVersion } from './storm.js';

const APPROVALS = 5;

/** Upgrades there and back: a slot is short, and the calls of one try may all miss it. */
const TRIES = [
  { file: 'margin_next.so', version: 2 },
  { file: 'margin.so', version: 1 },
  { file: 'margin_next.so', version: 2 },
];

describe('upgrade', () => {
  test('upgrade_propose_of_other_bytes_than_the_buffers_fails_with_its_reason', async () => {
    const { council, buffer, elf } = await bufferOf('margin_next.so', 'refused');
    const propose = (hash: Uint8Array, length: number) => () =>
      council.upgradePropose(PROGRAMS.margin, buffer, hash, length);
    await refused('BufferHashMismatch', propose(sha256(sha256(elf)), elf.length));
    await refused('BufferLengthMismatch', propose(sha256(elf), elf.length - 1));
  });

  test('upgrade_execute_before_queue_and_delay_fails_and_after_them_runs_with_every_account_unchanged', async (context) => {
    for (const [at, { file, version }] of TRIES.entries()) {
      const { calls, attempts } = await upgradeUnderCalls(file, `try-${at}`);
      assert.equal(await codeVersion(), version);
      context.diagnostic(`${calls} calls of margin around the upgrade took ${attempts} attempts; all succeeded`);
      if (attempts > calls) {
        return;
      }
    }
    assert.fail(`no call met the slot of any of ${TRIES.length} upgrades`);
  });
});

/** One upgrade by the council, with calls of the program going on all the while. */
async function upgradeUnderCalls(file: string, name: string) {
  const { chain, cast } = scene();
  const { council, buffer, elf } = await bufferOf(file, name);
  const proposal = await council.upgradePropose(PROGRAMS.margin, buffer, sha256(elf), elf.length);
  const execute = await executeWhenReady(council, proposal, buffer);
  const before = await snapshot(chain, PROGRAMS.margin);
  const counts = await Storm.around([cast.maker, cast.alice, cast.bob, cast.carol], () =>
    chain.send(cast.keeper, [execute]),
  );
  assert.deepEqual(changed(before, await snapshot(chain, PROGRAMS.margin)), []);
  return counts;
}

async function executeWhenReady(council: Council, proposal: Proposal, buffer: Address) {
  const { chain, cast } = scene();
  const execute = await council.upgradeExecuteInstruction(proposal, PROGRAMS.margin, buffer);
  await refused('ProposalNotQueued', () => chain.send(cast.keeper, [execute]));
  await council.approve(proposal, APPROVALS);
  const ready = await council.queue(proposal, cast.keeper);
  await refused('SecondsRemain', () => chain.send(cast.keeper, [execute]));
  await chain.until(ready);
  return execute;
}

/** A buffer of the proposer's with this ELF in it. */
async function bufferOf(file: string, name: string) {
  const { chain, cast } = scene();
  const council = new Council(chain, cast.council);
  const elf = readFileSync(built(join(ELF_DIR, file)));
  const key = await localKey(`e2e-buffer-${name}`);
  await bufferWrite(chain, council.proposer, key, elf, () => undefined);
  return { council, elf, buffer: key.address };
}
