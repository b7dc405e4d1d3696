// The protocol's own formulas in JavaScript: `crates/risk` and `crates/pricing`, compiled to WebAssembly by `scripts/engine.mjs`.
// A result is `undefined` where the formula has no answer: an input outside its domain.

import type { ReadonlyUint8Array } from '@solana/kit';

/** A position as margin sees it. */
export type Position = {
  expiryUnixS: bigint;
  strikeE6: bigint;
  isCall: boolean;
  /** Positive long, negative short. */
  lots: bigint;
};

/** What margin depends on. */
export type Holdings = { quoteAtoms: bigint; baseAtoms: bigint; positions: readonly Position[] };

/** What converts between lots, base and quote in one market. */
export type Scale = { lotsPerUnit: number; /** 10 ^ decimals of the base token. */ baseUnitAtoms: bigint };

/** One expiry's raw SVI parameters as the oracle stores them. */
export type SurfaceParameters = {
  aE9: bigint;
  bE9: bigint;
  rhoE9: bigint;
  mE9: bigint;
  sigmaE9: bigint;
  referenceS: bigint;
  rateE9: bigint;
};

/** Premiums are in 1e-12 of a quote unit for one unit of the underlying. */
export type Option = {
  callE12: bigint;
  putE12: bigint;
  /** The put's is this less 1e9. */
  callDeltaE9: bigint;
  /** Change of delta for a forward up by 100 %. */
  gammaE9: bigint;
  /** Parts of the forward: for a volatility up by 100 points, and for a day's passing. */
  vegaE9: bigint;
  thetaE9: bigint;
};

export type FillTerms = {
  priceE6: bigint;
  lots: bigint;
  lotsPerUnit: number;
  spotE6: bigint;
  takerBuys: boolean;
  takerFeeBps: number;
  makerFeeBps: number;
};

export type FillCash = { takerAtoms: bigint; premiumAtoms: bigint; takerFeeAtoms: bigint };

type Exports = {
  memory: WebAssembly.Memory;
  input(): number;
  output(): number;
  standard_margin(count: number, quote: bigint, base: bigint, spot: bigint, lots: number, unit: bigint): number;
  value_at(count: number, quote: bigint, base: bigint, price: bigint, lots: number, unit: bigint): number;
  fill(price: bigint, lots: bigint, lotsPerUnit: number, spot: bigint, buys: number, takerBps: number, makerBps: number): number;
  forward(spot: bigint, rate: bigint, seconds: bigint): number;
  level_of_brake(now: bigint): number;
  level_of_market(now: bigint): number;
  permission(level: number, action: number): number;
  feed_rely(severity: number, price: bigint, width: bigint, at: bigint, slot: bigint, purpose: number, now: bigint, nowSlot: bigint): number;
  surface_vol(...of: [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint]): number;
  greeks(forward: bigint, strike: bigint, vol: bigint, seconds: bigint): number;
  implied_vol(forward: bigint, strike: bigint, seconds: bigint, kind: bigint, premium: bigint): number;
  region(index: number): number;
  region_len(index: number): number;
  portfolio_margin(count: number, quote: bigint, base: bigint, spot: bigint, quotePrice: bigint, now: bigint): number;
  balance_now(quote: bigint, accountLost: bigint, marketLost: bigint): number;
  vault_bid(offered: bigint, escrow: bigint, lots: bigint, lotsPerUnit: number): number;
  council_class(kind: number, members: number): number;
  rollout_terms(): number;
  canary_step(step: number): number;
};

/** What portfolio margin reads beyond an account: the bytes of the market, its feed, the expiries held and their surfaces. */
export type PortfolioAccounts = {
  market: ReadonlyUint8Array;
  feed: ReadonlyUint8Array;
  expiries: readonly { expiry: ReadonlyUint8Array; surface: ReadonlyUint8Array | undefined }[];
  /** Of the quote token's feed, where the market names one. */
  quotePriceE6?: bigint;
};

