/** The keeper of one feed: its three sources publish twice a second, and the feed is refreshed from them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { feedRefreshInstruction, oracle } from '@bastion/client';
import type { Address } from '@solana/kit';
import type { Chain } from './chain.js';
import { Problem } from './problem.js';
import { KINDS, type SourceAccount, type SourceKind } from './sources.js';

const PERIOD_MS = 400;
/** Failures in a row after which the keeper gives up: most of a minute without a price. */
const FAILURES_MAX = 60;
/** Refreshes under way at one time, at most. */
const FLYING_MAX = 8;
const POLL_MS = 100;
/** How far each source is off, in basis points: the middle one is the price itself. */
const SPREAD_BPS: Record<SourceKind, bigint> = { pyth: 0n, switchboard: 4n, chainlink: -7n };
const BPS = 10_000n;
const NORMAL = 0;

export class Keeper {
  private readonly chain: Chain;
  private readonly feed: Address;
  /** In the order in which the feed has pinned them. */
  private readonly sources: readonly SourceAccount[];
  /** What a source says whatever the price is. */
  private readonly lies = new Map<SourceAccount, bigint>();
  private running: Promise<void> | undefined;
  private failure: unknown;
  private failures = 0;
  /** Refreshes under way. */
  private readonly flying = new Set<Promise<void>>();
  private stopped = false;
  private paused = false;
  private priceE6: bigint;

  constructor(chain: Chain, feed: Address, sources: readonly SourceAccount[], priceE6: bigint) {
    this.chain = chain;
    this.feed = feed;
    this.sources = sources;
    this.priceE6 = priceE6;
  }

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  /** Leaves the feed to age; returns once no refresh is under way any more. */
  async pause(): Promise<void> {
    this.paused = true;
    await Promise.all(this.flying);
  }

  resume(): void {
    this.paused = false;
  }

  /** From now on that source says this, whatever the price is; nothing for the truth again. */
  lie(source: SourceAccount, priceE6?: bigint): void {
    if (priceE6 === undefined) {
      this.lies.delete(source);
    } else {
      this.lies.set(source, priceE6);
    }
  }

  /** Moves the price and returns once the feed has it and calls it normal: after a large move its average takes some seconds to follow. */
  async moveTo(priceE6: bigint): Promise<void> {
    this.priceE6 = priceE6;
    await this.until((feed) => feed.priceE6 === priceE6 && feed.severity === NORMAL);
  }

  /** Moves the price and does not wait. */
  drift(priceE6: bigint): void {
    this.priceE6 = priceE6;
  }

  /** Waits until the feed is as asked. */
  async until(is: (feed: oracle.Feed) => boolean): Promise<oracle.Feed> {
    for (;;) {
      const feed = await this.state();
      if (is(feed)) {
        return feed;
      }
      if (this.failure !== undefined) {
        throw new Problem('the keeper cannot refresh the feed', 'look at the validator’s log, then run again', {
          cause: this.failure,
        });
      }
      await sleep(POLL_MS);
    }
  }

  /** What the feed says. */
  async price(): Promise<bigint> {
    return (await this.state()).priceE6;
  }

  async state(): Promise<oracle.Feed> {
    return oracle.getFeedDecoder().decode(await this.chain.bytes(this.feed));
  }

  /** An update of every source and one refresh, in one transaction. */
  async refresh(): Promise<void> {
    const publish = this.sources.flatMap((source) => source.publishNow(this.said(source)));
    const addresses = this.sources.map((source) => source.address);
    await this.chain.send(this.sources[0]!.writer, [...publish, feedRefreshInstruction(this.feed, addresses)]);
  }

  private said(source: SourceAccount): bigint {
    return this.lies.get(source) ?? beside(this.priceE6, source.kind);
  }

  /** Refreshes at a steady pace, whether or not the last refresh is confirmed: a feed may be no older than 25 slots for new risk. */
  private async run(): Promise<void> {
    while (!this.stopped && this.failure === undefined) {
      if (!this.paused && this.flying.size < FLYING_MAX) {
        const attempt = this.attempt().finally(() => this.flying.delete(attempt));
        this.flying.add(attempt);
      }
      await sleep(PERIOD_MS);
    }
    await Promise.all(this.flying);
  }

  private async attempt(): Promise<void> {
    try {
      await this.refresh();
      this.failures = 0;
    } catch (error) {
      // One lost update does not matter; a dead feed does.
      this.failures += 1;
      if (this.failures >= FAILURES_MAX) {
        this.failure = error;
      }
    }
  }
}

/** What a source of that kind says while one SOL is at `priceE6`. */
export function beside(priceE6: bigint, kind: SourceKind): bigint {
  return priceE6 + (priceE6 * SPREAD_BPS[kind]) / BPS;
}

/** The kinds in the order in which feeds here pin them. */
export const SOURCE_KINDS = Object.keys(KINDS) as SourceKind[];
