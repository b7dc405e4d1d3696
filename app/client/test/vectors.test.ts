// The same answers as the Rust code, on the vectors it wrote.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { address, getBase16Decoder, getBase16Encoder } from '@solana/kit';
import { decodeAction, decodeQuote, describeAction, encodeQuote, proposalDigest, type Quote } from '../src/index.js';

const vectors = JSON.parse(readFileSync(new URL('../../../../idl/vectors.json', import.meta.url), 'utf8'));
const bytes = (hex: string) => new Uint8Array(getBase16Encoder().encode(hex));
const hex = (value: Uint8Array) => getBase16Decoder().decode(value);

test('quote_message_equals_the_programs', () => {
  const { legs, message, ...header } = vectors.quote;
  const quote: Quote = {
    market: address(header.market),
    makerAccount: address(header.makerAccount),
    genesisHash: bytes(header.genesisHash),
    nonce: BigInt(header.nonce),
    maxPackages: BigInt(header.maxPackages),
    minFillPackages: BigInt(header.minFillPackages),
    expirySlot: BigInt(header.expirySlot),
    legs: legs.map((leg: Record<string, string>) => ({
      expiryUnixS: BigInt(leg['expiryUnixS']!),
      strikeE6: BigInt(leg['strikeE6']!),
      priceE6: BigInt(leg['priceE6']!),
      kind: leg['kind'],
      side: leg['side'],
      ratio: Number(leg['ratio']),
    })),
  };
  assert.equal(hex(encodeQuote(quote)), message);
  assert.deepEqual(decodeQuote(bytes(message)), quote);
});

test('actions_read_in_the_words_of_the_rust_code', () => {
  for (const { bytes: encoded, words } of vectors.actions) {
    assert.equal(describeAction(decodeAction(bytes(encoded))), words);
  }
});

test('actions_with_a_byte_more_or_less_are_refused', () => {
  for (const { bytes: encoded } of vectors.actions) {
    assert.throws(() => decodeAction(bytes(`${encoded}00`)), /not an action/);
    assert.throws(() => decodeAction(bytes(encoded).slice(0, -1)), /not an action/);
  }
});

test('limits_that_no_custody_takes_are_refused', () => {
  const limits = vectors.actions.find(({ bytes: encoded }: { bytes: string }) => encoded.startsWith('06'));
  const encoded = bytes(limits.bytes);
  for (const [from, to, byte] of [[33, 35, 0], [35, 37, 0xff], [37, 45, 0]] as const) {
    assert.throws(() => decodeAction(encoded.slice().fill(byte, from, to)), /limits that no custody takes/);
  }
});

test('proposal_digest_equals_the_governors', async () => {
  const { action, digest, governor, id } = vectors.proposal;
  assert.equal(hex(await proposalDigest(BigInt(id), bytes(action), address(governor))), digest);
});
