/** What the upgradeable loader says of a program. */
import { programDataAddress } from '@bastion/client';
import { getAddressDecoder, type Address } from '@solana/kit';
import type { Chain } from './chain.js';

const AUTHORITY_OPTION_AT = 12;
const AUTHORITY_AT = 13;
const CODE_AT = 45;

export interface Deployed {
  /** Absent: the program is final. */
  readonly authority: Address | undefined;
  /** The ELF and the zeros after it. */
  readonly code: Uint8Array;
}

export async function deployed(chain: Chain, program: Address): Promise<Deployed> {
  const data = await chain.bytes(await programDataAddress(program));
  const authority = data[AUTHORITY_OPTION_AT] === 1 ? getAddressDecoder().decode(data, AUTHORITY_AT) : undefined;
  return { authority, code: data.subarray(CODE_AT) };
}
