/** `bastion` as a person types it, against the suite's network. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { bastion, keypairFile } from '@bastion/demo/lib/deploy';
import { scene } from './scene.js';

export type Typist = 'maker' | 'alice' | 'carol';

const folder = mkdtempSync(join(tmpdir(), 'bastion-e2e-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A file that is gone when the suite is over. */
export function scratch(name: string): string {
  return join(folder, name);
}

/** What the command prints; rejects with its exit code and its last words if that is not 0. */
export function run(person: Typist, ...arguments_: string[]): Promise<string> {
  const { cast, chain } = scene();
  return bastion(['--url', chain.url, '--keypair', keypairFile(person, cast[person]), ...arguments_]);
}

export async function asked<T>(person: Typist, ...arguments_: string[]): Promise<T> {
  return JSON.parse(await run(person, '--json', ...arguments_)) as T;
}
