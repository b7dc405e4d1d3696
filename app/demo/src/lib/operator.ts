/** Who runs keeper and maker on a local network: their keys, their configurations, and the board that their surfaces are posted to. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_TEMPLATES, boardAddress, configAddress, oracle, type OptionKind, type QuoteSide } from '@bastion/client';
import { getAddressEncoder, type TransactionSigner } from '@solana/kit';
import { Daemon } from './daemon.js';
import type { Exchange } from './exchange.js';
import { START_E6 } from '../steps/feed.js';
import { localKey, localSeed } from './keys.js';
import { quote } from './numbers.js';
import { NETWORKS_DIR } from './paths.js';
import { fund } from './tokens.js';

/** Runs the keepers, and buys what they liquidate. */
const OPERATOR = 'operator';
const PUBLISHER = 'publisher';
/** Whom a local network's source accounts name as their writer. */
const WRITER = 'keeper';
/** Who may be on a local board: this one, or those that the play of the vault's epoch has named. */
const PUBLISHERS = [PUBLISHER, 'deployer', 'maker'];
const LAMPORTS_SOL = 100;
const CAPITAL = quote(500_000);
/** At each listed strike total volatility may move by half a bucket; a bucket is a second here. */
const MOVE_BPS = 5_000;

/** What of the keeper is switched on, beyond what every local network needs. */
export interface KeeperOptions {
  /** Of its configuration, its log and its metrics. */
  readonly name: string;
  /** An RPC other than the network's own. */
  readonly url?: string;
  readonly sections: readonly Section[];
  /** Any free port if it is not said. */
  readonly port?: number;
  /** Keeps expiries listed that far ahead, in seconds. */
  readonly horizonsS?: readonly number[];
}

export type Section = 'localnet' | 'feeds' | 'listing' | 'surfaces' | 'settlement' | 'vaults' | 'liquidation' | 'losses' | 'debts' | 'watcher';

/** All but those that would move a scene: it writes its prices, refreshes its feed, and lists its expiries, by itself. */
export const CRANKS: readonly Section[] = ['surfaces', 'settlement', 'vaults', 'liquidation', 'losses', 'debts'];

export class Operator {
  private readonly exchange: Exchange;
  private readonly account: string;
  /** As many of the board as its threshold asks for. */
  private readonly publishers: readonly string[];

  private constructor(exchange: Exchange, account: string, publishers: readonly string[]) {
    this.exchange = exchange;
    this.account = account;
    this.publishers = publishers;
  }

  /**
   * Gives the operator lamports and a margin account with capital, and creates the feed's board where there is none; `authority` is the
   * oracle's and the mint's.
   */
  static async settle(exchange: Exchange, authority: TransactionSigner): Promise<Operator> {
    const { chain, parts } = exchange;
    const operator = await localKey(OPERATOR);
    await chain.airdrop(operator.address, LAMPORTS_SOL);
    const board = await boardAddress(parts.feed);
    if ((await chain.account(board)) === undefined) {
      await chain.send(authority, [
        oracle.getBoardCreateInstruction({
          payer: operator,
          authority,
          config: await configAddress('oracle'),
          feed: parts.feed,
          board,
          threshold: 1,
          moveBps: MOVE_BPS,
          publishers: [(await localKey(PUBLISHER)).address],
        }),
      ]);
    }
    const account = await exchange.accountOpen(operator);
    await fund(chain, authority, parts.quoteMint, operator.address, CAPITAL);
    await exchange.deposit(operator, parts.quoteMint, CAPITAL);
    const { threshold, publishers } = oracle.getBoardDecoder().decode(await chain.bytes(board));
    const names = [];
    for (const name of PUBLISHERS) if (publishers.includes((await localKey(name)).address)) names.push(name);
    return new Operator(exchange, account, names.slice(0, threshold));
  }

  async keeper({ name, url = this.exchange.chain.url, sections, port = 0, horizonsS = [] }: KeeperOptions): Promise<Daemon> {
    const publishers = await Promise.all(this.publishers.map(async (name) => `"${await keyFile(name)}"`));
    const fields: Record<Section, string> = {
      // A feed may be no older than 25 slots for new risk: there are some sixteen a second here.
      localnet: `period_ms = 200\nwriter = "${await keyFile(WRITER)}"\nanchor_e6 = ${START_E6}\nvol_e9 = 2_000_000_000\npull_e9 = 2_000_000`,
      feeds: 'period_ms = 500\nfresh_s = 2',
      listing: `period_ms = 5_000\nhorizons_s = [${horizonsS.join(', ')}]`,
      // Stale after twenty buckets of a second.
      surfaces: `period_ms = 1_000\npost_s = 6\nvol_min_e9 = 400_000_000\npublishers = [${publishers.join(', ')}]`,
      settlement: 'period_ms = 1_000',
      vaults: 'period_ms = 1_000',
      liquidation: `period_ms = 1_000\n${this.limits()}`,
      losses: 'period_ms = 1_000',
      debts: `period_ms = 1_000\n${this.limits()}`,
      watcher: 'period_ms = 1_000',
    };
    const lines = [
      `url = "${url}"`,
      `keypair = "${await keyFile(OPERATOR)}"`,
      `markets = ["${this.exchange.market}"]`,
      `listen = "127.0.0.1:${port}"`,
      // A local network's hour is sixty hours of work.
      '[fees]\nlamports_per_hour = 20_000_000_000',
      ...sections.map((section) => `[${section}]\n${fields[section]}`),
    ];
    return Daemon.start('keeper', name, [configFile(name, lines)]);
  }

  /** What the operator's account may be spent on. */
  private limits(): string {
    return `accounts = ["${this.account}"]\nspend_max_atoms = ${quote(50_000)}\nreserve_atoms = ${quote(50_000)}`;
  }

  /** The reference maker for the margin account of the person of this name, posting to a relay. */
  async maker(name: string, person: string, relayUrl: string, port = 0): Promise<Daemon> {
    const owner = await localKey(person);
    const lines = [
      `url = "${this.exchange.chain.url}"`,
      `keypair = "${await keyFile(person)}"`,
      `market = "${this.exchange.market}"`,
      `account = "${await this.exchange.accountOf(owner.address)}"`,
      `relays = ["${relayUrl}"]`,
      `listen = "127.0.0.1:${port}"`,
      // Slots are short here: about sixteen a second.
      '[quoting]\nperiod_ms = 500\nlife_slots = 600',
      'expiries = 8\nstrikes = 5\nlots = 50\nseries_lots_max = 1_000\npackage_strikes = 2\npackage_lots = 20',
      ...PACKAGE_TEMPLATES.map(({ legs }) => `[[packages]]\nlegs = [${legs.map(legLine).join(', ')}]`),
    ];
    return Daemon.start('maker', name, [configFile(name, lines)]);
  }
}

const legLine = ({ kind, side, step }: { kind: OptionKind; side: QuoteSide; step: number }) =>
  `{ kind = "${kind}", side = "${side}", step = ${step} }`;

function configFile(name: string, lines: readonly string[]): string {
  return file(`${name}.toml`, `${lines.join('\n')}\n`);
}

/** A key pair as the Solana command line writes it. */
async function keyFile(name: string): Promise<string> {
  const { address } = await localKey(name);
  const bytes = [...localSeed(name), ...getAddressEncoder().encode(address)];
  return file(`${name}.json`, JSON.stringify(bytes));
}

function file(name: string, text: string): string {
  mkdirSync(NETWORKS_DIR, { recursive: true });
  const path = join(NETWORKS_DIR, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}
