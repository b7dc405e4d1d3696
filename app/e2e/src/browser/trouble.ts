import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { expiryAddress } from '@bastion/client';
import { enabled, go, stage, tabOpen } from './stage.js';
import { chooseExpiry } from './trade.js';

/** A wallet that is on another cluster and counts what it is asked to sign. */
const MAINNET_WALLET = `
  window.signed = 0;
  const account = { address: 'Vote111111111111111111111111111111111111111', publicKey: new Uint8Array(32), chains: ['solana:mainnet'], features: ['solana:signTransaction'] };
  const wallet = {
    version: '1.0.0', name: 'Elsewhere', icon: 'data:image/svg+xml;base64,PHN2Zy8+', chains: ['solana:mainnet'], accounts: [account],
    features: {
      'standard:connect': { version: '1.0.0', connect: async () => ({ accounts: [account] }) },
      'standard:events': { version: '1.0.0', on: () => () => undefined },
      'solana:signTransaction': { version: '1.0.0', supportedTransactionVersions: [0], signTransaction: async () => { window.signed += 1; return []; } },
    },
  };
  const register = (api) => api.register(wallet);
  window.addEventListener('wallet-standard:app-ready', (event) => register(event.detail));
  window.dispatchEvent(new CustomEvent('wallet-standard:register-wallet', { detail: register }));
`;

describe('trouble', { timeout: 600_000 }, () => {
  test('rpc_down_is_said_stops_sending_and_passes_by_itself', async () => {
    const { tab, trading } = stage();
    await go(tab, 'Chain');
    await chooseExpiry(1);
    await tab.getByRole('button', { name: /^Buy the call 165 / }).click();
    await tab.getByLabel('Size').fill('10');
    const buy = tab.getByRole('button', { name: 'Buy 1 × 165 call' });
    await enabled(buy);
    const seq = async () => (await trading.exchange.state()).seq;
    const before = await seq();
    const node = `${trading.chain.url}/**`;
    await tab.context().route(node, (route) => route.abort('connectionrefused'));
    await tab.getByRole('alert').getByText('RPC node does not answer').first().waitFor();
    await buy.click();
    await tab.getByText('Nothing was sent').first().waitFor();
    await tab.context().unroute(node);
    await tab.getByRole('alert').getByText('nothing can be sent').waitFor({ state: 'detached' });
    assert.equal(await seq(), before);
  });

  test('strike_that_vanished_is_named_and_nothing_is_sent', async () => {
    const { tab, trading, live } = stage();
    await go(tab, 'Chain');
    await chooseExpiry(1);
    await tab.getByRole('button', { name: /^Buy the call 165 / }).click();
    await tab.getByLabel('Size').fill('10');
    const buy = tab.getByRole('button', { name: 'Buy 1 × 165 call' });
    await enabled(buy);
    // The node no longer knows the expiry.
    const gone = await expiryAddress(trading.exchange.market, live.expiries[1]!);
    await tab.context().route(`${trading.chain.url}/**`, async (route) => {
      const asked = route.request().postDataJSON() as { method: string; params: unknown[] };
      if (asked.method !== 'getMultipleAccounts') return route.continue();
      const response = await route.fetch();
      const answer = (await response.json()) as { result: { value: unknown[] } };
      (asked.params[0] as string[]).forEach((at, index) => at === gone && (answer.result.value[index] = null));
      return route.fulfill({ response, json: answer });
    });
    await tab.getByText(/The strike 165 of .* is no longer listed\. Choose another\./).waitFor();
    assert.ok(await buy.isDisabled());
    await tab.context().unroute(`${trading.chain.url}/**`);
    await enabled(buy);
  });

  test('rpc_of_another_cluster_is_refused_before_anything_is_shown', async () => {
    const { browser, live } = stage();
    const tab = await tabOpen(browser, live, async (context) => {
      await context.route('**/network.json', async (route) => {
        const response = await route.fetch();
        const network = (await response.json()) as Record<string, unknown>;
        await route.fulfill({ response, json: { ...network, genesisHash: '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d' } });
      });
    });
    await tab.getByText('The RPC node is of another cluster').waitFor();
    await tab.getByText('Use an RPC node of the network that this page is for').waitFor();
    await tab.context().close();
  });

  test('wallet_on_another_cluster_is_told_and_signs_nothing', async () => {
    const { browser, live } = stage();
    const tab = await tabOpen(browser, live, async (context) => {
      await context.addInitScript(MAINNET_WALLET);
    });
    await tab.getByRole('button', { name: 'Connect' }).first().click();
    await tab.getByRole('button', { name: 'Elsewhere' }).click();
    await go(tab, 'Portfolio');
    await tab.getByLabel('First deposit').fill('0');
    await tab.getByRole('button', { name: 'Open an account' }).click();
    await tab.getByText('Elsewhere is on mainnet, this page is on localnet').waitFor();
    await tab.getByText('Switch the wallet’s network').waitFor();
    assert.equal(await tab.evaluate('window.signed'), 0);
    await tab.context().close();
  });

  test('network_description_missing_says_what_to_do', async () => {
    const { browser, live } = stage();
    const tab = await tabOpen(browser, live, async (context) => {
      await context.route('**/network.json', (route) => route.fulfill({ status: 404, body: '' }));
    });
    await tab.getByText('The page does not know its network').waitFor();
    await tab.context().close();
  });
});