export type PortfolioMargin = { mtm: bigint; initial: bigint; maintenance: bigint; /** Of the stalest surface. */ staleMinutes: bigint };

/** Regions of the module's memory that take accounts' bytes. */
const REGION = { market: 0, feed: 1, expiries: 2, surfaces: 6 } as const;
const EXPIRIES_MAX = 4;

/** As the action matrix numbers them. */
export const ACTIONS = [
  'newRisk',
  'auction',
  'listing',
  'reduceRisk',
  'cancel',
  'deposit',
  'withdraw',
  'settle',
  'liquidate',
  'priceRecord',
] as const;
export type Action = (typeof ACTIONS)[number];

export const PERMISSIONS = ['yes', 'limited', 'queued', 'no'] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** What somebody wants a price for. */
export const PURPOSES = ['newRisk', 'withdraw', 'reduceRisk', 'liquidate', 'none'] as const;
export type Purpose = (typeof PURPOSES)[number];

export type FeedState = {
  severity: number;
  priceE6: bigint;
  confidenceE6: bigint;
  refreshedUnixS: bigint;
  refreshedSlot: bigint;
};

const [CALL, PUT] = [1n, 2n];
const POSITIONS_MAX = 32;
const WORDS = 4;

export class Engine {
  readonly #wasm: Exports;

  private constructor(wasm: Exports) {
    this.#wasm = wasm;
  }

  /** From the module's bytes: `@bastion/client/engine.wasm`, read from disk or fetched. */
  static async load(module: BufferSource): Promise<Engine> {
    const { instance } = await WebAssembly.instantiate(module);
    return new Engine(instance.exports as unknown as Exports);
  }

  /** Standard margin, initial and maintenance, in quote atoms: negative where there is too little. */
  standardMargin(holdings: Holdings, spotE6: bigint, scale: Scale): { initial: bigint; maintenance: bigint } | undefined {
    const [initial, maintenance] = this.#book(this.#wasm.standard_margin, holdings, spotE6, scale) ?? [];
    return initial === undefined || maintenance === undefined ? undefined : { initial, maintenance };
  }

  /** Portfolio margin as the program computes it, at `spotE6` (the feed's price, or another); undefined where it cannot be computed. */
  portfolioMargin(accounts: PortfolioAccounts, holdings: Holdings, spotE6: bigint, nowUnixS: bigint): PortfolioMargin | undefined {
    const { market, feed, expiries, quotePriceE6 = 0n } = accounts;
    if (expiries.length > EXPIRIES_MAX || holdings.positions.length > POSITIONS_MAX) return undefined;
    this.#put(REGION.market, market);
    this.#put(REGION.feed, feed);
    for (let at = 0; at < EXPIRIES_MAX; at += 1) {
      this.#put(REGION.expiries + at, expiries[at]?.expiry);
      this.#put(REGION.surfaces + at, expiries[at]?.surface);
    }
    this.#positions(holdings.positions);
    const { positions, quoteAtoms, baseAtoms } = holdings;
    const status = this.#wasm.portfolio_margin(positions.length, quoteAtoms, baseAtoms, spotE6, quotePriceE6, nowUnixS);
    const [mtm, initial, maintenance, staleMinutes] = this.#results(status, 4) ?? [];
    if (mtm === undefined || initial === undefined || maintenance === undefined || staleMinutes === undefined) return undefined;
    return { mtm, initial, maintenance, staleMinutes };
  }

  /** A quote balance after the market's haircuts since it was last written. */
  balanceNow(quoteAtoms: bigint, account: { indexLostE18: bigint }, market: { indexLostE18: bigint }): bigint | undefined {
    return this.#results(this.#wasm.balance_now(quoteAtoms, account.indexLostE18, market.indexLostE18), 1)?.[0];
  }

