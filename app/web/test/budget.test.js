import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

const DIST = new URL('../dist/', import.meta.url);
/** Script of the first load, gzipped. */
const BUDGET_BYTES = 500_000;

test('script_of_the_first_load_is_within_its_budget', () => {
  const page = readFileSync(new URL('index.html', DIST), 'utf8');
  const scripts = [...page.matchAll(/(?:src|href)="(\.\/assets\/[^"]+\.js)"/g)].map(([, path]) => path);
  assert.ok(scripts.length > 0, 'the built page loads no script: run `npm run build` first');
  const bytes = scripts.reduce((sum, path) => sum + gzipSync(readFileSync(new URL(path, DIST))).length, 0);
  assert.ok(bytes <= BUDGET_BYTES, `${bytes} bytes of script, ${BUDGET_BYTES} allowed`);
});
