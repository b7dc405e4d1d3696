import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { margin, vaultSeries } from '@bastion/client';
import { tokensIn, walletOf } from '@bastion/demo/lib/tokens';
import { CLOCK_MS, go, press, shoot, stage } from './stage.js';
import { heldOnChain } from './trade.js';
import { collector, tokenWallet } from './vault.js';

describe('settlement', { timeout: 900_000 }, () => {
  test('expired_position_is_settled_and_all_is_withdrawn_from_the_page', async () => {
    const { tab, trading, owner } = stage();
    const { chain, expiryUnixS, quoteMint } = trading;
    await go(tab, 'Portfolio');
    await tab.getByText('An expiry you hold has passed').waitFor({ timeout: CLOCK_MS });
    // Its price can be fixed once the feed has been sampled after the expiry.
    await press(tab, 'Settle', 'Settled and paid');
    assert.ok((await heldOnChain()).positions.every((position) => position.expiryUnixS !== expiryUnixS));
    const before = await tokensIn(chain, await walletOf(await owner(), quoteMint));
    await tab.getByRole('button', { name: 'Withdraw' }).first().click();
    await tab.getByLabel('Amount').fill('999999');
    await tab.getByText('can leave now: the rest is needed as margin or is not there').first().waitFor();
    await tab.getByLabel('Amount').fill('100');
    await tab.locator('.transfer .chain-button button').click();
    await tab.getByText('Withdrawn: 100 USDC').waitFor();
    assert.equal(await tokensIn(chain, await walletOf(await owner(), quoteMint)), before + 100_000_000n);
  });

  test('tokens_of_an_expired_series_are_redeemed_from_the_page', async () => {
    const { trading, optionVault } = stage();
    const { tab, owner } = collector();
    const { strikeE6, expiry } = await optionVault.state(1n);
    const { mint } = await vaultSeries(optionVault.keys, { expiry, strikeE6 });
    const lots = await tokensIn(trading.chain, await tokenWallet(owner, mint));
    const wallet = await walletOf(owner, trading.quoteMint);
    const before = await tokensIn(trading.chain, wallet);
    const { settlementPriceE6 } = margin.getExpiryDecoder().decode(await trading.chain.bytes(expiry));
    await press(tab, 'Redeem', 'Your tokens are redeemed');
    assert.equal(await tokensIn(trading.chain, await tokenWallet(owner, mint)), 0n);
    const inside = settlementPriceE6 > strikeE6 ? settlementPriceE6 - strikeE6 : 0n;
    assert.equal(await tokensIn(trading.chain, wallet), before + (inside * lots) / 10n);
  });

  test('vaults_epoch_is_turned_from_the_page_and_the_withdrawal_is_paid', async () => {
    const { tab, optionVault, owner, trading } = stage();
    await go(tab, 'Vaults');
    await press(tab, 'Turn the epoch', 'The epoch has turned');
    const turned = await optionVault.state(1n);
    assert.ok(turned.sharePriceE12 > 0n && turned.withdrawnBaseAtoms > 0n);
    const wallet = await walletOf(await owner(), trading.baseMint);
    const before = await tokensIn(trading.chain, wallet);
    await press(tab, 'Claim', 'What was put aside in epoch 1 is yours');
    assert.equal(await tokensIn(trading.chain, wallet), before + turned.withdrawnBaseAtoms);
    await shoot(tab, 'vaults-turned-desktop');
  });
});
