/**
 * Brings a network to life: prices, a relay, a maker's quotes, and the page that shows it. Operated, the daemons run it. Otherwise it is a
 * scene for a suite, in which nothing happens that the suite does not do, but that prices and surfaces stay fresh and makers quote.
 */
import { getBase58Decoder, type Address } from '@solana/kit';
import type { Trading } from '../steps/market.js';
import { SYMBOL } from '../steps/feed.js';
import type { Daemon } from './daemon.js';
import { MarketMaker } from './market-maker.js';
import { base, quote } from './numbers.js';
import { operate } from './operated.js';
import { Publisher } from './publisher.js';
import { relayStart } from './relay.js';
import type { Running } from './rounds.js';
import { siteStart, type Site } from './site.js';
import { fund } from './tokens.js';

/** From now: an hour, a day, a week, four weeks. */
const EXPIRIES_S = [3_600, 86_400, 604_800, 2_419_200];
const STEP_S = 10n;
const STAKE = quote(5_000_000);
const GIFT = { quote: quote(25_000), base: base(50), sol: 5 };

export interface LiveOptions {
  /** Seconds from now to each expiry; the four of a real chain if left out. */
  readonly expiriesS?: readonly number[];
  readonly port?: number;
  /** Whether the daemons run it; the price moves by itself then. */
  readonly operated?: boolean;
}

/** Everything of a living network. */
interface Parts {
  readonly site: Site;
  readonly relay: Daemon;
  /** What else has to be stopped, in this order, while the network is there. */
  readonly others: readonly Running[];
  readonly expiries: readonly bigint[];
}

export class Live {
  readonly site: Site;
  readonly relay: Daemon;
  readonly expiries: readonly bigint[];
  private readonly parts: Parts;

  private constructor(parts: Parts) {
    this.parts = parts;
    this.site = parts.site;
    this.relay = parts.relay;
    this.expiries = parts.expiries;
  }

  static async open(trading: Trading, options: LiveOptions = {}): Promise<Live> {
    const { expiriesS = EXPIRIES_S, port = 0, operated = false } = options;
    const { chain, cast, exchange } = trading;
    const { unixS } = await chain.now();
    const expiries: bigint[] = [];
    for (const ahead of expiriesS) {
      const expiryUnixS = ((unixS + BigInt(ahead)) / STEP_S) * STEP_S;
      await exchange.expiryCreate(cast.keeper, expiryUnixS);
      expiries.push(expiryUnixS);
    }
    const relay = await relayStart(chain.url);
    const others = operated
      ? await operate(trading, relay, expiriesS)
      : await scene(trading, relay, [trading.expiryUnixS, ...expiries], unixS);
    return new Live({ site: await site(trading, relay, port), relay, others, expiries });
  }

  async stop(): Promise<void> {
    const { site: page, relay, others } = this.parts;
    for (const other of others) await other.stop();
    await relay.stop();
    await page.stop();
  }
}

/** Surfaces of these expiries, kept fresh, and a maker's quotes. */
async function scene({ chain, cast, exchange, keeper, quoteMint }: Trading, relay: Daemon, expiries: readonly bigint[], unixS: bigint) {
  const publisher = await Publisher.create(exchange, cast.deployer, cast.keeper, expiries);
  await publisher.start();
  await fund(chain, cast.deployer, quoteMint, cast.maker.address, STAKE);
  await exchange.deposit(cast.maker, quoteMint, STAKE);
  const maker = new MarketMaker(exchange, keeper, cast.maker, relay.url, unixS * 1_000_000n);
  maker.start();
  return [maker, publisher];
}

async function site({ chain, cast, baseMint, quoteMint }: Trading, relay: Daemon, port: number): Promise<Site> {
  const faucet = async (owner: Address) => {
    await chain.airdrop(owner, GIFT.sol);
    await fund(chain, cast.deployer, quoteMint, owner, GIFT.quote);
    await fund(chain, cast.deployer, baseMint, owner, GIFT.base);
  };
  const network = {
    name: 'Local network',
    rpcUrl: chain.url,
    wsUrl: chain.socketUrl,
    genesisHash: getBase58Decoder().decode(chain.genesisHash),
    symbol: SYMBOL,
    relayUrl: relay.url,
  };
  return siteStart(network, faucet, port);
}
