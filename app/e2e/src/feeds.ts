import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { configAddress, feedAddress, oracle, symbolBytes } from '@bastion/client';
import { PriceAccount } from '@bastion/demo/lib/keeper';
import { localKey } from '@bastion/demo/lib/keys';
import { PRICE_UPDATE_LEN, PYTH_RECEIVER, SOL_USD } from '@bastion/demo/lib/pyth';
import { refused } from '@bastion/demo/lib/refusal';
import { getCreateAccountInstruction } from '@solana-program/system';
import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import type { Address } from '@solana/kit';
import { scene } from './scene.js';

const MAX_AGE_S = 30n;

describe('feeds', () => {
  test('feed_refresh_from_a_stale_update_fails_published_too_old', async () => {
    const { chain, cast, keeper, source, feed } = scene();
    keeper.pause();
    try {
      // The keeper may be in the middle of a refresh.
      await sleep(1_500);
      const { unixS } = await chain.now();
      const stale = source.publishInstruction(source.priceE6, unixS - MAX_AGE_S - 5n);
      const refresh = oracle.getFeedRefreshInstruction({ feed, source: source.address });
      await refused('PublishedTooOld', () => chain.send(cast.keeper, [stale, refresh]));
    } finally {
      keeper.resume();
    }
  });

  test('feed_refresh_from_another_genuine_account_fails_source_address_mismatch', async () => {
    const { chain, cast, feed } = scene();
    const other = await PriceAccount.create(chain, cast.keeper, await localKey('price-account-other'), cast.keeper);
    const refresh = oracle.getFeedRefreshInstruction({ feed, source: other.address });
    await refused('SourceAddressMismatch', () => chain.send(cast.keeper, [refresh]));
  });

  test('feed_create_on_an_account_of_another_program_fails_source_owner_mismatch', async () => {
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
    await refused('SourceOwnerMismatch', () => feedCreate(foreign.address, PYTH_RECEIVER));
    await refused('SourceOwnerUnsupported', () => feedCreate(foreign.address, TOKEN_PROGRAM_ADDRESS));
  });
});

async function feedCreate(sourceAddress: Address, sourceOwner: Address): Promise<void> {
  const { chain, cast } = scene();
  await chain.send(cast.keeper, [
    oracle.getFeedCreateInstruction({
      payer: cast.keeper,
      authority: cast.deployer,
      config: await configAddress('oracle'),
      source: sourceAddress,
      feed: await feedAddress('OTHER'),
      symbol: symbolBytes('OTHER'),
      sourceOwner,
      sourceAddress,
      feedId: SOL_USD,
      maxAgeS: Number(MAX_AGE_S),
      maxConfidenceBps: 200,
    }),
  ]);
}
