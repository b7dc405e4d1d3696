// Passkeys: assertions as authenticators and browsers write them, made here with keys of this machine.

import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { test } from 'node:test';
import {
  PROGRAMS,
  Refusal,
  assertionRequire,
  base64url,
  explain,
  governor,
  passkeyCandidates,
  passkeyMessage,
  passkeyPlaceFault,
  passkeyPublicKey,
  passkeyRefusal,
  passkeyShared,
  passkeyVoteInstructions,
  signatureFromDer,
  type Assertion,
} from '../src/index.js';

const BALLOT = Uint8Array.from({ length: 98 }, (_, at) => 255 - at);
const [PRESENT, VERIFIED] = [1, 4];

type Said = { flags?: number; text?: string };

/** An authenticator's answer, with the browser's members in the order of 5.8.1.1. */
async function assertion(privateKey: ReturnType<typeof authenticator>['privateKey'], { flags = PRESENT | VERIFIED, text }: Said = {}): Promise<Assertion> {
  const client = { type: 'webauthn.get', challenge: base64url(BALLOT), origin: 'https://council.example', crossOrigin: false };
  const clientData = new TextEncoder().encode(text ?? JSON.stringify(client));
  const authenticatorData = Uint8Array.of(...createHash('sha256').update('council.example').digest(), flags, 0, 0, 0, 9);
  return { authenticatorData, clientData, signature: sign('sha256', await passkeyMessage(authenticatorData, clientData), privateKey) };
}

const authenticator = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const spkiOf = ({ publicKey }: ReturnType<typeof authenticator>) => new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
const refused = (pattern: RegExp) => (error: unknown) => error instanceof Refusal && pattern.test(`${error.message}. ${error.remedy}`);

test('public_key_of_a_new_passkey_is_compressed_and_another_curve_is_refused', () => {
  const signs = new Set<number>();
  for (let count = 0; count < 20; count += 1) {
    const pair = authenticator();
    const key = passkeyPublicKey(spkiOf(pair));
    const { x = '', y = '' } = pair.publicKey.export({ format: 'jwk' });
    assert.equal(base64url(key.slice(1)), x);
    assert.equal(key[0], 2 + (Buffer.from(y, 'base64url').at(-1)! & 1));
    signs.add(key[0]!);
  }
  assert.deepEqual([...signs].sort(), [2, 3]);
  const spki = spkiOf(authenticator());
  const other = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export({ type: 'spki', format: 'der' });
  for (const wrong of [other, spki.slice(1), spki.slice(0, -1), Uint8Array.of(...spki, 0), new Uint8Array()]) {
    assert.throws(() => passkeyPublicKey(wrong), refused(/another kind than P-256/));
  }
});

test('assertion_is_taken_only_if_a_person_was_verified_and_the_challenge_is_the_ballot', async () => {
  const { privateKey } = authenticator();
  assertionRequire(await assertion(privateKey), BALLOT);
  for (const flags of [0, PRESENT, VERIFIED, 0xf8]) {
    const said = await assertion(privateKey, { flags });
    assert.throws(() => assertionRequire(said, BALLOT), refused(/did not verify who you are/));
  }
  const challenge = base64url(BALLOT);
  const texts = [
    `{"challenge":"${challenge}","type":"webauthn.get"}`,
    `{"type":"webauthn.create","challenge":"${challenge}"}`,
    `{"type": "webauthn.get","challenge":"${challenge}"}`,
    `{"type":"webauthn.get","challenge":"${challenge.slice(0, -1)}`,
    `{"type":"webauthn.get","challenge":"${base64url(BALLOT.slice(1))}"}`,
    '',
  ];
  for (const text of texts) {
    const said = await assertion(privateKey, { text });
    assert.throws(() => assertionRequire(said, BALLOT), refused(/something else than this ballot/));
  }
});

test('signature_in_der_of_any_legal_length_is_read_and_another_is_refused', () => {
  const der = (r: readonly number[], s: readonly number[]) => Uint8Array.of(0x30, r.length + s.length + 4, 2, r.length, ...r, 2, s.length, ...s);
  const long = [0, ...new Array<number>(32).fill(0x80)];
  const signature = signatureFromDer(der([1], long));
  assert.deepEqual([...signature], [...new Array<number>(31).fill(0), 1, ...long.slice(1)]);
  const wrong = [der([1, ...long.slice(1)], [1]), der([], [1]), der([1], [1]).slice(0, -1), Uint8Array.of(...der([1], [1]), 0), Uint8Array.of(0x30, 3, 2, 1, 1), new Uint8Array()];
  for (const each of wrong) assert.throws(() => signatureFromDer(each), /not an ECDSA signature/);
});

