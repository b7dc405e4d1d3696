import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getBase64Decoder } from '@solana/kit';
import { breaker, eventsOfLogs, PROGRAMS } from '../src/index.js';
import { EVENTS } from '../src/generated/events.js';

const spec = EVENTS[PROGRAMS.breaker]?.find(({ name }) => name === 'LevelRelaxed');
const fields: breaker.LevelRelaxedArgs = { slot: 1n, unixS: 2n, seq: 3n, scope: PROGRAMS.margin, level: 0 };

function entry(): string {
  assert.ok(spec);
  const data = breaker.getLevelRelaxedEncoder().encode(fields);
  return `Program data: ${getBase64Decoder().decode(Uint8Array.from([...spec.discriminator, ...data]))}`;
}

test('eventsOfLogs_decodes_what_our_program_logged_inside_another', () => {
  const logs = [
    `Program ${PROGRAMS.governor} invoke [1]`,
    `Program ${PROGRAMS.breaker} invoke [2]`,
    entry(),
    `Program ${PROGRAMS.breaker} success`,
    `Program ${PROGRAMS.governor} success`,
  ];
  const [event, ...others] = eventsOfLogs(logs);
  assert.deepEqual([event?.program, event?.name, others.length], ['breaker', 'LevelRelaxed', 0]);
});

test('eventsOfLogs_skips_the_same_bytes_from_a_stranger', () => {
  const stranger = 'Stranger111111111111111111111111111111111111';
  const logs = [
    `Program ${PROGRAMS.breaker} invoke [1]`,
    `Program ${stranger} invoke [2]`,
    entry(),
    `Program ${stranger} failed: custom program error: 0x1`,
    `Program ${PROGRAMS.breaker} success`,
  ];
  assert.deepEqual(eventsOfLogs(logs), []);
});

test('eventsOfLogs_skips_entries_that_are_no_event', () => {
  assert.deepEqual(eventsOfLogs([`Program ${PROGRAMS.breaker} invoke [1]`, 'Program data: AAAA', 'Program log: hello']), []);
});
