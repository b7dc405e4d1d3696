/** A price source and its keeper: the price of a real account, published afresh about once a second, and the feed refreshed from it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { feedRefreshInstruction, oracle } from '@bastion/client';
import { getCreateAccountInstruction } from '@solana-program/system';
import type { Address, Instruction, KeyPairSigner, TransactionSigner } from '@solana/kit';
import type { Chain, Moment } from './chain.js';
import { Problem } from './problem.js';
import {
  JULY_2024,
  PRICE_UPDATE_LEN,
  PYTH_RECEIVER,
  priceUpdateBytes,
  priceWriteInstruction,
  type PriceUpdate,
} from './pyth.js';

const PERIOD_MS = 900;
/** Failures in a row after which the keeper gives up: a full minute without a price. */
const FAILURES_MAX = 40;
/** Pyth's SOL/USD has eight decimals, prices here have six. */
const SOURCE_PER_E6 = 100n;

/** The account of the receiver that a feed pins; its bytes are the real account's but for writer, price and times. */
export class PriceAccount {
  readonly address: Address;
  readonly writer: TransactionSigner;
  private last: PriceUpdate;

  constructor(address: Address, writer: TransactionSigner) {
    this.address = address;
    this.writer = writer;
    this.last = { ...JULY_2024, writeAuthority: writer.address };
  }

  /** Creates the account with the real price, as published at this moment. */
  static async create(
    chain: Chain,
    payer: TransactionSigner,
    account: KeyPairSigner,
    writer: TransactionSigner,
  ): Promise<PriceAccount> {
    const price = new PriceAccount(account.address, writer);
    const space = PRICE_UPDATE_LEN;
    const lamports = await chain.rent(space);
    const create = getCreateAccountInstruction({
      payer,
      newAccount: account,
      lamports,
      space,
      programAddress: PYTH_RECEIVER,
    });
    await chain.send(payer, [create, price.publishInstruction(price.priceE6, await chain.now())]);
    return price;
  }

  get priceE6(): bigint {
    return this.last.price / SOURCE_PER_E6;
  }

  publishInstruction(priceE6: bigint, at: Moment): Instruction {
    const kept = priceE6 === this.priceE6;
    const previousPublishedUnixS = this.last.publishedUnixS;
    this.last = {
      ...this.last,
      price: kept ? this.last.price : priceE6 * SOURCE_PER_E6,
      publishedUnixS: at.unixS,
      previousPublishedUnixS,
      postedSlot: at.slot,
    };
    return priceWriteInstruction(this.address, this.writer, priceUpdateBytes(this.last));
  }
}

export class Keeper {
  private readonly chain: Chain;
  private readonly feed: Address;
  private readonly source: PriceAccount;
  private running: Promise<void> | undefined;
  private failure: unknown;
  private stopped = false;
  private paused = false;
  private priceE6: bigint;

  constructor(chain: Chain, feed: Address, source: PriceAccount) {
    this.chain = chain;
    this.feed = feed;
    this.source = source;
    this.priceE6 = source.priceE6;
  }

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  /** Leaves the feed to age. */
  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  /** Moves the price and returns once the feed has it and calls it normal: after a large move its average takes some seconds to follow. */
  async moveTo(priceE6: bigint): Promise<void> {
    this.priceE6 = priceE6;
    for (;;) {
      const feed = await this.state();
      if (feed.priceE6 === priceE6 && feed.severity === 0) {
        return;
      }
      if (this.failure !== undefined) {
        throw new Problem('the keeper cannot refresh the feed', 'look at the validator’s log, then run again', {
          cause: this.failure,
        });
      }
      await sleep(100);
    }
  }

  /** What the feed says. */
  async price(): Promise<bigint> {
    return (await this.state()).priceE6;
  }

  private async state(): Promise<oracle.Feed> {
    return oracle.getFeedDecoder().decode(await this.chain.bytes(this.feed));
  }

  /** One update and one refresh, in one transaction. */
  async refresh(): Promise<void> {
    const publish = this.source.publishInstruction(this.priceE6, await this.chain.now());
    const refresh = feedRefreshInstruction(this.feed, [this.source.address]);
    await this.chain.send(this.source.writer, [publish, refresh]);
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (!this.stopped) {
      const began = Date.now();
      try {
        if (!this.paused) {
          await this.refresh();
        }
        failures = 0;
      } catch (error) {
        // One lost update does not matter; a dead feed does.
        failures += 1;
        if (failures === FAILURES_MAX) {
          this.failure = error;
          return;
        }
      }
      await sleep(Math.max(50, PERIOD_MS - (Date.now() - began)));
    }
  }
}
