import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, generateKeyPair, generateKeyPairSigner, getAddressFromPublicKey } from '@solana/kit';
import { decodeQuote, ed25519Instruction, encodeQuote, PROGRAMS, quoteFromJson, quoteToJson, signQuote, verifyQuote, type Quote } from '../src/index.js';

const quote: Quote = {
  market: address('So11111111111111111111111111111111111111112'),
  makerAccount: address('SysvarC1ock11111111111111111111111111111111'),
  genesisHash: new Uint8Array(32).fill(7),
  nonce: 9n,
  maxPackages: 1_000n,
  minFillPackages: 1n,
  expirySlot: 2n ** 40n,
  legs: [
    { expiryUnixS: 1_800_000_000n, strikeE6: 60_000_000_000n, priceE6: 1_250_000_000n, kind: 'call', side: 'sell', ratio: 1 },
    { expiryUnixS: -1n, strikeE6: 2n ** 63n, priceE6: 0n, kind: 'put', side: 'buy', ratio: 65_535 },
  ],
};

test('encodeQuote_then_decodeQuote_returns_the_quote', () => {
  assert.deepEqual(decodeQuote(encodeQuote(quote)), quote);
});

test('encodeQuote_without_legs_throws', () => {
  assert.throws(() => encodeQuote({ ...quote, legs: [] }), /1 to 8 legs/);
  assert.throws(() => encodeQuote({ ...quote, legs: [{ ...quote.legs[0]!, ratio: 0 }] }), /one lot a package/);
  assert.throws(() => encodeQuote({ ...quote, legs: new Array(9).fill(quote.legs[0]) }), /1 to 8 legs/);
});

test('encodeQuote_with_a_short_genesis_hash_throws', () => {
  assert.throws(() => encodeQuote({ ...quote, genesisHash: new Uint8Array(31) }), /32 bytes/);
});

test('decodeQuote_of_other_bytes_throws', () => {
  const message = encodeQuote(quote);
  const altered = (at: number, byte: number) => Uint8Array.from(message, (old, i) => (i === at ? byte : old));
  assert.throws(() => decodeQuote(message.slice(0, 100)), /too short/);
  assert.throws(() => decodeQuote(message.slice(0, -1)), /legs/);
  assert.throws(() => decodeQuote(altered(0, 0)), /another kind/);
  assert.throws(() => decodeQuote(altered(176, 3)), /3 legs/);
  assert.throws(() => decodeQuote(altered(183, 1)), /reserved/);
  assert.throws(() => decodeQuote(altered(208, 3)), /3 is not one of call, put/);
  assert.throws(() => decodeQuote(message, PROGRAMS.vault), /another program/);
});

test('signQuote_by_key_pair_and_by_signer_verifies', async () => {
  const pair = await generateKeyPair();
  const signed = await signQuote(quote, pair);
  assert.equal(signed.maker, await getAddressFromPublicKey(pair.publicKey));
  assert.ok(await verifyQuote(signed));
  assert.ok(await verifyQuote(await signQuote(quote, await generateKeyPairSigner())));
});

test('verifyQuote_of_an_altered_message_fails', async () => {
  const signed = await signQuote(quote, await generateKeyPairSigner());
  const message = encodeQuote({ ...quote, maxPackages: 1_001n });
  assert.equal(await verifyQuote({ ...signed, message }), false);
});

test('ed25519Instruction_points_at_its_own_key_signature_and_message', async () => {
  const signed = await signQuote(quote, await generateKeyPairSigner());
  const { data } = ed25519Instruction(signed);
  const header = new DataView(data.buffer, 0, 16);
  const u16s = [2, 4, 6, 8, 10, 12, 14].map((at) => header.getUint16(at, true));
  assert.equal(header.getUint16(0, true), 1);
  assert.deepEqual(u16s, [48, 0xffff, 16, 0xffff, 112, signed.message.length, 0xffff]);
  assert.deepEqual(data.slice(48, 112), new Uint8Array(signed.signature));
  assert.deepEqual(data.slice(112), signed.message);
});

test('quoteToJson_then_quoteFromJson_returns_the_signed_quote', async () => {
  const signed = await signQuote(quote, await generateKeyPair());
  const read = quoteFromJson(quoteToJson(signed));
  assert.deepEqual(read, { ...signed, message: Uint8Array.from(signed.message), signature: signed.signature });
  assert.ok(await verifyQuote(read));
});

test('quoteFromJson_of_something_else_throws', () => {
  assert.throws(() => quoteFromJson('{"maker": "x"}'), /`maker`, `message` and `signature`/);
  assert.throws(() => quoteFromJson('{"maker": "x", "message": "", "signature": ""}'));
});
