import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM, SolanaError } from '@solana/kit';
import { ERRORS, InstructionRefused, REMEDIES, Refusal, explain, programErrorOf } from '../src/index.js';

test('explain_says_the_message_and_a_remedy_of_every_program_error', () => {
  for (const error of Object.values(ERRORS)) {
    const thrown = new SolanaError(SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM, { code: error.code, index: 0 });
    for (const each of [thrown, new Error('sending failed', { cause: thrown }), new InstructionRefused(programErrorOf(thrown)!, thrown)]) {
      const { what, remedy, error: found } = explain(each);
      assert.equal(found, error);
      assert.equal(what.toLowerCase(), error.message.toLowerCase());
      assert.match(remedy, /\.$/, `${error.name} has no remedy`);
    }
  }
});

test('remedies_are_of_errors_that_exist', () => {
  const names = new Set(Object.values(ERRORS).map(({ name }) => name));
  assert.deepEqual(Object.keys(REMEDIES).filter((name) => !names.has(name)), []);
});

test('explain_knows_a_dead_node_a_refusing_wallet_and_a_refusal_of_our_own', () => {
  assert.match(explain(new TypeError('fetch failed')).what, /RPC node does not answer/);
  assert.match(explain(new Error('User rejected the request.')).what, /wallet did not sign/);
  assert.deepEqual(explain(new Refusal('No.', 'Do this.')), { what: 'No.', remedy: 'Do this.' });
  assert.equal(explain(undefined).what, 'Something unexpected happened');
});
