// Quotes by WebSocket from a relay (docs/relay.md). Nothing is trusted to it: whatever arrives is decoded, its signature checked and its
// terms held to the market before anybody sees it. A relay can withhold quotes, and do nothing else.

import {
  address,
  getBase64Decoder,
  getBase64Encoder,
  signatureBytes,
  type Address,
  type ReadonlyUint8Array,
} from '@solana/kit';
import { decodeQuote, verifyQuote, type Quote, type SignedQuote } from './quote.js';
import type { PackageLeg } from './package.js';

/** A signed quote as it travels. */
export type WireQuote = { maker: string; message: string; signature: string };

/** A leg of a request as it travels: integers as decimal text. */
export type WireLeg = { expiryUnixS: string; strikeE6: string; kind: 'call' | 'put'; side: 'buy' | 'sell'; ratio: number };

export type ClientMessage =
  | { type: 'subscribe'; market: string }
  | { type: 'post'; quote: WireQuote }
  | { type: 'request'; id: string; market: string; legs: WireLeg[]; packages: string };

export type RelayMessage =
  | { type: 'quotes'; market: string; quotes: WireQuote[] }
  | { type: 'quote'; market: string; quote: WireQuote }
  | { type: 'request'; id: string; market: string; legs: WireLeg[]; packages: string }
  | { type: 'refused'; reason: string };

/** A quote whose signature has been checked. */
export type VerifiedQuote = { quote: Quote; signed: SignedQuote };

/** What a quote is held to before it is shown. */
export type QuoteSetting = { market: Address; genesisHash: ReadonlyUint8Array; slot: bigint };

export const quoteToWire = ({ maker, message, signature }: SignedQuote): WireQuote => ({
  maker,
  message: getBase64Decoder().decode(message),
  signature: getBase64Decoder().decode(signature),
});

/** Throws unless it is a quote of this market and cluster that has not expired, signed by the maker that it names. */
export async function quoteOfWire(wire: WireQuote, { market, genesisHash, slot }: QuoteSetting): Promise<VerifiedQuote> {
  const signed: SignedQuote = {
    maker: address(wire.maker),
    message: getBase64Encoder().encode(wire.message),
    signature: signatureBytes(getBase64Encoder().encode(wire.signature)),
  };
  const quote = decodeQuote(signed.message);
  if (quote.market !== market) throw new RangeError(`a quote of another market: ${quote.market}`);
  if (quote.genesisHash.some((byte, at) => byte !== genesisHash[at])) throw new RangeError('a quote of another cluster');
  if (quote.expirySlot < slot) throw new RangeError(`a quote that expired in slot ${quote.expirySlot}`);
  if (!(await verifyQuote(signed))) throw new RangeError('a quote that its maker did not sign');
  return { quote, signed };
}

export const legToWire = ({ expiryUnixS, strikeE6, ...rest }: PackageLeg): WireLeg => ({
  expiryUnixS: `${expiryUnixS}`,
  strikeE6: `${strikeE6}`,
  ...rest,
});

export const legOfWire = ({ expiryUnixS, strikeE6, kind, side, ratio }: WireLeg): PackageLeg => ({
  expiryUnixS: BigInt(expiryUnixS),
  strikeE6: BigInt(strikeE6),
  kind,
  side,
  ratio,
});

export type RelayState = 'connecting' | 'open' | 'lost';

export type RelayEvents = {
  /** Verified, and new or again. */
  quote?: (quote: VerifiedQuote) => void;
  /** Somebody asks makers for a price. */
  request?: (request: { id: string; legs: PackageLeg[]; packages: bigint }) => void;
  state?: (state: RelayState) => void;
  /** What arrived and was not believed. */
  refused?: (reason: string) => void;
};

/** What makes a socket: the platform's own where it has one, which Node 20 has not. */
export type SocketFactory = (url: string) => WebSocket;

const OPEN = 1;
const [RETRY_MS, RETRY_MAX_MS] = [500, 10_000];

/** A subscription to one market's quotes that reconnects until it is closed. */
export class RelayClient {
  readonly #url: string;
  readonly #market: Address;
  readonly #setting: () => QuoteSetting;
  readonly #events: RelayEvents;
  readonly #factory: SocketFactory;
  #socket: WebSocket | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #delayMs = RETRY_MS;
  #closed = false;

  /** `setting` is asked at every quote: the slot moves. */
  constructor(
    url: string,
    market: Address,
    setting: () => QuoteSetting,
    events: RelayEvents,
    factory: SocketFactory = (to) => new WebSocket(to),
  ) {
    this.#factory = factory;
    this.#url = url;
    this.#market = market;
    this.#setting = setting;
    this.#events = events;
    this.#open();
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === OPEN;
  }

  /** A maker's quote for everybody. False if there is no connection. */
  post(signed: SignedQuote): boolean {
    return this.#send({ type: 'post', quote: quoteToWire(signed) });
  }

  /** Asks makers for a quote of these legs; the answers arrive as quotes. False if there is no connection. */
  request(id: string, legs: readonly PackageLeg[], packages: bigint): boolean {
    return this.#send({ type: 'request', id, market: this.#market, legs: legs.map(legToWire), packages: `${packages}` });
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#socket?.close();
  }

  #send(message: ClientMessage): boolean {
    if (!this.isOpen) return false;
    this.#socket?.send(JSON.stringify(message));
    return true;
  }

  #open(): void {
    this.#events.state?.('connecting');
    const socket = this.#factory(this.#url);
    this.#socket = socket;
    socket.onopen = () => {
      this.#delayMs = RETRY_MS;
      this.#send({ type: 'subscribe', market: this.#market });
      this.#events.state?.('open');
    };
    socket.onmessage = ({ data }) => void this.#receive(String(data));
    // Closing follows, and says all there is to say.
    socket.onerror = () => undefined;
    socket.onclose = () => {
      if (this.#closed) return;
      this.#events.state?.('lost');
      this.#retry = setTimeout(() => this.#open(), this.#delayMs);
      this.#delayMs = Math.min(this.#delayMs * 2, RETRY_MAX_MS);
    };
  }

  async #receive(text: string): Promise<void> {
    try {
      const message = JSON.parse(text) as RelayMessage;
      if (message.type === 'refused') this.#events.refused?.(message.reason);
      else if (message.market !== this.#market) return;
      else if (message.type === 'quotes') await Promise.all(message.quotes.map((wire) => this.#quote(wire)));
      else if (message.type === 'quote') await this.#quote(message.quote);
      else if (message.type === 'request') {
        const { id, legs, packages } = message;
        this.#events.request?.({ id, legs: legs.map(legOfWire), packages: BigInt(packages) });
      }
    } catch (error) {
      this.#events.refused?.(error instanceof Error ? error.message : String(error));
    }
  }

  async #quote(wire: WireQuote): Promise<void> {
    try {
      this.#events.quote?.(await quoteOfWire(wire, this.#setting()));
    } catch (error) {
      this.#events.refused?.(error instanceof Error ? error.message : String(error));
    }
  }
}
