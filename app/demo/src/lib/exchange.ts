/** One market as traders and makers use it: every method is one transaction, or a read of one account. */
import {
  INSTRUCTIONS_SYSVAR,
  PROGRAMS,
  custodyAddress,
  ed25519Instruction,
  expiryAddress,
  holdingsOfBytes,
  margin,
  marginAccountAddress,
  marketAddress,
  oracle,
  quoteStateAddress,
  settlementAddress,
  signQuote,
  symbolBytes,
  ticketAddress,
  tokensAddress,
  configAddress,
  type Holdings,
  type OptionKind,
  type QuoteSide,
  type Scale,
  type SignedQuote,
} from '@bastion/client';
import { AccountRole, type Address, type Instruction, type KeyPairSigner, type TransactionSigner } from '@solana/kit';
import type { Chain } from './chain.js';
import { BASE_DECIMALS } from './numbers.js';
import { walletOf } from './tokens.js';

export const LOTS_PER_UNIT = 10;
/** A signed quote lives this many slots: about a minute on a local network. */
const QUOTE_SLOTS = 1_000n;

/**
 * A tenth of a vault may leave in an hour, a quarter in a day. The floors lie above what the cast withdraws together, so that their exits
 * are paid at once; whoever asks for more waits in the queue.
 */
const LIMITS = {
  hourBps: 1_000,
  dayBps: 2_500,
  openInterestCapLots: 1_000_000n,
  baseFloorAtoms: 10n ** 15n,
  quoteFloorAtoms: 10n ** 13n,
};
/** Number of the ticket for what has to wait: an owner has one at a time here. */
const TICKET_ID = 1n;

export interface MarketParts {
  readonly symbol: string;
  readonly baseMint: Address;
  readonly quoteMint: Address;
  readonly feed: Address;
}

/** What a maker offers; prices are for one whole unit. */
export interface Offer {
  readonly expiryUnixS: bigint;
  readonly strikeE6: bigint;
  readonly priceE6: bigint;
  readonly kind: OptionKind;
  readonly side: QuoteSide;
  readonly nonce: bigint;
  readonly maxLots: bigint;
}

/** A quote as it travels from maker to taker. */
export interface OpenQuote {
  readonly offer: Offer;
  readonly signed: SignedQuote;
}

export const SCALE: Scale = { lotsPerUnit: LOTS_PER_UNIT, baseUnitAtoms: 10n ** BigInt(BASE_DECIMALS) };

export class Exchange {
  readonly chain: Chain;
  readonly market: Address;
  readonly parts: MarketParts;

  constructor(chain: Chain, market: Address, parts: MarketParts) {
    this.chain = chain;
    this.market = market;
    this.parts = parts;
  }

  /** Lists a market; `authority` is the margin program's. */
  static async create(
    chain: Chain,
    authority: TransactionSigner,
    parts: MarketParts,
    strikeTickE6: bigint,
  ): Promise<Exchange> {
    const market = await marketAddress(parts.symbol);
    await chain.send(authority, [
      margin.getMarketCreateInstruction({
        authority,
        payer: authority,
        config: await configAddress('margin'),
        market,
        feed: parts.feed,
        baseMint: parts.baseMint,
        quoteMint: parts.quoteMint,
        custody: await custodyAddress(market),
        baseTokens: await tokensAddress(market, parts.baseMint),
        quoteTokens: await tokensAddress(market, parts.quoteMint),
        breakerProgram: PROGRAMS.breaker,
        symbol: symbolBytes(parts.symbol),
        lotsPerUnit: LOTS_PER_UNIT,
        strikeTickE6,
        takerFeeBps: 3,
        makerFeeBps: 1,
        ...LIMITS,
      }),
    ]);
    return new Exchange(chain, market, parts);
  }

  async expiryCreate(payer: TransactionSigner, expiryUnixS: bigint): Promise<Address> {
    const expiry = await expiryAddress(this.market, expiryUnixS);
    await this.chain.send(payer, [
      margin.getExpiryCreateInstruction({
        payer,
        market: this.market,
        expiry,
        custody: await custodyAddress(this.market),
        feed: this.parts.feed,
        expiryUnixS,
      }),
    ]);
    return expiry;
  }

  accountOf(owner: Address, subaccount = 0): Promise<Address> {
    return marginAccountAddress(this.market, owner, subaccount);
  }

  async accountOpen(owner: TransactionSigner): Promise<Address> {
    const account = await this.accountOf(owner.address);
    const open = margin.getAccountOpenInstruction({ owner, payer: owner, market: this.market, account, subaccount: 0 });
    await this.chain.send(owner, [open]);
    return account;
  }

  async deposit(owner: TransactionSigner, mint: Address, amount: bigint): Promise<void> {
    await this.chain.send(owner, [
      margin.getAccountDepositInstruction({
        authority: owner,
        market: this.market,
        account: await this.accountOf(owner.address),
        mint,
        source: await walletOf(owner.address, mint),
        tokens: await tokensAddress(this.market, mint),
        amount,
      }),
    ]);
  }