test('vote_is_a_proof_that_verifies_and_an_instruction_that_names_it', async () => {
  const pair = authenticator();
  const publicKey = passkeyPublicKey(spkiOf(pair));
  const [council, proposal] = [PROGRAMS.margin, PROGRAMS.vault];
  const said = await assertion(pair.privateKey);
  const vote = { governor: PROGRAMS.governorTwin, council, proposal, ballot: BALLOT, publicKey, assertion: said };
  for (const voice of ['approve', 'object'] as const) {
    const [proof, counted] = await passkeyVoteInstructions({ ...vote, voice });
    const data = Uint8Array.from(proof!.data!);
    const [signature, key, message] = [data.slice(16, 80), data.slice(80, 113), data.slice(113)];
    assert.deepEqual(key, publicKey);
    assert.deepEqual(message, await passkeyMessage(said.authenticatorData, Uint8Array.from(said.clientData)));
    assert.ok(verify('sha256', message, { key: pair.publicKey, dsaEncoding: 'ieee-p1363' }, signature));
    assert.equal(counted!.programAddress, PROGRAMS.governorTwin);
    const decoder = voice === 'approve' ? governor.getProposalApproveP256InstructionDataDecoder() : governor.getProposalObjectP256InstructionDataDecoder();
    const { index, clientData } = decoder.decode(Uint8Array.from(counted!.data!));
    assert.equal(index, 0);
    assert.deepEqual(Uint8Array.from(clientData), said.clientData);
  }
  const unverified = await assertion(pair.privateKey, { flags: PRESENT });
  await assert.rejects(passkeyVoteInstructions({ ...vote, voice: 'approve', assertion: unverified }), refused(/Nothing was sent/));
});

test('key_is_among_the_candidates_of_one_signature_and_alone_in_those_of_two', async () => {
  for (let count = 0; count < 10; count += 1) {
    const pair = authenticator();
    const key = passkeyPublicKey(spkiOf(pair));
    const [one, other] = [await assertion(pair.privateKey), await assertion(pair.privateKey, { text: `{"count":${count}}` })];
    const candidates = await passkeyCandidates(one);
    assert.ok(candidates.length >= 2 && candidates.some((each) => base64url(each) === base64url(key)));
    assert.deepEqual(await passkeyShared(one, other), key);
    const foreign = await assertion(authenticator().privateKey);
    await assert.rejects(passkeyShared(one, foreign), refused(/not of one passkey/));
  }
});

test('place_without_a_name_or_without_https_is_said', () => {
  const place = { hostname: 'localhost', port: '4173', isSecure: true, isSupported: true };
  assert.equal(passkeyPlaceFault(place), undefined);
  assert.equal(passkeyPlaceFault({ ...place, hostname: 'bastion.example', port: '' }), undefined);
  assert.match(passkeyPlaceFault({ ...place, hostname: '127.0.0.1' })!, /http:\/\/localhost:4173/);
  assert.match(passkeyPlaceFault({ ...place, hostname: '[::1]', port: '' })!, /http:\/\/localhost\./);
  assert.match(passkeyPlaceFault({ ...place, hostname: '203.0.113.7' })!, /203\.0\.113\.7 is an address: open this page under a name/);
  assert.match(passkeyPlaceFault({ ...place, hostname: 'bastion.example', isSecure: false })!, /under https/);
  assert.match(passkeyPlaceFault({ ...place, isSupported: false })!, /knows no passkeys/);
});

test('what_a_browser_throws_is_said_in_words', () => {
  for (const name of ['NotAllowedError', 'InvalidStateError', 'NotSupportedError', 'ConstraintError', 'SecurityError', 'AbortError']) {
    const { what, remedy } = explain(passkeyRefusal(new DOMException('The operation failed.', name)));
    assert.ok(!what.includes('The operation failed') && remedy.endsWith('.'), name);
  }
  assert.match(explain(passkeyRefusal(new DOMException('', 'NotAllowedError'))).what, /cancelled/);
  const other = new TypeError('unexpected');
  assert.equal(passkeyRefusal(other), other);
});
