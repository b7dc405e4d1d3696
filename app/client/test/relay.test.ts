import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, generateKeyPairSigner } from '@solana/kit';
import {
  PACKAGE_TEMPLATES,
  RelayClient,
  isOfferOf,
  packageFault,
  packageOfTemplate,
  packagePriceE6,
  quoteId,
  quoteOfWire,
  quoteToWire,
  signQuote,
} from '../src/index.js';

const market = address('So11111111111111111111111111111111111111112');
const quote = {
  market,
  makerAccount: address('SysvarC1ock11111111111111111111111111111111'),
  genesisHash: new Uint8Array(32).fill(7),
  nonce: 9n,
  maxPackages: 10n,
  minFillPackages: 1n,
  expirySlot: 100n,
  legs: [
    { expiryUnixS: 50n, strikeE6: 150_000_000n, priceE6: 5_000_000n, kind: 'put', side: 'buy', ratio: 1 },
    { expiryUnixS: 50n, strikeE6: 145_000_000n, priceE6: 3_000_000n, kind: 'put', side: 'sell', ratio: 1 },
  ],
} as const;
const setting = { market, genesisHash: quote.genesisHash, slot: 100n };

test('quoteOfWire_returns_what_was_signed', async () => {
  const signed = await signQuote(quote, await generateKeyPairSigner());
  const verified = await quoteOfWire(JSON.parse(JSON.stringify(quoteToWire(signed))), setting);
  assert.deepEqual(verified.quote, quote);
  assert.deepEqual(verified.signed, signed);
});

test('quoteOfWire_refuses_what_does_not_hold', async () => {
  const signed = await signQuote(quote, await generateKeyPairSigner());
  const wire = quoteToWire(signed);
  const other = quoteToWire(await signQuote({ ...quote, maxPackages: 11n }, await generateKeyPairSigner()));
  await assert.rejects(quoteOfWire({ ...wire, message: other.message }, setting), /did not sign/);
  await assert.rejects(quoteOfWire({ ...wire, maker: other.maker }, setting), /did not sign/);
  await assert.rejects(quoteOfWire(wire, { ...setting, slot: 101n }), /expired in slot 100/);
  await assert.rejects(quoteOfWire(wire, { ...setting, genesisHash: new Uint8Array(32) }), /another cluster/);
  await assert.rejects(quoteOfWire(wire, { ...setting, market: quote.makerAccount }), /another market/);
  await assert.rejects(quoteOfWire({ ...wire, message: 'AAAA' }, setting), /too short/);
});

/** A socket that is driven by hand. */
class FakeSocket {
  static last: FakeSocket | undefined;
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose?: () => void;
  readonly url: string;
  constructor(url: string) {
    this.url = url;
    FakeSocket.last = this;
  }
  close(): void {
    this.onclose?.();
  }
}

test('RelayClient_passes_on_what_verifies_and_says_what_does_not', async () => {
  const genuine = quoteToWire(await signQuote(quote, await generateKeyPairSigner()));
  const forged = { ...genuine, maker: (await generateKeyPairSigner()).address };
  const heard: string[] = [];
  const client = new RelayClient(
    'https://relay.example',
    () => setting,
    {
      snapshot: (quotes) => heard.push(`snapshot of ${quotes.length}`),
      quote: ({ quote: { nonce } }) => heard.push(`quote ${nonce}`),
      gone: (id, reason) => heard.push(`${id} ${reason}`),
      filled: (id, packages) => heard.push(`${id} filled ${packages}`),
      refused: (reason) => heard.push(reason),
    },
    (url) => new FakeSocket(url) as unknown as WebSocket,
  );
  const socket = FakeSocket.last!;
  assert.equal(socket.url, `wss://relay.example/v1/stream?market=${market}`);
  socket.onopen?.();
  const id = quoteId(quote);
  // Each frame, and how much has been heard once it is dealt with.
  const frames: [object, number][] = [
    [{ type: 'slot', slot: 90 }, 0],
    [{ type: 'snapshot', seq: 1, slot: 90, genesisHash: '', quotes: [genuine, forged] }, 2],
    [{ type: 'quote', seq: 2, quote: genuine }, 3],
    [{ type: 'filled', seq: 3, id, filledPackages: '4' }, 4],
    [{ type: 'gone', seq: 4, id, reason: 'expired' }, 5],
  ];
  for (const [frame, count] of frames) {
    socket.onmessage?.({ data: JSON.stringify(frame) });
    while (heard.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  client.close();
  assert.deepEqual(heard, ['a quote that its maker did not sign', 'snapshot of 1', 'quote 9', `${id} filled 4`, `${id} expired`]);
});

test('a_quote_offers_a_package_if_every_side_is_the_opposite', () => {
  const [template] = PACKAGE_TEMPLATES;
  const expiry = { expiryUnixS: 50n, strikesE6: [145_000_000n, 150_000_000n, 155_000_000n] };
  const legs = packageOfTemplate(template!, expiry, 150_000_000n);
  assert.ok(legs);
  assert.equal(packageFault(legs), undefined);
  assert.ok(isOfferOf(quote, legs));
  assert.ok(isOfferOf(quote, [...legs].reverse()));
  assert.equal(isOfferOf(quote, legs.slice(1)), false);
  assert.equal(isOfferOf(quote, legs.map((leg) => ({ ...leg, ratio: 2 }))), false);
  assert.equal(isOfferOf(quote, legs.map((leg) => ({ ...leg, side: leg.side === 'buy' ? 'sell' : 'buy' }))), false);
  assert.equal(packageOfTemplate(template!, expiry, 145_000_000n), undefined, 'no strike below the lowest');
  assert.equal(packagePriceE6(quote.legs), -2_000_000n);
});

test('packageFault_names_what_is_wrong', () => {
  const leg = { expiryUnixS: 1n, strikeE6: 1n, kind: 'call', side: 'buy', ratio: 1 } as const;
  assert.match(packageFault([])!, /add a leg/);
  assert.match(packageFault([leg, { ...leg, side: 'sell' }])!, /one series/);
  assert.match(packageFault([{ ...leg, ratio: 0 }])!, /ratio/);
  assert.match(packageFault(Array.from({ length: 9 }, (_, at) => ({ ...leg, strikeE6: BigInt(at) })))!, /at most 8/);
});