  async withdrawInstruction(owner: TransactionSigner, mint: Address, amount: bigint): Promise<Instruction> {
    const tokens = await tokensAddress(this.market, mint);
    return margin.getAccountWithdrawInstruction({
      owner,
      market: this.market,
      account: await this.accountOf(owner.address),
      feed: this.parts.feed,
      mint,
      custody: await custodyAddress(this.market),
      tokens,
      destination: await walletOf(owner.address, mint),
      payer: owner,
      ticket: await ticketAddress(tokens, TICKET_ID),
      breakerProgram: PROGRAMS.breaker,
      amount,
      ticketId: TICKET_ID,
    });
  }

  async withdraw(owner: TransactionSigner, mint: Address, amount: bigint): Promise<void> {
    await this.chain.send(owner, [await this.withdrawInstruction(owner, mint, amount)]);
  }

  /** What a maker signs; nothing goes on chain until somebody fills it. */
  async quote(maker: KeyPairSigner, offer: Offer): Promise<OpenQuote> {
    const { slot } = await this.chain.now();
    const { maxLots, nonce, expiryUnixS, strikeE6, priceE6, kind, side } = offer;
    const signed = await signQuote(
      {
        market: this.market,
        makerAccount: await this.accountOf(maker.address),
        genesisHash: this.chain.genesisHash,
        nonce,
        maxPackages: maxLots,
        minFillPackages: 1n,
        expirySlot: slot + QUOTE_SLOTS,
        legs: [{ expiryUnixS, strikeE6, priceE6, kind, side, ratio: 1 }],
      },
      maker,
    );
    return { offer, signed };
  }

  /** The two instructions of a fill: the signature's proof, and the fill that points to it. */
  async fillInstructions(
    taker: TransactionSigner,
    { offer, signed }: OpenQuote,
    lots: bigint,
  ): Promise<[Instruction, Instruction]> {
    const maker = await this.accountOf(signed.maker);
    const fill = margin.getQuoteFillInstruction({
      takerAuthority: taker,
      payer: taker,
      market: this.market,
      taker: await this.accountOf(taker.address),
      maker,
      quoteState: await quoteStateAddress(maker, offer.nonce),
      custody: await custodyAddress(this.market),
      feed: this.parts.feed,
      quoteSource: INSTRUCTIONS_SYSVAR,
      packages: lots,
      nonce: offer.nonce,
      ixIndex: 0,
    });
    const expiry = await expiryAddress(this.market, offer.expiryUnixS);
    const accounts = [...fill.accounts, { address: expiry, role: AccountRole.WRITABLE }];
    return [ed25519Instruction(signed), { ...fill, accounts }];
  }

  async fill(taker: TransactionSigner, quote: OpenQuote, lots: bigint): Promise<void> {
    await this.chain.send(taker, await this.fillInstructions(taker, quote, lots));
  }

  /** Takes the feed's time-weighted mean as the price of an expiry, for good. */
  async settlementFinalise(payer: TransactionSigner, expiryUnixS: bigint) {
    const settlement = await settlementAddress(this.parts.feed, expiryUnixS);
    await this.chain.send(payer, [
      oracle.getSettlementFinaliseInstruction({ payer, feed: this.parts.feed, settlement, expiryUnixS }),
    ]);
    return oracle.getSettlementDecoder().decode(await this.chain.bytes(settlement));
  }

  async expirySettle(payer: TransactionSigner, expiryUnixS: bigint): Promise<void> {
    await this.chain.send(payer, [
      margin.getExpirySettleInstruction({
        market: this.market,
        expiry: await expiryAddress(this.market, expiryUnixS),
        settlement: await settlementAddress(this.parts.feed, expiryUnixS),
      }),
    ]);
  }

  /** Pays out one account's positions of one expiry; anyone may. */
  async accountSettle(payer: TransactionSigner, account: Address, expiryUnixS: bigint): Promise<void> {
    const expiry = await expiryAddress(this.market, expiryUnixS);
    await this.chain.send(payer, [margin.getAccountSettleInstruction({ market: this.market, expiry, account })]);
  }

  async state() {
    return margin.getMarketDecoder().decode(await this.chain.bytes(this.market));
  }

  async account(account: Address): Promise<Holdings> {
    return holdingsOfBytes(await this.chain.bytes(account));
  }

  async expiry(expiryUnixS: bigint) {
    return margin.getExpiryDecoder().decode(await this.chain.bytes(await expiryAddress(this.market, expiryUnixS)));
  }
}

/** First byte of a message's price in its only leg: header, expiry, strike, price. */
const PRICE_AT = 184 + 8 + 8;

/** A quote whose price was changed after the maker signed it. */
export function altered({ offer, signed }: OpenQuote, priceE6: bigint): OpenQuote {
  const message = Uint8Array.from(signed.message);
  new DataView(message.buffer).setBigUint64(PRICE_AT, priceE6, true);
  return { offer, signed: { ...signed, message } };
}
