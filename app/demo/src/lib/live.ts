/** A market that lives: listed expiries, moving prices, surfaces, a maker's quotes through a relay, and the page that shows it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { getBase58Decoder, type Address } from '@solana/kit';
import type { Trading } from '../steps/market.js';
import { SYMBOL } from '../steps/feed.js';
import type { Daemon } from './daemon.js';
import { MarketMaker } from './market-maker.js';
import { base, priceE6, quote } from './numbers.js';
import { Publisher } from './publisher.js';
import { relayStart } from './relay.js';
import { siteStart, type Site } from './site.js';
import { fund } from './tokens.js';

/** From now: an hour, a day, a week, four weeks. */
const EXPIRIES_S = [3_600, 86_400, 604_800, 2_419_200];
const STEP_S = 10n;
const STAKE = quote(5_000_000);
const GIFT = { quote: quote(25_000), base: base(50), sol: 5 };
/** The price wanders about its middle: this much of itself in a step, pulled back by a part of its distance. */
const [STEP_MS, STEP_PARTS, PULL_PARTS] = [1_000, 2_500, 200];
const MIDDLE = Number(priceE6('156.80'));

export interface LiveOptions {
  /** Seconds from now to each expiry; the four of a real chain if left out. */
  readonly expiriesS?: readonly number[];
  /** Whether the price moves by itself. */
  readonly wander?: boolean;
  readonly port?: number;
}

export class Live {
  readonly site: Site;
  readonly relay: Daemon;
  readonly maker: MarketMaker;
  readonly expiries: readonly bigint[];
  private readonly publisher: Publisher;
  private readonly stopping = new AbortController();

  private constructor(parts: { site: Site; relay: Daemon; maker: MarketMaker; publisher: Publisher; expiries: readonly bigint[] }) {
    this.site = parts.site;
    this.relay = parts.relay;
    this.maker = parts.maker;
    this.publisher = parts.publisher;
    this.expiries = parts.expiries;
  }

  static async open(trading: Trading, { expiriesS = EXPIRIES_S, wander = true, port = 0 }: LiveOptions = {}): Promise<Live> {
    const { chain, cast, exchange, keeper, baseMint, quoteMint } = trading;
    const { unixS } = await chain.now();
    const expiries: bigint[] = [];
    for (const ahead of expiriesS) {
      const expiryUnixS = ((unixS + BigInt(ahead)) / STEP_S) * STEP_S;
      await exchange.expiryCreate(cast.keeper, expiryUnixS);
      expiries.push(expiryUnixS);
    }
    await fund(chain, cast.deployer, quoteMint, cast.maker.address, STAKE);
    await exchange.deposit(cast.maker, quoteMint, STAKE);
    const publisher = await Publisher.create(exchange, cast.deployer, cast.keeper, [trading.expiryUnixS, ...expiries]);
    await publisher.start();

    const { genesisHash } = chain;
    const relay = await relayStart(chain.url);
    const maker = new MarketMaker(exchange, keeper, cast.maker, relay.url, unixS * 1_000_000n);
    maker.start();
    const faucet = async (owner: Address) => {
      await chain.airdrop(owner, GIFT.sol);
      await fund(chain, cast.deployer, quoteMint, owner, GIFT.quote);
      await fund(chain, cast.deployer, baseMint, owner, GIFT.base);
    };
    const network = {
      name: 'Local network',
      rpcUrl: chain.url,
      wsUrl: chain.socketUrl,
      genesisHash: getBase58Decoder().decode(genesisHash),
      symbol: SYMBOL,
      relayUrl: relay.url,
    };
    const live = new Live({ site: await siteStart(network, faucet, port), relay, maker, publisher, expiries });
    let price = Number(await keeper.price());
    if (wander) {
      void live.every(STEP_MS, async () => {
        const noise = Math.random() + Math.random() + Math.random() - 1.5;
        price += (price * noise) / STEP_PARTS + (MIDDLE - price) / PULL_PARTS;
        keeper.drift(BigInt(Math.round(price)));
      });
    }
    return live;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.maker.stop();
    await this.publisher.stop();
    await this.relay.stop();
    await this.site.stop();
  }

  /** Until it is stopped; one failure is made good by the next time. */
  private async every(periodMs: number, work: () => Promise<void>): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await work().catch(() => undefined);
      await sleep(periodMs);
    }
  }
}
