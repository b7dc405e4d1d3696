/** The page's one connection to its network: what it reads, how fresh that is, and what is wrong. */
import { Engine, Refusal, connect, explain, marketAddress, type Connection, type Explanation } from '@bastion/client';
import engineUrl from '@bastion/client/engine.wasm?url';
import { getBase58Encoder, type Address, type ReadonlyUint8Array } from '@solana/kit';
import type { NetworkConfig } from './config';
import { programsCheck, type ProgramCheck } from './programs';
import { QuoteBook } from './quotes';
import { expiriesFind, snapshotRead, type Snapshot } from './snapshot';
import { Store } from './store';

const PERIOD_MS = 1_000;
/** How often the list of expiries is read again. */
const LIST_ROUNDS = 8;
/** Data older than this must not be acted on. */
export const FRESH_MS = 15_000;

export type Live = {
  /** Undefined while the first read is under way, or if no market is listed. */
  snapshot: Snapshot | undefined;
  /** Whether the first read has come back. */
  asked: boolean;
  failure: Explanation | undefined;
};

export class Session {
  readonly config: NetworkConfig;
  readonly connection: Connection;
  readonly engine: Engine;
  readonly genesisHash: ReadonlyUint8Array;
  readonly market: Address;
  readonly programs: readonly ProgramCheck[];
  readonly quotes: QuoteBook;
  readonly live = new Store<Live>({ snapshot: undefined, asked: false, failure: undefined });
  #owner: Address | undefined;
  #expiries: { address: Address; expiryUnixS: bigint | undefined }[] = [];
  #rounds = 0;
  #asking: Promise<void> | undefined;
  #again = false;

  private constructor(config: NetworkConfig, parts: { connection: Connection; engine: Engine; market: Address; programs: ProgramCheck[] }) {
    this.config = config;
    this.connection = parts.connection;
    this.engine = parts.engine;
    this.market = parts.market;
    this.programs = parts.programs;
    this.genesisHash = getBase58Encoder().encode(config.genesisHash);
    this.quotes = new QuoteBook(parts.connection, parts.market, this.genesisHash, config.relayUrl);
    void this.#run();
  }

  /** Connects, and refuses a node of another cluster. */
  static async open(config: NetworkConfig): Promise<Session> {
    const connection = connect(config.rpcUrl, config.wsUrl);
    const [module, genesis, programs, market] = await Promise.all([
      fetch(engineUrl).then((response) => response.arrayBuffer()),
      connection.rpc.getGenesisHash().send(),
      programsCheck(connection),
      marketAddress(config.symbol),
    ]);
    if ((genesis as string) !== config.genesisHash) {
      throw new Refusal(
        `The RPC node is of another cluster: its genesis hash is ${genesis}, not ${config.genesisHash}`,
        'Nothing is shown or sent. Use an RPC node of the network that this page is for.',
      );
    }
    return new Session(config, { connection, engine: await Engine.load(module), market, programs });
  }

  /** Whose account is read with everything else. */
  ownerSet(owner: Address | undefined): void {
    this.#owner = owner;
    void this.refresh();
  }

  /** Reads now; a read that is under way is followed by one more. */
  refresh(): Promise<void> {
    if (this.#asking !== undefined) {
      this.#again = true;
      return this.#asking;
    }
    this.#asking = this.#read().finally(() => {
      this.#asking = undefined;
      if (this.#again) {
        this.#again = false;
        void this.refresh();
      }
    });
    return this.#asking;
  }

  async #run(): Promise<void> {
    for (;;) {
      if (!document.hidden) await this.refresh();
      await new Promise((resolve) => setTimeout(resolve, PERIOD_MS));
    }
  }

  async #read(): Promise<void> {
    try {
      if (this.#rounds % LIST_ROUNDS === 0) {
        const known = new Map(this.#expiries.map((expiry) => [expiry.address, expiry]));
        const found = await expiriesFind(this.connection, this.market);
        this.#expiries = found.map((address) => known.get(address) ?? { address, expiryUnixS: undefined });
      }
      this.#rounds += 1;
      const owner = this.#owner;
      const snapshot = await snapshotRead(this.connection, this.config.symbol, this.#expiries, owner);
      // The wallet changed while the node was answering.
      if (owner !== this.#owner) return;
      const times = new Map(snapshot?.expiries.map(({ address, expiryUnixS }) => [address, expiryUnixS]));
      this.#expiries = this.#expiries.map(({ address, expiryUnixS }) => ({ address, expiryUnixS: times.get(address) ?? expiryUnixS }));
      this.live.set({ snapshot, asked: true, failure: undefined });
      if (snapshot) this.quotes.slotSet(snapshot.slot);
    } catch (error) {
      this.#rounds = 0;
      this.live.set({ ...this.live.get(), asked: true, failure: explain(error) });
    }
  }
}
