// Quotes: the message a maker signs or posts, and the instruction that proves a signature on chain.

import {
  address,
  createSignableMessage,
  createSignerFromKeyPair,
  fixDecoderSize,
  fixEncoderSize,
  getAddressDecoder,
  getAddressEncoder,
  getArrayDecoder,
  getArrayEncoder,
  getBase64Decoder,
  getBase64Encoder,
  getBytesDecoder,
  getBytesEncoder,
  getI64Decoder,
  getI64Encoder,
  getPublicKeyFromAddress,
  getStructDecoder,
  getStructEncoder,
  getU16Decoder,
  getU16Encoder,
  getU64Decoder,
  getU64Encoder,
  getU8Decoder,
  getU8Encoder,
  signatureBytes,
  verifySignature,
  type Address,
  type Instruction,
  type InstructionWithData,
  type MessagePartialSigner,
  type ReadonlyUint8Array,
  type SignatureBytes,
} from '@solana/kit';
import { ABI } from './generated/abi.js';

const { domain, headerLen, kinds, legLen, maxLegs, sides } = ABI.quote;

/** From the maker's view. */
export type QuoteSide = keyof typeof sides;
export type OptionKind = keyof typeof kinds;

export type QuoteLeg = {
  expiryUnixS: bigint;
  strikeE6: bigint;
  /** Premium for one whole unit of the underlying. */
  priceE6: bigint;
  kind: OptionKind;
  side: QuoteSide;
  /** Lots of this leg in one package. */
  ratio: number;
};

export type Quote = {
  market: Address;
  makerAccount: Address;
  /** As the market stores it: a quote of one cluster is void on every other. */
  genesisHash: ReadonlyUint8Array;
  nonce: bigint;
  /** Most packages filled over the quote's life: one package is `ratio` lots of every leg. */
  maxPackages: bigint;
  /** Least packages taken by one fill. */
  minFillPackages: bigint;
  /** Last slot in which the quote fills. */
  expirySlot: bigint;
  legs: readonly QuoteLeg[];
};

export type SignedQuote = { maker: Address; message: ReadonlyUint8Array; signature: SignatureBytes };

const headerEncoder = getStructEncoder([
  ['domain', fixEncoderSize(getBytesEncoder(), domain.length)],
  ['program', getAddressEncoder()],
  ['genesisHash', fixEncoderSize(getBytesEncoder(), 32)],
  ['market', getAddressEncoder()],
  ['makerAccount', getAddressEncoder()],
  ['nonce', getU64Encoder()],
  ['maxPackages', getU64Encoder()],
  ['minFillPackages', getU64Encoder()],
  ['expirySlot', getU64Encoder()],
  ['legCount', getU8Encoder()],
  ['reserved', fixEncoderSize(getBytesEncoder(), 7)],
]);
const headerDecoder = getStructDecoder([
  ['domain', fixDecoderSize(getBytesDecoder(), domain.length)],
  ['program', getAddressDecoder()],
  ['genesisHash', fixDecoderSize(getBytesDecoder(), 32)],
  ['market', getAddressDecoder()],
  ['makerAccount', getAddressDecoder()],
  ['nonce', getU64Decoder()],
  ['maxPackages', getU64Decoder()],
  ['minFillPackages', getU64Decoder()],
  ['expirySlot', getU64Decoder()],
  ['legCount', getU8Decoder()],
  ['reserved', fixDecoderSize(getBytesDecoder(), 7)],
]);
const legEncoder = getStructEncoder([
  ['expiryUnixS', getI64Encoder()],
  ['strikeE6', getU64Encoder()],
  ['priceE6', getU64Encoder()],
  ['kind', getU8Encoder()],
  ['side', getU8Encoder()],
  ['ratio', getU16Encoder()],
  ['reserved', fixEncoderSize(getBytesEncoder(), 4)],
]);
const legDecoder = getStructDecoder([
  ['expiryUnixS', getI64Decoder()],
  ['strikeE6', getU64Decoder()],
  ['priceE6', getU64Decoder()],
  ['kind', getU8Decoder()],
  ['side', getU8Decoder()],
  ['ratio', getU16Decoder()],
  ['reserved', fixDecoderSize(getBytesDecoder(), 4)],
]);

const domainBytes = new TextEncoder().encode(domain);

/** The bytes a maker signs. */
export function encodeQuote(quote: Quote, program: Address = address(ABI.addresses.margin)): Uint8Array {
  if (quote.legs.length === 0 || quote.legs.length > maxLegs) {
    throw new RangeError(`a quote has 1 to ${maxLegs} legs, this one has ${quote.legs.length}`);
  }
  if (quote.legs.some((leg) => leg.ratio === 0)) throw new RangeError('a leg has at least one lot a package');
  if (quote.genesisHash.length !== 32) throw new RangeError('a genesis hash has 32 bytes');
  const header = headerEncoder.encode({
    ...quote,
    domain: domainBytes,
    program,
    legCount: quote.legs.length,
    reserved: new Uint8Array(7),
  });
  const legs = quote.legs.map((leg) => ({
    ...leg,
    kind: kinds[leg.kind],
    side: sides[leg.side],
    reserved: new Uint8Array(4),
  }));
  const message = new Uint8Array(headerLen + legLen * legs.length);
  message.set(header);
  message.set(getArrayEncoder(legEncoder, { size: legs.length }).encode(legs), headerLen);
  return message;
}

