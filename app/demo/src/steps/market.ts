import type { KeyPairSigner } from '@solana/kit';
import { Exchange } from '../lib/exchange.js';
import { base, priceE6, quote, showBase, showQuote } from '../lib/numbers.js';
import { fund } from '../lib/tokens.js';
import { SYMBOL, type Priced } from './feed.js';

const STRIKE_TICK_E6 = priceE6(5);
const EXPIRY_STEP_S = 10n;

/** What each person brings, and how much of it goes into the margin account at once. */
export const STAKES = [
  { person: 'maker', base: 0n, quote: quote(40_000), depositBase: 0n, depositQuote: quote(20_000) },
  { person: 'alice', base: 0n, quote: quote(5_000), depositBase: 0n, depositQuote: quote(2_000) },
  { person: 'bob', base: base(5), quote: quote(5_000), depositBase: base('2.5'), depositQuote: quote(2_000) },
  { person: 'carol', base: base(60), quote: 0n, depositBase: 0n, depositQuote: 0n },
] as const;

export interface Trading extends Priced {
  readonly exchange: Exchange;
  readonly expiryUnixS: bigint;
}

/** A market, one expiry of 32 strikes, and people's margin accounts; the expiry is `lifeS` seconds ahead. */
export async function marketCreate(priced: Priced, lifeS: number): Promise<Trading> {
  const { report, chain, cast, baseMint, quoteMint, feed } = priced;
  report.begin(
    'A market and its people',
    'tokens leave their owner only into the breaker’s custody; the engine that trades holds none',
  );
  const exchange = await Exchange.create(
    chain,
    cast.deployer,
    { symbol: SYMBOL, baseMint, quoteMint, feed },
    STRIKE_TICK_E6,
  );
  const { unixS } = await chain.now();
  const expiryUnixS = ((unixS + BigInt(lifeS)) / EXPIRY_STEP_S) * EXPIRY_STEP_S;
  await exchange.expiryCreate(cast.keeper, expiryUnixS);
  const { strikesE6, strikeCount } = await exchange.expiry(expiryUnixS);
  const [lowest, highest] = [strikesE6[0] ?? 0n, strikesE6[strikeCount - 1] ?? 0n];
  report.ok(
    `market ${exchange.market}, ${strikeCount} strikes from ${lowest / 1_000_000n} to ${highest / 1_000_000n}, expiry in ${expiryUnixS - unixS} s`,
  );

  for (const stake of STAKES) {
    const owner: KeyPairSigner = cast[stake.person];
    await fund(chain, cast.deployer, baseMint, owner.address, stake.base);
    await fund(chain, cast.deployer, quoteMint, owner.address, stake.quote);
    if (stake.depositBase + stake.depositQuote > 0n) {
      await exchange.accountOpen(owner);
    }
    if (stake.depositBase > 0n) {
      await exchange.deposit(owner, baseMint, stake.depositBase);
    }
    if (stake.depositQuote > 0n) {
      await exchange.deposit(owner, quoteMint, stake.depositQuote);
    }
    report.progress(`${stake.person} has joined`);
  }
  report.table(
    [
      { name: 'person' },
      { name: 'SOL', align: 'right' },
      { name: 'USDC', align: 'right' },
      { name: 'deposited SOL', align: 'right' },
      { name: 'deposited USDC', align: 'right' },
    ],
    STAKES.map((stake) => [
      stake.person,
      showBase(stake.base),
      showQuote(stake.quote),
      showBase(stake.depositBase),
      showQuote(stake.depositQuote),
    ]),
  );
  return { ...priced, exchange, expiryUnixS };
}
