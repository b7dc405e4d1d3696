/** Source accounts of the three kinds, and the mock at the addresses of their programs that stores them on local networks. */
import { getCreateAccountInstruction } from '@solana-program/system';
import { AccountRole, type Address, type Instruction, type KeyPairSigner, type TransactionSigner } from '@solana/kit';
import type { Chain, Moment } from './chain.js';
import * as chainlink from './chainlink.js';
import * as pyth from './pyth.js';
import * as switchboard from './switchboard.js';

/** As the oracle program numbers them. */
export const KINDS = { pyth: 1, switchboard: 2, chainlink: 3 } as const;
export type SourceKind = keyof typeof KINDS;

/** The mock's instruction, without and with the cluster's own time and slot put in, as the real programs do. */
const [WRITE, WRITE_STAMPED] = [0, 1];
/** Pyth and Chainlink publish eight decimals, Switchboard eighteen; prices here have six. */
const PER_E6 = 100n;
const SWITCHBOARD_PER_E6 = 10n ** 12n;
/** Switchboard's standard deviation: a tenth of a percent. */
const DEVIATION_PARTS = 1_000n;

/** Bytes to store at an offset; those from `updateFrom` on are what a new price changes. */
interface Patch {
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly updateFrom?: number;
}

/** What the mock needs to know of a kind. */
interface Format {
  readonly program: Address;
  readonly len: number;
  /** The kind's own name of SOL/USD, and what else identifies it. */
  readonly feedId: Uint8Array;
  readonly scope: Uint8Array;
  /** The account with a price of that moment. */
  patches(writer: Address, priceE6: bigint, at: Moment): Patch[];
}

const FORMATS: Record<SourceKind, Format> = {
  pyth: {
    program: pyth.PYTH_RECEIVER,
    len: pyth.PRICE_UPDATE_LEN,
    feedId: pyth.SOL_USD,
    scope: new Uint8Array(32),
    patches: (writer, priceE6, { slot, unixS }) => {
      const real = pyth.JULY_2024;
      const price = priceE6 === real.price / PER_E6 ? real.price : priceE6 * PER_E6;
      const times = { publishedUnixS: unixS, previousPublishedUnixS: unixS - 1n, postedSlot: slot };
      const update = { ...real, writeAuthority: writer, price, ...times };
      return [{ offset: 0, bytes: pyth.priceUpdateBytes(update), updateFrom: 0 }];
    },
  },
  switchboard: {
    program: switchboard.SWITCHBOARD,
    len: switchboard.PULL_FEED_LEN,
    feedId: switchboard.SOL_USD_HASH,
    scope: switchboard.SOL_USD_QUEUE,
    patches: (authority, priceE6, { slot, unixS }) => {
      const value = priceE6 * SWITCHBOARD_PER_E6;
      const [queue, feedHash] = [switchboard.SOL_USD_QUEUE, switchboard.SOL_USD_HASH];
      const deviation = value / DEVIATION_PARTS;
      const head = switchboard.pullFeedHead({ authority, queue, feedHash, updatedUnixS: unixS, value, deviation, slot });
      return [
        { offset: 0, bytes: switchboard.DISCRIMINATOR },
        { offset: switchboard.HEAD_AT, bytes: head, updateFrom: switchboard.UPDATED_AT },
      ];
    },
  },
  chainlink: {
    program: chainlink.CHAINLINK,
    len: chainlink.FEED_LEN,
    feedId: chainlink.description('SOL / USD'),
    scope: Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? chainlink.DECIMALS : 0)),
    patches: (writer, priceE6, { slot, unixS }) => {
      const round = { writer, description: FORMATS.chainlink.feedId, slot, timestampUnixS: unixS };
      const bytes = chainlink.roundBytes({ ...round, answer: priceE6 * PER_E6 });
      return [{ offset: 0, bytes, updateFrom: chainlink.ROUND_AT }];
    },
  },
};

/** One source account of SOL/USD; whoever it names as its writer moves it. */
export class SourceAccount {
  readonly kind: SourceKind;
  readonly address: Address;
  readonly writer: TransactionSigner;

  constructor(kind: SourceKind, address: Address, writer: TransactionSigner) {
    this.kind = kind;
    this.address = address;
    this.writer = writer;
  }

  /** Creates the account with a price of this moment. */
  static async create(
    chain: Chain,
    payer: TransactionSigner,
    kind: SourceKind,
    account: KeyPairSigner,
    writer: TransactionSigner,
    priceE6: bigint,
  ): Promise<SourceAccount> {
    const source = new SourceAccount(kind, account.address, writer);
    const { program: programAddress, len: space } = FORMATS[kind];
    const lamports = await chain.rent(space);
    const create = getCreateAccountInstruction({ payer, newAccount: account, lamports, space, programAddress });
    const patches = source.patches(priceE6, await chain.now());
    await chain.send(payer, [create, ...patches.map(({ offset, bytes }) => source.write(offset, bytes))]);
    return source;
  }

  get owner(): Address {
    return FORMATS[this.kind].program;
  }

  get feedId(): Uint8Array {
    return FORMATS[this.kind].feedId;
  }

  get scope(): Uint8Array {
    return FORMATS[this.kind].scope;
  }

  /** A price of that moment: only what a new price changes, so that the updates of three sources fit one transaction. */
  publish(priceE6: bigint, at: Moment): Instruction[] {
    return this.update(priceE6, at, WRITE);
  }

  /** A price of the moment at which the transaction lands. */
  publishNow(priceE6: bigint): Instruction[] {
    return this.update(priceE6, { slot: 0n, unixS: 0n }, WRITE_STAMPED);
  }

  private update(priceE6: bigint, at: Moment, tag: number): Instruction[] {
    return this.patches(priceE6, at).flatMap(({ offset, bytes, updateFrom }) =>
      updateFrom === undefined ? [] : [this.write(updateFrom, bytes.subarray(updateFrom - offset), tag)],
    );
  }

  private patches(priceE6: bigint, at: Moment): Patch[] {
    return FORMATS[this.kind].patches(this.writer.address, priceE6, at);
  }

  /** The mock's one instruction: store bytes in an account that names the signer as its writer. */
  private write(offset: number, bytes: Uint8Array, tag = WRITE): Instruction {
    const data = new Uint8Array(3 + bytes.length);
    data[0] = tag;
    new DataView(data.buffer).setUint16(1, offset, true);
    data.set(bytes, 3);
    const writer = { address: this.writer.address, role: AccountRole.READONLY_SIGNER, signer: this.writer };
    const account = { address: this.address, role: AccountRole.WRITABLE };
    return { programAddress: this.owner, accounts: [account, writer], data };
  }
}
