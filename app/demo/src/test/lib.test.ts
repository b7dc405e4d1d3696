import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FEED_LEN, roundBytes, description } from '../lib/chainlink.js';
import { base, decimal, hex, int128, priceE6, quote, showQuote } from '../lib/numbers.js';
import { sha256 } from '../lib/buffer.js';
import { JULY_2024, JULY_2024_SHA256, PRICE_UPDATE_LEN, priceUpdateBytes } from '../lib/pyth.js';
import { initialMargin, type Position } from '../lib/standard-margin.js';
import { HEAD_AT, SOL_USD_HASH, SOL_USD_QUEUE, UPDATED_AT, pullFeedHead } from '../lib/switchboard.js';
import { tableLines } from '../lib/table.js';

const SCALE = { lotsPerUnit: 10, baseUnitAtoms: 1_000_000_000n };
const EXPIRY = 1_800_000_000n;

const position = (lots: bigint, strike: number, isCall: boolean, expiryUnixS = EXPIRY): Position => ({
  lots,
  strikeE6: priceE6(strike),
  isCall,
  expiryUnixS,
});

test('price_update_bytes_of_the_real_fields_are_the_real_account', () => {
  const bytes = priceUpdateBytes(JULY_2024);
  assert.equal(bytes.length, PRICE_UPDATE_LEN);
  assert.equal(hex(sha256(bytes)), JULY_2024_SHA256);
});

test('int128_is_little_endian_in_two_complements', () => {
  assert.equal(hex(int128(1n)), `01${'00'.repeat(15)}`);
  assert.equal(hex(int128(-2n)), `fe${'ff'.repeat(15)}`);
  assert.equal(hex(int128(1n << 64n)), `${'00'.repeat(8)}01${'00'.repeat(7)}`);
});

test('pull_feed_head_puts_the_real_result_where_the_real_account_has_it', () => {
  const writer = JULY_2024.writeAuthority;
  const head = pullFeedHead({
    authority: writer,
    queue: SOL_USD_QUEUE,
    feedHash: SOL_USD_HASH,
    updatedUnixS: 1_723_244_190n,
    value: 155_594_045_270_000_000_000n,
    deviation: 240_161_790_000_000_000n,
    slot: 282_612_970n,
  });
  // As it stood on mainnet.
  assert.equal(hex(head.subarray(UPDATED_AT - HEAD_AT, UPDATED_AT - HEAD_AT + 8)), '9e9eb66600000000');
  assert.equal(hex(head.subarray(2_264 - HEAD_AT, 2_296 - HEAD_AT)), '00dc65eccc174d6f0800000000000000006c9225e03955030000000000000000');
  assert.equal(Buffer.from(head).readBigUInt64LE(2_368 - HEAD_AT), 282_612_970n);
});

test('round_bytes_hold_description_decimals_and_answer', () => {
  const writer = JULY_2024.writeAuthority;
  const answer = 15_679_769_099n;
  const round = { writer, description: description('SOL / USD'), slot: 7n, timestampUnixS: 1_721_133_402n, answer };
  const bytes = Buffer.from(roundBytes(round));
  assert.equal(bytes.length, FEED_LEN);
  assert.equal(bytes.subarray(106, 115).toString(), 'SOL / USD');
  assert.deepEqual([bytes[8], bytes[138], bytes.readUInt32LE(148)], [2, 8, 1]);
  assert.equal(bytes.readBigInt64LE(216), answer);
});

test('decimal_and_atoms_are_inverse_and_group_thousands', () => {
  assert.equal(showQuote(quote('1234567.5')), '1,234,567.500000');
  assert.equal(decimal(-1_234_567_890n, 6), '-1,234.567890');
  assert.equal(decimal(156_797_690n, 6, 2), '156.79');
  assert.equal(base('0.000000001'), 1n);
  assert.equal(quote(-3), -3_000_000n);
  assert.throws(() => quote('1.0000001'), RangeError);
  assert.throws(() => quote('ten'), RangeError);
});

test('table_lines_align_each_column_to_its_widest_cell', () => {
  const lines = tableLines(
    [{ name: 'name' }, { name: 'n', align: 'right' }],
    [
      ['margin', '12'],
      ['a', '3'],
    ],
  );
  assert.deepEqual(lines, ['name     n', '------  --', 'margin  12', 'a        3']);
});

test('initial_margin_of_a_naked_call_is_the_loss_at_twice_the_spot', () => {
  const holdings = { quoteAtoms: quote(1_000), baseAtoms: 0n, positions: [position(-30n, 160, true)] };
  assert.equal(initialMargin(holdings, priceE6(150), SCALE), quote(1_000) - 3n * priceE6(140));
});

test('initial_margin_of_a_covered_call_needs_no_quote', () => {
  const holdings = { quoteAtoms: 0n, baseAtoms: base(3), positions: [position(-30n, 160, true)] };
  assert.equal(initialMargin(holdings, priceE6(150), SCALE), 0n);
});

test('initial_margin_ignores_longs_of_another_expiry', () => {
  const positions = [position(-10n, 150, false), position(10n, 150, false, EXPIRY + 10n)];
  const holdings = { quoteAtoms: quote(200), baseAtoms: 0n, positions };
  assert.equal(initialMargin(holdings, priceE6(150), SCALE), quote(50));
});

test('initial_margin_rounds_a_debt_up', () => {
  const scale = { ...SCALE, lotsPerUnit: 3 };
  const holdings = { quoteAtoms: 0n, baseAtoms: 0n, positions: [position(-1n, 1, false)] };
  assert.equal(initialMargin(holdings, priceE6(1), scale), -333_334n);
});
