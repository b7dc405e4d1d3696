/**
 * A relay of quotes for local networks, in the format of docs/relay.md: it passes on what verifies, keeps what has not expired for those
 * who come later, and is trusted with nothing.
 */
import { createServer } from 'node:http';
import { quoteOfWire, type ClientMessage, type RelayMessage, type WireQuote } from '@bastion/client';
import type { Address, ReadonlyUint8Array } from '@solana/kit';
import { WebSocketServer, type WebSocket } from 'ws';
import { close, listen } from './site.js';

const MESSAGE_MAX = 8_192;

export interface RelayOptions {
  readonly market: Address;
  readonly genesisHash: ReadonlyUint8Array;
  /** The cluster's slot, as last seen. */
  readonly slot: () => bigint;
}

interface Held {
  readonly wire: WireQuote;
  readonly expirySlot: bigint;
}

export class Relay {
  readonly url: string;
  private readonly options: RelayOptions;
  private readonly server: ReturnType<typeof createServer>;
  private readonly sockets: WebSocketServer;
  private readonly subscribers = new Set<WebSocket>();
  private readonly held = new Map<string, Held>();

  private constructor(options: RelayOptions, server: ReturnType<typeof createServer>, port: number) {
    this.options = options;
    this.server = server;
    this.url = `ws://127.0.0.1:${port}`;
    this.sockets = new WebSocketServer({ server, maxPayload: MESSAGE_MAX });
    this.sockets.on('connection', (socket) => {
      socket.on('message', (data) => void this.receive(socket, String(data)));
      socket.on('close', () => this.subscribers.delete(socket));
    });
  }

  static async start(options: RelayOptions): Promise<Relay> {
    const server = createServer();
    return new Relay(options, server, await listen(server, 0));
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets.clients) socket.terminate();
    await close(this.server);
  }

  private async receive(socket: WebSocket, text: string): Promise<void> {
    try {
      const message = JSON.parse(text) as ClientMessage;
      if (message.type === 'subscribe') this.subscribe(socket, message.market);
      else if (message.type === 'post') await this.post(message.quote);
      else if (message.type === 'request') this.spread(message);
      else throw new RangeError('a message is of type subscribe, post or request');
    } catch (error) {
      send(socket, { type: 'refused', reason: error instanceof Error ? error.message : String(error) });
    }
  }

  private subscribe(socket: WebSocket, market: string): void {
    if (market !== this.options.market) throw new RangeError(`no quotes of market ${market} here`);
    this.subscribers.add(socket);
    const slot = this.options.slot();
    for (const [key, { expirySlot }] of this.held) if (expirySlot < slot) this.held.delete(key);
    send(socket, { type: 'quotes', market, quotes: [...this.held.values()].map(({ wire }) => wire) });
  }

  /** Passes a quote on to everybody. Throws if it does not verify. */
  async post(wire: WireQuote): Promise<void> {
    const { market, genesisHash, slot } = this.options;
    const { quote } = await quoteOfWire(wire, { market, genesisHash, slot: slot() });
    this.held.set(`${quote.makerAccount}/${quote.nonce}`, { wire, expirySlot: quote.expirySlot });
    this.spread({ type: 'quote', market, quote: wire });
  }

  private spread(message: RelayMessage): void {
    for (const socket of this.subscribers) send(socket, message);
  }
}

const send = (socket: WebSocket, message: RelayMessage) => socket.send(JSON.stringify(message));
