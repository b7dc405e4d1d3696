import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { PROGRAMS, adoptionAddress, governor } from '@bastion/client';
import { bufferWrite, sha256 } from '@bastion/demo/lib/buffer';
import { Council } from '@bastion/demo/lib/council';
import { localKey } from '@bastion/demo/lib/keys';
import { deployed } from '@bastion/demo/lib/loader';
import { hex } from '@bastion/demo/lib/numbers';
import { ELF_DIR, built } from '@bastion/demo/lib/paths';
import { Rollout } from '@bastion/demo/lib/rollout';
import { CLOCK_MS, go, shoot, stage } from './stage.js';

const APPROVALS = 5;
const NORMAL = 0;
const NEXT_ELF = 'margin_next.so';

describe('governance', { timeout: 900_000 }, () => {
  test('upgrade_is_followed_on_the_page_from_proposal_to_final', async () => {
    const { tab, trading } = stage();
    const { chain, cast } = trading;
    const council = new Council(chain, cast.council);
    const elf = readFileSync(built(join(ELF_DIR, NEXT_ELF)));
    const hash = sha256(elf);
    const [buffer, way] = [await localKey('browser-buffer'), await localKey('browser-way-back')];
    await bufferWrite(chain, council.proposer, buffer, elf, () => undefined);
    const proposal = await council.upgradePropose(PROGRAMS.margin, buffer.address, hash, elf.length);
    await go(tab, 'Governance');
    const card = tab.getByRole('region', { name: `Proposal ${proposal.id}: program upgrade of margin` });
    const stands = (stage: string, patienceMs?: number) => card.locator('li[aria-current="step"]', { hasText: stage }).waitFor(patienceMs ? { timeout: patienceMs } : {});
    await stands('Proposed');
    // What members approve, in words and as the digest that this page computes anew.
    await card.getByText(hex(hash)).first().waitFor();
    await card.getByText('computed here: equal').waitFor();
    await card.getByText(hex(Uint8Array.from((await council.state(proposal)).digest))).waitFor();
    await card.getByText(`0 of ${APPROVALS} needed`).waitFor();

    await council.approve(proposal, APPROVALS);
    await card.getByText(`${APPROVALS} of ${APPROVALS} needed`).waitFor();
    const rollout = new Rollout(chain, cast.keeper, proposal);
    const { elfLen } = governor.getAdoptionDecoder().decode(await chain.bytes(await adoptionAddress(PROGRAMS.margin)));
    const running = (await deployed(chain, PROGRAMS.margin)).code.subarray(0, elfLen);
    await bufferWrite(chain, council.proposer, way, running, () => undefined);
    await rollout.stage(council.proposer, way.address);
    const ready = await rollout.queue();
    await stands('Queued');
    await card.getByText('you can close, withdraw and leave').waitFor();
    await shoot(tab, 'governance-queued-desktop');

    await chain.until(ready);
    const markets = await rollout.freeze();
    await stands('Recorded');
    await tab.getByText('L4 Migrating').first().waitFor();
    await card.getByText(/1 of 1, \d+ accounts/).waitFor();
    await chain.send(cast.keeper, [await council.upgradeExecuteInstruction(proposal, PROGRAMS.margin, buffer.address)]);
    await stands('Executed');
    await rollout.verify(markets);
    await rollout.freezeEnd();
    await stands('Canary 1 %');
    await shoot(tab, 'governance-canary-desktop');
    // No new risk, and no further step, while the brake is on.
    await council.relax(NORMAL, cast.keeper, async (moment) => void (await chain.until(moment)));
    await tab.getByText('L0 Normal').first().waitFor();
    await rollout.promote(markets, () => undefined);
    await stands('Final', CLOCK_MS);

    const check = tab.getByRole('button', { name: 'Check the code of margin' });
    await check.click();
    await tab.locator('tr', { hasText: 'margin' }).getByText('the same').waitFor();
    await shoot(tab, 'governance-desktop');
  });

  test('governance_names_who_may_replace_each_program', async () => {
    const { tab } = stage();
    const table = tab.getByRole('table', { name: 'Programs with their upgrade authority and code' });
    for (const name of ['margin', 'oracle', 'vault', 'breaker']) {
      const row = table.getByRole('row', { name: new RegExp(`^${name} `) });
      assert.match(await row.innerText(), /Governor/);
    }
    assert.match(await table.getByRole('row', { name: /^governor / }).innerText(), /twin/);
  });
});
