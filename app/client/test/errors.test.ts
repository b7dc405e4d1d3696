import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM,
  SOLANA_ERROR__INSTRUCTION_ERROR__UNSUPPORTED_PROGRAM_ID,
  SolanaError,
} from '@solana/kit';
import { ERRORS, InstructionRefused, isUpgradeInSameSlot, programErrorOf, programErrorOfCode } from '../src/index.js';

const custom = (code: number) => new SolanaError(SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM, { code, index: 0 });

test('programErrorOf_finds_the_custom_code_below_other_errors', () => {
  const wrapped = new Error('sending failed', { cause: new Error('preflight', { cause: custom(2040) }) });
  assert.equal(programErrorOf(wrapped)?.name, 'ConstraintDuplicateMutableAccount');
});

test('programErrorOf_an_unknown_code_keeps_the_code', () => {
  assert.deepEqual(programErrorOf(custom(999_999))?.name, 'Custom(999999)');
});

test('programErrorOf_another_error_is_undefined', () => {
  assert.equal(programErrorOf(new Error('no')), undefined);
  assert.equal(programErrorOf(undefined), undefined);
});

test('errors_are_keyed_by_their_code_and_say_something', () => {
  for (const [code, error] of Object.entries(ERRORS)) {
    assert.equal(Number(code), error.code);
    assert.equal(programErrorOfCode(error.code), error);
    assert.notEqual(error.message, '', `${error.program}::${error.name} has no message`);
  }
});

test('InstructionRefused_reads_as_program_name_code_and_message', () => {
  const error = programErrorOfCode(2012);
  assert.ok(error);
  assert.match(new InstructionRefused(error, null).message, /^anchor: ConstraintAddress \(2012\): /);
});

test('isUpgradeInSameSlot_is_true_of_a_program_that_is_not_yet_visible_only', () => {
  const notVisible = new SolanaError(SOLANA_ERROR__INSTRUCTION_ERROR__UNSUPPORTED_PROGRAM_ID, { index: 0 });
  assert.ok(isUpgradeInSameSlot(new Error('sending failed', { cause: notVisible })));
  assert.equal(isUpgradeInSameSlot(custom(2040)), false);
});