  /** The fewest lots of a bid in an epoch's auction, and the escrow of one for `lots`. */
  vaultBid(epoch: { offeredLots: bigint; escrowPriceE6: bigint }, lots: bigint, lotsPerUnit: number): { lotsMin: bigint; escrowAtoms: bigint } | undefined {
    const [lotsMin, escrowAtoms] = this.#results(this.#wasm.vault_bid(epoch.offeredLots, epoch.escrowPriceE6, lots, lotsPerUnit), 2) ?? [];
    return lotsMin === undefined || escrowAtoms === undefined ? undefined : { lotsMin, escrowAtoms };
  }

  /** Approvals that a class of action needs in a council of so many members, and its least delay on an unscaled clock. */
  councilClass(kind: number, members: number): { threshold: number; delayFloorS: number } | undefined {
    const [threshold, delayFloorS] = this.#results(this.#wasm.council_class(kind, members), 2) ?? [];
    return threshold === undefined || delayFloorS === undefined ? undefined : { threshold: Number(threshold), delayFloorS: Number(delayFloorS) };
  }

  /** What a canary step asks for, in seconds of an unscaled clock, and how long a verification may take. */
  rolloutTerms(): { checks: number; dwellS: number; verifyS: number } {
    const [checks = 0n, dwellS = 0n, verifyS = 0n] = this.#results(this.#wasm.rollout_terms(), 3) ?? [];
    return { checks: Number(checks), dwellS: Number(dwellS), verifyS: Number(verifyS) };
  }

  /** Shares of the caps that the canary steps let in, in basis points. */
  canarySteps(): number[] {
    const steps: number[] = [];
    for (let step = 0; ; step += 1) {
      const [bps] = this.#results(this.#wasm.canary_step(step), 1) ?? [];
      if (bps === undefined) return steps;
      steps.push(Number(bps));
    }
  }

  /** At one price of the underlying: the value that standard margin gives an account, and its positions' payoffs alone. */
  valueAt(holdings: Holdings, priceE6: bigint, scale: Scale): { value: bigint; payoff: bigint } | undefined {
    const [value, payoff] = this.#book(this.#wasm.value_at, holdings, priceE6, scale) ?? [];
    return value === undefined || payoff === undefined ? undefined : { value, payoff };
  }

  /** The taker's cash of one leg of a fill: premium and fee together (negative is paid), in quote atoms. */
  fillCash(terms: FillTerms): FillCash | undefined {
    const { priceE6, lots, lotsPerUnit, spotE6, takerBuys, takerFeeBps, makerFeeBps } = terms;
    const status = this.#wasm.fill(priceE6, lots, lotsPerUnit, spotE6, takerBuys ? 1 : 0, takerFeeBps, makerFeeBps);
    const [takerAtoms, premiumAtoms, takerFeeAtoms] = this.#results(status, 3) ?? [];
    if (takerAtoms === undefined || premiumAtoms === undefined || takerFeeAtoms === undefined) return undefined;
    return { takerAtoms, premiumAtoms, takerFeeAtoms };
  }

  forward(spotE6: bigint, rateE9: bigint, seconds: bigint): bigint | undefined {
    return this.#results(this.#wasm.forward(spotE6, rateE9, seconds), 1)?.[0];
  }

  /** The volatility (1e-9) that a surface gives a strike. */
  surfaceVol(surface: SurfaceParameters, forwardE6: bigint, strikeE6: bigint, seconds: bigint): bigint | undefined {
    const { referenceS, aE9, bE9, rhoE9, mE9, sigmaE9 } = surface;
    const status = this.#wasm.surface_vol(forwardE6, strikeE6, seconds, referenceS, aE9, bE9, rhoE9, mE9, sigmaE9);
    return this.#results(status, 1)?.[0];
  }

  /** Black-76 on the forward, with its sensitivities. */
  option(forwardE6: bigint, strikeE6: bigint, volE9: bigint, seconds: bigint): Option | undefined {
    const results = this.#results(this.#wasm.greeks(forwardE6, strikeE6, volE9, seconds), 6);
    if (results === undefined) return undefined;
    const [callE12, putE12, callDeltaE9, gammaE9, vegaE9, thetaE9] = results as [bigint, bigint, bigint, bigint, bigint, bigint];
    return { callE12, putE12, callDeltaE9, gammaE9, vegaE9, thetaE9 };
  }

