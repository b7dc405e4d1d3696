// Passkeys of council members (W3C Web Authentication, Level 2): what an authenticator and a browser return, as the governor takes it.

import { getBase64Decoder, type Address, type Instruction, type ReadonlyUint8Array } from '@solana/kit';
import { p256Proof, passkeyMessage, signatureFromDer, type Voice } from './ballot.js';
import { Refusal } from './explain.js';
import { getProposalApproveP256Instruction, getProposalObjectP256Instruction } from './generated/governor/index.js';

/** What an authenticator returns for a challenge: its own data, the browser's text about it, and a signature (in DER) over both. */
export type Assertion = {
  authenticatorData: ReadonlyUint8Array;
  clientData: ReadonlyUint8Array;
  signature: ReadonlyUint8Array;
};

/** SubjectPublicKeyInfo of an uncompressed P-256 key (RFC 5480): all that stands before x and y. */
const SPKI_HEAD = [
  0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03,
  0x42, 0x00, 0x04,
];
const COORDINATE_LEN = 32;
/** Authenticator data (6.1): sha256 of the site's name, then flags. */
const FLAGS_AT = 32;
const USER_PRESENT = 1;
const USER_VERIFIED = 4;
/** Of the points whose x may have become a signature's r: two signs, and rarely another two. */
const RECOVERY_IDS = [0, 1, 2, 3];
const ADDRESS_V4 = /^\d{1,3}(\.\d{1,3}){3}$/;

export function base64url(bytes: ReadonlyUint8Array): string {
  return getBase64Decoder().decode(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** A passkey's public key in compressed form, from what `getPublicKey` gives of a new one. */
export function passkeyPublicKey(spki: ReadonlyUint8Array): Uint8Array {
  const [x, y] = [spki.slice(SPKI_HEAD.length, -COORDINATE_LEN), spki.slice(-COORDINATE_LEN)];
  const isP256 = x.length === COORDINATE_LEN && SPKI_HEAD.every((byte, at) => byte === spki[at]);
  if (!isP256) throw new Refusal('The authenticator made a key of another kind than P-256', 'A council knows no such key: use another authenticator.');
  return Uint8Array.of(2 + ((y[COORDINATE_LEN - 1] ?? 0) & 1), ...x);
}

/** Throws unless a person was verified and signed for this ballot: what the governor would refuse is not sent. */
export function assertionRequire({ authenticatorData, clientData }: Assertion, ballot: ReadonlyUint8Array): void {
  const both = USER_PRESENT | USER_VERIFIED;
  if (((authenticatorData[FLAGS_AT] ?? 0) & both) !== both) {
    throw new Refusal('The authenticator did not verify who you are', 'Nothing was sent. Use one that asks for a fingerprint, a face or a PIN.');
  }
  // The order of the first members is fixed (5.8.1.1), for verifiers that read no JSON.
  const head = new TextEncoder().encode(`{"type":"webauthn.get","challenge":"${base64url(ballot)}"`);
  if (!head.every((byte, at) => byte === clientData[at])) {
    throw new Refusal('The browser signed something else than this ballot', 'Nothing was sent. Use another browser.');
  }
}

export type PasskeyVote = {
  governor: Address;
  council: Address;
  proposal: Address;
  voice: Voice;
  /** What was the challenge. */
  ballot: ReadonlyUint8Array;
  publicKey: ReadonlyUint8Array;
  assertion: Assertion;
};

/** A passkey's vote, to stand at the head of a transaction that anybody pays for: the proof of its signature, and what it proves. */
export async function passkeyVoteInstructions(vote: PasskeyVote): Promise<Instruction[]> {
  const { governor: programAddress, council, proposal, voice, ballot, publicKey, assertion } = vote;
  assertionRequire(assertion, ballot);
  const clientData = Uint8Array.from(assertion.clientData);
  const message = await passkeyMessage(assertion.authenticatorData, clientData);
  const proof = p256Proof(publicKey, signatureFromDer(assertion.signature), message);
  const input = { council, proposal, index: 0, clientData };
  const counted = voice === 'approve' ? getProposalApproveP256Instruction : getProposalObjectP256Instruction;
  return [proof, counted(input, { programAddress })];
}

/** The keys, in compressed form, under which an assertion verifies: two of them, and the passkey's is one (SEC 1, 4.1.6). */
export async function passkeyCandidates({ authenticatorData, clientData, signature }: Assertion): Promise<Uint8Array[]> {
  // Loaded when it is needed, which is once in a new browser.
  const { p256 } = await import('@noble/curves/nist.js');
  const message = await passkeyMessage(authenticatorData, Uint8Array.from(clientData));
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', message.slice()));
  const signed = p256.Signature.fromBytes(signatureFromDer(signature));
  return RECOVERY_IDS.flatMap((id) => {
    try {
      return [signed.addRecoveryBit(id).recoverPublicKey(hash).toBytes(true)];
    } catch {
      // No point of the curve has this x.
      return [];
    }
  });
}

/** The one key under which both assertions of a passkey verify. */
export async function passkeyShared(one: Assertion, other: Assertion): Promise<Uint8Array> {
  const [left, right] = [await passkeyCandidates(one), await passkeyCandidates(other)];
  const [key, ...more] = left.filter((each) => right.some((found) => found.every((byte, at) => byte === each[at])));
  if (key === undefined || more.length > 0) throw new Refusal('The two signatures are not of one passkey', 'Choose the same passkey both times.');
  return key;
}

/** Where a page asks for a passkey. */
export type PasskeyPlace = { hostname: string; port: string; isSecure: boolean; isSupported: boolean };

/** Why no passkey can be asked for here, if so. A passkey belongs to a name, and browsers use it under https or on this machine alone. */
export function passkeyPlaceFault({ hostname, port, isSecure, isSupported }: PasskeyPlace): string | undefined {
  if (!isSecure) return 'Passkeys work under https, and on localhost: open this page there.';
  if (ADDRESS_V4.test(hostname) || hostname.startsWith('[')) {
    const own = hostname === '127.0.0.1' || hostname === '[::1]';
    const remedy = own ? `open this page as http://localhost${port === '' ? '' : `:${port}`}.` : 'open this page under a name.';
    return `A passkey belongs to a name, and ${hostname} is an address: ${remedy}`;
  }
  return isSupported ? undefined : 'This browser knows no passkeys: use another one.';
}

const NOTHING_SENT = 'Nothing was sent.';
const REFUSALS: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  NotAllowedError: [
    'The authenticator gave no answer: you cancelled, took too long or were not verified, or it does not hold this passkey',
    `${NOTHING_SENT} Try again, with the device or the security key that does.`,
  ],
  InvalidStateError: ['This authenticator holds a passkey of this page already', 'Use the one that it has.'],
  NotSupportedError: ['No authenticator here makes P-256 keys', 'Use a phone or a security key that does.'],
  ConstraintError: ['No authenticator here keeps a passkey and verifies its user', 'Set up a screen lock or a PIN, or use a security key that has one.'],
  SecurityError: ['This page may not ask for passkeys under its name', 'Open it under https or on localhost, and not inside another page.'],
  AbortError: ['The browser broke off', `${NOTHING_SENT} Try again.`],
};

/** What a browser throws in place of a passkey or its signature, in words. Anything else stays as it is. */
export function passkeyRefusal(thrown: unknown): unknown {
  const name = thrown instanceof Error || thrown instanceof DOMException ? thrown.name : '';
  const found = REFUSALS[name];
  return found === undefined ? thrown : new Refusal(found[0], found[1], { cause: thrown });
}
