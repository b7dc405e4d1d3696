import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { configAddress, feedAddress, feedCreateInstruction, feedRefreshInstruction, oracle, symbolBytes } from '@bastion/client';
import { PriceAccount } from '@bastion/demo/lib/keeper';
import { localKey } from '@bastion/demo/lib/keys';
import { PRICE_UPDATE_LEN, SOL_USD } from '@bastion/demo/lib/pyth';
import { refused } from '@bastion/demo/lib/refusal';
import { getCreateAccountInstruction } from '@solana-program/system';
import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import type { Address } from '@solana/kit';
import { scene } from './scene.js';

const MAX_AGE_S = 60n;
/** `severity` and `refusal` as the oracle stores them. */
const STALE = 2;
const PUBLISHED_BACKWARDS = 17;

describe('feeds', () => {
  test('feed_refresh_from_a_stale_update_takes_no_price_and_says_stale', async () => {
    const { chain, cast, keeper, source, feed } = scene();
    keeper.pause();
    try {
      // The keeper may be in the middle of a refresh.
      await sleep(1_500);
      const { slot, unixS } = await chain.now();
      const before = oracle.getFeedDecoder().decode(await chain.bytes(feed));
      const old = source.publishInstruction(source.priceE6 * 2n, { slot, unixS: unixS - MAX_AGE_S - 5n });
      await chain.send(cast.keeper, [old, feedRefreshInstruction(feed, [source.address])]);
      const after = oracle.getFeedDecoder().decode(await chain.bytes(feed));
      assert.deepEqual([after.priceE6, after.refreshedUnixS], [before.priceE6, before.refreshedUnixS]);
      assert.deepEqual([after.severity, after.sources[0]?.refusal], [STALE, PUBLISHED_BACKWARDS]);
    } finally {
      keeper.resume();
    }
  });

  test('feed_refresh_from_another_genuine_account_fails_source_address_mismatch', async () => {
    const { chain, cast, feed } = scene();
    const other = await PriceAccount.create(chain, cast.keeper, await localKey('price-account-other'), cast.keeper);
    const refresh = feedRefreshInstruction(feed, [other.address]);
    await refused('SourceAddressMismatch', () => chain.send(cast.keeper, [refresh]));
  });

  test('feed_create_on_an_account_of_another_program_fails_source_owner_unsupported', async () => {
    const { chain, cast } = scene();
    const foreign = await localKey('price-account-foreign');
    const lamports = await chain.rent(PRICE_UPDATE_LEN);
    const space = PRICE_UPDATE_LEN;
    await chain.send(cast.keeper, [
      getCreateAccountInstruction({
        payer: cast.keeper,
        newAccount: foreign,
        lamports,
        space,
        programAddress: TOKEN_PROGRAM_ADDRESS,
      }),
    ]);
    await refused('SourceOwnerUnsupported', () => feedCreate(foreign.address));
  });
});

async function feedCreate(source: Address): Promise<void> {
  const { chain, cast } = scene();
  const create = feedCreateInstruction(
    {
      payer: cast.keeper,
      authority: cast.deployer,
      config: await configAddress('oracle'),
      feed: await feedAddress('OTHER'),
      symbol: symbolBytes('OTHER'),
      minSources: 1,
    },
    [{ address: source, feedId: SOL_USD }],
  );
  await chain.send(cast.keeper, [create]);
}
