/** The one publisher of a local feed's volatility surfaces: a smile around a level of volatility, posted again before it is stale. */
import { boardAddress, configAddress, expiryAddress, oracle, surfaceAddress } from '@bastion/client';
import { AccountRole, type AccountMeta, type Instruction, type KeyPairSigner, type TransactionSigner } from '@solana/kit';
import { setTimeout as sleep } from 'node:timers/promises';
import { localKey } from './keys.js';
import type { Exchange } from './exchange.js';

/** A surface is stale after twenty of the feed's buckets, which are seconds here. */
const PERIOD_MS = 5_000;
const MOVE_BPS = 5_000;
const YEAR_S = 31_536_000;
/** Shape of the smile: at-the-money volatility, skew, width, and the part of the variance that bends. */
const [VOL, RHO, SIGMA, BENT] = [0.62, -0.25, 0.16, 0.3];

export class Publisher {
  private readonly exchange: Exchange;
  private readonly signer: KeyPairSigner;
  /** Of rent and fees: an account that pays may not be passed a second time as a publisher. */
  private readonly payer: TransactionSigner;
  private expiries: bigint[];
  /** Those that the board lists. */
  private readonly posted = new Set<bigint>();
  private stopped = false;
  private running: Promise<void> | undefined;

  private constructor(exchange: Exchange, payer: TransactionSigner, signer: KeyPairSigner, expiries: readonly bigint[]) {
    this.exchange = exchange;
    this.payer = payer;
    this.signer = signer;
    this.expiries = [...expiries].sort((left, right) => (left < right ? -1 : 1));
  }

  /** Creates the feed's board with this publisher alone on it; `authority` is the oracle's. */
  static async create(
    exchange: Exchange,
    authority: TransactionSigner,
    payer: TransactionSigner,
    expiries: readonly bigint[],
  ): Promise<Publisher> {
    const signer = await localKey('publisher');
    const { feed } = exchange.parts;
    await exchange.chain.send(authority, [
      oracle.getBoardCreateInstruction({
        payer,
        authority,
        config: await configAddress('oracle'),
        feed,
        board: await boardAddress(feed),
        threshold: 1,
        moveBps: MOVE_BPS,
        publishers: [signer.address],
      }),
    ]);
    return new Publisher(exchange, payer, signer, expiries);
  }

  /** Posts every surface once, then again and again. */
  async start(): Promise<void> {
    await this.round();
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async run(): Promise<void> {
    for (let left = PERIOD_MS; !this.stopped; left -= 200) {
      if (left <= 0) {
        // A refused post is not fatal: the surface goes stale, which everybody sees.
        await this.round().catch(() => undefined);
        left = PERIOD_MS;
      }
      await sleep(200);
    }
  }

  private async round(): Promise<void> {
    const { unixS } = await this.exchange.chain.now();
    this.expiries = this.expiries.filter((expiry) => expiry > unixS + 60n);
    for (const expiry of this.posted) if (!this.expiries.includes(expiry)) this.posted.delete(expiry);
    for (const expiry of this.expiries) {
      await this.exchange.chain.send(this.payer, [await this.post(expiry, unixS)]);
      this.posted.add(expiry);
    }
  }

  private async post(expiryUnixS: bigint, nowUnixS: bigint): Promise<Instruction> {
    const { feed } = this.exchange.parts;
    const referenceS = expiryUnixS - nowUnixS;
    const variance = VOL * VOL * (Number(referenceS) / YEAR_S);
    const e9 = (value: number) => BigInt(Math.round(value * 1e9));
    const b = (BENT * variance) / SIGMA;
    const instruction = oracle.getSurfacePostInstruction({
      payer: this.payer,
      feed,
      board: await boardAddress(feed),
      market: this.exchange.market,
      expiry: await expiryAddress(this.exchange.market, expiryUnixS),
      surface: await surfaceAddress(feed, expiryUnixS),
      expiryUnixS,
      aE9: e9(variance * (1 - BENT)),
      bE9: e9(b),
      rhoE9: e9(RHO),
      mE9: 0n,
      sigmaE9: e9(SIGMA),
      referenceS,
      rateE9: 0n,
    });
    const others = [...this.posted].filter((other) => other !== expiryUnixS);
    const earlier = others.filter((other) => other < expiryUnixS).reduce<bigint | undefined>((last, other) => (last === undefined || other > last ? other : last), undefined);
    const later = others.filter((other) => other > expiryUnixS).reduce<bigint | undefined>((first, other) => (first === undefined || other < first ? other : first), undefined);
    const neighbours = [earlier, later].filter((other) => other !== undefined);
    const shown: AccountMeta[] = await Promise.all(
      neighbours.map(async (other) => ({ address: await surfaceAddress(feed, other), role: AccountRole.READONLY })),
    );
    const signer = { address: this.signer.address, role: AccountRole.READONLY_SIGNER, signer: this.signer };
    return { ...instruction, accounts: [...(instruction.accounts ?? []), ...shown, signer] };
  }
}
