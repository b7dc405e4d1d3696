// What went wrong, and what to do, in words for the person in front of a screen.

import { isSolanaError, SOLANA_ERROR__BLOCK_HEIGHT_EXCEEDED, SOLANA_ERROR__RPC__TRANSPORT_HTTP_ERROR } from '@solana/kit';
import { InstructionRefused, programErrorOf, type ProgramError } from './errors.js';

export type Explanation = {
  /** One sentence that states the fact. */
  what: string;
  /** One sentence that says what to do. */
  remedy: string;
  /** The program's error, where a program refused. */
  error?: ProgramError;
};

/** A failure found before anything was sent. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly remedy: string;

  constructor(what: string, remedy: string, options?: ErrorOptions) {
    super(what, options);
    this.remedy = remedy;
  }
}

/** Remedies of the errors that traders, depositors and members with passkeys meet; the others are covered by their program's. */
export const REMEDIES: Readonly<Record<string, string>> = {
  QuoteExpired: 'The quote is stale: choose a live one and try again.',
  QuoteCancelled: 'The maker has taken the quote back: choose another.',
  QuoteOverfilled: 'Others took part of this quote: lower the size or choose another.',
  QuoteNonceReused: 'The maker has used this quote’s number for another: choose another quote.',
  QuoteClusterWrong: 'The quote is for another cluster: connect to the network it was signed for.',
  QuoteMarketWrong: 'The quote is for another market: choose one of this market.',
  QuoteBelowMinFill: 'Raise the size to the quote’s least, or take all that is left of it.',
  PositionsFull: 'Close a position first: an account holds 32.',
  ExpiriesFull: 'Close the positions of one expiry first: an account holds four.',
  SelfTrade: 'This is your own quote: choose another maker’s.',
  InitialMarginNegative: 'Deposit collateral or lower the size: margin would fall below what the position needs.',
  QuoteBalanceTooLow: 'Lower the amount, or deposit more first.',
  BaseBalanceTooLow: 'Lower the amount, or deposit more first.',
  LevelForbids: 'The risk level allows closing and withdrawing now, not this: wait until it is lowered.',
  FillThrottled: 'New risk is limited at level 1: lower the size.',
  RateThrottled: 'New risk is limited at level 1: wait for the next hour.',
  FeedStale: 'The price is too old to act on: wait until the feed is refreshed and try again.',
  FeedUnreadable: 'The price cannot be read: wait for the oracle to recover.',
  SurfaceStale: 'The volatility surface is stale: portfolio margin takes new risk once it is posted again.',
  SurfaceMissing: 'Portfolio margin needs a volatility surface for every expiry you hold: use standard margin, or wait for it.',
  UnknownSeries: 'This strike is no longer listed: choose another.',
  SeriesExpired: 'This expiry has passed: settle it, and choose a later one.',
  ExpiryMissing: 'This expiry is no longer listed: choose another.',
  AmountZero: 'Enter an amount above zero.',
  BallotStale: 'Sign again: a ballot counts for 150 slots, about a minute.',
  BallotEpochOther: 'The council has changed since you signed: read who sits in it, and sign again.',
  BallotKindOther: 'The proposal has moved on since you signed: read where it stands, and sign again.',
  BallotRoundOther: 'The proposal was sent back since you signed: read where it stands, and sign again.',
  AccountNotFlat: 'Close your positions and withdraw everything first.',
};

const BY_PROGRAM: Readonly<Record<string, string>> = {
  anchor: 'Reload the page, so that it reads the accounts again, and try once more.',
  oracle: 'Wait until the price feed is refreshed, and try again.',
  margin: 'Nothing has changed: correct the order and try again.',
  vault: 'Nothing has changed: read the vault’s state again and try the step that it is at.',
  breaker: 'Nothing has left custody: read the risk page for the level and the queue.',
  governor: 'Nothing has changed: read the proposal’s state and its clocks again.',
  unknown: 'Reload the page: the program may have been upgraded since it was opened.',
};

/** What to do about a program's error. */
export const remedyOf = ({ name, program }: Pick<ProgramError, 'name' | 'program'>): string =>
  REMEDIES[name] ?? BY_PROGRAM[program] ?? BY_PROGRAM['unknown']!;

const capital = (text: string) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

/** Whatever was thrown while reading, simulating, signing or sending. */
export function explain(thrown: unknown): Explanation {
  if (thrown instanceof Refusal) return { what: thrown.message, remedy: thrown.remedy };
  const error = thrown instanceof InstructionRefused ? thrown.error : programErrorOf(thrown);
  if (error !== undefined) return { what: capital(error.message), remedy: remedyOf(error), error };
  const said = messages(thrown);
  const has = (pattern: RegExp) => said.some((text) => pattern.test(text));
  if (isSolanaError(thrown, SOLANA_ERROR__RPC__TRANSPORT_HTTP_ERROR) || has(/fetch failed|Failed to fetch|NetworkError|ECONNREFUSED|WebSocket/i)) {
    return { what: 'The network’s RPC node does not answer', remedy: 'Nothing was sent. Check your connection; the page goes on by itself once the node answers.' };
  }
  if (has(/reject|denied|declined|cancelled by/i)) {
    return { what: 'The wallet did not sign', remedy: 'Nothing was sent. Try again and approve it in the wallet if you want it.' };
  }
  if (isSolanaError(thrown, SOLANA_ERROR__BLOCK_HEIGHT_EXCEEDED) || has(/block height|blockhash not found/i)) {
    return { what: 'The transaction did not land in time', remedy: 'It can no longer land: try again.' };
  }
  if (has(/debit an account|insufficient (lamports|funds)|AccountNotFound|prior credit/i)) {
    return { what: 'The wallet holds too little SOL for fees and rent', remedy: 'Send it some SOL, then try again.' };
  }
  return { what: capital(said[0] ?? 'Something unexpected happened'), remedy: 'Nothing more is known: reload the page and try again.' };
}

function messages(thrown: unknown): string[] {
  const found: string[] = [];
  for (let error = thrown; error instanceof Error && found.length < 8; error = error.cause) found.push(error.message);
  return found.length > 0 ? found : thrown === undefined ? [] : [String(thrown)];
}
