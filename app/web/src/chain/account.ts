/** The margin account of the connected wallet: what it holds, its margin, and the instructions that change it. */
import {
  PROGRAMS,
  custodyAddress,
  holdingsOf,
  margin,
  marginAccountAddress,
  portfolioAccounts,
  ticketAddress,
  tokensAddress,
  type Engine,
  type Holdings,
  type Scale,
} from '@bastion/client';
import { findAssociatedTokenPda, getCreateAssociatedTokenIdempotentInstructionAsync, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { createNoopSigner, type Address, type Instruction, type ReadonlyUint8Array } from '@solana/kit';
import type { Snapshot } from './snapshot';

export const [MODE_STANDARD, MODE_PORTFOLIO] = [0, 1] as const;

export const scaleOf = ({ market }: Snapshot): Scale => ({ lotsPerUnit: market.lotsPerUnit, baseUnitAtoms: 10n ** BigInt(market.baseDecimals) });

export type MarginFigures = { initial: bigint; maintenance: bigint };

/** What margin is computed from, beyond the holdings. */
export type MarginSetting = {
  mode: number;
  /** Another price than the feed's: what would be. */
  spotE6?: bigint;
  /** Expiries as an order would leave them, in the place of the snapshot's. */
  expiries?: ReadonlyMap<Address, ReadonlyUint8Array | undefined>;
};

/** Margin by the program's own formula of the mode; undefined where it cannot be computed: without a surface, say. */
export function marginOf(engine: Engine, snapshot: Snapshot, holdings: Holdings, setting: MarginSetting): MarginFigures | undefined {
  const { mode, spotE6 = snapshot.feed.priceE6, expiries: changed } = setting;
  if (mode !== MODE_PORTFOLIO) return engine.standardMargin(holdings, spotE6, scaleOf(snapshot));
  const times = new Set(holdings.positions.map(({ expiryUnixS }) => expiryUnixS));
  const expiries = snapshot.expiries
    .filter(({ expiryUnixS }) => times.has(expiryUnixS))
    .map(({ address, bytes, surfaceBytes }) => ({ expiry: changed?.get(address) ?? bytes, surface: surfaceBytes }));
  const { marketBytes: market, feedBytes: feed, quotePriceE6 } = snapshot;
  return engine.portfolioMargin({ market, feed, expiries, ...(quotePriceE6 === undefined ? {} : { quotePriceE6 }) }, holdings, spotE6, snapshot.unixS);
}

/** An account's holdings as margin sees them: what haircuts took is gone, whether or not it is booked yet. */
export function holdingsNow(engine: Engine, { market }: Snapshot, account: margin.MarginAccount): Holdings {
  const quoteAtoms = engine.balanceNow(account.quoteAtoms, account, market) ?? account.quoteAtoms;
  return { ...holdingsOf(account), quoteAtoms };
}

export const heldBy = (engine: Engine, snapshot: Snapshot): Holdings | undefined =>
  snapshot.holder?.account && holdingsNow(engine, snapshot, snapshot.holder.account);

/** Changes how the account's margin is computed; a book in portfolio mode is shown with its expiries and surfaces. */
export async function modeInstruction(snapshot: Snapshot, owner: Address, mode: number): Promise<Instruction> {
  const { marketAddress: market, holder } = snapshot;
  const set = margin.getModeSetInstruction({
    owner: createNoopSigner(owner),
    market,
    account: await marginAccountAddress(market, owner),
    custody: await custodyAddress(market),
    feed: snapshot.market.feed,
    mode,
  });
  const shown = holder?.account === undefined ? [] : await portfolioAccounts({ ...holder.account, mode }, snapshot.market.feed);
  return { ...set, accounts: [...set.accounts, ...shown] };
}

export const walletOf = async (owner: Address, mint: Address, tokenProgram: Address = TOKEN_PROGRAM_ADDRESS): Promise<Address> => {
  const [wallet] = await findAssociatedTokenPda({ owner, mint, tokenProgram });
  return wallet;
};

export async function openInstruction(snapshot: Snapshot, owner: Address): Promise<Instruction> {
  const signer = createNoopSigner(owner);
  const account = await marginAccountAddress(snapshot.marketAddress, owner);
  return margin.getAccountOpenInstruction({ owner: signer, payer: signer, market: snapshot.marketAddress, account, subaccount: 0 });
}

export async function depositInstruction(snapshot: Snapshot, owner: Address, mint: Address, amount: bigint): Promise<Instruction> {
  const market = snapshot.marketAddress;
  return margin.getAccountDepositInstruction({
    authority: createNoopSigner(owner),
    market,
    account: await marginAccountAddress(market, owner),
    mint,
    source: await walletOf(owner, mint),
    tokens: await tokensAddress(market, mint),
    amount,
  });
}

/** A withdrawal, and the wallet's token account if it has none. What cannot leave at once gets a ticket of this number. */
export async function withdrawInstructions(snapshot: Snapshot, owner: Address, mint: Address, amount: bigint): Promise<Instruction[]> {
  const market = snapshot.marketAddress;
  const signer = createNoopSigner(owner);
  const tokens = await tokensAddress(market, mint);
  const ticketId = snapshot.slot;
  const withdraw = margin.getAccountWithdrawInstruction({
    owner: signer,
    payer: signer,
    market,
    account: await marginAccountAddress(market, owner),
    feed: snapshot.market.feed,
    mint,
    custody: await custodyAddress(market),
    tokens,
    destination: await walletOf(owner, mint),
    ticket: await ticketAddress(tokens, ticketId),
    breakerProgram: PROGRAMS.breaker,
    amount,
    ticketId,
  });
  const account = snapshot.holder?.account;
  const shown = account === undefined ? [] : await portfolioAccounts(account, snapshot.market.feed);
  return [
    await getCreateAssociatedTokenIdempotentInstructionAsync({ payer: signer, owner, mint }),
    { ...withdraw, accounts: [...withdraw.accounts, ...shown] },
  ];
}