  /** The volatility (1e-9) of a premium for one unit. */
  impliedVol(forwardE6: bigint, strikeE6: bigint, seconds: bigint, isCall: boolean, premiumE6: bigint): bigint | undefined {
    const kind = isCall ? CALL : PUT;
    const status = this.#wasm.implied_vol(forwardE6, strikeE6, seconds, kind, premiumE6 * 1_000_000n);
    return this.#results(status, 1)?.[0];
  }

  /** The protocol's level in force, from the brake's bytes. */
  levelOfBrake(brake: ReadonlyUint8Array, nowUnixS: bigint): number | undefined {
    return this.#level(this.#wasm.level_of_brake, brake, nowUnixS);
  }

  /** A market's own level in force, from its custody's bytes. What holds is the higher of the two. */
  levelOfMarket(custody: ReadonlyUint8Array, nowUnixS: bigint): number | undefined {
    return this.#level(this.#wasm.level_of_market, custody, nowUnixS);
  }

  /** What an action meets at a level. */
  permission(level: number, action: Action): Permission | undefined {
    const [answer] = this.#results(this.#wasm.permission(level, ACTIONS.indexOf(action)), 1) ?? [];
    return answer === undefined ? undefined : PERMISSIONS[Number(answer)];
  }

  /** Whether a feed's price is good enough for a purpose now. */
  feedServes(feed: FeedState, purpose: Purpose, now: { unixS: bigint; slot: bigint }): boolean {
    const { severity, priceE6, confidenceE6, refreshedUnixS, refreshedSlot } = feed;
    const at = PURPOSES.indexOf(purpose);
    return this.#wasm.feed_rely(severity, priceE6, confidenceE6, refreshedUnixS, refreshedSlot, at, now.unixS, now.slot) === 0;
  }

  #level(formula: Exports['level_of_brake'], account: ReadonlyUint8Array, nowUnixS: bigint): number | undefined {
    const room = new Uint8Array(this.#wasm.memory.buffer, this.#wasm.input(), POSITIONS_MAX * WORDS * 8);
    // A longer account is one of newer code: what this one reads stands at its head.
    room.fill(0).set(account.slice(0, room.length));
    const [level] = this.#results(formula(nowUnixS), 1) ?? [];
    return level === undefined ? undefined : Number(level);
  }

  #book(formula: Exports['value_at'], { quoteAtoms, baseAtoms, positions }: Holdings, priceE6: bigint, scale: Scale) {
    if (positions.length > POSITIONS_MAX) return undefined;
    this.#positions(positions);
    const { lotsPerUnit, baseUnitAtoms } = scale;
    return this.#results(formula(positions.length, quoteAtoms, baseAtoms, priceE6, lotsPerUnit, baseUnitAtoms), 2);
  }

  #positions(positions: readonly Position[]): void {
    const words = new BigInt64Array(this.#wasm.memory.buffer, this.#wasm.input(), positions.length * WORDS);
    positions.forEach(({ expiryUnixS, strikeE6, lots, isCall }, at) =>
      words.set([expiryUnixS, strikeE6, lots, isCall ? CALL : PUT], at * WORDS),
    );
  }

  /** Puts an account's bytes into a region, zeros for none. A longer account is one of newer code: what is read stands at its head. */
  #put(region: number, account: ReadonlyUint8Array | undefined): void {
    const length = this.#wasm.region_len(region);
    const room = new Uint8Array(this.#wasm.memory.buffer, this.#wasm.region(region), length);
    room.fill(0);
    if (account !== undefined) room.set(account.slice(0, length));
  }

  #results(status: number, count: number): bigint[] | undefined {
    if (status !== 0) return undefined;
    return [...new BigInt64Array(this.#wasm.memory.buffer, this.#wasm.output(), count)];
  }
}
