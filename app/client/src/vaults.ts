// What people do with an option vault: deposit, claim, leave, bid. Every address but wallets and margin accounts follows from the vault.

import { address, getAddressEncoder, getU64Encoder, type Address, type Instruction, type TransactionSigner } from '@solana/kit';
import {
  PROGRAMS,
  bidAddress,
  brakeAddress,
  custodyAddress,
  depositAddress,
  epochAddress,
  marginAccountAddress,
  shareMintAddress,
  shareTokensAddress,
  ticketAddress,
  tokensAddress,
  vaultAddress,
  withdrawalAddress,
  wrappedAddress,
  wrappedMintAddress,
} from './addresses.js';
import { ABI } from './generated/abi.js';
import { getWrappedOpenInstruction } from './generated/margin/index.js';
import * as vault from './generated/vault/index.js';

const { bid: BID } = ABI;
const TRADING = 0;
const ESCROW = 1;
const SALT_LEN = 32;

/** The program of the shares: their names stand in the mint. */
export const TOKEN_2022 = address(ABI.addresses.token2022);

/** What holds base; the other kinds hold quote. */
export const COVERED_CALL = 1;
export const CASH_SECURED_PUT = 2;
export const PUT_SPREAD = 3;

/** Kinds of options, as margin counts them. */
const CALL = 1;
const PUT = 2;

/** The market that a vault is of. */
export interface VaultMarket {
  readonly market: Address;
  readonly baseMint: Address;
  readonly quoteMint: Address;
  readonly feed: Address;
}

/** The addresses that all instructions of a vault take from. */
export interface VaultKeys extends VaultMarket {
  readonly vault: Address;
  readonly kind: number;
  /** Of what deposits are made in. */
  readonly mint: Address;
  readonly tokens: Address;
  readonly tradingAccount: Address;
  readonly escrowAccount: Address;
  readonly shareMint: Address;
  readonly shareTokens: Address;
  readonly baseTokens: Address;
  readonly quoteTokens: Address;
  readonly custody: Address;
  readonly brake: Address;
  readonly breakerProgram: Address;
}

export async function vaultKeys(of: VaultMarket, id: number, kind: number): Promise<VaultKeys> {
  const { market, baseMint, quoteMint } = of;
  const at = await vaultAddress(market, id);
  const baseTokens = await tokensAddress(market, baseMint);
  const quoteTokens = await tokensAddress(market, quoteMint);
  const holdsBase = kind === COVERED_CALL;
  return {
    ...of,
    vault: at,
    kind,
    mint: holdsBase ? baseMint : quoteMint,
    tokens: holdsBase ? baseTokens : quoteTokens,
    tradingAccount: await marginAccountAddress(market, at, TRADING),
    escrowAccount: await marginAccountAddress(market, at, ESCROW),
    shareMint: await shareMintAddress(at),
    shareTokens: await shareTokensAddress(at),
    baseTokens,
    quoteTokens,
    custody: await custodyAddress(market),
    brake: await brakeAddress(),
    breakerProgram: PROGRAMS.breaker,
  };
}

/** Somebody's step in one epoch of a vault. */
export interface VaultStep {
  readonly keys: VaultKeys;
  readonly epoch: bigint;
  readonly owner: TransactionSigner;
}

const epochOf = ({ keys, epoch }: VaultStep) => epochAddress(keys.vault, epoch);

/** Tokens that become shares when the current epoch turns. */
export async function vaultDeposit(step: VaultStep, source: Address, amountAtoms: bigint): Promise<Instruction> {
  const epoch = await epochOf(step);
  const deposit = await depositAddress(epoch, step.owner.address);
  return vault.getDepositInstruction({ ...step.keys, owner: step.owner, epoch, deposit, source, amountAtoms });
}

