/** One network as everybody here uses it: the client's connection, and what else a play of the whole protocol needs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, isUpgradeInSameSlot, type Connection } from '@bastion/client';
import {
  address,
  airdropFactory,
  appendTransactionMessageInstructions,
  createTransactionMessage,
  getBase58Encoder,
  getBase64EncodedWireTransaction,
  getSolanaErrorFromTransactionError,
  lamports,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
  type Address,
  type Base58EncodedBytes,
  type Blockhash,
  type Instruction,
  type ReadonlyUint8Array,
  type Signature,
  type TransactionSigner,
} from '@solana/kit';

const CLOCK = address('SysvarC1ock11111111111111111111111111111111');
const COMPUTE_BUDGET = address('ComputeBudget111111111111111111111111111111');
const UNITS_MAX = 1_400_000;
const POLL_MS = 150;
const VIEW_ATTEMPTS = 20;

/** A point on both clocks of the cluster. */
export interface Moment {
  readonly slot: bigint;
  readonly unixS: bigint;
}

export interface RawAccount {
  readonly address: Address;
  readonly owner: Address;
  readonly lamports: bigint;
  readonly data: Uint8Array;
}

/** Selects accounts whose data holds `bytes` at `offset`. */
export interface Match {
  readonly offset: bigint;
  readonly bytes: Base58EncodedBytes;
}

/** Where a network's node answers. */
export interface Endpoints {
  readonly rpcUrl: string;
  readonly wsUrl: string;
}

/** How long a transaction can land. */
export interface Lifetime {
  readonly blockhash: Blockhash;
  readonly lastValidBlockHeight: bigint;
}

export class Chain {
  readonly url: string;
  readonly socketUrl: string;
  /** Genesis hash of the cluster, as quotes and configs hold it. */
  readonly genesisHash: ReadonlyUint8Array;
  readonly connection: Connection;

  private constructor(network: Endpoints, connection: Connection, genesisHash: ReadonlyUint8Array) {
    this.url = network.rpcUrl;
    this.socketUrl = network.wsUrl;
    this.connection = connection;
    this.genesisHash = genesisHash;
  }

  static async open(network: Endpoints): Promise<Chain> {
    const connection = connect(network.rpcUrl, network.wsUrl);
    const genesis = await connection.rpc.getGenesisHash().send();
    return new Chain(network, connection, getBase58Encoder().encode(genesis));
  }

  /** Sends through the client and returns once the cluster has confirmed it, as the WebSocket tells. */
  send(payer: TransactionSigner, instructions: readonly Instruction[]): Promise<Signature> {
    // The limit stands last: quotes name the Ed25519 instruction by its place.
    return this.connection.send(payer, [...instructions, computeUnitLimit(UNITS_MAX)]);
  }

  /** Sends without waiting and without a simulation: what is lost shows in the state it was to change. */
  async post(payer: TransactionSigner, instructions: readonly Instruction[], lifetime?: Lifetime): Promise<void> {
    const wire = getBase64EncodedWireTransaction(await this.sign(payer, instructions, lifetime));
    await this.connection.rpc.sendTransaction(wire, { encoding: 'base64', skipPreflight: true }).send();
  }

  /** What a program's view returns. Asked again if the program is being upgraded in this very slot. */
  async view(payer: TransactionSigner, instruction: Instruction): Promise<Uint8Array> {
    for (let attempt = 1; ; attempt += 1) {
      const wire = getBase64EncodedWireTransaction(await this.sign(payer, [instruction]));
      const config = { encoding: 'base64', commitment: 'confirmed' } as const;
      const { value } = await this.connection.rpc.simulateTransaction(wire, config).send();
      const returned = value.returnData?.data[0];
      if (!value.err && returned !== undefined) {
        return Buffer.from(returned, 'base64');
      }
      const failure = value.err
        ? getSolanaErrorFromTransactionError(value.err)
        : new Error('the view returned nothing');
      if (attempt === VIEW_ATTEMPTS || !isUpgradeInSameSlot(failure)) {
        throw failure;
      }
      await sleep(POLL_MS);
    }
  }

  async lifetime(): Promise<Lifetime> {
    return (await this.connection.rpc.getLatestBlockhash({ commitment: 'confirmed' }).send()).value;
  }

  async account(at: Address): Promise<RawAccount | undefined> {
    const { value } = await this.connection.rpc
      .getAccountInfo(at, { encoding: 'base64', commitment: 'confirmed' })
      .send();
    return value
      ? { address: at, owner: value.owner, lamports: value.lamports, data: Buffer.from(value.data[0], 'base64') }
      : undefined;
  }

  /** Bytes of an account that must be there. */
  async bytes(at: Address): Promise<Uint8Array> {
    const account = await this.account(at);
    if (!account) {
      throw new Error(`account ${at} does not exist`);
    }
    return account.data;
  }

  /** All accounts of a program that match, in the order of their addresses. */
  async accountsOf(program: Address, matches: readonly Match[]): Promise<RawAccount[]> {
    const filters = matches.map((match) => ({ memcmp: { ...match, encoding: 'base58' as const } }));
    const config = { encoding: 'base64', commitment: 'confirmed', filters } as const;
    const found = await this.connection.rpc.getProgramAccounts(program, config).send();
    const accounts = found.map(({ pubkey, account }) => ({
      address: pubkey,
      owner: account.owner,
      lamports: account.lamports as bigint,
      data: Buffer.from(account.data[0], 'base64') as Uint8Array,
    }));
    return accounts.sort((left, right) => (left.address < right.address ? -1 : 1));
  }

  /** The cluster's own clocks: programs know no other. */
  async now(): Promise<Moment> {
    const clock = Buffer.from(await this.bytes(CLOCK));
    return { slot: clock.readBigUInt64LE(0), unixS: clock.readBigInt64LE(32) };
  }

  /** Waits until both clocks have reached `moment`; `tick` hears how many seconds are left. */
  async until(moment: Partial<Moment>, tick?: (secondsLeft: bigint) => void): Promise<Moment> {
    const [slot, unixS] = [moment.slot ?? 0n, moment.unixS ?? 0n];
    for (;;) {
      const now = await this.now();
      if (now.unixS >= unixS && now.slot >= slot) {
        return now;
      }
      tick?.(unixS > now.unixS ? unixS - now.unixS : 0n);
      await sleep(POLL_MS);
    }
  }

  async airdrop(to: Address, sol: number): Promise<void> {
    const { rpc, rpcSubscriptions } = this.connection;
    const amount = lamports(BigInt(sol) * 1_000_000_000n);
    await airdropFactory({ rpc, rpcSubscriptions })({
      commitment: 'confirmed',
      lamports: amount,
      recipientAddress: to,
    });
  }

  async rent(space: number | bigint): Promise<bigint> {
    return this.connection.rpc.getMinimumBalanceForRentExemption(BigInt(space)).send();
  }

  private async sign(payer: TransactionSigner, instructions: readonly Instruction[], lifetime?: Lifetime) {
    const blockhash = lifetime ?? (await this.lifetime());
    return pipe(
      createTransactionMessage({ version: 0 }),
      (message) => setTransactionMessageFeePayerSigner(payer, message),
      (message) => setTransactionMessageLifetimeUsingBlockhash(blockhash, message),
      (message) => appendTransactionMessageInstructions(instructions, message),
      (message) => signTransactionMessageWithSigners(message),
    );
  }
}

function computeUnitLimit(units: number): Instruction {
  const data = new Uint8Array(5);
  data[0] = 2;
  new DataView(data.buffer).setUint32(1, units, true);
  return { programAddress: COMPUTE_BUDGET, data };
}
