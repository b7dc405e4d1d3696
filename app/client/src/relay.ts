// Quotes from a relay (docs/relay.md). Nothing is trusted to it: whatever arrives is decoded, its signature checked and its terms held to
// the market before anybody sees it. A relay can withhold quotes, and do nothing else.

import { address, getBase64Decoder, getBase64Encoder, signatureBytes, type Address, type ReadonlyUint8Array } from '@solana/kit';
import { decodeQuote, verifyQuote, type Quote, type SignedQuote } from './quote.js';

/** A signed quote as it travels. */
export type WireQuote = { maker: string; message: string; signature: string };

/** What a relay says on its stream. */
export type RelayFrame =
  | { type: 'snapshot'; quotes: WireQuote[] }
  | { type: 'quote'; quote: WireQuote }
  | { type: 'filled'; id: string; filledPackages: string }
  | { type: 'gone'; id: string; reason: string }
  | { type: 'slot'; slot: number };

/** A quote whose signature has been checked. */
export type VerifiedQuote = { quote: Quote; signed: SignedQuote };

/** What a quote is held to before it is shown. */
export type QuoteSetting = { market: Address; genesisHash: ReadonlyUint8Array; slot: bigint };

/** As relays name quotes: one nonce is one message. */
export const quoteId = ({ makerAccount, nonce }: Pick<Quote, 'makerAccount' | 'nonce'>): string => `${makerAccount}/${nonce}`;

export const quoteToWire = ({ maker, message, signature }: SignedQuote): WireQuote => ({
  maker,
  message: getBase64Decoder().decode(message),
  signature: getBase64Decoder().decode(signature),
});

/** Throws unless it is a quote of this market and cluster that has not expired, signed by the key that it names. */
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

/** Most quotes that a relay takes at once. */
const BATCH_MAX = 64;

/** Posts quotes; for each, why it was refused, or undefined. */
export async function relayPost(url: string, quotes: readonly SignedQuote[]): Promise<(string | undefined)[]> {
  const refusals: (string | undefined)[] = [];
  for (let from = 0; from < quotes.length; from += BATCH_MAX) {
    const response = await fetch(new URL('/v1/quotes/batch', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ quotes: quotes.slice(from, from + BATCH_MAX).map(quoteToWire) }),
    });
    const body = (await response.json()) as { results?: { error?: { message: string } }[]; error?: { message: string } };
    if (body.results === undefined) throw new Error(`the relay refused: ${body.error?.message ?? response.status}`);
    refusals.push(...body.results.map(({ error }) => error?.message));
  }
  return refusals;
}

export type RelayState = 'connecting' | 'open' | 'lost';

export type RelayEvents = {
  /** All there are, in the place of those that there were. */
  snapshot: (quotes: readonly VerifiedQuote[]) => void;
  quote: (quote: VerifiedQuote) => void;
  /** It can no longer be filled. */
  gone: (id: string, reason: string) => void;
  filled?: (id: string, packages: bigint) => void;
  state?: (state: RelayState) => void;
  /** What arrived and was not believed. */
  refused?: (reason: string) => void;
};

/** What makes a socket: the platform's own where it has one, which Node 20 has not. */
export type SocketFactory = (url: string) => WebSocket;

const [RETRY_MS, RETRY_MAX_MS] = [500, 10_000];
/** A stream that says nothing for so long is dead. */
const SILENCE_MS = 10_000;

/** One market's quotes, followed until it is closed, over lost connections. */
export class RelayClient {
  readonly #url: string;
  readonly #setting: () => QuoteSetting;
  readonly #events: RelayEvents;
  readonly #factory: SocketFactory;
  #socket: WebSocket | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #delayMs = RETRY_MS;
  #closed = false;

  /** `url` is the relay's, of http or https; `setting` is asked at every quote, as the slot moves. */
  constructor(
    url: string,
    setting: () => QuoteSetting,
    events: RelayEvents,
    factory: SocketFactory = (to) => new WebSocket(to),
  ) {
    const stream = new URL('/v1/stream', url);
    stream.protocol = stream.protocol === 'https:' ? 'wss:' : 'ws:';
    stream.searchParams.set('market', setting().market);
    this.#url = stream.toString();
    this.#setting = setting;
    this.#events = events;
    this.#factory = factory;
    this.#open();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#silence);
    this.#socket?.close();
  }

  #open(): void {
    this.#events.state?.('connecting');
    const socket = this.#factory(this.#url);
    this.#socket = socket;
    socket.onopen = () => {
      this.#delayMs = RETRY_MS;
      this.#heard();
      this.#events.state?.('open');
    };
    socket.onmessage = ({ data }) => {
      this.#heard();
      void this.#receive(String(data)).catch((error: unknown) => this.#refuse(error));
    };
    // Closing follows, and says all there is to say.
    socket.onerror = () => undefined;
    socket.onclose = () => this.#lost();
  }

  #heard(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#socket?.close(), SILENCE_MS);
  }

  #lost(): void {
    clearTimeout(this.#silence);
    if (this.#closed) return;
    this.#events.state?.('lost');
    this.#retry = setTimeout(() => this.#open(), this.#delayMs);
    this.#delayMs = Math.min(this.#delayMs * 2, RETRY_MAX_MS);
  }

  async #receive(text: string): Promise<void> {
    const frame = JSON.parse(text) as RelayFrame;
    switch (frame.type) {
      case 'snapshot': {
        const verified = await Promise.all(frame.quotes.map((wire) => this.#verified(wire)));
        return this.#events.snapshot(verified.filter((quote) => quote !== undefined));
      }
      case 'quote': {
        const verified = await this.#verified(frame.quote);
        return verified && this.#events.quote(verified);
      }
      case 'gone':
        return this.#events.gone(frame.id, frame.reason);
      case 'filled':
        return this.#events.filled?.(frame.id, BigInt(frame.filledPackages));
      case 'slot':
        return;
    }
  }

  async #verified(wire: WireQuote): Promise<VerifiedQuote | undefined> {
    try {
      return await quoteOfWire(wire, this.#setting());
    } catch (error) {
      this.#refuse(error);
      return undefined;
    }
  }

  #refuse(error: unknown): void {
    this.#events.refused?.(error instanceof Error ? error.message : String(error));
  }
}
