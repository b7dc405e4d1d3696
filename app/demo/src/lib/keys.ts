/**
 * Keys of local networks, derived from public seeds as the command-line client derives them. Anybody has them: they must
 * never hold anything of value.
 */
import { createHash } from 'node:crypto';
import { createKeyPairSignerFromPrivateKeyBytes, type KeyPairSigner } from '@solana/kit';

/** Members of a local network's council: upgrades need five of these seven. */
export const COUNCIL_MEMBERS = 7;

export function localSeed(name: string): Uint8Array {
  return createHash('sha256').update(`bastion:localnet:${name}`).digest();
}

export function localKey(name: string): Promise<KeyPairSigner> {
  return createKeyPairSignerFromPrivateKeyBytes(localSeed(name));
}

export function localCouncil(): Promise<KeyPairSigner[]> {
  return Promise.all(Array.from({ length: COUNCIL_MEMBERS }, (_, member) => localKey(`council-${member}`)));
}
