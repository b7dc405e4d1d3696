import { conservation, faults, type Conservation, type Count } from '../lib/conservation.js';
import { BASE_DECIMALS, QUOTE_DECIMALS, decimal, showBase, showQuote } from '../lib/numbers.js';
import { Problem } from '../lib/problem.js';
import { tokensIn, walletOf } from '../lib/tokens.js';
import { STAKES, type Trading } from './market.js';

/** Every token, to the atom. */
export async function accounts(trading: Trading): Promise<void> {
  const { report, exchange } = trading;
  report.begin(
    'Every token',
    'nothing was made and nothing was lost: what was minted is in a wallet or in custody, and custody is owed to somebody',
  );
  const found = await conservation(exchange);
  const results = await peopleShow(trading, found);
  const row = (name: string, decimals: number, count: Count) => {
    const amounts = [count.supply, count.wallets, count.custody, count.balances, count.insurance, count.fees];
    return [name, ...amounts.map((amount) => decimal(amount, decimals))];
  };
  report.table(
    [
      { name: 'token' },
      ...['supply', 'wallets', 'custody', 'balances', 'insurance', 'fees'].map((name) => ({
        name,
        align: 'right' as const,
      })),
    ],
    [row('SOL', BASE_DECIMALS, found.base), row('USDC', QUOTE_DECIMALS, found.quote)],
  );
  const missing = faults(found);
  // Everybody has left: what is still somebody's balance is the vault's, whose fee is shares that its recipient has not cashed.
  const lost = -results.quote - found.quote.insurance - found.quote.fees - found.quote.balances;
  if (lost !== 0n) {
    missing.push(`quote: what people lost is not what the vault, insurance and fees gained, off by ${lost} atoms`);
  }
  const lostBase = -results.base - found.base.insurance - found.base.fees - found.base.balances;
  if (lostBase !== 0n) {
    missing.push(`base: what people lost is not what the vault, insurance and fees gained, off by ${lostBase} atoms`);
  }
  if (missing.length > 0) {
    throw new Problem(
      `tokens are not conserved: ${missing.join('; ')}`,
      'this is a defect of the protocol: report it with the log above',
    );
  }
  report.ok('supply = wallets + custody, and custody = balances + insurance + fees, to the atom, for both tokens');
  report.ok('what people lost together is what the vault, insurance and fees hold, to the atom');
  report.ok(`${found.openInterestLots} lots are open; all positions, long and short, sum to ${found.netLots}`);
}

/** What each person has made; returns the sums in atoms. */
async function peopleShow(
  { report, chain, cast, baseMint, quoteMint }: Trading,
  found: Conservation,
): Promise<{ base: bigint; quote: bigint }> {
  const rows = await Promise.all(
    STAKES.map(async ({ person, base, quote }) => {
      const wallet = async (mint: typeof baseMint) => tokensIn(chain, await walletOf(cast[person].address, mint));
      const [baseNow, quoteNow] = [await wallet(baseMint), await wallet(quoteMint)];
      return { person, base: baseNow, quote: quoteNow, made: quoteNow - quote, kept: baseNow - base };
    }),
  );
  report.table(
    [
      { name: 'person' },
      ...['SOL', 'USDC', 'SOL made', 'USDC made'].map((name) => ({ name, align: 'right' as const })),
    ],
    [
      ...rows.map(({ person, base, quote, kept, made }) => [
        person,
        showBase(base),
        showQuote(quote),
        showBase(kept),
        showQuote(made),
      ]),
      ['the vault: its fee', '', '', showBase(found.base.balances), showQuote(found.quote.balances)],
      ['insurance and fees', '', '', '', showQuote(found.quote.insurance + found.quote.fees)],
    ],
  );
  return rows.reduce((sum, { kept, made }) => ({ base: sum.base + kept, quote: sum.quote + made }), {
    base: 0n,
    quote: 0n,
  });
}
