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
import { createNoopSigner, type Address, type Instruction } from '@solana/kit';
import type { Snapshot } from './snapshot';

export const MODE_STANDARD = 0;

export const scaleOf = ({ market }: Snapshot): Scale => ({ lotsPerUnit: market.lotsPerUnit, baseUnitAtoms: 10n ** BigInt(market.baseDecimals) });

export type MarginFigures = { initial: bigint; maintenance: bigint };

/** Standard margin of holdings at the feed's price. */
export const standardMargin = (engine: Engine, snapshot: Snapshot, holdings: Holdings): MarginFigures | undefined =>
  engine.standardMargin(holdings, snapshot.feed.priceE6, scaleOf(snapshot));

export const heldBy = (snapshot: Snapshot): Holdings | undefined => snapshot.holder?.account && holdingsOf(snapshot.holder.account);

export const walletOf = async (owner: Address, mint: Address): Promise<Address> => {
  const [wallet] = await findAssociatedTokenPda({ owner, mint, tokenProgram: TOKEN_PROGRAM_ADDRESS });
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
