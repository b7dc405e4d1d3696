import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { PROGRAMS, adoptionAddress, governor } from '@bastion/client';
import { bufferWrite, sha256 } from '@bastion/demo/lib/buffer';
import { Council, type Proposal } from '@bastion/demo/lib/council';
import { localKey } from '@bastion/demo/lib/keys';
import { ELF_DIR, built } from '@bastion/demo/lib/paths';
import { deployed } from '@bastion/demo/lib/loader';
import { refused } from '@bastion/demo/lib/refusal';
import { Rollout } from '@bastion/demo/lib/rollout';
import { changed, snapshot } from '@bastion/demo/lib/snapshot';
import type { Address } from '@solana/kit';
import { ballotApprove } from './p256.js';
import { scene } from './scene.js';
import { Storm, codeVersion } from './storm.js';

const APPROVALS = 5;
const NORMAL = 0;

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
  const rollout = new Rollout(chain, cast.keeper, proposal);
  const execute = await executeWhenReady(council, proposal, buffer, rollout, name);
  const markets = await rollout.freeze();
  const before = await snapshot(chain, PROGRAMS.margin);
  const counts = await Storm.around([cast.maker, cast.alice, cast.bob, cast.carol], () =>
    chain.send(cast.keeper, [execute]),
  );
  assert.deepEqual(changed(before, await snapshot(chain, PROGRAMS.margin)), []);
  await refused('UpgradeActive', async () => {
    const second = await bufferOf(file, `${name}-second`);
    const parallel = await council.upgradePropose(PROGRAMS.margin, second.buffer, sha256(second.elf), second.elf.length);
    await council.approve(parallel, APPROVALS);
    const other = new Rollout(chain, cast.keeper, parallel);
    await stageRunning(council, other, `${name}-second`);
    await other.queue();
  });
  await rollout.verify(markets);
  await rollout.freezeEnd();
  await council.relax(NORMAL, cast.keeper, async (ready) => {
    await chain.until(ready);
  });
  await rollout.promote(markets, () => undefined);
  return counts;
}

async function executeWhenReady(council: Council, proposal: Proposal, buffer: Address, rollout: Rollout, name: string) {
  const { chain, cast } = scene();
  const draft = await council.upgradeExecuteInstruction(proposal, PROGRAMS.margin, buffer);
  await refused('ProposalNotQueued', () => chain.send(cast.keeper, [draft]));
  // One of the five by a ballot: this member's key is P-256.
  await council.approve(proposal, APPROVALS - 1);
  await ballotApprove(proposal);
  await stageRunning(council, rollout, name);
  const execute = await council.upgradeExecuteInstruction(proposal, PROGRAMS.margin, buffer);
  const ready = await rollout.queue();
  await refused('SecondsRemain', () => chain.send(cast.keeper, [execute]));
  await chain.until(ready);
  return execute;
}

/** Stages the code that runs now. */
async function stageRunning(council: Council, rollout: Rollout, name: string): Promise<void> {
  const { chain } = scene();
  const { code } = await deployed(chain, PROGRAMS.margin);
  const { elfLen } = governor.getAdoptionDecoder().decode(await chain.bytes(await adoptionAddress(PROGRAMS.margin)));
  const key = await localKey(`e2e-rollback-${name}`);
  await bufferWrite(chain, council.proposer, key, code.subarray(0, elfLen), () => undefined);
  await rollout.stage(council.proposer, key.address);
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
