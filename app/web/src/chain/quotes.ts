/** The quotes that could be filled now: signed ones from the relay, posted ones from the chain, each less what is filled of it. */
import {
  RelayClient,
  decodeQuote,
  findAccounts,
  margin,
  quoteId,
  quoteStateAddress,
  readAccounts,
  type Connection,
  type OptionKind,
  type Quote,
  type QuoteLeg,
  type QuoteProof,
  type RelayState,
} from '@bastion/client';
import type { Address, ReadonlyUint8Array } from '@solana/kit';
import { Store } from './store';

/** In a posted quote's account: the market inside its message. */
const POSTED_MARKET_AT = 168;
const PERIOD_MS = 2_000;
/** A fill needs some slots to land: quotes about to end are not offered. */
const MARGIN_SLOTS = 8n;

export type BookQuote = {
  /** `quoteId`: maker account and nonce. */
  key: string;
  quote: Quote;
  proof: QuoteProof;
  filledPackages: bigint;
};

export const leftOf = ({ quote, filledPackages }: BookQuote) => quote.maxPackages - filledPackages;

/** Both sides of one series, best first. */
export type Sides = { bids: BookQuote[]; asks: BookQuote[] };

export const seriesKey = ({ expiryUnixS, strikeE6, kind }: { expiryUnixS: bigint; strikeE6: bigint; kind: OptionKind }) =>
  `${expiryUnixS}/${strikeE6}/${kind}`;

export type Book = { all: readonly BookQuote[]; series: ReadonlyMap<string, Sides>; relay: RelayState | 'none' };

const EMPTY: Book = { all: [], series: new Map(), relay: 'none' };

export class QuoteBook {
  readonly store = new Store<Book>(EMPTY);
  readonly #connection: Connection;
  readonly #market: Address;
  readonly #quotes = new Map<string, BookQuote>();
  readonly #stateAddresses = new Map<string, Promise<Address>>();
  readonly #relay: RelayClient | undefined;
  #relayState: Book['relay'] = 'none';
  #slot = 0n;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: Connection, market: Address, genesisHash: ReadonlyUint8Array, relayUrl: string | undefined) {
    this.#connection = connection;
    this.#market = market;
    this.#relay =
      relayUrl === undefined
        ? undefined
        : new RelayClient(relayUrl, () => ({ market, genesisHash, slot: this.#slot }), {
            snapshot: (quotes) => {
              for (const [key, { proof }] of this.#quotes) if (proof.kind === 'signed') this.#remove(key);
              for (const { quote, signed } of quotes) this.#add({ quote, proof: { kind: 'signed', signed } });
              this.#publish();
            },
            quote: ({ quote, signed }) => this.#add({ quote, proof: { kind: 'signed', signed } }),
            gone: (id) => this.#remove(id),
            state: (state) => {
              this.#relayState = state;
              this.#publish();
            },
          });
    void this.#round();
  }

  /** The chain's slot moves on: what has expired is no longer offered. */
  slotSet(slot: bigint): void {
    this.#slot = slot;
    for (const [key, { quote }] of this.#quotes) {
      if (quote.expirySlot < slot + MARGIN_SLOTS) this.#remove(key);
    }
    this.#publish();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#relay?.close();
  }

  #add(added: Pick<BookQuote, 'quote' | 'proof'>): void {
    const key = quoteId(added.quote);
    this.#quotes.set(key, { ...added, key, filledPackages: this.#quotes.get(key)?.filledPackages ?? 0n });
    this.#stateAddresses.set(key, this.#stateAddresses.get(key) ?? quoteStateAddress(added.quote.makerAccount, added.quote.nonce));
  }

  #remove(key: string): void {
    this.#quotes.delete(key);
    this.#stateAddresses.delete(key);
  }

  #publish(): void {
    const all = [...this.#quotes.values()].filter((held) => leftOf(held) > 0n);
    const series = new Map<string, Sides>();
    for (const held of all) {
      const [leg, another] = held.quote.legs;
      if (leg === undefined || another !== undefined || leg.ratio !== 1) continue;
      const key = seriesKey(leg);
      const sides = series.get(key) ?? { bids: [], asks: [] };
      (leg.side === 'buy' ? sides.bids : sides.asks).push(held);
      series.set(key, sides);
    }
    const priceOf = ({ quote }: BookQuote) => (quote.legs[0] as QuoteLeg).priceE6;
    const lower = (left: BookQuote, right: BookQuote) => (priceOf(left) < priceOf(right) ? -1 : priceOf(left) > priceOf(right) ? 1 : 0);
    for (const { bids, asks } of series.values()) {
      bids.sort((left, right) => lower(right, left));
      asks.sort(lower);
    }
    this.store.set({ all, series, relay: this.#relayState });
  }

  async #round(): Promise<void> {
    try {
      await this.#posted();
      await this.#states();
      this.#publish();
    } catch {
      // The snapshot's own reader tells of a node that does not answer; quotes go stale by slot.
    }
    this.#timer = setTimeout(() => void this.#round(), PERIOD_MS);
  }

  async #posted(): Promise<void> {
    const named = [{ at: POSTED_MARKET_AT, address: this.#market }];
    const found = await findAccounts(this.#connection, margin.MARGIN_PROGRAM_ADDRESS, margin.POSTED_QUOTE_DISCRIMINATOR, named);
    const standing = new Set<string>();
    for (const { data } of found) {
      const posted = margin.getPostedQuoteDecoder().decode(data);
      const message = Uint8Array.from(posted.message).slice(0, posted.messageLen);
      const quote = decodeQuote(message);
      if (quote.expirySlot < this.#slot + MARGIN_SLOTS) continue;
      this.#add({ quote, proof: { kind: 'posted' } });
      standing.add(quoteId(quote));
    }
    // A posted quote that is no longer there was taken back.
    for (const [key, { proof }] of this.#quotes) if (proof.kind === 'posted' && !standing.has(key)) this.#remove(key);
  }

  /** How much of each is filled, and which their makers have cancelled by raising their floor. */
  async #states(): Promise<void> {
    const keys = [...this.#quotes.keys()];
    const makers = [...new Set([...this.#quotes.values()].map(({ quote }) => quote.makerAccount))];
    const addresses = await Promise.all(keys.map((key) => this.#stateAddresses.get(key)!));
    const found = await readAccounts(this.#connection, [...addresses, ...makers]);
    keys.forEach((key, at) => {
      const held = this.#quotes.get(key);
      const data = found.get(addresses[at]!);
      if (held && data) this.#quotes.set(key, { ...held, filledPackages: margin.getQuoteStateDecoder().decode(data).filledPackages });
    });
    makers.forEach((maker) => {
      const data = found.get(maker);
      const floor = data ? margin.getMarginAccountDecoder().decode(data).nonceFloor : undefined;
      for (const [key, { quote }] of this.#quotes) {
        if (quote.makerAccount === maker && (floor === undefined || quote.nonce < floor)) this.#remove(key);
      }
    });
  }
}
