// Members of a council with P-256 keys (passkeys, secure enclaves): the ballot that such a key signs, and what proves it on chain.

import {
  address,
  getAddressDecoder,
  getArrayEncoder,
  getBase64Encoder,
  getU16Encoder,
  getU64Decoder,
  getU64Encoder,
  type Address,
  type Instruction,
  type InstructionWithData,
  type ReadonlyUint8Array,
} from '@solana/kit';
import type { Connection } from './connection.js';
import { ABI } from './generated/abi.js';

const { domain, kinds, memberDomain } = ABI.ballot;
const PROPOSAL_QUEUED = 1;
const KEY_LEN = 33;
const SIGNATURE_LEN = 64;
/** Order of the group (SEC 2, 2.4.2). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

export type Voice = 'approve' | 'object';

/** A slot that is over, with its hash: what a ballot shows its age by. */
export type SlotHash = { slot: bigint; hash: ReadonlyUint8Array };

/** What a member is asked about a proposal: fields of it and of the council, as they are on chain. */
export type Question = {
  voice: Voice;
  digest: ReadonlyUint8Array;
  configEpoch: bigint;
  /** State of the proposal: an objection to what is queued is a veto. */
  state: number;
  vetoed: number;
};

/**
 * What a member is asked who proposes: the digest of the action as the council's next proposal (`proposalDigest` of its `proposals`).
 * Whatever is proposed in between has that id, so that the ballot is refused (`DigestMismatch`) and signed anew.
 */
export type ProposalQuestion = { voice: 'propose'; digest: ReadonlyUint8Array; configEpoch: bigint };

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

function joined(...parts: readonly (ReadonlyUint8Array | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes.slice()));
}

/** The address under which a P-256 key, in compressed form, sits in a council. */
export async function p256Member(publicKey: ReadonlyUint8Array): Promise<Address> {
  if (publicKey.length !== KEY_LEN) throw new RangeError(`a compressed P-256 key has ${KEY_LEN} bytes, not ${publicKey.length}`);
  return getAddressDecoder().decode(await sha256(joined(text(memberDomain), publicKey)));
}

/** The bytes that the member's key signs, or that are the challenge of its passkey. */
export function ballotMessage(question: Question | ProposalQuestion, { slot, hash }: SlotHash): Uint8Array {
  const vetoed = question.voice === 'propose' ? 0 : question.vetoed;
  const { digest, configEpoch } = question;
  return joined(text(domain), digest, getU64Encoder().encode(configEpoch), getU64Encoder().encode(slot), hash, [kind(question), vetoed]);
}

function kind(question: Question | ProposalQuestion): number {
  switch (question.voice) {
    case 'propose':
    case 'approve':
      return kinds[question.voice];
    case 'object':
      return question.state === PROPOSAL_QUEUED ? kinds.veto : kinds.object;
  }
}

/** The latest slot that the network has a hash of: a ballot names it and counts for 150 slots. */
export async function latestSlotHash({ rpc }: Pick<Connection, 'rpc'>): Promise<SlotHash> {
  const sysvar = address(ABI.addresses.sysvarSlotHashes);
  const { value } = await rpc.getAccountInfo(sysvar, { encoding: 'base64', commitment: 'confirmed', dataSlice: { offset: 0, length: 48 } }).send();
  const data = value && getBase64Encoder().encode(value.data[0]);
  if (!data || data.length < 48) throw new Error('this network shows no hashes of its slots');
  return { slot: getU64Decoder().decode(data, 8), hash: data.slice(16) };
}

/** A P-256 signature (r and s) with the lower of the two s that verify: the chain takes no other, and authenticators give either. */
export function lowS(signature: ReadonlyUint8Array): Uint8Array {
  if (signature.length !== SIGNATURE_LEN) throw new RangeError(`r and s have ${SIGNATURE_LEN} bytes, not ${signature.length}`);
  const s = signature.slice(32).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const low = s > ORDER / 2n ? ORDER - s : s;
  const bytes = Array.from({ length: 32 }, (_, at) => Number((low >> BigInt(8 * (31 - at))) & 0xffn));
  return joined(signature.slice(0, 32), bytes);
}

/** r and s of a signature in DER, as passkeys write it. */
export function signatureFromDer(der: ReadonlyUint8Array): Uint8Array {
  const wrong = () => new RangeError('not an ECDSA signature in DER');
  const integer = (at: number): [Uint8Array, number] => {
    const length = der[at + 1] ?? 0;
    const end = at + 2 + length;
    if (der[at] !== 2 || length === 0 || end > der.length) throw wrong();
    const bytes = [...der.slice(at + 2, end)];
    while (bytes.length > 32 && bytes[0] === 0) bytes.shift();
    if (bytes.length > 32) throw wrong();
    return [joined(new Array<number>(32 - bytes.length).fill(0), bytes), end];
  };
  if (der[0] !== 0x30 || der[1] !== der.length - 2) throw wrong();
  const [r, next] = integer(2);
  const [s, end] = integer(next);
  if (end !== der.length) throw wrong();
  return joined(r, s);
}

/** What a passkey signed in place of the ballot: its own data, and the hash of the browser's. */
export async function passkeyMessage(authenticatorData: ReadonlyUint8Array, clientData: Uint8Array): Promise<Uint8Array> {
  return joined(authenticatorData, await sha256(clientData));
}

/**
 * The secp256r1 program's instruction for one signature, all of its parts inside its own data. It goes before the vote
 * (`getProposalApproveP256Instruction`, `getProposalObjectP256Instruction`) or the proposal (`getProposalCreateP256Instruction`,
 * `getUpgradeProposeP256Instruction`), which names its place in the transaction.
 */
export function p256Proof(
  publicKey: ReadonlyUint8Array,
  signature: ReadonlyUint8Array,
  message: ReadonlyUint8Array,
): Instruction & InstructionWithData<Uint8Array> {
  const thisInstruction = 0xffff;
  const [signatureAt, keyAt, messageAt] = [16, 16 + SIGNATURE_LEN, 16 + SIGNATURE_LEN + KEY_LEN];
  const offsets = [signatureAt, thisInstruction, keyAt, thisInstruction, messageAt, message.length, thisInstruction];
  const header = getArrayEncoder(getU16Encoder(), { size: offsets.length }).encode(offsets);
  return { programAddress: address(ABI.addresses.secp256r1), accounts: [], data: joined([1, 0], header, lowS(signature), publicKey, message) };
}
