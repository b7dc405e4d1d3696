// Ballots of members with P-256 keys: the bytes of the Rust code, and signatures as the precompile takes them.

import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { getBase16Decoder, getBase16Encoder } from '@solana/kit';
import { ballotMessage, lowS, p256Member, p256Proof, passkeyMessage, signatureFromDer } from '../src/index.js';

const { ballot } = JSON.parse(readFileSync(new URL('../../../../idl/vectors.json', import.meta.url), 'utf8'));
const bytes = (hex: string) => new Uint8Array(getBase16Encoder().encode(hex));
const hex = (value: Uint8Array) => getBase16Decoder().decode(value);
const [DRAFT, QUEUED] = [0, 1];

test('ballot_and_members_address_equal_the_programs', async () => {
  const question = { voice: 'object', digest: bytes(ballot.digest), configEpoch: BigInt(ballot.configEpoch), state: QUEUED, vetoed: 1 } as const;
  const at = { slot: BigInt(ballot.slot), hash: bytes(ballot.slotHash) };
  assert.equal(hex(ballotMessage(question, at)), ballot.message);
  assert.notEqual(hex(ballotMessage({ ...question, state: DRAFT }, at)), ballot.message);
  assert.notEqual(hex(ballotMessage({ ...question, voice: 'approve' }, at)), ballot.message);
  const { digest, configEpoch } = question;
  assert.equal(hex(ballotMessage({ voice: 'propose', digest, configEpoch }, at)), ballot.proposes);
  assert.equal(await p256Member(bytes(ballot.publicKey)), ballot.member);
  await assert.rejects(p256Member(bytes(ballot.publicKey).slice(1)), /33 bytes/);
});

test('signatures_in_der_become_r_and_the_lower_s_and_still_verify', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const half = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;
  for (let count = 0; count < 40; count += 1) {
    const message = Uint8Array.of(count);
    const der = sign('sha256', message, privateKey);
    const signature = lowS(signatureFromDer(der));
    assert.ok(BigInt(`0x${hex(signature.slice(32))}`) <= half);
    assert.ok(verify('sha256', message, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature));
    assert.throws(() => signatureFromDer(der.subarray(1)), /not an ECDSA signature/);
    assert.throws(() => signatureFromDer(Buffer.concat([der, Buffer.of(0)])), /not an ECDSA signature/);
  }
  assert.throws(() => lowS(new Uint8Array(63)), /64 bytes/);
});

test('proof_holds_every_part_where_its_offsets_say', async () => {
  const [key, signature] = [bytes(ballot.publicKey), new Uint8Array(64).fill(1)];
  const message = await passkeyMessage(new Uint8Array(37).fill(2), bytes(ballot.message));
  assert.equal(message.length, 69);
  const { data } = p256Proof(key, signature, message);
  const u16 = (at: number) => data[at]! | (data[at + 1]! << 8);
  assert.equal(data[0], 1);
  for (const at of [4, 8, 14]) assert.equal(u16(at), 0xffff);
  assert.deepEqual(data.slice(u16(2), u16(2) + 64), signature);
  assert.deepEqual(data.slice(u16(6), u16(6) + 33), key);
  assert.deepEqual(data.slice(u16(10), u16(10) + u16(12)), message);
});
