import { SCALE } from '../lib/exchange.js';
import { priceE6, showBase, showPrice, showQuote } from '../lib/numbers.js';
import { initialMargin, settledAt, type Position } from '../lib/standard-margin.js';
import type { Trading } from './market.js';

const PATH = ['156.79', '163.40', '141.20', '158.65'];
const PEOPLE = ['maker', 'alice', 'bob'] as const;

/** The price moves, and margin with it. */
export async function prices({ report, cast, exchange, keeper }: Trading): Promise<void> {
  report.begin(
    'Prices move',
    'margin is a function of the account and the current price alone: nothing is cached, nothing goes stale',
  );
  const read = (person: (typeof PEOPLE)[number]) =>
    exchange.accountOf(cast[person].address).then((account) => exchange.account(account));
  const accounts = await Promise.all(PEOPLE.map(read));
  report.table(
    [
      { name: 'account' },
      { name: 'USDC', align: 'right' },
      { name: 'SOL', align: 'right' },
      { name: 'positions (lots)' },
    ],
    accounts.map(({ quoteAtoms, baseAtoms, positions }, at) => [
      PEOPLE[at] ?? '',
      showQuote(quoteAtoms),
      showBase(baseAtoms),
      positions.map(describe).join(', ') || 'flat',
    ]),
  );
  const rows: string[][] = [];
  for (const price of PATH) {
    const spotE6 = priceE6(price);
    await keeper.moveTo(spotE6);
    report.progress(`SOL at ${price}`);
    const now = await Promise.all(PEOPLE.map(read));
    const margins = now.map((account) => showQuote(initialMargin(account, spotE6, SCALE)));
    const settled = now.map((account) => showQuote(settledAt(account, spotE6, SCALE)));
    rows.push([price, ...margins, ...settled]);
  }
  const names = [
    ...PEOPLE.map((person) => `${person}: margin left`),
    ...PEOPLE.map((person) => `${person}: if settled now`),
  ];
  report.table([{ name: 'SOL' }, ...names.map((name) => ({ name, align: 'right' as const }))], rows);
}

const describe = ({ lots, strikeE6, isCall }: Position) =>
  `${lots > 0n ? '+' : ''}${lots} ${showPrice(strikeE6, 0)}${isCall ? 'C' : 'P'}`;
