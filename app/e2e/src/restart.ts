import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Chain } from '@bastion/demo/lib/chain';
import { localKey } from '@bastion/demo/lib/keys';
import { networkStart } from '@bastion/demo/lib/network';

const NAME = 'e2e-killed';

test('network_killed_in_the_middle_is_noticed_and_the_next_start_says_so_and_is_clean', async () => {
  const { address } = await localKey('alice');
  const first = await networkStart(NAME);
  const before = await Chain.open(first);
  await before.airdrop(address, 7);
  process.kill(first.pid, 'SIGKILL');
  const died = await first.died;
  assert.match(died.message, /validator ended .* SIGKILL/);
  assert.match(died.remedy, /run again/);

  const second = await networkStart(NAME);
  try {
    assert.match(second.found ?? '', new RegExp(`unfinished run \\(pid ${first.pid}.*started over cleanly`));
    const after = await Chain.open(second);
    assert.notDeepEqual(after.genesisHash, before.genesisHash);
    assert.equal(await after.account(address), undefined);
  } finally {
    await second.stop();
  }
});
