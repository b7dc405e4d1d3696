import { configAddress, feedAddress, feedCreateInstruction, symbolBytes } from '@bastion/client';
import type { Address } from '@solana/kit';
import { sha256 } from '../lib/buffer.js';
import { Keeper, SOURCE_KINDS, beside } from '../lib/keeper.js';
import { localKey } from '../lib/keys.js';
import { SOURCE_COLUMNS, feedsLook, sourceRow } from '../lib/looks.js';
import { BASE_DECIMALS, QUOTE_DECIMALS, hex, priceE6, showPrice } from '../lib/numbers.js';
import { JULY_2024, JULY_2024_SHA256, priceUpdateBytes } from '../lib/pyth.js';
import { SourceAccount } from '../lib/sources.js';
import { mintCreate } from '../lib/tokens.js';
import type { Scene } from './network.js';

export const SYMBOL = 'SOL';
export const START_E6 = priceE6('156.79769');
const MIN_SOURCES = 2;
/** As the oracle numbers why a source is not used; 0 is one that was used. */
const OUTLIER = 18;
const USED = 0;

export interface Priced extends Scene {
  readonly baseMint: Address;
  readonly quoteMint: Address;
  readonly feed: Address;
  /** One of each kind, in the order in which the feed has pinned them. */
  readonly sources: readonly SourceAccount[];
  readonly keeper: Keeper;
}

/** Two mints, an account of each kind of price source, a feed that pins the three, and a keeper that refreshes it. */
export async function feedCreate(scene: Scene): Promise<Priced> {
  const { report, chain, cast } = scene;
  report.begin(
    'Mints and a price',
    'the oracle reads the bytes of three publishers’ accounts, only those it pinned, and one that lies moves nothing',
  );
  const baseMint = await mintCreate(chain, cast.deployer, await localKey('mint-base'), BASE_DECIMALS);
  const quoteMint = await mintCreate(chain, cast.deployer, await localKey('mint-quote'), QUOTE_DECIMALS);
  report.ok(`SOL (${BASE_DECIMALS} decimals) ${baseMint}, USDC (${QUOTE_DECIMALS} decimals) ${quoteMint}`);

  const rebuilt = hex(sha256(priceUpdateBytes(JULY_2024)));
  if (rebuilt !== JULY_2024_SHA256) {
    throw new Error(`the rebuilt price account hashes to ${rebuilt}, the real one to ${JULY_2024_SHA256}`);
  }
  report.ok(`the 134 bytes of the real SOL/USD account of 16 July 2024, rebuilt: sha256 ${rebuilt.slice(0, 16)}...`);

  const sources: SourceAccount[] = [];
  for (const kind of SOURCE_KINDS) {
    const account = await localKey(`source-${kind}`);
    sources.push(await SourceAccount.create(chain, cast.keeper, kind, account, cast.keeper, beside(START_E6, kind)));
  }
  const feed = await feedAddress(SYMBOL);
  await chain.send(cast.keeper, [
    feedCreateInstruction(
      {
        payer: cast.keeper,
        authority: cast.deployer,
        config: await configAddress('oracle'),
        feed,
        symbol: symbolBytes(SYMBOL),
        minSources: MIN_SOURCES,
      },
      sources,
    ),
  ]);
  const keeper = new Keeper(chain, feed, sources, START_E6);
  await keeper.refresh();
  keeper.start();
  report.ok(
    `feed ${feed} says ${showPrice(await keeper.price(), 6)} USDC; a keeper refreshes it twice a second from here on`,
  );
  const priced = { ...scene, baseMint, quoteMint, feed, sources, keeper };
  await lieOnce(priced);
  return priced;
}

/** One source says twice the price; the others hold the feed where it was. */
async function lieOnce({ report, chain, feed, sources, keeper }: Priced): Promise<void> {
  const liar = sources.findIndex((source) => source.kind === 'chainlink');
  keeper.lie(sources[liar]!, START_E6 * 2n);
  const misled = await keeper.until((state) => state.sources[liar]?.refusal === OUTLIER);
  const look = (await feedsLook(chain.url)).find(({ address }) => address === feed);
  keeper.lie(sources[liar]!);
  const honest = sources.filter((_, at) => at !== liar).map((source) => beside(START_E6, source.kind));
  if (!honest.includes(misled.priceE6) || misled.severity !== 0) {
    throw new Error(`one lying source moved the feed to ${misled.priceE6}, severity ${misled.severity}`);
  }
  report.table(SOURCE_COLUMNS, (look?.sources ?? []).map(sourceRow));
  report.ok(`Chainlink said ${showPrice(START_E6 * 2n)}: dropped, the feed stayed at ${showPrice(misled.priceE6, 4)}`);
  await keeper.until((state) => state.sources[liar]?.refusal === USED && state.priceE6 === START_E6);
}
