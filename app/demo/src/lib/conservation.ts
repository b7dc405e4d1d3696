/** Where every token is. No running sum is trusted: each side is added up from the accounts themselves. */
import { PROGRAMS, margin, tokensAddress } from '@bastion/client';
import type { Address } from '@solana/kit';
import type { Exchange } from './exchange.js';
import { holdersOf, supplyOf } from './tokens.js';

/** One token, in atoms. */
export interface Count {
  readonly supply: bigint;
  /** In people's token accounts. */
  readonly wallets: bigint;
  /** In the custody's vault. */
  readonly custody: bigint;
  /** Balances of all margin accounts together. */
  readonly balances: bigint;
  readonly insurance: bigint;
  readonly fees: bigint;
  /** The market's own running sum of balances. */
  readonly runningBalances: bigint;
}

export interface Conservation {
  readonly base: Count;
  readonly quote: Count;
  readonly openInterestLots: bigint;
  /** Sum of all positions, long and short: 0 unless lots were made or lost. */
  readonly netLots: bigint;
}

export async function conservation(exchange: Exchange): Promise<Conservation> {
  const { chain, market, parts } = exchange;
  const owned = await chain.accountsOf(PROGRAMS.margin, []);
  const accounts = owned
    .filter(({ data }) => margin.identifyMarginAccount(data) === margin.MarginAccountKind.MarginAccount)
    .map(({ data }) => margin.getMarginAccountDecoder().decode(data))
    .filter((account) => account.market === market);
  const state = await exchange.state();
  const tokens = async (mint: Address) => {
    const vault = await tokensAddress(market, mint);
    const holders = await holdersOf(chain, mint);
    const sum = (mine: boolean) =>
      total(holders.filter(({ account }) => (account === vault) === mine).map(({ amount }) => amount));
    return { supply: await supplyOf(chain, mint), wallets: sum(false), custody: sum(true) };
  };
  return {
    base: {
      ...(await tokens(parts.baseMint)),
      balances: total(accounts.map(({ baseAtoms }) => baseAtoms)),
      insurance: 0n,
      fees: 0n,
      runningBalances: state.baseBalancesAtoms,
    },
    quote: {
      ...(await tokens(parts.quoteMint)),
      balances: total(accounts.map(({ quoteAtoms }) => quoteAtoms)),
      insurance: state.insuranceAtoms,
      fees: state.feesAtoms,
      runningBalances: state.quoteBalancesAtoms,
    },
    openInterestLots: state.openInterestLots,
    netLots: total(accounts.flatMap(({ positions }) => positions.map(({ lots }) => lots))),
  };
}

/** What does not add up, in words; empty if every atom is accounted for. */
export function faults({ base, quote, netLots }: Conservation): string[] {
  const found: string[] = [];
  const equal = (what: string, left: bigint, right: bigint) => {
    if (left !== right) {
      found.push(`${what}: ${left} is not ${right}, off by ${left - right} atoms`);
    }
  };
  for (const [name, count] of Object.entries({ base, quote })) {
    equal(`${name}: supply = wallets + custody`, count.supply, count.wallets + count.custody);
    equal(
      `${name}: custody = balances + insurance + fees`,
      count.custody,
      count.balances + count.insurance + count.fees,
    );
    equal(`${name}: the market's running sum = balances`, count.runningBalances, count.balances);
  }
  equal('lots long = lots short', netLots, 0n);
  return found;
}

const total = (amounts: readonly bigint[]) => amounts.reduce((sum, amount) => sum + amount, 0n);
