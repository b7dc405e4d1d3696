/** `bastion deploy`: the command that people use, with its progress passed on. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { getAddressEncoder, type Address, type KeyPairSigner } from '@solana/kit';
import { localSeed } from './keys.js';
import { ELF_DIR, NETWORKS_DIR, binary, built } from './paths.js';
import { Problem } from './problem.js';

export interface Deployment {
  readonly program: string;
  readonly address: Address;
  readonly bytes: number;
  readonly sha256: string;
  readonly upgrade_authority: Address | null;
  readonly outcome: string;
}

/** Deploys every program by loader transactions and hands them to the governor. */
export async function deploy(
  rpcUrl: string,
  deployer: KeyPairSigner,
  progress: (line: string) => void,
): Promise<Deployment[]> {
  const arguments_ = [
    '--url',
    rpcUrl,
    '--keypair',
    keypairFile('deployer', deployer),
    '--json',
    'deploy',
    '--elf-dir',
    built(ELF_DIR),
  ];
  return JSON.parse(await bastion(arguments_, progress)) as Deployment[];
}

/** A proposal's action in words, from its bytes, by the command-line client's own decoder. */
export async function actionDecode(action: Uint8Array, id: bigint): Promise<string[]> {
  const output = await bastion(['--json', 'decode', '--action', Buffer.from(action).toString('hex'), '--id', `${id}`]);
  return JSON.parse(output) as string[];
}

/** Runs the command-line client and returns what it prints. */
export async function bastion(arguments_: readonly string[], progress?: (line: string) => void): Promise<string> {
  const child = spawn(built(binary('bastion')), arguments_, { stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  let [output, last] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  createInterface({ input: child.stderr }).on('line', (line) => {
    last = line;
    progress?.(line.trim());
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  process.removeListener('exit', kill);
  if (code !== 0) {
    const words = arguments_.filter((word) => !word.startsWith('-'));
    throw new Problem(
      `bastion ${words.at(-1)} ended with code ${code}: ${last}`,
      'mend what that names, then run again',
    );
  }
  return output;
}

/** The key in the file form of the Solana command line. */
export function keypairFile(name: string, { address }: KeyPairSigner): string {
  mkdirSync(NETWORKS_DIR, { recursive: true });
  const path = join(NETWORKS_DIR, `${name}.json`);
  writeFileSync(path, JSON.stringify([...localSeed(name), ...getAddressEncoder().encode(address)]), { mode: 0o600 });
  return path;
}