/** Reads a quote message; throws if it is none of this program. */
export function decodeQuote(message: ReadonlyUint8Array, program: Address = address(ABI.addresses.margin)): Quote {
  if (message.length < headerLen) throw new RangeError('not a quote: too short');
  const { domain: prefix, program: signedFor, legCount, reserved, ...header } = headerDecoder.decode(message);
  if (prefix.some((byte, i) => byte !== domainBytes[i])) throw new RangeError('not a quote: another kind of message');
  if (signedFor !== program) throw new RangeError(`a quote for another program: ${signedFor}`);
  if (legCount === 0 || legCount > maxLegs || message.length !== headerLen + legLen * legCount) {
    throw new RangeError(`not a quote: ${legCount} legs in ${message.length} bytes`);
  }
  const legs = getArrayDecoder(legDecoder, { size: legCount }).decode(message, headerLen);
  if ([reserved, ...legs.map((leg) => leg.reserved)].some((bytes) => bytes.some((byte) => byte !== 0))) {
    throw new RangeError('not a quote: reserved bytes must be zero');
  }
  return {
    ...header,
    legs: legs.map(({ expiryUnixS, strikeE6, priceE6, kind, side, ratio }) => ({
      expiryUnixS,
      strikeE6,
      priceE6,
      kind: nameOf(kinds, kind),
      side: nameOf(sides, side),
      ratio,
    })),
  };
}

function nameOf<T extends string>(codes: Readonly<Record<T, number>>, code: number): T {
  const name = (Object.keys(codes) as T[]).find((candidate) => codes[candidate] === code);
  if (name === undefined) throw new RangeError(`not a quote: ${code} is not one of ${Object.keys(codes).join(', ')}`);
  return name;
}

/** Signs with a key pair or with any signer of messages (a wallet, say). */
export async function signQuote(quote: Quote, signer: CryptoKeyPair | MessagePartialSigner): Promise<SignedQuote> {
  const messageSigner = 'signMessages' in signer ? signer : await createSignerFromKeyPair(signer);
  const message = encodeQuote(quote);
  const [signatures] = await messageSigner.signMessages([createSignableMessage(message)]);
  const signature = signatures?.[messageSigner.address];
  if (signature === undefined) throw new Error('the signer returned no signature of its own');
  return { maker: messageSigner.address, message, signature };
}

/** Whether the maker signed exactly these bytes. */
export async function verifyQuote({ maker, message, signature }: SignedQuote): Promise<boolean> {
  return verifySignature(await getPublicKeyFromAddress(maker), signature, message);
}

/** A signed quote as it travels: the form that the relay and `bastion fill` take. */
export function quoteToJson({ maker, message, signature }: SignedQuote): string {
  const base64 = getBase64Decoder();
  return JSON.stringify({ maker, message: base64.decode(message), signature: base64.decode(signature) });
}

/** Reads what {@link quoteToJson} wrote; throws if it is no signed quote. The signature is `verifyQuote`'s to check. */
export function quoteFromJson(json: string): SignedQuote {
  const { maker, message, signature } = JSON.parse(json) as Record<string, unknown>;
  if (typeof maker !== 'string' || typeof message !== 'string' || typeof signature !== 'string') {
    throw new TypeError('a signed quote has `maker`, `message` and `signature`, each a string');
  }
  const base64 = getBase64Encoder();
  return { maker: address(maker), message: base64.encode(message), signature: signatureBytes(base64.encode(signature)) };
}

/** The Ed25519 program's instruction for one signature, all of its parts inside its own data. */
export function ed25519Instruction(quote: SignedQuote): Instruction & InstructionWithData<Uint8Array> {
  const [keyAt, signatureAt, messageAt] = [16, 48, 112];
  const thisInstruction = 0xffff;
  const offsets = [signatureAt, thisInstruction, keyAt, thisInstruction, messageAt, quote.message.length, thisInstruction];
  const data = new Uint8Array(messageAt + quote.message.length);
  data.set([1, 0]);
  data.set(getArrayEncoder(getU16Encoder(), { size: offsets.length }).encode(offsets), 2);
  data.set(getAddressEncoder().encode(quote.maker), keyAt);
  data.set(quote.signature, signatureAt);
  data.set(quote.message, messageAt);
  return { programAddress: address(ABI.addresses.ed25519), accounts: [], data };
}
