// What view instructions return, decoded by the generated client: the layouts of `crates/abi`, byte for byte.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { margin } from '../src/index.js';

/** Bytes that count up, so that every field has a value of its own. */
const counting = (length: number) => Uint8Array.from({ length }, (_, at) => at % 251);
const i64At = (bytes: Uint8Array, at: number) => new DataView(bytes.buffer).getBigInt64(at, true);

test('margin_view_has_the_layouts_size_and_places', () => {
  const decoder = margin.getMarginViewDecoder();
  assert.equal(decoder.fixedSize, 932);
  const bytes = counting(932);
  const view = decoder.decode(bytes);
  assert.deepEqual([view.version, view.mode, view.severity, view.worst], [0, 1, 2, 3]);
  assert.equal(view.portfolioError, new DataView(bytes.buffer).getUint32(4, true));
  assert.equal(view.standardMtmAtoms, i64At(bytes, 28));
  assert.equal(view.portfolioImAtoms, i64At(bytes, 60));
  assert.equal(view.nodes.length, 33);
  assert.deepEqual(view.nodes[32], { moveE9: i64At(bytes, 908), valueAtoms: i64At(bytes, 916), lossAtoms: i64At(bytes, 924) });
});

test('greeks_view_has_the_layouts_size_and_places', () => {
  const decoder = margin.getGreeksViewDecoder();
  assert.equal(decoder.fixedSize, 838);
  const bytes = counting(838);
  const view = decoder.decode(bytes);
  assert.equal(view.account.deltaAtoms, i64At(bytes, 22));
  assert.deepEqual([view.expiries.length, view.positions.length], [4, 32]);
  assert.equal(view.expiries[0]?.expiryUnixS, i64At(bytes, 70));
  assert.equal(view.positions[31]?.deltaE6, new DataView(bytes.buffer).getInt32(834, true));
});
