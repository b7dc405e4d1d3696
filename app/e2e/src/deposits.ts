import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { conservation, faults } from '@bastion/demo/lib/conservation';
import { SCALE } from '@bastion/demo/lib/exchange';
import { localKey } from '@bastion/demo/lib/keys';
import { priceE6, quote } from '@bastion/demo/lib/numbers';
import { ROOT } from '@bastion/demo/lib/paths';
import { refused } from '@bastion/demo/lib/refusal';
import { initialMargin } from '@bastion/demo/lib/standard-margin';
import { tokensIn, walletOf } from '@bastion/demo/lib/tokens';
import { accountOpen } from './examples/account-open.js';
import { nextNonce, scene } from './scene.js';

describe('deposits', () => {
  test('readme_of_the_client_shows_the_example_that_runs_here', async () => {
    const { chain, exchange } = scene();
    const example = readFileSync(join(ROOT, 'app/e2e/src/examples/account-open.ts'), 'utf8');
    assert.ok(readFileSync(join(ROOT, 'app/client/README.md'), 'utf8').includes(`\`\`\`ts\n${example}\`\`\``));
    const owner = await localKey('reader');
    await chain.airdrop(owner.address, 1);
    const { data } = await accountOpen(chain.url, exchange.parts.symbol, owner);
    assert.equal(data.owner, owner.address);
  });

  test('deposit_then_withdraw_returns_every_atom', async () => {
    const { exchange, chain, cast, quoteMint } = scene();
    const wallet = await walletOf(cast.bob.address, quoteMint);
    const before = await tokensIn(chain, wallet);
    await exchange.deposit(cast.bob, quoteMint, quote('123.456789'));
    assert.equal(await tokensIn(chain, wallet), before - quote('123.456789'));
    await exchange.withdraw(cast.bob, quoteMint, quote('123.456789'));
    assert.equal(await tokensIn(chain, wallet), before);
    assert.deepEqual(faults(await conservation(exchange)), []);
  });

  test('withdraw_of_more_than_the_balance_fails_quote_balance_too_low', async () => {
    const { exchange, cast, quoteMint } = scene();
    const { quoteAtoms } = await exchange.account(await exchange.accountOf(cast.bob.address));
    await refused('QuoteBalanceTooLow', () => exchange.withdraw(cast.bob, quoteMint, quoteAtoms + 1n));
  });

  /** Holds the preview to the program: the margin it shows is what can leave, and not one atom more. */
  test('withdraw_reaches_the_previewed_initial_margin_exactly', async () => {
    const { exchange, cast, keeper, quoteMint, expiryUnixS } = scene();
    // A naked call: its margin is the loss at twice the spot.
    const strikeE6 = priceE6(165);
    const offer = {
      expiryUnixS,
      strikeE6,
      priceE6: priceE6('3.33'),
      kind: 'call',
      side: 'buy',
      nonce: nextNonce(),
      maxLots: 33n,
    } as const;
    await exchange.fill(cast.alice, await exchange.quote(cast.maker, offer), 33n);
    const account = await exchange.account(await exchange.accountOf(cast.alice.address));
    const free = initialMargin(account, await keeper.price(), SCALE);
    assert.ok(free > 0n && free < account.quoteAtoms);
    await refused('InitialMarginNegative', () => exchange.withdraw(cast.alice, quoteMint, free + 1n));
    await exchange.withdraw(cast.alice, quoteMint, free);
    await exchange.deposit(cast.alice, quoteMint, free);
  });
});
