/** Long options that a wallet holds as tokens, and the two ways out of them: back into a margin account, or paid after the expiry. */
import {
  PROGRAMS,
  TOKEN_2022,
  custodyAddress,
  findAccounts,
  margin,
  marginAccountAddress,
  portfolioAccounts,
  readAccounts,
  ticketAddress,
  tokensAddress,
  type Connection,
} from '@bastion/client';
import { getCreateAssociatedTokenIdempotentInstructionAsync, getTokenDecoder } from '@solana-program/token';
import { AccountRole, createNoopSigner, type Address, type Instruction } from '@solana/kit';
import { walletOf } from './account';
import type { Snapshot } from './snapshot';
import { TOKEN_LEN } from './vaults';

/** Of a series' account: its market. */
const SERIES_MARKET_AT = 8;

export type OptionToken = {
  series: margin.Wrapped;
  /** The series' account. */
  wrapped: Address;
  /** The wallet's token account. */
  source: Address;
  lots: bigint;
};

export async function optionTokensRead(connection: Connection, market: Address, owner: Address): Promise<OptionToken[]> {
  const found = await findAccounts(connection, PROGRAMS.margin, margin.WRAPPED_DISCRIMINATOR, [{ at: SERIES_MARKET_AT, address: market }]);
  const tokens = await Promise.all(
    found.map(async ({ address: wrapped, data }) => {
      const series = margin.getWrappedDecoder().decode(data);
      return { series, wrapped, source: await walletOf(owner, series.mint, TOKEN_2022) };
    }),
  );
  const held = await readAccounts(connection, tokens.map(({ source }) => source));
  const lotsOf = (source: Address) => {
    const bytes = held.get(source);
    return bytes === undefined ? 0n : getTokenDecoder().decode(bytes.slice(0, TOKEN_LEN)).amount;
  };
  return tokens
    .map((token) => ({ ...token, lots: lotsOf(token.source) }))
    .filter(({ lots }) => lots > 0n)
    .sort((left, right) => Number(left.series.expiryUnixS - right.series.expiryUnixS));
}

/** All of them, to the owner's margin account. */
export async function unwrapInstruction({ marketAddress: market, market: { feed }, holder }: Snapshot, owner: Address, token: OptionToken): Promise<Instruction> {
  const { series, wrapped, source, lots } = token;
  const account = await marginAccountAddress(market, owner);
  const unwrap = margin.getPositionUnwrapInstruction({ owner: createNoopSigner(owner), market, account, wrapped, mint: series.mint, source, feed, lots });
  // In portfolio mode the account is valued as it then is.
  const held = holder?.account;
  const { kind, expiryUnixS, strikeE6 } = series;
  const added = { kind, expiryUnixS, strikeE6, lots, reserved: new Uint8Array() };
  const shown = held === undefined ? [] : await portfolioAccounts({ ...held, positions: [...held.positions, added] }, feed);
  return { ...unwrap, accounts: [...unwrap.accounts, { address: series.expiry, role: AccountRole.WRITABLE }, ...shown.filter(({ address }) => address !== series.expiry)] };
}

/** Their payoff, once the price is fixed, to the wallet. What cannot leave at once gets a ticket of this number. */
export async function redeemInstructions({ marketAddress: market, market: { quoteMint }, slot }: Snapshot, owner: Address, token: OptionToken): Promise<Instruction[]> {
  const { series, wrapped, source, lots } = token;
  const holder = createNoopSigner(owner);
  const tokens = await tokensAddress(market, quoteMint);
  return [
    await getCreateAssociatedTokenIdempotentInstructionAsync({ payer: holder, owner, mint: quoteMint }),
    margin.getWrappedRedeemInstruction({
      holder,
      payer: holder,
      market,
      expiry: series.expiry,
      wrapped,
      wrappedMint: series.mint,
      source,
      custody: await custodyAddress(market),
      mint: quoteMint,
      tokens,
      destination: await walletOf(owner, quoteMint),
      ticket: await ticketAddress(tokens, slot),
      breakerProgram: PROGRAMS.breaker,
      lots,
      ticketId: slot,
    }),
  ];
}
