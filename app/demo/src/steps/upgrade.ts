import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROGRAMS, configAddress, governor, adoptionAddress, margin } from '@bastion/client';
import { getU32Decoder } from '@solana/kit';
import { bufferWrite, sha256 } from '../lib/buffer.js';
import { Council } from '../lib/council.js';
import { Rollout } from '../lib/rollout.js';
import { localKey } from '../lib/keys.js';
import { deployed } from '../lib/loader.js';
import { hex, priceE6 } from '../lib/numbers.js';
import { ELF_DIR, built } from '../lib/paths.js';
import { refused } from '../lib/refusal.js';
import { shadowRun } from '../lib/shadow.js';
import { changed, snapshot } from '../lib/snapshot.js';
import { proposalShow } from './brake.js';
import type { Trading } from './market.js';
import { PUT } from './trades.js';

/** An upgrade needs five of seven. */
const APPROVALS = 5;
const NORMAL = 0;
/** The same program with a higher code version. */
const NEXT_ELF = 'margin_next.so';

/** The council replaces the engine's code while people hold positions. */
export async function upgrade({ report, chain, cast, exchange, expiryUnixS }: Trading): Promise<void> {
  report.begin(
    'An upgrade under open interest',
    'the bytes that members approved are the bytes that run, never early, and not one byte of anybody’s account changes',
  );
  const council = new Council(chain, cast.council);
  const elf = readFileSync(built(join(ELF_DIR, NEXT_ELF)));
  const elfHash = sha256(elf);
  report.ok(
    `margin runs code version ${await codeVersion()} with ${(await exchange.state()).openInterestLots} lots of open interest`,
  );

  const buffer = await localKey(`buffer-${hex(elfHash)}`);
  await bufferWrite(chain, council.proposer, buffer, elf, (done, total) =>
    report.progress(`new code: ${done} of ${total} pieces written`),
  );
  const proposal = await council.upgradePropose(PROGRAMS.margin, buffer.address, elfHash, elf.length);
  report.ok(`${elf.length} bytes of new code are in a buffer that is the governor’s from the proposal on`);
  await proposalShow(council, proposal, report);

  const draft = await council.upgradeExecuteInstruction(proposal, PROGRAMS.margin, buffer.address);
  report.refused('executing a draft', await refused('ProposalNotQueued', () => chain.send(cast.keeper, [draft])));
  const shadow = await shadowRun(
    chain.url,
    proposal.id,
    APPROVALS,
    () => council.approve(proposal, APPROVALS),
    (line) => report.progress(line),
  );
  report.ok(
    `shadow run: ${shadow.accounts} accounts cloned into a VM, ${shadow.replayed.length} transactions replayed under both codes, ${shadow.differing} came out otherwise, ${shadow.checks.length} invariants hold; result root ${shadow.root.slice(0, 16)}...`,
  );
  const rollout = new Rollout(chain, cast.keeper, proposal);
  report.refused(
    'queueing it without a way back',
    await refused('RollbackNotStaged', () => rollout.queue()),
  );
  const running = (await deployed(chain, PROGRAMS.margin)).code.subarray(0, (await adoption()).elfLen);
  const way = await localKey(`rollback-${hex(elfHash)}`);
  await bufferWrite(chain, council.proposer, way, running, (done, total) =>
    report.progress(`the way back: ${done} of ${total} pieces written`),
  );
  await rollout.stage(council.proposer, way.address);
  report.ok(`the ${running.length} bytes that run now are staged as the way back`);
  const ready = await rollout.queue();
  const execute = await council.upgradeExecuteInstruction(proposal, PROGRAMS.margin, buffer.address);
  report.ok(`${APPROVALS} of ${cast.council.length} members approve; queued`);
  report.refused(
    'executing before the delay',
    await refused('SecondsRemain', () => chain.send(cast.keeper, [execute])),
  );
  await chain.until(ready, report.countdown('the delay of seven days, scaled'));

  report.refused(
    'executing before every account is recorded',
    await refused('NotMigrating', () => chain.send(cast.keeper, [execute])),
  );
  const markets = await rollout.freeze();
  const recorded = markets.flatMap(({ pages }) => pages.flat()).length;
  report.ok(`frozen at level 4; the governor has recorded ${recorded} accounts of ${markets.length} market`);
  const before = await snapshot(chain, PROGRAMS.margin);
  await chain.send(cast.keeper, [execute]);
  const after = await snapshot(chain, PROGRAMS.margin);
  await codeCheck();
  report.ok(`executed; the deployed code hashes to ${hex(elfHash).slice(0, 16)}... as approved, with zeros after it`);
  report.table(
    [
      { name: 'account' },
      { name: 'kind' },
      { name: 'bytes', align: 'right' },
      { name: 'sha256 before' },
      { name: 'sha256 after' },
    ],
    [...before.values()].map(({ address, data, sha256: digest }) => [
      address,
      margin.MarginAccountKind[margin.identifyMarginAccount(data)],
      `${data.length}`,
      digest.slice(0, 16),
      after.get(address)?.sha256.slice(0, 16) ?? 'gone',
    ]),
  );
  const differing = changed(before, after);
  if (differing.length > 0) {
    throw new Error(`the upgrade changed ${differing.length} accounts: ${differing.join(', ')}`);
  }
  report.ok(`all ${before.size} accounts are byte-identical`);
  await rollout.verify(markets);
  await rollout.freezeEnd();
  report.ok('verified from outside: every recorded account and every sum is what it was; the brake comes down to level 2');
  await council.relax(NORMAL, cast.keeper, async (moment) => {
    await chain.until(moment, report.countdown('the delay of two days, scaled'));
  });
  report.ok(`margin answers with code version ${await codeVersion()}`);
  const put = await exchange.quote(cast.maker, {
    ...PUT,
    expiryUnixS,
    priceE6: priceE6('4.80'),
    side: 'buy',
    nonce: 5n,
    maxLots: 20n,
  });
  await exchange.fill(cast.bob, put, 20n);
  report.ok('the new code fills a quote against positions that the old code opened');
  const shares: string[] = [];
  await rollout.promote(markets, (bps) => shares.push(`${bps / 100} %`));
  report.ok(`canary steps of ${shares.join(', ')} passed with clean checks: the upgrade is final`);

  async function codeVersion(): Promise<number> {
    const view = margin.getVersionViewInstruction({ config: await configAddress('margin') });
    return getU32Decoder().decode(await chain.view(cast.keeper, view));
  }

  async function adoption() {
    return governor.getAdoptionDecoder().decode(await chain.bytes(await adoptionAddress(PROGRAMS.margin)));
  }

  /** INVARIANT(G-3), from outside: ProgramData and the governor's own record. */
  async function codeCheck(): Promise<void> {
    const { code } = await deployed(chain, PROGRAMS.margin);
    const { elfHash: recorded } = await adoption();
    const same = Buffer.compare(sha256(code.subarray(0, elf.length)), elfHash) === 0;
    if (
      !same ||
      code.subarray(elf.length).some((byte) => byte !== 0) ||
      hex(Uint8Array.from(recorded)) !== hex(elfHash)
    ) {
      throw new Error('the deployed code is not the approved code');
    }
  }
}
