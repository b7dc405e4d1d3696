/** One way to the chain for everything on the page: checks, a simulation, the wallet's signature, sending, confirmation. */
import { ABI, PROGRAMS, Refusal, programErrorOf, InstructionRefused, simulate, type Simulation } from '@bastion/client';
import { ASSOCIATED_TOKEN_PROGRAM_ADDRESS, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';
import {
  address,
  appendTransactionMessageInstructions,
  compileTransaction,
  createTransactionMessage,
  getBase64Decoder,
  getSignatureFromTransaction,
  getSolanaErrorFromTransactionError,
  getTransactionDecoder,
  getTransactionEncoder,
  pipe,
  setTransactionMessageFeePayer,
  setTransactionMessageLifetimeUsingBlockhash,
  type Address,
  type Base64EncodedWireTransaction,
  type Instruction,
  type Signature,
} from '@solana/kit';
import { chainOf } from '../chain/config';
import { FRESH_MS, type Session } from '../chain/session';
import { clusterRequire, sign, type Connected } from './wallets';

const COMPUTE_BUDGET = address('ComputeBudget111111111111111111111111111111');
const ED25519 = address(ABI.addresses.ed25519);
const KNOWN = new Set<Address>([
  ...Object.values(PROGRAMS),
  SYSTEM_PROGRAM_ADDRESS,
  TOKEN_PROGRAM_ADDRESS,
  ASSOCIATED_TOKEN_PROGRAM_ADDRESS,
  COMPUTE_BUDGET,
  ED25519,
  address(ABI.addresses.secp256r1),
]);
const [UNITS_MAX, UNITS_SPARE] = [1_400_000n, 20_000n];
const POLL_MS = 300;

export type Stage = 'passkey' | 'checking' | 'signing' | 'confirming';

/** What has to hold before anything is simulated or sent. */
function gate(session: Session, wallet: Connected, instructions: readonly Instruction[]): void {
  const { snapshot, failure } = session.live.get();
  const remedy = 'Nothing was sent. The page goes on by itself once the node answers.';
  if (failure !== undefined) throw new Refusal(failure.what, remedy);
  if (snapshot && Date.now() - snapshot.readAtMs > FRESH_MS) throw new Refusal('What the page shows is too old to act on', remedy);
  const fault = session.programs.find((program) => program.fault !== undefined);
  if (fault !== undefined) {
    throw new Refusal(`The ${fault.name} program is not what it should be: ${fault.fault}`, 'Nothing was sent. Do not use this network until that is explained.');
  }
  const foreign = instructions.find(({ programAddress }) => !KNOWN.has(programAddress));
  if (foreign !== undefined) throw new Refusal(`An instruction calls a program that this page does not know: ${foreign.programAddress}`, 'Nothing was sent. Report this.');
  clusterRequire(wallet, chainOf(session.config));
}

/** What the transaction would do, without a signature. */
export function preview(session: Session, wallet: Connected, instructions: readonly Instruction[], watch: readonly Address[] = []): Promise<Simulation> {
  gate(session, wallet, instructions);
  return simulate(session.connection, wallet.owner, instructions, watch);
}

/** Returns once the cluster has confirmed it. */
export async function transact(session: Session, wallet: Connected, instructions: readonly Instruction[], stage: (stage: Stage) => void = () => undefined): Promise<Signature> {
  stage('checking');
  const { rpc } = session.connection;
  const { unitsConsumed } = await preview(session, wallet, instructions);
  const wanted = (unitsConsumed * 12n) / 10n + UNITS_SPARE;
  const { value: blockhash } = await rpc.getLatestBlockhash({ commitment: 'confirmed' }).send();
  const message = pipe(
    createTransactionMessage({ version: 0 }),
    (empty) => setTransactionMessageFeePayer(wallet.owner, empty),
    (paid) => setTransactionMessageLifetimeUsingBlockhash(blockhash, paid),
    // The limit stands last: quotes name the Ed25519 instruction by its place.
    (timed) => appendTransactionMessageInstructions([...instructions, unitLimit(wanted < UNITS_MAX ? wanted : UNITS_MAX)], timed),
  );
  const unsigned = compileTransaction(message);

  stage('signing');
  const bytes = await sign(wallet, chainOf(session.config), Uint8Array.from(getTransactionEncoder().encode(unsigned)));
  const signed = getTransactionDecoder().decode(bytes);
  const same = signed.messageBytes.length === unsigned.messageBytes.length && signed.messageBytes.every((byte, at) => byte === unsigned.messageBytes[at]);
  if (!same) throw new Refusal('The wallet changed the transaction', 'Nothing was sent. Use a wallet that signs what it is given.');

  stage('confirming');
  const wire = getBase64Decoder().decode(bytes) as Base64EncodedWireTransaction;
  await rpc.sendTransaction(wire, { encoding: 'base64', preflightCommitment: 'confirmed' }).send().catch(refuse);
  const signature = getSignatureFromTransaction(signed);
  await confirm(session, signature, blockhash.lastValidBlockHeight);
  await session.refresh();
  return signature;
}

function refuse(error: unknown): never {
  const refused = programErrorOf(error);
  throw refused === undefined ? error : new InstructionRefused(refused, error);
}

async function confirm({ connection: { rpc } }: Session, signature: Signature, lastValidBlockHeight: bigint): Promise<void> {
  for (;;) {
    const { value } = await rpc.getSignatureStatuses([signature]).send();
    const status = value[0];
    if (status?.err) refuse(getSolanaErrorFromTransactionError(status.err));
    if (status?.confirmationStatus === 'confirmed' || status?.confirmationStatus === 'finalized') return;
    const height = await rpc.getBlockHeight({ commitment: 'confirmed' }).send();
    if (height > lastValidBlockHeight) throw new Refusal('The transaction did not land in time', 'It can no longer land: try again.');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function unitLimit(units: bigint): Instruction {
  const data = new Uint8Array(5);
  data[0] = 2;
  new DataView(data.buffer).setUint32(1, Number(units), true);
  return { programAddress: COMPUTE_BUDGET, data };
}
