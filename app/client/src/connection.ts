// Sending over real RPC and WebSocket: sign, send, wait for confirmation, and name what went wrong.

import {
  appendTransactionMessageInstructions,
  assertIsTransactionWithBlockhashLifetime,
  createSolanaRpc,
  createSolanaRpcSubscriptions,
  createTransactionMessage,
  getSignatureFromTransaction,
  pipe,
  sendAndConfirmTransactionFactory,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
  type Commitment,
  type Instruction,
  type Signature,
  type TransactionSigner,
} from '@solana/kit';
import { InstructionRefused, isUpgradeInSameSlot, programErrorOf } from './errors.js';

export type SendOptions = {
  commitment?: Commitment;
  /** Gives up when it aborts. */
  abortSignal?: AbortSignal;
};

/** Attempts in all when a call lands in the slot of its program's upgrade; one slot later it runs. */
const UPGRADE_ATTEMPTS = 5;
const SLOT_MS = 400;

/** The default WebSocket port of a validator is the one above its RPC port. */
function webSocketUrl(url: string): string {
  const socket = new URL(url);
  socket.protocol = socket.protocol === 'https:' ? 'wss:' : 'ws:';
  if (socket.port !== '') socket.port = String(Number(socket.port) + 1);
  return socket.toString();
}

/** RPC, subscriptions, and a `send` that returns only when the transaction is confirmed. */
export function connect(url: string, socketUrl: string = webSocketUrl(url)) {
  const rpc = createSolanaRpc(url);
  const rpcSubscriptions = createSolanaRpcSubscriptions(socketUrl);
  const sendAndConfirm = sendAndConfirmTransactionFactory({ rpc, rpcSubscriptions });

  async function sendOnce(
    payer: TransactionSigner,
    instructions: readonly Instruction[],
    { commitment = 'confirmed', abortSignal }: SendOptions,
  ): Promise<Signature> {
    const { value: blockhash } = await rpc.getLatestBlockhash({ commitment }).send({ abortSignal });
    const transaction = await pipe(
      createTransactionMessage({ version: 0 }),
      (message) => setTransactionMessageFeePayerSigner(payer, message),
      (message) => setTransactionMessageLifetimeUsingBlockhash(blockhash, message),
      (message) => appendTransactionMessageInstructions(instructions, message),
      (message) => signTransactionMessageWithSigners(message, { abortSignal }),
    );
    assertIsTransactionWithBlockhashLifetime(transaction);
    await sendAndConfirm(transaction, { abortSignal, commitment, preflightCommitment: commitment });
    return getSignatureFromTransaction(transaction);
  }

  /** Throws `InstructionRefused` if a program refused, and what kit throws otherwise. */
  async function send(
    payer: TransactionSigner,
    instructions: readonly Instruction[],
    options: SendOptions = {},
  ): Promise<Signature> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await sendOnce(payer, instructions, options);
      } catch (error) {
        const refused = programErrorOf(error);
        if (refused !== undefined) throw new InstructionRefused(refused, error);
        if (attempt === UPGRADE_ATTEMPTS || !isUpgradeInSameSlot(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, SLOT_MS));
      }
    }
  }

  return { rpc, rpcSubscriptions, send };
}

export type Connection = ReturnType<typeof connect>;
