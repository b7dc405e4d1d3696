// Instructions of the oracle whose source accounts follow the named ones.

import { AccountRole, type AccountMeta, type Address, type Instruction } from '@solana/kit';
import {
  getFeedCreateInstruction,
  getFeedRefreshInstruction,
  type FeedCreateInput,
} from './generated/oracle/instructions/index.js';

/** A source that a feed is to pin, and the feed id that its account must carry. */
export interface SourcePin {
  readonly address: Address;
  readonly feedId: Uint8Array;
}

/** `feed_refresh` over all of the feed's sources, in the feed's order. */
export function feedRefreshInstruction(feed: Address, sources: readonly Address[]): Instruction {
  return withSources(getFeedRefreshInstruction({ feed }), sources);
}

/** `feed_create` that pins `sources`. */
export function feedCreateInstruction(
  input: Omit<FeedCreateInput, 'feedIds'>,
  sources: readonly SourcePin[],
): Instruction {
  const create = getFeedCreateInstruction({ ...input, feedIds: sources.map((source) => source.feedId) });
  return withSources(
    create,
    sources.map((source) => source.address),
  );
}

function withSources(instruction: Instruction, sources: readonly Address[]): Instruction {
  const metas: AccountMeta[] = sources.map((address) => ({ address, role: AccountRole.READONLY }));
  return { ...instruction, accounts: [...(instruction.accounts ?? []), ...metas] };
}
