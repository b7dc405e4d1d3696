import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, decimal, hex, priceE6, quote, showQuote } from '../lib/numbers.js';
import { sha256 } from '../lib/buffer.js';
import { JULY_2024, JULY_2024_SHA256, PRICE_UPDATE_LEN, priceUpdateBytes } from '../lib/pyth.js';
import { initialMargin, type Position } from '../lib/standard-margin.js';
import { tableLines } from '../lib/table.js';

const SCALE = { lotsPerUnit: 10n, baseUnitAtoms: 1_000_000_000n };
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
  const scale = { ...SCALE, lotsPerUnit: 3n };
  const holdings = { quoteAtoms: 0n, baseAtoms: 0n, positions: [position(-1n, 1, false)] };
  assert.equal(initialMargin(holdings, priceE6(1), scale), -333_334n);
});