/** Takes back what waits; `ticketId` names the ticket if the breaker queues it. */
export async function vaultDepositCancel(step: VaultStep, destination: Address, ticketId: bigint): Promise<Instruction> {
  const epoch = await epochOf(step);
  const deposit = await depositAddress(epoch, step.owner.address);
  const ticket = await ticketAddress(step.keys.tokens, ticketId);
  return vault.getDepositCancelInstruction({ ...step.keys, owner: step.owner, epoch, deposit, destination, ticket, ticketId });
}

/** The shares of a deposit whose epoch has turned, to a token account of the share mint. */
export async function vaultDepositClaim(step: VaultStep, destination: Address): Promise<Instruction> {
  const epoch = await epochOf(step);
  const deposit = await depositAddress(epoch, step.owner.address);
  return vault.getDepositClaimInstruction({ ...step.keys, owner: step.owner, epoch, deposit, destination });
}

/** Shares that are burned when the current epoch turns. */
export async function vaultWithdraw(step: VaultStep, source: Address, shares: bigint): Promise<Instruction> {
  const epoch = await epochOf(step);
  const withdrawal = await withdrawalAddress(epoch, step.owner.address);
  return vault.getWithdrawRequestInstruction({ ...step.keys, owner: step.owner, epoch, withdrawal, source, shares });
}

export async function vaultWithdrawCancel(step: VaultStep, destination: Address): Promise<Instruction> {
  const epoch = await epochOf(step);
  const withdrawal = await withdrawalAddress(epoch, step.owner.address);
  return vault.getWithdrawCancelInstruction({ ...step.keys, owner: step.owner, epoch, withdrawal, destination });
}

/** What burned shares are paid, in both tokens, once their epoch has turned. */
export async function vaultWithdrawClaim(
  step: VaultStep,
  destinations: { readonly base: Address; readonly quote: Address },
  ticketId: bigint,
): Promise<Instruction> {
  const epoch = await epochOf(step);
  return vault.getWithdrawClaimInstruction({
    ...step.keys,
    owner: step.owner,
    epoch,
    withdrawal: await withdrawalAddress(epoch, step.owner.address),
    baseDestination: destinations.base,
    quoteDestination: destinations.quote,
    baseTicket: await ticketAddress(step.keys.baseTokens, ticketId),
    quoteTicket: await ticketAddress(step.keys.quoteTokens, ticketId),
    ticketId,
  });
}

/** A bid that only its maker knows until it is revealed. Whoever loses it loses the bond. */
export interface SealedBid {
  readonly lots: bigint;
  readonly priceE6: bigint;
  readonly salt: Uint8Array;
}

export function sealedBid(lots: bigint, priceE6: bigint): SealedBid {
  return { lots, priceE6, salt: crypto.getRandomValues(new Uint8Array(SALT_LEN)) };
}

