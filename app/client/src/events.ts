// Events of the five programs, from a transaction's log.

import { getBase64Encoder } from '@solana/kit';
import { EVENTS, type ProgramEvent } from './generated/events.js';

export type { ProgramEvent };

/** The events that our programs logged, in order. Entries of other programs are skipped: whoever invokes them may log any bytes. */
export function eventsOfLogs(logs: readonly string[]): ProgramEvent[] {
  const running: string[] = [];
  const events: ProgramEvent[] = [];
  for (const line of logs) {
    const invoked = /^Program (\w+) invoke \[\d+\]$/.exec(line);
    if (invoked?.[1] !== undefined) {
      running.push(invoked[1]);
    } else if (/^Program \w+ (success$|failed)/.test(line)) {
      running.pop();
    } else if (line.startsWith('Program data: ')) {
      const event = eventOf(running.at(-1), line.slice('Program data: '.length));
      if (event !== undefined) events.push(event);
    }
  }
  return events;
}

function eventOf(program: string | undefined, base64: string): ProgramEvent | undefined {
  const bytes = getBase64Encoder().encode(base64);
  const spec = EVENTS[program ?? '']?.find(({ discriminator }) => discriminator.every((byte, i) => bytes[i] === byte));
  return spec?.decode(bytes.slice(spec.discriminator.length));
}
