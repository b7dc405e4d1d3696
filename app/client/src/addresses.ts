// Addresses of every account that is derived from seeds. The seeds come from `crates/abi`, by way of the generated constants.

import {
  address,
  getAddressEncoder,
  getI64Encoder,
  getProgramDerivedAddress,
  getU16Encoder,
  getU32Encoder,
  getU64Encoder,
  type Address,
  type ReadonlyUint8Array,
} from '@solana/kit';
import { ABI } from './generated/abi.js';

const { seeds, symbolLen } = ABI;

export const PROGRAMS = {
  oracle: address(ABI.addresses.oracle),
  margin: address(ABI.addresses.margin),
  vault: address(ABI.addresses.vault),
  breaker: address(ABI.addresses.breaker),
  governor: address(ABI.addresses.governor),
  governorTwin: address(ABI.addresses.governorTwin),
} as const;

/** The runtime's account that shows a transaction's instructions: where a signed quote's signature is looked up. */
export const INSTRUCTIONS_SYSVAR = address(ABI.addresses.sysvarInstructions);

const key = (value: Address) => getAddressEncoder().encode(value);
const u16 = (value: number) => getU16Encoder().encode(value);
const u32 = (value: number) => getU32Encoder().encode(value);
const u64 = (value: number | bigint) => getU64Encoder().encode(value);
const i64 = (value: number | bigint) => getI64Encoder().encode(value);

async function derive(programAddress: Address, ...parts: (string | ReadonlyUint8Array)[]): Promise<Address> {
  const [derived] = await getProgramDerivedAddress({ programAddress, seeds: parts });
  return derived;
}

/** A symbol as accounts hold it: text padded with zeros. */
export function symbolBytes(symbol: string): Uint8Array {
  const text = new TextEncoder().encode(symbol);
  if (text.length === 0 || text.length > symbolLen) {
    throw new RangeError(`a symbol has 1 to ${symbolLen} bytes, "${symbol}" has ${text.length}`);
  }
  const padded = new Uint8Array(symbolLen);
  padded.set(text);
  return padded;
}

/** The `Config` of a program; the governor has none. */
export const configAddress = (program: 'oracle' | 'margin' | 'vault' | 'breaker') =>
  derive(PROGRAMS[program], seeds.config);

export const feedAddress = (symbol: string) => derive(PROGRAMS.oracle, seeds.oracle.feed, symbolBytes(symbol));

export const settlementAddress = (feed: Address, expiryUnixS: number | bigint) =>
  derive(PROGRAMS.oracle, seeds.oracle.settlement, key(feed), i64(expiryUnixS));

export const surfaceAddress = (feed: Address, expiryUnixS: number | bigint) =>
  derive(PROGRAMS.oracle, seeds.oracle.surface, key(feed), i64(expiryUnixS));

export const boardAddress = (feed: Address) => derive(PROGRAMS.oracle, seeds.oracle.board, key(feed));

export const marketAddress = (symbol: string) => derive(PROGRAMS.margin, seeds.margin.market, symbolBytes(symbol));

export const expiryAddress = (market: Address, expiryUnixS: number | bigint) =>
  derive(PROGRAMS.margin, seeds.margin.expiry, key(market), i64(expiryUnixS));

export const marginAccountAddress = (market: Address, owner: Address, subaccount = 0) =>
  derive(PROGRAMS.margin, seeds.margin.account, key(market), key(owner), u16(subaccount));

/** Fill state of a quote. */
export const quoteStateAddress = (makerAccount: Address, nonce: number | bigint) =>
  derive(PROGRAMS.margin, seeds.margin.quote, key(makerAccount), u64(nonce));

/** The liquidation of a margin account. */
export const liquidationAddress = (account: Address) => derive(PROGRAMS.margin, seeds.margin.liquidation, key(account));

/** The global insurance fund of a quote token. */
export const fundAddress = (mint: Address) => derive(PROGRAMS.margin, seeds.margin.fund, key(mint));

/** Somebody's stake in a fund. */
export const stakeAddress = (fund: Address, owner: Address) =>
  derive(PROGRAMS.margin, seeds.margin.stake, key(fund), key(owner));

/** A quote that its maker posted. */
export const postedQuoteAddress = (makerAccount: Address, nonce: number | bigint) =>
  derive(PROGRAMS.margin, seeds.margin.posted, key(makerAccount), u64(nonce));

