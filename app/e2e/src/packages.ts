/** The command line on a market with surfaces: marks and volatilities, posted quotes, and packages too long for a plain transaction. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Publisher } from '@bastion/demo/lib/publisher';
import { asked, run, scratch } from './command.js';
import { nextNonce, scene } from './scene.js';

/** Beside the scene's own expiry: as many as an account may hold positions in. */
const MORE_EXPIRIES = 3n;
const BETWEEN_S = 600n;

interface Series {
  readonly mark: string | null;
  readonly delta: string | null;
  readonly open_lots: number;
}

interface Chain {
  readonly spot: string;
  readonly expiries: readonly {
    expiry_unix_s: number;
    forward: string | null;
    strikes: { strike: string; volatility: string | null; call: Series; put: Series }[];
  }[];
}

interface Filled {
  readonly sent: boolean;
  readonly units: number;
  readonly bytes: number;
  readonly table: string | null;
}

let publisher: Publisher;
let expiries: bigint[];

async function openInterest(): Promise<number> {
  const { expiries: listed } = await asked<Chain>('alice', 'chain');
  return listed.flatMap(({ strikes }) => strikes).reduce((sum, { call, put }) => sum + call.open_lots + put.open_lots, 0);
}

describe('command line with surfaces', () => {
  before(async () => {
    const { exchange, cast, expiryUnixS } = scene();
    expiries = [expiryUnixS];
    for (let more = 1n; more <= MORE_EXPIRIES; more += 1n) {
      const expiry = expiryUnixS + more * BETWEEN_S;
      await exchange.expiryCreate(cast.keeper, expiry);
      expiries.push(expiry);
    }
    publisher = await Publisher.create(exchange, cast.deployer, cast.keeper, expiries);
    await publisher.start();
  });
  after(() => publisher.stop());

  test('chain_shows_forward_marks_volatilities_and_deltas', async () => {
    const chain = await asked<Chain>('alice', 'chain');
    const listed = chain.expiries.find((expiry) => BigInt(expiry.expiry_unix_s) === expiries[0]);
    assert.ok(listed?.forward);
    const forward = Number(listed.forward);
    assert.ok(Math.abs(forward / Number(chain.spot) - 1) < 0.01, `forward ${forward}, spot ${chain.spot}`);
    const known = listed.strikes.filter(({ volatility }) => volatility !== null);
    assert.ok(known.length > 0);
    for (const { strike, volatility, call, put } of known) {
      assert.ok(Number(volatility) > 0.1 && Number(volatility) < 10, `${strike}: ${volatility}`);
      // Parity, which no volatility changes: a call less a put is the forward less the strike.
      const parity = Number(call.mark) - Number(put.mark) - (forward - Number(strike));
      assert.ok(Math.abs(parity) < 1e-4, `${strike}: ${parity}`);
      assert.ok(Math.abs(Number(call.delta) - Number(put.delta) - 1) < 1e-6, strike);
    }
    const text = await run('alice', 'chain');
    assert.match(text, /forward \d+\.\d+/);
    assert.match(text, /\d+\.\d%/);
  });

  test('margin_of_an_account_has_a_figure_once_there_is_a_surface', async () => {
    const { account } = await asked<{ account: string }>('maker', 'account');
    assert.match(await run('maker', 'margin', '--account', account), /initial/);
  });

  test('fill_of_a_posted_quote_needs_no_file', async () => {
    const leg = `sell:1:put:140:${expiries[0]}:1.5`;
    const nonce = `${nextNonce()}`;
    const { posted } = await asked<{ posted: string }>(
      'maker', 'quote', '--leg', leg, '--packages', '4', '--nonce', nonce, '--post',
    );
    const before = await openInterest();
    const filled = await asked<Filled>('alice', 'fill', '--posted', posted, '--packages', '3');
    assert.deepEqual([filled.sent, filled.table], [true, null]);
    assert.equal(await openInterest(), before + 3);
    await assert.rejects(run('alice', 'fill', '--posted', posted, '--packages', '2'), /code 1: .*QuoteOverfilled/);
    await assert.rejects(run('alice', 'fill', '--packages', '2'), /code 2/);
  });

  test('fill_of_eight_legs_over_four_expiries_goes_through_a_lookup_table', async () => {
    const file = scratch('eight.json');
    const legs = expiries.flatMap((expiry, at) => [
      '--leg', `sell:1:call:${160 + 5 * at}:${expiry}:6`,
      '--leg', `buy:1:put:${135 - 5 * at}:${expiry}:1`,
    ]);
    await run('maker', 'quote', ...legs, '--packages', '6', '--nonce', `${nextNonce()}`, '--out', file);
    await assert.rejects(run('alice', 'fill', file, '--packages', '2'), /code 1: .*--table new/);
    const before = await openInterest();
    const first = await asked<Filled>('alice', 'fill', file, '--packages', '2', '--table', 'new');
    assert.ok(first.sent && first.table !== null && first.bytes <= 1232, JSON.stringify(first));
    assert.equal(await openInterest(), before + 16);
    const again = await run('alice', 'fill', file, '--packages', '1', '--table', first.table);
    assert.match(again, new RegExp(`filled 1 packages, \\d+ compute units, \\d+ bytes through the lookup table ${first.table}`));
    assert.equal(await openInterest(), before + 24);
  });
});
