import { ed25519Instruction } from '@bastion/client';
import { altered } from '../lib/exchange.js';
import { priceE6, showPrice } from '../lib/numbers.js';
import { refused, signatureRefused } from '../lib/refusal.js';
import type { Trading } from './market.js';

/** Series of the story; lots are tenths of a SOL. */
export const CALL = { strikeE6: priceE6(160), kind: 'call' } as const;
export const PUT = { strikeE6: priceE6(150), kind: 'put' } as const;
export const CALL_LOTS = 100n;
export const PUT_LOTS = 80n;

/** The maker signs off chain; traders fill; nobody can alter what was signed, and no signature works twice. */
export async function trades({ report, cast, chain, exchange, expiryUnixS }: Trading): Promise<void> {
  report.begin(
    'Signed quotes',
    'a quote is the maker’s signature and nothing more: no relayer, no permission, no way to bend or reuse it',
  );
  const call = await exchange.quote(cast.maker, {
    ...CALL,
    expiryUnixS,
    priceE6: priceE6('6.40'),
    side: 'sell',
    nonce: 1n,
    maxLots: CALL_LOTS,
  });
  const put = await exchange.quote(cast.maker, {
    ...PUT,
    expiryUnixS,
    priceE6: priceE6('5.10'),
    side: 'sell',
    nonce: 2n,
    maxLots: PUT_LOTS,
  });
  report.ok('the maker signs two quotes: a call on 160 for 6.40, a put on 150 for 5.10; nothing is on chain yet');

  const cheaper = altered(call, priceE6('0.01'));
  report.refused(
    'the quote with its price altered to 0.01',
    await signatureRefused(() => exchange.fill(cast.alice, cheaper, CALL_LOTS)),
  );
  const [, fill] = await exchange.fillInstructions(cast.alice, call, CALL_LOTS);
  const forged = ed25519Instruction(
    (await exchange.quote(cast.alice, { ...call.offer, priceE6: priceE6('0.01') })).signed,
  );
  report.refused(
    'that price signed by alice herself',
    await refused('SignatureOfAnotherKey', () => chain.send(cast.alice, [forged, fill])),
  );

  await exchange.fill(cast.alice, call, CALL_LOTS);
  report.ok(`alice buys ${CALL_LOTS} lots of the call at ${showPrice(call.offer.priceE6)}`);
  await exchange.fill(cast.bob, put, PUT_LOTS);
  report.ok(`bob buys ${PUT_LOTS} lots of the put at ${showPrice(put.offer.priceE6)}`);
  report.refused(
    'the filled quote, sent once more',
    await refused('QuoteOverfilled', () => exchange.fill(cast.alice, call, 1n)),
  );
}
