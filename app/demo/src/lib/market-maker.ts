/** A maker for local networks: two-sided signed quotes around the model's price, and answers to requests for packages. */
import { setTimeout as sleep } from 'node:timers/promises';
import { RelayClient, margin, signQuote, type OptionKind, type PackageLeg, type QuoteLeg, type QuoteSide } from '@bastion/client';
import type { KeyPairSigner } from '@solana/kit';
import { WebSocket } from 'ws';
import type { Exchange } from './exchange.js';
import type { Keeper } from './keeper.js';
import { engine } from './standard-margin.js';

const PERIOD_MS = 8_000;
/** A quote outlives the next round, so that there is always one. */
const LIFE_SLOTS = 60n;
/** Strikes quoted on either side of the price. */
const NEAR = 6;
const VOL_E9 = 620_000_000n;
/** Half of the spread: a share of the premium, and never less than a cent. */
const [SPREAD_BPS, SPREAD_MIN_E6, BPS] = [150n, 10_000n, 10_000n];
const TICK_E6 = 10_000n;
/** Most lots of one quote, and most held of one series on either side. */
const [SIZE_LOTS, HELD_LOTS] = [200n, 5_000n];
const PRICE_MIN_E6 = 20_000n;

export class MarketMaker {
  private readonly exchange: Exchange;
  private readonly keeper: Keeper;
  private readonly signer: KeyPairSigner;
  private readonly relay: RelayClient;
  private nonce: bigint;
  private slot = 0n;
  private stopped = false;
  private running: Promise<void> | undefined;

  constructor(exchange: Exchange, keeper: Keeper, signer: KeyPairSigner, relayUrl: string, firstNonce: bigint) {
    this.exchange = exchange;
    this.keeper = keeper;
    this.signer = signer;
    this.nonce = firstNonce;
    const { genesisHash } = exchange.chain;
    this.relay = new RelayClient(
      relayUrl,
      exchange.market,
      () => ({ market: exchange.market, genesisHash, slot: this.slot }),
      { request: ({ legs, packages }) => void this.answer(legs, packages).catch(() => undefined) },
      (url) => new WebSocket(url) as unknown as globalThis.WebSocket,
    );
  }

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
    this.relay.close();
  }

  private async run(): Promise<void> {
    for (let left = 0; !this.stopped; left -= 200) {
      if (left <= 0) {
        // A round that fails leaves quotes to expire: nobody is harmed.
        await this.round().catch(() => undefined);
        left = this.relay.isOpen ? PERIOD_MS : 200;
      }
      await sleep(200);
    }
  }

  /** Quotes both sides of every series near the price, in every expiry with more than a minute to live. */
  private async round(): Promise<void> {
    const { slot, unixS } = await this.exchange.chain.now();
    this.slot = slot;
    if (!this.relay.isOpen) return;
    const spotE6 = await this.keeper.price();
    const account = await this.exchange.account(await this.exchange.accountOf(this.signer.address));
    for (const { expiryUnixS, strikesE6 } of await this.expiries(unixS)) {
      const above = strikesE6.findIndex((strike) => strike > spotE6);
      for (const strikeE6 of strikesE6.slice(Math.max(0, above - NEAR), above + NEAR)) {
        for (const kind of ['call', 'put'] as const) {
          const isCall = kind === 'call';
          const held = account.positions.find((position) => position.strikeE6 === strikeE6 && position.expiryUnixS === expiryUnixS && position.isCall === isCall)?.lots ?? 0n;
          for (const side of ['buy', 'sell'] as const) {
            const full = side === 'buy' ? held >= HELD_LOTS : held <= -HELD_LOTS;
            const priceE6 = this.priceE6({ expiryUnixS, strikeE6, kind, side }, spotE6, unixS);
            if (!full && priceE6 !== undefined) await this.post([{ expiryUnixS, strikeE6, priceE6, kind, side, ratio: 1 }], SIZE_LOTS);
          }
        }
      }
    }
  }

  /** A quote of exactly the legs that somebody asked for, each priced as if alone. */
  private async answer(wanted: readonly PackageLeg[], packages: bigint): Promise<void> {
    const { slot, unixS } = await this.exchange.chain.now();
    this.slot = slot;
    const spotE6 = await this.keeper.price();
    const legs: QuoteLeg[] = [];
    for (const { side, ...leg } of wanted) {
      const mine: QuoteSide = side === 'buy' ? 'sell' : 'buy';
      const priceE6 = this.priceE6({ ...leg, side: mine }, spotE6, unixS);
      if (priceE6 === undefined) return;
      legs.push({ ...leg, side: mine, priceE6 });
    }
    const most = packages < SIZE_LOTS ? SIZE_LOTS : packages < HELD_LOTS ? packages : HELD_LOTS;
    await this.post(legs, most);
  }

  private async post(legs: readonly QuoteLeg[], maxPackages: bigint): Promise<void> {
    this.nonce += 1n;
    const signed = await signQuote(
      {
        market: this.exchange.market,
        makerAccount: await this.exchange.accountOf(this.signer.address),
        genesisHash: this.exchange.chain.genesisHash,
        nonce: this.nonce,
        maxPackages,
        minFillPackages: 1n,
        expirySlot: this.slot + LIFE_SLOTS,
        legs,
      },
      this.signer,
    );
    this.relay.post(signed);
  }

  /** The model's price, worse for the taker by half a spread. Undefined where it is worth next to nothing. */
  private priceE6(series: { expiryUnixS: bigint; strikeE6: bigint; kind: OptionKind; side: QuoteSide }, spotE6: bigint, unixS: bigint): bigint | undefined {
    const option = engine.option(spotE6, series.strikeE6, VOL_E9, series.expiryUnixS - unixS);
    if (option === undefined) return undefined;
    const model = (series.kind === 'call' ? option.callE12 : option.putE12) / 1_000_000n;
    const share = (model * SPREAD_BPS) / BPS;
    const half = share > SPREAD_MIN_E6 ? share : SPREAD_MIN_E6;
    const at = series.side === 'buy' ? model - half : model + half;
    const rounded = (at / TICK_E6) * TICK_E6;
    return rounded >= PRICE_MIN_E6 ? rounded : undefined;
  }

  private async expiries(unixS: bigint) {
    const { chain, market } = this.exchange;
    const found = await chain.accountsOf(margin.MARGIN_PROGRAM_ADDRESS, []);
    return found
      .filter(({ data }) => margin.identifyMarginAccount(data) === margin.MarginAccountKind.Expiry)
      .map(({ data }) => margin.getExpiryDecoder().decode(data))
      .filter((expiry) => expiry.market === market && expiry.state === 0 && expiry.expiryUnixS > unixS + 60n)
      .map(({ expiryUnixS, strikesE6, strikeCount }) => ({ expiryUnixS, strikesE6: strikesE6.slice(0, strikeCount) }));
  }
}