/** A market's change of terms. */
export const changeAddress = (market: Address) => derive(PROGRAMS.margin, seeds.margin.change, key(market));

/** A series whose longs are tokens; `kind` is 1 for calls and 2 for puts. */
export const wrappedAddress = (expiry: Address, strikeE6: number | bigint, kind: number) =>
  derive(PROGRAMS.margin, seeds.margin.wrapped, key(expiry), u64(strikeE6), Uint8Array.of(kind));

/** The mint of a wrapped series. */
export const wrappedMintAddress = (wrapped: Address) => derive(PROGRAMS.margin, seeds.margin.wrappedMint, key(wrapped));

export const vaultAddress = (market: Address, id: number) =>
  derive(PROGRAMS.vault, seeds.vault.vault, key(market), u16(id));

export const epochAddress = (vault: Address, number: number | bigint) =>
  derive(PROGRAMS.vault, seeds.vault.epoch, key(vault), u64(number));

export const depositAddress = (epoch: Address, owner: Address) =>
  derive(PROGRAMS.vault, seeds.vault.deposit, key(epoch), key(owner));

export const withdrawalAddress = (epoch: Address, owner: Address) =>
  derive(PROGRAMS.vault, seeds.vault.withdrawal, key(epoch), key(owner));

/** The mint of a vault's shares, of Token-2022. */
export const shareMintAddress = (vault: Address) => derive(PROGRAMS.vault, seeds.vault.shares, key(vault));

/** The account in which shares wait for the turn of an epoch, and then for their owner. */
export const shareTokensAddress = (vault: Address) => derive(PROGRAMS.vault, seeds.vault.shareTokens, key(vault));

export const bidAddress = (epoch: Address, bidder: Address) =>
  derive(PROGRAMS.vault, seeds.vault.bid, key(epoch), key(bidder));

export const brakeAddress = () => derive(PROGRAMS.breaker, seeds.breaker.brake);

/** Custody of one controller, which is a market; it is the authority of the controller's token vaults. */
export const custodyAddress = (controller: Address) => derive(PROGRAMS.breaker, seeds.breaker.custody, key(controller));

/** Token vault of one controller and mint. */
export const tokensAddress = (controller: Address, mint: Address) =>
  derive(PROGRAMS.breaker, seeds.breaker.tokens, key(controller), key(mint));

/** The ticket of this number on a token vault: a withdrawal that waits. */
export const ticketAddress = (tokens: Address, id: number | bigint) =>
  derive(PROGRAMS.breaker, seeds.breaker.ticket, key(tokens), u64(id));

export const councilAddress = (governor: Address = PROGRAMS.governor) => derive(governor, seeds.governor.council);

/** The PDA that holds upgrade authorities and signs for the governor. */
export const governorAuthorityAddress = (governor: Address = PROGRAMS.governor) =>
  derive(governor, seeds.governor.authority);

/** The rollout of an adopted program: what happens to it from the moment an upgrade is queued. */
export const rolloutAddress = (program: Address, governor: Address = PROGRAMS.governor) =>
  derive(governor, seeds.governor.rollout, key(program));

/** Snapshot of one market, of one attempt at a freeze. */
export const snapshotAddress = (market: Address, attempt: number | bigint, governor: Address = PROGRAMS.governor) =>
  derive(governor, seeds.governor.snapshot, key(market), u64(attempt));

/** Page of a snapshot. */
export const pageAddress = (snapshot: Address, number: number, governor: Address = PROGRAMS.governor) =>
  derive(governor, seeds.governor.page, key(snapshot), u32(number));

/** Ledger of a program's accounts, of one attempt at a freeze. */
export const ledgerAddress = (program: Address, attempt: number | bigint, governor: Address = PROGRAMS.governor) =>
  derive(governor, seeds.governor.ledger, key(program), u64(attempt));

/** An account's record in a ledger. */
export const recordAddress = (ledger: Address, account: Address, governor: Address = PROGRAMS.governor) =>
  derive(governor, seeds.governor.record, key(ledger), key(account));

export const proposalAddress = (id: number | bigint, governor: Address = PROGRAMS.governor) =>
  derive(governor, seeds.governor.proposal, u64(id));

export const adoptionAddress = (program: Address, governor: Address = PROGRAMS.governor) =>
  derive(governor, seeds.governor.adoption, key(program));

/** The account that holds a program's code. */
export const programDataAddress = (program: Address) => derive(address(ABI.addresses.loader), key(program));
