/** Work that is done again and again until it is stopped. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Running {
  stop(): Promise<unknown>;
}

/** A round that fails is made good by the next. */
export function every(periodMs: number, round: () => Promise<void>): Running {
  const stopping = new AbortController();
  const run = async () => {
    while (!stopping.signal.aborted) {
      await round().catch(() => undefined);
      await sleep(periodMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const running = run();
  return {
    stop: () => {
      stopping.abort();
      return running;
    },
  };
}
