/** Where the built things are, from the repository's root. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Problem } from './problem.js';

function rootFind(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'Cargo.lock'))) {
    const parent = dirname(folder);
    if (parent === folder) {
      throw new Problem('the repository root was not found above this file', 'run from a clone of the repository');
    }
    folder = parent;
  }
  return folder;
}

export const ROOT = rootFind();
const TARGET = process.env['CARGO_TARGET_DIR'] ?? join(ROOT, 'target');
/** ELFs with scaled time. */
export const ELF_DIR = process.env['BASTION_ELF_DIR'] ?? join(ROOT, 'target/deploy/localnet');
export const MOCK_SOURCE = process.env['BASTION_MOCK_SOURCE'] ?? join(ELF_DIR, 'mock_source.so');
/** Ledgers and logs of the networks that are started here. */
export const NETWORKS_DIR = join(ROOT, 'target/localnet');

export const binary = (name: string) => join(process.env['BASTION_BIN_DIR'] ?? join(TARGET, 'debug'), name);

/** The daemons have a workspace, and a target directory, of their own. */
export const service = (name: string) => join(process.env['BASTION_SERVICES_DIR'] ?? join(ROOT, 'target/services/debug'), name);

/** The path, if something is there. */
export function built(path: string): string {
  if (!existsSync(path)) {
    throw new Problem(`${path} is missing`, 'run `make build`, then again');
  }
  return path;
}
