/** A read that is repeated while its page is open. */
import type { Explanation } from '@bastion/client';
import { useCallback, useEffect, useRef, useState } from 'react';
import { explained } from './kit';

export type Polled<T> = { value: T | undefined; failure: Explanation | undefined; again: () => void };

/** `key` names what is read: when it changes, what was read before is forgotten. */
export function usePoll<T>(key: string, read: () => Promise<T>, periodMs: number): Polled<T> {
  const [state, setState] = useState<{ value: T | undefined; failure: Explanation | undefined }>({ value: undefined, failure: undefined });
  const [round, setRound] = useState(0);
  const latest = useRef(read);
  latest.current = read;
  useEffect(() => setState({ value: undefined, failure: undefined }), [key]);
  useEffect(() => {
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      try {
        const value = await latest.current();
        if (!gone) setState({ value, failure: undefined });
      } catch (error) {
        if (!gone) setState((held) => ({ ...held, failure: explained(error) }));
      }
      if (!gone) timer = setTimeout(() => void ask(), periodMs);
    };
    void ask();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [key, round, periodMs]);
  return { ...state, again: useCallback(() => setRound((count) => count + 1), []) };
}
