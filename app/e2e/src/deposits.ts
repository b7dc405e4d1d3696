import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { conservation, faults } from '@bastion/demo/lib/conservation';
import { SCALE } from '@bastion/demo/lib/exchange';
import { priceE6, quote } from '@bastion/demo/lib/numbers';
import { refused } from '@bastion/demo/lib/refusal';
import { initialMargin } from '@bastion/demo/lib/standard-margin';
import { tokensIn, walletOf } from '@bastion/demo/lib/tokens';
import { nextNonce, scene } from './scene.js';

describe('deposits', () => {
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
