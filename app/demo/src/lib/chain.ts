/** One network as everybody here uses it: real RPC to send, real WebSocket to learn that it is confirmed. */
import {
    appendTransactionMessageInstructions,
    assertIsTransactionWithBlockhashLifetime,
    createSolanaRpc,
    createSolanaRpcSubscriptions,
    createTransactionMessage,
    address,
    getBase58Encoder,
    lamports,
    pipe,
    sendAndConfirmTransactionFactory,
    airdropFactory,
    setTransactionMessageFeePayerSigner,
    setTransactionMessageLifetimeUsingBlockhash,
    signTransactionMessageWithSigners,
    getSignatureFromTransaction,
    getBase64EncodedWireTransaction,
    type Address,
    type Base58EncodedBytes,
    type Blockhash,
    type Instruction,
    type Rpc,
    type RpcSubscriptions,
    type Signature,
    type SolanaRpcApi,
    type SolanaRpcSubscriptionsApi,
    type TransactionSigner,
} from '@solana/kit';
import { setTimeout as sleep } from 'node:timers/promises';

const CLOCK = address('SysvarC1ock11111111111111111111111111111111');
const COMPUTE_BUDGET = address('ComputeBudget111111111111111111111111111111');
const UNITS_MAX = 1_400_000;
const POLL_MS = 200;

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

export class Chain {
    readonly rpc: Rpc<SolanaRpcApi>;
    readonly subscriptions: RpcSubscriptions<SolanaRpcSubscriptionsApi>;
    /** Genesis hash of the cluster, as quotes and configs hold it. */
    readonly genesisHash: Uint8Array;
    private readonly confirm: ReturnType<typeof sendAndConfirmTransactionFactory>;

    private constructor(rpc: Rpc<SolanaRpcApi>, subscriptions: RpcSubscriptions<SolanaRpcSubscriptionsApi>, genesisHash: Uint8Array) {
        this.rpc = rpc;
        this.subscriptions = subscriptions;
        this.genesisHash = genesisHash;
        this.confirm = sendAndConfirmTransactionFactory({ rpc, rpcSubscriptions: subscriptions });
    }

    static async open(network: { readonly rpcUrl: string; readonly wsUrl: string }): Promise<Chain> {
        const rpc = createSolanaRpc(network.rpcUrl);
        const genesis = await rpc.getGenesisHash().send();
        return new Chain(rpc, createSolanaRpcSubscriptions(network.wsUrl), getBase58Encoder().encode(genesis) as Uint8Array);
    }

    /** Signs, sends and waits until the cluster has confirmed it. */
    async send(payer: TransactionSigner, instructions: readonly Instruction[]): Promise<Signature> {
        const transaction = await this.sign(payer, [computeUnitLimit(UNITS_MAX), ...instructions]);
        await this.confirm(transaction, { commitment: 'confirmed' });
        return getSignatureFromTransaction(transaction);
    }

    /** Sends without waiting and without a simulation: what is lost shows in the state it was to change. */
    async post(payer: TransactionSigner, instructions: readonly Instruction[], blockhash?: Lifetime): Promise<void> {
        const transaction = await this.sign(payer, instructions, blockhash);
        const wire = getBase64EncodedWireTransaction(transaction);
        await this.rpc.sendTransaction(wire, { encoding: 'base64', skipPreflight: true }).send();
    }

    /** What a transaction would return, without sending it. */
    async simulate(payer: TransactionSigner, instructions: readonly Instruction[]): Promise<Uint8Array | undefined> {
        const transaction = await this.sign(payer, instructions);
        const wire = getBase64EncodedWireTransaction(transaction);
        const { value } = await this.rpc.simulateTransaction(wire, { encoding: 'base64', commitment: 'confirmed' }).send();
        if (value.err) {
            throw new Error(`simulation failed: ${JSON.stringify(value.err, (_, item: unknown) => (typeof item === 'bigint' ? `${item}` : item))}`);
        }
        const returned = value.returnData?.data[0];
        return returned === undefined ? undefined : Buffer.from(returned, 'base64');
    }

    async lifetime(): Promise<Lifetime> {
        return (await this.rpc.getLatestBlockhash({ commitment: 'confirmed' }).send()).value;
    }

    async account(at: Address): Promise<RawAccount | undefined> {
        const { value } = await this.rpc.getAccountInfo(at, { encoding: 'base64', commitment: 'confirmed' }).send();
        return value ? { address: at, owner: value.owner, lamports: value.lamports, data: Buffer.from(value.data[0], 'base64') } : undefined;
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
        const filters = matches.map(match => ({ memcmp: { ...match, encoding: 'base58' as const } }));
        const found = await this.rpc.getProgramAccounts(program, { encoding: 'base64', commitment: 'confirmed', filters }).send();
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
    async until(moment: { unixS?: bigint; slot?: bigint }, tick?: (secondsLeft: bigint) => void): Promise<Moment> {
        for (;;) {
            const now = await this.now();
            const [unixS, slot] = [moment.unixS ?? 0n, moment.slot ?? 0n];
            if (now.unixS >= unixS && now.slot >= slot) {
                return now;
            }
            tick?.(unixS > now.unixS ? unixS - now.unixS : 0n);
            await sleep(POLL_MS);
        }
    }

    async airdrop(to: Address, sol: number): Promise<void> {
        const airdrop = airdropFactory({ rpc: this.rpc, rpcSubscriptions: this.subscriptions } as never);
        await airdrop({ commitment: 'confirmed', lamports: lamports(BigInt(sol) * 1_000_000_000n), recipientAddress: to });
    }

    async rent(space: number): Promise<bigint> {
        return this.rpc.getMinimumBalanceForRentExemption(BigInt(space)).send();
    }

    private async sign(payer: TransactionSigner, instructions: readonly Instruction[], lifetime?: Lifetime) {
        const blockhash = lifetime ?? (await this.lifetime());
        const message = pipe(
            createTransactionMessage({ version: 0 }),
            empty => setTransactionMessageFeePayerSigner(payer, empty),
            paid => setTransactionMessageLifetimeUsingBlockhash(blockhash, paid),
            alive => appendTransactionMessageInstructions(instructions, alive),
        );
        const transaction = await signTransactionMessageWithSigners(message);
        assertIsTransactionWithBlockhashLifetime(transaction);
        return transaction;
    }
}

export interface Lifetime {
    readonly blockhash: Blockhash;
    readonly lastValidBlockHeight: bigint;
}

function computeUnitLimit(units: number): Instruction {
    const data = new Uint8Array(5);
    data[0] = 2;
    new DataView(data.buffer).setUint32(1, units, true);
    return { programAddress: COMPUTE_BUDGET, data };
}
