import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tokensIn, walletOf } from '@bastion/demo/lib/tokens';
import { go, stage } from './stage.js';
import { heldOnChain } from './trade.js';

describe('settlement', { timeout: 180_000 }, () => {
  test('expired_position_is_settled_and_all_is_withdrawn_from_the_page', async () => {
    const { tab, trading, owner } = stage();
    const { chain, exchange, expiryUnixS, keeper, cast, quoteMint } = trading;
    await chain.until({ unixS: expiryUnixS + 2n });
    await keeper.refresh();
    await go(tab, 'Portfolio');
    await tab.getByText('An expiry you hold has passed').waitFor();
    await tab.getByRole('button', { name: 'Settle' }).first().click();
    await tab.getByText('Settled and paid').waitFor();
    assert.ok((await heldOnChain()).positions.every((position) => position.expiryUnixS !== expiryUnixS));
    assert.ok(cast.keeper);

    const before = await tokensIn(chain, await walletOf(await owner(), quoteMint));
    await tab.getByRole('button', { name: 'Withdraw' }).first().click();
    await tab.getByLabel('Amount').fill('999999');
    await tab.getByText('can leave now: the rest is needed as margin or is not there').first().waitFor();
    await tab.getByLabel('Amount').fill('100');
    await tab.locator('.transfer .chain-button button').click();
    await tab.getByText('Withdrawn: 100 USDC').waitFor();
    assert.equal(await tokensIn(chain, await walletOf(await owner(), quoteMint)), before + 100_000_000n);
  });
});
