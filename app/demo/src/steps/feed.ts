import { configAddress, feedAddress, feedCreateInstruction, symbolBytes } from '@bastion/client';
import type { Address } from '@solana/kit';
import { sha256 } from '../lib/buffer.js';
import { Keeper, PriceAccount } from '../lib/keeper.js';
import { localKey } from '../lib/keys.js';
import { BASE_DECIMALS, QUOTE_DECIMALS, hex, showPrice } from '../lib/numbers.js';
import { JULY_2024, JULY_2024_SHA256, SOL_USD, priceUpdateBytes } from '../lib/pyth.js';
import { mintCreate } from '../lib/tokens.js';
import type { Scene } from './network.js';

export const SYMBOL = 'SOL';
const MIN_SOURCES = 1;

export interface Priced extends Scene {
  readonly baseMint: Address;
  readonly quoteMint: Address;
  readonly feed: Address;
  readonly source: PriceAccount;
  readonly keeper: Keeper;
}

/** Two mints, a price account of the Pyth receiver, a feed that pins it, and a keeper that refreshes it. */
export async function feedCreate(scene: Scene): Promise<Priced> {
  const { report, chain, cast } = scene;
  report.begin(
    'Mints and a price',
    'the oracle reads the bytes of a real Pyth account, and only from the one account it pinned',
  );
  const baseMint = await mintCreate(chain, cast.deployer, await localKey('mint-base'), BASE_DECIMALS);
  const quoteMint = await mintCreate(chain, cast.deployer, await localKey('mint-quote'), QUOTE_DECIMALS);
  report.ok(`SOL (${BASE_DECIMALS} decimals) ${baseMint}, USDC (${QUOTE_DECIMALS} decimals) ${quoteMint}`);

  const rebuilt = hex(sha256(priceUpdateBytes(JULY_2024)));
  if (rebuilt !== JULY_2024_SHA256) {
    throw new Error(`the rebuilt price account hashes to ${rebuilt}, the real one to ${JULY_2024_SHA256}`);
  }
  report.ok(`the 134 bytes of the real SOL/USD account of 16 July 2024, rebuilt: sha256 ${rebuilt.slice(0, 16)}...`);

  const source = await PriceAccount.create(chain, cast.keeper, await localKey('price-account'), cast.keeper);
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
      [{ address: source.address, feedId: SOL_USD }],
    ),
  ]);
  const keeper = new Keeper(chain, feed, source);
  await keeper.refresh();
  keeper.start();
  report.ok(
    `feed ${feed} says ${showPrice(await keeper.price(), 6)} USDC; a keeper refreshes it about once a second from here on`,
  );
  return { ...scene, baseMint, quoteMint, feed, source, keeper };
}
