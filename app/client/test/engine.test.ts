import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { Engine, breakEvens, payoffCurve, positionsPlus, takerCash, type Position } from '../src/index.js';

const SCALE = { lotsPerUnit: 10, baseUnitAtoms: 1_000_000_000n };
const E6 = 1_000_000n;
const call = (strike: bigint, lots: bigint): Position => ({ expiryUnixS: 1n, strikeE6: strike * E6, isCall: true, lots });
let engine: Engine;

before(async () => {
  engine = await Engine.load(await readFile(new URL('../engine.wasm', import.meta.url)));
});

test('standardMargin_of_a_naked_call_is_its_loss_at_twice_the_spot', () => {
  const holdings = { quoteAtoms: 2_000n * E6, baseAtoms: 0n, positions: [call(165n, -33n)] };
  // 3.3 units lose 300 - 165 each at twice 150, and 225 - 165 at one and a half times.
  assert.deepEqual(engine.standardMargin(holdings, 150n * E6, SCALE), {
    initial: 2_000n * E6 - 445_500_000n,
    maintenance: 2_000n * E6 - 198_000_000n,
  });
});

test('standardMargin_outside_the_domain_is_undefined', () => {
  const holdings = { quoteAtoms: 0n, baseAtoms: 0n, positions: [] };
  assert.equal(engine.standardMargin(holdings, 0n, SCALE), undefined);
  assert.equal(engine.standardMargin({ ...holdings, positions: [call(100n, 0n)] }, E6, SCALE), undefined);
  assert.equal(engine.standardMargin({ ...holdings, positions: new Array(33).fill(call(1n, 1n)) }, E6, SCALE), undefined);
  assert.equal(engine.standardMargin({ ...holdings, positions: [call(1n, 1n), call(1n, 1n)] }, E6, SCALE), undefined);
});

test('option_and_impliedVol_are_inverses_and_keep_parity', () => {
  const [forward, strike, vol, seconds] = [150n * E6, 160n * E6, 600_000_000n, 604_800n];
  const option = engine.option(forward, strike, vol, seconds);
  assert.ok(option);
  assert.equal(option.callE12 - option.putE12, (forward - strike) * E6);
  const implied = engine.impliedVol(forward, strike, seconds, true, option.callE12 / E6);
  assert.ok(implied && implied > vol - 20_000n && implied < vol + 20_000n, `${implied}`);
  assert.equal(engine.option(forward, strike, vol, 59n), undefined);
});

test('surfaceVol_of_a_flat_surface_is_its_level', () => {
  const referenceS = 31_536_000n;
  const flat = { aE9: 360_000_000n, bE9: 0n, rhoE9: 0n, mE9: 0n, sigmaE9: 100_000_000n, referenceS, rateE9: 0n };
  const vol = engine.surfaceVol(flat, 150n * E6, 170n * E6, referenceS);
  assert.ok(vol && vol > 599_999_000n && vol < 600_001_000n, `${vol}`);
});

test('fillCash_rounds_against_whoever_pays_and_caps_the_fee', () => {
  const terms = { priceE6: 6_400_001n, lots: 15n, lotsPerUnit: 10, spotE6: 156n * E6, takerFeeBps: 3, makerFeeBps: 1 };
  const bought = engine.fillCash({ ...terms, takerBuys: true });
  const sold = engine.fillCash({ ...terms, takerBuys: false });
  // 6.400001 x 1.5 = 9.6000015; the fee is 3 bp of 156 x 1.5.
  assert.deepEqual(bought, { takerAtoms: -9_600_002n - 70_200n, premiumAtoms: 9_600_002n, takerFeeAtoms: 70_200n });
  assert.equal(sold?.takerAtoms, 9_600_001n - 70_200n);
});

test('takerCash_of_a_spread_is_the_sum_of_its_legs', () => {
  const leg = { expiryUnixS: 1n, strikeE6: 150n * E6, priceE6: 5n * E6, kind: 'put', ratio: 1 } as const;
  const legs = [{ ...leg, side: 'buy' as const }, { ...leg, strikeE6: 145n * E6, priceE6: 3n * E6, side: 'sell' as const }];
  const setting = { spotE6: 156n * E6, lotsPerUnit: 10, takerFeeBps: 0, makerFeeBps: 0 };
  assert.deepEqual(takerCash(engine, legs, 10n, setting), { takerAtoms: 2n * E6, premiumAtoms: -2n * E6, takerFeeAtoms: 0n });
});

test('payoffCurve_bends_at_strikes_and_breaks_even_at_strike_plus_premium', () => {
  const range = { fromE6: 100n * E6, toE6: 200n * E6, steps: 4 };
  const curve = payoffCurve(engine, [call(155n, 10n)], 5n * E6, range, SCALE);
  assert.ok(curve.some(({ priceE6, payoffAtoms }) => priceE6 === 155n * E6 && payoffAtoms === -5n * E6));
  assert.deepEqual(breakEvens(curve), [160n * E6]);
});

test('positionsPlus_nets_one_series_and_drops_what_is_closed', () => {
  assert.deepEqual(positionsPlus([call(150n, 5n), call(155n, 1n)], [call(150n, -5n), call(160n, 2n)]), [call(155n, 1n), call(160n, 2n)]);
});

test('balanceNow_cuts_a_credit_by_the_haircuts_since_it_was_written_and_no_debt', () => {
  const [fresh, cut] = [{ indexLostE18: 0n }, { indexLostE18: 250_000_000_000_000_000n }];
  assert.equal(engine.balanceNow(1_001n, fresh, cut), 750n);
  assert.equal(engine.balanceNow(-1_001n, fresh, cut), -1_001n);
  assert.equal(engine.balanceNow(1_001n, cut, cut), 1_001n);
  // An index never rises.
  assert.equal(engine.balanceNow(1_001n, cut, fresh), undefined);
});

test('vaultBid_is_a_64th_of_the_offer_at_least_and_its_escrow_rounds_up', () => {
  const epoch = { offeredLots: 129n, escrowPriceE6: 1_000_001n };
  assert.deepEqual(engine.vaultBid(epoch, 15n, 10), { lotsMin: 3n, escrowAtoms: 1_500_002n });
  assert.equal(engine.vaultBid(epoch, 1n << 63n, 10), undefined);
});

test('councilClass_is_a_fraction_of_the_members_rounded_up', () => {
  assert.deepEqual(engine.councilClass(3, 7), { threshold: 5, delayFloorS: 604_800 });
  assert.equal(engine.councilClass(3, 3)?.threshold, 3);
  assert.equal(engine.councilClass(9, 7), undefined);
});

test('canarySteps_grow_to_the_whole_cap', () => {
  assert.deepEqual(engine.canarySteps(), [100, 1_000, 5_000, 10_000]);
  assert.ok(engine.rolloutTerms().checks > 0);
});

test('portfolioMargin_without_the_accounts_it_reads_is_undefined', () => {
  const none = new Uint8Array(0);
  const holdings = { quoteAtoms: 1n, baseAtoms: 0n, positions: [] };
  assert.equal(engine.portfolioMargin({ market: none, feed: none, expiries: [] }, holdings, 150n * E6, 0n), undefined);
});
