/** A maker for local networks: two-sided signed quotes around the model's price, of single series and of the packages that people ask for. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  PACKAGE_TEMPLATES,
  isSameSeries,
  margin,
  packageOfTemplate,
  relayPost,
  signQuote,
  type OptionKind,
  type PackageLeg,
  type QuoteLeg,
  type QuoteSide,
  type SignedQuote,
} from '@bastion/client';
import type { KeyPairSigner } from '@solana/kit';
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
  private readonly relayUrl: string;
  private nonce: bigint;
  private stopped = false;
  private running: Promise<void> | undefined;

  constructor(exchange: Exchange, keeper: Keeper, signer: KeyPairSigner, relayUrl: string, firstNonce: bigint) {
    this.exchange = exchange;
    this.keeper = keeper;
    this.signer = signer;
    this.nonce = firstNonce;
    this.relayUrl = relayUrl;
  }

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async run(): Promise<void> {
    for (let left = 0; !this.stopped; left -= 200) {
      if (left <= 0) {
        // A round that fails leaves quotes to expire: nobody is harmed.
        await this.round().catch(() => undefined);
        left = PERIOD_MS;
      }
      await sleep(200);
    }
  }

  /** Quotes both sides of every series near the price, in every expiry with more than a minute to live, and packages around it. */
  private async round(): Promise<void> {
    const { slot, unixS } = await this.exchange.chain.now();
    const spotE6 = await this.keeper.price();
    const account = await this.exchange.account(await this.exchange.accountOf(this.signer.address));
    const quotes: SignedQuote[] = [];
    for (const expiry of await this.expiries(unixS)) {
      const above = expiry.strikesE6.findIndex((strike) => strike > spotE6);
      const near = expiry.strikesE6.slice(Math.max(0, above - NEAR), above + NEAR);
      const held = (leg: PackageLeg) =>
        account.positions.find((position) => isSameSeries(position, { ...leg, isCall: leg.kind === 'call' }))?.lots ?? 0n;
      const single = near.flatMap((strikeE6) =>
        (['call', 'put'] as const).flatMap((kind) =>
          (['buy', 'sell'] as const).map((side): PackageLeg[] => [{ expiryUnixS: expiry.expiryUnixS, strikeE6, kind, side, ratio: 1 }]),
        ),
      );
      const centres = expiry.strikesE6.slice(Math.max(0, above - 2), above + 2);
      const packages = PACKAGE_TEMPLATES.flatMap((template) => centres.map((strike) => packageOfTemplate(template, expiry, strike)));
      for (const legs of [...single, ...packages.filter((made) => made !== undefined)]) {
        // A maker's side is the opposite of what the taker wants; and it takes no more of what it holds enough of.
        const full = legs.some((leg) => (leg.side === 'sell' ? held(leg) >= HELD_LOTS : held(leg) <= -HELD_LOTS));
        const signed = full ? undefined : await this.sign(legs, { slot, unixS, spotE6 });
        if (signed !== undefined) quotes.push(signed);
      }
    }
    await relayPost(this.relayUrl, quotes);
  }

  /** A quote of what a taker wants, each leg priced as if alone. Undefined if one is worth next to nothing. */
  private async sign(wanted: readonly PackageLeg[], now: { slot: bigint; unixS: bigint; spotE6: bigint }): Promise<SignedQuote | undefined> {
    const legs: QuoteLeg[] = [];
    for (const { side, ...leg } of wanted) {
      const mine: QuoteSide = side === 'buy' ? 'sell' : 'buy';
      const priceE6 = this.priceE6({ ...leg, side: mine }, now.spotE6, now.unixS);
      if (priceE6 === undefined) return undefined;
      legs.push({ ...leg, side: mine, priceE6 });
    }
    this.nonce += 1n;
    return signQuote(
      {
        market: this.exchange.market,
        makerAccount: await this.exchange.accountOf(this.signer.address),
        genesisHash: this.exchange.chain.genesisHash,
        nonce: this.nonce,
        maxPackages: SIZE_LOTS,
        minFillPackages: 1n,
        expirySlot: now.slot + LIFE_SLOTS,
        legs,
      },
      this.signer,
    );
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
