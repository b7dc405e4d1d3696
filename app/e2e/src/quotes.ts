import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ed25519Instruction, quoteStateAddress } from '@bastion/client';
import { altered, type Offer } from '@bastion/demo/lib/exchange';
import { priceE6 } from '@bastion/demo/lib/numbers';
import { refused, signatureRefused } from '@bastion/demo/lib/refusal';
import { nextNonce, scene } from './scene.js';

function offer(): Offer {
  const { expiryUnixS } = scene();
  return {
    expiryUnixS,
    strikeE6: priceE6(160),
    priceE6: priceE6('6.40'),
    kind: 'call',
    side: 'sell',
    nonce: nextNonce(),
    maxLots: 20n,
  };
}

async function lotsOf(person: 'maker' | 'alice', { strikeE6 }: Offer): Promise<bigint> {
  const { exchange, cast } = scene();
  const { positions } = await exchange.account(await exchange.accountOf(cast[person].address));
  return positions.find((position) => position.isCall && position.strikeE6 === strikeE6)?.lots ?? 0n;
}

describe('quotes', () => {
  test('quote_fill_of_a_signed_quote_moves_lots_from_maker_to_taker', async () => {
    const { exchange, cast } = scene();
    const terms = offer();
    const before = await Promise.all([lotsOf('maker', terms), lotsOf('alice', terms)]);
    await exchange.fill(cast.alice, await exchange.quote(cast.maker, terms), 15n);
    const after = await Promise.all([lotsOf('maker', terms), lotsOf('alice', terms)]);
    assert.deepEqual(after, [before[0] - 15n, before[1] + 15n]);
  });

  test('quote_fill_replayed_past_its_size_fails_quote_overfilled', async () => {
    const { exchange, cast } = scene();
    const quote = await exchange.quote(cast.maker, offer());
    await exchange.fill(cast.alice, quote, 15n);
    await refused('QuoteOverfilled', () => exchange.fill(cast.alice, quote, 15n));
  });

  test('quote_fill_of_altered_bytes_fails_at_the_signature', async () => {
    const { exchange, chain, cast } = scene();
    const quote = await exchange.quote(cast.maker, offer());
    await signatureRefused(() => exchange.fill(cast.alice, altered(quote, 100n), 15n));
    const fillState = await quoteStateAddress(await exchange.accountOf(cast.maker.address), quote.offer.nonce);
    assert.equal(await chain.account(fillState), undefined);
  });

  test('quote_fill_of_a_message_that_another_key_signed_fails_signature_of_another_key', async () => {
    const { exchange, chain, cast } = scene();
    const genuine = await exchange.quote(cast.maker, offer());
    const forged = await exchange.quote(cast.bob, { ...genuine.offer, priceE6: 100n });
    const [, fill] = await exchange.fillInstructions(cast.alice, genuine, 15n);
    await refused('SignatureOfAnotherKey', () => chain.send(cast.alice, [ed25519Instruction(forged.signed), fill]));
  });

  test('quote_fill_under_another_nonce_fails_quote_nonce_mismatch', async () => {
    const { exchange, cast } = scene();
    const quote = await exchange.quote(cast.maker, offer());
    const renamed = { ...quote, offer: { ...quote.offer, nonce: nextNonce() } };
    await refused('QuoteNonceMismatch', () => exchange.fill(cast.alice, renamed, 15n));
  });

  test('quote_fill_with_a_reused_nonce_fails_quote_nonce_reused', async () => {
    const { exchange, cast } = scene();
    const terms = offer();
    await exchange.fill(cast.alice, await exchange.quote(cast.maker, terms), 5n);
    const other = await exchange.quote(cast.maker, { ...terms, priceE6: priceE6('6.41') });
    await refused('QuoteNonceReused', () => exchange.fill(cast.alice, other, 5n));
  });
});
