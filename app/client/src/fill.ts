// A fill's instructions, from a quote that was signed or one that stands on chain.

import { AccountRole, type AccountMeta, type Address, type Instruction, type TransactionSigner } from '@solana/kit';
import {
  INSTRUCTIONS_SYSVAR,
  custodyAddress,
  expiryAddress,
  marginAccountAddress,
  postedQuoteAddress,
  quoteStateAddress,
  surfaceAddress,
} from './addresses.js';
import { getQuoteFillInstruction, type MarginAccount, type Market } from './generated/margin/index.js';
import { ed25519Instruction, type Quote, type SignedQuote } from './quote.js';

/** Where a quote's authority comes from: the maker's signature, or the account that the maker posted. */
export type QuoteProof = { kind: 'signed'; signed: SignedQuote } | { kind: 'posted' };

/** Both sides as far as the fill has to show what they hold. */
export type FillSides = { taker?: MarginAccount; maker?: MarginAccount };

export type Fill = {
  taker: TransactionSigner;
  market: Market;
  quote: Quote;
  proof: QuoteProof;
  packages: bigint;
  subaccount?: number;
};

const MODE_PORTFOLIO = 1;

/**
 * The instructions of a fill, the signature's proof first: they must stand at the head of their transaction. A side in portfolio mode is
 * valued over all it holds, so its expiries and their surfaces have to be shown.
 */
export async function fillInstructions(fill: Fill, sides: FillSides = {}): Promise<Instruction[]> {
  const { taker, market, quote, proof, packages, subaccount = 0 } = fill;
  const instruction = getQuoteFillInstruction({
    takerAuthority: taker,
    payer: taker,
    market: quote.market,
    taker: await marginAccountAddress(quote.market, taker.address, subaccount),
    maker: quote.makerAccount,
    quoteState: await quoteStateAddress(quote.makerAccount, quote.nonce),
    custody: await custodyAddress(quote.market),
    feed: market.feed,
    quoteSource: proof.kind === 'signed' ? INSTRUCTIONS_SYSVAR : await postedQuoteAddress(quote.makerAccount, quote.nonce),
    packages,
    nonce: quote.nonce,
    ixIndex: 0,
  });
  const shown = { ...instruction, accounts: [...instruction.accounts, ...(await shownAccounts(quote, market, sides))] };
  return proof.kind === 'signed' ? [ed25519Instruction(proof.signed), shown] : [shown];
}

/** What an account in portfolio mode has to show beyond a call's own accounts: its expiries and their surfaces. None in standard mode. */
export async function portfolioAccounts(account: MarginAccount, feed: Address): Promise<AccountMeta[]> {
  if (account.mode !== MODE_PORTFOLIO) return [];
  const held = account.positions.filter(({ kind }) => kind !== 0);
  const times = [...new Set(held.map(({ expiryUnixS }) => expiryUnixS))];
  const expiries = await Promise.all(times.map((time) => expiryAddress(account.market, time)));
  const surfaces = await Promise.all(times.map((time) => surfaceAddress(feed, time)));
  return [...expiries, ...surfaces].map((address) => ({ address, role: AccountRole.READONLY }));
}

async function shownAccounts(quote: Quote, market: Market, { taker, maker }: FillSides): Promise<AccountMeta[]> {
  const traded = [...new Set(quote.legs.map(({ expiryUnixS }) => expiryUnixS))];
  const inPortfolio = [taker, maker].filter((side) => side?.mode === MODE_PORTFOLIO);
  const held = inPortfolio.flatMap((side) => side?.positions.filter(({ kind }) => kind !== 0) ?? []);
  const others = [...new Set(held.map(({ expiryUnixS }) => expiryUnixS))].filter((time) => !traded.includes(time));
  const surfaces = inPortfolio.length > 0 ? [...traded, ...others] : [];
  const metas = (addresses: readonly Address[], role: AccountRole) => addresses.map((address) => ({ address, role }));
  const expiries = (times: readonly bigint[]) => Promise.all(times.map((time) => expiryAddress(quote.market, time)));
  return [
    ...metas(await expiries(traded), AccountRole.WRITABLE),
    ...metas(await expiries(others), AccountRole.READONLY),
    ...metas(await Promise.all(surfaces.map((time) => surfaceAddress(market.feed, time))), AccountRole.READONLY),
  ];
}