/** What a bid commits to, as the vault program hashes it. */
export async function bidCommitment(bid: Address, { lots, priceE6, salt }: SealedBid): Promise<Uint8Array> {
  const u64 = (value: bigint) => getU64Encoder().encode(value);
  const message = new Uint8Array(BID.messageLen);
  let at = 0;
  for (const part of [new TextEncoder().encode(BID.domain), getAddressEncoder().encode(bid), u64(lots), u64(priceE6), salt]) {
    message.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', message));
}

/** Commits a bid: the flat escrow is taken from `source`, what it buys goes to `holder`, a margin account or a token account of the epoch's series. */
export async function vaultBid(
  step: VaultStep,
  { holder, source }: { readonly holder: Address; readonly source: Address },
  sealed: SealedBid,
): Promise<Instruction> {
  const epoch = await epochOf(step);
  const bid = await bidAddress(epoch, step.owner.address);
  const commitment = await bidCommitment(bid, sealed);
  const { lots } = sealed;
  return vault.getBidCommitInstruction({ ...step.keys, bidder: step.owner, epoch, bid, holder, source, lots, commitment });
}

/** Somebody's bid in one epoch of a vault. */
export interface VaultBid {
  readonly keys: VaultKeys;
  readonly epoch: bigint;
  readonly bidder: Address;
}

const bidOf = async ({ keys, epoch, bidder }: VaultBid) => {
  const at = await epochAddress(keys.vault, epoch);
  return { epoch: at, bid: await bidAddress(at, bidder) };
};

/** Opens a sealed bid; anybody may send it who knows it. */
export async function vaultReveal(
  of: VaultBid,
  { priceE6, salt }: SealedBid,
): Promise<Instruction> {
  return vault.getBidRevealInstruction({ vault: of.keys.vault, ...(await bidOf(of)), priceE6, salt });
}

/** Ends an auction whose phases are over: one price for all who are served. Anyone may. */
export async function vaultAuctionClear(keys: VaultKeys, epoch: bigint): Promise<Instruction> {
  return vault.getAuctionClearInstruction({ vault: keys.vault, epoch: await epochAddress(keys.vault, epoch) });
}

/** `Bid.delivery` of a bid for tokens, which its own instruction delivers. */
export const DELIVERY_TOKENS = 1;

const kindOf = ({ kind }: VaultKeys) => (kind === COVERED_CALL ? CALL : PUT);

/** The tokens that an epoch's options are; anyone opens them before the first bid for them (margin's `wrapped_open`). */
export async function vaultSeries(keys: VaultKeys, epoch: { readonly expiry: Address; readonly strikeE6: bigint }): Promise<{ wrapped: Address; mint: Address }> {
  const wrapped = await wrappedAddress(epoch.expiry, epoch.strikeE6, kindOf(keys));
  return { wrapped, mint: await wrappedMintAddress(wrapped) };
}

/** Opens those tokens; whoever does pays their rent, and gets it back when the series is closed. */
export async function vaultSeriesOpen(keys: VaultKeys, payer: TransactionSigner, epoch: { readonly expiry: Address; readonly strikeE6: bigint }): Promise<Instruction> {
  const series = await vaultSeries(keys, epoch);
  const { market, brake } = keys;
  return getWrappedOpenInstruction({ payer, market, brake, expiry: epoch.expiry, ...series, strikeE6: epoch.strikeE6, kind: kindOf(keys) });
}

/** Premium and options change hands, the options as tokens of `holder`, the bid's token account. Anyone may. */
export async function vaultBidSettleWrapped(
  of: VaultBid,
  { holder, expiry, strikeE6 }: { readonly holder: Address; readonly expiry: Address; readonly strikeE6: bigint },
): Promise<Instruction> {
  const series = await vaultSeries(of.keys, { expiry, strikeE6 });
  return vault.getBidSettleWrappedInstruction({ ...of.keys, ...(await bidOf(of)), ...series, holder, expiry });
}

/** Premium and options change hands; `holder` is the bid's margin account, `expiry` the epoch's. Anyone may. */
export async function vaultBidSettle(of: VaultBid, { holder, expiry }: { readonly holder: Address; readonly expiry: Address }): Promise<Instruction> {
  return vault.getBidSettleInstruction({ ...of.keys, ...(await bidOf(of)), holder, expiry });
}

/** What the escrow of a settled bid still holds, back to the bidder. Anyone may; `ticketId` names the ticket if the breaker queues it. */
export async function vaultBidRefund(of: VaultBid, payer: TransactionSigner, destination: Address, ticketId: bigint): Promise<Instruction> {
  const { keys, bidder } = of;
  const ticket = await ticketAddress(keys.quoteTokens, ticketId);
  return vault.getBidRefundInstruction({ ...keys, ...(await bidOf(of)), bidder, destination, payer, ticket, ticketId });
}

/** Ends an epoch: fees, one price per share, both queues at that price, and the next epoch. Anyone may. */
export async function vaultTurn(keys: VaultKeys, epoch: bigint, payer: TransactionSigner, expiry: Address): Promise<Instruction> {
  return vault.getEpochTurnInstruction({
    ...keys,
    payer,
    epoch: await epochAddress(keys.vault, epoch),
    nextEpoch: await epochAddress(keys.vault, epoch + 1n),
    expiry,
  });
}
