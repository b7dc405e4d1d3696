/** Everything of the market that changes by the second, read in one call at one slot. */
import { breaker, brakeAddress, custodyAddress, findAccounts, margin, marginAccountAddress, marketAddress, oracle, surfaceAddress, type Connection } from '@bastion/client';
import { SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';
import { findAssociatedTokenPda, getTokenDecoder, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { address, getBase64Encoder, type Address, type ReadonlyUint8Array } from '@solana/kit';

const CLOCK = address('SysvarC1ock11111111111111111111111111111111');
/** Of an expiry's account: its market. */
const EXPIRY_MARKET_AT = 8;

export type ExpiryView = {
  address: Address;
  expiryUnixS: bigint;
  strikesE6: readonly bigint[];
  /** Calls at 2 i, puts at 2 i + 1. */
  openLots: readonly bigint[];
  settlementPriceE6: bigint | undefined;
  surface: oracle.Surface | undefined;
  bytes: ReadonlyUint8Array;
  surfaceBytes: ReadonlyUint8Array | undefined;
};

export type Holder = {
  owner: Address;
  /** Undefined: not opened yet. */
  account: margin.MarginAccount | undefined;
  lamports: bigint;
  baseAtoms: bigint;
  quoteAtoms: bigint;
};

export type Snapshot = {
  slot: bigint;
  unixS: bigint;
  /** On this machine's clock. */
  readAtMs: number;
  market: margin.Market;
  marketAddress: Address;
  feed: oracle.Feed;
  brake: breaker.Brake;
  custody: breaker.Custody;
  /** As margin's formulas read them. */
  marketBytes: ReadonlyUint8Array;
  feedBytes: ReadonlyUint8Array;
  /** Of the quote token's feed; undefined where the market takes the peg for granted. */
  quotePriceE6: bigint | undefined;
  brakeBytes: ReadonlyUint8Array;
  custodyBytes: ReadonlyUint8Array;
  expiries: readonly ExpiryView[];
  holder: Holder | undefined;
};

/** The market's expiries by address; the list changes seldom. */
export async function expiriesFind(connection: Connection, market: Address): Promise<Address[]> {
  const found = await findAccounts(connection, margin.MARGIN_PROGRAM_ADDRESS, margin.EXPIRY_DISCRIMINATOR, [{ at: EXPIRY_MARKET_AT, address: market }]);
  return found.map(({ address: at }) => at);
}

/** Undefined: no such market is listed yet. */
export async function snapshotRead(
  { rpc }: Connection,
  symbol: string,
  expiries: readonly { address: Address; expiryUnixS: bigint | undefined }[],
  owner: Address | undefined,
): Promise<Snapshot | undefined> {
  const at = await marketAddress(symbol);
  const market = await margin.fetchMaybeMarket(rpc, at, { commitment: 'confirmed' });
  if (!market.exists) return undefined;
  const { feed, baseMint, quoteMint, quoteFeed } = market.data;
  const surfaces = await Promise.all(expiries.map(({ expiryUnixS }) => (expiryUnixS === undefined ? undefined : surfaceAddress(feed, expiryUnixS))));
  const wallet = (mint: Address, of: Address) => findAssociatedTokenPda({ owner: of, mint, tokenProgram: TOKEN_PROGRAM_ADDRESS }).then(([pda]) => pda);
  const ofOwner = owner ? [owner, await marginAccountAddress(at, owner), await wallet(baseMint, owner), await wallet(quoteMint, owner)] : [];
  const fixed = [CLOCK, at, feed, await brakeAddress(), await custodyAddress(at)];
  const quoteFeeds = quoteFeed === SYSTEM_PROGRAM_ADDRESS ? [] : [quoteFeed];
  const asked = [...fixed, ...quoteFeeds, ...ofOwner, ...expiries.map((expiry) => expiry.address), ...surfaces.filter((surface) => surface !== undefined)];
  const { context, value } = await rpc.getMultipleAccounts(asked, { encoding: 'base64', commitment: 'confirmed' }).send();
  const read = new Map(asked.map((of, index) => [of, value[index] ?? undefined]));
  const bytes = (of: Address | undefined) => {
    const account = of === undefined ? undefined : read.get(of);
    return account ? getBase64Encoder().encode(account.data[0]) : undefined;
  };
  const need = (of: Address, name: string) => {
    const data = bytes(of);
    if (data === undefined) throw new Error(`the ${name} ${of} is not there`);
    return data;
  };
  const clock = new DataView(Uint8Array.from(need(CLOCK, 'clock')).buffer);
  const [brakeBytes, custodyBytes] = [need(fixed[3]!, 'brake'), need(fixed[4]!, 'custody')];
  const token = (of: Address | undefined) => {
    const data = bytes(of);
    return data === undefined ? 0n : getTokenDecoder().decode(data).amount;
  };
  const account = bytes(ofOwner[1]);
  const [marketBytes, feedBytes, quoteBytes] = [need(at, 'market'), need(feed, 'feed'), bytes(quoteFeeds[0])];
  return {
    slot: context.slot,
    unixS: clock.getBigInt64(32, true),
    readAtMs: Date.now(),
    market: margin.getMarketDecoder().decode(marketBytes),
    marketAddress: at,
    feed: oracle.getFeedDecoder().decode(feedBytes),
    marketBytes,
    feedBytes,
    quotePriceE6: quoteBytes && oracle.getFeedDecoder().decode(quoteBytes).priceE6,
    brake: breaker.getBrakeDecoder().decode(brakeBytes),
    custody: breaker.getCustodyDecoder().decode(custodyBytes),
    brakeBytes,
    custodyBytes,
    expiries: expiries
      .flatMap((expiry, index): ExpiryView[] => {
        const data = bytes(expiry.address);
        if (data === undefined) return [];
        const surface = bytes(surfaces[index]);
        return [expiryView(expiry.address, data, surface)];
      })
      .sort((left, right) => (left.expiryUnixS < right.expiryUnixS ? -1 : 1)),
    holder: owner && {
      owner,
      account: account && margin.getMarginAccountDecoder().decode(account),
      lamports: read.get(owner)?.lamports ?? 0n,
      baseAtoms: token(ofOwner[2]),
      quoteAtoms: token(ofOwner[3]),
    },
  };
}

/** An expiry as its account's bytes have it. */
export function expiryView(at: Address, bytes: ReadonlyUint8Array, surfaceBytes: ReadonlyUint8Array | undefined): ExpiryView {
  const expiry = margin.getExpiryDecoder().decode(bytes);
  return {
    address: at,
    expiryUnixS: expiry.expiryUnixS,
    strikesE6: expiry.strikesE6.slice(0, expiry.strikeCount),
    openLots: expiry.openLots,
    settlementPriceE6: expiry.state === 0 ? undefined : expiry.settlementPriceE6,
    surface: surfaceBytes && oracle.getSurfaceDecoder().decode(surfaceBytes),
    bytes,
    surfaceBytes,
  };
}
