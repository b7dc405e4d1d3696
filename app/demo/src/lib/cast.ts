/** Who takes part. Keys come from public seeds: the same people in every run. */
import type { KeyPairSigner } from '@solana/kit';
import type { Chain } from './chain.js';
import { localCouncil, localKey } from './keys.js';

const PEOPLE = ['deployer', 'keeper', 'maker', 'alice', 'bob', 'carol'] as const;
/** For fees and rent. */
const LAMPORTS_SOL = 50;

export type Person = (typeof PEOPLE)[number];

export interface Cast extends Readonly<Record<Person, KeyPairSigner>> {
  /** Seven members; on a local network they are the brake's guardians too. */
  readonly council: readonly KeyPairSigner[];
}

export async function cast(): Promise<Cast> {
  const keys = await Promise.all(PEOPLE.map(async (person) => [person, await localKey(person)] as const));
  return { ...(Object.fromEntries(keys) as Record<Person, KeyPairSigner>), council: await localCouncil() };
}

/** Gives everyone lamports from the network's faucet. */
export async function lamportsGive(chain: Chain, { council, ...people }: Cast): Promise<void> {
  await Promise.all([...Object.values(people), ...council].map(({ address }) => chain.airdrop(address, LAMPORTS_SOL)));
}
