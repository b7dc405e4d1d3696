/** The command line against the same network: what traders and makers do with `bastion`, and quotes that go from TypeScript to it. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { decodeQuote, quoteFromJson, quoteToJson, verifyQuote } from '@bastion/client';
import { altered, type Offer } from '@bastion/demo/lib/exchange';
import { priceE6 } from '@bastion/demo/lib/numbers';
import { asked, run, scratch } from './command.js';
import { nextNonce, scene } from './scene.js';

interface Account {
  readonly account: string;
  readonly quote: string;
  readonly mode: string;
  readonly positions: readonly { strike: string; kind: string; lots: number }[];
  readonly margin: { standard_im: string; standard_mm: string };
  readonly liquidation: { above: string | null };
}

interface Filled {
  readonly sent: boolean;
  readonly units: number;
  readonly taker: { quote_before: string; quote_after: string; initial_margin_after: string };
}

function offer(): Offer {
  const { expiryUnixS } = scene();
  const price = { strikeE6: priceE6(165), priceE6: priceE6('4.20') };
  return { expiryUnixS, ...price, kind: 'call', side: 'sell', nonce: nextNonce(), maxLots: 20n };
}

function lotsAt({ positions }: Account, strike: string): number {
  return positions.find((position) => position.kind === 'call' && position.strike === strike)?.lots ?? 0;
}

describe('command line', () => {
  test('fill_of_a_quote_that_the_typescript_client_signed_moves_lots', async () => {
    const { exchange, cast } = scene();
    const { signed } = await exchange.quote(cast.maker, offer());
    const file = scratch('typescript.json');
    writeFileSync(file, quoteToJson(signed));
    const before = await asked<Account>('alice', 'account');
    const trial = await asked<Filled>('alice', 'fill', file, '--packages', '12', '--simulate');
    assert.equal(trial.sent, false);
    assert.equal(lotsAt(await asked<Account>('alice', 'account'), '165.000000'), lotsAt(before, '165.000000'));
    const filled = await asked<Filled>('alice', 'fill', file, '--packages', '12');
    const after = await asked<Account>('alice', 'account');
    assert.equal(lotsAt(after, '165.000000'), lotsAt(before, '165.000000') + 12);
    // The simulation said what would come of it, to the atom.
    assert.deepEqual([filled.taker.quote_before, filled.taker.quote_after], [before.quote, after.quote]);
    assert.equal(filled.taker.quote_after, trial.taker.quote_after);
    assert.equal(filled.taker.initial_margin_after, after.margin.standard_im);
    assert.ok(filled.units > 10_000 && filled.units < 75_000, `${filled.units} units`);
  });

  test('quote_signed_by_the_command_line_is_one_that_the_typescript_client_takes', async () => {
    const { expiryUnixS, exchange, cast } = scene();
    const file = scratch('rust.json');
    const leg = `sell:1:call:165:${expiryUnixS}:4.25`;
    await run('maker', 'quote', '--leg', leg, '--packages', '5', '--nonce', `${nextNonce()}`, '--out', file);
    const signed = quoteFromJson(readFileSync(file, 'utf8'));
    assert.ok(await verifyQuote(signed));
    const quote = decodeQuote(signed.message);
    assert.equal(quote.makerAccount, await exchange.accountOf(cast.maker.address));
    assert.deepEqual(
      quote.legs.map(({ strikeE6, priceE6, kind, side }) => ({ strikeE6, priceE6, kind, side })),
      [{ strikeE6: priceE6(165), priceE6: priceE6('4.25'), kind: 'call', side: 'sell' }],
    );
    await run('alice', 'fill', file, '--packages', '5');
  });

  test('fill_that_the_program_refuses_ends_with_code_one_and_its_words', async () => {
    const { exchange, cast } = scene();
    const { signed } = await exchange.quote(cast.maker, offer());
    const file = scratch('over.json');
    writeFileSync(file, quoteToJson(signed));
    await assert.rejects(run('alice', 'fill', file, '--packages', '21'), /code 1: .*QuoteOverfilled/);
    // Altered bytes are refused before anything is sent.
    const forged = altered(await exchange.quote(cast.maker, offer()), 100n);
    writeFileSync(file, quoteToJson(forged.signed));
    await assert.rejects(run('alice', 'fill', file, '--packages', '1'), /code 1: .*has not signed/);
  });

  test('chain_shows_every_strike_and_the_open_interest', async () => {
    interface Chain {
      market: string;
      open_interest_lots: number;
      expiries: { expiry_unix_s: number; strikes: { strike: string; call: { open_lots: number } }[] }[];
    }
    const { expiryUnixS, exchange } = scene();
    const chain = await asked<Chain>('alice', 'chain');
    const listed = chain.expiries.find((expiry) => BigInt(expiry.expiry_unix_s) === expiryUnixS);
    const { strikeCount } = await exchange.expiry(expiryUnixS);
    assert.equal(listed?.strikes.length, strikeCount);
    // Alice and the maker have nobody else at this strike: what one is long the other is short.
    const lots = Math.abs(lotsAt(await asked<Account>('alice', 'account'), '165.000000'));
    assert.ok(lots > 0);
    assert.equal(lots, Math.abs(lotsAt(await asked<Account>('maker', 'account'), '165.000000')));
    assert.equal(listed?.strikes.find(({ strike }) => strike === '165.000000')?.call.open_lots, lots);
    assert.ok(chain.open_interest_lots >= lots);
  });

  test('account_and_margin_of_people_read_as_tables', async () => {
    const account = await run('maker', 'account');
    assert.match(account, /standard margin\n/);
    assert.match(account, /initial +- +-?\d+\.\d\d\n/);
    assert.match(account, /liquidation price: /);
    assert.match(await run('maker', 'chain'), /call lots +delta +mark +strike/);
    // No surface is posted in this scene, and the margin of a portfolio needs one: said so, with code 1.
    const { account: address } = await asked<Account>('maker', 'account');
    await assert.rejects(run('maker', 'margin', '--account', address), /code 1: .*no surface/);
  });
});
