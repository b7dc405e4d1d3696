import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { configAddress, feedAddress, feedCreateInstruction, feedRefreshInstruction, oracle, symbolBytes } from '@bastion/client';
import { bastion } from '@bastion/demo/lib/deploy';
import { localKey } from '@bastion/demo/lib/keys';
import { feedsLook } from '@bastion/demo/lib/looks';
import { PRICE_UPDATE_LEN, SOL_USD } from '@bastion/demo/lib/pyth';
import { refused } from '@bastion/demo/lib/refusal';
import { SourceAccount } from '@bastion/demo/lib/sources';
import { getCreateAccountInstruction } from '@solana-program/system';
import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import type { Address } from '@solana/kit';
import { scene } from './scene.js';

const MAX_AGE_S = 60n;
/** `severity` and `refusal` as the oracle stores them. */
const [NORMAL, STALE] = [0, 2];
const [PUBLISHED_BACKWARDS, OUTLIER] = [17, 18];

describe('feeds', () => {
  test('feed_refresh_from_stale_updates_takes_no_price_and_says_stale', async () => {
    const { chain, cast, keeper, sources, feed } = scene();
    await keeper.pause();
    try {
      const { slot, unixS } = await chain.now();
      const before = oracle.getFeedDecoder().decode(await chain.bytes(feed));
      const then = { slot, unixS: unixS - MAX_AGE_S - 5n };
      const old = sources.flatMap((source) => source.publish(before.priceE6 * 2n, then));
      const addresses = sources.map((source) => source.address);
      await chain.send(cast.keeper, [...old, feedRefreshInstruction(feed, addresses)]);
      const after = oracle.getFeedDecoder().decode(await chain.bytes(feed));
      assert.deepEqual([after.priceE6, after.refreshedUnixS], [before.priceE6, before.refreshedUnixS]);
      const refusals = after.sources.map((source) => source.refusal);
      assert.deepEqual([after.severity, refusals], [STALE, sources.map(() => PUBLISHED_BACKWARDS)]);
    } finally {
      keeper.resume();
    }
  });

  test('feed_refresh_with_a_source_left_out_doubled_or_reordered_is_refused', async () => {
    const { chain, cast, sources, feed } = scene();
    const [pyth, switchboard, chainlink] = sources.map((source) => source.address) as [Address, Address, Address];
    const refresh = (addresses: Address[]) => () => chain.send(cast.keeper, [feedRefreshInstruction(feed, addresses)]);
    await refused('SourceMissing', refresh([pyth, switchboard]));
    await refused('SourceDoubled', refresh([pyth, pyth, chainlink]));
    await refused('SourceOutOfOrder', refresh([switchboard, pyth, chainlink]));
  });

  test('feed_refresh_from_another_genuine_account_fails_source_address_mismatch', async () => {
    const { chain, cast, sources, feed, keeper } = scene();
    const [pyth, switchboard] = sources.map((source) => source.address) as [Address, Address];
    const account = await localKey('source-other');
    const price = await keeper.price();
    const other = await SourceAccount.create(chain, cast.keeper, 'chainlink', account, cast.keeper, price);
    const refresh = feedRefreshInstruction(feed, [pyth, switchboard, other.address]);
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

  test('feeds_command_shows_a_lying_source_dropped_and_the_price_where_it_was', async () => {
    const { chain, keeper, sources, feed } = scene();
    const truth = await keeper.price();
    // Switchboard, which the feed pins second.
    const liar = sources[1]!;
    keeper.lie(liar, truth / 2n);
    try {
      const misled = await keeper.until((state) => state.sources[1]?.refusal === OUTLIER);
      assert.deepEqual([misled.severity, misled.accepted], [NORMAL, 2]);
      const look = (await feedsLook(chain.url)).find(({ address }) => address === feed);
      const [pyth, switchboard, chainlink] = look?.sources ?? [];
      assert.deepEqual([pyth?.kind, switchboard?.kind, chainlink?.kind], ['Pyth', 'Switchboard', 'Chainlink']);
      assert.deepEqual([pyth?.refusal, switchboard?.refusal, chainlink?.refusal], [null, 'Outlier', null]);
      assert.equal(switchboard?.weight_bps, 0);
      assert.ok((switchboard?.deviation_bps ?? 0) < -4_900, `${switchboard?.deviation_bps}`);
      assert.ok((pyth?.weight_bps ?? 0) > 0 && (pyth?.age_s ?? 60) < 30 && (pyth?.confidence_e6 ?? 0) > 0);
      const text = await bastion(['--url', chain.url, 'feeds']);
      const row = text.split('\n').find((line) => line.includes('Switchboard'));
      assert.match(row ?? text, /-\d+\.\d\d %.*away from two that agree/);
    } finally {
      keeper.lie(liar);
    }
    await keeper.until((state) => state.sources[1]?.refusal === 0 && state.priceE6 === truth);
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
